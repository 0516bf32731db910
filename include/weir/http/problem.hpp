// SPDX-License-Identifier: Apache-2.0
// Failures as clients see them: one function from exceptions to statuses, one shape of body (design
// 4). Costs json/writer.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/response.hpp>
#include <weir/json/writer.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir::http {

/// What clients of the records API are told about a failure of the database behind it.
struct database_failure {
    std::string type{};
    /// Short, and safe to show.
    std::string info{};
};

/// What a client is told about a failure. `message` is safe to show: nothing of a driver, no
/// secrets.
struct problem {
    int status = 500;
    /// A stable machine name: `validation`, `not_found`, `method_not_allowed`, …
    std::string_view code = "internal";
    std::string message = "Internal server error";
    violations errors{};
    std::vector<expected_column> expected{};
    std::optional<database_failure> database{};
};

/// A failure with words of its own for the client; what happened is nested in it. For doors whose
/// clients know other words than weir's.
class told_failure : public std::runtime_error {
public:
    explicit told_failure(problem told)
        : std::runtime_error(told.message), told_(std::move(told)) {}

    [[nodiscard]] const problem& told() const noexcept { return told_; }

private:
    problem told_;
};

/// Broken rules of a request's parts, as a validation_error would report them.
[[nodiscard]] inline problem invalid(violations broken, std::string message = "Validation failed") {
    return {400, "validation", std::move(message), std::move(broken), {}};
}

namespace detail {

/// What a statement the server refused means over HTTP.
/// Source: PostgreSQL manual, Appendix A, classes 22 (data exception), 23 (integrity constraint),
/// 53 (insufficient resources), 54 (program limit exceeded), 0A (feature not supported).
[[nodiscard]] inline problem problem_of_statement(const error& failed) {
    const auto group = failed.sqlstate().substr(0, 2);
    if (group == "22" || group == "23")
        return {400, "statement", "The database refused the data", {}, {}};
    if (group == "0A")
        return {501, "not_supported", "The database behind this table cannot do that", {}, {}};
    if (group == "54")
        return {413, "too_large", "This is more than the database takes at once", {}, {}};
    if (failed.sqlstate() == "53100")
        return {503, "storage_full", "The database has no room left for this", {}, {}};
    return {group == "53" ? 503 : 500, "statement", "Database operation failed", {}, {}};
}

} // namespace detail

/// The one mapping of weir's errors to HTTP (design 4).
[[nodiscard]] inline problem problem_of(const error& failed) {
    // Whoever repeats such a write unseen may do it twice.
    if (failed.outcome_unknown()) {
        const bool is_late = failed.kind() == error_kind::timeout;
        return {
            is_late ? 504 : 503,
            "outcome_unknown",
            "The write may have happened: look before sending it again",
            {},
            {}
        };
    }
    switch (failed.kind()) {
    case error_kind::validation: {
        const bool by_database = !failed.sqlstate().empty();
        auto made = by_database ? invalid({}) : invalid({}, failed.what());
        if (const auto* found = dynamic_cast<const validation_error*>(&failed)) {
            made.errors = found->broken();
            made.expected = found->expected();
        }
        // What a database finds is about the values of a write.
        if (by_database)
            for (auto& each : made.errors)
                each.loc.emplace(each.loc.begin(), std::in_place_type<std::string>, "body");
        return made;
    }
    case error_kind::authentication:
        // With words of a server it is our own credentials that failed, not the caller's.
        if (!failed.sqlstate().empty() || !failed.server_text().empty())
            return {503, "authentication", "Database operation failed", {}, {}};
        return {401, "authentication", failed.what(), {}, {}};
    case error_kind::permission:
        return {403, "permission", failed.what(), {}, {}};
    case error_kind::not_found:
        return {404, "not_found", failed.what(), {}, {}};
    case error_kind::conflict:
        // The same words whichever backend noticed: names of constraints are the log's.
        if (failed.sqlstate() == "23505")
            return {409, "conflict", "Another row has this key or unique value already", {}, {}};
        return {409, "conflict", failed.what(), {}, {}};
    case error_kind::precondition:
        return {412, "precondition", failed.what(), {}, {}};
    case error_kind::statement:
        return detail::problem_of_statement(failed);
    case error_kind::connection:
        return {503, "connection", "Database operation failed", {}, {}};
    case error_kind::timeout:
        return {504, "timeout", "Database operation failed", {}, {}};
    case error_kind::decode:
        return {500, "decode", "Internal server error", {}, {}};
    case error_kind::configuration:
        return {500, "configuration", "Internal server error", {}, {}};
    }
    return {};
}

