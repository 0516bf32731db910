// SPDX-License-Identifier: Apache-2.0
// Filters of the records API: `[{"column":"qty","op":">=","value":5}]`, all of which must hold.
// Costs json_comparison.hpp.
#pragma once

#include <weir/http/condition_builder.hpp>
#include <weir/http/json_comparison.hpp>
#include <weir/json/reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/value_path.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

struct record_operator {
    std::string_view name;
    /// The URL's name for the same; empty: `between`.
    std::string_view meaning;
    /// `is null` and `is not null`.
    bool takes_value = true;
};

/// In lower case; clients may write them in any.
inline constexpr std::array<record_operator, 13> record_operators{{
    {"=", "eq"},
    {"!=", "neq"},
    {"<>", "neq"},
    {">", "gt"},
    {">=", "gte"},
    {"<", "lt"},
    {"<=", "lte"},
    {"like", "like"},
    {"in", "in"},
    {"not in", "not.in"},
    {"is null", "is", false},
    {"is not null", "not.is", false},
    {"between", ""},
}};

namespace detail {

/// Reads one filter. Lifetime: refers to the builder.
class filter_array_reader {
public:
    filter_array_reader(condition_builder& build, json::reader& in) : build_(&build), in_(&in) {}

    /// Whether there is a point in reading on.
    bool read(std::vector<sql::condition>& parts, const value_path& at) {
        if (in_->peek() != json::token::object) {
            if (in_->skip_value())
                build_->refuse(at, "dict_type", "A filter is an object");
            return !in_->failed();
        }
        comparison_members given;
        const bool good = read_members(*in_, *build_, given, at);
        if (in_->failed())
            return false;
        const auto column = find_named_column(*build_, given.column, at);
        if (!given.op) {
            refuse_missing(*build_, "op", at);
        } else if (const auto* op = find(*given.op, at); op != nullptr && good && column) {
            if (op->takes_value && !given.value) {
                refuse_missing(*build_, "value", at);
            } else {
                compare(parts, *column, *op, given.value.value_or("null"), at);
            }
        }
        return !build_->budget().is_spent();
    }

private:
    const record_operator* find(std::string_view name, const value_path& at) {
        for (const auto& known : record_operators)
            if (weir::detail::equals_ignoring_case(name, known.name))
                return &known;
        std::string message = "Unknown operator '" + std::string{shortened(name)} + "'";
        if (const auto near = nearest_name(name, record_operators); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        build_->refuse(value_path{at, "op"}, "operator", std::move(message));
        return nullptr;
    }

    void compare(
        std::vector<sql::condition>& parts,
        std::uint16_t column,
        const record_operator& op,
        std::string_view value,
        const value_path& at
    ) {
        if (op.meaning.empty())
            return read_between(parts, column, value, at);
        // What comes with `is null` does not matter.
        json::reader in{op.takes_value ? value : "null", 2};
        auto& made = parts.emplace_back();
        if (build_->begin(made, column, op.meaning, value_path{at, "op"}))
            json_value_reader{*build_, in}.read(made, value_path{at, "value"});
    }

    void read_between(
        std::vector<sql::condition>& parts,
        std::uint16_t column,
        std::string_view value,
        const value_path& at
    ) {
        json::reader in{value, 2};
        const value_path here{at, "value"};
        const auto refuse = [&] {
            build_->refuse(here, "value", "'between' takes a list of two values");
        };
        if (in.peek() != json::token::array)
            return refuse();
        in.enter_array();
        std::size_t position = 0;
        while (in.next_element()) {
            if (position == 2)
                return refuse();
            auto& made = parts.emplace_back();
            const value_path item{here, position};
            if (!build_->begin(made, column, position == 0 ? "gte" : "lte", value_path{at, "op"}))
                return;
            json_value_reader{*build_, in}.read(made, item);
            ++position;
        }
        if (position != 2)
            refuse();
    }

    condition_builder* build_;
    json::reader* in_;
};

} // namespace detail

/// Reads a list of filters, the reader's next value, into one condition; `at` is its place.
///
/// Patterns are SQL's: `%` any text, `_` one character, `\` before either for itself; so make the
/// builder with wildcards::sql. Columns are the table's public ones; operators and values are
/// limited by their types. False when the text is not JSON; everything else is told through the
/// builder, and the condition then is not for use.
[[nodiscard]] inline bool read_filter_array(
    json::reader& in, condition_builder& build, sql::condition& made, const value_path& at
) {
    made = {};
    if (in.peek() != json::token::array) {
        if (in.skip_value())
            build.refuse(at, "list_type", "Filters are a list of {column, op, value}");
        return !in.failed();
    }
    detail::filter_array_reader filters{build, in};
    std::size_t position = 0;
    in.enter_array();
    while (in.next_element()) {
        if (!filters.read(made.parts, value_path{at, position++}))
            break;
    }
    return !in.failed();
}

} // namespace weir::http
