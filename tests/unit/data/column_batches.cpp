// SPDX-License-Identifier: Apache-2.0
#include <weir/data/column_batches.hpp>

#include <boost/describe/class.hpp>

#include <array>
#include <catch.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace column_batches_cases {

namespace {

struct production {
    std::vector<double> oil{};
    std::vector<std::int64_t> days{};
    weir::nullable_vector<double> gas{};
    std::vector<std::optional<std::string>> note{};
    std::vector<std::vector<std::int32_t>> picks{};
};

BOOST_DESCRIBE_STRUCT(production, (), (oil, days, gas, note, picks))

struct misnamed {
    std::vector<double> oil{};
    std::vector<std::int16_t> days{};
    std::vector<weir::date> spud{};
};

BOOST_DESCRIBE_STRUCT(misnamed, (), (oil, days, spud))

struct plain {
    int oil = 0;
};

BOOST_DESCRIBE_STRUCT(plain, (), (oil))

static_assert(weir::column_vectors<production>);
static_assert(!weir::column_vectors<plain>);
static_assert(!weir::column_vectors<int>);

constexpr weir::column_type integer{.kind = weir::type::int32};
const std::array<weir::column, 5> columns{{
    {.name = "days", .type = {.kind = weir::type::int32}},
    {.name = "oil", .type = {.kind = weir::type::float32}},
    {.name = "gas", .type = {.kind = weir::type::float64}},
    {.name = "note", .type = {.kind = weir::type::string}},
    {.name = "picks", .type = {.kind = weir::type::array, .element = &integer}},
}};

weir::table facts() {
    weir::table made;
    made.name = "production";
    made.columns = columns;
    return made;
}

/// Rows written in the test.
struct canned {
    std::vector<std::array<weir::text_field, 5>> rows{};
    std::size_t at = 0;

    std::optional<std::span<const weir::text_field>> next() {
        if (at == rows.size())
            return std::nullopt;
        return rows[at++];
    }

    [[nodiscard]] std::uint64_t affected_rows() const { return 0; }
};

constexpr weir::text_field null{{}, true};

weir::column_batches<production, canned> batches_of(const weir::table& of, canned rows) {
    return {std::move(rows), of, weir::text_format::statement_api};
}

} // namespace

TEST_CASE("rows become columns, so many at a time, numbers widened, NULLs where they may be") {
    const auto of = facts();
    CHECK(weir::positions_of<production>(of) == std::vector<std::uint16_t>{1, 0, 2, 3, 4});
    auto batches = batches_of(
        of,
        {{{{{"1.5"}, {"31"}, {"7"}, {"x"}, {"[1,2]"}}},
          {{{"2"}, {"-28"}, null, null, {"[]"}}},
          {{{"0"}, {"0"}, {"NaN"}, {""}, {"[3]"}}}}}
    );
    production got;
    REQUIRE(batches.next(got, 2));
    CHECK(got.oil == std::vector<double>{1.5, 2.0});
    CHECK(got.days == std::vector<std::int64_t>{31, -28});
    CHECK(got.gas.values == std::vector<double>{7.0, 0.0});
    CHECK(got.gas.is_null == std::vector<std::uint8_t>{0, 1});
    CHECK(got.note == std::vector<std::optional<std::string>>{"x", std::nullopt});
    CHECK(got.picks == std::vector<std::vector<std::int32_t>>{{1, 2}, {}});
    REQUIRE(batches.next(got, 2));
    CHECK(got.oil == std::vector<double>{0.0});
    CHECK(got.gas.values.size() == 1);
    CHECK_FALSE(batches.next(got, 2));
    CHECK(got.oil.empty());
    CHECK_FALSE(batches.next(got, 2));
}

TEST_CASE("members without a column, or of another type, are named all at once") {
    const auto of = facts();
    CHECK_THROWS_WITH(
        weir::positions_of<misnamed>(of),
        "Columns of table 'production': 'days' (of another type), 'spud' (no such column)"
    );
}

TEST_CASE("a NULL where none may be, and a value of another type, are told by their column") {
    const auto of = facts();
    production got;
    auto of_null = batches_of(of, {{{{null, {"1"}, {"1"}, {"x"}, {"[]"}}}}});
    CHECK_THROWS_WITH(
        of_null.next(got),
        "Column 'oil' of table 'production' is NULL, and the vector takes none: use nullable_vector"
    );
    auto of_word = batches_of(of, {{{{{"1"}, {"many"}, {"1"}, {"x"}, {"[]"}}}}});
    CHECK_THROWS_WITH(
        of_word.next(got),
        "Column 'days' of table 'production' holds a value that does not fit its type"
    );
}

} // namespace column_batches_cases
