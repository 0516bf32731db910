// SPDX-License-Identifier: Apache-2.0
// POST /records/write, sentence by sentence of its contract.
#include <nlohmann/json.hpp>

#include <catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "record_service.hpp"
#include "records_fixture.hpp"

namespace records_write_cases {

using namespace test;

TEST_CASE("a table is made with the audit columns, and the records are written") {
    record_service on;
    on.as(weir::caller{.id = "ada", .email = "ada@example.com"});
    const auto made = on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well);
    CAPTURE(made.body);
    CHECK(made.status == 200);
    CHECK(
        made.body == R"({"message":"Inserted 1 record(s) into )" + on.catalog() + "." +
                         on.schema() + R"(.new_wells","count":1})"
    );
    const auto page = parsed(on.read("new_wells"));
    REQUIRE(page.at("count") == 1);
    CHECK(page.at("total") == 1);
    const auto& row = page.at("data").at(0);
    CHECK(row.size() == 9 + 8);
    CHECK(row.at("api10") == 4201234567);
    CHECK(row.at("wellname") == "SMITH 1-15H");
    CHECK(row.at("spuddate") == "01/15/2024");
    CHECK(row.at("oileur") == 125000.50);
    CHECK(row.at("record_uuid").get<std::string>().size() == 36);
    CHECK(row.at("record_uuid").get<std::string>().at(14) == '4');
    CHECK(row.at("is_deleted") == false);
    CHECK(row.at("inserted_by") == "ada@example.com");
    CHECK(row.at("inserted_at").get<std::string>().size() > 19);
    for (const auto* name : {"updated_at", "updated_by", "deleted_at", "deleted_by"})
        CHECK(row.at(name).is_null());
}

TEST_CASE("every data type of a definition holds its values") {
    record_service on;
    const auto made = on.write(
        "kinds",
        R"json("auto_create":true,"schema_definition":[
            {"name":"a_bigint","data_type":"BIGINT"},{"name":"a_int","data_type":"INT"},
            {"name":"a_integer","data_type":"INTEGER"},{"name":"a_smallint","data_type":"SMALLINT"},
            {"name":"a_tinyint","data_type":"TINYINT"},{"name":"a_double","data_type":"DOUBLE"},
            {"name":"a_float","data_type":"FLOAT"},{"name":"a_decimal","data_type":"DECIMAL(12,2)"},
            {"name":"a_whole","data_type":"DECIMAL"},{"name":"a_string","data_type":"STRING"},
            {"name":"a_varchar","data_type":"VARCHAR(10)"},{"name":"a_char","data_type":"CHAR(3)"},
            {"name":"a_boolean","data_type":"BOOLEAN"},{"name":"a_date","data_type":"DATE"},
            {"name":"a_timestamp","data_type":"TIMESTAMP"},
            {"name":"a_ntz","data_type":"TIMESTAMP_NTZ"},{"name":"a_binary","data_type":"BINARY"},
            {"name":"a_array","data_type":"ARRAY<INT>"},{"name":"a_bare","data_type":"array"},
            {"name":"a_map","data_type":"MAP<STRING,DOUBLE>"},
            {"name":"a_struct","data_type":"STRUCT<x: INT, y: STRING>"}],
        "data":[{"a_bigint":9007199254740993,"a_int":-2147483648,"a_integer":7,"a_smallint":-32768,
            "a_tinyint":-128,"a_double":1.5e10,"a_float":0.1,"a_decimal":"9999999999.99",
            "a_whole":12,"a_string":"o'clock \" \\ ; --","a_varchar":"0123456789","a_char":"abc",
            "a_boolean":true,"a_date":"2024-05-01","a_timestamp":"2024-05-01T10:20:30.123456+02:00",
            "a_ntz":"2024-05-01T10:20:30","a_binary":"aGk=","a_array":[1,2],"a_bare":["a","b c"],
            "a_map":{"k":1.5},"a_struct":{"x":1,"y":"z"}}])json"
    );
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
    const auto row = parsed(on.read("kinds")).at("data").at(0);
    CAPTURE(row.dump());
    CHECK(row.at("a_bigint") == 9007199254740993);
    CHECK(row.at("a_int") == -2147483648);
    CHECK(row.at("a_smallint") == -32768);
    CHECK(row.at("a_tinyint") == -128);
    CHECK(row.at("a_double") == 1.5e10);
    CHECK(row.at("a_float") == 0.1);
    CHECK(on.read("kinds").body.find("\"a_decimal\":9999999999.99") != std::string::npos);
    CHECK(row.at("a_whole") == 12);
    CHECK(row.at("a_string") == "o'clock \" \\ ; --");
    CHECK(row.at("a_varchar") == "0123456789");
    CHECK(row.at("a_char") == "abc");
    CHECK(row.at("a_boolean") == true);
    CHECK(row.at("a_date") == "2024-05-01");
    CHECK(row.at("a_timestamp") == "2024-05-01T08:20:30.123456Z");
    CHECK(row.at("a_ntz") == "2024-05-01T10:20:30");
    CHECK(row.at("a_binary") == "aGk=");
    CHECK(row.at("a_array") == nlohmann::json::array({1, 2}));
    CHECK(row.at("a_bare") == nlohmann::json::array({"a", "b c"}));
    CHECK(row.at("a_map").at("k") == 1.5);
    CHECK(row.at("a_struct").at("y") == "z");
}

