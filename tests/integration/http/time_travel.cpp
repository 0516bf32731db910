// SPDX-License-Identifier: Apache-2.0
// Rows of a warehouse as of a time: by Delta's versions of its tables, which the local workspace
// keeps where it is told to. Writes go through the routes, reads through routes of the same tables
// declared for a warehouse.
#include <weir/http/read_routes.hpp>
#include <weir/table/table.hpp>

#include <chrono>
#include <field_ops.weir.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <tutorial.weir.hpp>
#include <workspace_process.hpp>

#include "service.hpp"

namespace time_travel_cases {

using namespace test;
using std::chrono::seconds;

namespace {

/// The workspace keeps the past of tables while this lives.
class kept_past {
public:
    kept_past() { keep(R"({"past":"kept"})"); }

    kept_past(const kept_past&) = delete;
    kept_past(kept_past&&) = delete;
    kept_past& operator=(const kept_past&) = delete;
    kept_past& operator=(kept_past&&) = delete;

    ~kept_past() { keep(R"({"past":"none"})"); }

private:
    static void keep(std::string_view settings) { workspace_process::shared().change(settings); }
};

/// A time well after everything so far, and well before everything from now on.
std::string moment() {
    constexpr seconds apart{300};
    auto now = workspace_process::shared().advance_clock(apart);
    workspace_process::shared().advance_clock(apart);
    return now;
}

constexpr weir::table on_warehouse(weir::table of) {
    of.backend = weir::backend::warehouse;
    of.history = false;
    return of;
}

/// Adds the routes that read a table, under `/past`.
void add_reads(service& on, const weir::table& of) {
    const auto reads = std::make_shared<const weir::http::detail::read_handlers>(
        on.sessions(),
        of,
        [&of](const weir::http::request& asked, weir::sql::arguments& key, weir::text_format) {
            key.add_text(asked.raw_parameter("key"), of.columns[of.key[0]].type);
        },
        weir::http::table_options{}
    );
    const auto all = "/api/v1/past/" + std::string{of.api.path};
    const auto add = [&](std::string_view method, const std::string& path, auto call) {
        on.routes().add(method, path, [reads, call](const weir::http::request& asked) {
            return ((*reads).*call)(asked);
        });
    };
    using weir::http::detail::read_handlers;
    add("GET", all, &read_handlers::list);
    add("POST", all + "/query", &read_handlers::query);
    add("GET", all + "/{key}", &read_handlers::get);
}

const weir::table& wells() {
    static constexpr auto facts = on_warehouse(weir::table_of<tutorial::well>);
    return facts;
}

const weir::table& orders() {
    static constexpr auto facts = on_warehouse(weir::table_of<field_ops::order>);
    return facts;
}

constexpr std::string_view brief = "/past/wells?select=wellname,oileur&as_of=";
constexpr std::string_view row = "/past/wells/4200000001?as_of=";

std::string data_of(const weir::http::response& answer) {
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return without_cursors(answer.body);
}

void check_refused(const weir::http::response& answer, std::string_view root) {
    CAPTURE(answer.body);
    CHECK(answer.status == 400);
    CHECK(holds(
        answer.body,
        R"([{"type":"out_of_range","loc":[")" + std::string{root} +
            R"(","as_of"],"msg":"The past of this table does not go back to this time"}])"
    ));
}

} // namespace

