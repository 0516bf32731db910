// SPDX-License-Identifier: Apache-2.0
// Conditions as SQL: the one writer of their text and the one binder of their values, which walk
// the tree in the same order. Costs what predicate.hpp and condition_tree.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/containment.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/value_list.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace weir::sql {

namespace detail {

[[nodiscard]] constexpr std::string_view operator_of(comparison how) noexcept {
    switch (how) {
    case comparison::equal:
        return " = ";
    case comparison::not_equal:
        return " <> ";
    case comparison::less:
        return " < ";
    case comparison::less_equal:
        return " <= ";
    case comparison::greater:
        return " > ";
    case comparison::greater_equal:
        return " >= ";
    case comparison::like:
        return " like ";
    case comparison::ilike:
        return " ilike ";
    case comparison::is_distinct:
        return " is distinct from ";
    default:
        return "";
    }
}

/// Refuses what no writer could spell: a column that is not there, values that are not as many as
/// the comparison takes, NULL among them, comparisons of containers.
inline const column& check_comparison(const table& of, const condition& one) {
    if (one.column >= of.columns.size())
        throw validation_error({{"unknown_column", {}, "The condition names an unknown column"}});
    const auto& column = of.columns[one.column];
    const bool takes_none = one.how == comparison::is_null || one.how == comparison::is_not_null;
    for (const auto& value : one.values) {
        if (is_null(value))
            refuse_condition(column, "null_value", "cannot be compared with null; ask is null");
    }
    if (is_containment(one.how)) {
        check_containment(column, one);
        return column;
    }
    if (takes_none ? !one.values.empty() : one.how != comparison::in && one.values.size() != 1)
        refuse_condition(column, "value_count", "is compared with the wrong number of values");
    if (!takes_none && (!is_scalar(column.type.kind) || column.type.kind == type::json))
        refuse_condition(column, "operator", "can only be asked whether it is null");
    return column;
}

[[nodiscard]] constexpr bool compares_order(comparison how) noexcept {
    return how == comparison::less || how == comparison::less_equal || how == comparison::greater ||
           how == comparison::greater_equal;
}

/// Writes the column of a comparison. Which letters differ by case alone is the database's to know:
/// a column ordered by bytes would fold ASCII only.
inline void write_compared(writer& out, std::string_view alias, const column& of, comparison how) {
    if (compares_order(how)) {
        write_ordered(out, alias, of);
        return;
    }
    out.name(alias, of);
    if (how == comparison::ilike && out.is_postgres())
        out.put(" collate \"default\"");
}

inline void write_condition_part(
    writer& out, const table& of, const condition& one, std::string_view alias, bool spelled
) {
    if (one.negated)
        out.put("not ");
    if (one.is == condition::form::compare) {
        const auto& column = check_comparison(of, one);
        if (one.negated)
            out.put("(");
        if (one.how == comparison::in) {
            write_in(out, column, one, alias, spelled);
        } else if (is_containment(one.how)) {
            write_containment(out, column, one, alias);
        } else if (one.how == comparison::is_null) {
            out.name(alias, column).put(" is null");
        } else if (one.how == comparison::is_not_null) {
            out.name(alias, column).put(" is not null");
        } else {
            write_compared(out, alias, column, one.how);
            out.put(operator_of(one.how));
            write_argument(out, column.type, out.take());
            const bool is_pattern = one.how == comparison::like || one.how == comparison::ilike;
            if (is_pattern && !out.is_postgres())
                out.put(" escape '!'");
        }
        if (one.negated)
            out.put(")");
        return;
    }
    const bool all = one.is == condition::form::all_of;
    if (one.parts.empty()) {
        out.put(all ? "true" : "false");
        return;
    }
    separator between{all ? " and " : " or "};
    out.put("(");
    for (const auto& part : one.parts) {
        out.put(between.next());
        write_condition_part(out, of, part, alias, spelled);
    }
    out.put(")");
}

/// A pattern with `\` escapes as one with `!` escapes: a warehouse refuses `\a`, which PostgreSQL
/// reads as `a`, and engines differ about backslashes in constants.
/// Source: Databricks SQL reference, LIKE; PostgreSQL manual 9.7.1.
inline void append_pattern(std::string& out, std::string_view pattern) {
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        char c = pattern[at];
        const bool escaped = c == '\\';
        if (escaped)
            c = pattern[++at];
        if (c == '!' || (escaped && (c == '%' || c == '_')))
            out.push_back('!');
        out.push_back(c);
    }
}

/// Whether a pattern ends in the middle of an escape.
[[nodiscard]] inline bool is_unfinished_pattern(std::string_view pattern) noexcept {
    std::size_t backslashes = 0;
    while (backslashes < pattern.size() && pattern[pattern.size() - 1 - backslashes] == '\\')
        ++backslashes;
    return backslashes % 2 == 1;
}

inline void bind_condition_part(
    arguments& to, const table& of, const condition& one, dialect spoken, bool spelled
) {
    for (const auto& part : one.parts)
        bind_condition_part(to, of, part, spoken, spelled);
    if (one.is != condition::form::compare)
        return;
    const auto& column = check_comparison(of, one);
    if (one.how == comparison::in)
        return bind_in(to, column, one, spoken, spelled);
    if (is_containment(one.how))
        return bind_containment(to, column, one, spoken);
    if (one.how == comparison::is_null || one.how == comparison::is_not_null)
        return;
    const auto& value = one.values.front();
    if (one.how != comparison::like && one.how != comparison::ilike) {
        to.add_written(column.type, [&](std::string& out) {
            append_text(out, value, format_of(spoken));
        });
        return;
    }
    const auto* const pattern = std::get_if<std::string>(&value);
    if (pattern == nullptr)
        refuse_condition(column, "operator", "can be matched with a pattern of text only");
    if (is_unfinished_pattern(*pattern))
        refuse_condition(column, "pattern", "is matched with a pattern that ends in a backslash");
    to.add_written(text_type, [&](std::string& out) {
        if (spoken == dialect::postgres) {
            out.append(*pattern);
        } else {
            append_pattern(out, *pattern);
        }
    });
}

} // namespace detail

/// Writes a condition on the row under `alias`; `true` when it holds always.
///
/// Errors: throws validation_error for a condition that cannot be asked of this table.
inline void write_condition(
    writer& out, const table& of, const condition& asked, std::string_view alias = "t"
) {
    detail::write_condition_part(out, of, asked, alias, detail::spells_lists(asked, out.speaks()));
}

/// Adds a condition to a where clause, unless it holds always.
inline void
write_condition(writer& out, where_clause& where, const table& of, const condition& asked) {
    if (asked.is_always())
        return;
    where.also();
    write_condition(out, of, asked);
}

/// Adds the values of a condition, in the order of its placeholders.
///
/// Errors: throws validation_error for a condition that cannot be asked of this table, and for a
///         pattern that ends in a backslash.
/// Lifetime: `of` must outlive the arguments.
inline void bind_condition(arguments& to, const table& of, const condition& asked, dialect spoken) {
    detail::bind_condition_part(to, of, asked, spoken, detail::spells_lists(asked, spoken));
}

} // namespace weir::sql