TEST_CASE("a value of the wrong type names the record, the column and the schema expected") {
    record_service on;
    const auto refused = on.write(
        "new_orders",
        R"("auto_create":true,"schema_definition":[
            {"name":"order_id","data_type":"BIGINT","nullable":false},
            {"name":"amount","data_type":"DOUBLE","nullable":true}],
        "data":[{"order_id":"ORD-1","amount":1}])"
    );
    CHECK(refused.status == 400);
    const auto told = parsed(refused);
    CHECK(told.at("error") == true);
    CHECK(
        told.at("message") ==
        "Schema validation failed: Record 0: Column 'order_id' expects integer, got str"
    );
    CHECK(
        told.at("details").at("expected_schema").dump() ==
        R"([{"name":"order_id","nullable":false,"type":"BIGINT"},)"
        R"({"name":"amount","nullable":true,"type":"DOUBLE"}])"
    );
    // Nothing was made for it.
    CHECK(on.read("new_orders").status == 404);
}

TEST_CASE("types of JSON are called what clients call them") {
    record_service on;
    const auto message = [&](const char* value) {
        return parsed(
                   on.write(
                       "t",
                       std::string{
                           R"("schema_definition":[{"name":"n","data_type":"INT","nullable":false}],)"
                           R"("auto_create":true,"data":[{"n":1},{"n":)"
                       } + value +
                           "}]"
                   )
        )
            .at("message")
            .get<std::string>();
    };
    const std::string start =
        "Schema validation failed: Record 1: Column 'n' expects integer, got ";
    CHECK(message("\"1\"") == start + "str");
    CHECK(message("1.5") == start + "float");
    CHECK(message("true") == start + "bool");
    CHECK(message("[]") == start + "list");
    CHECK(message("{}") == start + "dict");
    CHECK(message("null") == start + "null");
}

TEST_CASE("missing and unknown columns are refused by a definition") {
    record_service on;
    const std::string definition =
        R"("auto_create":true,"schema_definition":[{"name":"a","data_type":"INT","nullable":false}],)";
    const auto missing = parsed(on.write("t", definition + R"("data":[{}])"));
    CHECK(missing.at("message") == "Schema validation failed: Record 0: Column 'a' is required");
    const auto unknown = parsed(on.write("t", definition + R"("data":[{"a":1,"b":2}])"));
    CHECK(
        unknown.at("message") == "Schema validation failed: Record 0: Column 'b' is unknown; did "
                                 "you mean 'a'?"
    );
    const auto twice = on.write("t", definition + R"("data":[{"a":1,"a":2}])");
    CHECK(twice.status == 400);
}

TEST_CASE("auto_create needs the definition, and a table is not made without it") {
    record_service on;
    const auto without = on.write("t", R"("auto_create":true,"data":[{"a":1}])");
    CHECK(without.status == 400);
    CHECK(parsed(without).at("message") == "Validation error");
    CHECK(on.write("t", R"("data":[{"a":1}])").status == 404);
    CHECK(
        on.write("t", R"("schema_definition":[{"name":"a","data_type":"INT"}],"data":[{"a":1}])")
            .status == 404
    );
}

TEST_CASE("a schema that is not there is not made") {
    record_service on{{.reachable = "*.*.*", .creatable = "*.*.*"}};
    const auto refused = on.ask(
        "POST",
        "write",
        R"({"catalog":")" + on.catalog() + R"(","schema":"nowhere_at_all","table":"t",)" +
            R"("auto_create":true,"schema_definition":[{"name":"a","data_type":"INT"}],)" +
            R"("data":[{"a":1}]})"
    );
    CAPTURE(refused.body);
    CHECK(refused.status == 404);
    CHECK(
        parsed(refused).at("message").get<std::string>().find("nowhere_at_all") != std::string::npos
    );
}

