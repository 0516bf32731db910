// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <names.hpp>

using namespace weir::gen;

TEST_CASE("the row of a table is its singular") {
    CHECK(singular("wells") == "well");
    CHECK(singular("entries") == "entry");
    CHECK(singular("boxes") == "box");
    CHECK(singular("addresses") == "address");
    CHECK(singular("statuses") == "status");
    CHECK(singular("batches") == "batch");
    CHECK(singular("order_lines") == "order_line");
    CHECK(singular("user_preferences") == "user_preference");
    CHECK(singular("houses") == "house");
    CHECK(singular("causes") == "cause");
    CHECK(singular("invoices") == "invoice");
    CHECK(singular("caches") == "cache");
    CHECK(singular("site_caches") == "site_cache");
    CHECK(singular("series") == "series");
    CHECK(singular("ties") == "tie");
    CHECK(singular("status") == "status");
    CHECK(singular("address") == "address");
    CHECK(singular("analysis") == "analysis");
    CHECK(singular("data") == "data");
    CHECK(singular("s") == "s");
}

TEST_CASE("labels become different identifiers") {
    CHECK(
        enumerators(
            {"draft",
             "in-transit",
             "12h",
             "default",
             "",
             "  ",
             "a b",
             "a-b",
             "a_b",
             "ünï",
             "NULL",
             "x__y"}
        ) ==
        std::vector<std::string>{
            "draft",
            "in_transit",
            "v12h",
            "default_",
            "v",
            "v_2",
            "a_b_2",
            "a_b_3",
            "a_b",
            "n",
            "NULL_",
            "x_y"
        }
    );
}

TEST_CASE("keywords and reserved names are known") {
    CHECK(is_keyword("class"));
    CHECK(is_keyword("xor_eq"));
    CHECK(is_keyword("alignas"));
    CHECK_FALSE(is_keyword("final"));
    CHECK(is_reserved("a__b"));
    CHECK(is_reserved("_Upper"));
    CHECK(is_reserved("errno"));
    CHECK_FALSE(is_reserved("_lower"));
    CHECK(is_identifier("_a1"));
    CHECK_FALSE(is_identifier("1a"));
    CHECK_FALSE(is_identifier(""));
    CHECK_FALSE(is_identifier("ä"));
}
