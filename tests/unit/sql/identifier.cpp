// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/identifier.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/type_name.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace identifier_cases {

using weir::sql::dialect;

namespace {

std::string quoted(std::string_view name, dialect spoken) {
    return weir::sql::written(spoken, [&](weir::sql::writer& out) { out.name(name); });
}

std::string literal(std::string_view text, dialect spoken) {
    return weir::sql::written(spoken, [&](weir::sql::writer& out) { out.literal(text); });
}

std::string type_name(const weir::column_type& type, dialect spoken, weir::sql::type_use use = {}) {
    return weir::sql::written(spoken, [&](weir::sql::writer& out) { out.type(type, use); });
}

} // namespace

TEST_CASE("names are quoted in the dialect's way") {
    REQUIRE(quoted("order", dialect::postgres) == R"("order")");
    REQUIRE(quoted("Order_2", dialect::databricks) == "`Order_2`");
}

TEST_CASE("anything but letters, digits and underscores is refused") {
    for (const auto* name :
         {"", "a b", "a\"b", "a`b", "a.b", "a;b", "a'b", "a-b", "1a", "\xC3\xA9", "a\n"}) {
        REQUIRE_THROWS_AS(quoted(name, dialect::postgres), weir::configuration_error);
        REQUIRE_THROWS_AS(quoted(name, dialect::databricks), weir::configuration_error);
    }
}

TEST_CASE("names are as long as the backend allows, and no longer") {
    REQUIRE_NOTHROW(quoted(std::string(63, 'a'), dialect::postgres));
    REQUIRE_THROWS_AS(quoted(std::string(64, 'a'), dialect::postgres), weir::configuration_error);
    REQUIRE_NOTHROW(quoted(std::string(255, 'a'), dialect::databricks));
    REQUIRE_THROWS_AS(
        quoted(std::string(256, 'a'), dialect::databricks), weir::configuration_error
    );
}

TEST_CASE("text constants cannot be left") {
    REQUIRE(literal("it's", dialect::postgres) == "'it''s'");
    REQUIRE(literal("it's", dialect::databricks) == R"('it\'s')");
    REQUIRE(literal(R"(a\'; drop)", dialect::postgres) == R"('a\''; drop')");
    REQUIRE(literal(R"(a\'; drop)", dialect::databricks) == R"('a\\\'; drop')");
    REQUIRE_THROWS_AS(literal({"a\0b", 3}, dialect::postgres), weir::configuration_error);
}

TEST_CASE("types are declared with their lengths, values travel without them") {
    using weir::type;
    using weir::sql::type_use;
    const auto check = [](const weir::column_type& of,
                          std::string_view postgres,
                          std::string_view value,
                          std::string_view databricks) {
        REQUIRE(type_name(of, dialect::postgres, type_use::declaration) == postgres);
        REQUIRE(type_name(of, dialect::postgres, type_use::value) == value);
        REQUIRE(type_name(of, dialect::databricks, type_use::declaration) == databricks);
    };
    check({.kind = type::int8}, "smallint", "smallint", "TINYINT");
    check({.kind = type::int16}, "smallint", "smallint", "SMALLINT");
    check({.kind = type::int32}, "integer", "integer", "INT");
    check({.kind = type::int64}, "bigint", "bigint", "BIGINT");
    check({.kind = type::float32}, "real", "real", "FLOAT");
    check({.kind = type::float64}, "double precision", "double precision", "DOUBLE");
    check(
        {.kind = type::decimal, .precision = 38, .scale = 6},
        "numeric(38,6)",
        "numeric",
        "DECIMAL(38,6)"
    );
    check({.kind = type::string}, "text", "text", "STRING");
    check({.kind = type::varchar, .length = 40}, "varchar(40)", "text", "VARCHAR(40)");
    check({.kind = type::fixed_char, .length = 2}, "char(2)", "bpchar", "CHAR(2)");
    check({.kind = type::boolean}, "boolean", "boolean", "BOOLEAN");
    check({.kind = type::date}, "date", "date", "DATE");
    check({.kind = type::timestamp}, "timestamptz", "timestamptz", "TIMESTAMP");
    check({.kind = type::timestamp_ntz}, "timestamp", "timestamp", "TIMESTAMP_NTZ");
    check({.kind = type::binary}, "bytea", "bytea", "BINARY");
    check({.kind = type::uuid}, "uuid", "uuid", "STRING");
    check({.kind = type::json}, "jsonb", "jsonb", "STRING");
    check({.kind = type::enumeration}, "text", "text", "STRING");
}

TEST_CASE("containers are native where the dialect has them, else jsonb") {
    using weir::type;
    const weir::column_type amount{.kind = type::decimal, .precision = 12, .scale = 2};
    const weir::column_type code{.kind = type::varchar, .length = 8};
    const weir::column fields[]{
        {.name = "code", .type = code, .nullable = false}, {.name = "amount", .type = amount}
    };
    const weir::column_type discount{.kind = type::structure, .fields = fields, .field_count = 2};
    const weir::column_type amounts{.kind = type::array, .element = &amount};
    const weir::column_type discounts{.kind = type::array, .element = &discount};
    const weir::column_type by_code{.kind = type::map, .element = &amounts, .key = &code};
    constexpr auto declared = weir::sql::type_use::declaration;

    REQUIRE(type_name(amounts, dialect::postgres, declared) == "numeric(12,2)[]");
    REQUIRE(type_name(discounts, dialect::postgres, declared) == "jsonb");
    REQUIRE(type_name(by_code, dialect::postgres, declared) == "jsonb");
    REQUIRE(
        type_name(discounts, dialect::databricks, declared) ==
        "ARRAY<STRUCT<`code`: STRING, `amount`: DECIMAL(12,2)>>"
    );
    REQUIRE(
        type_name(by_code, dialect::databricks, declared) == "MAP<STRING, ARRAY<DECIMAL(12,2)>>"
    );
}

} // namespace identifier_cases
