// SPDX-License-Identifier: Apache-2.0
// Partial updates as arguments: which columns they set, and to what. Costs data/many_rows.hpp.
#pragma once

#include <weir/core/patch.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/row_values.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::detail {

/// The columns an update sets, by position.
template <row Row>
[[nodiscard]] std::vector<std::uint16_t> changed_members(const update_of<Row>& changes) {
    std::vector<std::uint16_t> changed;
    for_each_member(changes, [&](std::size_t at, const auto& member) {
        if (!member.is_absent())
            changed.push_back(columns_of_members<Row, update_of<Row>>[at]);
    });
    return changed;
}

/// Calls `use(column, value)` for each value of an update and of its stamp, in the order of
/// sql::changed_columns(); `value` is an optional where NULL is set.
template <row Row, class Use>
void for_each_change(const update_of<Row>& changes, const audit_stamp& stamp, Use&& use) {
    for_each_member(changes, [&](std::size_t at, const auto& member) {
        if (member.is_absent())
            return;
        const auto& column = table_of<Row>.columns[columns_of_members<Row, update_of<Row>>[at]];
        if (member.is_null()) {
            use(column, std::optional<bool>{});
        } else {
            use(column, member.value());
        }
    });
    for (const auto& column : table_of<Row>.columns) {
        if (column.audit == audit_role::updated_at)
            use(column, stamp.at);
        if (column.audit == audit_role::updated_by)
            use(column, std::string{stamp.actor});
    }
}

/// Binds an update's values, one argument each.
template <row Row>
void bind_change(
    sql::arguments& arguments,
    const update_of<Row>& changes,
    const audit_stamp& stamp,
    text_format format
) {
    for_each_change<Row>(changes, stamp, [&](const column& of, const auto& value) {
        add_argument(arguments, value, of.type, format);
    });
}

/// Appends an update's key and values as one JSON object, open at its end.
template <row Row>
void append_json_change(
    std::string& out,
    const key_of<Row>& key,
    const update_of<Row>& changes,
    const audit_stamp& stamp
) {
    out += '{';
    const auto append = [&](const column& of, const auto& value) {
        if (out.back() != '{')
            out += ',';
        out.append("\"").append(of.name).append("\":");
        append_json_member(out, value);
    };
    for_each_member(key, [&](std::size_t at, const auto& member) {
        append(table_of<Row>.columns[columns_of_members<Row, key_of<Row>>[at]], member);
    });
    for_each_change<Row>(changes, stamp, append);
}

/// Binds an update's key and values as a JSON array of one object.
template <row Row>
void bind_json_change(
    sql::arguments& arguments,
    const key_of<Row>& key,
    const update_of<Row>& changes,
    const audit_stamp& stamp
) {
    arguments.add_written(sql::text_type, [&](std::string& out) {
        out += '[';
        append_json_change<Row>(out, key, changes, stamp);
        out += "}]";
    });
}

/// Whether each field of an update that a create struct has too is of that struct's type, or of
/// what its optional holds.
template <row Row>
inline constexpr bool changes_have_row_types = [] {
    using update = update_of<Row>;
    bool all = true;
    for_each_member_pointer<update>([&]<class Value>(std::size_t at, patch<Value> update::*) {
        const auto position = columns_of_members<Row, update>[at];
        const auto source = members_of_columns<Row, create_of<Row>>[position];
        if (source == member_count<create_of<Row>>)
            return;
        const auto* const tag = member_tags<create_of<Row>>[source];
        all = all && (tag == &type_tag<Value> || tag == &type_tag<std::optional<Value>>);
    });
    return all;
}();

/// What a full replacement changes: every column chosen.
template <row Row>
[[nodiscard]] update_of<Row> replacement(create_of<Row> given, sql::column_choice chosen) {
    static_assert(
        changes_have_row_types<Row>,
        "weir: a member of row_types<Row>::update has another type than the row's; generate the "
        "header again"
    );
    // Found by address, as in make_row(): linear to compile.
    std::array<void*, member_count<create_of<Row>>> members;
    for_each_member(given, [&](std::size_t at, auto& member) { members[at] = &member; });
    update_of<Row> made{};
    for_each_member(made, [&]<class Value>(std::size_t at, patch<Value>& to) {
        const auto position = columns_of_members<Row, update_of<Row>>[at];
        const auto source = members_of_columns<Row, create_of<Row>>[position];
        if (!chosen(table_of<Row>, position) || source == members.size())
            return;
        const auto* const tag = member_tags<create_of<Row>>[source];
        if (tag == &type_tag<Value>) {
            to = std::move(*static_cast<Value*>(members[source]));
        } else if (auto& from = *static_cast<std::optional<Value>*>(members[source])) {
            to = std::move(*from);
        } else {
            to = null;
        }
    });
    return made;
}

/// Stamps a whole row as updated.
template <row Row>
void stamp_update(Row& made, const audit_stamp& stamp) {
    if constexpr (table_of<Row>.audit) {
        constexpr auto at = find_column(table_of<Row>.columns, audit_role::updated_at);
        constexpr auto by = find_column(table_of<Row>.columns, audit_role::updated_by);
        member_at<at>(made) = stamp.at;
        member_at<by>(made) = std::string{stamp.actor};
    }
}

template <row Row>
void set_key(Row& made, const key_of<Row>& key) {
    [&]<std::size_t... At>(std::index_sequence<At...> /*unused*/) {
        ((member_at<columns_of_members<Row, key_of<Row>>[At]>(made) = member_at<At>(key)), ...);
    }(std::make_index_sequence<member_count<key_of<Row>>>{});
}

[[nodiscard]] constexpr bool is_key_or_replaced(const table& of, std::size_t column) noexcept {
    return of.columns[column].key || sql::is_replaced(of, column);
}

[[nodiscard]] constexpr bool any_column(const table& /*unused*/, std::size_t /*unused*/) noexcept {
    return true;
}

/// Every column of a row, in order.
template <row Row>
inline constexpr auto all_columns = sql::chosen_columns<Row, any_column>;

/// Whether the database gives a column of the row its value.
template <row Row>
inline constexpr bool has_identity =
    sql::count_columns(table_of<Row>, [](const table& of, std::size_t column) noexcept {
        return of.columns[column].generated == generated_by::identity;
    }) != 0;

/// Reads a key out of fields that hold the key columns, in key order.
template <row Row>
[[nodiscard]] key_of<Row> read_key(std::span<const text_field> fields, text_format format) {
    key_of<Row> key{};
    for_each_member(key, [&](std::size_t at, auto& member) {
        const auto column = columns_of_members<Row, key_of<Row>>[at];
        if (at >= fields.size() ||
            !parse_field(fields[at], member, table_of<Row>.columns[column].type, format))
            throw_undecodable(table_of<Row>, column, at < fields.size() && fields[at].is_null);
    });
    return key;
}

} // namespace weir::detail
