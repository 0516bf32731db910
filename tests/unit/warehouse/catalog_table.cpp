// SPDX-License-Identifier: Apache-2.0
#include <weir/warehouse/catalog_table.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <utility>

using namespace weir::warehouse;
using weir::type;
using weir::type_store;

namespace {

weir::workspace::table_info wells() {
    weir::workspace::table_info made;
    made.full_name = "main.production.wells";
    made.columns = {
        {.name = "api10", .type_text = "bigint", .nullable = false},
        {.name = "WellName", .type_text = "string", .comment = "as filed"},
        {.name = "oil (bbl)", .type_text = "double"},
        {.name = "Rate", .type_text = "decimal(12,3)"},
    };
    return made;
}

} // namespace

TEST_CASE("scalar types are read with their numbers, whatever their case") {
    type_store store;
    CHECK(read_type_text("bigint", store).kind == type::int64);
    CHECK(read_type_text("BIGINT", store).kind == type::int64);
    CHECK(read_type_text("timestamp_ntz", store).kind == type::timestamp_ntz);
    CHECK(read_type_text("variant", store).kind == type::json);
    const auto exact = read_type_text(" DECIMAL( 38 , 10 ) ", store);
    CHECK(exact.kind == type::decimal);
    CHECK(exact.precision == 38);
    CHECK(exact.scale == 10);
    CHECK(read_type_text("decimal", store).precision == 10);
    CHECK(read_type_text("decimal(5)", store).precision == 5);
    CHECK(read_type_text("varchar(20)", store).length == 20);
}

TEST_CASE("containers are read as deep as they go, fields with their rules") {
    type_store store;
    const auto list = read_type_text("array<array<int>>", store);
    REQUIRE(list.kind == type::array);
    REQUIRE(list.element->kind == type::array);
    CHECK(list.element->element->kind == type::int32);
    const auto map = read_type_text("MAP<STRING, DECIMAL(10,2)>", store);
    REQUIRE(map.kind == type::map);
    CHECK(map.key->kind == type::string);
    CHECK(map.element->scale == 2);
    const auto structure = read_type_text(
        "struct<a: int not null comment 'it\\'s, > <', `odd``, name:>`:string, "
        "span:interval day to second,place:geometry(4326)>",
        store
    );
    REQUIRE(structure.kind == type::structure);
    const auto fields = weir::fields_of(structure);
    REQUIRE(fields.size() == 4);
    CHECK(fields[0].name == "a");
    CHECK_FALSE(fields[0].nullable);
    CHECK(fields[1].name == "odd`, name:>");
    CHECK(fields[1].nullable);
    CHECK(fields[2].type.kind == type::string);
    CHECK(fields[3].name == "place");
    CHECK(read_type_text("struct<>", store).field_count == 0);
}

TEST_CASE("what is no type that weir knows is text") {
    type_store store;
    for (const std::string_view text :
         {"",
          "geography(ANY)",
          "interval year to month",
          "void",
          "array<int",
          "map<int>",
          "decimal(40,2)",
          "decimal(2,3)",
          "varchar",
          "struct<a int>",
          "array<int>>",
          "decimal(9999999999)",
          "<",
          "struct<`a:int>"}) {
        INFO(text);
        CHECK(read_type_text(text, store).kind == type::string);
    }
    std::string deep;
    for (int at = 0; at < 10'000; ++at)
        deep += "array<";
    CHECK(read_type_text(deep, store).kind == type::string);
}

TEST_CASE("a table's facts stay where they are when the table moves") {
    catalog_table made{wells()};
    const auto moved = std::move(made);
    const auto& facts = moved.facts();
    CHECK(facts.name == "wells");
    CHECK(facts.place == "main.production");
    REQUIRE(facts.columns.size() == 3);
    CHECK(facts.columns[1].name == "WellName");
    CHECK(facts.columns[1].description == "as filed");
    CHECK_FALSE(facts.columns[0].nullable);
    CHECK(facts.columns[2].type.scale == 3);
    CHECK(facts.key.empty());
    CHECK(moved.left_out() == std::vector<std::string>{"oil (bbl)"});
}

TEST_CASE("columns are found in any case, and the nearest name is told for others") {
    const catalog_table of{wells()};
    CHECK(of.column("wellname") == 1);
    try {
        static_cast<void>(of.column("welname"));
        FAIL("found");
    } catch (const weir::validation_error& refused) {
        REQUIRE(refused.broken().size() == 1);
        CHECK(refused.broken()[0].msg == "is not a column of the table; did you mean 'WellName'?");
    }
    CHECK_THROWS_AS(of.column("oil (bbl)"), weir::validation_error);
}

TEST_CASE("names that are not three plain words are refused") {
    for (const std::string_view name :
         {"",
          "wells",
          "production.wells",
          "a.b.c.d",
          "a..c",
          ".b.c",
          "a.b.",
          "a.b.c d",
          "a.b.`c`",
          "a.b.c;drop",
          "${X}.b.c",
          "a.b.c\n"}) {
        INFO(name);
        CHECK_THROWS_AS(parse_table_name(name), weir::validation_error);
    }
    CHECK(parse_table_name("a.b.c").table == "c");
}
