// SPDX-License-Identifier: Apache-2.0
#include <weir/http/entity_tag.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace entity_tag_cases {

using namespace weir;
using namespace weir::http;

namespace {

headers one(std::string_view name, std::string_view value) {
    headers sent;
    sent.add(name, value);
    return sent;
}

tag_condition match(std::string_view value) {
    return read_tags(one("If-Match", value), "If-Match");
}

} // namespace

TEST_CASE("tags are read from lists, weak ones and ones with commas among them") {
    CHECK_FALSE(read_tags({}, "If-Match").is_given);
    CHECK(match(" * ").is_any);
    CHECK(match(R"("a")").tags == std::vector{entity_tag{"a", false}});
    CHECK(
        match(R"(, "a,b" ,W/"c","",)").tags ==
        std::vector{entity_tag{"a,b", false}, entity_tag{"c", true}, entity_tag{"", false}}
    );
    auto two = one("If-Match", R"("a")");
    two.add("if-match", R"("b")");
    CHECK(read_tags(two, "If-Match").tags.size() == 2);
}

TEST_CASE("what is no list of tags is refused") {
    for (const auto* const bad :
         {"",
          ",",
          "a",
          "\"",
          "\"a",
          "\"a\" \"b\"",
          "*, \"a\"",
          "**",
          "w/\"a\"",
          "\"a\nb\"",
          "W/ \"a\""}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(match(bad), validation_error);
    }
    auto both = one("If-Match", "*");
    both.add("If-Match", R"("a")");
    CHECK_THROWS_AS(read_tags(both, "If-Match"), validation_error);
}

TEST_CASE("a body that is known is one whose tag is listed, weak or not") {
    const auto tag = tag_of({"v"}, json::numbers::as_string);
    CHECK(tag == "v.s");
    CHECK(is_known(match(R"(W/"v.s")"), tag));
    CHECK(is_known(match("*"), tag));
    CHECK_FALSE(is_known(match(R"("v")"), tag));
    CHECK_FALSE(is_known({}, tag));
}

TEST_CASE("a write's conditions are about versions, and weak tags match none") {
    auto sent = one("If-Match", R"("v.s", W/"w")");
    sent.add("If-None-Match", R"(W/"x")");
    const auto made = read_conditions(sent);
    CHECK(made.must_exist);
    CHECK_FALSE(made.must_be_new);
    CHECK(made.demanded.one_of == std::vector<row_version>{{"v"}, {}});
    CHECK(made.demanded.none_of == std::vector<row_version>{{"x"}});
    CHECK(made.demanded.is_met_by({"v"}));
    CHECK_FALSE(made.demanded.is_met_by({"w"}));
    CHECK(read_demand({}).is_any());
    CHECK_FALSE(read_demand(one("If-None-Match", "*")).is_met_by({"v"}));
    CHECK(read_demand(one("If-Match", "*")).is_any());
}

TEST_CASE("a stamped version is read back, and nothing else is one") {
    const uuid record{{1, 2, 3, 255}};
    for (const auto& updated :
         {std::optional<timestamp>{}, std::optional{timestamp{-5}}, std::optional{max_timestamp}}) {
        const auto made = weir::detail::version_of_stamps(record, updated);
        CHECK(made.text.size() == 32);
        const auto read = weir::detail::stamps_of_version(made);
        REQUIRE(read.has_value());
        CHECK(read->record == record);
        CHECK(read->updated == updated);
    }
    for (const auto* const text :
         {"",
          "x",
          "AAAA",
          "not base64 at all, but 32 long!!",
          "////////////////////////////////f////////"})
        CHECK_FALSE(weir::detail::stamps_of_version({text}).has_value());
    // A time beyond every database's.
    CHECK_FALSE(
        weir::detail::stamps_of_version(
            weir::detail::version_of_stamps(record, timestamp{max_timestamp.microseconds + 1})
        )
            .has_value()
    );
}

TEST_CASE("a version by content is 96 bits of FNV-1a") {
    // The empty text hashes to the offset basis, 6c62272e07bb014262b821756295c58d.
    CHECK(weir::detail::version_of_content("").text == "bGInLge7AUJiuCF1");
    CHECK(weir::detail::version_of_content("a").text == "0ijLaW8ajK94kStw");
}

} // namespace entity_tag_cases
