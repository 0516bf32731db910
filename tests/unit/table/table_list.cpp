// SPDX-License-Identifier: Apache-2.0
#include <weir/table/table_list.hpp>

#include <catch.hpp>
#include <string>

namespace table_list_cases {

namespace {

struct first {
    static constexpr char name = 'a';
};

struct second {
    static constexpr char name = 'b';
};

struct third {
    static constexpr char name = 'c';
};

} // namespace

static_assert(weir::table_list<>::size == 0);
static_assert(weir::table_list<first, second>::size == 2);
static_assert(std::is_same_v<
              weir::join_tables<
                  weir::table_list<first>,
                  weir::table_list<>,
                  weir::table_list<second, third>>,
              weir::table_list<first, second, third>>);

TEST_CASE("a table list visits its rows in order") {
    std::string seen;
    weir::table_list<third, first, second>::for_each([&]<class Row>(std::type_identity<Row>) {
        seen += Row::name;
    });
    CHECK(seen == "cab");
}

} // namespace table_list_cases
