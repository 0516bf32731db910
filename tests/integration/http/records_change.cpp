// SPDX-License-Identifier: Apache-2.0
// PUT /records/update and DELETE /records/delete, sentence by sentence of their contract; many
// clients at once.
#include <nlohmann/json.hpp>

#include <array>
#include <atomic>
#include <catch.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "record_service.hpp"
#include "records_fixture.hpp"

using namespace test;

namespace {

constexpr auto definition = R"("auto_create":true,"schema_definition":[
    {"name":"k","data_type":"BIGINT","nullable":false},{"name":"a","data_type":"STRING"},
    {"name":"b","data_type":"DOUBLE"},{"name":"c","data_type":"ARRAY<STRING>"}],)";

/// Rows with the keys 1 to `last`.
void add_rows(record_service& on, int last, std::string_view table = "t") {
    std::string data = R"("data":[)";
    for (int at = 1; at <= last; ++at)
        data += (at == 1 ? "" : ",") + std::string{R"({"k":)"} + std::to_string(at) + R"(,"a":"a)" +
                std::to_string(at) + R"(","b":)" + std::to_string(at) + "}";
    const auto made = on.write(table, definition + data + "]");
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
}

std::string rows(record_service& on, std::string_view columns) {
    const auto answered = on.read("t", "columns=" + std::string{columns});
    CAPTURE(answered.body);
    REQUIRE(answered.status == 200);
    return parsed(answered).at("data").dump();
}

nlohmann::json done(const weir::http::response& answered) {
    CAPTURE(answered.body);
    REQUIRE(answered.status == 200);
    auto told = parsed(answered);
    CHECK(told.at("total").is_null());
    return told;
}

} // namespace

TEST_CASE("an update by one key, by many keys, and by filters") {
    record_service on;
    on.as(weir::caller{.id = "ada", .email = "ada@example.com"});
    add_rows(on, 5);
    const auto one =
        done(on.update("t", R"("key_column":"k","key_value":2,"updates":{"a":"x","c":["p","q"]})"));
    CHECK(one.at("count") == 1);
    REQUIRE(one.at("data").size() == 1);
    CHECK(one.at("data").at(0).at("updated_by") == "ada@example.com");
    CHECK(one.at("data").at(0).at("updated_at").is_string());
    CHECK_FALSE(one.at("data").at(0).contains("not_found"));

    const auto many =
        done(on.update("t", R"("key_column":"k","key_values":[3,99,4,98],"updates":{"b":null})"));
    CHECK(many.at("count") == 2);
    CHECK(many.at("data").at(0).at("not_found").dump() == "[99,98]");

    const auto filtered = done(on.update(
        "t", R"("filters":[{"column":"k","op":">=","value":5}],"updates":{"a":"last","b":0.5})"
    ));
    CHECK(filtered.at("count") == 1);
    CHECK(
        rows(on, "k,a,b,c,updated_by") ==
        R"([{"a":"a1","b":1,"c":null,"k":1,"updated_by":null},)"
        R"({"a":"x","b":2,"c":["p","q"],"k":2,"updated_by":"ada@example.com"},)"
        R"({"a":"a3","b":null,"c":null,"k":3,"updated_by":"ada@example.com"},)"
        R"({"a":"a4","b":null,"c":null,"k":4,"updated_by":"ada@example.com"},)"
        R"({"a":"last","b":0.5,"c":null,"k":5,"updated_by":"ada@example.com"}])"
    );
    const auto missing =
        done(on.update("t", R"("key_column":"k","key_value":77,"updates":{"a":"x"})"));
    CHECK(missing.at("count") == 0);
    CHECK(missing.at("data").at(0).at("not_found").dump() == "[77]");
}

