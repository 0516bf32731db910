// SPDX-License-Identifier: Apache-2.0
// What the platform said when it refused a call, in any of the shapes it says it in. Costs
// json/reader.hpp.
#pragma once

#include <weir/core/secret.hpp>
#include <weir/workspace/json_object.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

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

/// Takes a token out of what an answer said: some gateways repeat what they were sent.
inline void hide(std::string& text, const secret& token) {
    if (token.empty())
        return;
    for (auto at = text.find(token.reveal()); at != std::string::npos;
         at = text.find(token.reveal(), at))
        text.replace(at, token.reveal().size(), "***");
}

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

} // namespace weir::workspace
