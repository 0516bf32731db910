// SPDX-License-Identifier: Apache-2.0
#include <weir/http/preferences.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace preferences_cases {

using namespace weir::http;

namespace {

headers prefer(std::string_view value) {
    headers sent;
    sent.add("Prefer", value);
    return sent;
}

preferences read(std::string_view value) {
    return read_preferences(prefer(value));
}

// The types of what a strict client is told.
std::string refused(std::string_view value) {
    try {
        static_cast<void>(read("handling=strict, " + std::string{value}));
        return "accepted";
    } catch (const weir::validation_error& failed) {
        std::string types;
        for (const auto& each : failed.broken()) {
            CHECK(each.loc == weir::location{std::string{"header"}, std::string{"Prefer"}});
            types += each.type + ' ';
        }
        return types;
    }
}

std::string told(std::string_view value) {
    response answer;
    tell_preferences(answer, read(value));
    return std::string{answer.headers.find("Preference-Applied").value_or("")};
}

} // namespace

TEST_CASE("preferences are read from any Prefer field, and the first of its name counts") {
    auto sent = prefer("foo; bar=1, Return=minimal, return=representation");
    sent.add("prefer", "numbers=string");
    const auto got = read_preferences(sent);
    CHECK(got.minimal);
    CHECK_FALSE(got.representation);
    CHECK(got.numbers == weir::json::numbers::as_string);
    CHECK_FALSE(got.strict);
    CHECK(read_preferences({}).resolution == resolution::none);
}

TEST_CASE("values may be quoted, spaced and followed by parameters") {
    CHECK(read(R"(return="minimal")").minimal);
    CHECK(read(R"(return = "mini\mal" ; a="x, y" ;; b)").minimal);
    CHECK(
        read(R"(x="a, return=minimal", resolution=merge-duplicates)").resolution ==
        resolution::merge
    );
    CHECK_FALSE(read(R"(x="a, return=minimal")").minimal);
    CHECK(read("resolution=IGNORE-duplicates").resolution == resolution::ignore);
    CHECK(read("max-affected=12").max_affected == 12U);
    CHECK(read("max-affected=0").max_affected == 0U);
    CHECK(read("return=headers-only").headers_only);
    CHECK(read("return=headers-only").minimal);
}

TEST_CASE("a limit that is no number is refused always: a client counts on it") {
    for (const auto* const value :
         {"max-affected",
          "max-affected=",
          "max-affected=-1",
          "max-affected=1.5",
          "max-affected=ten",
          "max-affected=99999999999999999999",
          "max-affected=2147483648"}) {
        CAPTURE(value);
        CHECK_THROWS_AS(read(value), weir::validation_error);
    }
}

TEST_CASE("who rather has a job than waits says so, and how long waiting is no trouble") {
    CHECK(read("respond-async").respond_async);
    CHECK_FALSE(read("respond-async").wait_seconds);
    const auto both = read("respond-async, wait=10");
    CHECK(both.respond_async);
    CHECK(both.wait_seconds == 10U);
    CHECK_FALSE(read("wait=soon, respond-async=yes").respond_async);
    CHECK_FALSE(read("wait=-1").wait_seconds);
    CHECK(refused("wait=soon, respond-async=yes") == "choice choice ");
    CHECK(refused("respond-async, wait=1") == "accepted");
}

TEST_CASE("what is not understood is ignored, or refused by strict handling") {
    for (const auto* const value :
         {"nonsense", "return=all", "=x", "return=\"minimal", "a b", ";", "\xff"})
        CHECK_NOTHROW(read(value));
    CHECK_FALSE(read("return=\"minimal").minimal);
    CHECK(refused("return=minimal, numbers=plain") == "accepted");
    CHECK(refused("nonsense") == "unknown_preference ");
    CHECK(refused("return=all, numbers=2, =x, a b") == "choice choice preference preference ");
    CHECK(refused("resolution") == "choice ");
    CHECK(refused("handling=lenient") == "accepted");
}

TEST_CASE("an unknown preference is told with the nearest one") {
    try {
        static_cast<void>(read("handling=strict, max-afected=2"));
        FAIL("accepted");
    } catch (const weir::validation_error& failed) {
        REQUIRE(failed.broken().size() == 1);
        CHECK(
            failed.broken()[0].msg ==
            "Unknown preference 'max-afected'; did you mean 'max-affected'?"
        );
    }
}

TEST_CASE("answers tell what was honoured") {
    CHECK(told("return=minimal, numbers=string") == "return=minimal, numbers=string");
    CHECK(told("return=headers-only") == "return=headers-only");
    CHECK(
        told("max-affected=3, resolution=ignore-duplicates, return=representation") ==
        "return=representation, resolution=ignore-duplicates, max-affected=3"
    );
    CHECK(told("nonsense").empty());
}

} // namespace preferences_cases
