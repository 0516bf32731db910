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

#include <array>
#include <cstddef>
#include <cstdint>
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

template <class To, class From>
void assign(To& to, From&& from) {
    if constexpr (is_optional<std::remove_cvref_t<From>> && !is_optional<To>) {
        // Only a generated uuid is optional in the create struct and not in the row.
        to = from ? *std::forward<From>(from) : To::random();
    } else {
        to = std::forward<From>(from);
    }
}

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
void set_to_now(std::optional<T>& member, timestamp now) {
    set_to_now(member.emplace(), now);
}

template <row Row, std::size_t Column, class Member>
void fill(Member& member, const audit_stamp& stamp, std::string_view owner) {
    constexpr const column& facts = table_of<Row>.columns[Column];
    if constexpr (is_owner_column(table_of<Row>, Column)) {
        member = std::string{owner};
    } else if constexpr (facts.audit == audit_role::record_uuid) {
        member = uuid::random();
    } else if constexpr (facts.audit == audit_role::inserted_at) {
        member = stamp.at;
    } else if constexpr (facts.audit == audit_role::inserted_by) {
        member = std::string{stamp.actor};
    } else if constexpr (facts.generated == generated_by::now) {
        set_to_now(member, stamp.at);
    }
}

/// The row an insert stores: the application's values, and what weir fills.
template <row Row>
[[nodiscard]] Row make_row(create_of<Row> given, const audit_stamp& stamp, std::string_view owner) {
    Row made{};
    constexpr const auto& sources = members_of_columns<Row, create_of<Row>>;
    [&]<std::size_t... Columns>(std::index_sequence<Columns...> /*unused*/) {
        const auto one = [&]<std::size_t Column>() {
            if constexpr (sources[Column] < member_count<create_of<Row>>) {
                assign(member_at<Column>(made), std::move(member_at<sources[Column]>(given)));
            } else {
                fill<Row, Column>(member_at<Column>(made), stamp, owner);
            }
        };
        const int done[] { 0, (one.template operator()<Columns>(), 0)... };
        static_cast<void>(done);
    }(std::make_index_sequence<member_count<Row>>{});
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
