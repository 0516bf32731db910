// SPDX-License-Identifier: Apache-2.0
// What makes a struct a row: the concepts row, keyed_row and audited_row, and the mapping of
// partial structs (create, update, key) to a row's columns. Costs what table/members.hpp costs.
#pragma once

#include <weir/table/detail/member_type.hpp>
#include <weir/table/members.hpp>
#include <weir/table/table.hpp>
#include <weir/table/table_list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace weir {

/// Whether `table_of<Row>` was specialised: the generated header was included.
template <class Row>
inline constexpr bool has_table = !table_of<Row>.columns.empty();

/// Whether the columns of a row's table are its members: as many, in the same order, spelled the
/// same.
template <described Row>
inline constexpr bool columns_are_members = [] {
    const auto columns = table_of<Row>.columns;
    if (columns.size() != member_count<Row>)
        return false;
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (columns[at].name != member_names<Row>[at])
            return false;
    }
    return true;
}();

/// A struct that stands for a row of a table.
template <class Row>
concept row = described<Row> && has_table<Row> && columns_are_members<Row>;

namespace detail {

template <class Row>
inline constexpr bool has_all_audit_columns = [] {
    for (auto role = static_cast<int>(audit_role::record_uuid);
         role <= static_cast<int>(audit_role::deleted_by);
         ++role) {
        const auto columns = table_of<Row>.columns;
        if (find_column(columns, static_cast<audit_role>(role)) == columns.size())
            return false;
    }
    return true;
}();

/// Whether the members of `Key` are the row's key columns, in key order.
template <class Row, class Key>
inline constexpr bool names_the_key = [] {
    const auto& facts = table_of<Row>;
    if (facts.key.empty() || facts.key.size() != member_count<Key>)
        return false;
    for (std::size_t at = 0; at < facts.key.size(); ++at) {
        if (facts.key[at] >= facts.columns.size())
            return false;
        if (facts.columns[facts.key[at]].name != member_names<Key>[at])
            return false;
    }
    return true;
}();

/// Named in the compiler's message when a member has no column: `Position` counts the members of
/// `Part`.
template <class Row, class Part, std::size_t Position>
struct member_without_column {
    static_assert(
        Position == member_count<Part>,
        "weir: a member of this create, update or key struct is not a column of the row; generate "
        "the header again"
    );
};

} // namespace detail

/// A row whose table carries the eight audit columns.
template <class Row>
concept audited_row = row<Row> && table_of<Row>.audit && detail::has_all_audit_columns<Row>;

/// A row that can be found by its key.
template <class Row>
concept keyed_row = row<Row> && requires { typename row_types<Row>::key; } &&
                    described<typename row_types<Row>::key> &&
                    detail::names_the_key<Row, typename row_types<Row>::key>;

namespace detail {

/// Named in the compiler's message when a member's type is not its column's: `Position` counts the
/// members.
template <class Row, std::size_t Position>
struct member_of_other_type {
    static_assert(
        Position == member_count<Row>,
        "weir: a member of this row has not the C++ type of its column, or is std::optional while "
        "the column is "
        "required, or the other way round; generate the header again"
    );
};

} // namespace detail

/// Says why a type is not a row, for class templates: `static_assert(weir::check_row<Row>());`
///
/// Errors: does not compile for anything that is not a `row`; the message holds the remedy.
template <class Row>
consteval bool check_row() {
    static_assert(
        described<Row>,
        "weir: this type is not a row; include the generated <name>.weir.hpp, or describe it"
    );
    if constexpr (described<Row>) {
        static_assert(
            detail::members_agree<Row>,
            "weir: BOOST_DESCRIBE_STRUCT must name every member of this struct, in declaration "
            "order"
        );
        static_assert(
            has_table<Row>,
            "weir: this struct has no table; include the generated <name>.weir.hpp, or specialise "
            "weir::table_of"
        );
        if constexpr (has_table<Row>) {
            static_assert(
                columns_are_members<Row>,
                "weir: the members of this row and the columns of its table differ in number, "
                "order or spelling; "
                "generate the header again"
            );
            if constexpr (columns_are_members<Row>) {
                constexpr auto misfit = detail::first_misfit<Row>(table_of<Row>.columns);
                static_cast<void>(detail::member_of_other_type<Row, misfit>{});
            }
        }
    }
    return row<Row>;
}

/// Says why a row cannot be found by key, for class templates.
///
/// Errors: does not compile for anything that is not a `keyed_row`; the message holds the remedy.
template <class Row>
consteval bool check_keyed_row() {
    if constexpr (check_row<Row>()) {
        static_assert(
            !table_of<Row>.key.empty(),
            "weir: the table of this row has no key; add `key: [...]` to it in the schema"
        );
        if constexpr (!table_of<Row>.key.empty()) {
            static_assert(
                keyed_row<Row>,
                "weir: row_types<Row>::key must have the key columns as members, in key order; "
                "generate the header again"
            );
        }
    }
    return keyed_row<Row>;
}

namespace detail {

template <class Part>
struct part_columns {
    std::array<std::uint16_t, member_count<Part>> positions{};
    /// The first member that is no column; their number when all are.
    std::size_t first_unknown = 0;
};

/// Parts keep the order of columns, so each search goes on where the last one ended: linear for
/// 1,000 columns, where compilers would give up on a quadratic one.
template <class Row, class Part>
inline constexpr part_columns<Part> part_columns_of = [] {
    const auto columns = table_of<Row>.columns;
    part_columns<Part> found;
    std::size_t next = 0;
    for (const auto name : member_names<Part>) {
        std::size_t tried = 0;
        while (tried < columns.size() && columns[next].name != name) {
            next = next + 1 < columns.size() ? next + 1 : 0;
            ++tried;
        }
        if (tried == columns.size())
            return found;
        found.positions[found.first_unknown++] = static_cast<std::uint16_t>(next);
    }
    return found;
}();

} // namespace detail

/// For each member of `Part` (a create, update or key struct), the position of its column in the
/// row's table.
template <row Row, described Part>
inline constexpr std::array<std::uint16_t, member_count<Part>> columns_of_members = [] {
    constexpr auto& found = detail::part_columns_of<Row, Part>;
    static_cast<void>(detail::member_without_column<Row, Part, found.first_unknown>{});
    return found.positions;
}();

/// The struct an insert of `Row` takes.
template <row Row>
using create_of = typename row_types<Row>::create;

/// The struct a partial update of `Row` takes.
template <row Row>
using update_of = typename row_types<Row>::update;

/// The struct that holds a key of `Row`.
template <keyed_row Row>
using key_of = typename row_types<Row>::key;

} // namespace weir
