// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

using namespace test;

namespace {

/// A value of a scalar type: how it is declared, bound, written, read, and what it must read as.
struct specimen {
    std::string declared;
    weir::column_type bound;
    std::string written;
    std::string selected;
    std::string value;
    std::string reads = value;
};

std::vector<specimen> specimens() {
    const weir::column_type decimal38{.kind = type::decimal, .precision = 38, .scale = 10};
    const weir::column_type decimal12{.kind = type::decimal, .precision = 12, .scale = 2};
    return {
        {"TINYINT", {.kind = type::int8}, ":p1", "v", "-128"},
        {"SMALLINT", {.kind = type::int16}, ":p1", "v", "32767"},
        {"INT", {.kind = type::int32}, ":p1", "v", "-2147483648"},
        {"BIGINT", {.kind = type::int64}, ":p1", "v", "9223372036854775807"},
        {"FLOAT", {.kind = type::float32}, ":p1", "v", "0.1"},
        {"FLOAT", {.kind = type::float32}, ":p1", "v", "3.4028235E38"},
        {"DOUBLE", {.kind = type::float64}, ":p1", "v", "0.30000000000000004"},
        {"DOUBLE", {.kind = type::float64}, ":p1", "v", "5e-324", "5.0E-324"},
        {"DOUBLE", {.kind = type::float64}, ":p1", "v", "NaN"},
        {"DOUBLE", {.kind = type::float64}, ":p1", "v", "-Infinity"},
        {"DOUBLE", {.kind = type::float64}, ":p1", "v", "-0", "-0.0"},
        {"DECIMAL(12,2)", decimal12, ":p1", "v", "1234567890.10"},
        {"DECIMAL(38,10)", decimal38, ":p1", "v", "-1234567890123456789012345678.0123456789"},
        {"DECIMAL(38,10)", decimal38, ":p1", "v", "1e-10", "0.0000000001"},
        {"STRING", {}, ":p1", "v", "it's \"quoted\" \\ \n \u00e9 \U0001F600"},
        {"STRING", {}, ":p1", "v", ""},
        {"STRING", {}, ":p1", "v", "a string that is longer than twelve bytes"},
        {"STRING", {}, ":p1", "v", std::string{"a\0b", 3}},
        {"VARCHAR(5)",
         {.kind = type::varchar, .length = 5},
         ":p1",
         "v",
         "\u00e9\u00e9\u00e9\u00e9\u00e9"},
        {"CHAR(3)", {.kind = type::fixed_char, .length = 3}, ":p1", "v", "abc"},
        {"BOOLEAN", {.kind = type::boolean}, ":p1", "v", "true"},
        {"BOOLEAN", {.kind = type::boolean}, ":p1", "v", "false"},
        {"DATE", {.kind = type::date}, ":p1", "v", "0001-01-01"},
        {"DATE", {.kind = type::date}, ":p1", "v", "9999-12-31"},
        {"TIMESTAMP",
         {.kind = type::timestamp},
         ":p1",
         "CAST(v AS STRING)",
         "2024-05-01T10:20:30.123456Z",
         "2024-05-01 10:20:30.123456"},
        {"TIMESTAMP",
         {.kind = type::timestamp},
         ":p1",
         "CAST(v AS STRING)",
         "2024-05-01T10:20:30+02:00",
         "2024-05-01 08:20:30"},
        {"TIMESTAMP",
         {.kind = type::timestamp},
         ":p1",
         "CAST(v AS STRING)",
         "0001-01-01T00:00:00Z",
         "0001-01-01 00:00:00"},
        {"TIMESTAMP", {.kind = type::timestamp}, ":p1", "v", "9999-12-31T23:59:59.999999Z"},
        {"TIMESTAMP",
         {.kind = type::timestamp},
         ":p1",
         "v",
         "1969-12-31T23:59:59.5Z",
         "1969-12-31T23:59:59.500Z"},
        {"TIMESTAMP_NTZ",
         {.kind = type::timestamp_ntz},
         ":p1",
         "CAST(v AS STRING)",
         "2024-05-01T10:20:30.12",
         "2024-05-01 10:20:30.12"},
        {"BINARY", {.kind = type::binary}, "unbase64(:p1)", "base64(v)", "AP8QgH8="},
        {"BINARY", {.kind = type::binary}, "unbase64(:p1)", "v", "AP8QgH8="},
        {"BINARY", {.kind = type::binary}, "unbase64(:p1)", "base64(v)", ""},
        {"STRING", {.kind = type::uuid}, ":p1", "v", "123e4567-e89b-42d3-a456-426614174000"},
        {"STRING", {.kind = type::json}, ":p1", "v", "{\"a\": [1, 2.50]}"},
        {"STRING", {.kind = type::enumeration}, ":p1", "v", "light grey"},
        {"ARRAY<BIGINT>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<BIGINT>')",
         "to_json(v)",
         "[9223372036854775807,null,-1]"},
        {"ARRAY<STRING>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<STRING>')",
         "to_json(v)",
         R"(["a\"b","\u00e9",""])",
         "[\"a\\\"b\",\"\u00e9\",\"\"]"},
        {"ARRAY<DECIMAL(38,0)>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<DECIMAL(38,0)>')",
         "to_json(v)",
         "[12345678901234567890123456789012345678]"},
        {"ARRAY<DECIMAL(18,4)>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<DECIMAL(18,4)>')",
         "to_json(v)",
         "[12345678901234.5678,0.1000]"},
        {"ARRAY<DOUBLE>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<DOUBLE>')",
         "to_json(v)",
         R"([0.1,"NaN","-Infinity"])"},
        {"ARRAY<TIMESTAMP>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<TIMESTAMP>')",
         R"(to_json(v, map('timestampFormat', 'yyyy-MM-dd\'T\'HH:mm:ss.SSSSSSXXX')))",
         R"(["2024-05-01T10:20:30.123456Z"])"},
        {"ARRAY<TIMESTAMP>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<TIMESTAMP>')",
         "to_json(v)",
         R"(["2024-05-01T10:20:30.123456Z"])",
         R"(["2024-05-01T10:20:30.123Z"])"},
        {"ARRAY<BINARY>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<BINARY>')",
         "to_json(v)",
         R"(["AP8QgH8=",""])"},
        {"ARRAY<DATE>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<DATE>')",
         "to_json(v)",
         R"(["2024-02-29"])"},
        {"ARRAY<ARRAY<INT>>",
         {.kind = type::array},
         "from_json(:p1, 'ARRAY<ARRAY<INT>>')",
         "to_json(v)",
         "[[1,2],[],[3]]"},
        {"MAP<STRING, DECIMAL(38,10)>",
         {.kind = type::map},
         "from_json(:p1, 'MAP<STRING, DECIMAL(38,10)>')",
         "to_json(v)",
         R"({"a b":0.1000000000,"c":null})"},
        {"STRUCT<a: INT, b: ARRAY<STRUCT<c: STRING, d: BINARY>>>",
         {.kind = type::structure},
         "from_json(:p1, 'STRUCT<a: INT, b: ARRAY<STRUCT<c: STRING, d: BINARY>>>')",
         "to_json(v)",
         R"({"a":1,"b":[{"c":"x","d":"AP8="},{"c":"y"}]})"},
    };
}

} // namespace

