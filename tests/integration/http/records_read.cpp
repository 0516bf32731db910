// SPDX-License-Identifier: Apache-2.0
// GET /records/read, sentence by sentence of its contract; and which tables are reached at all.
#include <weir/core/deadline.hpp>
#include <weir/core/percent.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <set>
#include <string>

#include "record_service.hpp"
#include "records_fixture.hpp"

using namespace test;

namespace {

/// Rows 1 to 25 of a table with a number, a text and a flag.
void add_rows(record_service& on) {
    std::string data = R"("data":[)";
    for (int at = 1; at <= 25; ++at)
        data += (at == 1 ? "" : ",") + std::string{R"({"n":)"} + std::to_string(at) +
                R"(,"word":"w)" + std::to_string(at) + R"(","maybe":)" +
                (at % 5 == 0 ? "null" : std::to_string(at * 10)) + "}";
    const auto made = on.write(
        "t",
        R"("auto_create":true,"schema_definition":[{"name":"n","data_type":"INT","nullable":false},
            {"name":"word","data_type":"STRING"},{"name":"maybe","data_type":"BIGINT"}],)" +
            data + "]"
    );
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
}

std::string filters(std::string_view text) {
    std::string made = "columns=n&filters=";
    for (const char c : text) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto code = static_cast<unsigned char>(c);
        made.push_back('%');
        made.push_back(digits[code >> 4U]);
        made.push_back(digits[code & 0xFU]);
    }
    return made;
}

std::set<int> numbers(const nlohmann::json& page) {
    std::set<int> found;
    for (const auto& row : page.at("data"))
        found.insert(row.at("n").get<int>());
    return found;
}

} // namespace

TEST_CASE("a page has a hundred rows unless told, and says how many match") {
    record_service on;
    add_rows(on);
    const auto all = parsed(on.read("t"));
    CHECK(all.at("count") == 25);
    CHECK(all.at("total") == 25);
    CHECK(all.at("data").at(0).size() == 3 + 8);
    const auto page = parsed(on.read("t", "limit=10&offset=20&columns=word,n"));
    CHECK(page.at("count") == 5);
    CHECK(page.at("total") == 25);
    CHECK(
        on.read("t", "limit=1&offset=2&columns=word,n").body ==
        R"({"data":[{"word":"w3","n":3}],"count":1,"total":25})"
    );
    const auto beyond = parsed(on.read("t", "offset=100"));
    CHECK(beyond.at("count") == 0);
    CHECK(beyond.at("total") == 25);
}

TEST_CASE("pages one after the other hold every row once, in the order they came") {
    record_service on;
    add_rows(on);
    int expected = 0;
    for (int offset = 0; offset < 25; offset += 4) {
        const auto page =
            parsed(on.read("t", "columns=n&limit=4&offset=" + std::to_string(offset)));
        for (const auto& row : page.at("data"))
            CHECK(row.at("n") == ++expected);
    }
    CHECK(expected == 25);
}

TEST_CASE("every operator filters, and filters are all to hold") {
    record_service on;
    add_rows(on);
    const auto found = [&](std::string_view text) {
        const auto answered = on.read("t", filters(text));
        CAPTURE(answered.body);
        REQUIRE(answered.status == 200);
        const auto page = parsed(answered);
        CHECK(page.at("total") == page.at("count"));
        return numbers(page);
    };
    using set = std::set<int>;
    CHECK(found(R"([{"column":"n","op":"=","value":3}])") == set{3});
    CHECK(
        found(R"([{"column":"n","op":"!=","value":3},{"column":"n","op":"<=","value":4}])") ==
        set{1, 2, 4}
    );
    CHECK(found(R"([{"column":"n","op":">","value":23}])") == set{24, 25});
    CHECK(found(R"([{"column":"n","op":">=","value":24}])") == set{24, 25});
    CHECK(found(R"([{"column":"n","op":"<","value":3}])") == set{1, 2});
    CHECK(
        found(R"([{"column":"word","op":"like","value":"w_"}])") == set{1, 2, 3, 4, 5, 6, 7, 8, 9}
    );
    CHECK(found(R"([{"column":"word","op":"LIKE","value":"%5"}])") == set{5, 15, 25});
    CHECK(found(R"([{"column":"n","op":"in","value":[1,2,99]}])") == set{1, 2});
    CHECK(
        found(R"([{"column":"n","op":"not in","value":[1,2]},{"column":"n","op":"<","value":5}])"
        ) == set{3, 4}
    );
    CHECK(found(R"([{"column":"maybe","op":"is null"}])") == set{5, 10, 15, 20, 25});
    CHECK(
        found(
            R"([{"column":"maybe","op":"is not null"},{"column":"n","op":"between","value":[4,6]}])"
        ) == set{4, 6}
    );
    CHECK(found("[]").size() == 25);
}

