// SPDX-License-Identifier: Apache-2.0
// What is kept of tables of Unity Catalog, for whom and for how long.
#include <weir/warehouse/catalog.hpp>
#include <weir/warehouse/workspace_transport.hpp>

#include <atomic>
#include <memory>
#include <workspace.hpp>

namespace catalog_cases {

namespace {

using namespace test;
using namespace std::chrono_literals;
namespace wh = weir::warehouse;

constexpr std::string_view table_path = "/api/2.1/unity-catalog/tables/c.s.t";

/// A catalog of one table, which a user called `stranger` may not know of.
struct one_table {
    std::atomic<bool> has_gone{false};

    std::string reply(const asked& request) {
        if (request.target.starts_with("/api/2.1/"))
            return request.field("authorization") == "Bearer stranger"
                       ? answer(404, R"({"error_code":"TABLE_DOES_NOT_EXIST","message":"x"})")
                       : answer(200, columns());
        if (has_gone && request.body.find("`old`") != std::string::npos)
            return answer(
                200,
                R"({"statement_id":"s","status":{"state":"FAILED","error":{"error_code":"BAD_REQUEST","message":"[UNRESOLVED_COLUMN.WITH_SUGGESTION] x SQLSTATE: 42703"}}})"
            );
        return answer(
            200,
            R"({"statement_id":"s","status":{"state":"SUCCEEDED"},"manifest":{"schema":{"columns":[{"name":"a","type_text":"BIGINT"},{"name":"b","type_text":"STRING"}]},"total_chunk_count":1,"total_row_count":1},"result":{"data_array":[["7",null]]}})"
        );
    }

    [[nodiscard]] std::string columns() const {
        return std::string{
                   R"({"full_name":"c.s.t","columns":[{"name":"a","type_text":"bigint"},{"name":")"
               } +
               (has_gone ? "fresh" : "old") + R"(","type_text":"string"}]})";
    }

    [[nodiscard]] std::size_t described() const { return server.count(table_path); }

    stand_in server{[this](const asked& request) { return reply(request); }};
    weir::workspace::client client{with_token(server)};
    wh::workspace_transport over{client};
    wh::warehouse house{over, {.warehouse_id = "w"}};
    std::shared_ptr<weir::deadline::clock::time_point> now =
        std::make_shared<weir::deadline::clock::time_point>(weir::deadline::clock::now());
    wh::catalog tables{client, house, {.now = [now = now] { return *now; }}};
};

} // namespace

TEST_CASE("a table is described once in five minutes, for each identity") {
    one_table at;
    CHECK(at.tables.describe("c.s.t")->facts().columns.size() == 2);
    CHECK(at.tables.describe("C.S.T")->facts().columns.size() == 2);
    CHECK(at.described() == 1);
    CHECK_THROWS_AS(at.tables.describe("c.s.t", {.bearer = "stranger"}), weir::not_found_error);
    CHECK(at.described() == 2);
    static_cast<void>(at.tables.describe("c.s.t", {.bearer = "friend"}));
    static_cast<void>(at.tables.describe("c.s.t", {.bearer = "friend"}));
    CHECK(at.described() == 3);
    CHECK(at.server.requests().back().field("authorization") == "Bearer friend");
    *at.now += 299s;
    static_cast<void>(at.tables.describe("c.s.t"));
    CHECK(at.described() == 3);
    *at.now += 1s;
    static_cast<void>(at.tables.describe("c.s.t"));
    CHECK(at.described() == 4);
}

TEST_CASE("a read has a hundred rows at most unless it asks for others, and goes as its user") {
    one_table at;
    auto found = at.tables.query("c.s.t", {}, {.bearer = "friend", .request_id = "r1"});
    REQUIRE(found.next());
    CHECK_FALSE(found.next());
    const auto sent = at.server.requests().back();
    INFO(sent.body);
    CHECK(sent.field("authorization") == "Bearer friend");
    CHECK(sent.field("x-request-id") == "r1");
    CHECK(sent.body.find("from `c`.`s`.`t`") != std::string::npos);
    CHECK(sent.body.find("order by") == std::string::npos);
    CHECK(sent.body.find(R"("value":"100")") != std::string::npos);
    static_cast<void>(at.tables.query("c.s.t", {.limit_rows = 7}));
    CHECK(at.server.requests().back().body.find(R"("value":"7")") != std::string::npos);
    static_cast<void>(at.tables.query("c.s.t", {.limit_rows = std::nullopt}));
    CHECK(at.server.requests().back().body.find("limit") == std::string::npos);
}

TEST_CASE("a column that went since the table was described has it described again, once") {
    one_table at;
    static_cast<void>(at.tables.query("c.s.t"));
    at.has_gone = true;
    auto found = at.tables.query("c.s.t");
    CHECK(found.of->facts().columns[1].name == "fresh");
    CHECK(at.described() == 2);
    CHECK_THROWS_AS(at.tables.query("c.s.t", {.columns = {"old"}}), weir::validation_error);
    CHECK_THROWS_AS(at.tables.query("c.s.t; drop"), weir::validation_error);
}

} // namespace catalog_cases
