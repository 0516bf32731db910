// SPDX-License-Identifier: Apache-2.0
// Many rows as arguments of one statement: side by side as arrays for PostgreSQL, as one JSON array
// for a warehouse (sql/rows.hpp writes the text that takes them). Costs data/row_values.hpp.
#pragma once

#include <weir/core/text_array.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/row_values.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::detail {

template <class Member>
void append_element(
    std::string& out, const Member& member, const column_type& type, text_format format
) {
    if constexpr (is_optional<Member>) {
        if (!member) {
            out += "NULL";
        } else {
            append_element(out, *member, type, format);
        }
    } else {
        const auto from = out.size();
        append_field(out, member, type, format);
        if constexpr (!is_plain_in_array<Member>)
            quote_array_element(out, from);
    }
}

/// Appends a PostgreSQL array of `count` elements; `append(position)` appends one.
template <class Append>
void append_array(std::string& out, std::size_t count, const Append& append) {
    char before = '{';
    for (std::size_t at = 0; at < count; ++at) {
        out += before;
        append(at);
        before = ',';
    }
    out += '}';
}

/// Binds, per column that `Part` has and `chosen` picks, one PostgreSQL array of that column's
/// values.
template <row Row, described Part, class Choice>
void bind_arrays(sql::arguments& arguments, std::span<const Part> parts, const Choice& chosen) {
    if (parts.empty())
        return;
    for_each_member_pointer<Part>([&](std::size_t at, auto pointer) {
        const auto column = columns_of_members<Row, Part>[at];
        if (!chosen(table_of<Row>, column))
            return;
        const auto& type = table_of<Row>.columns[column].type;
        arguments.add_written(sql::text_type, [&](std::string& out) {
            append_array(out, parts.size(), [&](std::size_t each) {
                append_element(out, parts[each].*pointer, type, text_format::postgres);
            });
        });
    });
}

/// A member of each of several structs that lie side by side, its type known where it is read.
struct member_of_each {
    const void* first = nullptr;
    std::size_t struct_bytes = 0;

    template <class Member>
    [[nodiscard]] const Member& at(std::size_t position) const {
        const auto* const from = static_cast<const std::byte*>(first) + position * struct_bytes;
        return *static_cast<const Member*>(static_cast<const void*>(from));
    }
};

/// Binds what bind_arrays() would bind for the rows that make_row() would make of `given`, without
/// making them: half of what it costs to bind many.
template <row Row>
void bind_created(
    sql::arguments& arguments,
    std::span<const create_of<Row>> given,
    const audit_stamp& stamp,
    std::string_view owner
) {
    using create = create_of<Row>;
    if (given.empty())
        return;
    // What weir fills is the same in all rows, but for their uuids.
    const auto filled = make_row<Row>(create{}, stamp, owner);
    // Found by address, as in make_row().
    std::array<member_of_each, member_count<create>> members;
    for_each_member(given.front(), [&](std::size_t at, const auto& member) {
        members[at] = {&member, sizeof(create)};
    });
    for_each_member(filled, [&]<class Member>(std::size_t at, const Member& same) {
        if (!sql::is_inserted(table_of<Row>, at))
            return;
        const auto& column = table_of<Row>.columns[at];
        const auto source = members_of_columns<Row, create>[at];
        arguments.add_written(sql::text_type, [&](std::string& out) {
            const auto append = [&](const auto& value) {
                append_element(out, value, column.type, text_format::postgres);
            };
            if constexpr (std::is_same_v<Member, uuid>) {
                const bool is_given = source != members.size();
                const bool may_be_absent =
                    is_given && member_tags<create>[source] != &type_tag<uuid>;
                if (may_be_absent || (!is_given && column.audit == audit_role::record_uuid)) {
                    append_array(out, given.size(), [&](std::size_t each) {
                        const auto* const known =
                            may_be_absent ? &members[source].template at<std::optional<uuid>>(each)
                                          : nullptr;
                        append(known != nullptr && *known ? **known : uuid::random());
                    });
                    return;
                }
            }
            if (source != members.size()) {
                append_array(out, given.size(), [&](std::size_t each) {
                    append(members[source].template at<Member>(each));
                });
                return;
            }
            std::string text;
            append_element(text, same, column.type, text_format::postgres);
            append_array(out, given.size(), [&](std::size_t /*each*/) { out += text; });
        });
    });
}

/// Binds one JSON array with an object per row, its members the columns `chosen` picks.
template <row Row, described Part, class Choice>
void bind_json_rows(sql::arguments& arguments, std::span<const Part> parts, const Choice& chosen) {
    arguments.add_written(sql::text_type, [&](std::string& out) {
        out += '[';
        for (const auto& part : parts) {
            out += out.back() == '}' ? ",{" : "{";
            for_each_member(part, [&](std::size_t at, const auto& member) {
                const auto column = columns_of_members<Row, Part>[at];
                if (!chosen(table_of<Row>, column))
                    return;
                if (out.back() != '{')
                    out += ',';
                out.append("\"").append(table_of<Row>.columns[column].name).append("\":");
                append_json_member(out, member);
            });
            out += '}';
        }
        out += ']';
    });
}

/// Binds many rows, or parts of rows such as keys, the way the dialect's statements take them.
/// `chosen(table, position)` picks the columns.
template <row Row, described Part, class Choice>
void bind_many(
    sql::arguments& arguments,
    std::span<const Part> parts,
    const Choice& chosen,
    sql::dialect spoken
) {
    if (spoken == sql::dialect::postgres) {
        bind_arrays<Row>(arguments, parts, chosen);
    } else {
        bind_json_rows<Row>(arguments, parts, chosen);
    }
}

} // namespace weir::detail