TEST_CASE("a second write finds the table, validates by it and fills the audit columns again") {
    record_service on;
    REQUIRE(
        on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
    on.as(weir::caller{.id = "bob"});
    // With the definition, without it, and by a narrower one.
    CHECK(on.write("new_wells", well_definition + "," + one_well).status == 200);
    CHECK(on.write("new_wells", one_well).status == 200);
    const auto narrow = on.write(
        "new_wells",
        R"("schema_definition":[{"name":"api10","data_type":"BIGINT"},{"name":"api14","data_type":"BIGINT"},
            {"name":"wellname","data_type":"STRING"}],
        "data":[{"api10":1,"api14":2,"wellname":"X"}])"
    );
    CAPTURE(narrow.body);
    CHECK(narrow.status == 200);
    const auto rows = parsed(on.read("new_wells")).at("data");
    REQUIRE(rows.size() == 4);
    for (const auto& row : rows)
        CHECK_FALSE(row.at("record_uuid").is_null());
    CHECK(rows.at(3).at("inserted_by") == "bob");
    // What the table says counts, whatever a definition does.
    const auto wrong =
        parsed(on.write("new_wells", R"("data":[{"api10":1,"api14":2,"wellname":3}])"));
    CHECK(
        wrong.at("message") ==
        "Schema validation failed: Record 0: Column 'wellname' expects string, got int"
    );
    CHECK(wrong.at("details").at("expected_schema").size() == 9);
    const auto other = on.write(
        "new_wells",
        R"("schema_definition":[{"name":"api10","data_type":"STRING"},{"name":"api14","data_type":"BIGINT"},
            {"name":"wellname","data_type":"STRING"}],"data":[{"api10":"1","api14":2,"wellname":"X"}])"
    );
    CHECK(other.status == 400);
}

TEST_CASE("columns that no record names are left to the database") {
    record_service on;
    REQUIRE(
        on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
    const auto made = on.write(
        "new_wells",
        R"("data":[{"api10":1,"api14":1,"wellname":"A","oileur":5},)"
        R"({"api10":2,"api14":2,"wellname":"B"},{"api10":3,"api14":3,"wellname":"C","gaseur":7}])"
    );
    CAPTURE(made.body);
    REQUIRE(made.status == 200);
    const auto rows = parsed(on.read("new_wells", "columns=api10,oileur,gaseur")).at("data");
    REQUIRE(rows.size() == 4);
    CHECK(rows.at(1).dump() == R"({"api10":1,"gaseur":null,"oileur":5})");
    CHECK(rows.at(2).dump() == R"({"api10":2,"gaseur":null,"oileur":null})");
    CHECK(rows.at(3).dump() == R"({"api10":3,"gaseur":7,"oileur":null})");
}

TEST_CASE("audit columns are not written by a payload") {
    record_service on;
    REQUIRE(
        on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
    for (const auto* name :
         {"record_uuid",
          "is_deleted",
          "inserted_at",
          "inserted_by",
          "updated_at",
          "updated_by",
          "deleted_at",
          "deleted_by"}) {
        const auto refused = on.write(
            "new_wells",
            R"("data":[{"api10":1,"api14":1,"wellname":"A",")" + std::string{name} + R"(":null}])"
        );
        CHECK(refused.status == 400);
        const auto defined = on.write(
            "other",
            R"("auto_create":true,"schema_definition":[{"name":")" + std::string{name} +
                R"(","data_type":"STRING"}],"data":[{}])"
        );
        CHECK(defined.status == 400);
    }
    CHECK(on.rows_of("new_wells") == 1);
}

