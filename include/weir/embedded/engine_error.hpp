// SPDX-License-Identifier: Apache-2.0
// What the engine's refusals mean in weir's error tree. DuckDB gives a kind and a text; the
// SQLSTATEs are those that Databricks or PostgreSQL use for the same. Costs core/error.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/embedded/duckdb_api.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace weir::embedded {

/// The name of a CHECK that guards a column's length; see translate.hpp.
inline constexpr std::string_view too_long_check = "EXCEED_LIMIT_LENGTH";

namespace detail {

/// The name that translate.hpp put into a CHECK, from the engine's text about it; empty: not one of
/// ours.
[[nodiscard]] inline std::string check_name(std::string_view text) {
    constexpr std::string_view start = "CHECK((('";
    auto at = text.find(start);
    std::string name;
    if (at == std::string_view::npos)
        return name;
    for (at += start.size(); at < text.size(); ++at) {
        if (text[at] == '\'') {
            if (at + 1 == text.size() || text[at + 1] != '\'')
                break;
            ++at;
        }
        name.push_back(text[at]);
    }
    return name;
}

/// `t.b` of "NOT NULL constraint failed: t.b" as the column's name.
[[nodiscard]] inline std::string not_null_column(std::string_view text) {
    constexpr std::string_view start = "constraint failed: ";
    const auto at = text.find(start);
    if (at == std::string_view::npos)
        return {};
    text.remove_prefix(at + start.size());
    text = text.substr(0, text.find('\n'));
    const auto dot = text.rfind('.');
    return std::string{dot == std::string_view::npos ? text : text.substr(dot + 1)};
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

/// Throws one error; all share how they begin.
class refusal {
public:
    refusal(std::string_view text, std::string_view table) : text_(text), about_(table) {
        if (!about_.empty())
            about_ += ": ";
    }

    [[noreturn]] void statement(std::string_view sqlstate, const std::string& message) const {
        throw statement_error{about_ + message, facts(sqlstate)};
    }

    [[noreturn]] void
    conflict(std::string_view sqlstate, const std::string& message, bool retryable) const {
        throw conflict_error{about_ + message, facts(sqlstate, retryable)};
    }

    [[noreturn]] void
    invalid(std::string_view sqlstate, violation broken, const std::string& message) const {
        throw validation_error{{std::move(broken)}, about_ + message, {}, facts(sqlstate)};
    }

    [[noreturn]] void
    bad_value(std::string_view sqlstate, std::string type, std::string msg) const {
        invalid(
            sqlstate,
            {std::move(type), {}, std::move(msg)},
            "a value does not fit its column (SQLSTATE " + std::string{sqlstate} + ")"
        );
    }

    [[nodiscard]] error_detail facts(std::string_view sqlstate, bool retryable = false) const {
        return {
            .sqlstate = std::string{sqlstate},
            .server_text = std::string{text_},
            .retryable = retryable,
        };
    }

    [[nodiscard]] const std::string& about() const noexcept { return about_; }

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
    std::string_view text_;
    std::string about_;
};

[[noreturn]] inline void throw_constraint(const refusal& what) {
    const auto text = what.text();
    if (contains(text, "NOT NULL constraint")) {
        violation broken{"missing", {}, "A value is required"};
        if (auto column = not_null_column(text); !column.empty())
            broken.loc.emplace_back(std::move(column));
        what.invalid("23502", std::move(broken), "a required value is missing");
    }
    if (contains(text, "CHECK constraint")) {
        const auto name = check_name(text);
        if (name == too_long_check) {
            what.bad_value("22001", "string_too_long", "A text is longer than its column allows");
        }
        const auto named = name.empty() ? std::string{} : " (constraint " + name + ")";
        what.invalid(
            "23514",
            {"check",
             {},
             "The row breaks the rule " + (name.empty() ? std::string{"of a CHECK"} : name)},
            "the row breaks a rule of the table" + named
        );
    }
    if (contains(text, "foreign key")) {
        what.conflict(
            "23503", "a row it refers to is missing, or other rows still refer to it", false
        );
    }
    what.conflict("23505", "another row already has this value", false);
}

[[noreturn]] inline void throw_transaction(const refusal& what) {
    const auto text = what.text();
    if (contains(text, "single attached database")) {
        what.statement(
            "0A000",
            "one unit of work may write to the tables of one catalog only; use a unit of work for "
            "each"
        );
    }
    if (contains(text, "onflict")) {
        what.conflict("40001", "another transaction changed the same rows; try again", true);
    }
    if (contains(text, "transaction is aborted")) {
        what.statement(
            "25P02", "an earlier statement failed, so the unit of work can only be rolled back"
        );
    }
    if (contains(text, "constraint"))
        throw_constraint(what);
    what.statement("25000", "the transaction could not go on");
}

} // namespace detail

/// Throws what the engine's refusal of a statement on `table` means.
///
/// Errors: conflict_error 23505, 23503, 40001 (retryable) · validation_error 23502, 23514, 22001,
/// 22003, 22018 ·
///         timeout_error 57014 · connection_error for files and memory · statement_error for
///         everything else. The engine's text goes to server_text() only.
[[noreturn]] inline void
throw_engine_error(duck::error_type kind, std::string_view text, std::string_view table) {
    const detail::refusal what{text, table};
    switch (kind) {
    case duck::error_type::constraint:
        detail::throw_constraint(what);
    case duck::error_type::transaction:
        detail::throw_transaction(what);
    case duck::error_type::interrupt:
        throw timeout_error{
            what.about() + "the deadline passed, and the statement was cancelled",
            what.facts("57014")
        };
    case duck::error_type::out_of_range:
        what.bad_value("22003", "number_out_of_range", "A number is out of its column's range");
    case duck::error_type::conversion:
        // A date that no calendar has is no text of a date, whatever the engine says.
        if (detail::contains(text, "field value out of range"))
            what.bad_value("22018", "value", "A value does not fit its column");
        if (detail::contains(text, "out of range")) {
            what.bad_value("22003", "number_out_of_range", "A number is out of its column's range");
        }
        what.bad_value("22018", "value", "A value does not fit its column");
    case duck::error_type::divide_by_zero:
        what.statement("22012", "division by zero");
    case duck::error_type::catalog:
        if (detail::contains(text, "Function with name"))
            what.statement("42883", "the engine lacks a function of the statement");
        if (detail::contains(text, "already exists"))
            what.statement("42P07", "it exists already");
        if (detail::contains(text, "Schema") || detail::contains(text, "schema")) {
            what.statement(
                "3F000", "the schema is not in the database; create it, or check its name"
            );
        }
        what.statement(
            "42P01", "the table is not in the database; create it, or check the schema's name"
        );
    case duck::error_type::binder:
        if (detail::contains(text, "Referenced column") ||
            detail::contains(text, "does not have a column") ||
            detail::contains(text, "not found in FROM clause") ||
            detail::contains(text, "Table \"")) {
            what.statement("42703", "the table lacks a column of the statement; migrate it");
        }
        if (detail::contains(text, "Catalog \"") || detail::contains(text, "Referenced table")) {
            what.statement(
                "42P01", "the table is not in the database; create it, or check the schema's name"
            );
        }
        what.statement("42804", "types or names of the statement do not fit each other");
    case duck::error_type::parser:
    case duck::error_type::syntax:
        what.statement(
            "42601", "SQL syntax: the engine did not understand the translated statement"
        );
    case duck::error_type::not_implemented:
        what.statement("0A000", "the engine does not support this");
    case duck::error_type::invalid_input:
        if (detail::contains(text, "[DIVIDE_BY_ZERO]"))
            what.statement("22012", "division by zero");
        if (detail::contains(text, "[MALFORMED_RECORD_IN_PARSING]")) {
            what.bad_value("22023", "value", "A JSON text does not fit its type");
        }
        what.statement("22023", "the engine refused a value");
    case duck::error_type::dependency:
        what.statement("2BP01", "other objects depend on it");
    case duck::error_type::permission:
        throw permission_error{what.about() + "the engine may not do this", what.facts("42501")};
    case duck::error_type::io:
    case duck::error_type::fatal:
    case duck::error_type::internal:
    case duck::error_type::out_of_memory:
    case duck::error_type::connection_failure:
        throw connection_error{
            what.about() + "the engine failed; see the log for its reason", what.facts("58000")
        };
    default:
        what.statement("", "the engine refused the statement");
    }
}

} // namespace weir::embedded
