// SPDX-License-Identifier: Apache-2.0
// Rows as values of statements: composed from what an insert takes, bound as arguments, read from
// fields. One fold per row type each. Costs data/codec.hpp and table/row.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/codec.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir::detail {

/// For each column of `Row`, the member of `Part` that holds it; `member_count<Part>` where none
/// does.
template <row Row, class Part>
inline constexpr auto members_of_columns = [] {
    std::array<std::size_t, member_count<Row>> found{};
    found.fill(member_count<Part>);
    for (std::size_t at = 0; at < member_count<Part>; ++at)
        found[columns_of_members<Row, Part>[at]] = at;
    return found;
}();

/// Tags of the types of a struct's members.
template <described T>
inline constexpr auto member_tags = [] {
    std::array<const char*, member_count<T>> tags{};
    for_each_member_pointer<T>([&]<class Member>(std::size_t at, Member T::* /*pointer*/) {
        tags[at] = &type_tag<Member>;
    });
    return tags;
}();

/// Whether each member of `Part` has the type of the row's member, so that make_row() may find the
/// latter by address. Only a generated uuid is optional in the create struct and not in the row.
template <row Row, described Part>
inline constexpr bool members_have_row_types = [] {
    for (std::size_t at = 0; at < member_count<Part>; ++at) {
        const auto* const in_row = member_tags<Row>[columns_of_members<Row, Part>[at]];
        const auto* const in_part = member_tags<Part>[at];
        if (in_row != in_part &&
            !(in_row == &type_tag<uuid> && in_part == &type_tag<std::optional<uuid>>))
            return false;
    }
    return true;
}();

inline void set_to_now(timestamp& member, timestamp now) {
    member = now;
}

inline void set_to_now(timestamp_ntz& member, timestamp now) {
    member.microseconds = now.microseconds;
}

inline void set_to_now(date& member, timestamp now) {
    constexpr std::int64_t day = 86'400'000'000; // microseconds
    const auto days = now.microseconds / day - (now.microseconds % day < 0 ? 1 : 0);
    member.days = static_cast<std::int32_t>(days);
}

template <class T>
    requires requires(T& member, timestamp now) { set_to_now(member, now); }
void set_to_now(std::optional<T>& member, timestamp now) {
    set_to_now(member.emplace(), now);
}

/// Gives a member the value weir has for its column, if it has one.
template <class Member>
void fill(
    Member& member,
    const table& of,
    std::size_t column,
    const audit_stamp& stamp,
    std::string_view owner
) {
    const auto& facts = of.columns[column];
    if constexpr (std::is_same_v<Member, std::string> ||
                  std::is_same_v<Member, std::optional<std::string>>) {
        if (is_owner_column(of, column)) {
            member = std::string{owner};
        } else if (facts.audit == audit_role::inserted_by) {
            member = std::string{stamp.actor};
        }
    } else if constexpr (std::is_same_v<Member, uuid>) {
        if (facts.audit == audit_role::record_uuid)
            member = uuid::random();
    } else if constexpr (requires { set_to_now(member, stamp.at); }) {
        if (facts.audit == audit_role::inserted_at || facts.generated == generated_by::now)
            set_to_now(member, stamp.at);
    }
}

/// Whether fill() knows the type of every member it has a value for.
template <row Row>
inline constexpr bool fills_fit = [] {
    const auto is_any = [](const char* tag, std::initializer_list<const char*> of) {
        return std::find(of.begin(), of.end(), tag) != of.end();
    };
    for (std::size_t at = 0; at < member_count<Row>; ++at) {
        const auto& column = table_of<Row>.columns[at];
        const auto* const tag = member_tags<Row>[at];
        if (is_owner_column(table_of<Row>, at) || column.audit == audit_role::inserted_by) {
            if (!is_any(tag, {&type_tag<std::string>, &type_tag<std::optional<std::string>>}))
                return false;
        } else if (column.audit == audit_role::record_uuid) {
            if (tag != &type_tag<uuid>)
                return false;
        } else if (column.audit == audit_role::inserted_at ||
                   column.generated == generated_by::now) {
            if (!is_any(
                    tag,
                    {&type_tag<timestamp>,
                     &type_tag<timestamp_ntz>,
                     &type_tag<date>,
                     &type_tag<std::optional<timestamp>>,
                     &type_tag<std::optional<timestamp_ntz>>,
                     &type_tag<std::optional<date>>}
                ))
                return false;
        }
    }
    return true;
}();

