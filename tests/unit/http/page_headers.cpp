// SPDX-License-Identifier: Apache-2.0
#include <weir/http/page_headers.hpp>

#include <catch.hpp>
#include <optional>
#include <string>

namespace page_headers_cases {

using namespace weir::http;

namespace {

std::string links_of(
    std::string_view target,
    const std::optional<std::string>& next,
    const std::optional<std::string>& previous
) {
    auto parts = split_target(target);
    request asked;
    asked.path = parts.path;
    asked.query = parts.query;
    response made;
    tell_links(made, asked, {.next = next, .previous = previous});
    return std::string{made.headers.find("Link").value_or("")};
}

} // namespace

TEST_CASE("a content range counts from 0 and says * for what is not known") {
    CHECK(content_range(0, 25, 573) == "rows 0-24/573");
    CHECK(content_range(50, 1, std::nullopt) == "rows 50-50/*");
    CHECK(content_range(600, 0, 573) == "rows */573");
    CHECK(content_range(0, 0, 0) == "rows */0");
    CHECK_FALSE(content_range(0, 0, std::nullopt).has_value());
}

TEST_CASE("links keep the other parameters, encoded, and replace cursor and offset") {
    CHECK(
        links_of("/api/v1/wells?name=like.%C3%84*%26%3E&limit=5&offset=10", "N", std::nullopt) ==
        R"(</api/v1/wells?name=like.%C3%84%2A%26%3E&limit=5&cursor=N>; rel="next")"
    );
    CHECK(
        links_of("/api/v1/wells?cursor=old&order=a.desc,b", "N", "P") ==
        R"(</api/v1/wells?order=a.desc%2Cb&cursor=N>; rel="next", </api/v1/wells?order=a.desc%2Cb&cursor=P>; rel="prev")"
    );
    CHECK(links_of("/wells", std::nullopt, "P") == R"(</wells?cursor=P>; rel="prev")");
}

TEST_CASE("there is no link where there is no page, nor one too long for clients") {
    CHECK(links_of("/wells", std::nullopt, std::nullopt).empty());
    CHECK(links_of("/wells?name=eq." + std::string(4000, 'x'), "N", "P").empty());
}

} // namespace page_headers_cases