TEST_CASE("a value of every type comes back as it was, and so does NULL") {
    fresh engine;
    for (const auto& each : specimens()) {
        INFO(each.declared << " " << each.value);
        run(engine.session, "create or replace table t (v " + each.declared + ") using delta");
        const auto insert = "insert into t (v) values (" + each.written + ")";
        CHECK(run(engine.session, insert, {{each.value, each.bound}}).affected_rows() == 1);
        CHECK(one(engine.session, "select " + each.selected + " as v from t") == each.reads);
        run(engine.session, insert, {{std::nullopt, each.bound}});
        CHECK(
            rows_of(engine.session, "select " + each.selected + " from t where v is null") ==
            table_of_text{{field{}}}
        );
        // What was written is also found again, as the value it is.
        if (weir::is_scalar(each.bound.kind) && each.value != "NaN") {
            const auto found = "select count(*) from t where v = " + each.written;
            CHECK(one(engine.session, found, {{each.value, each.bound}}) == "1");
        }
    }
}

TEST_CASE("an argument that is not of its type is a bad value, without its text") {
    fresh engine;
    const std::pair<weir::type, std::string> wrong[]{
        {type::int8, "128"},
        {type::int64, "1.5"},
        {type::int64, " 1"},
        {type::float64, "abc"},
        {type::boolean, "yes"},
        {type::date, "2024-02-30"},
        {type::timestamp, "yesterday"},
        {type::timestamp_ntz, "2024-05-01T10:20:30Z"},
    };
    for (const auto& [kind, value] : wrong) {
        INFO(value);
        try {
            run(engine.session, "select :p1", {{value, {.kind = kind}}});
            FAIL("it was accepted");
        } catch (const weir::validation_error& failure) {
            CHECK(failure.sqlstate() == "22018");
            CHECK(std::string{failure.what()}.find(value) == std::string::npos);
        }
    }
    const weir::column_type small{.kind = type::decimal, .precision = 4, .scale = 2};
    CHECK(refusal(engine.session, "select :p1", {{"123.45", small}}) == "22018");
    CHECK(refusal(engine.session, "select :p1", {{"1.005", small}}) == "22018");
}

