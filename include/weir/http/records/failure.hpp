// SPDX-License-Identifier: Apache-2.0
// Failures of the records API in the words its clients know. Costs http/problem.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/problem.hpp>
#include <weir/json/intake.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir::http::detail {

/// Violations of a request's form.
[[noreturn]] inline void refuse_form(violations broken) {
    throw validation_error{std::move(broken), "Validation error"};
}

[[noreturn]] inline void refuse_form(std::string_view type, location at, std::string message) {
    refuse_form({{std::string{type}, std::move(at), std::move(message)}});
}

/// A name that weir does not write into SQL.
[[noreturn]] inline void refuse_identifier(std::string_view name) {
    throw validation_error{{}, "Invalid identifier: " + std::string{json::echo(name)}};
}

/// What clients call a type of value.
[[nodiscard]] constexpr std::string_view noun_of(type kind) noexcept {
    switch (kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
        return "integer";
    case type::float32:
    case type::float64:
        return "number";
    case type::decimal:
        return "decimal";
    case type::boolean:
        return "boolean";
    case type::date:
        return "date";
    case type::timestamp:
    case type::timestamp_ntz:
        return "timestamp";
    case type::binary:
        return "base64 string";
    case type::uuid:
        return "UUID";
    case type::json:
        return "JSON";
    case type::array:
        return "list";
    case type::map:
    case type::structure:
        return "object";
    case type::enumeration:
        return "label";
    case type::string:
    case type::varchar:
    case type::fixed_char:
        break;
    }
    return "string";
}

/// Records that do not fit: the first of them in the message. `broken` is not empty.
[[noreturn]] inline void
refuse_records(violations broken, const table& of, const std::vector<expected_column>& expected) {
    for (auto& each : broken) {
        // `["body","data",0,"order_id"]`
        if (each.type != "null_not_allowed" || each.loc.size() != 4)
            continue;
        const auto* const name = std::get_if<std::string>(&each.loc[3]);
        const auto at = name == nullptr ? of.columns.size() : find_column(of.columns, *name);
        if (at == of.columns.size())
            continue;
        each.msg = "Column '" + *name + "' expects " +
                   std::string{noun_of(of.columns[at].type.kind)} + ", got null";
    }
    std::string message = "Schema validation failed: ";
    const auto& first = broken.front();
    if (const auto* record =
            first.loc.size() > 2 ? std::get_if<std::size_t>(&first.loc[2]) : nullptr)
        message.append("Record ").append(std::to_string(*record)).append(": ");
    message.append(first.msg);
    throw validation_error{std::move(broken), message, expected};
}

/// What a client is told of a failure that is the database's.
[[nodiscard]] inline std::string_view info_of(const error& failed) noexcept {
    if (failed.outcome_unknown())
        return "The write may have happened: look before sending it again";
    const auto group = failed.sqlstate().substr(0, 2);
    switch (failed.kind()) {
    case error_kind::timeout:
        return "Connection timeout";
    case error_kind::connection:
    case error_kind::authentication:
        return "The database cannot be reached";
    case error_kind::permission:
        return "Permission denied";
    case error_kind::decode:
        return "A stored value does not fit its column";
    default:
        break;
    }
    return group == "53"   ? "The database is out of resources"
           : group == "0A" ? "The database cannot do that"
           : group == "54" ? "This is more than the database takes at once"
                           : "The database refused the statement";
}

/// A failure as clients of the records API are told.
[[nodiscard]] inline problem records_problem(const error& failed) {
    auto told = problem_of(failed);
    const bool is_form = told.status == 400 && failed.kind() == error_kind::validation;
    const bool is_database = failed.kind() == error_kind::statement ||
                             failed.kind() == error_kind::connection ||
                             failed.kind() == error_kind::timeout ||
                             failed.kind() == error_kind::decode || told.status == 503;
    if (is_form && failed.what() == std::string_view{"Validation failed"})
        told.message = "Validation error";
    if (!is_database)
        return told;
    // What the data broke is the client's to mend.
    if (told.status >= 500) {
        told.status = 500;
        told.message = "Database operation failed";
    }
    told.database = {"DatabaseError", std::string{info_of(failed)}};
    return told;
}

/// Calls `answer()`; what it throws is told in the words of the records API.
template <class Answer>
auto in_words_of_records(const Answer& answer) {
    try {
        return answer();
    } catch (const error& failed) {
        std::throw_with_nested(told_failure{records_problem(failed)});
    }
}

} // namespace weir::http::detail
