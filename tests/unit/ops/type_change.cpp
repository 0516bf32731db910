// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/declared_type.hpp>

#include <catch.hpp>
#include <type_change.hpp>

using weir::ops::change_of_type;
using weir::ops::type_change;

TEST_CASE("types that hold every value of another are wider, and some without a rewrite") {
    CHECK(change_of_type("integer", "integer") == type_change::same);
    CHECK(change_of_type("varchar(10)", "varchar(20)") == type_change::free);
    CHECK(change_of_type("varchar(10)", "text") == type_change::free);
    CHECK(change_of_type("numeric(8,2)", "numeric(9,2)") == type_change::free);
    CHECK(change_of_type("numeric(8,2)", "numeric(9,3)") == type_change::rewrite);
    CHECK(change_of_type("smallint", "integer") == type_change::rewrite);
    CHECK(change_of_type("integer", "bigint") == type_change::rewrite);
    CHECK(change_of_type("integer", "numeric(12,2)") == type_change::rewrite);
    CHECK(change_of_type("integer", "double precision") == type_change::rewrite);
    CHECK(change_of_type("real", "double precision") == type_change::rewrite);
    CHECK(change_of_type("date", "timestamp") == type_change::rewrite);
    CHECK(change_of_type("uuid", "text") == type_change::rewrite);
}

TEST_CASE("types that lack a value of another are refused") {
    CHECK(change_of_type("bigint", "integer") == type_change::refused);
    CHECK(change_of_type("varchar(20)", "varchar(10)") == type_change::refused);
    CHECK(change_of_type("text", "varchar(10)") == type_change::refused);
    CHECK(change_of_type("numeric(8,2)", "numeric(8,3)") == type_change::refused);
    CHECK(change_of_type("numeric(8,2)", "numeric(8,1)") == type_change::refused);
    CHECK(change_of_type("numeric", "numeric(8,1)") == type_change::refused);
    CHECK(change_of_type("integer", "numeric(11,2)") == type_change::refused);
    CHECK(change_of_type("bigint", "double precision") == type_change::refused);
    CHECK(change_of_type("integer", "real") == type_change::refused);
    CHECK(change_of_type("double precision", "real") == type_change::refused);
    CHECK(change_of_type("timestamptz", "timestamp") == type_change::refused);
    CHECK(change_of_type("jsonb", "text") == type_change::refused);
    CHECK(change_of_type("text[]", "text") == type_change::refused);
}

TEST_CASE("types of the catalogs are spelled as the DDL spells them") {
    using weir::sql::declared_type;
    CHECK(declared_type("character varying(40)") == "varchar(40)");
    CHECK(declared_type("character(3)") == "char(3)");
    CHECK(declared_type("timestamp with time zone") == "timestamptz");
    CHECK(declared_type("timestamp without time zone[]") == "timestamp[]");
    CHECK(declared_type("double precision") == "double precision");
}

TEST_CASE("clients of JSON see another kind of value, not another width") {
    using weir::ops::changes_json;
    CHECK_FALSE(changes_json("integer", "bigint"));
    CHECK_FALSE(changes_json("varchar(3)", "text"));
    CHECK(changes_json("integer", "text"));
    CHECK(changes_json("date", "timestamp"));
}

TEST_CASE("Delta widens some types, and a longer text without being asked") {
    using weir::ops::change_of_type_on_warehouse;
    CHECK(change_of_type_on_warehouse("int", "int") == type_change::same);
    CHECK(change_of_type_on_warehouse("varchar(10)", "string") == type_change::free);
    CHECK(change_of_type_on_warehouse("varchar(10)", "varchar(11)") == type_change::free);
    CHECK(change_of_type_on_warehouse("tinyint", "bigint") == type_change::rewrite);
    CHECK(change_of_type_on_warehouse("int", "double") == type_change::rewrite);
    CHECK(change_of_type_on_warehouse("bigint", "decimal(20,0)") == type_change::rewrite);
    CHECK(change_of_type_on_warehouse("decimal(8,2)", "decimal(12,4)") == type_change::rewrite);
    CHECK(change_of_type_on_warehouse("date", "timestamp_ntz") == type_change::rewrite);
    CHECK(change_of_type_on_warehouse("varchar(10)", "varchar(9)") == type_change::refused);
    CHECK(change_of_type_on_warehouse("bigint", "int") == type_change::refused);
    CHECK(change_of_type_on_warehouse("bigint", "double") == type_change::refused);
    CHECK(change_of_type_on_warehouse("bigint", "decimal(19,0)") == type_change::refused);
    CHECK(change_of_type_on_warehouse("decimal(8,2)", "decimal(9,4)") == type_change::refused);
    CHECK(change_of_type_on_warehouse("int", "string") == type_change::refused);
    CHECK(change_of_type_on_warehouse("struct<x:int>", "struct<x:bigint>") == type_change::refused);
}