TEST_CASE("what cannot be read is told at its place") {
    record_service on;
    add_rows(on);
    const auto refused = [&](const std::string& parameters) {
        const auto answered = on.read("t", parameters);
        CAPTURE(parameters, answered.body);
        CHECK(answered.status == 400);
        return parsed(answered);
    };
    for (const auto* wrong :
         {"limit=0",
          "limit=1001",
          "limit=x",
          "limit=",
          "limit=-1",
          "limit=99999999999999999999",
          "offset=-1",
          "offset=1.5",
          "columns=nothing",
          "columns=n,n2"})
        CHECK(refused(wrong).at("message") == "Validation error");
    CHECK(refused("columns=n;drop").at("message") == "Invalid identifier: n;drop");
    for (const auto* wrong :
         {R"({)",
          R"({})",
          R"([1])",
          R"([{"column":"n","op":"="}])",
          R"([{"op":"=","value":1}])",
          R"([{"column":"n","value":1}])",
          R"([{"column":"zz","op":"=","value":1}])",
          R"([{"column":"n","op":"~","value":1}])",
          R"([{"column":"n","op":"=","value":"x"}])",
          R"([{"column":"n","op":"=","value":null}])",
          R"([{"column":"n","op":"in","value":3}])",
          R"([{"column":"n","op":"between","value":[1]}])",
          R"([{"column":"n","op":"like","value":"1%"}])"})
        refused(filters(wrong));
    const auto missing = parsed(on.ask("GET", "read?catalog=c"));
    CHECK(
        missing.at("details").at("errors").dump() ==
        R"([{"loc":["query","schema"],"msg":"Field required","type":"missing"},)"
        R"({"loc":["query","table"],"msg":"Field required","type":"missing"}])"
    );
}

TEST_CASE("deleted rows are read only where a filter names is_deleted") {
    record_service on;
    add_rows(on);
    REQUIRE(on.remove("t", R"("key_column":"n","key_values":[1,2])").status == 200);
    CHECK(parsed(on.read("t")).at("total") == 23);
    CHECK(
        numbers(parsed(on.read("t", filters(R"([{"column":"is_deleted","op":"=","value":true}])")))
        ) == std::set<int>{1, 2}
    );
    CHECK(
        parsed(on.read("t", filters(R"([{"column":"is_deleted","op":"in","value":[true,false]}])")))
            .at("total") == 25
    );
}

