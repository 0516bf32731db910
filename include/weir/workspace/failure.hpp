// SPDX-License-Identifier: Apache-2.0
// What a refusal is about, and the error that becomes of it. Costs refusal.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/workspace/refusal.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

/// What a refusal is about; an error code wins over the status. Source: databricks.md 8.2.
enum class refusal_kind : std::uint8_t {
    bad_request,
    unauthenticated,
    permission_denied,
    not_found,
    conflict,
    rate_limited,
    cancelled,
    internal,
    not_implemented,
    unavailable,
    deadline,
};

namespace detail {

struct known_code {
    std::string_view code;
    refusal_kind kind;
};

inline constexpr std::array known_codes{
    known_code{"INVALID_PARAMETER_VALUE", refusal_kind::bad_request},
    known_code{"INVALID_STATE", refusal_kind::bad_request},
    known_code{"BAD_REQUEST", refusal_kind::bad_request},
    known_code{"MALFORMED_REQUEST", refusal_kind::bad_request},
    known_code{"UNAUTHENTICATED", refusal_kind::unauthenticated},
    known_code{"invalid_client", refusal_kind::unauthenticated},
    known_code{"PERMISSION_DENIED", refusal_kind::permission_denied},
    known_code{"CUSTOMER_UNAUTHORIZED", refusal_kind::permission_denied},
    known_code{"NOT_FOUND", refusal_kind::not_found},
    known_code{"RESOURCE_DOES_NOT_EXIST", refusal_kind::not_found},
    known_code{"ENDPOINT_NOT_FOUND", refusal_kind::not_found},
    known_code{"TABLE_DOES_NOT_EXIST", refusal_kind::not_found},
    known_code{"SCHEMA_DOES_NOT_EXIST", refusal_kind::not_found},
    known_code{"CATALOG_DOES_NOT_EXIST", refusal_kind::not_found},
    known_code{"ABORTED", refusal_kind::conflict},
    known_code{"ALREADY_EXISTS", refusal_kind::conflict},
    known_code{"RESOURCE_ALREADY_EXISTS", refusal_kind::conflict},
    known_code{"RESOURCE_CONFLICT", refusal_kind::conflict},
    known_code{"RESOURCE_EXHAUSTED", refusal_kind::rate_limited},
    known_code{"REQUEST_LIMIT_EXCEEDED", refusal_kind::rate_limited},
    known_code{"CANCELLED", refusal_kind::cancelled},
    known_code{"INTERNAL_ERROR", refusal_kind::internal},
    known_code{"UNKNOWN", refusal_kind::internal},
    known_code{"DATA_LOSS", refusal_kind::internal},
    known_code{"NOT_IMPLEMENTED", refusal_kind::not_implemented},
    known_code{"FEATURE_DISABLED", refusal_kind::not_implemented},
    known_code{"TEMPORARILY_UNAVAILABLE", refusal_kind::unavailable},
    known_code{"UNAVAILABLE", refusal_kind::unavailable},
    known_code{"SERVICE_UNDER_MAINTENANCE", refusal_kind::unavailable},
    known_code{"WORKSPACE_TEMPORARILY_UNAVAILABLE", refusal_kind::unavailable},
    known_code{"DEADLINE_EXCEEDED", refusal_kind::deadline},
};

[[nodiscard]] constexpr refusal_kind kind_of_status(int status) noexcept {
    switch (status) {
    case 401:
        return refusal_kind::unauthenticated;
    case 403:
        return refusal_kind::permission_denied;
    case 404:
        return refusal_kind::not_found;
    case 409:
        return refusal_kind::conflict;
    case 429:
        return refusal_kind::rate_limited;
    case 499:
        return refusal_kind::cancelled;
    case 501:
        return refusal_kind::not_implemented;
    case 502:
    case 503:
        return refusal_kind::unavailable;
    case 504:
        return refusal_kind::deadline;
    default:
        return status >= 500 ? refusal_kind::internal : refusal_kind::bad_request;
    }
}

// Jobs, runs and clusters that are not there are told with 400.
[[nodiscard]] inline bool says_it_does_not_exist(const refusal& of) {
    if (of.status != 400 || of.error_code != "INVALID_PARAMETER_VALUE")
        return false;
    const auto& said = of.message;
    const bool named = said.starts_with("Job ") || said.starts_with("Run ") ||
                       said.starts_with("Run: ") || said.starts_with("Cluster ");
    return named && (said.find("does not exist") != std::string::npos ||
                     said.find("doesn't exist") != std::string::npos);
}

} // namespace detail

