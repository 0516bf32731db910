// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/container_condition.hpp>
#include <weir/sql/where.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "listing.hpp"

namespace containment_cases {

using namespace weir::test;
using weir::any_value;
using weir::sql::comparison;

namespace {

constexpr listing in_postgres{weir::sql::dialect::postgres};
constexpr listing on_warehouse{weir::sql::dialect::databricks};

using texts = std::vector<std::string>;

any_value text(const char* value) {
    return any_value{std::string{value}};
}

// A table of containers that field_ops has not.
constexpr weir::column_type brief{.kind = weir::type::varchar, .length = 5};
constexpr weir::column_type whole{.kind = weir::type::int32};
constexpr weir::column_type real{.kind = weir::type::float64};
constexpr weir::column_type single{.kind = weir::type::float32};
constexpr weir::column_type day{.kind = weir::type::date};
constexpr weir::column_type reals_type{.kind = weir::type::array, .element = &real};
constexpr weir::column columns[]{
    {.name = "briefs", .type = {.kind = weir::type::array, .element = &brief}},
    {.name = "reals", .type = {.kind = weir::type::array, .element = &real}},
    {.name = "days", .type = {.kind = weir::type::map, .element = &single, .key = &day}},
    {.name = "lists", .type = {.kind = weir::type::map, .element = &reals_type, .key = &whole}},
    {.name = "nested", .type = {.kind = weir::type::array, .element = &reals_type}},
};
constexpr weir::table boxes{.name = "boxes", .columns = columns, .audit = false};

std::string where(const listing& in, const weir::sql::condition& asked) {
    return in.write([&](weir::sql::writer& out) { write_condition(out, boxes, asked); });
}

texts values(const listing& in, const weir::sql::condition& asked) {
    weir::sql::arguments bound;
    weir::sql::bind_condition(bound, boxes, asked, in.spoken);
    texts found;
    for (std::size_t at = 0; at < bound.size(); ++at)
        found.emplace_back(bound.text(at).value());
    return found;
}

} // namespace

TEST_CASE("PostgreSQL compares arrays with its array operators") {
    CHECK(in_postgres.where(o::tags.contains({"a"})) == R"(t."tags" @> $1::text[])");
    CHECK(in_postgres.where(o::tags.contained_in({"a"})) == R"(t."tags" <@ $1::text[])");
    CHECK(in_postgres.where(not o::tags.overlaps({"a"})) == R"(not (t."tags" && $1::text[]))");
    CHECK(
        in_postgres.values(o::tags.contains({"a", "b c", "d\"e"})) == texts{R"({a,"b c","d\"e"})"}
    );
    CHECK(in_postgres.values(o::tags.contains({})) == texts{"{}"});
    const auto briefs = weir::sql::compare(0, comparison::overlaps, {text("x")});
    CHECK(where(in_postgres, briefs) == R"(t."briefs" && $1::varchar[])");
}

TEST_CASE("PostgreSQL compares maps as jsonb, a shared entry one by one") {
    CHECK(in_postgres.where(o::extras.has_key("a")) == R"(t."extras" ?& $1::text[])");
    CHECK(in_postgres.where(o::extras.has_any_key({"a", "b"})) == R"(t."extras" ?| $1::text[])");
    CHECK(
        in_postgres.where(o::extras.keys_in({"a"})) == R"((t."extras" - $1::text[]) = '{}'::jsonb)"
    );
    CHECK(in_postgres.where(o::extras.contains({{"a", "1"}})) == R"(t."extras" @> $1::jsonb)");
    CHECK(in_postgres.where(o::extras.contained_in({{"a", "1"}})) == R"(t."extras" <@ $1::jsonb)");
    const auto shared = o::extras.overlaps({{"a", "1"}, {"b\"", "2\n"}});
    CHECK(in_postgres.where(shared) == R"((t."extras" @> $1::jsonb or t."extras" @> $2::jsonb))");
    CHECK(in_postgres.values(shared) == texts{R"({"a":"1"})", R"({"b\"":"2\u000a"})"});
    CHECK(in_postgres.where(o::extras.overlaps({})) == R"((t."extras" is null and null))");
    CHECK(in_postgres.values(o::extras.overlaps({})).empty());
    CHECK(
        in_postgres.values(o::extras.contains({{"a", "1"}, {"b", "2"}})) ==
        texts{R"({"a":"1","b":"2"})"}
    );
}

