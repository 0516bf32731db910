// SPDX-License-Identifier: Apache-2.0
// Random tables, rows and lists, on PostgreSQL and on the embedded engine: the answers are the same
// byte for byte. What may differ is listed in docs/capabilities.md, and nothing else is left out.
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/read_routes.hpp>
#include <weir/http/router.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/sql/insert.hpp>

#include <catch.hpp>
#include <cstdlib>
#include <memory>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "random_table.hpp"

using namespace test;

namespace {

/// An answer. Cursors are sealed with a nonce each: they are told apart from the body, which keeps
/// their names.
struct told {
    int status = 0;
    std::string body{};
    std::string next{};
    std::string previous{};
};

/// Takes a member's text out of a body.
std::string taken_out(std::string& body, std::string_view name) {
    const auto member = "\"" + std::string{name} + "\":\"";
    const auto found = body.rfind(member);
    if (found == std::string::npos)
        return {};
    const auto begin = found + member.size();
    const auto end = body.find('"', begin);
    auto text = body.substr(begin, end - begin);
    body.erase(begin, end - begin);
    return text;
}

/// A table on one backend, behind its routes.
template <class Backend>
class served {
public:
    served(Backend& on, const weir::table& of, const std::vector<std::vector<cell>>& rows)
        : reads_(
              weir::http::sessions_of(on),
              of,
              [](const weir::http::request&, weir::sql::arguments&, weir::text_format) {},
              options()
          ) {
        auto session = on.session(weir::nobody{});
        const weir::table* const tables[]{&of};
        weir::create_tables(session, tables);
        const auto columns = weir::sql::choose_columns(of, weir::sql::is_inserted);
        const auto text = weir::sql::written(session.dialect(), [&](weir::sql::writer& out) {
            weir::sql::write_insert(out, of, columns, {.back = weir::sql::returning::nothing});
        });
        for (const auto& row : rows) {
            weir::sql::arguments arguments;
            for (const auto position : columns)
                add_cell(arguments, row[position], of.columns[position].type, session.dialect());
            session.execute({text, of.name, weir::sql::verb::insert}, arguments, weir::deadline{});
        }
        routes_.add("GET", "/rows", [this](const weir::http::request& asked) {
            return reads_.list(asked);
        });
    }

    [[nodiscard]] told ask(std::string_view query, std::string_view accept) const {
        weir::http::request asked;
        asked.method = "GET";
        asked.target = "/rows?" + std::string{query};
        asked.request_id = "same";
        asked.headers.add("Accept", accept);
        auto answer = routes_.handle(std::move(asked));
        told made{.status = answer.status, .body = std::move(answer.body)};
        if (answer.stream) {
            while (answer.stream.pull(made.body))
                continue;
        }
        made.next = taken_out(made.body, "next_cursor");
        made.previous = taken_out(made.body, "prev_cursor");
        return made;
    }

private:
    static weir::http::table_options options() { return {}; }

    weir::http::detail::read_handlers reads_;
    weir::http::router routes_{};
};

/// A cursor and an offset exclude each other.
std::string without_offset(std::string query) {
    const auto found = query.find("offset=");
    if (found != std::string::npos)
        query.erase(found, query.find('&', found) - found);
    return query;
}

std::size_t setting(const char* name, std::size_t otherwise) {
    const char* const text = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace

TEST_CASE("a list of a random table is the same on PostgreSQL and on the embedded engine") {
    const own_schema schema{postgres_server::shared(), "differential"};
    weir::lakebase::pool pool{schema.options()};
    weir::embedded::database database;
    const auto seed = setting("WEIR_TEST_SEED", 20261124);
    const auto tables = setting("WEIR_TEST_TABLES", 60);
    const auto lists = setting("WEIR_TEST_LISTS", 60);
    std::size_t with_rows = 0;
    std::size_t refused = 0;
    std::size_t turned = 0;
    for (std::size_t number = 0; number < tables; ++number) {
        chance with{seed + number};
        const random_table made{with, number};
        std::vector<std::vector<cell>> rows;
        for (auto count = with.below(25); count > 0; --count)
            rows.push_back(made.row(with, rows.size()));
        const served on_lakebase{pool, made.facts(), rows};
        const served on_embedded{database, made.facts(), rows};
        const auto compare = [&](const std::string& left, const std::string& right, auto accept) {
            const auto expected = on_lakebase.ask(left, accept);
            const auto answer = on_embedded.ask(right, accept);
            INFO(
                "WEIR_TEST_SEED=" << seed << ", table " << number << ", " << accept << ": " << left
            );
            REQUIRE(answer.status == expected.status);
            REQUIRE(answer.body == expected.body);
            REQUIRE(answer.next.empty() == expected.next.empty());
            REQUIRE(answer.previous.empty() == expected.previous.empty());
            REQUIRE(expected.status < 500);
            return std::pair{expected, answer};
        };
        for (std::size_t list = 0; list < lists; ++list) {
            auto query = random_query(with, made.facts(), rows);
            const std::string_view json = "application/json";
            const auto accept =
                with.of<std::string_view>({json, json, "application/x-ndjson", "text/csv"});
            // Streamed without an order, rows come as each database has them.
            if (accept != json && query.find("order=") == std::string::npos)
                query += query.empty() ? "order=id" : "&order=id";
            auto [expected, answer] = compare(query, query, accept);
            with_rows += expected.body.starts_with("{\"data\":[{") ? 1U : 0U;
            refused += expected.status == 200 ? 0U : 1U;
            // From page to page, back and forth: each engine by its own cursors.
            for (int step = 0; step < 4; ++step) {
                const bool back = with.one_in(3);
                const auto left = back ? expected.previous : expected.next;
                const auto right = back ? answer.previous : answer.next;
                if (left.empty())
                    break;
                const auto same = without_offset(query);
                std::tie(expected, answer) = compare(
                    same + "&cursor=" + left, same + "&cursor=" + right, "application/json"
                );
                REQUIRE(expected.status == 200);
                ++turned;
            }
        }
    }
    // Mostly sound questions, many of them with answers: else nothing was compared.
    CHECK(refused * 10 < tables * lists);
    CHECK(with_rows * 8 > tables * lists);
    CHECK(turned * 20 > tables * lists);
}
