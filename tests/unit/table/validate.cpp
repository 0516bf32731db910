// SPDX-License-Identifier: Apache-2.0
#include <weir/table/validate.hpp>

#include <catch.hpp>

#include "allocations.hpp"
#include "depot.hpp"

namespace validate_cases {

namespace {

using depot::item;
using depot::item_create;
using depot::item_update;
using price = weir::decimal<12, 2>;

item sound() {
    return {
        .id = 1,
        .owner = "u1",
        .code = "AB",
        .mail = "someone.with.a.long.name@example.org",
        .seen = "05/01/2024",
        .price = price::from_unscaled(100),
        .weight = 1.5,
        .ratio = 0.1F,
        .level = std::int8_t{3},
        .made = weir::date{19'844},
        .sold = weir::timestamp{1'714'557'630'500'000},
        .due = weir::timestamp_ntz{0},
        .blob = std::vector<std::byte>(2),
        .notes = weir::json_text{"{\"a\": [1, 2]}"},
        .stored = depot::address{.street = "Main", .zip = "79701"},
        .tags = std::vector<std::string>{"red", "blue"},
        .flags = std::vector<bool>{true, false},
        .past = std::vector<depot::address>{{.street = "Side"}},
        .extras = std::map<std::string, std::string>{{"k", "v"}},
        .grades = std::map<std::int32_t, depot::grade>{{1, depot::grade::pure}},
        .short_name = "abcd",
    };
}

std::string loc_text(const weir::location& loc) {
    std::string text;
    for (const auto& step : loc) {
        text += "/";
        if (const auto* name = std::get_if<std::string>(&step)) {
            text += *name;
        } else {
            text += std::to_string(std::get<std::size_t>(step));
        }
    }
    return text;
}

/// `/loc type` lines.
std::string told(const weir::violations& broken) {
    std::string all;
    for (const auto& one : broken)
        all += loc_text(one.loc) + " " + one.type + "\n";
    return all;
}

} // namespace

TEST_CASE("a sound row breaks nothing and allocates nothing") {
    const auto row = sound();
    // The first call compiles the patterns.
    REQUIRE(told(weir::validate(row)).empty());
    weir::violations broken;
    const weir::location prefix{"body", "data", std::size_t{0}};
    const auto before = allocations();
    weir::validate<item>(row, prefix, broken);
    const auto after = allocations();
    CHECK(after == before);
    CHECK(broken.empty());
}

TEST_CASE("every violation of a row is told at once, in column order") {
    auto row = sound();
    row.code = "abcdefghi";
    row.mail = "nobody";
    row.seen = "02/30/2024";
    row.quality = static_cast<depot::grade>(7);
    row.price = price::from_unscaled(-1);
    row.weight = 0.25;
    row.ratio = 0.2F;
    row.level = std::int8_t{-4};
    row.made = weir::date{19'843};
    row.sold = weir::timestamp{1'714'557'630'500'001};
    row.due = weir::timestamp_ntz{std::numeric_limits<std::int64_t>::max()};
    row.blob->clear();
    row.notes->text.clear();
    row.stored = depot::address{.street = "", .zip = "7970", .floor = 100};
    row.tags = std::vector<std::string>{"a", "sixsix", "c"};
    row.past = std::vector<depot::address>{{.street = "fine"}, {.street = "far too long a name"}};
    row.extras = std::map<std::string, std::string>{
        {"k1", "sixsix"}, {std::string("\0", 1), "sixsix"}, {"k3", "v"}
    };
    row.grades = std::map<std::int32_t, depot::grade>{{-5, static_cast<depot::grade>(3)}};
    row.secret = "\xFF";
    row.short_name = "abcde";
    CHECK(
        told(weir::validate(row)) == "/code string_too_long\n"
                                     "/code string_pattern_mismatch\n"
                                     "/mail string_format_mismatch\n"
                                     "/seen string_format_mismatch\n"
                                     "/quality enum\n"
                                     "/price greater_than_equal\n"
                                     "/weight greater_than_equal\n"
                                     "/ratio less_than_equal\n"
                                     "/level greater_than_equal\n"
                                     "/made greater_than_equal\n"
                                     "/sold less_than_equal\n"
                                     "/due date_range\n"
                                     "/due less_than_equal\n"
                                     "/blob bytes_too_short\n"
                                     "/notes json_invalid\n"
                                     "/stored/street string_too_short\n"
                                     "/stored/zip string_pattern_mismatch\n"
                                     "/stored/floor less_than_equal\n"
                                     "/tags too_many_items\n"
                                     "/tags/1 string_too_long\n"
                                     "/past/1/street string_too_long\n"
                                     "/extras too_many_items\n"
                                     "/extras string_null_character\n"
                                     "/extras/k1 string_too_long\n"
                                     "/grades/-5 enum\n"
                                     "/secret string_unicode\n"
                                     "/short_name string_too_long\n"
    );
}

TEST_CASE("messages name the column and its rule, never the value") {
    auto row = sound();
    row.code = "secretive";
    row.stored->zip = "hidden";
    row.extras = std::map<std::string, std::string>{{"key", "secret"}};
    const auto broken = weir::validate(row);
    REQUIRE(broken.size() == 4);
    CHECK(broken[0].msg == "Column 'code' must have at most 8 characters");
    CHECK(broken[1].msg == "Column 'code' must match the pattern ^[A-Z]+$");
    CHECK(broken[2].msg == "Column 'stored.zip' must match the pattern ^[0-9]{5}$");
    CHECK(broken[3].msg == "Column 'extras.*' must have at most 5 characters");
}

TEST_CASE("locations begin with the prefix given") {
    weir::violations broken;
    weir::validate<item>(
        item_create{.code = "AB", .mail = "x", .short_name = "a"},
        {"body", "data", std::size_t{4}},
        broken
    );
    CHECK(told(broken) == "/body/data/4/mail string_format_mismatch\n");
}

TEST_CASE("violations are added to those already there") {
    weir::violations broken{{"x", {}, "y"}};
    weir::validate<item>(item_create{.code = "AB"}, {}, broken);
    REQUIRE(broken.size() == 2);
    CHECK(broken[0].type == "x");
}

TEST_CASE("a create without a required column is told so") {
    const item_create given{.code = "AB"};
    const auto broken = weir::validate<item>(given);
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].type == "missing");
    CHECK(broken[0].loc == weir::location{"short_name"});
    CHECK(broken[0].msg == "Column 'short_name' is required");
}

TEST_CASE("a create may leave out what is generated or nullable") {
    CHECK(weir::validate<item>(item_create{.code = "AB", .short_name = "x"}).empty());
}

TEST_CASE("an update is checked where it says something") {
    CHECK(weir::validate<item>(item_update{}).empty());
    CHECK(weir::validate<item>(item_update{.mail = weir::null, .stored = weir::null}).empty());
    CHECK(
        told(weir::validate<item>(item_update{
            .code = "x",
            .price = weir::null,
            .stored = depot::address{.street = ""},
            .tags = std::vector<std::string>{},
        })) == "/code string_too_short\n"
               "/code string_pattern_mismatch\n"
               "/price null_not_allowed\n"
               "/stored/street string_too_short\n"
               "/tags too_few_items\n"
    );
}

TEST_CASE("a key is checked like any other part") {
    CHECK(weir::validate<item>(depot::item_key{.id = 5}).empty());
}

} // namespace validate_cases
