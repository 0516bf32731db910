// SPDX-License-Identifier: Apache-2.0
// The one exception tree of weir: flat, its properties on the base (design 4).
// Light: exception, source_location, string.
#pragma once

#include <weir/core/violation.hpp>

#include <exception>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// What kind of failure an `error` is; one per type of the tree, for code that asks instead of
/// catching.
enum class error_kind {
    configuration,
    authentication,
    permission,
    validation,
    not_found,
    conflict,
    precondition,
    statement,
    connection,
    timeout,
    decode,
};

/// Facts about a failure that came from a database or the platform.
struct error_detail {
    /// Five-character SQLSTATE, empty when the server gave none.
    std::string sqlstate{};
    /// The server's own words: for the log only, it may hold user data.
    std::string server_text{};
    /// Trying the same thing again may succeed, and doing so is safe.
    bool retryable = false;
    /// A write may or may not have happened.
    bool outcome_unknown = false;
};

/// Root of every exception weir throws. `what()` names what failed, on which object and what to do;
/// it never holds argument values, secrets or server text.
class error : public std::runtime_error {
public:
    [[nodiscard]] error_kind kind() const noexcept { return kind_; }

    [[nodiscard]] std::string_view sqlstate() const noexcept { return detail_.sqlstate; }

    /// What the server said. For logs, never for clients.
    [[nodiscard]] std::string_view server_text() const noexcept { return detail_.server_text; }

    [[nodiscard]] bool retryable() const noexcept { return detail_.retryable; }

    [[nodiscard]] bool outcome_unknown() const noexcept { return detail_.outcome_unknown; }

    /// The line of weir or of the application that found the failure.
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

protected:
    error(
        error_kind kind, const std::string& message, error_detail detail, std::source_location where
    )
        : std::runtime_error(message), kind_(kind), detail_(std::move(detail)), where_(where) {}

private:
    error_kind kind_;
    error_detail detail_;
    std::source_location where_;
};

namespace detail {

template <error_kind Kind>
class error_of : public error {
public:
    explicit error_of(
        const std::string& message,
        error_detail detail = {},
        std::source_location where = std::source_location::current()
    )
        : error(Kind, message, std::move(detail), where) {}
};

} // namespace detail

/// A setting is missing or wrong; the message names it.
class configuration_error : public detail::error_of<error_kind::configuration> {
public:
    using error_of::error_of;
};

/// No or bad credentials.
class authentication_error : public detail::error_of<error_kind::authentication> {
public:
    using error_of::error_of;
};

/// The database or the platform refused this caller.
class permission_error : public detail::error_of<error_kind::permission> {
public:
    using error_of::error_of;
};

/// What a column is expected to be, told to a client whose data did not fit.
struct expected_column {
    std::string name;
    std::string type;
    bool nullable = true;
};

/// The input broke rules; carries every violation, and the expected schema where that helps.
class validation_error : public detail::error_of<error_kind::validation> {
public:
    explicit validation_error(
        violations broken,
        const std::string& message = "Validation failed",
        std::vector<expected_column> expected = {},
        error_detail detail = {},
        std::source_location where = std::source_location::current()
    )
        : error_of(message, std::move(detail), where), broken_(std::move(broken)),
          expected_(std::move(expected)) {}

    /// Lifetime: valid as long as this exception.
    [[nodiscard]] const violations& broken() const noexcept { return broken_; }

    /// Lifetime: valid as long as this exception. Empty when no schema is worth showing.
    [[nodiscard]] const std::vector<expected_column>& expected() const noexcept {
        return expected_;
    }

private:
    violations broken_;
    std::vector<expected_column> expected_;
};

/// The row, or what it refers to, is not there for this caller.
class not_found_error : public detail::error_of<error_kind::not_found> {
public:
    using error_of::error_of;
};

/// A unique key, a foreign key or another transaction stands in the way.
class conflict_error : public detail::error_of<error_kind::conflict> {
public:
    using error_of::error_of;
};

/// The row moved on since the caller read it.
class precondition_error : public detail::error_of<error_kind::precondition> {
public:
    using error_of::error_of;
};

/// The server understood the statement and refused it.
class statement_error : public detail::error_of<error_kind::statement> {
public:
    using error_of::error_of;
};

/// The server could not be reached, or the connection broke.
class connection_error : public detail::error_of<error_kind::connection> {
public:
    using error_of::error_of;
};

/// The deadline passed; the statement was cancelled.
class timeout_error : public detail::error_of<error_kind::timeout> {
public:
    using error_of::error_of;
};

/// A result does not fit the row it should become.
class decode_error : public detail::error_of<error_kind::decode> {
public:
    using error_of::error_of;
};

} // namespace weir
