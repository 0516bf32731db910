// SPDX-License-Identifier: Apache-2.0
// The chain of causes of a failure as text, for logs: what failed, as what, and where in the code;
// never what a server said, which may hold people's data. Costs core/error.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/problem.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace weir::http {

/// How logs call a kind of failure: as its type.
[[nodiscard]] constexpr std::string_view name_of(error_kind kind) noexcept {
    switch (kind) {
    case error_kind::configuration:
        return "configuration_error";
    case error_kind::authentication:
        return "authentication_error";
    case error_kind::permission:
        return "permission_error";
    case error_kind::validation:
        return "validation_error";
    case error_kind::not_found:
        return "not_found_error";
    case error_kind::conflict:
        return "conflict_error";
    case error_kind::precondition:
        return "precondition_error";
    case error_kind::statement:
        return "statement_error";
    case error_kind::connection:
        return "connection_error";
    case error_kind::timeout:
        return "timeout_error";
    case error_kind::decode:
        return "decode_error";
    }
    return "error";
}

/// A failure as a log tells it.
struct failure_trace {
    /// Of the outermost failure of weir's.
    std::string type{};
    std::string message{};
    /// A line for each cause, outermost first.
    std::string causes{};
};

namespace detail {

inline void trace_into(const std::exception_ptr& thrown, failure_trace& made) {
    const auto begin = [&made](std::string_view type, std::string_view what) {
        made.causes.append(made.causes.empty() ? "" : "caused by ");
        made.causes.append(type).append(": ").append(what);
        if (!made.type.empty())
            return;
        made.type = type;
        made.message = what;
    };
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& failed) {
        const auto* const nested = dynamic_cast<const std::nested_exception*>(&failed);
        const bool is_told = dynamic_cast<const told_failure*>(&failed) != nullptr;
        const bool has_cause = nested != nullptr && nested->nested_ptr() != nullptr;
        if (const auto* const ours = dynamic_cast<const error*>(&failed)) {
            begin(name_of(ours->kind()), ours->what());
            if (!ours->sqlstate().empty())
                made.causes.append(" [").append(ours->sqlstate()).append("]");
            made.causes.append("\n    at ").append(ours->where().function_name());
            made.causes.append("\n    in ").append(ours->where().file_name()).append(":");
            made.causes.append(std::to_string(ours->where().line())).append("\n");
        } else if (!is_told || !has_cause) {
            // Below a failure of weir's it is a driver's, in the words of a server.
            const std::string_view words =
                made.type.empty() ? std::string_view{failed.what()} : "(its words are not kept)";
            begin(is_told ? "configuration_error" : "std::exception", words);
            made.causes.append("\n");
        }
        if (has_cause)
            trace_into(nested->nested_ptr(), made);
    } catch (...) {
        begin("unknown", "not a std::exception");
        made.causes.append("\n");
    }
}

} // namespace detail

/// What was thrown; empty for nothing.
[[nodiscard]] inline failure_trace trace_of(const std::exception_ptr& thrown) {
    failure_trace made;
    if (thrown)
        detail::trace_into(thrown, made);
    return made;
}

} // namespace weir::http
