// SPDX-License-Identifier: Apache-2.0
// From names and texts of a client to conditions on a table known at run time: what the URL's, the
// body's and the records API's grammars have in common. Costs sql/containment.hpp and
// table/value_path.hpp.
#pragma once

#include <weir/core/utf8.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/condition_budget.hpp>
#include <weir/http/filter_operators.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/literal.hpp>
#include <weir/http/wildcards.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

namespace detail {

/// The start of a client's text, for telling it back: at most 64 bytes, cut between characters.
[[nodiscard]] constexpr std::string_view shortened(std::string_view text) noexcept {
    std::size_t length = 64;
    if (text.size() <= length)
        return text;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        --length;
    return text.substr(0, length);
}

/// A client's pattern as SQL's.
[[nodiscard]] inline std::string like_pattern(std::string_view text, wildcards known) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool is_sql = c == '%' || c == '_' || c == '\\';
        if (is_sql && known == wildcards::star)
            out.push_back('\\');
        out.push_back(c == '*' && known != wildcards::sql ? '%' : c);
    }
    return out;
}

/// The comparison of keys that a comparison of entries is when only keys are given.
[[nodiscard]] constexpr sql::comparison about_keys(sql::comparison how) noexcept {
    switch (how) {
    case sql::comparison::contains:
        return sql::comparison::has_keys;
    case sql::comparison::contained_in:
        return sql::comparison::keys_in;
    case sql::comparison::overlaps:
        return sql::comparison::has_any_key;
    default:
        return how;
    }
}

} // namespace detail

/// Builds conditions and tells what is wrong with them, all of it. Every member function that
/// answers false has told why.
/// Lifetime: refers to what it was made with. Not for two threads at once.
class condition_builder {
public:
    condition_builder(
        const table& of,
        violations& broken,
        std::string_view root,
        wildcards known = wildcards::star
    )
        : of_(&of), broken_(&broken), budget_(broken, root), wildcards_(known) {}

    [[nodiscard]] const table& of() const noexcept { return *of_; }

    [[nodiscard]] condition_budget& budget() noexcept { return budget_; }

    /// The position of a public column; private ones are answered like names that do not exist.
    [[nodiscard]] std::optional<std::uint16_t> find_column(std::string_view name) const noexcept {
        const auto at = weir::find_column(of_->columns, name);
        if (at == of_->columns.size() || !is_answer_column(of_->columns[at]))
            return std::nullopt;
        return static_cast<std::uint16_t>(at);
    }

    bool refuse_column(std::string_view name, const value_path& at) {
        name_guess guess{name};
        for (const auto& column : of_->columns)
            if (is_answer_column(column))
                guess.consider(column.name);
        std::string message = "Unknown column '" + std::string{detail::shortened(name)} + "'";
        if (!guess.best().empty())
            message += "; did you mean '" + std::string{guess.best()} + "'?";
        return refuse(at, "unknown_column", std::move(message));
    }

    /// Begins the comparison of a column by an operator's name, `not.` in front of it or not.
    bool
    begin(sql::condition& made, std::uint16_t column, std::string_view name, const value_path& at) {
        made.is = sql::condition::form::compare;
        made.column = column;
        while (name.starts_with("not.")) {
            made.negated = !made.negated;
            name.remove_prefix(4);
        }
        const auto* const found = find_operator(name);
        if (found == nullptr)
            return refuse_operator(name, at);
        made.how = found->how;
        if (!takes_operator(of_->columns[column].type, found->how))
            return refuse_on_column(column, name, at);
        return budget_.take_condition();
    }