TEST_CASE("a thousand different updates are one statement and at most one read") {
    record_service on;
    add_rows(on, 1000);
    std::string items;
    for (int at = 1; at <= 1000; ++at) {
        const auto key = std::to_string(at == 1000 ? 5000 : at);
        items += (at == 1 ? "" : ",") + std::string{R"({"key_value":)"} + key + R"(,"updates":{)" +
                 (at % 2 == 0 ? R"("a":"even")" : R"("b":0.25,"c":["x"])") + "}}";
    }
    REQUIRE(on.read("t", "limit=1").status == 200);
    static_cast<void>(on.take_statements());
    const auto made = done(on.update("t", R"("key_column":"k","bulk_updates":[)" + items + "]"));
    const auto statements = on.take_statements();
    CHECK(statements.size() <= (record_service::is_lakebase() ? 1U : 2U));
    CHECK(made.at("count") == 999);
    CHECK(made.at("data").at(0).at("not_found").dump() == "[5000]");
    const auto page = parsed(on.read("t", "columns=k,a,b,c&limit=3"));
    CHECK(
        page.at("data").dump() ==
        R"([{"a":"a1","b":0.25,"c":["x"],"k":1},{"a":"even","b":2,"c":null,"k":2},)"
        R"({"a":"a3","b":0.25,"c":["x"],"k":3}])"
    );
}

TEST_CASE("updates of one key twice in a request come one after the other") {
    record_service on;
    add_rows(on, 2);
    const auto made = done(on.update(
        "t",
        R"("key_column":"k","bulk_updates":[{"key_value":1,"updates":{"a":"first","b":7}},)"
        R"({"key_value":1,"updates":{"a":"second"}}])"
    ));
    CHECK(made.at("count") == 1);
    CHECK(rows(on, "a,b") == R"([{"a":"second","b":7},{"a":"a2","b":2}])");
}

TEST_CASE("a column may hold a key more than once, and every row is counted") {
    record_service on;
    add_rows(on, 2);
    add_rows(on, 2);
    CHECK(
        done(on.update("t", R"("key_column":"k","key_value":1,"updates":{"b":9})")).at("count") == 2
    );
    CHECK(
        done(
            on.update("t", R"("key_column":"k","bulk_updates":[{"key_value":2,"updates":{"b":8}}])")
        )
            .at("count") == 2
    );
    CHECK(done(on.remove("t", R"("key_column":"a","key_values":["a1","a7"])")).at("count") == 2);
    CHECK(parsed(on.read("t")).at("total") == 2);
    // Rows that are deleted are no rows to change.
    CHECK(
        done(on.update("t", R"("key_column":"k","key_value":1,"updates":{"b":1})")).at("count") == 0
    );
}

TEST_CASE("a deletion marks rows, or removes them") {
    record_service on;
    on.as(weir::caller{.id = "ada"});
    add_rows(on, 6);
    CHECK(
        on.remove("t", R"("key_column":"k","key_value":1)").body ==
        R"({"data":[{"is_deleted":true}],"count":1,"total":null})"
    );
    CHECK(
        on.remove("t", R"("key_column":"k","key_values":[2,1,9],"soft":true)").body ==
        R"({"data":[{"is_deleted":true},{"not_found":[1,9]}],"count":1,"total":null})"
    );
    CHECK(
        on.ask(
              "POST",
              "delete",
              "{" + on.at("t") + R"(,"filters":[{"column":"b","op":"=","value":3}]})"
        )
            .body == R"({"data":[{"is_deleted":true}],"count":1,"total":null})"
    );
    CHECK(on.rows_of("t") == 6);
    const auto deleted = parsed(on.read(
        "t", "filters=%5B%7B%22column%22:%22is_deleted%22,%22op%22:%22=%22,%22value%22:true%7D%5D"
    ));
    REQUIRE(deleted.at("count") == 3);
    for (const auto& row : deleted.at("data")) {
        CHECK(row.at("deleted_by") == "ada");
        CHECK(row.at("updated_by") == "ada");
        CHECK(row.at("deleted_at").is_string());
        CHECK(row.at("updated_at").is_string());
    }
    // For good: marked ones too.
    CHECK(
        done(on.remove("t", R"("key_column":"k","key_values":[1,4,8],"soft":false)")).at("count") ==
        2
    );
    CHECK(on.rows_of("t") == 4);
    CHECK(
        done(on.remove("t", R"("filters":[{"column":"k","op":"<","value":100}],"soft":false)"))
            .at("count") == 4
    );
    CHECK(on.rows_of("t") == 0);
    CHECK(
        on.remove("t", R"("key_column":"k","key_value":77)").body ==
        R"({"data":[{"is_deleted":true},{"not_found":[77]}],"count":0,"total":null})"
    );
}