TEST_CASE("a table of somebody else's is read and written by what the database tells of it") {
    record_service on;
    on.execute(
        "create table " + on.place() + "foreign_made (id " +
        (record_service::is_lakebase() ? "bigint not null, label varchar(5), price numeric(8,2), "
                                         "tags text[], is_deleted boolean)"
                                       : "bigint not null, label string, price decimal(8,2), tags "
                                         "array<string>, is_deleted boolean)")
    );
    on.execute("insert into " + on.place() + "foreign_made (id, label) values (7, 'old')");
    const auto made = on.write(
        "foreign_made",
        R"("data":[{"id":1,"label":"new","price":"10.50","tags":["a","b\"c"]},{"id":2}])"
    );
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
    // Rows that say nothing about being deleted are not.
    const auto page = parsed(on.read("foreign_made"));
    CHECK(page.at("total") == 3);
    CHECK(
        on.read("foreign_made", "columns=id,price,tags,is_deleted").body ==
        R"({"data":[{"id":1,"price":10.50,"tags":["a","b\"c"],"is_deleted":false},)"
        R"({"id":2,"price":null,"tags":null,"is_deleted":false},)"
        R"({"id":7,"price":null,"tags":null,"is_deleted":null}],"count":3,"total":3})"
    );
    CHECK(on.write("foreign_made", R"("data":[{"id":1,"price":"10.505"}])").status == 400);
    CHECK(on.write("foreign_made", R"("data":[{"label":"no id"}])").status == 400);
    // A deletion needs no more of the audit columns than there are.
    const auto gone = on.remove("foreign_made", R"("key_column":"id","key_value":7)");
    CAPTURE(gone.body);
    CHECK(gone.status == 200);
    CHECK(parsed(on.read("foreign_made")).at("total") == 2);
}

TEST_CASE("only what settings allow is reached, and weir's own tables never") {
    record_service closed{{.reachable = "*.elsewhere.*"}};
    CHECK(closed.read("t").status == 403);
    CHECK(closed.write("t", R"("data":[{"a":1}])").status == 403);

    record_service open{
        {.reachable = "*.*.*", .creatable = "*.sandbox.made_*,*.app_data.made_*,*.t_routes*.made_*"}
    };
    const auto at = [&](const std::string& schema, const std::string& table) {
        return open
            .ask("GET", "read?catalog=" + open.catalog() + "&schema=" + schema + "&table=" + table)
            .status;
    };
    CHECK(at("information_schema", "tables") == 403);
    CHECK(at("INFORMATION_SCHEMA", "columns") == 403);
    CHECK(at("pg_catalog", "pg_shadow") == 403);
    CHECK(at(open.schema(), "no_such_table") == 404);
    CHECK(open.write("t", well_definition + ",\"auto_create\":true," + one_well).status == 403);
    CHECK(
        open.write("made_t", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
}

TEST_CASE("without a warehouse its tables are refused by name") {
    record_service on{{.has_backend = false}};
    const auto refused = on.ask("GET", "read?catalog=main&schema=a&table=b");
    CHECK(refused.status == 500);
    CHECK(parsed(refused).at("message") == "SQL warehouse ID not configured");
}

TEST_CASE("facts of a table are asked for once in five minutes, and again when they are wrong") {
    const auto now = std::make_shared<std::atomic<std::int64_t>>(0);
    weir::workspace::timed_cache_options kept;
    kept.now = [now, start = weir::deadline::clock::now()] {
        return start + std::chrono::seconds{now->load()};
    };
    record_service on{{.metadata = kept}};
    add_rows(on);
    const auto asks = [&] {
        std::size_t count = 0;
        for (const auto& each : on.take_statements())
            count += each.find("information_schema") != std::string::npos ? 1U : 0U;
        return count;
    };
    static_cast<void>(asks());
    CHECK(on.read("t").status == 200);
    CHECK(on.read("t").status == 200);
    CHECK(asks() == 0);
    // Another identity may know of other columns.
    on.as(weir::caller{.id = "ada"});
    CHECK(on.read("t").status == 200);
    CHECK(on.read("t").status == 200);
    CHECK(asks() == 1);
    *now = 301;
    CHECK(on.read("t").status == 200);
    CHECK(asks() == 1);
    // Somebody changes the table meanwhile.
    if (record_service::is_warehouse())
        on.execute(
            "alter table " + on.place() +
            "t set tblproperties ('delta.columnMapping.mode' = 'name')"
        );
    on.execute("alter table " + on.place() + "t drop column maybe");
    const auto narrower = on.read("t");
    CAPTURE(narrower.body);
    CHECK(narrower.status == 200);
    CHECK(asks() == 1);
    on.execute("drop table " + on.place() + "t");
    CHECK(on.read("t").status == 404);
}