    /// Tells that no operator of this name is there, or no value behind it.
    bool refuse_operator(std::string_view name, const value_path& at) {
        if (find_operator(name) != nullptr) {
            const std::string known{name};
            return refuse(
                at, "operator", "'" + known + "' needs a value behind a dot: " + known + ".value"
            );
        }
        std::string message = "A filter is operator.value; '" +
                              std::string{detail::shortened(name)} + "' is no operator";
        if (const auto near = nearest_name(name, filter_operators); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        return refuse(at, "operator", std::move(message));
    }

    /// Adds the one value of a comparison.
    bool add_value(sql::condition& made, std::string_view text, const value_path& at) {
        const auto& type = type_of(made);
        if (made.how == sql::comparison::like || made.how == sql::comparison::ilike)
            return add_pattern(made, text, at);
        auto value = parse_literal(type, text);
        if (!value)
            return refuse_value(made, type, at);
        made.values.push_back(std::move(*value));
        return true;
    }

    /// Adds a value of a list: of `in`, of an array's elements, of a map's keys.
    bool add_item(sql::condition& made, std::string_view text, const value_path& at) {
        return budget_.take_value() && add_part(made, item_type(made), text, at);
    }

    /// Adds an entry of a map, as the reader of its JSON goes on: its key, then its value.
    bool add_key(sql::condition& made, std::string_view text, const value_path& at) {
        const auto first = made.values.size();
        if (!budget_.take_value() || !add_part(made, *type_of(made).key, text, at))
            return false;
        for (std::size_t other = 0; other < first; other += 2)
            if (made.values[other] == made.values[first])
                return refuse(
                    at, "repeated_key", column_words(made.column) + " is given a key twice"
                );
        return true;
    }

    bool add_entry_value(sql::condition& made, std::string_view text, const value_path& at) {
        return add_part(made, *type_of(made).element, text, at);
    }

    /// `is`: null, not_null; and on booleans true, false, unknown, which are never unknown
    /// themselves: `not.is.true` holds for NULL. Source: PostgREST; SQL's IS TRUE.
    bool set_is(sql::condition& made, std::string_view word, const value_path& at) {
        const bool on_boolean = type_of(made).kind == type::boolean;
        if (word == "null" || (on_boolean && word == "unknown")) {
            made.how = sql::comparison::is_null;
        } else if (word == "not_null") {
            made.how = sql::comparison::is_not_null;
        } else if (on_boolean && (word == "true" || word == "false")) {
            made.how = sql::comparison::is_distinct;
            made.negated = !made.negated;
            made.values.emplace_back(word == "true");
        } else {
            return refuse(
                at,
                "value",
                on_boolean ? "'is' takes null, not_null, true, false or unknown"
                           : "'is' takes null or not_null"
            );
        }
        return true;
    }

    bool refuse(const value_path& at, std::string_view type, std::string message) {
        broken_->push_back({std::string{type}, at.to_location(), std::move(message)});
        return false;
    }

    bool refuse_value(const sql::condition& made, const column_type& type, const value_path& at) {
        const auto& whole = type_of(made);
        std::string message = column_words(made.column);
        if (&type == &whole) {
            message += " expects ";
        } else if (&type == whole.key) {
            message += " has keys that are ";
        } else {
            message += " holds values that are ";
        }
        message.append(literal_noun(type.kind));
        return refuse(at, "value", std::move(message));
    }

    [[nodiscard]] const column_type& type_of(const sql::condition& made) const noexcept {
        return of_->columns[made.column].type;
    }

    /// The type of one value of a comparison's list.
    [[nodiscard]] const column_type& item_type(const sql::condition& made) const noexcept {
        const auto& type = type_of(made);
        return sql::is_about_keys(made.how)    ? *type.key
               : sql::is_containment(made.how) ? *type.element
                                               : type;
    }

    [[nodiscard]] std::string column_words(std::uint16_t position) const {
        return "Column '" + std::string{of_->columns[position].name} + "'";
    }

private:
    bool refuse_on_column(std::uint16_t column, std::string_view name, const value_path& at) {
        std::string message = column_words(column) + " does not take '" + std::string{name} + "'; ";
        const char* before = "it takes ";
        for (const auto known : operators_of(of_->columns[column].type)) {
            message.append(before).append(known);
            before = ", ";
        }
        return refuse(at, "operator", std::move(message));
    }

    bool add_pattern(sql::condition& made, std::string_view text, const value_path& at) {
        if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos)
            return refuse_value(made, type_of(made), at);
        auto pattern = detail::like_pattern(text, wildcards_);
        std::size_t backslashes = 0;
        while (backslashes < pattern.size() && pattern[pattern.size() - 1 - backslashes] == '\\')
            ++backslashes;
        if (backslashes % 2 == 1)
            return refuse(at, "pattern", "A pattern does not end in a lone backslash");
        made.values.emplace_back(std::move(pattern));
        return true;
    }

    bool add_part(
        sql::condition& made, const column_type& type, std::string_view text, const value_path& at
    ) {
        auto value = parse_literal(type, text);
        if (!value)
            return refuse_value(made, type, at);
        made.values.push_back(std::move(*value));
        return true;
    }

    const table* of_;
    violations* broken_;
    condition_budget budget_;
    wildcards wildcards_;
};

} // namespace weir::http