TEST_CASE("soft deletion needs the column that says so") {
    record_service on;
    on.execute("create table " + on.place() + "bare (id bigint)");
    on.execute("insert into " + on.place() + "bare (id) values (1)");
    CHECK(on.remove("bare", R"("key_column":"id","key_value":1)").status == 400);
    CHECK(
        done(on.remove("bare", R"("key_column":"id","key_value":1,"soft":false)")).at("count") == 1
    );
}

TEST_CASE("a request for changes names rows in exactly one way, and something to set") {
    record_service on;
    add_rows(on, 1);
    for (const auto* wrong :
         {R"("updates":{"a":"x"})",
          R"("key_column":"k","updates":{"a":"x"})",
          R"("key_value":1,"updates":{"a":"x"})",
          R"("key_column":"k","key_value":1)",
          R"("key_column":"k","key_value":1,"updates":{})",
          R"("key_column":"k","key_value":1,"updates":[])",
          R"("key_column":"k","key_value":null,"updates":{"a":"x"})",
          R"("key_column":"k","key_value":1,"key_values":[1],"updates":{"a":"x"})",
          R"("key_column":"k","key_value":1,"filters":[],"updates":{"a":"x"})",
          R"("key_column":"k","key_values":[],"updates":{"a":"x"})",
          R"("key_column":"k","key_values":1,"updates":{"a":"x"})",
          R"("key_column":"k","key_values":[null],"updates":{"a":"x"})",
          R"("key_column":"k","key_value":"1","updates":{"a":"x"})",
          R"("key_column":"k","key_value":1.5,"updates":{"a":"x"})",
          R"("key_column":"k","key_value":[1],"updates":{"a":"x"})",
          R"("key_column":"zz","key_value":1,"updates":{"a":"x"})",
          R"("key_column":"c","key_value":["x"],"updates":{"a":"x"})",
          R"("key_column":"k","key_value":1,"updates":{"zz":1})",
          R"("key_column":"k","key_value":1,"updates":{"a":1})",
          R"("key_column":"k","key_value":1,"updates":{"k":null})",
          R"("key_column":"k","key_value":1,"updates":{"updated_by":"me"})",
          R"("key_column":"k","key_value":1,"updates":{"is_deleted":false})",
          R"("key_column":"k","bulk_updates":[])",
          R"("key_column":"k","bulk_updates":[1])",
          R"("key_column":"k","bulk_updates":[{"key_value":1}])",
          R"("key_column":"k","bulk_updates":[{"updates":{"a":"x"}}])",
          R"("key_column":"k","bulk_updates":[{"key_value":1,"updates":{}}])",
          R"("key_column":"k","bulk_updates":[{"key_value":1,"updates":{"a":"x"}}],"updates":{"a":"x"})",
          R"("key_column":"k","bulk_updates":[{"key_value":1,"updates":{"k":2}}])",
          R"("filters":[],"updates":{"a":"x"})",
          R"("filters":[{"column":"k","op":"=","value":1}])",
          R"("filters":{"column":"k"},"updates":{"a":"x"})"}) {
        const auto refused = on.update("t", wrong);
        CAPTURE(wrong, refused.body);
        CHECK(refused.status == 400);
        CHECK(parsed(refused).at("message") == "Validation error");
    }
    for (const auto* wrong :
         {R"("soft":true)",
          R"("key_column":"k")",
          R"("key_column":"k","key_values":[])",
          R"("filters":[])",
          R"("key_column":"k","key_value":1,"soft":"no")",
          R"("key_column":"k","bulk_updates":[{"key_value":1,"updates":{"a":"x"}}])"}) {
        const auto refused = on.remove("t", wrong);
        CAPTURE(wrong, refused.body);
        CHECK(refused.status == 400);
    }
    CHECK(
        on.update("t", R"("key_column":"k;","key_value":1,"updates":{"a":"x"})")
            .body.find("\"message\":\"Invalid identifier: k;\"") != std::string::npos
    );
    CHECK(
        on.update("nothing", R"("key_column":"k","key_value":1,"updates":{"a":"x"})").status == 404
    );
    CHECK(rows(on, "k,a,b") == R"([{"a":"a1","b":1,"k":1}])");
}

