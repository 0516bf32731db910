// SPDX-License-Identifier: Apache-2.0
#include <weir/lakebase/detail/prepared_cache.hpp>

#include <catch.hpp>
#include <string>

using weir::lakebase::detail::prepared_cache;

TEST_CASE("a statement keeps its name") {
    prepared_cache cache{4};
    CHECK(cache.find("select 1") == nullptr);
    cache.add("select 1", cache.next_name());
    cache.add("select 2", cache.next_name());
    REQUIRE(cache.find("select 1") != nullptr);
    CHECK(*cache.find("select 1") == "w1");
    CHECK(*cache.find("select 2") == "w2");
}

TEST_CASE("the text is compared, not its address") {
    prepared_cache cache{4};
    std::string text = "select 1";
    cache.add(text, cache.next_name());
    text[7] = '2';
    CHECK(cache.find(text) == nullptr);
    CHECK(cache.find("select 1") != nullptr);
}

TEST_CASE("the least recently used statement goes first") {
    prepared_cache cache{2};
    CHECK_FALSE(cache.evict_if_full());
    cache.add("a", cache.next_name());
    CHECK_FALSE(cache.evict_if_full());
    cache.add("b", cache.next_name());
    CHECK(cache.find("a") != nullptr);
    CHECK(cache.evict_if_full() == "w2");
    CHECK(cache.find("b") == nullptr);
    CHECK(cache.find("a") != nullptr);
    CHECK(cache.size() == 1);
}

TEST_CASE("a forgotten statement gets another name") {
    prepared_cache cache{2};
    cache.add("a", cache.next_name());
    cache.forget("a");
    cache.forget("never there");
    CHECK(cache.find("a") == nullptr);
    CHECK(cache.add("a", cache.next_name()) == "w2");
}