TEST_CASE("a warehouse compares sets of elements, keys or entries") {
    CHECK(
        on_warehouse.where(o::tags.contains({"a"})) ==
        "array_size(array_except(from_json(:p1, 'ARRAY<STRING>'), t.`tags`)) = 0"
    );
    CHECK(
        on_warehouse.where(o::tags.contained_in({"a"})) ==
        "array_size(array_except(t.`tags`, from_json(:p1, 'ARRAY<STRING>'))) = 0"
    );
    CHECK(
        on_warehouse.where(o::tags.overlaps({"a"})) ==
        "arrays_overlap(t.`tags`, from_json(:p1, 'ARRAY<STRING>'))"
    );
    CHECK(
        on_warehouse.where(o::extras.has_keys({"a", "b"})) ==
        "array_size(array_except(from_json(:p1, 'ARRAY<STRING>'), map_keys(t.`extras`))) = 0"
    );
    CHECK(
        on_warehouse.where(o::extras.contains({{"a", "1"}})) ==
        "array_size(array_except(map_entries(from_json(:p1, 'MAP<STRING, STRING>')), "
        "map_entries(t.`extras`))) = 0"
    );
    CHECK(on_warehouse.values(o::tags.contains({"a", "b\"c"})) == texts{R"(["a","b\"c"])"});
    CHECK(on_warehouse.values(o::extras.overlaps({{"a", "1"}})) == texts{R"({"a":"1"})"});
}

TEST_CASE("items are spelled as the column's JSON or array spells them") {
    const auto reals = weir::sql::compare(
        1,
        comparison::contains,
        {any_value{1.5}, any_value{std::numeric_limits<double>::infinity()}}
    );
    CHECK(values(on_warehouse, reals) == texts{R"([1.5,"Infinity"])"});
    CHECK(values(in_postgres, reals) == texts{"{1.5,Infinity}"});
    const auto days = weir::sql::compare(
        2, comparison::contains, {any_value{weir::date{19844}}, any_value{double{0.1F}}}
    );
    CHECK(values(in_postgres, days) == texts{R"({"2024-05-01":0.1})"});
    CHECK(values(on_warehouse, days) == texts{R"({"2024-05-01":0.1})"});
    const auto keys = weir::sql::compare(3, comparison::has_keys, {any_value{std::int64_t{7}}});
    CHECK(values(in_postgres, keys) == texts{"{7}"});
    CHECK(values(on_warehouse, keys) == texts{"[7]"});
    CHECK(
        where(on_warehouse, keys) ==
        "array_size(array_except(from_json(:p1, 'ARRAY<INT>'), map_keys(t.`lists`))) = 0"
    );
}

TEST_CASE("what a column cannot contain is refused before any SQL") {
    for (const auto& asked :
         {weir::sql::compare(4, comparison::contains, {}),
          weir::sql::compare(3, comparison::contains, {text("1"), text("2")}),
          weir::sql::compare(0, comparison::has_keys, {text("a")}),
          weir::sql::compare(2, comparison::contains, {text("a")}),
          weir::sql::compare(2, comparison::contains, {any_value{}, any_value{}}),
          weir::sql::compare(0, comparison::equal, {text("a")})}) {
        CHECK_THROWS_AS(where(in_postgres, asked), weir::validation_error);
        CHECK_THROWS_AS(values(on_warehouse, asked), weir::validation_error);
    }
    CHECK_THROWS_AS(
        in_postgres.where(o::extras.contains({{"a", "1"}, {"a", "2"}})), weir::validation_error
    );
}

TEST_CASE("distinct from a value is the same words in both dialects") {
    CHECK(in_postgres.where(w::oileur.is_distinct_from(1)) == R"(t."oileur" is distinct from $1)");
    CHECK(on_warehouse.where(w::oileur.is_distinct_from(1)) == "t.`oileur` is distinct from :p1");
}

} // namespace containment_cases