TEST_CASE("bodies without what every one needs are told so, all of it") {
    record_service on;
    const auto missing = parsed(on.ask("POST", "write", R"({"schema":"s"})"));
    CHECK(missing.at("message") == "Validation error");
    CHECK(
        missing.at("details").at("errors").dump() ==
        R"([{"loc":["body","data"],"msg":"Field required","type":"missing"},)"
        R"({"loc":["body","catalog"],"msg":"Field required","type":"missing"},)"
        R"({"loc":["body","table"],"msg":"Field required","type":"missing"}])"
    );
    for (const auto* wrong : {"{", "[]", "7", "null", R"({"catalog":7})", R"({"catalog":)"}) {
        const auto refused = on.ask("POST", "write", wrong);
        CAPTURE(wrong, refused.body);
        CHECK(refused.status == 400);
        CHECK(parsed(refused).at("error") == true);
    }
    CHECK(on.ask("GET", "write").status == 405);
    CHECK(on.ask("POST", "nothing", "{}").status == 404);
}

TEST_CASE("what many clients are told about the same keys adds up to what happened") {
    record_service on;
    constexpr int keys = 40;
    add_rows(on, keys);
    constexpr int clients = 32;
    constexpr int rounds = 3;
    std::atomic<int> removed{0};
    std::atomic<int> written{0};
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> threads;
        for (int client = 0; client < clients; ++client)
            threads.emplace_back([&, client] {
                for (int round = 0; round < rounds; ++round) {
                    std::string list;
                    for (int at = 0; at < 10; ++at)
                        list += (at == 0 ? "" : ",") +
                                std::to_string(1 + (client * 7 + round * 3 + at) % keys);
                    const auto named = R"("key_column":"k","key_values":[)" + list + "]";
                    const auto kind = (client + round) % 4;
                    const auto answered =
                        kind == 0   ? on.remove("t", named + R"(,"soft":false)")
                        : kind == 1 ? on.update("t", named + R"(,"updates":{"a":"x"})")
                        : kind == 2
                            ? on.read("t", "limit=5")
                            : on.write(
                                  "t", R"("data":[{"k":)" + std::to_string(1000 + client) + "}]"
                              );
                    if (answered.status != 200) {
                        ++wrong;
                        continue;
                    }
                    const auto told = nlohmann::json::parse(answered.body);
                    const auto count = told.at("count").get<int>();
                    if (kind == 3)
                        written += count;
                    if (kind > 1)
                        continue;
                    std::size_t missing = 0;
                    for (const auto& each : told.at("data"))
                        if (each.contains("not_found"))
                            missing = each.at("not_found").size();
                    if (count + static_cast<int>(missing) != 10)
                        ++wrong;
                    if (kind == 0)
                        removed += count;
                }
            });
    }
    CHECK(wrong == 0);
    CHECK(on.rows_of("t") == static_cast<std::uint64_t>(keys + written - removed));
}

