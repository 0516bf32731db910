// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/types.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace types_cases {

using namespace weir::embedded;

namespace {

std::string duckdb(std::string_view text) {
    std::string made;
    append_duckdb_type(made, parse_schema(text));
    return made;
}

std::string databricks(std::string_view text) {
    std::string made;
    append_databricks_type(made, parse_schema(text));
    return made;
}

std::string refused(std::string_view text) {
    try {
        static_cast<void>(parse_schema(text));
    } catch (const weir::statement_error& failure) {
        return std::string{failure.sqlstate()} + " " + failure.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("types are spelled as the engine wants them") {
    CHECK(duckdb("array<int>") == "INTEGER[]");
    CHECK(duckdb("ARRAY<ARRAY<decimal(38, 10)>>") == "DECIMAL(38,10)[][]");
    CHECK(duckdb("MAP<STRING, TIMESTAMP>") == "MAP(VARCHAR, TIMESTAMPTZ)");
    CHECK(
        duckdb("STRUCT<a: INT, `b c`: TIMESTAMP_NTZ>") == R"(STRUCT("a" INTEGER, "b c" TIMESTAMP))"
    );
    CHECK(
        duckdb("struct<a:tinyint,b:smallint,c:bigint,d:float,e:double>") ==
        R"(STRUCT("a" TINYINT, "b" SMALLINT, "c" BIGINT, "d" FLOAT, "e" DOUBLE))"
    );
    CHECK(
        duckdb("struct<a boolean, b date, c binary, d varchar(3), e char(2), f variant>") ==
        R"(STRUCT("a" BOOLEAN, "b" DATE, "c" BLOB, "d" VARCHAR, "e" VARCHAR, "f" JSON))"
    );
    CHECK(duckdb("struct<a int not null comment 'x'>") == R"(STRUCT("a" INTEGER))");
    CHECK(duckdb("int") == "INTEGER");
}

TEST_CASE("a list of fields is a structure") {
    CHECK(duckdb("a INT, b ARRAY<STRING>") == R"(STRUCT("a" INTEGER, "b" VARCHAR[]))");
    CHECK(duckdb("decimal(12,2)") == "DECIMAL(12,2)");
}

TEST_CASE("the canonical spelling reads back as the same type") {
    for (const std::string_view text :
         {"ARRAY<STRUCT<`a`: INT, `b``c`: ARRAY<STRING>>>",
          "MAP<STRING, DECIMAL(38,10)>",
          "STRUCT<`t`: TIMESTAMP, `n`: TIMESTAMP_NTZ, `b`: BINARY, `v`: VARIANT>"}) {
        CHECK(databricks(text) == text);
    }
}

TEST_CASE("names and literals keep whatever is in them") {
    std::string made;
    append_name(made, R"(a"b)");
    CHECK(made == R"("a""b")");
    made.clear();
    append_literal(made, R"(it's \n)");
    CHECK(made == R"('it''s \n')");
}

TEST_CASE("types the engine does not have are refused by name") {
    CHECK(refused("interval") == "0A000 The embedded engine does not support the type interval");
    CHECK(
        refused("array<geometry>") == "0A000 The embedded engine does not support the type geometry"
    );
    CHECK(refused("array<int") == "42601 SQL syntax: expected '>' in a type at byte 6");
    CHECK(refused("array<int>>") == "42601 SQL syntax: unexpected text after a type at byte 10");
    CHECK(
        refused("decimal(39,0)") ==
        "42601 SQL syntax: a size out of range in type decimal at byte 0"
    );
    CHECK(
        refused("decimal(5,6)") == "42601 SQL syntax: a size out of range in type decimal at byte 0"
    );
    CHECK(refused("struct<>") == "42601 SQL syntax: expected a type at byte 6");
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += "array<";
    CHECK(refused(deep) == "0A000 The embedded engine does not support types nested this deep");
    CHECK(refused("") == "42601 SQL syntax: expected a field's name at byte 0");
}

} // namespace types_cases
