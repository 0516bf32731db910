// SPDX-License-Identifier: Apache-2.0
// Types as Databricks spells them, `array<struct<a:int,b:decimal(10,2)>>`, as facts of columns.
// Costs <deque>.
#pragma once

#include <weir/core/headers.hpp>
#include <weir/table/column.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// What the types of a table refer to. Moving keeps the addresses.
struct type_store {
    std::deque<column_type> types{};
    std::deque<std::vector<column>> fields{};
    std::deque<std::string> names{};
};

namespace detail {

/// What becomes of a type that weir has no word for.
enum class unknown_types : std::uint8_t {
    /// Text, as a result delivers it.
    are_text,
    are_refused,
};

/// Reads one type; `variant` becomes JSON.
class type_text_reader {
public:
    type_text_reader(std::string_view text, type_store& into, unknown_types others)
        : rest_(text), into_(&into), others_(others) {}

    /// Absent: the text is no type.
    [[nodiscard]] std::optional<column_type> whole() {
        auto found = type(0);
        skip_blanks();
        return rest_.empty() ? found : std::nullopt;
    }

private:
    using kind = weir::type;
    static constexpr unsigned most_depth = 32;

    struct word_type {
        std::string_view word;
        kind is;
    };

    static constexpr std::array<word_type, 22> words{{
        {"tinyint", kind::int8},
        {"byte", kind::int8},
        {"smallint", kind::int16},
        {"short", kind::int16},
        {"int", kind::int32},
        {"integer", kind::int32},
        {"bigint", kind::int64},
        {"long", kind::int64},
        {"float", kind::float32},
        {"real", kind::float32},
        {"double", kind::float64},
        {"string", kind::string},
        {"varchar", kind::varchar},
        {"char", kind::fixed_char},
        {"boolean", kind::boolean},
        {"date", kind::date},
        {"timestamp", kind::timestamp},
        {"timestamp_ltz", kind::timestamp},
        {"timestamp_ntz", kind::timestamp_ntz},
        {"binary", kind::binary},
        {"variant", kind::json},
        {"decimal", kind::decimal},
    }};

    [[nodiscard]] std::optional<column_type> type(unsigned depth) {
        if (depth > most_depth)
            return std::nullopt;
        const auto name = word();
        if (equals_ignoring_case(name, "array") && take('<'))
            return array_of(depth + 1);
        if (equals_ignoring_case(name, "map") && take('<'))
            return map_of(depth + 1);
        if (equals_ignoring_case(name, "struct") && take('<'))
            return structure_of(depth + 1);
        for (const auto& each : words)
            if (equals_ignoring_case(name, each.word))
                return scalar(each.is);
        if (name.empty() || others_ == unknown_types::are_refused)
            return std::nullopt;
        skip_unknown();
        return column_type{.kind = kind::string};
    }

    [[nodiscard]] std::optional<column_type> scalar(kind is) {
        column_type made{.kind = is};
        if (is == kind::decimal) {
            // Source: Databricks, DECIMAL alone is (10,0).
            made.precision = 10;
            if (take('(')) {
                const auto precision = number();
                const auto scale = take(',') ? number() : std::optional<std::uint32_t>{0};
                if (!precision || !scale || *precision > 38 || *scale > *precision || !take(')'))
                    return std::nullopt;
                made.precision = static_cast<std::uint8_t>(*precision);
                made.scale = static_cast<std::uint8_t>(*scale);
            }
        } else if (is == kind::varchar || is == kind::fixed_char) {
            const auto length = take('(') ? number() : std::nullopt;
            if (!length || !take(')'))
                return std::nullopt;
            made.length = *length;
        }
        return made;
    }

    [[nodiscard]] std::optional<column_type> array_of(unsigned depth) {
        const auto element = type(depth);
        if (!element || !take('>'))
            return std::nullopt;
        return column_type{.kind = kind::array, .element = keep(*element)};
    }

    [[nodiscard]] std::optional<column_type> map_of(unsigned depth) {
        const auto key = type(depth);
        const auto value = key && take(',') ? type(depth) : std::nullopt;
        if (!value || !take('>'))
            return std::nullopt;
        return column_type{.kind = kind::map, .element = keep(*value), .key = keep(*key)};
    }

