// SPDX-License-Identifier: Apache-2.0
#include <weir/table/members.hpp>

#include <catch.hpp>

#include "depot.hpp"

namespace {

struct listed_pair {
    int first{};
    std::string second{};
};

struct plain {
    int first{};
};

struct swapped {
    int first{};
    int second{};
};

BOOST_DESCRIBE_STRUCT(swapped, (), (second, first))

struct partly {
    int first{};
    int second{};
};

BOOST_DESCRIBE_STRUCT(partly, (), (first))

struct single {
    weir::patch<std::string> only{};
};

BOOST_DESCRIBE_STRUCT(single, (), (only))

} // namespace

template <>
struct weir::member_list_of<listed_pair> {
    using pointers = weir::member_list<&listed_pair::first, &listed_pair::second>;
    static constexpr std::string_view names[]{"first", "second"};
};

// The concept's archetypes: a struct of one described member, and a listed one. Its near misses:
static_assert(weir::described<single>);
static_assert(weir::described<listed_pair>);
static_assert(!weir::described<plain>, "a struct nobody described");
static_assert(!weir::described<int>, "no struct");
static_assert(!weir::described<depot::grade>, "described, but an enumeration");

// Describe and PFR must see the same members in the same order, even where types could be confused.
static_assert(weir::detail::members_agree<depot::item>);
static_assert(weir::detail::members_agree<depot::item_update>);
static_assert(weir::detail::members_agree<single>);
static_assert(!weir::detail::members_agree<swapped>);
static_assert(!weir::detail::members_agree<partly>);

static_assert(weir::member_count<depot::address> == 3);
static_assert(weir::member_names<depot::address>[1] == "zip");
static_assert(weir::member_count<listed_pair> == 2);
static_assert(weir::member_names<listed_pair>[1] == "second");
static_assert(std::is_same_v<weir::member_type<depot::address, 2>, std::int32_t>);
static_assert(std::is_same_v<weir::member_type<listed_pair, 1>, std::string>);

TEST_CASE("members are visited in declaration order, by reference") {
    depot::address home{.street = "Main", .zip = "79701", .floor = 2};
    std::string seen;
    weir::for_each_member(home, [&](std::size_t at, auto& member) {
        seen += weir::member_names<depot::address>[at];
        seen += ' ';
        if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, std::int32_t>) {
            member += 1;
        }
    });
    CHECK(seen == "street zip floor ");
    CHECK(home.floor == 3);
}

TEST_CASE("a visitor may take the position as a constant") {
    const depot::address home{.street = "Main"};
    std::size_t sum = 0;
    weir::for_each_member(home, [&](auto at, const auto& member) {
        static_assert(std::is_same_v<
                      std::remove_cvref_t<decltype(member)>,
                      weir::member_type<depot::address, decltype(at)::value>>);
        sum += at;
    });
    CHECK(sum == 3);
}

TEST_CASE("members are visited by pointer, for walking many values column by column") {
    const depot::address homes[]{{.street = "Main", .floor = 7}, {.street = "Oak", .floor = 1}};
    std::string streets;
    std::size_t count = 0;
    weir::for_each_member_pointer<depot::address>([&](std::size_t at, auto pointer) {
        CHECK(at == count++);
        if constexpr (std::is_same_v<decltype(pointer), std::string depot::address::*>) {
            for (const auto& home : homes) {
                if (at == 0)
                    streets += home.*pointer;
            }
        }
    });
    CHECK(count == 3);
    CHECK(streets == "MainOak");
}

TEST_CASE("a member is reached by position") {
    depot::address home{.street = "Main", .floor = 7};
    CHECK(weir::member_at<0>(home) == "Main");
    weir::member_at<2>(home) = 8;
    CHECK(home.floor == 8);
    const auto& fixed = home;
    static_assert(std::is_const_v<std::remove_reference_t<decltype(weir::member_at<2>(fixed))>>);
}

TEST_CASE("a generated member list serves like a description") {
    listed_pair both{1, "two"};
    std::size_t count = 0;
    weir::for_each_member(both, [&](std::size_t, auto&) { ++count; });
    CHECK(count == 2);
    weir::member_at<1>(both) += "!";
    CHECK(both.second == "two!");
}
