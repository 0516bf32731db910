// SPDX-License-Identifier: Apache-2.0
// What weir-gen emits and what the library derives from facts must be the same: checked on the
// example's schema and on a table too wide for Boost.Describe and Boost.PFR.
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <catch.hpp>
#include <field_ops.weir.hpp>
#include <string>
#include <type_traits>
#include <vector>
#include <wide.weir.hpp>

namespace generated_cases {

namespace {

using names = std::vector<std::string>;

template <class Part>
names members_of_part() {
    const auto& all = weir::member_names<Part>;
    return {all.begin(), all.end()};
}

template <class Rule>
names columns_by(const weir::table& of, Rule rule) {
    names matching;
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (rule(of, at))
            matching.emplace_back(of.columns[at].name);
    }
    return matching;
}

template <class Row>
void check_generated() {
    static_assert(weir::check_keyed_row<Row>());
    static_assert(weir::audited_row<Row>);
    const auto& facts = weir::table_of<Row>;
    INFO(facts.name);
    CHECK(members_of_part<weir::create_of<Row>>() == columns_by(facts, weir::is_create_column));
    CHECK(members_of_part<weir::update_of<Row>>() == columns_by(facts, weir::is_update_column));
    const auto first = facts.columns.size() - weir::audit_columns.size();
    for (std::size_t at = 0; at < weir::audit_columns.size(); ++at) {
        const auto& column = facts.columns[first + at];
        CHECK(column.audit == weir::audit_columns[at].audit);
        CHECK(weir::is_sound_audit_column(column));
    }
}

} // namespace

TEST_CASE("generated structs and facts agree with what the library derives") {
    field_ops::tables::for_each([]<class Row>(std::type_identity<Row>) { check_generated<Row>(); });
    wide::tables::for_each([]<class Row>(std::type_identity<Row>) { check_generated<Row>(); });
}

TEST_CASE("a table wider than Describe and PFR allow is a row like any other") {
    using wide::reading;
    static_assert(weir::member_count<reading> == 1001 + 8);
    reading row{.id = 1};
    std::size_t visited = 0;
    weir::for_each_member(row, [&](std::size_t at, auto& member) {
        CHECK(at == visited++);
        if constexpr (std::is_same_v<
                          std::remove_reference_t<decltype(member)>,
                          std::optional<double>>) {
            member = static_cast<double>(at);
        }
    });
    CHECK(visited == 1009);
    CHECK(row.c1000 == 1000.0);
    CHECK(weir::member_at<100>(row) == 100.0);
    const auto broken = weir::validate(row);
    // Each of them has `max: 100`.
    REQUIRE(broken.size() == 900);
    CHECK(broken.front().loc == weir::location{"c101"});
}

TEST_CASE("a generated create is validated by its table's rules") {
    const field_ops::well_create given{
        .api10 = 1, .wellname = "", .spuddate = "2024-05-01", .oileur = -1.0
    };
    const auto broken = weir::validate<field_ops::well>(given);
    REQUIRE(broken.size() == 4);
    CHECK(broken[0].msg == "Column 'api10' must be at least 1000000000");
    CHECK(broken[1].msg == "Column 'wellname' must have at least 1 character");
    CHECK(broken[2].msg == "Column 'spuddate' must be a date spelled MM/DD/YYYY");
    CHECK(broken[3].msg == "Column 'oileur' must be at least 0");
}

} // namespace generated_cases
