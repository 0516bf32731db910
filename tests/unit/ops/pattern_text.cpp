// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <catch.hpp>
#include <rows/pattern_text.hpp>
#include <string>
#include <string_view>

using weir::ops::dice;
using weir::ops::pattern_text;

namespace pattern_text_test {

/// How many of some texts made for a pattern match it.
int matching(std::string_view pattern) {
    const pattern_text made{pattern};
    REQUIRE(made.problem().empty());
    const re2::RE2 wanted{std::string{pattern}};
    REQUIRE(wanted.ok());
    dice by{7};
    int found = 0;
    for (int each = 0; each < 50; ++each) {
        std::string text;
        made.append(text, by);
        found += re2::RE2::PartialMatch(text, wanted) ? 1 : 0;
    }
    return found;
}

TEST_CASE("texts made for a pattern match it") {
    for (const auto* each :
         {"^[0-9A-Z -]{3,10}$",
          "^\\+[0-9]{7,15}$",
          "^[A-Z]{2}-\\d{3,}$",
          "^(?:north|south)(_[a-f]+)?$",
          "^\\w+@\\w+\\.(com|org)\\z",
          "^[^a-z]{4}[[:digit:]]{2}\\D$",
          "^(?i)abc{2}x{,3}é[ä-ö]+.$",
          "^(?P<year>[12]\\d{3})-(0[1-9]|1[0-2])$",
          "^(\\p{Lu}\\pL*?|[]-]{2})$"})
        CHECK(matching(each) == 50);
}

TEST_CASE("patterns that no text is made for are told") {
    CHECK(pattern_text{"^\\p{Greek}$"}.problem().starts_with("a property of characters"));
    CHECK(pattern_text{"\\x41"}.problem().starts_with("an escape"));
    CHECK(pattern_text{"(a"}.problem() == "a '(' without ')'");
    CHECK(pattern_text{"a)"}.problem() == "a ')' without '('");
    CHECK(pattern_text{"[a"}.problem() == "a '[' without ']'");
}

TEST_CASE("the same numbers make the same texts") {
    const pattern_text made{"[a-z]{8}"};
    const auto text_of = [&](std::uint64_t seed) {
        dice by{seed};
        std::string text;
        made.append(text, by);
        return text;
    };
    CHECK(text_of(1) == text_of(1));
    CHECK(text_of(1) != text_of(2));
    CHECK(dice{1}.next() == 10'451'216'379'200'822'465U);
}

} // namespace pattern_text_test
