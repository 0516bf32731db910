// SPDX-License-Identifier: Apache-2.0
// The address of a workspace, however people paste it. Light: string.
#pragma once

#include <weir/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::workspace {

/// A workspace's address and what its pasted URL told beside it.
struct host_address {
    /// `https://name` or with `:port`; no path, no slash at the end.
    std::string origin{};
    std::string workspace_id{};
    std::string account_id{};
};

namespace detail {

[[nodiscard]] inline bool is_numeric(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `w` names a workspace; `o` and `workspace_id` do where they are numbers; `a` and `account_id` an
// account.
inline void harvest(host_address& found, std::string_view query) {
    query = query.substr(0, query.find('#'));
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos)
            continue;
        const auto name = pair.substr(0, equals);
        const auto value = pair.substr(equals + 1);
        if (name == "w" || ((name == "o" || name == "workspace_id") && is_numeric(value)))
            found.workspace_id = value;
        if (name == "a" || name == "account_id")
            found.account_id = value;
    }
}

} // namespace detail

/// Reads an address: without a scheme it is https; path, query and fragment go.
/// Source: databricks.md 1.4. Plain http is taken as given, for workspaces on loopback.
///
/// Errors: configuration_error when it is no http address.
[[nodiscard]] inline host_address parse_host(std::string_view text) {
    host_address found;
    std::string_view scheme = "https://";
    const auto mark = text.find("://");
    if (mark != std::string_view::npos && mark + 1 == text.find_first_of("/?#")) {
        scheme = text.substr(0, mark + 3);
        text.remove_prefix(mark + 3);
    }
    if (const auto query = text.find('?'); query != std::string_view::npos)
        detail::harvest(found, text.substr(query + 1));
    const auto name = text.substr(0, text.find_first_of("/?#"));
    const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c < '\x7F' && c != '@' && c != '"' && c != '\\';
    });
    if ((scheme != "https://" && scheme != "http://") || name.empty() || !printable)
        throw configuration_error{"DATABRICKS_HOST (host): expected a workspace URL such as "
                                  "https://dbc-1234.cloud.databricks.com"};
    found.origin.append(scheme).append(name);
    return found;
}

/// Whether the address is the account console's, not a workspace's.
[[nodiscard]] inline bool is_account_console(std::string_view origin) noexcept {
    return origin.starts_with("https://accounts.") || origin.starts_with("https://accounts-dod.");
}

} // namespace weir::workspace