TEST_CASE("one wrong record of many, and none is written") {
    record_service on;
    REQUIRE(
        on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
    const auto refused = on.write(
        "new_wells",
        R"("data":[{"api10":1,"api14":1,"wellname":"A"},{"api10":2,"api14":1,"wellname":7}])"
    );
    CHECK(parsed(refused).at("message").get<std::string>().find("Record 1") != std::string::npos);
    CHECK(on.rows_of("new_wells") == 1);
}

TEST_CASE("ten thousand records are one statement where the database takes one") {
    record_service on;
    REQUIRE(
        on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
    static_cast<void>(on.take_statements());
    std::string data = R"("data":[)";
    for (int at = 0; at < 10'000; ++at)
        data += (at == 0 ? "" : ",") + std::string{R"({"api10":)"} + std::to_string(at) +
                R"(,"api14":1,"wellname":"W )" + std::to_string(at) + R"(","oileur":1.5})";
    const auto made = on.write("new_wells", data + "]");
    CAPTURE(made.body.substr(0, 500));
    REQUIRE(made.status == 200);
    CHECK(parsed(made).at("count") == 10'000);
    const auto statements = on.take_statements().size();
    if (record_service::is_warehouse()) {
        // 1 MB of parameters in each; these rows have about 3 MB.
        CHECK(statements <= 5);
    } else {
        CHECK(statements == 1);
    }
    CHECK(on.rows_of("new_wells") == 10'001);
    // In the order they came.
    const auto rows = parsed(on.read("new_wells", "limit=3&offset=5000&columns=api10")).at("data");
    CHECK(rows.at(0).at("api10") == 4999);
    CHECK(rows.at(2).at("api10") == 5001);
}

TEST_CASE("a record that the database refuses takes all others of its request with it") {
    record_service on;
    REQUIRE(
        on.write(
              "t",
              R"("auto_create":true,"schema_definition":[{"name":"k","data_type":"INT"},)"
              R"({"name":"a","data_type":"STRING"}],"data":[{"k":-1}])"
        )
            .status == 200
    );
    on.execute("alter table " + on.place() + "t add constraint k_is_small check (k < 9990)");
    const std::string filler(200, 'x');
    std::string data = R"("data":[)";
    for (int at = 0; at < 10'000; ++at)
        data += (at == 0 ? "" : ",") + std::string{R"({"k":)"} + std::to_string(at) + R"(,"a":")" +
                filler + "\"}";
    const auto refused = on.write("t", data + "]");
    CAPTURE(refused.body.substr(0, 500));
    CHECK(refused.status == 400);
    CHECK(on.rows_of("t") == 1);
}

TEST_CASE("clients that make the same table at the same time all write") {
    record_service on;
    constexpr int clients = 8;
    std::vector<int> statuses(clients);
    {
        std::vector<std::jthread> threads;
        for (int at = 0; at < clients; ++at)
            threads.emplace_back([&, at] {
                statuses[static_cast<std::size_t>(at)] =
                    on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well)
                        .status;
            });
    }
    CHECK(statuses == std::vector<int>(clients, 200));
    CHECK(on.rows_of("new_wells") == clients);
}

TEST_CASE("definitions are checked before anything else") {
    record_service on;
    const auto refused = [&](const char* definition) {
        return on.write(
            "t",
            std::string{R"("auto_create":true,"schema_definition":)"} + definition +
                R"(,"data":[{"a":1}])"
        );
    };
    CHECK(refused(R"([])").status == 400);
    CHECK(refused(R"({})").status == 400);
    CHECK(refused(R"([1])").status == 400);
    CHECK(refused(R"([{"name":"a"}])").status == 400);
    CHECK(refused(R"([{"data_type":"INT"}])").status == 400);
    CHECK(refused(R"([{"name":"a","data_type":"MONEY"}])").status == 400);
    CHECK(refused(R"([{"name":"a","data_type":"INT; DROP TABLE t"}])").status == 400);
    CHECK(refused(R"([{"name":"a","data_type":"ARRAY<INT"}])").status == 400);
    CHECK(refused(R"([{"name":"a","data_type":"STRUCT<`x y`: INT>"}])").status == 400);
    CHECK(refused(R"([{"name":"a","data_type":"INT","nullable":"no"}])").status == 400);
    CHECK(
        refused(R"([{"name":"a","data_type":"INT"},{"name":"A","data_type":"INT"}])").status == 400
    );
    const auto name = refused(R"([{"name":"a b","data_type":"INT"}])");
    CHECK(name.status == 400);
    CHECK(parsed(name).at("message") == "Invalid identifier: a b");
}

TEST_CASE("no data, no table") {
    record_service on;
    const auto empty = on.write("t", R"("data":[])");
    CHECK(empty.status == 404);
    REQUIRE(
        on.write("new_wells", well_definition + ",\"auto_create\":true," + one_well).status == 200
    );
    CHECK(on.write("new_wells", R"("data":[])").status == 400);
    CHECK(on.write("new_wells", R"("data":{})").status == 400);
    CHECK(on.write("new_wells", R"("data":[1])").status == 400);
    CHECK(on.write("new_wells", R"("data":null)").status == 400);
}

} // namespace records_write_cases
