// SPDX-License-Identifier: Apache-2.0
// Conditions in JSON, for queries too long for a URL: `{"oileur":{"gt":1},"or":[…],"not":{…}}` and
// `{"column":"oileur","op":"gt","value":1}`. No DOM. Costs json_comparison.hpp.
#pragma once

#include <weir/http/condition_builder.hpp>
#include <weir/http/json_comparison.hpp>
#include <weir/json/reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// Reads one condition object. The members of an object must all hold:
///
/// - `"and": [conditions]`, `"or": [conditions]`, `"not": condition`;
/// - a column's name, with an object of operators (`{"gte": 1, "lt": 5}`), a scalar (equals), null
///   (is null) or a list (in);
/// - or, as the whole object, `"column"`, `"op"` and `"value"`, for conditions made by programs and
///   for columns named `and`, `or`, `not` or `column`.
///
/// Lifetime: refers to the builder and the reader.
class json_conditions {
public:
    json_conditions(condition_builder& build, json::reader& in)
        : build_(&build), in_(&in), values_(build, in) {}

    /// Reads the next value. False when there is no point in reading on: the text is not JSON, or
    /// the budget is spent. What is wrong in the condition itself is told and read past.
    bool read(sql::condition& made, const value_path& at) {
        if (in_->peek() != json::token::object) {
            if (in_->skip_value())
                build_->refuse(at, "dict_type", "A condition is an object");
            return goes_on();
        }
        if (is_long_form())
            return read_long(made, at);
        std::vector<sql::condition> parts;
        std::string_view member;
        in_->enter_object();
        while (goes_on() && in_->next_member(member)) {
            const std::string name{member};
            read_member(name, parts, value_path{at, detail::shortened(name)});
        }
        made = parts.size() == 1 ? std::move(parts.front()) : sql::all_of(std::move(parts));
        return goes_on();
    }

private:
    [[nodiscard]] bool goes_on() const noexcept {
        return !in_->failed() && !build_->budget().is_spent();
    }

    // Members come in any order, so one that decides the form may be the last.
    [[nodiscard]] bool is_long_form() const {
        auto ahead = *in_;
        std::string_view name;
        ahead.enter_object();
        while (ahead.next_member(name)) {
            if (name == "column")
                return ahead.peek() == json::token::string;
            if (!ahead.skip_value())
                break;
        }
        return false;
    }

    void
    read_member(std::string_view name, std::vector<sql::condition>& parts, const value_path& at) {
        if (name == "and" || name == "or")
            return read_group(name, parts.emplace_back(), at);
        if (name == "not")
            return read_negation(parts.emplace_back(), at);
        const auto column = build_->find_column(name);
        if (!column) {
            build_->refuse_column(name, at);
            in_->skip_value();
            return;
        }
        if (in_->peek() == json::token::object)
            return read_operators(*column, parts, at);
        const auto next = in_->peek();
        const std::string_view meant = next == json::token::null    ? "is"
                                       : next == json::token::array ? "in"
                                                                    : "eq";
        compare(parts.emplace_back(), *column, meant, at, at);
    }

    void read_group(std::string_view name, sql::condition& made, const value_path& at) {
        made.is = name == "or" ? sql::condition::form::any_of : sql::condition::form::all_of;
        if (!build_->budget().enter())
            return;
        if (in_->peek() != json::token::array) {
            if (in_->skip_value())
                build_->refuse(
                    at, "list_type", "'" + std::string{name} + "' takes a list of conditions"
                );
        } else {
            in_->enter_array();
            std::size_t position = 0;
            while (goes_on() && in_->next_element())
                read(made.parts.emplace_back(), value_path{at, position++});
            if (position == 0 && goes_on())
                build_->refuse(at, "too_short", "A list of conditions holds at least one");
        }
        build_->budget().leave();
    }

    void read_negation(sql::condition& made, const value_path& at) {
        if (!build_->budget().enter())
            return;
        read(made, at);
        made.negated = !made.negated;
        build_->budget().leave();
    }

    // {"gte": 1, "lt": 5}
    void
    read_operators(std::uint16_t column, std::vector<sql::condition>& parts, const value_path& at) {
        in_->enter_object();
        std::size_t count = 0;
        std::string_view member;
        while (goes_on() && in_->next_member(member)) {
            const std::string name{member};
            const value_path here{at, detail::shortened(name)};
            compare(parts.emplace_back(), column, name, here, here);
            ++count;
        }
        if (count == 0 && goes_on())
            build_->refuse(at, "too_short", "A column is compared with at least one operator");
    }

    void compare(
        sql::condition& made,
        std::uint16_t column,
        std::string_view op,
        const value_path& op_at,
        const value_path& value_at
    ) {
        if (build_->begin(made, column, op, op_at)) {
            values_.read(made, value_at);
        } else {
            in_->skip_value();
        }
    }

    bool read_long(sql::condition& made, const value_path& at) {
        detail::comparison_members given;
        const bool good = detail::read_members(*in_, *build_, given, at);
        if (in_->failed())
            return false;
        if (!given.op)
            detail::refuse_missing(*build_, "op", at);
        if (!given.value)
            detail::refuse_missing(*build_, "value", at);
        const auto column = detail::find_named_column(*build_, given.column, at);
        if (good && given.op && given.value && column) {
            json::reader value{*given.value, 2};
            if (build_->begin(made, *column, *given.op, value_path{at, "op"}))
                detail::json_value_reader{*build_, value}.read(made, value_path{at, "value"});
        }
        return goes_on();
    }

    condition_builder* build_;
    json::reader* in_;
    detail::json_value_reader values_;
};

} // namespace weir::http
