// SPDX-License-Identifier: Apache-2.0
#include <weir/table/enumeration.hpp>

#include <catch.hpp>

#include "depot.hpp"

namespace enumeration_cases {

namespace {

enum class unlabelled { one };

} // namespace

static_assert(weir::labelled_enumeration<depot::grade>);
static_assert(!weir::labelled_enumeration<unlabelled>, "an enumeration without labels");
static_assert(!weir::labelled_enumeration<int>, "no enumeration");
static_assert(!weir::labelled_enumeration<depot::address>, "a structure with facts");

static_assert(weir::label_of(depot::grade::fine) == "fine");
static_assert(weir::label_of(static_cast<depot::grade>(3)).empty());

TEST_CASE("an enumeration is its label in either spelling") {
    for (const auto format : {weir::text_format::postgres, weir::text_format::statement_api}) {
        for (const auto value : {depot::grade::raw, depot::grade::fine, depot::grade::pure}) {
            std::string text = "=";
            append_text(text, value, format);
            CHECK(text == "=" + std::string{weir::label_of(value)});
            depot::grade read{};
            REQUIRE(parse_text(text.substr(1), read, format));
            CHECK(read == value);
        }
    }
}

TEST_CASE("labels are read exactly") {
    auto read = depot::grade::pure;
    for (const auto* const text : {"", "Raw", "raw ", "ra", "1", "silver"}) {
        CHECK_FALSE(parse_text(text, read, weir::text_format::postgres));
    }
    CHECK(read == depot::grade::pure);
}

} // namespace enumeration_cases
