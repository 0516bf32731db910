// SPDX-License-Identifier: Apache-2.0
// One filter of a list: `gt.100000`, `not.in.(a,b)`, `is.null`, for a column known at run time.
// Costs sql/condition_tree.hpp.
#pragma once

#include <weir/core/utf8.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/literal.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// The start of a client's text, for telling it back: at most 64 bytes, cut between characters.
[[nodiscard]] constexpr std::string_view shortened(std::string_view text) noexcept {
    std::size_t length = 64;
    if (text.size() <= length)
        return text;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        --length;
    return text.substr(0, length);
}

struct filter_operator {
    std::string_view name;
    sql::comparison how;
};

inline constexpr std::array<filter_operator, 10> filter_operators{{
    {"eq", sql::comparison::equal},
    {"neq", sql::comparison::not_equal},
    {"gt", sql::comparison::greater},
    {"gte", sql::comparison::greater_equal},
    {"lt", sql::comparison::less},
    {"lte", sql::comparison::less_equal},
    {"like", sql::comparison::like},
    {"ilike", sql::comparison::ilike},
    {"in", sql::comparison::in},
    {"is", sql::comparison::is_null},
}};

[[nodiscard]] constexpr bool is_text(type kind) noexcept {
    return kind == type::string || kind == type::varchar || kind == type::fixed_char;
}

/// Whether an operator makes sense for a type (design 5: limited by the column's type).
[[nodiscard]] constexpr bool takes_operator(type kind, sql::comparison how) noexcept {
    switch (how) {
    case sql::comparison::is_null:
    case sql::comparison::is_not_null:
        return true;
    case sql::comparison::equal:
    case sql::comparison::not_equal:
    case sql::comparison::in:
        return is_scalar(kind) && kind != type::json;
    case sql::comparison::like:
    case sql::comparison::ilike:
        return is_text(kind);
    case sql::comparison::less:
    case sql::comparison::less_equal:
    case sql::comparison::greater:
    case sql::comparison::greater_equal:
        return is_scalar(kind) && kind != type::json && kind != type::boolean &&
               kind != type::enumeration && kind != type::binary && kind != type::uuid;
    }
    return false;
}

/// `*` stands for any text; what LIKE would take for a wildcard stands for itself.
[[nodiscard]] inline std::string like_pattern(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\')
            out.push_back('\\');
        out.push_back(c == '*' ? '%' : c);
    }
    return out;
}

/// Splits `(a,b,"c,d")`; false when it is not spelled so. Inside quotes a backslash makes the next
/// character itself.
[[nodiscard]] inline bool split_values(std::string_view text, std::vector<std::string>& out) {
    if (text.size() < 2 || text.front() != '(' || text.back() != ')')
        return false;
    text = text.substr(1, text.size() - 2);
    while (!text.empty() || !out.empty()) {
        auto& item = out.emplace_back();
        if (text.starts_with('"')) {
            std::size_t at = 1;
            for (; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\' && ++at == text.size())
                    return false;
                item.push_back(text[at]);
            }
            if (at == text.size())
                return false;
            text.remove_prefix(at + 1);
            if (!text.empty() && text.front() != ',')
                return false;
        } else {
            const auto plain = text.substr(0, text.find(','));
            if (plain.find('"') != std::string_view::npos)
                return false;
            item = plain;
            text.remove_prefix(plain.size());
        }
        if (text.empty())
            return true;
        text.remove_prefix(1);
    }
    return true;
}

/// Reads filters of one column. Lifetime: refers to what it was made with.
class filter_reader {
public:
    filter_reader(const table& of, std::uint16_t column, violations& broken)
        : of_(&of.columns[column]), position_(column), broken_(&broken) {}

    /// Adds the condition that `text` spells, or violations.
    void read(std::string_view text, std::vector<sql::condition>& out) const {
        bool negated = false;
        while (text.starts_with("not.")) {
            negated = !negated;
            text.remove_prefix(4);
        }
        const auto dot = text.find('.');
        const auto name = text.substr(0, dot);
        const auto found = std::find_if(
            filter_operators.begin(),
            filter_operators.end(),
            [name](const filter_operator& known) { return known.name == name; }
        );
        if (found == filter_operators.end() || dot == std::string_view::npos)
            return refuse_operator(name);
        if (!takes_operator(of_->type.kind, found->how))
            return refuse(
                "operator",
                "Column '" + std::string{of_->name} + "' does not take '" + std::string{name} + "'"
            );
        auto made = sql::compare(position_, found->how);
        if (!read_values(text.substr(dot + 1), made))
            return;
        made.negated = made.negated != negated;
        out.push_back(std::move(made));
    }

private:
    static constexpr std::size_t most_values = 500;

    bool read_values(std::string_view text, sql::condition& made) const {
        if (made.how == sql::comparison::is_null)
            return read_is(text, made);
        if (made.how == sql::comparison::like || made.how == sql::comparison::ilike) {
            made.values.emplace_back(like_pattern(text));
            return true;
        }
        if (made.how != sql::comparison::in)
            return read_value(text, made);
        std::vector<std::string> values;
        if (!split_values(text, values)) {
            refuse("value", "'in' takes values in parentheses: in.(a,b,\"c,d\")");
            return false;
        }
        if (values.size() > most_values) {
            refuse("too_many_values", "'in' takes at most 500 values");
            return false;
        }
        return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
            return read_value(value, made);
        });
    }

    bool read_is(std::string_view text, sql::condition& made) const {
        if (text == "null")
            return true;
        if (of_->type.kind == type::boolean && (text == "true" || text == "false")) {
            made.how = sql::comparison::equal;
            made.values.emplace_back(text == "true");
            return true;
        }
        refuse(
            "value",
            of_->type.kind == type::boolean ? "'is' takes null, true or false" : "'is' takes null"
        );
        return false;
    }

    bool read_value(std::string_view text, sql::condition& made) const {
        auto value = parse_literal(of_->type, text);
        if (!value) {
            refuse(
                "value",
                "Column '" + std::string{of_->name} + "' expects " +
                    std::string{literal_noun(of_->type.kind)}
            );
            return false;
        }
        made.values.push_back(std::move(*value));
        return true;
    }

    void refuse_operator(std::string_view name) const {
        std::string message =
            "A filter is operator.value; '" + std::string{shortened(name)} + "' is no operator";
        if (const auto near = nearest_name(name, filter_operators); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        refuse("operator", std::move(message));
    }

    void refuse(std::string_view type, std::string message) const {
        broken_->push_back(
            {std::string{type}, {"query", std::string{of_->name}}, std::move(message)}
        );
    }

    const column* of_;
    std::uint16_t position_;
    violations* broken_;
};

} // namespace weir::http::detail
