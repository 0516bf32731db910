// SPDX-License-Identifier: Apache-2.0
// What the platform said when it refused a call, in any of the shapes it says it in, and the error
// that becomes of it. Costs json/reader.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/workspace/json_object.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::workspace {

/// Why a call was refused. Is a base of every error that a refused call throws: refusal_of().
struct refusal {
    refusal() = default;
    refusal(const refusal&) = default;
    refusal(refusal&&) = default;
    refusal& operator=(const refusal&) = default;
    refusal& operator=(refusal&&) = default;
    virtual ~refusal() = default;

    /// HTTP status; 0: there was no answer.
    int status = 0;
    /// `RESOURCE_DOES_NOT_EXIST`, or a number as the gateway sends it; empty: none given.
    std::string error_code{};
    /// The platform's sentence: for logs, it may hold user data.
    std::string message{};
    /// ErrorInfo.reason of `details`, such as FILES_API_RESOURCE_NOT_FOUND.
    std::string reason{};
    /// The platform's id of the request.
    std::string request_id{};
};

namespace detail {

// The inner text of an HTML page that a proxy sent, without its tags.
[[nodiscard]] inline std::string html_text(std::string_view page) {
    for (const std::string_view tag : {"pre", "title"}) {
        const auto open = page.find("<" + std::string{tag});
        if (open == std::string_view::npos)
            continue;
        const auto begin = page.find('>', open);
        const auto end = page.find("</" + std::string{tag}, open);
        if (begin != std::string_view::npos && end != std::string_view::npos && begin < end)
            return std::string{page.substr(begin + 1, end - begin - 1)};
    }
    return {};
}

inline void take_details(json::reader& in, refusal& out) {
    for_each_element(in, [&](json::reader& element) {
        std::string type;
        std::string reason;
        std::string request_id;
        for_each_member(element, [&](const std::string& name, json::reader& value) {
            if (name == "@type") {
                take(value, type);
            } else if (name == "reason") {
                take(value, reason);
            } else if (name == "request_id") {
                take(value, request_id);
            } else {
                value.skip_value();
            }
        });
        if (type.ends_with("ErrorInfo"))
            out.reason = reason;
        if (type.ends_with("RequestInfo") && out.request_id.empty())
            out.request_id = request_id;
    });
}

inline bool take_refusal_object(std::string_view body, refusal& out) {
    json::reader in{body};
    if (in.peek() != json::token::object)
        return false;
    refusal found;
    std::string error;
    std::string scim_status;
    std::string detail;
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "error_code" || name == "errorCode") {
            take(value, found.error_code);
        } else if (name == "message" || name == "error_description" || name == "errorSummary") {
            take(value, found.message);
        } else if (name == "error") {
            take(value, error);
        } else if (name == "detail") {
            take(value, detail);
        } else if (name == "status") {
            take(value, scim_status);
        } else if (name == "details") {
            take_details(value, found);
        } else {
            value.skip_value();
        }
    });
    if (in.failed())
        return false;
    // The token endpoint's `error` is a code beside a description, else it is the sentence itself.
    if (!error.empty() && found.error_code.empty() && !found.message.empty())
        found.error_code = error;
    if (found.message.empty())
        found.message = error;
    if (found.message.empty() && !detail.empty()) {
        found.message = detail;
        found.error_code = "SCIM_" + scim_status;
    }
    out.error_code = std::move(found.error_code);
    out.message = std::move(found.message);
    out.reason = std::move(found.reason);
    if (out.request_id.empty())
        out.request_id = std::move(found.request_id);
    return true;
}

/// A refusal's code where it is a plain word, fit for a message that clients may see.
[[nodiscard]] inline bool is_plain_code(std::string_view code) noexcept {
    return !code.empty() && code.size() <= 64 && std::all_of(code.begin(), code.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

} // namespace detail

/// Reads the body of an answer that is no success. Source: databricks.md 8.1; what fits no shape is
/// kept as the message, at most a kilobyte of it.
[[nodiscard]] inline refusal read_refusal(int status, std::string_view body) {
    refusal found;
    found.status = status;
    if (detail::take_refusal_object(body, found))
        return found;
    const auto start = body.find_first_not_of(" \t\r\n");
    if (start != std::string_view::npos && body[start] == '<') {
        found.message = detail::html_text(body);
        return found;
    }
    const auto colon = body.find(": ");
    const auto code = body.substr(0, colon);
    const bool has_code =
        colon != std::string_view::npos && detail::is_plain_code(code) &&
        std::none_of(code.begin(), code.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (has_code) {
        found.error_code = code;
        body.remove_prefix(colon + 2);
    }
    found.message = body.substr(0, 1024);
    return found;
}

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

/// The SQLSTATE in `… SQLSTATE: 42601 …`; empty: there is none.
[[nodiscard]] inline std::string sqlstate_in(std::string_view message) {
    constexpr std::string_view mark = "SQLSTATE: ";
    const auto found = message.find(mark);
    if (found == std::string_view::npos || message.size() - found - mark.size() < 5)
        return {};
    const auto state = message.substr(found + mark.size(), 5);
    const bool plain = std::all_of(state.begin(), state.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    });
    return plain ? std::string{state} : std::string{};
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

/// Throws the error that a refusal is: what happened and what it was about, in words fit for
/// clients; the platform's own are server_text().
///
/// Errors: authentication_error, permission_error, not_found_error, conflict_error,
/// connection_error (429, 502, 503), timeout_error (504), statement_error (all else: 4xx is the
/// caller's mistake, 5xx the platform's; refusal_of() tells them apart).
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
