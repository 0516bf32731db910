// SPDX-License-Identifier: Apache-2.0
// What a SQLSTATE means in weir's error tree, and the throw that says so. Light: core/error.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/lakebase/detail/server_report.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace weir::lakebase {

/// The place of a SQLSTATE in the error tree.
struct sqlstate_meaning {
    error_kind kind = error_kind::statement;
    /// The server did nothing, and trying again may succeed.
    bool retryable = false;

    friend constexpr bool
    operator==(const sqlstate_meaning&, const sqlstate_meaning&) noexcept = default;
};

namespace detail {

/// Data exceptions that the value of an argument alone can cause; the rest of class 22 is the
/// statement's fault.
[[nodiscard]] constexpr bool is_bad_value(std::string_view sqlstate) noexcept {
    for (const std::string_view code :
         {"22001",
          "22003",
          "22007",
          "22008",
          "22009",
          "22015",
          "22018",
          "22021",
          "22026",
          "2202E",
          "22030",
          "22032",
          "22P02",
          "22P03",
          "22P05"}) {
        if (code == sqlstate)
            return true;
    }
    return false;
}

} // namespace detail

/// Places a SQLSTATE; an empty or unknown one is a statement the server refused.
///
/// Source: PostgreSQL 15 manual, appendix A.
[[nodiscard]] constexpr sqlstate_meaning meaning_of(std::string_view sqlstate) noexcept {
    const auto family = sqlstate.substr(0, 2);
    // A wrong number of arguments: the connection is fine.
    if (sqlstate == "08P01")
        return {error_kind::statement};
    if (family == "08")
        return {error_kind::connection, true};
    if (family == "22") {
        return {detail::is_bad_value(sqlstate) ? error_kind::validation : error_kind::statement};
    }
    if (sqlstate == "23502" || sqlstate == "23514")
        return {error_kind::validation};
    if (family == "23")
        return {error_kind::conflict};
    if (family == "28")
        return {error_kind::authentication};
    if (sqlstate == "3D000")
        return {error_kind::configuration};
    // The commit's answer was lost inside the server: neither done nor undone for certain.
    if (sqlstate == "40003")
        return {error_kind::connection};
    if (family == "40")
        return {error_kind::conflict, true};
    if (sqlstate == "42501")
        return {error_kind::permission};
    if (sqlstate == "53300" || sqlstate == "53400")
        return {error_kind::connection, true};
    if (sqlstate == "55P03")
        return {error_kind::conflict, true};
    if (sqlstate == "57014")
        return {error_kind::timeout};
    if (sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" || sqlstate == "57P05") {
        return {error_kind::connection, true};
    }
    if (sqlstate == "57P04")
        return {error_kind::connection};
    return {error_kind::statement};
}

