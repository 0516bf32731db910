// SPDX-License-Identifier: Apache-2.0
// What a statement that the warehouse refused means in weir's error tree. SQLSTATEs become those of
// PostgreSQL where Databricks has another for the same, so that backends answer alike. Costs
// core/error.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/warehouse/answer.hpp>
#include <weir/workspace/refusal.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace weir::warehouse {

namespace detail {

[[nodiscard]] constexpr bool is_capital_or_digit(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// `TABLE_OR_VIEW_NOT_FOUND` of `[TABLE_OR_VIEW_NOT_FOUND] The table …`; empty: the message has
/// none. User data stands behind it, so only the first bracket counts.
[[nodiscard]] inline std::string_view condition_in(std::string_view message) noexcept {
    const auto open = message.find('[');
    const auto close = message.find(']', open);
    if (open == std::string_view::npos || close == std::string_view::npos)
        return {};
    const auto name = message.substr(open + 1, close - open - 1);
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return is_capital_or_digit(c) || c == '_' || c == '.';
    });
    return plain && name.size() > 2 ? name : std::string_view{};
}

struct known_condition {
    std::string_view starts_with;
    std::string_view sqlstate;
};

/// Source: Databricks error conditions; the first that fits counts.
inline constexpr std::array known_conditions{
    known_condition{"PARSE_SYNTAX_ERROR", "42601"},
    known_condition{"TABLE_OR_VIEW_NOT_FOUND", "42P01"},
    known_condition{"UNRESOLVED_COLUMN", "42703"},
    known_condition{"SCHEMA_NOT_FOUND", "3F000"},
    known_condition{"CATALOG_NOT_FOUND", "3D000"},
    known_condition{"NO_SUCH_CATALOG", "3D000"},
    known_condition{"INSUFFICIENT_PERMISSIONS", "42501"},
    known_condition{"PERMISSION_DENIED", "42501"},
    known_condition{"UC_PERMISSION", "42501"},
    known_condition{"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"},
    known_condition{"SCHEMA_ALREADY_EXISTS", "42P06"},
    known_condition{"UNBOUND_SQL_PARAMETER", "42P02"},
    known_condition{"CAST_INVALID_INPUT", "22018"},
    known_condition{"CAST_OVERFLOW", "22003"},
    known_condition{"ARITHMETIC_OVERFLOW", "22003"},
    known_condition{"NUMERIC_VALUE_OUT_OF_RANGE", "22003"},
    known_condition{"MALFORMED_RECORD_IN_PARSING", "22023"},
    known_condition{"DIVIDE_BY_ZERO", "22012"},
    known_condition{"EXCEED_LIMIT_LENGTH", "22001"},
    known_condition{"DELTA_EXCEED_CHAR_VARCHAR_LIMIT", "22001"},
    known_condition{"DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502"},
    known_condition{"NOT_NULL_CONSTRAINT_VIOLATION", "23502"},
    known_condition{"DELTA_VIOLATE_CONSTRAINT", "23514"},
    known_condition{"CHECK_CONSTRAINT_VIOLATION", "23514"},
    known_condition{"DELTA_CONCURRENT_", "40001"},
    known_condition{"DELTA_METADATA_CHANGED", "40001"},
    known_condition{"DELTA_PROTOCOL_CHANGED", "40001"},
    known_condition{"CONCURRENT_", "40001"},
    known_condition{"DELTA_MULTIPLE_SOURCE_ROW", "21506"},
    // sql/past.hpp says what these are for.
    known_condition{"DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "72001"},
    known_condition{"DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "72000"},
    known_condition{
        "DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION", "72000"
    },
    known_condition{"DELTA_NO_RECREATABLE_HISTORY_FOUND", "72000"},
    known_condition{"WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED", "0A000"},
    known_condition{"TRANSACTION_NOT_SUPPORTED", "0A000"},
    known_condition{"UNSUPPORTED_FEATURE", "0A000"},
};

/// The SQLSTATE that weir gives for a failure; empty: it knows none.
[[nodiscard]] inline std::string sqlstate_of(const statement_failure& failed) {
    const auto condition = condition_in(failed.message);
    for (const auto& known : known_conditions)
        if (condition.starts_with(known.starts_with))
            return std::string{known.sqlstate};
    // Older servers give it in the message only.
    auto given =
        failed.sql_state.empty() ? workspace::sqlstate_in(failed.message) : failed.sql_state;
    return given == "2D521" ? "40001" : given == "23001" ? "23514" : given;
}

/// The name that Delta tells after `before`: `… for column: a.b.` and `CHECK constraint c (…`.
[[nodiscard]] inline std::string name_after(std::string_view message, std::string_view before) {
    const auto found = message.find(before);
    if (found == std::string_view::npos)
        return {};
    message.remove_prefix(found + before.size());
    while (message.starts_with(' ') || message.starts_with('`'))
        message.remove_prefix(1);
    const auto end = std::find_if(message.begin(), message.end(), [](char c) {
        return !is_capital_or_digit(c) && !(c >= 'a' && c <= 'z') && c != '_';
    });
    return {message.begin(), end};
}

/// The rule that a row broke.
[[nodiscard]] inline violation
violation_of(std::string_view sqlstate, const statement_failure& failed) {
    if (sqlstate == "23502") {
        violation broken{"missing", {}, "A value is required"};
        if (auto column = name_after(failed.message, "for column:"); !column.empty())
            broken.loc.emplace_back(std::move(column));
        return broken;
    }
    if (sqlstate == "23514") {
        const auto name = name_after(failed.message, "CHECK constraint");
        return {"check", {}, "The row breaks the rule " + (name.empty() ? "of a CHECK" : name)};
    }
    if (sqlstate == "22001")
        return {"string_too_long", {}, "A text is longer than its column allows"};
    if (sqlstate == "22003")
        return {"number_out_of_range", {}, "A number is out of its column's range"};
    if (sqlstate == "22023")
        return {"value", {}, "A JSON text does not fit its type"};
    return {"value", {}, "A value does not fit its column"};
}

[[nodiscard]] constexpr bool is_bad_row(std::string_view sqlstate) noexcept {
    for (const std::string_view each :
         {"22001", "22003", "22007", "22008", "22018", "22023", "23502", "23514"})
        if (sqlstate == each)
            return true;
    return false;
}

[[nodiscard]] inline std::string
sentence_of(std::string_view sqlstate, std::string_view condition) {
    if (sqlstate == "23502")
        return "a required value is missing";
    if (sqlstate == "23514")
        return "the row breaks a rule of the table";
    if (is_bad_row(sqlstate))
        return "a value does not fit its column";
    if (sqlstate == "40001")
        return "another statement changed the same rows; try again";
    if (sqlstate == "21506")
        return "two of the rows given are about the same row";
    if (sqlstate == "42501")
        return "the warehouse's user may not do this; grant it the right";
    if (sqlstate == "42P01" || sqlstate == "3F000" || sqlstate == "3D000")
        return "the table is not there for the warehouse's user; create it, check the names of "
               "its catalog and schema, or grant the user the right to see it";
    if (sqlstate == "42703")
        return "the table lacks a column; migrate it";
    if (sqlstate == "42601")
        return "the warehouse did not understand the statement";
    if (sqlstate == "22012")
        return "division by zero";
    if (sqlstate == "72000")
        return "the table's past does not go back as far";
    std::string refused = "the warehouse refused the statement";
    if (!condition.empty())
        refused.append(" (").append(condition).append(")");
    return refused;
}

/// What the platform's own codes say where the statement is not at fault. Source: Statement
/// Execution API, ServiceErrorCode.
enum class platform_trouble : std::uint8_t { none, busy, credentials, stopped, lost };

[[nodiscard]] constexpr platform_trouble trouble_of(std::string_view error_code) noexcept {
    for (const std::string_view each :
         {"RESOURCE_EXHAUSTED",
          "SERVICE_UNDER_MAINTENANCE",
          "TEMPORARILY_UNAVAILABLE",
          "WORKSPACE_TEMPORARILY_UNAVAILABLE"})
        if (error_code == each)
            return platform_trouble::busy;
    if (error_code == "UNAUTHENTICATED")
        return platform_trouble::credentials;
    if (error_code == "CANCELLED")
        return platform_trouble::stopped;
    for (const std::string_view each :
         {"INTERNAL_ERROR", "IO_ERROR", "UNKNOWN", "DEADLINE_EXCEEDED", "ABORTED"})
        if (error_code == each)
            return platform_trouble::lost;
    return platform_trouble::none;
}

[[nodiscard]] inline std::string about(std::string_view table) {
    return table.empty() ? std::string{} : std::string{table} + ": ";
}

} // namespace detail

/// The sentence of a result that is too large to be sent inline.
[[nodiscard]] inline bool is_inline_limit(const statement_failure& failed) noexcept {
    return failed.message.find("Inline byte limit exceeded") != std::string::npos;
}

/// Throws what the failure of a statement on `table` means.
///
/// Errors: validation_error for values (22001, 22003, 22018, 22023, 23502, 23514) · conflict_error
///         40001 (retryable) and 21506 · permission_error 42501 · connection_error (retryable) for
///         a platform that is busy · authentication_error · timeout_error 57014 where it was
///         stopped · statement_error for everything else; a write that failed inside the platform
///         has outcome_unknown(). The platform's text goes to server_text() only.
[[noreturn]] inline void
throw_failure(const statement_failure& failed, std::string_view table, bool writes) {
    const auto condition = detail::condition_in(failed.message);
    const auto sqlstate = detail::sqlstate_of(failed);
    error_detail told{.sqlstate = sqlstate, .server_text = failed.message};
    const auto on = detail::about(table);
    // Class XX is the platform's own: nothing about the statement.
    if (sqlstate.empty() || sqlstate.starts_with("XX")) {
        switch (detail::trouble_of(failed.error_code)) {
        case detail::platform_trouble::busy:
            told.retryable = true;
            throw connection_error{on + "the warehouse is not available now", std::move(told)};
        case detail::platform_trouble::credentials:
            throw authentication_error{
                on + "the warehouse refused the credentials", std::move(told)
            };
        case detail::platform_trouble::stopped:
            told.sqlstate = "57014";
            throw timeout_error{on + "the warehouse stopped the statement", std::move(told)};
        case detail::platform_trouble::lost:
            told.outcome_unknown = writes;
            throw statement_error{on + "the warehouse failed", std::move(told)};
        case detail::platform_trouble::none:
            break;
        }
    }
    const auto message = on + detail::sentence_of(sqlstate, condition);
    if (detail::is_bad_row(sqlstate)) {
        throw validation_error{
            {detail::violation_of(sqlstate, failed)}, message, {}, std::move(told)
        };
    }
    if (sqlstate == "42501")
        throw permission_error{message, std::move(told)};
    if (sqlstate == "40001" || sqlstate == "21506") {
        told.retryable = sqlstate == "40001";
        throw conflict_error{message, std::move(told)};
    }
    throw statement_error{message, std::move(told)};
}

} // namespace weir::warehouse
