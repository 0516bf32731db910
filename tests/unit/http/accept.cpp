// SPDX-License-Identifier: Apache-2.0
#include <weir/http/accept.hpp>

#include <catch.hpp>
#include <optional>
#include <string_view>

namespace accept_cases {

namespace {

using namespace weir::http;

headers one(std::string_view name, std::string_view value) {
    headers sent;
    sent.add(name, value);
    return sent;
}

std::optional<media> chosen(std::string_view accept) {
    return choose_media(one("Accept", accept), list_media);
}

bool takes_gzip(std::string_view accept) {
    return prefers_coding(one("Accept-Encoding", accept), "gzip");
}

} // namespace

TEST_CASE("the form with the greatest weight is chosen, the first of equals") {
    CHECK(choose_media({}, list_media) == media::json);
    CHECK(chosen("*/*") == media::json);
    CHECK(chosen("application/*") == media::json);
    CHECK(chosen("text/*") == media::csv);
    CHECK(chosen("TEXT/CSV") == media::csv);
    CHECK(chosen("text/csv;header=present;q=0.5") == media::csv);
    CHECK(chosen("application/x-ndjson, application/json;q=0.9") == media::ndjson);
    CHECK(
        chosen("application/x-ndjson;q=0.5, text/csv;q=0.6, application/json;q=0.4") == media::csv
    );
    CHECK(chosen("text/csv, application/json") == media::json);
    CHECK(chosen("text/html, application/xhtml+xml, */*;q=0.8") == media::json);
}

TEST_CASE("a more exact range decides over a general one") {
    CHECK(chosen("*/*, application/json;q=0.1") == media::ndjson);
    CHECK(chosen("application/*;q=0.2, */*;q=0.5") == media::csv);
    CHECK(chosen("application/json;q=0, */*") == media::ndjson);
    CHECK(chosen("text/csv;q=0, text/*") == std::nullopt);
}

TEST_CASE("nothing is chosen where nothing is acceptable") {
    CHECK(chosen("text/html") == std::nullopt);
    CHECK(chosen("") == std::nullopt);
    CHECK(chosen("application/json;q=0") == std::nullopt);
    CHECK(chosen("*/*;q=0") == std::nullopt);
    CHECK(chosen("*") == std::nullopt);
    CHECK(chosen("*/csv") == std::nullopt);
    CHECK(choose_media(one("Accept", "text/csv"), only_json) == std::nullopt);
}

TEST_CASE("what is available is told in a sentence") {
    CHECK(media_text(only_json) == "Answers are application/json");
    CHECK(
        media_text(list_media) == "Answers are application/json, application/x-ndjson or text/csv"
    );
}

TEST_CASE("gzip is preferred when it is wanted no less than the plain form") {
    for (const auto* value :
         {"gzip",
          "GZIP",
          "gzip, deflate, br",
          "gzip;q=0.5",
          "*",
          "gzip;q=0.5, identity;q=0.5",
          "identity;q=0, gzip;q=0.1",
          "br;q=1.0, gzip;q=0.8, *;q=0.1"})
        CHECK(takes_gzip(value));
    for (const auto* value :
         {"",
          "identity",
          "br",
          "gzip;q=0",
          "gzip;q=0.0, *",
          "*;q=0",
          "gzip;q=0.4, identity;q=0.5",
          "x-gzip2"})
        CHECK_FALSE(takes_gzip(value));
    CHECK_FALSE(prefers_coding({}, "gzip"));
}

} // namespace accept_cases
