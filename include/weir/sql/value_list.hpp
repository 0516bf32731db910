// SPDX-License-Identifier: Apache-2.0
// Lists of values in conditions: `in`, and the one parameter that carries many values. Costs what
// column_text.hpp and condition_tree.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text_array.hpp>
#include <weir/sql/column_text.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/statement.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace weir::sql::detail {

[[noreturn]] inline void
refuse_condition(const column& of, std::string_view type, std::string_view what) {
    const std::string name{of.name};
    throw validation_error(
        {{std::string{type}, {name}, "Column '" + name + "' " + std::string{what}}}
    );
}

/// While a condition has at most so many values, a warehouse gets `in` lists value by value, which
/// lets it skip files; beyond, each list is one JSON parameter. The rest of the 255 is for the
/// statement around it.
inline constexpr std::size_t most_spelled_values = 128;

[[nodiscard]] inline std::size_t count_values(const condition& of) noexcept {
    std::size_t count = of.values.size();
    for (const auto& part : of.parts)
        count += count_values(part);
    return count;
}

/// Whether `in` lists travel value by value.
[[nodiscard]] inline bool spells_lists(const condition& of, dialect spoken) noexcept {
    return spoken == dialect::databricks && count_values(of) <= most_spelled_values;
}

inline void append_json_text(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (code < 0x20) {
            out.append("\\u00");
            out.push_back(digits[code >> 4U]);
            out.push_back(digits[code & 0xFU]);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

/// A value of a type as JSON, spelled as weir writes that column's JSON: numbers and booleans bare,
/// the rest as strings. Source: Spark's from_json takes no number in quotes for DOUBLE.
inline void append_json_value(std::string& out, const any_value& value, const column_type& of) {
    if (const auto* const real = std::get_if<double>(&value);
        real != nullptr && std::isfinite(*real)) {
        if (of.kind == type::float32) {
            append_text(out, static_cast<float>(*real), text_format::statement_api);
        } else {
            append_text(out, *real, text_format::statement_api);
        }
        return;
    }
    const bool bare = std::holds_alternative<bool>(value) ||
                      std::holds_alternative<std::int64_t>(value) ||
                      std::holds_alternative<scaled_decimal>(value);
    if (bare) {
        append_text(out, value, text_format::statement_api);
    } else if (const auto* const text = std::get_if<std::string>(&value)) {
        append_json_text(out, *text);
    } else {
        std::string text_of_value;
        append_text(text_of_value, value, text_format::statement_api);
        append_json_text(out, text_of_value);
    }
}

/// `[1,"a"]`: values as one parameter of a warehouse.
inline void
append_json_list(std::string& out, std::span<const any_value> values, const column_type& of) {
    separator comma{","};
    out.push_back('[');
    for (const auto& value : values) {
        out.append(comma.next());
        append_json_value(out, value, of);
    }
    out.push_back(']');
}

/// `{1,"a b"}`: values as one parameter of PostgreSQL.
inline void append_array_literal(
    std::string& out, std::span<const any_value> values, text_format format = text_format::postgres
) {
    separator comma{","};
    out.push_back('{');
    for (const auto& value : values) {
        out.append(comma.next());
        const auto from = out.size();
        append_text(out, value, format);
        weir::detail::quote_array_element(out, from);
    }
    out.push_back('}');
}

/// `t."api10" = any($1::bigint[])`, `` t.`api10` in (:p1, :p2) ``, or, for long lists,
/// ``array_contains(from_json(:p1, 'ARRAY<BIGINT>'), t.`api10`)``.
inline void write_in(
    writer& out, const column& of, const condition& one, std::string_view alias, bool spelled
) {
    if (one.values.empty()) {
        out.put("false");
    } else if (out.is_postgres()) {
        out.name(alias, of).put(" = any(").parameter(out.take()).put("::").type(of.type).put("[])");
    } else if (spelled) {
        separator comma;
        out.name(alias, of).put(" in (");
        for (std::size_t at = 0; at < one.values.size(); ++at) {
            out.put(comma.next());
            write_argument(out, of.type, out.take());
        }
        out.put(")");
    } else {
        out.put("array_contains(from_json(").parameter(out.take()).put(", 'ARRAY<");
        out.type(of.type).put(">'), ").name(alias, of).put(")");
    }
}

inline void
bind_in(arguments& to, const column& of, const condition& one, dialect spoken, bool spelled) {
    if (one.values.empty())
        return;
    if (spelled) {
        for (const auto& value : one.values) {
            to.add_written(of.type, [&](std::string& out) {
                append_text(out, value, text_format::statement_api);
            });
        }
        return;
    }
    to.add_written(text_type, [&](std::string& out) {
        if (spoken == dialect::postgres) {
            append_array_literal(out, one.values);
        } else {
            append_json_list(out, one.values, of.type);
        }
    });
}

} // namespace weir::sql::detail
