// SPDX-License-Identifier: Apache-2.0
// Many rows as arguments of one statement: side by side as arrays for PostgreSQL, as one JSON array
// for a warehouse (sql/rows.hpp writes the text that takes them). Costs data/row_values.hpp.
#pragma once

#include <weir/core/text_array.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/row_values.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/row.hpp>

#include <cstddef>
#include <span>
#include <string>

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
        quote_array_element(out, from);
    }
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
        arguments.add_written(sql::text_type, [&](std::string& out) {
            char before = '{';
            for (const auto& part : parts) {
                out += before;
                append_element(
                    out, part.*pointer, table_of<Row>.columns[column].type, text_format::postgres
                );
                before = ',';
            }
            out += '}';
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
                json::append_json(out, member);
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