TEST_CASE("a declared table keeps its rules, its isolation and its private columns") {
    record_service on;
    const auto catalog =
        record_service::is_warehouse() ? on.catalog() : std::string{"databricks_postgres"};
    const auto schema = record_service::is_lakebase() ? on.schema() : std::string{"app_data"};
    const auto at = [&](const std::string& table, const std::string& members) {
        return R"({"catalog":")" + catalog + R"(","schema":")" + schema + R"(","table":")" + table +
               R"(",)" + members + "}";
    };
    const auto query = [&](const std::string& table) {
        return "read?catalog=" + catalog + "&schema=" + schema + "&table=" + table;
    };
    // Rules of the schema file, with the typed route's words.
    const auto refused =
        on.ask("POST", "write", at("wells", R"("data":[{"api10":1,"api14":1,"wellname":"A"}])"));
    CHECK(refused.status == 400);
    CHECK(
        parsed(refused).at("message") ==
        "Schema validation failed: Record 0: Column 'api10' must be at least 1000000000"
    );
    const auto made = on.ask(
        "POST",
        "write",
        at("wells",
           R"("data":[{"api10":4201234567,"api14":1,"wellname":"A","spuddate":"01/15/2024"}])")
    );
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
    CHECK(made.headers.find("Deprecation").has_value());
    CHECK(made.headers.find("Link") == R"(</api/v1/wells>; rel="successor-version")");
    const auto page = on.ask("GET", query("wells"));
    CHECK(parsed(page).at("data").at(0).at("wellspacing") == 640.0);
    CHECK(page.headers.find("Deprecation").has_value());
    // The key and unique values are the table's.
    CHECK(
        on.ask(
              "POST",
              "write",
              at("wells", R"("data":[{"api10":4201234567,"api14":2,"wellname":"B"}])")
        )
            .status == 409
    );
    CHECK(
        on.ask(
              "POST",
              "write",
              at("wells", R"("data":[{"api10":4201234568,"api14":1,"wellname":"B"}])")
        )
            .status == 409
    );
    const auto changed = on.ask(
        "PUT",
        "update",
        at("wells",
           R"("key_column":"api10","key_value":4201234567,"updates":{"api14":5,"oileur":2.5})")
    );
    CAPTURE(changed.body);
    CHECK(parsed(changed).at("count") == 1);
    CHECK(
        on.ask(
              "PUT",
              "update",
              at("wells", R"("key_column":"api10","key_value":4201234567,"updates":{"oileur":-1})")
        )
            .status == 400
    );
    CHECK(
        on.ask(
              "PUT",
              "update",
              at("wells",
                 R"("key_column":"api10","key_value":4201234567,"updates":{"api10":4201234569})")
        )
            .status == 400
    );
    CHECK(
        parsed(on.ask(
                   "DELETE", "delete", at("wells", R"("key_column":"api10","key_value":4201234567)")
               ))
            .at("count") == 1
    );
    // Nobody is in a purge group.
    CHECK(
        on.ask(
              "DELETE",
              "delete",
              at("wells", R"("key_column":"api10","key_value":4201234567,"soft":false)")
        )
            .status == 403
    );

    // Isolation: for known callers, each their own.
    CHECK(on.ask("GET", query("user_preferences")).status == 401);
    on.as(weir::caller{.id = "ada"});
    CHECK(
        on.ask("POST", "write", at("user_preferences", R"("data":[{"preferences":{"x":1}}])"))
            .status == 200
    );
    CHECK(
        on.ask(
              "POST",
              "write",
              at("user_preferences", R"("data":[{"user_id":"bob","preferences":{}}])")
        )
            .status == 400
    );
    on.as(weir::caller{.id = "bob"});
    CHECK(parsed(on.ask("GET", query("user_preferences"))).at("total") == 0);
    CHECK(
        parsed(
            on.ask(
                "PUT",
                "update",
                at("user_preferences",
                   R"("filters":[{"column":"id","op":">","value":0}],"updates":{"preferences":{}})")
            )
        )
            .at("count") == 0
    );
    CHECK(
        parsed(on.ask(
                   "PUT",
                   "update",
                   at("user_preferences",
                      R"("key_column":"user_id","key_value":"ada","updates":{"preferences":{}})")
               ))
            .at("count") == 0
    );
    on.as(weir::caller{.id = "ada"});
    CHECK(
        parsed(on.ask("GET", query("user_preferences")))
            .at("data")
            .at(0)
            .at("preferences")
            .at("x") == 1
    );

    // What is not opened to this API is closed, in any spelling, and so is what weir keeps beside.
    for (const auto* name : {"orders", "ORDERS", "orders_history", "Orders_History"}) {
        const auto status = on.ask("GET", query(name)).status;
        CAPTURE(name);
        CHECK(status == 403);
    }
}

