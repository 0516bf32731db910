// SPDX-License-Identifier: Apache-2.0
// What the database's row policies are told about whoever a session works for
// (sql/row_policies.hpp). Light: sql/statement.hpp, text_array.hpp.
#pragma once

#include <weir/core/text_array.hpp>
#include <weir/data/caller.hpp>
#include <weir/lakebase/detail/cancel_point.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/statement.hpp>

#include <string>
#include <string_view>

namespace weir::lakebase::detail {

/// The arguments of sql::set_caller_text. They hold for one transaction: a statement by itself, or
/// a unit of work; so nothing of one caller is left on a connection for the next.
class told_settings {
public:
    /// Errors: validation_error for an id or a group with NUL, which would name somebody else.
    explicit told_settings(const weir::caller& who) : own_(made(who.id, groups_of(who), "")) {
        refuse_nul(own_);
    }

    explicit told_settings(const nobody& /*unused*/) {}

    /// What to tell for a statement by itself; nullptr: nothing. Lifetime: as this object.
    [[nodiscard]] const sql::arguments* for_statement(sql::reach reach) const {
        switch (reach) {
        case sql::reach::open:
            return nullptr;
        case sql::reach::everybody:
            return &everybody();
        case sql::reach::caller:
            break;
        }
        return for_unit();
    }

    /// The same for all statements of a unit of work.
    [[nodiscard]] const sql::arguments* for_unit() const noexcept {
        return own_.size() == 0 ? nullptr : &own_;
    }

    /// What holds again in a unit of work after a statement that was told otherwise.
    [[nodiscard]] const sql::arguments* after_statement() const {
        return own_.size() == 0 ? &no_one() : &own_;
    }

private:
    static std::string groups_of(const weir::caller& who) {
        std::string groups;
        append_text(groups, who.groups, text_format::postgres);
        return groups;
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
