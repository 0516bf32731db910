// SPDX-License-Identifier: Apache-2.0
// The conditions of a query string, in PostgREST's grammar: `column=op.value`, and groups
// `or=(a.eq.1,not.and(b.gt.2,c.is.null))`. Costs filter.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/http/condition_builder.hpp>
#include <weir/http/filter.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

namespace detail {

/// The parameters that hold groups.
inline constexpr std::array<std::string_view, 4> group_parameters{"and", "or", "not.and", "not.or"};

[[nodiscard]] constexpr bool is_group_parameter(std::string_view name) noexcept {
    return std::find(group_parameters.begin(), group_parameters.end(), name) !=
           group_parameters.end();
}

/// Reads one group, `(a.eq.1,or(b.gt.2,c.in.(3,4)))`. What is misspelled ends the reading; wrong
/// names and values do not. Lifetime: refers to the builder and the text.
class group_reader {
public:
    group_reader(condition_builder& build, std::string_view text) : build_(&build), text_(text) {}

    /// `name`: `and` or `or`, `not.` in front or not; decides what the group is.
    void read(sql::condition& made, std::string_view name, const value_path& at) {
        if (read_group(made, name, at) && at_ != text_.size())
            refuse_text(at, "nothing more");
    }

private:
    bool read_group(sql::condition& made, std::string_view name, const value_path& at) {
        made.negated = (negations_size(name) / 4) % 2 == 1;
        made.is =
            name.ends_with("or") ? sql::condition::form::any_of : sql::condition::form::all_of;
        if (!take('('))
            return refuse_text(at, "'('");
        if (!build_->budget().enter())
            return false;
        std::size_t position = 0;
        do {
            skip_spaces();
            if (!read_part(made.parts.emplace_back(), value_path{at, position++}))
                return false;
            skip_spaces();
        } while (take(','));
        build_->budget().leave();
        return take(')') || refuse_text(at, "',' or ')'");
    }

    bool read_part(sql::condition& made, const value_path& at) {
        const auto rest = text_.substr(at_);
        const auto bracket = rest.find('(');
        const auto name = rest.substr(0, bracket);
        if (bracket != std::string_view::npos && bracket <= 64) {
            const auto word = name.substr(negations_size(name));
            if (word == "and" || word == "or") {
                at_ += bracket;
                return read_group(made, name, value_path{at, word});
            }
        }
        return read_comparison(made, at);
    }

    /// `column.op.value`; goes on behind a wrong name or value.
    bool read_comparison(sql::condition& made, const value_path& at) {
        const auto name = take_word();
        const value_path here{at, shortened(name)};
        if (name.empty() || !take('.'))
            return refuse_text(name.empty() ? at : here, "column.operator.value");
        const auto first = at_;
        at_ += negations_size(text_.substr(at_));
        static_cast<void>(take_word());
        const auto asked = text_.substr(first, at_ - first);
        if (!take('.'))
            return refuse_text(here, "column.operator.value");
        std::string quoted;
        std::string_view value;
        if (!take_value(quoted, value))
            return refuse_text(here, "the end of the value");
        const auto column = build_->find_column(name);
        if (!column) {
            build_->refuse_column(name, here);
        } else if (build_->begin(made, *column, asked, here)) {
            filter_values{*build_}.read(made, value, here);
        }
        return !build_->budget().is_spent();
    }

    /// A value ends at `,` or `)`, unless it is in quotes or brackets.
    bool take_value(std::string& quoted, std::string_view& value) {
        auto rest = text_.substr(at_);
        if (rest.starts_with('"')) {
            if (!take_quoted(rest, quoted) || !ends_value(rest))
                return false;
            value = quoted;
            at_ = text_.size() - rest.size();
            return true;
        }
        auto size = rest.find_first_of(",)");
        if (rest.starts_with('(') || rest.starts_with('{')) {
            size = bracketed_size(rest);
            if (size == 0 || !ends_value(rest.substr(size)))
                return false;
        }
        if (size == std::string_view::npos)
            return false;
        value = rest.substr(0, size);
        at_ += size;
        return true;
    }

    [[nodiscard]] static bool ends_value(std::string_view rest) noexcept {
        return rest.starts_with(',') || rest.starts_with(')');
    }

    std::string_view take_word() {
        const auto end = std::min(text_.find_first_of(".,()", at_), text_.size());
        const auto word = text_.substr(at_, end - at_);
        at_ = end;
        return word;
    }

    bool take(char expected) {
        if (at_ == text_.size() || text_[at_] != expected)
            return false;
        ++at_;
        return true;
    }

    void skip_spaces() {
        while (take(' ')) {
        }
    }

    bool refuse_text(const value_path& at, std::string_view expected) {
        std::string message = "Expected " + std::string{expected} + " at character " +
                              std::to_string(at_ + 1) +
                              "; a group is (column.operator.value,…), with values that hold , or "
                              ") in quotes";
        return build_->refuse(at, "group", std::move(message));
    }

    condition_builder* build_;
    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace detail

/// Collects the conditions of a query string's parameters. All of them must hold.
///
/// Violations: at `query`, the parameter, and inside a group the positions and names on the way:
/// `["query","or",1,"and",0,"total"]`. Lifetime: refers to the table and the violations.
class url_conditions {
public:
    url_conditions(const table& of, violations& broken, wildcards known = wildcards::star)
        : build_(of, broken, "query", known) {}

    [[nodiscard]] condition_budget& budget() noexcept { return build_.budget(); }

    /// Whether a parameter is a condition: a group, or a public column.
    [[nodiscard]] bool takes(std::string_view name) const noexcept {
        return detail::is_group_parameter(name) || build_.find_column(name).has_value();
    }

    /// Reads a parameter that takes(): `name` without a prefix that `shown`, the parameter as sent,
    /// may have.
    void read(std::string_view name, std::string_view value, std::string_view shown) {
        if (build_.budget().is_spent())
            return;
        static const location query{"query"};
        const value_path root{query};
        const value_path here{root, shown};
        if (detail::is_group_parameter(name)) {
            detail::group_reader{build_, value}.read(parts_.emplace_back(), name, here);
        } else if (const auto column = build_.find_column(name)) {
            detail::read_filter(build_, parts_.emplace_back(), *column, value, here);
        }
    }

    /// What was read; meaningful when nothing was told.
    [[nodiscard]] sql::condition take() { return sql::all_of(std::move(parts_)); }

private:
    condition_builder build_;
    std::vector<sql::condition> parts_{};
};

} // namespace weir::http
