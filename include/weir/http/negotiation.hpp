// SPDX-License-Identifier: Apache-2.0
// What a client accepts and sends, by its headers; what it prefers is in preferences.hpp. Light.
#pragma once

#include <weir/http/accept.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/preferences.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace weir::http {

/// Whether the body says it is JSON, in UTF-8 where it names a character set.
[[nodiscard]] inline bool sends_json(const headers& sent) {
    const auto type = sent.find("Content-Type");
    if (!type || sent.count("Content-Type") != 1)
        return false;
    const auto end = type->find(';');
    if (!equals_ignoring_case(trimmed(type->substr(0, end)), "application/json"))
        return false;
    auto parameters = end == std::string_view::npos ? std::string_view{} : type->substr(end + 1);
    while (!parameters.empty()) {
        const auto next = parameters.find(';');
        const auto parameter = trimmed(parameters.substr(0, next));
        parameters =
            next == std::string_view::npos ? std::string_view{} : parameters.substr(next + 1);
        if (parameter.size() < 8 || !equals_ignoring_case(parameter.substr(0, 8), "charset="))
            continue;
        const auto charset = parameter.substr(8);
        return equals_ignoring_case(charset, "utf-8") || equals_ignoring_case(charset, "\"utf-8\"");
    }
    return true;
}

/// Refuses what a route cannot serve: 406 for the answer's form, 415 for the body's.
[[nodiscard]] inline std::optional<problem>
check_media(const request& asked, bool takes_body, std::span<const media> offered = only_json) {
    if (!choose_media(asked.headers, offered))
        return problem{406, "not_acceptable", media_text(offered), {}, {}};
    if (takes_body && !sends_json(asked.headers))
        return problem{415, "unsupported_media_type", "Send application/json", {}, {}};
    return std::nullopt;
}

} // namespace weir::http