namespace detail {

/// `orders: ` before a message, or nothing when there is no table to name.
[[nodiscard]] inline std::string about(std::string_view table) {
    std::string text{table};
    if (!text.empty())
        text += ": ";
    return text;
}

/// Why a login was refused and what to do; `text` is the server's, in English, or says nothing.
[[nodiscard]] inline std::string login_advice(std::string_view text) {
    const auto says = [text](std::string_view words) {
        return text.find(words) != std::string_view::npos;
    };
    if (says("Failed to decode token"))
        return "the server cannot read the password as a token for this role: it was minted for "
               "another instance or endpoint, or is no database token; check LAKEBASE_ENDPOINT or "
               "LAKEBASE_INSTANCE_NAME, and the user";
    if (says("role \"") && says("does not exist"))
        return "the database has no role for this user; create it by databricks_create_role(), or "
               "check PGUSER";
    if (says("no password supplied"))
        return "the server wants a password and there is none: set LAKEBASE_ENDPOINT or "
               "LAKEBASE_INSTANCE_NAME to have it minted, or PGPASSWORD";
    if (says("password authentication failed"))
        return "the server refused the password: the token has expired or is another identity's, "
               "or "
               "the role does not exist; check that PGUSER is who the token is minted for";
    return "the server refused the credentials; check the user and the password or token";
}

/// What the role may not do, and the grant that would let it.
[[nodiscard]] inline std::string permission_advice(std::string_view text) {
    const auto denied = [text](std::string_view what) {
        return text.find("permission denied for " + std::string{what}) != std::string_view::npos;
    };
    if (denied("schema"))
        return "the database role may not use the schema; grant usage, and create where tables are "
               "made, on it";
    if (denied("sequence"))
        return "the database role may not use a sequence; grant usage, select on all sequences in "
               "the schema";
    if (denied("database"))
        return "the database role may not use the database; grant connect on it";
    if (denied("table"))
        return "the database role may not do this to the table; grant select, insert, update, "
               "delete "
               "on all tables in the schema";
    if (text.find("must be owner of") != std::string_view::npos)
        return "only the owner may change this; let the role own the tables, or make them by "
               "another";
    if (text.find("violates row-level security policy") != std::string_view::npos)
        return "the row policies do not let the caller write this row";
    return "the database role may not do this; grant it the right";
}

/// What failed and what to do, without a word of the server's `text`.
[[nodiscard]] inline std::string
message_for(std::string_view sqlstate, const server_report& facts, std::string_view text) {
    std::string named;
    if (!facts.constraint.empty()) {
        named.append(" (constraint ").append(facts.constraint).append(")");
    }
    if (sqlstate == "23505" || sqlstate == "23P01") {
        return "another row already has this value" + named;
    }
    if (sqlstate == "23503" || sqlstate == "23001") {
        return "a row it refers to is missing, or other rows still refer to it" + named;
    }
    if (sqlstate == "23502")
        return "a required value is missing";
    if (sqlstate == "23514")
        return "the row breaks a rule of the table" + named;
    if (sqlstate == "40001")
        return "another transaction changed the same rows; try again";
    if (sqlstate == "40P01")
        return "two transactions waited for each other; try again";
    if (sqlstate == "40003")
        return "the server lost the outcome of the statement";
    if (sqlstate == "55P03")
        return "another transaction holds a lock on the rows; try again";
    if (sqlstate == "57014")
        return "the server cancelled the statement";
    if (sqlstate == "42501")
        return permission_advice(text);
    if (sqlstate == "3F000")
        return "the schema is not in the database; create it, or check LAKEBASE_SCHEMA";
    if (sqlstate == "42P01")
        return "the table is not in the database; create it, or check the schema's name";
    if (sqlstate == "42703")
        return "the table lacks a column; migrate it";
    if (sqlstate == "3D000")
        return "the database does not exist; check its name";
    if (sqlstate == "53300")
        return "the server has no connection left; use smaller pools";
    const auto kind = meaning_of(sqlstate).kind;
    if (kind == error_kind::authentication)
        return login_advice(text);
    if (kind == error_kind::connection)
        return "the server is not available";
    std::string refused = kind == error_kind::validation ? "a value does not fit its column"
                                                         : "the server refused the statement";
    if (!sqlstate.empty())
        refused.append(" (SQLSTATE ").append(sqlstate).append(")");
    return refused;
}

[[nodiscard]] inline violation
violation_for(std::string_view sqlstate, const server_report& facts) {
    violation broken;
    if (!facts.column.empty())
        broken.loc.emplace_back(std::string{facts.column});
    if (sqlstate == "23502") {
        broken.type = "missing";
        broken.msg = "A value is required";
    } else if (sqlstate == "23514") {
        broken.type = "check";
        broken.msg = "The row breaks the rule " +
                     (facts.constraint.empty() ? "of a CHECK" : std::string{facts.constraint});
    } else if (sqlstate == "22001") {
        broken.type = "string_too_long";
        broken.msg = "A text is longer than its column allows";
    } else if (sqlstate == "22003") {
        broken.type = "number_out_of_range";
        broken.msg = "A number is out of its column's range";
    } else {
        broken.type = "value";
        broken.msg = "A value does not fit its column";
    }
    return broken;
}

/// Throws the type that `kind` names, with the exception being handled nested inside.
[[noreturn]] inline void
throw_kind(error_kind kind, const std::string& message, error_detail detail) {
    switch (kind) {
    case error_kind::configuration:
        std::throw_with_nested(configuration_error{message, std::move(detail)});
    case error_kind::authentication:
        std::throw_with_nested(authentication_error{message, std::move(detail)});
    case error_kind::permission:
        std::throw_with_nested(permission_error{message, std::move(detail)});
    case error_kind::conflict:
        std::throw_with_nested(conflict_error{message, std::move(detail)});
    case error_kind::connection:
        std::throw_with_nested(connection_error{message, std::move(detail)});
    case error_kind::timeout:
        std::throw_with_nested(timeout_error{message, std::move(detail)});
    default:
        std::throw_with_nested(statement_error{message, std::move(detail)});
    }
}

} // namespace detail

/// Throws what the server's refusal of a statement on `table` means, with the driver's exception
/// nested.
///
/// Errors:   see meaning_of(); the server's text goes to server_text() only.
/// Lifetime: nothing is kept of the arguments.
[[noreturn]] inline void
throw_refusal(std::string_view sqlstate, std::string_view server_text, std::string_view table) {
    const auto facts = detail::read_report(server_text);
    if (sqlstate.empty())
        sqlstate = facts.sqlstate;
    const auto meaning = meaning_of(sqlstate);
    const auto message = detail::about(table) + detail::message_for(sqlstate, facts, server_text);
    error_detail detail{
        .sqlstate = std::string{sqlstate},
        .server_text = std::string{server_text},
        .retryable = meaning.retryable,
        .outcome_unknown = sqlstate == "40003",
    };
    if (meaning.kind == error_kind::validation) {
        std::throw_with_nested(validation_error{
            {detail::violation_for(sqlstate, facts)}, message, {}, std::move(detail)
        });
    }
    detail::throw_kind(meaning.kind, message, std::move(detail));
}

} // namespace weir::lakebase
