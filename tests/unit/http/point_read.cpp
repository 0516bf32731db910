// SPDX-License-Identifier: Apache-2.0
// What the most frequent request costs in memory: from a request that was read to an answer that
// can be sent, without transport and database.
#include <weir/http/gzip.hpp>
#include <weir/http/read_routes.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <field_ops.weir.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../table/allocations.hpp"

namespace point_read_cases {

using namespace weir;

namespace {

constexpr const table& wells = table_of<field_ops::well>;

/// Always gives the one row, and allocates nothing.
class one_row_session {
public:
    class rows {
    public:
        explicit rows(std::span<const text_field> row) : row_(row) {}

        std::optional<std::span<const text_field>> next() {
            return std::exchange(is_given_, true) ? std::nullopt : std::optional{row_};
        }

        [[nodiscard]] std::uint64_t affected_rows() const { return 1; }

    private:
        std::span<const text_field> row_;
        bool is_given_ = false;
    };

    explicit one_row_session(std::span<const text_field> row) : row_(row) {}

    [[nodiscard]] sql::dialect dialect() const { return sql::dialect::postgres; }

    [[nodiscard]] std::string_view actor() const { return "nobody"; }

    rows execute(const sql::statement& /*unused*/, const sql::arguments& /*unused*/, deadline) {
        return rows{row_};
    }

private:
    std::span<const text_field> row_;
};

std::vector<text_field> row_of_wells() {
    std::vector<text_field> row;
    for (const auto& column : wells.columns) {
        switch (column.type.kind) {
        case type::string:
            row.push_back({.text = "SMITH 1-15H, a name beyond what a short string holds"});
            break;
        case type::uuid:
            row.push_back({.text = "6f1e62a4-3f0f-4f1c-9b0e-6f1e62a43f0f"});
            break;
        case type::timestamp:
            row.push_back({.text = "2026-05-01 10:00:00.123456+00"});
            break;
        case type::boolean:
            row.push_back({.text = "f"});
            break;
        case type::date:
            row.push_back({.text = "2026-05-01"});
            break;
        default:
            row.push_back({.text = "4201234567"});
        }
    }
    return row;
}

} // namespace

TEST_CASE("a point read costs few allocations") {
    const auto row = row_of_wells();
    const http::sessions from{
        [&row] { return any_session{one_row_session{row}}; },
        [](const caller&) -> any_caller_session { throw authentication_error{"nobody is known"}; },
    };
    const http::detail::read_handlers reads{
        from,
        wells,
        [](const http::request& asked, sql::arguments& to, text_format) {
            to.add_text(asked.parameter("key"), wells.columns[wells.key.front()].type);
        },
        {.cursor_key = secret{std::string(32, 'k')}}
    };
    http::router routes;
    routes.put_around(http::gzip_answers());
    routes.add("GET", "/api/v1/wells/{key}", [&reads](const http::request& asked) {
        return reads.get(asked);
    });
    const auto ask = [] {
        http::request asked{.method = "GET", .target = "/api/v1/wells/4201234567"};
        asked.headers.add("Host", "wells.example.com");
        asked.headers.add("Accept", "application/json");
        return asked;
    };
    REQUIRE(routes.handle(ask()).status == 200);

    auto asked = ask();
    const auto before = allocations();
    const auto answered = routes.handle(std::move(asked));
    const auto cost = allocations() - before;

    CHECK(answered.status == 200);
    CHECK(answered.headers.find("ETag").has_value());
    CHECK(answered.body.starts_with(R"({"api10":4201234567,)"));
    INFO(cost);
#ifdef WEIR_COUNT_ALLOCATIONS
    CHECK(cost > 0);
    CHECK(cost <= 22); // 20 by g++ 12
#endif
}

} // namespace point_read_cases