TEST_CASE("columns are described with Databricks' types") {
    fresh engine;
    run(engine.session,
        "create table t (a int, b array<struct<x: decimal(5,2), y: timestamp>>, c map<string, "
        "binary>, d variant)");
    const auto columns = run(engine.session, "select * from t").columns();
    const auto spelled = [&](std::size_t at) {
        std::string made{columns.at(at).name + " "};
        weir::embedded::append_databricks_type(made, columns.at(at).type);
        return made;
    };
    REQUIRE(columns.size() == 4);
    CHECK(spelled(0) == "a INT");
    CHECK(spelled(1) == "b ARRAY<STRUCT<`x`: DECIMAL(5,2), `y`: TIMESTAMP>>");
    CHECK(spelled(2) == "c MAP<STRING, BINARY>");
    CHECK(spelled(3) == "d VARIANT");
    CHECK(run(engine.session, "insert into t (a) values (1)").columns().empty());
}

TEST_CASE("a result outlives its session and gives every chunk") {
    fresh engine;
    auto rows = [&] {
        auto session = engine.base.session(nobody{});
        run(session, "create table many (id bigint, name string)");
        run(session,
            "insert into many select x, concat('a name that is long: ', string(x)) from (select "
            "explode(sequence(1, 10000)) as x) as r");
        return run(session, "select id, name from many order by id");
    }();
    std::int64_t expected = 0;
    while (const auto row = rows.next()) {
        ++expected;
        REQUIRE((*row)[0].text == std::to_string(expected));
        REQUIRE((*row)[1].text == "a name that is long: " + std::to_string(expected));
    }
    CHECK(expected == 10'000);
    CHECK_FALSE(rows.next().has_value());
}

TEST_CASE("a statement first asked of an empty table gives whole texts later") {
    fresh engine;
    run(engine.session, "create table t (id bigint, a string)");
    CHECK(one(engine.session, "select count(*) from (select a from t order by id)") == "0");
    run(engine.session, "select a from t order by id");
    run(engine.session, "insert into t values (1, 'draft')");
    CHECK(one(engine.session, "select a from t order by id") == "draft");
}