/// The row an insert stores: the application's values, and what weir fills.
template <row Row>
[[nodiscard]] Row make_row(create_of<Row> given, const audit_stamp& stamp, std::string_view owner) {
    static_assert(
        members_have_row_types<Row, create_of<Row>>,
        "weir: a member of row_types<Row>::create has another type than the row's; generate the "
        "header again"
    );
    static_assert(
        fills_fit<Row>,
        "weir: an audit, owner or `generated: now` column of this row has a type weir cannot fill; "
        "generate the header again"
    );
    // Members of both structs are found at run time: pairs of positions as template arguments made
    // 1,000 columns cost 1,000 searches among 1,000.
    Row made{};
    std::array<void*, member_count<Row>> members;
    for_each_member(made, [&](std::size_t at, auto& member) {
        members[at] = &member;
        fill(member, table_of<Row>, at, stamp, owner);
    });
    for_each_member(given, [&]<class Member>(std::size_t at, Member& from) {
        const auto column = columns_of_members<Row, create_of<Row>>[at];
        if constexpr (std::is_same_v<Member, std::optional<uuid>>) {
            if (member_tags<Row>[column] == &type_tag<uuid>) {
                *static_cast<uuid*>(members[column]) = from ? *from : uuid::random();
                return;
            }
        }
        *static_cast<Member*>(members[column]) = std::move(from);
    });
    return made;
}

/// Binds the columns an insert names, in column order.
template <row Row>
void bind_row(sql::arguments& arguments, const Row& values, text_format format) {
    for_each_member(values, [&](std::size_t at, const auto& member) {
        if (sql::is_inserted(table_of<Row>, at))
            add_argument(arguments, member, table_of<Row>.columns[at].type, format);
    });
}

template <row Row>
void bind_key(sql::arguments& arguments, const key_of<Row>& key, text_format format) {
    for_each_member(key, [&](std::size_t at, const auto& member) {
        const auto column = columns_of_members<Row, key_of<Row>>[at];
        add_argument(arguments, member, table_of<Row>.columns[column].type, format);
    });
}

template <row Row>
[[nodiscard]] key_of<Row> key_of_row(const Row& from) {
    key_of<Row> key{};
    [&]<std::size_t... At>(std::index_sequence<At...> /*unused*/) {
        ((member_at<At>(key) = member_at<columns_of_members<Row, key_of<Row>>[At]>(from)), ...);
    }(std::make_index_sequence<member_count<key_of<Row>>>{});
    return key;
}

/// Whether a row's key is the smaller one.
template <row Row>
[[nodiscard]] bool comes_before(const Row& left, const Row& right) {
    bool is_decided = false;
    bool is_smaller = false;
    const auto compare = [&]<std::size_t At>() {
        constexpr auto position = columns_of_members<Row, key_of<Row>>[At];
        const auto& one = member_at<position>(left);
        const auto& other = member_at<position>(right);
        if (is_decided || one == other)
            return;
        is_decided = true;
        is_smaller = one < other;
    };
    [&]<std::size_t... At>(std::index_sequence<At...> /*unused*/) {
        (compare.template operator()<At>(), ...);
    }(std::make_index_sequence<member_count<key_of<Row>>>{});
    return is_smaller;
}

/// Out of line on purpose: the message is the cold part of every decoding loop.
[[noreturn]] inline void throw_undecodable(const table& of, std::size_t column, bool is_null) {
    std::string message{"Column '"};
    message.append(of.columns[column].name).append("' of table '").append(of.name);
    message.append(
        is_null ? "' is NULL in the database but required by the schema"
                : "' holds a value that does not fit its declared type"
    );
    throw decode_error{message};
}

/// Reads a whole row, columns in schema order.
///
/// Errors: decode_error naming the table and the first column that does not fit.
template <row Row>
[[nodiscard]] Row read_row(std::span<const text_field> fields, text_format format) {
    if (fields.size() != member_count<Row>)
        throw decode_error{
            "A result of table '" + std::string{table_of<Row>.name} + "' has " +
            std::to_string(fields.size()) + " columns instead of " +
            std::to_string(member_count<Row>)
        };
    Row made{};
    for_each_member(made, [&](std::size_t at, auto& member) {
        if (!parse_field(fields[at], member, table_of<Row>.columns[at].type, format))
            throw_undecodable(table_of<Row>, at, fields[at].is_null);
    });
    return made;
}

} // namespace weir::detail