/// Whether the token was refused, not its owner: an expired one is answered 403.
[[nodiscard]] inline bool refuses_token(const refusal& of) {
    return of.status == 401 ||
           (of.status == 403 && of.message.find("Invalid access token") != std::string::npos);
}

[[nodiscard]] inline refusal_kind kind_of(const refusal& of) {
    if (refuses_token(of))
        return refusal_kind::unauthenticated;
    if (detail::says_it_does_not_exist(of))
        return refusal_kind::not_found;
    for (const auto& known : detail::known_codes)
        if (known.code == of.error_code)
            return known.kind;
    return detail::kind_of_status(of.status);
}

/// Whether the platform says that it took the request for nothing yet: trying again cannot do it
/// twice. Source: databricks.md 8.3, messages; 8.4.
[[nodiscard]] inline bool was_not_accepted(const refusal& of) {
    if (of.status == 429 || of.status == 503)
        return true;
    constexpr std::array<std::string_view, 6> transient{
        "com.databricks.backend.manager.util.UnknownWorkerEnvironmentException",
        "does not have any associated worker environments",
        "There is no worker environment with id",
        "Unknown worker environment",
        "ClusterNotReadyException",
        "RPC token bucket limit has been exceeded",
    };
    return std::any_of(transient.begin(), transient.end(), [&](std::string_view part) {
        return of.message.find(part) != std::string::npos;
    });
}

namespace detail {

/// An error of the core tree that remembers the refusal.
template <class Error>
class refused final : public Error, public refusal {
public:
    refused(const std::string& sentence, error_detail told, refusal why)
        : Error(sentence, std::move(told)), refusal(std::move(why)) {}
};

} // namespace detail

/// What the platform said, where an error came of that; nullptr: it did not.
/// Lifetime: as the error.
[[nodiscard]] inline const refusal* refusal_of(const error& failure) noexcept {
    return dynamic_cast<const refusal*>(&failure);
}

/// Whether the platform says that the request was wrong (4xx), so that making it again is useless.
/// False for its own failures (5xx), for a request that only came too early (429), and for
/// everything that is no answer of the platform.
[[nodiscard]] inline bool blames_caller(const error& failure) noexcept {
    const auto* why = refusal_of(failure);
    return why != nullptr && why->status / 100 == 4 && why->status != 429;
}

/// Throws the error that a refusal is: what happened and what it was about, in words fit for
/// clients; the platform's own are server_text().
///
/// Errors: authentication_error, permission_error, not_found_error, conflict_error,
/// connection_error (429, 502, 503), timeout_error (504), statement_error (all else: 4xx is the
/// caller's mistake, 5xx the platform's; blames_caller() tells them apart).
[[noreturn]] inline void raise(refusal why, std::string_view what, bool retryable, bool unknown) {
    const auto kind = kind_of(why);
    std::string message{what};
    message += ": the workspace answered " + std::to_string(why.status);
    if (detail::is_plain_code(why.error_code) && why.error_code != std::to_string(why.status))
        message += " " + why.error_code;
    error_detail told{
        .sqlstate = sqlstate_in(why.message),
        .server_text = why.message,
        .retryable = retryable,
        .outcome_unknown = unknown,
    };
    switch (kind) {
    case refusal_kind::unauthenticated:
        throw detail::refused<authentication_error>{message, std::move(told), std::move(why)};
    case refusal_kind::permission_denied:
        throw detail::refused<permission_error>{message, std::move(told), std::move(why)};
    case refusal_kind::not_found:
        throw detail::refused<not_found_error>{message, std::move(told), std::move(why)};
    case refusal_kind::conflict:
        throw detail::refused<conflict_error>{message, std::move(told), std::move(why)};
    case refusal_kind::rate_limited:
    case refusal_kind::unavailable:
        throw detail::refused<connection_error>{message, std::move(told), std::move(why)};
    case refusal_kind::deadline:
    case refusal_kind::cancelled:
        throw detail::refused<timeout_error>{message, std::move(told), std::move(why)};
    case refusal_kind::bad_request:
    case refusal_kind::internal:
    case refusal_kind::not_implemented:
        break;
    }
    throw detail::refused<statement_error>{message, std::move(told), std::move(why)};
}

} // namespace weir::workspace
