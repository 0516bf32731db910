// SPDX-License-Identifier: Apache-2.0
// The one place that knows how a column is read from and written to each dialect, so that every
// value travels as text. Costs what writer.hpp costs.
#pragma once

#include <weir/sql/writer.hpp>

#include <cstddef>
#include <string_view>

namespace weir::sql {

namespace detail {

/// Whether a timestamp lies somewhere inside a type.
[[nodiscard]] constexpr bool holds_timestamp(const column_type& of) noexcept {
    if (of.kind == type::timestamp || of.kind == type::timestamp_ntz)
        return true;
    if (of.element != nullptr && holds_timestamp(*of.element))
        return true;
    if (of.key != nullptr && holds_timestamp(*of.key))
        return true;
    for (const auto& field : fields_of(of)) {
        if (holds_timestamp(field.type))
            return true;
    }
    return false;
}

} // namespace detail

/// Whether a column is selected as it is, without an expression around it.
[[nodiscard]] constexpr bool is_selected_plainly(const column_type& of, dialect spoken) noexcept {
    return spoken == dialect::postgres ||
           (is_scalar(of.kind) && of.kind != type::binary && of.kind != type::timestamp &&
            of.kind != type::timestamp_ntz);
}

/// Whether a parameter stands for a value of the type without an expression around it.
[[nodiscard]] constexpr bool is_bound_plainly(const column_type& of, dialect spoken) noexcept {
    return spoken == dialect::postgres || (is_scalar(of.kind) && of.kind != type::binary);
}

/// Writes the value of a column the way results hold it. On a warehouse containers become JSON,
/// binary base64 and times text with all their microseconds.
constexpr void write_column_value(writer& out, std::string_view alias, const column& of) {
    if (is_selected_plainly(of.type, out.speaks())) {
        out.name(alias, of);
        return;
    }
    switch (of.type.kind) {
    case type::binary:
        out.put("base64(").name(alias, of).put(")");
        break;
    case type::timestamp:
    case type::timestamp_ntz:
        out.put("CAST(").name(alias, of).put(" AS STRING)");
        break;
    default:
        out.put("to_json(").name(alias, of);
        // Its default format stops at milliseconds. Source: Spark SQL, JSON options.
        if (detail::holds_timestamp(of.type)) {
            out.put(", map('timestampFormat', ")
                .literal("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX")
                .put(", 'timestampNTZFormat', ")
                .literal("yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
                .put(")");
        }
        out.put(")");
    }
}

/// Writes a column as an item of a select list.
constexpr void write_selected(writer& out, std::string_view alias, const column& of) {
    write_column_value(out, alias, of);
    if (!is_selected_plainly(of.type, out.speaks()))
        out.put(" as ").name(of.name);
}

/// Whether values of a kind are text to PostgreSQL, ordered by a collation.
[[nodiscard]] constexpr bool has_collation(type kind) noexcept {
    return kind == type::string || kind == type::varchar || kind == type::fixed_char ||
           kind == type::enumeration;
}

/// Writes a column to be ordered or compared by order. Text goes by its bytes, as on a warehouse,
/// whatever the database's collation says; write_create_table() declares columns so that indexes
/// serve this.
constexpr void write_ordered(writer& out, std::string_view alias, const column& of) {
    out.name(alias, of);
    if (out.is_postgres() && has_collation(of.type.kind))
        out.put(" collate \"C\"");
}

/// Writes the type's parameter `number` as a value of that type, where the surrounding statement
/// tells PostgreSQL which type that is.
constexpr void write_argument(writer& out, const column_type& of, std::size_t number) {
    if (is_bound_plainly(of, out.speaks())) {
        out.parameter(number);
    } else if (of.kind == type::binary) {
        out.put("unbase64(").parameter(number).put(")");
    } else {
        out.put("from_json(").parameter(number).put(", '");
        out.type(of).put("')");
    }
}

/// Like write_argument, with the type said where PostgreSQL cannot infer it.
constexpr void write_typed_argument(writer& out, const column_type& of, std::size_t number) {
    write_argument(out, of, number);
    if (out.is_postgres())
        out.put("::").type(of);
}

/// Writes every column of a table as a select list.
constexpr void write_selected(writer& out, std::string_view alias, const table& of) {
    separator comma;
    for (const auto& column : of.columns) {
        out.put(comma.next());
        write_selected(out, alias, column);
    }
}

} // namespace weir::sql