    [[nodiscard]] std::optional<column_type> structure_of(unsigned depth) {
        std::vector<column> fields;
        while (!take('>')) {
            if (!fields.empty() && !take(','))
                return std::nullopt;
            auto name = field_name();
            const auto of = name && take(':') ? type(depth) : std::nullopt;
            if (!of)
                return std::nullopt;
            column made{.name = into_->names.emplace_back(std::move(*name)), .type = *of};
            made.nullable = !take_not_null();
            skip_comment();
            fields.push_back(made);
        }
        const auto& kept = into_->fields.emplace_back(std::move(fields));
        return column_type{
            .kind = kind::structure, .fields = kept.data(), .field_count = kept.size()
        };
    }

    [[nodiscard]] const column_type* keep(const column_type& of) {
        return &into_->types.emplace_back(of);
    }

    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    }

    [[nodiscard]] bool take(char wanted) {
        skip_blanks();
        if (!rest_.starts_with(wanted))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    [[nodiscard]] std::string_view word() {
        skip_blanks();
        std::size_t end = 0;
        while (end < rest_.size() && is_word(rest_[end]))
            ++end;
        const auto found = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return found;
    }

    static bool is_word(char c) noexcept {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }

    [[nodiscard]] std::optional<std::uint32_t> number() {
        const auto text = word();
        std::uint32_t found = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), found);
        if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
            return std::nullopt;
        return found;
    }

    /// Up to the colon, or in backticks, of which two stand for one.
    [[nodiscard]] std::optional<std::string> field_name() {
        std::string found;
        if (!take('`')) {
            const auto end = rest_.find_first_of(":,<>");
            if (end == std::string_view::npos || rest_[end] != ':')
                return std::nullopt;
            found = trimmed(rest_.substr(0, end));
            rest_.remove_prefix(end);
            return found;
        }
        for (;;) {
            const auto end = rest_.find('`');
            if (end == std::string_view::npos)
                return std::nullopt;
            found.append(rest_.substr(0, end));
            rest_.remove_prefix(end + 1);
            if (!rest_.starts_with('`'))
                return found;
            found.push_back('`');
            rest_.remove_prefix(1);
        }
    }

    [[nodiscard]] bool take_word(std::string_view wanted) {
        const auto before = rest_;
        if (equals_ignoring_case(word(), wanted))
            return true;
        rest_ = before;
        return false;
    }

    [[nodiscard]] bool take_not_null() { return take_word("not") && take_word("null"); }

    void skip_comment() {
        if (!take_word("comment") || !take('\''))
            return;
        for (std::size_t at = 0; at < rest_.size(); ++at) {
            if (rest_[at] == '\\') {
                ++at;
            } else if (rest_[at] == '\'') {
                rest_.remove_prefix(at + 1);
                return;
            }
        }
        rest_ = {};
    }

    /// `interval day to second`, `geometry(4326)`: as far as the type that this is part of goes on.
    void skip_unknown() {
        unsigned open = 0;
        std::size_t at = 0;
        for (; at < rest_.size(); ++at) {
            const char c = rest_[at];
            if (open == 0 && (c == ',' || c == '>'))
                break;
            open += c == '(' ? 1U : 0U;
            open -= c == ')' && open != 0 ? 1U : 0U;
        }
        rest_.remove_prefix(at);
    }

    std::string_view rest_;
    type_store* into_;
    unknown_types others_;
};

} // namespace detail

/// The facts of a type that is written by hand: absent for what is none. Lifetime: as `into`.
[[nodiscard]] inline std::optional<column_type>
parse_type_text(std::string_view text, type_store& into) {
    return detail::type_text_reader{text, into, detail::unknown_types::are_refused}.whole();
}

/// The facts of a type by what a catalog tells of it; text of whatever the platform sends where
/// weir knows no such type. Lifetime: as `into`.
[[nodiscard]] inline column_type read_type_text(std::string_view text, type_store& into) {
    return detail::type_text_reader{text, into, detail::unknown_types::are_text}.whole().value_or(
        column_type{.kind = type::string}
    );
}

} // namespace weir
