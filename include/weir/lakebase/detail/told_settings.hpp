// SPDX-License-Identifier: Apache-2.0
// What the database's row policies are told about whoever a session works for
// (sql/row_policies.hpp). Light: sql/statement.hpp, text_array.hpp.
#pragma once

#include <weir/core/text_array.hpp>
#include <weir/data/caller.hpp>
#include <weir/lakebase/detail/cancel_point.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>

namespace weir::lakebase::detail {

/// The arguments of sql::set_caller_text. They hold for one transaction: a statement by itself, or
/// a unit of work; so nothing of one caller is left on a connection for the next. Made when they
/// are first needed: most statements are on tables without `access`.
template <class Who>
class told_settings {
public:
    /// Errors: validation_error for an id or a group with NUL, which would name somebody else.
    explicit told_settings(const Who& who) {
        if (has_nul(who))
            refuse_nul(made_for(who));
    }

    /// What to tell for a statement by itself; nullptr: nothing. `who`: always the same. Lifetime:
    /// as this object.
    [[nodiscard]] const sql::arguments* for_statement(const Who& who, sql::reach reach) {
        switch (reach) {
        case sql::reach::open:
            return nullptr;
        case sql::reach::everybody:
            return &everybody();
        case sql::reach::caller:
            break;
        }
        return for_unit(who);
    }

    /// The same for all statements of a unit of work.
    [[nodiscard]] const sql::arguments* for_unit(const Who& who) {
        if constexpr (is_caller) {
            if (own_.size() == 0)
                own_ = made_for(who);
            return &own_;
        } else {
            return nullptr;
        }
    }

    /// What holds again in a unit of work after a statement that was told otherwise.
    [[nodiscard]] const sql::arguments* after_statement(const Who& who) {
        return is_caller ? for_unit(who) : &no_one();
    }

private:
    static constexpr bool is_caller = std::same_as<Who, weir::caller>;

    static bool has_nul(const Who& who) {
        if constexpr (is_caller) {
            const auto holds_one = [](const std::string& text) {
                return text.find('\0') != std::string::npos;
            };
            return holds_one(who.id) ||
                   std::any_of(who.groups.begin(), who.groups.end(), holds_one);
        } else {
            return false;
        }
    }

    static sql::arguments made_for(const Who& who) {
        if constexpr (is_caller) {
            std::string groups;
            append_text(groups, who.groups, text_format::postgres);
            return made(who.id, groups, "");
        } else {
            return {};
        }
    }

    static sql::arguments
    made(std::string_view caller, std::string_view groups, std::string_view scope) {
        sql::arguments told;
        for (const auto text : {caller, groups, scope})
            told.add_text(text, sql::text_type);
        return told;
    }

    static const sql::arguments& everybody() {
        static const auto told = made("", "", "all");
        return told;
    }

    static const sql::arguments& no_one() {
        static const auto told = made("", "", "");
        return told;
    }

    sql::arguments own_{};
};

} // namespace weir::lakebase::detail
