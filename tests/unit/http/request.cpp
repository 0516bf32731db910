// SPDX-License-Identifier: Apache-2.0
#include <weir/http/request.hpp>
#include <weir/http/request_id.hpp>
#include <weir/http/response.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace request_cases {

namespace {

using namespace weir::http;

std::string decoded(std::string_view text, plus_sign plus = plus_sign::literal) {
    std::string out;
    return percent_decode(text, out, plus) ? out : "refused";
}

} // namespace

TEST_CASE("escapes are undone, and a plus is a space only in queries") {
    CHECK(decoded("a%20b%2Fc") == "a b/c");
    CHECK(decoded("%C3%A9") == "é");
    CHECK(decoded("a+b") == "a+b");
    CHECK(decoded("a+b%2B", plus_sign::space) == "a b+");
}

TEST_CASE("escapes that are cut, not hexadecimal, NUL or not UTF-8 are refused") {
    for (const auto* text :
         {"%", "%4", "a%4", "%zz", "%4z", "%00", "a%00b", "%ff", "%C3", "%ED%A0%80"})
        CHECK(decoded(text) == "refused");
    CHECK(decoded({"a\0b", 3}) == "refused");
}

TEST_CASE("encoding keeps unreserved characters and decodes back") {
    std::string out;
    append_percent_encoded(out, "a-b_c.d~e/f g,é%");
    CHECK(out == "a-b_c.d~e%2Ff%20g%2C%C3%A9%25");
    CHECK(decoded(out) == "a-b_c.d~e/f g,é%");
}

TEST_CASE("a target splits into a raw path and a decoded query in order") {
    const auto parts = split_target("/a%2Fb/c?x=1&y=a%26b&x=2&flag&&e=");
    CHECK(parts.path == "/a%2Fb/c");
    REQUIRE(parts.query.size() == 5);
    CHECK(parts.query[0].name == "x");
    CHECK(parts.query[1].value == "a&b");
    CHECK(parts.query[2].value == "2");
    CHECK(parts.query[3].name == "flag");
    CHECK(parts.query[3].value.empty());
    CHECK(parts.query[4].name == "e");
    CHECK(split_target("/a").query.empty());
    CHECK(split_target("/a?").query.empty());
}

TEST_CASE("every undecodable query parameter is reported where it stands") {
    try {
        static_cast<void>(split_target("/a?x=%zz&ok=1&%00=2"));
        FAIL("the query was taken");
    } catch (const weir::validation_error& failed) {
        REQUIRE(failed.broken().size() == 2);
        CHECK(failed.broken()[0].loc == weir::location{"query", "x"});
        CHECK(failed.broken()[1].loc == weir::location{"query"});
    }
}

TEST_CASE("headers are found without case, in order, duplicates kept") {
    headers sent;
    sent.add("Prefer", "return=minimal, numbers=string");
    sent.add("prefer", "x");
    CHECK(sent.find("PREFER") == "return=minimal, numbers=string");
    CHECK(sent.count("preFER") == 2);
    CHECK_FALSE(sent.find("Pref"));
    std::string items;
    sent.for_each_item_of("Prefer", [&](std::string_view item) {
        items += std::string{item} + ";";
    });
    CHECK(items == "return=minimal;numbers=string;x;");
    sent.set("Prefer", "one");
    CHECK(sent.size() == 1);
}

TEST_CASE("a request id is taken when it is visible ASCII without quotes, else made up") {
    const auto chosen = [](std::string_view value) {
        headers sent;
        sent.add("x-request-id", value);
        return choose_request_id(sent);
    };
    CHECK(chosen("trace-42/a:b") == "trace-42/a:b");
    CHECK(chosen(std::string(128, 'x')) == std::string(128, 'x'));
    for (const auto& bad :
         {std::string{},
          std::string(129, 'x'),
          std::string{"a b"},
          std::string{"a\"b"},
          std::string{"a\nb"},
          std::string{"é"}}) {
        const auto made = chosen(bad);
        CHECK(made.size() == 36);
        CHECK(made[14] == '4');
    }
    headers twice;
    twice.add("X-Request-ID", "a");
    twice.add("X-Request-ID", "b");
    CHECK(choose_request_id(twice).size() == 36);
    CHECK(make_request_id() != make_request_id());
}

TEST_CASE("every status weir answers with has its phrase") {
    for (const int status : {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 411,
                             412, 413, 414, 415, 417, 422, 429, 431, 500, 501, 503, 504, 505})
        CHECK_FALSE(reason_phrase(status).empty());
    CHECK(is_bodiless(204));
    CHECK(is_bodiless(304));
    CHECK_FALSE(is_bodiless(200));
}

} // namespace request_cases
