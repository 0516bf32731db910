// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/condition.hpp>
#include <weir/sql/where.hpp>

#include <catch.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "listing.hpp"

namespace condition_cases {

using namespace weir::test;
using weir::any_value;
using weir::sql::comparison;

namespace {

constexpr listing in_postgres{weir::sql::dialect::postgres};
constexpr listing on_warehouse{weir::sql::dialect::databricks};

using texts = std::vector<std::string>;

std::vector<std::int64_t> numbers(std::size_t count) {
    std::vector<std::int64_t> made;
    for (std::size_t at = 0; at < count; ++at)
        made.push_back(static_cast<std::int64_t>(at));
    return made;
}

void bind(const weir::sql::condition& asked, weir::sql::dialect spoken) {
    weir::sql::arguments bound;
    weir::sql::bind_condition(bound, weir::table_of<well>, asked, spoken);
}

} // namespace

TEST_CASE("comparisons read as they are written") {
    REQUIRE(in_postgres.where(w::api10 == 1) == R"(t."api10" = $1)");
    REQUIRE(in_postgres.where(w::api10 != 1) == R"(t."api10" <> $1)");
    REQUIRE(in_postgres.where(w::api10 < 1) == R"(t."api10" < $1)");
    REQUIRE(in_postgres.where(w::api10 <= 1) == R"(t."api10" <= $1)");
    REQUIRE(in_postgres.where(w::api10 > 1) == R"(t."api10" > $1)");
    REQUIRE(in_postgres.where(w::api10 >= 1) == R"(t."api10" >= $1)");
    REQUIRE(in_postgres.where(w::spuddate.is_null()) == R"(t."spuddate" is null)");
    REQUIRE(in_postgres.where(w::spuddate.is_not_null()) == R"(t."spuddate" is not null)");
    REQUIRE(in_postgres.where(o::tags.is_null()) == R"(t."tags" is null)");
}

TEST_CASE("groups nest with parentheses, and a group joins one of its own kind") {
    REQUIRE(
        in_postgres.where(w::api10 > 1 and w::api10 < 9 and not w::spuddate.is_null()) ==
        R"((t."api10" > $1 and t."api10" < $2 and not (t."spuddate" is null)))"
    );
    REQUIRE(
        in_postgres.where((w::api10 == 1 or w::api10 == 2) and w::oileur > 3) ==
        R"(((t."api10" = $1 or t."api10" = $2) and t."oileur" > $3))"
    );
    REQUIRE(
        in_postgres.where(not(w::api10 == 1 or w::api10 == 2)) ==
        R"(not (t."api10" = $1 or t."api10" = $2))"
    );
    REQUIRE(in_postgres.where(not not(w::api10 == 1)) == R"(t."api10" = $1)");
}

TEST_CASE("a condition that holds always leaves the other alone") {
    const weir::sql::typed_condition<well> always;
    REQUIRE(in_postgres.where(always and w::api10 == 1) == R"(t."api10" = $1)");
    REQUIRE(in_postgres.where(w::api10 == 1 and always) == R"(t."api10" = $1)");
    REQUIRE((always or w::api10 == 1).untyped().is_always());
    REQUIRE((w::api10 == 1 or always).untyped().is_always());
    REQUIRE(in_postgres.where(always) == "true");
    REQUIRE(in_postgres.where(not always) == "not true");
    REQUIRE(in_postgres.where(weir::sql::typed_condition<well>{weir::sql::any_of({})}) == "false");
}

TEST_CASE("values are bound in the order of their placeholders, spelled for the dialect") {
    const auto asked = o::placed_at >= weir::timestamp{1'500'000} and o::is_deleted == true and
                       (o::total < 10 or o::status != order_status::draft) and
                       o::id == weir::uuid{};
    REQUIRE(
        in_postgres.values(asked) ==
        texts{
            "1970-01-01 00:00:01.500000+00",
            "t",
            "10.00",
            "draft",
            "00000000-0000-0000-0000-000000000000",
        }
    );
    REQUIRE(
        on_warehouse.values(asked) ==
        texts{
            "1970-01-01T00:00:01.500000Z",
            "true",
            "10.00",
            "draft",
            "00000000-0000-0000-0000-000000000000",
        }
    );
}

TEST_CASE("a list of values is one array for PostgreSQL") {
    REQUIRE(in_postgres.where(w::api10.in({1, 2, 3})) == R"(t."api10" = any($1::bigint[]))");
    REQUIRE(in_postgres.values(w::api10.in({1, 2, 3})) == texts{"{1,2,3}"});
    REQUIRE(
        in_postgres.values(w::wellname.in({"a", R"(b"\,{})", "", "NULL"})) ==
        texts{R"({a,"b\"\\,{}","","NULL"})"}
    );
    REQUIRE(
        in_postgres.where(o::status.in({order_status::draft, order_status::placed})) ==
        R"(t."status" = any($1::text[]))"
    );
}

TEST_CASE("a short list of values is spelled out on a warehouse, a long one is JSON") {
    REQUIRE(on_warehouse.where(w::api10.in({1, 2})) == "t.`api10` in (:p1, :p2)");
    REQUIRE(on_warehouse.values(w::api10.in({1, 2})) == texts{"1", "2"});

    const auto many = numbers(500);
    const auto asked = w::oileur > 1 and w::api10.in(many) and w::wellname.in({"a\n\"b\\"});
    REQUIRE(
        on_warehouse.where(asked) ==
        "(t.`oileur` > :p1 and array_contains(from_json(:p2, 'ARRAY<BIGINT>'), t.`api10`) and "
        "array_contains(from_json(:p3, 'ARRAY<STRING>'), t.`wellname`))"
    );
    const auto values = on_warehouse.values(asked);
    REQUIRE(values.size() == 3);
    REQUIRE(values[1].starts_with("[0,1,2,"));
    REQUIRE(values[1].ends_with(",498,499]"));
    REQUIRE(values[2] == R"(["a\u000a\"b\\"])");
}

TEST_CASE("nothing is in an empty list") {
    const std::vector<std::int64_t> none;
    REQUIRE(in_postgres.where(w::api10.in(none)) == "false");
    REQUIRE(on_warehouse.where(not w::api10.in(none)) == "not (false)");
    REQUIRE(in_postgres.values(w::api10.in(none)).empty());
}

TEST_CASE("patterns mean the same in both dialects") {
    REQUIRE(in_postgres.where(w::wellname.like("a%")) == R"(t."wellname" like $1)");
    REQUIRE(on_warehouse.where(w::wellname.ilike("a%")) == "t.`wellname` ilike :p1 escape '!'");
    const auto asked = w::wellname.like(R"(50\%_\a!\\)");
    REQUIRE(in_postgres.values(asked) == texts{R"(50\%_\a!\\)"});
    REQUIRE(on_warehouse.values(asked) == texts{R"(50!%_a!!\)"});
}

TEST_CASE("a pattern that ends in a backslash is refused in both dialects") {
    REQUIRE_THROWS_AS(in_postgres.values(w::wellname.like("a\\")), weir::validation_error);
    REQUIRE_THROWS_AS(on_warehouse.values(w::wellname.like("a\\")), weir::validation_error);
    REQUIRE_NOTHROW(in_postgres.values(w::wellname.like(R"(a\\)")));
}

TEST_CASE("a value the column cannot hold is refused, and not named") {
    REQUIRE_THROWS_AS(l::quantity > 3'000'000'000, weir::validation_error);
    REQUIRE_THROWS_AS(l::quantity == -3'000'000'000, weir::validation_error);
    REQUIRE_NOTHROW(l::quantity == 2'147'483'647);
    REQUIRE_THROWS_AS(o::total > 10'000'000'000, weir::validation_error);
    REQUIRE_THROWS_AS(o::status == static_cast<order_status>(9), weir::validation_error);
    try {
        static_cast<void>(l::quantity > 3'000'000'000);
    } catch (const weir::validation_error& refused) {
        REQUIRE(refused.broken().size() == 1);
        REQUIRE(
            refused.broken()[0].msg == "Column 'quantity' cannot hold the value it is compared with"
        );
    }
}

TEST_CASE("a decimal is compared exactly, at the column's scale") {
    using weir::decimal;
    REQUIRE(in_postgres.values(o::total == decimal<4, 1>::from_unscaled(15)) == texts{"1.50"});
    REQUIRE_THROWS_AS(o::total == (decimal<4, 3>::from_unscaled(1005)), weir::validation_error);
}

TEST_CASE("conditions made at run time are checked before they become text") {
    using weir::sql::compare;
    const auto refused = [](const weir::sql::condition& asked) {
        REQUIRE_THROWS_AS(
            in_postgres.where(weir::sql::typed_condition<order>{asked}), weir::validation_error
        );
    };
    refused(compare(99, comparison::equal, {any_value{std::int64_t{1}}}));
    refused(compare(0, comparison::equal));
    refused(compare(0, comparison::equal, {any_value{}}));
    refused(compare(0, comparison::is_null, {any_value{std::int64_t{1}}}));
    refused(compare(5, comparison::equal, {any_value{std::string{"a"}}}));
    REQUIRE_THROWS_AS(
        bind(
            compare(2, comparison::like, {any_value{std::int64_t{1}}}), weir::sql::dialect::postgres
        ),
        weir::validation_error
    );
}

} // namespace condition_cases
