// SPDX-License-Identifier: Apache-2.0
// What arrays and maps contain, in SQL. Every form is NULL where the column is, in both dialects,
// so that negation leaves such rows out as it does everywhere. Costs what value_list.hpp costs.
#pragma once

#include <weir/sql/value_list.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weir::sql {

/// Whether a column can be asked what it contains: arrays of scalars, and maps about their keys or,
/// where the values are scalars, their entries.
[[nodiscard]] constexpr bool can_contain(const column_type& of, comparison how) noexcept {
    if (of.kind == type::map)
        return is_about_keys(how) ||
               (is_scalar(of.element->kind) && of.element->kind != type::json);
    return is_native_array(of) && !is_about_keys(how);
}

namespace detail {

inline void check_containment(const column& of, const condition& one) {
    if (!can_contain(of.type, one.how))
        refuse_condition(of, "operator", "cannot be asked what it contains");
    if (of.type.kind != type::map || is_about_keys(one.how))
        return;
    const auto& entries = one.values;
    if (entries.size() % 2 != 0)
        refuse_condition(of, "value_count", "is compared with a key that has no value");
    for (std::size_t at = 0; at < entries.size(); at += 2)
        for (std::size_t other = 0; other < at; other += 2)
            if (entries[at] == entries[other])
                refuse_condition(of, "repeated_key", "is compared with entries of the same key");
}

/// `{"a":1}` of key, value, key, value, ….
inline void
append_json_entries(std::string& out, std::span<const any_value> entries, const column_type& map) {
    separator comma{","};
    out.push_back('{');
    for (std::size_t at = 0; at + 1 < entries.size(); at += 2) {
        out.append(comma.next());
        std::string key;
        append_text(key, entries[at], text_format::statement_api);
        append_json_text(out, key);
        out.push_back(':');
        append_json_value(out, entries[at + 1], *map.element);
    }
    out.push_back('}');
}

/// PostgreSQL's operators on arrays want the very type of the column: varchar[] is not text[].
inline void write_array_type(writer& out, const column_type& of) {
    if (of.element->kind == type::varchar) {
        out.put("varchar[]");
    } else {
        out.type(of);
    }
}

[[nodiscard]] constexpr std::string_view containment_operator(comparison how) noexcept {
    switch (how) {
    case comparison::contains:
        return " @> ";
    case comparison::contained_in:
        return " <@ ";
    case comparison::overlaps:
        return " && ";
    case comparison::has_keys:
        return " ?& ";
    case comparison::has_any_key:
        return " ?| ";
    default:
        return "";
    }
}

/// `(t."extras" @> $1::jsonb or t."extras" @> $2::jsonb)`: jsonb has no operator for a shared
/// entry.
inline void
write_shared_entry(writer& out, const column& of, const condition& one, std::string_view alias) {
    if (one.values.empty()) {
        out.put("(").name(alias, of).put(" is null and null)");
        return;
    }
    separator either{" or ", "("};
    for (std::size_t at = 0; at + 1 < one.values.size(); at += 2)
        out.put(either.next()).name(alias, of).put(" @> ").parameter(out.take()).put("::jsonb");
    out.put(")");
}

inline void write_postgres_containment(
    writer& out, const column& of, const condition& one, std::string_view alias
) {
    const bool in_map = of.type.kind == type::map;
    if (in_map && one.how == comparison::overlaps)
        return write_shared_entry(out, of, one, alias);
    if (one.how == comparison::keys_in) {
        out.put("(").name(alias, of).put(" - ").parameter(out.take());
        out.put("::text[]) = '{}'::jsonb");
        return;
    }
    out.name(alias, of).put(containment_operator(one.how)).parameter(out.take()).put("::");
    if (is_about_keys(one.how)) {
        out.put("text[]");
    } else if (in_map) {
        out.put("jsonb");
    } else {
        write_array_type(out, of.type);
    }
}

/// Sets a warehouse compares: of elements, of keys, or of entries as structs.
inline void write_databricks_containment(
    writer& out, const column& of, const condition& one, std::string_view alias
) {
    const bool keys = is_about_keys(one.how);
    const bool entries = of.type.kind == type::map && !keys;
    const auto held = [&] {
        if (of.type.kind != type::map) {
            out.name(alias, of);
        } else {
            out.put(keys ? "map_keys(" : "map_entries(").name(alias, of).put(")");
        }
    };
    const auto given = [&] {
        out.put(entries ? "map_entries(from_json(" : "from_json(").parameter(out.take());
        out.put(keys ? ", 'ARRAY<" : ", '").type(keys ? *of.type.key : of.type);
        out.put(keys ? ">')" : entries ? "'))" : "')");
    };
    if (one.how == comparison::overlaps || one.how == comparison::has_any_key) {
        out.put("arrays_overlap(");
        held();
        out.put(", ");
        given();
        out.put(")");
        return;
    }
    // array_size, unlike size, is NULL for NULL whatever the session's settings.
    out.put("array_size(array_except(");
    if (one.how == comparison::contains || one.how == comparison::has_keys) {
        given();
        out.put(", ");
        held();
    } else {
        held();
        out.put(", ");
        given();
    }
    out.put(")) = 0");
}

inline void
write_containment(writer& out, const column& of, const condition& one, std::string_view alias) {
    if (out.is_postgres()) {
        write_postgres_containment(out, of, one, alias);
    } else {
        write_databricks_containment(out, of, one, alias);
    }
}

inline void
bind_containment(arguments& to, const column& of, const condition& one, dialect spoken) {
    const std::span<const any_value> values{one.values};
    const bool entries = of.type.kind == type::map && !is_about_keys(one.how);
    if (entries && one.how == comparison::overlaps && spoken == dialect::postgres) {
        for (std::size_t at = 0; at + 1 < values.size(); at += 2)
            to.add_written(text_type, [&](std::string& out) {
                append_json_entries(out, values.subspan(at, 2), of.type);
            });
        return;
    }
    to.add_written(text_type, [&](std::string& out) {
        if (entries) {
            append_json_entries(out, values, of.type);
        } else if (spoken == dialect::databricks) {
            append_json_list(out, values, is_about_keys(one.how) ? *of.type.key : *of.type.element);
        } else {
            // jsonb holds keys as weir spells them in JSON, an array its elements as PostgreSQL
            // does.
            append_array_literal(
                out,
                values,
                is_about_keys(one.how) ? text_format::statement_api : text_format::postgres
            );
        }
    });
}

} // namespace detail

} // namespace weir::sql
