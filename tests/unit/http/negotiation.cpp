// SPDX-License-Identifier: Apache-2.0
#include <weir/http/negotiation.hpp>

#include <catch.hpp>
#include <string_view>

namespace negotiation_cases {

namespace {

using namespace weir::http;

headers one(std::string_view name, std::string_view value) {
    headers sent;
    sent.add(name, value);
    return sent;
}

} // namespace

TEST_CASE("a body is JSON when it says so, in UTF-8 if it names a character set") {
    for (const auto* value :
         {"application/json",
          "APPLICATION/JSON",
          "application/json; charset=utf-8",
          "application/json;x=y; Charset=\"UTF-8\"",
          "application/json ;"})
        CHECK(sends_json(one("Content-Type", value)));
    for (const auto* value :
         {"",
          "text/json",
          "application/json; charset=latin1",
          "application/jsonx",
          "application/x-www-form-urlencoded",
          "application"})
        CHECK_FALSE(sends_json(one("Content-Type", value)));
    CHECK_FALSE(sends_json({}));
    auto two = one("Content-Type", "application/json");
    two.add("Content-Type", "application/json");
    CHECK_FALSE(sends_json(two));
}

TEST_CASE("what cannot be served is refused by its own status") {
    request asked;
    CHECK_FALSE(check_media(asked, false));
    CHECK(check_media(asked, true)->status == 415);
    asked.headers.add("Content-Type", "application/json");
    CHECK_FALSE(check_media(asked, true));
    asked.headers.add("Accept", "text/csv");
    CHECK(check_media(asked, true)->status == 406);
    CHECK_FALSE(check_media(asked, true, list_media));
}

} // namespace negotiation_cases