TEST_CASE("rows of a warehouse are read as they were, by time travel") {
    const kept_past past;
    const auto before = moment();
    service on;
    add_reads(on, wells());
    const auto get = [&](std::string_view path, const std::string& then) {
        return on.ask("GET", std::string{path} + then);
    };
    const auto empty = moment();
    REQUIRE(
        on.ask(
              "POST",
              "/wells",
              R"([{"api10":4200000001,"wellname":"A","oileur":1},{"api10":4200000002,"wellname":"B","oileur":2},{"api10":4200000003,"wellname":"C"}])"
        )
            .status == 201
    );
    const auto made = moment();
    REQUIRE(on.ask("PATCH", "/wells/4200000001", R"({"oileur":10})").status == 200);
    REQUIRE(on.ask("DELETE", "/wells/4200000002").status == 204);
    const auto changed = moment();

    const std::string first =
        R"({"data":[{"wellname":"A","oileur":1},{"wellname":"B","oileur":2},{"wellname":"C","oileur":null}],"count":3)";
    const std::string last =
        R"({"data":[{"wellname":"A","oileur":10},{"wellname":"C","oileur":null}],"count":2)";
    CHECK(data_of(get(brief, empty)) == R"({"data":[],"count":0})");
    CHECK(data_of(get(brief, made)) == first + "}");
    CHECK(
        data_of(
            get("/past/wells?select=wellname&order=oileur.desc.nullslast&limit=1&count=exact&"
                "oileur=gte.1&as_of=",
                made)
        ) == R"({"data":[{"wellname":"B"}],"count":1,"total":2})"
    );
    CHECK(holds(data_of(get(row, made)), R"("oileur":1,)"));
    CHECK(get("/past/wells/4200000002?as_of=", made).status == 200);
    CHECK(
        data_of(on.ask(
            "POST",
            "/past/wells/query",
            R"({"select":["wellname"],"where":{"oileur":{"lt":2}},"as_of":")" + made + "\"}"
        )) == R"({"data":[{"wellname":"A"}],"count":1})"
    );
    // From page to page of then, and the cursor is of then alone.
    const auto page = get("/past/wells?select=wellname,oileur&limit=2&as_of=", made);
    const auto cursor = "&limit=2&cursor=" + text_member(page.body, "next_cursor");
    CHECK(
        data_of(get(brief, made + cursor)) ==
        R"({"data":[{"wellname":"C","oileur":null}],"count":1})"
    );
    CHECK(get(brief, changed + cursor).status == 400);

    // After the last change, which Delta itself refuses, rows are as they are: a page, a count, a
    // row, a stream.
    for (const auto& now : {changed, std::string{"2199-01-01T00:00:00Z"}}) {
        CAPTURE(now);
        CHECK(data_of(get(brief, now)) == last + "}");
        CHECK(data_of(get(brief, now + "&count=exact")) == last + ",\"total\":2}");
        CHECK(holds(data_of(get(row, now)), R"("oileur":10,)"));
        CHECK(get("/past/wells/4200000002?as_of=", now).status == 404);
        auto lines = on.ask("GET", std::string{brief} + now, "", {{"Accept", "text/csv"}});
        std::string text;
        while (lines.stream.pull(text)) {
        }
        CHECK(text == "wellname,oileur\r\nA,10\r\nC,\r\n");
    }

    // Before the table was.
    check_refused(get(brief, before), "query");
    check_refused(get(row, before), "query");
    check_refused(
        on.ask("GET", std::string{brief} + before, "", {{"Accept", "text/csv"}}), "query"
    );
    check_refused(on.ask("POST", "/past/wells/query", R"({"as_of":")" + before + "\"}"), "body");
}

TEST_CASE("rows of then are the caller's, by time travel too") {
    const kept_past past;
    service on;
    add_reads(on, orders());
    on.as(ada());
    const auto made = on.ask("POST", "/orders", R"({"total":"1.00"})");
    REQUIRE(made.status == 201);
    const auto one = "/past/orders/" + text_member(made.body, "id") + "?as_of=";
    const auto then = moment();
    // Another change, so that `then` is neither now nor after the last version.
    REQUIRE(on.ask("POST", "/orders", R"({"total":"2.00"})").status == 201);
    const auto all = "/past/orders?select=total&count=exact&as_of=" + then;
    CHECK(data_of(on.ask("GET", all)) == R"({"data":[{"total":1.00}],"count":1,"total":1})");
    CHECK(on.ask("GET", one + then).status == 200);
    on.as(bob());
    CHECK(data_of(on.ask("GET", all)) == R"({"data":[],"count":0,"total":0})");
    CHECK(on.ask("GET", one + then).status == 404);
    on.as(std::nullopt);
    CHECK(on.ask("GET", all).status == 401);
    CHECK(on.ask("GET", one + then).status == 401);
}

} // namespace time_travel_cases