/// The same for anything thrown; what is not weir's is internal.
[[nodiscard]] inline problem problem_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const error& failed) {
        return problem_of(failed);
    } catch (const told_failure& failed) {
        return failed.told();
    } catch (...) {
        return {};
    }
}

namespace detail {

inline void append_errors(std::string& out, const violations& errors) {
    out += "\"errors\":[";
    for (std::size_t at = 0; at < errors.size(); ++at) {
        out += at == 0 ? "{\"type\":" : ",{\"type\":";
        json::append_json_string(out, errors[at].type);
        out += ",\"loc\":[";
        for (std::size_t step = 0; step < errors[at].loc.size(); ++step) {
            if (step != 0)
                out.push_back(',');
            if (const auto* name = std::get_if<std::string>(&errors[at].loc[step])) {
                json::append_json_string(out, *name);
            } else {
                out += std::to_string(std::get<std::size_t>(errors[at].loc[step]));
            }
        }
        out += "],\"msg\":";
        json::append_json_string(out, errors[at].msg);
        out.push_back('}');
    }
    out.push_back(']');
}

inline void append_expected(std::string& out, const std::vector<expected_column>& expected) {
    out += "\"expected_schema\":[";
    for (std::size_t at = 0; at < expected.size(); ++at) {
        out += at == 0 ? "{\"name\":" : ",{\"name\":";
        json::append_json_string(out, expected[at].name);
        out += ",\"type\":";
        json::append_json_string(out, expected[at].type);
        out += expected[at].nullable ? ",\"nullable\":true}" : ",\"nullable\":false}";
    }
    out.push_back(']');
}

} // namespace detail

/// The body of every error: what the seed's clients know, and RFC 9457.
[[nodiscard]] inline std::string problem_body(const problem& told, std::string_view request_id) {
    std::string out = "{\"error\":true,\"message\":";
    json::append_json_string(out, told.message);
    out += ",\"details\":{";
    detail::append_errors(out, told.errors);
    if (!told.expected.empty()) {
        out.push_back(',');
        detail::append_expected(out, told.expected);
    }
    if (told.database) {
        out += ",\"type\":";
        json::append_json_string(out, told.database->type);
        out += ",\"info\":";
        json::append_json_string(out, told.database->info);
    }
    out += "},\"type\":\"about:blank\",\"title\":";
    json::append_json_string(out, reason_phrase(told.status));
    out += ",\"status\":" + std::to_string(told.status) + ",\"code\":";
    json::append_json_string(out, told.code);
    out += ",\"request_id\":";
    json::append_json_string(out, request_id);
    out.push_back('}');
    return out;
}

/// A problem as a response, with the fields its status calls for and the request id.
[[nodiscard]] inline response problem_response(const problem& told, std::string_view request_id) {
    auto made = json_response(told.status, problem_body(told, request_id));
    made.headers.add("X-Request-ID", request_id);
    if (told.status == 503 && told.code != "outcome_unknown")
        made.headers.add("Retry-After", "1");
    // RFC 9110 15.5.16: what would have been taken.
    if (told.status == 415 && told.code == "unsupported_content_coding")
        made.headers.add("Accept-Encoding", "identity");
    else if (told.status == 415)
        made.headers.add("Accept", "application/json");
    if (told.status == 401)
        made.headers.add("WWW-Authenticate", "Bearer");
    return made;
}

} // namespace weir::http