TEST_CASE("no text of a request gets into a statement") {
    record_service on{{.reachable = "*.*.*"}};
    add_rows(on, 3);
    static_cast<void>(on.take_statements());
    const std::vector<std::string> corpus{
        "'; DROP TABLE zq7; --",
        "zq7' OR '1'='1",
        "zq7\\\"; DELETE FROM t; --",
        "zq7`; DROP TABLE t",
        "zq7) or (1=1",
        "zq7/**/union/**/select",
        "${zq7}",
        "@{zq7}",
        ":zq7",
        "$1zq7",
        "zq7%' --",
        "\\u0027zq7",
        "zq7\\u0000",
        "zq7;vacuum",
        "\\\\'zq7",
        "{{zq7}}",
        "zq7\\nselect 1",
    };
    for (const auto& text : corpus) {
        const auto quoted = "\"" + text + "\"";
        for (const auto* name : {"catalog", "schema", "table"}) {
            std::string members;
            for (const std::string each : {"catalog", "schema", "table"})
                members += "\"" + each + "\":" +
                           (each == name ? quoted
                                         : "\"" +
                                               (each == "catalog"  ? on.catalog()
                                                : each == "schema" ? on.schema()
                                                                   : "t") +
                                               "\"") +
                           ",";
            for (const auto& [method, path, rest] :
                 {std::array<const char*, 3>{"POST", "write", R"("data":[{"k":1}])"},
                  {"PUT", "update", R"("key_column":"k","key_value":1,"updates":{"a":"x"})"},
                  {"DELETE", "delete", R"("key_column":"k","key_value":1)"}}) {
                const auto refused = on.ask(method, path, "{" + members + rest + "}");
                CAPTURE(text, name, refused.body);
                CHECK(refused.status == 400);
            }
        }
        for (const auto& [method, path, members] : std::vector<std::array<std::string, 3>>{
                 {"POST", "write", R"("data":[{)" + quoted + R"(:1,"k":1}])"},
                 {"POST",
                  "write",
                  R"("schema_definition":[{"name":)" + quoted +
                      R"(,"data_type":"INT"}],"data":[{"k":1}])"},
                 {"POST",
                  "write",
                  R"("schema_definition":[{"name":"k","data_type":)" + quoted +
                      R"(}],"data":[{"k":1}])"},
                 {"PUT",
                  "update",
                  R"("key_column":)" + quoted + R"(,"key_value":1,"updates":{"a":"x"})"},
                 {"PUT",
                  "update",
                  R"("key_column":"k","key_value":)" + quoted + R"(,"updates":{"a":"x"})"},
                 {"PUT",
                  "update",
                  R"("key_column":"k","key_value":1,"updates":{)" + quoted + R"(:"x"})"},
                 {"PUT",
                  "update",
                  R"("filters":[{"column":)" + quoted +
                      R"(,"op":"=","value":1}],"updates":{"a":"x"})"},
                 {"PUT",
                  "update",
                  R"("filters":[{"column":"k","op":)" + quoted +
                      R"(,"value":1}],"updates":{"a":"x"})"},
                 {"DELETE", "delete", R"("key_column":"k","key_values":[)" + quoted + "]"}
             }) {
            const auto refused = on.ask(method, path, "{" + on.at("t") + "," + members + "}");
            CAPTURE(members, refused.body);
            CHECK(refused.status == 400);
        }
        // Values that are text are values.
        const bool is_nul = text.find("u0000") != std::string::npos;
        for (const auto& [method, path, members] : std::vector<std::array<std::string, 3>>{
                 {"POST", "write", R"("data":[{"k":50,"a":)" + quoted + "}]"},
                 {"PUT",
                  "update",
                  R"("key_column":"a","key_value":)" + quoted + R"(,"updates":{"a":)" + quoted + "}"
                 },
                 {"PUT",
                  "update",
                  R"("key_column":"k","bulk_updates":[{"key_value":50,"updates":{"a":)" + quoted +
                      R"(,"c":[)" + quoted + "]}}]"},
                 {"PUT",
                  "update",
                  R"("filters":[{"column":"a","op":"like","value":)" + quoted +
                      R"(}],"updates":{"b":1})"},
                 {"DELETE",
                  "delete",
                  R"("key_column":"a","key_values":[)" + quoted + R"(,"zq7"],"soft":false)"}
             }) {
            const auto answered = on.ask(method, path, "{" + on.at("t") + "," + members + "}");
            CAPTURE(members, answered.body);
            CHECK(answered.status == (is_nul ? 400 : 200));
        }
    }
    for (const auto& each : on.take_statements()) {
        CAPTURE(each);
        CHECK(each.find("zq7") == std::string::npos);
    }
    CHECK(on.rows_of("t") == 3);
}
