// SPDX-License-Identifier: Apache-2.0
// How to reach a workspace and as whom: from code, the environment and profiles, in this order.
// Costs <fstream>, <functional>, <map>.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/workspace/host.hpp>
#include <weir/workspace/profile_file.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weir::workspace {

/// Answers the value of an environment variable; absent or empty: unset.
using lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// A workspace and the credentials for it. An attribute is unset while it is empty.
struct config {
    std::string host{};
    secret token{};
    std::string client_id{};
    secret client_secret{};
    std::string username{};
    secret password{};
    /// `pat` or `oauth-m2m`; from() chooses one where it is empty.
    std::string auth_type{};
    std::string profile{};
    std::string config_file{};
    std::string account_id{};
    std::string workspace_id{};
    std::string warehouse_id{};
    /// Overrides where the token endpoint is asked for.
    std::string discovery_url{};
    /// Certificates to trust instead of the system's, a PEM file; for private gateways and tests.
    std::string ca_file{};
    /// True: certificates are not checked. Anybody between can then read every token.
    bool skip_verify = false;
    /// How long an answer may stay silent.
    std::chrono::seconds http_timeout{60};
    /// How long a call is tried again, all in all.
    std::chrono::seconds retry_timeout{300};

    /// `given` completed from the environment and then from the profile file, checked, with its
    /// auth type chosen. Source: databricks.md 1.1 to 1.4. `home` is what `~` stands for.
    ///
    /// Errors: configuration_error when a named profile does not exist, a value cannot be read, no
    /// host is known, more than one way to authenticate is configured, or none.
    [[nodiscard]] static config
    from(const lookup& environment, std::string_view home, config given);

    [[nodiscard]] static config from(const lookup& environment, std::string_view home);
};

namespace detail {

/// An attribute by its key in profiles, its variable, the way to authenticate it belongs to, and
/// the member that keeps it.
struct attribute {
    std::string_view key;
    std::string_view variable;
    std::string_view group{};
    std::string config::* text = nullptr;
    secret config::* hidden = nullptr;
};

inline const std::array<attribute, 13>& attributes() {
    static const std::array<attribute, 13> all{{
        {"host", "DATABRICKS_HOST", "", &config::host},
        {"token", "DATABRICKS_TOKEN", "pat", nullptr, &config::token},
        {"client_id", "DATABRICKS_CLIENT_ID", "oauth", &config::client_id},
        {"client_secret", "DATABRICKS_CLIENT_SECRET", "oauth", nullptr, &config::client_secret},
        {"username", "DATABRICKS_USERNAME", "basic", &config::username},
        {"password", "DATABRICKS_PASSWORD", "basic", nullptr, &config::password},
        {"auth_type", "DATABRICKS_AUTH_TYPE", "", &config::auth_type},
        {"profile", "DATABRICKS_CONFIG_PROFILE", "", &config::profile},
        {"config_file", "DATABRICKS_CONFIG_FILE", "", &config::config_file},
        {"account_id", "DATABRICKS_ACCOUNT_ID", "", &config::account_id},
        {"workspace_id", "DATABRICKS_WORKSPACE_ID", "", &config::workspace_id},
        {"warehouse_id", "DATABRICKS_WAREHOUSE_ID", "", &config::warehouse_id},
        {"discovery_url", "DATABRICKS_DISCOVERY_URL", "", &config::discovery_url},
    }};
    return all;
}

[[nodiscard]] inline bool is_set(const config& of, const attribute& which) {
    return which.text != nullptr ? !(of.*which.text).empty() : !(of.*which.hidden).empty();
}

// Keeps what is set already: the earlier source wins.
inline void fill(config& of, const attribute& which, std::string_view value) {
    if (value.empty() || is_set(of, which))
        return;
    if (which.text != nullptr) {
        of.*which.text = value;
    } else {
        of.*which.hidden = secret{value};
    }
}

inline void fill_seconds(std::chrono::seconds& out, const profile& from, std::string_view key) {
    const auto found = from.find(key);
    if (found == from.end())
        return;
    const auto& text = found->second;
    int seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || seconds <= 0)
        throw configuration_error{std::string{key} + ": expected a number of seconds"};
    out = std::chrono::seconds{seconds};
}

// Skipped entirely where no profile is named and code or environment say enough, as inside an App.
[[nodiscard]] inline bool needs_profile(const config& of) {
    if (!of.profile.empty())
        return true;
    return std::none_of(attributes().begin(), attributes().end(), [&](const attribute& each) {
        return (each.key == "host" || !each.group.empty()) && is_set(of, each);
    });
}

inline void fill_from_profile(config& of, std::string_view home) {
    std::string path = of.config_file.empty() ? std::string{"~/.databrickscfg"} : of.config_file;
    if (path == "~" || path.starts_with("~/"))
        path.replace(0, 1, home);
    const auto file = profile_file::read(path);
    const auto* chosen = file.choose(of.profile);
    if (chosen == nullptr)
        return;
    for (const auto& each : attributes())
        if (const auto found = chosen->find(each.key); found != chosen->end())
            fill(of, each, found->second);
    if (const auto found = chosen->find(std::string_view{"skip_verify"}); found != chosen->end())
        of.skip_verify = of.skip_verify || found->second == "true";
    fill_seconds(of.http_timeout, *chosen, "http_timeout_seconds");
    fill_seconds(of.retry_timeout, *chosen, "retry_timeout_seconds");
}

[[nodiscard]] inline std::vector<std::string_view> ways_configured(const config& of) {
    std::vector<std::string_view> ways;
    for (const auto& each : attributes())
        if (!each.group.empty() && is_set(of, each) &&
            std::find(ways.begin(), ways.end(), each.group) == ways.end())
            ways.push_back(each.group);
    std::sort(ways.begin(), ways.end());
    return ways;
}

inline void require_attributes(const config& of) {
    const auto missing = [&](std::string_view name) {
        throw configuration_error{
            of.auth_type + ": " + std::string{name} + " is missing, by code, environment or profile"
        };
    };
    if (of.auth_type == "pat" && of.token.empty())
        missing("DATABRICKS_TOKEN (token)");
    if (of.auth_type == "oauth-m2m" && of.client_id.empty())
        missing("DATABRICKS_CLIENT_ID (client_id)");
    if (of.auth_type == "oauth-m2m" && of.client_secret.empty())
        missing("DATABRICKS_CLIENT_SECRET (client_secret)");
}

// Order of databricks.md 1.3, of which weir knows two.
inline void choose_auth_type(config& of) {
    if (of.auth_type.empty()) {
        const auto ways = ways_configured(of);
        if (ways.size() > 1) {
            std::string message = "validate: more than one authorization method configured: ";
            for (const auto way : ways)
                message.append(way == ways.front() ? "" : " and ").append(way);
            throw configuration_error{message};
        }
        if (!of.token.empty()) {
            of.auth_type = "pat";
        } else if (!of.client_id.empty() && !of.client_secret.empty()) {
            of.auth_type = "oauth-m2m";
        } else {
            throw configuration_error{
                "cannot configure default credentials, please check "
                "https://docs.databricks.com/en/dev-tools/auth.html: set DATABRICKS_TOKEN, or "
                "DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET"
            };
        }
    } else if (of.auth_type != "pat" && of.auth_type != "oauth-m2m") {
        throw configuration_error{
            "DATABRICKS_AUTH_TYPE (auth_type): expected pat or oauth-m2m, the ways weir knows"
        };
    }
    require_attributes(of);
}

} // namespace detail

inline config config::from(const lookup& environment, std::string_view home, config given) {
    for (const auto& each : detail::attributes())
        if (const auto found = environment(each.variable))
            detail::fill(given, each, *found);
    if (detail::needs_profile(given))
        detail::fill_from_profile(given, home);
    if (given.host.empty())
        throw configuration_error{
            "No workspace: set DATABRICKS_HOST, or host in a profile of ~/.databrickscfg"
        };
    const auto address = parse_host(given.host);
    given.host = address.origin;
    if (given.workspace_id.empty())
        given.workspace_id = address.workspace_id;
    if (given.account_id.empty())
        given.account_id = address.account_id;
    detail::choose_auth_type(given);
    return given;
}

inline config config::from(const lookup& environment, std::string_view home) {
    return from(environment, home, {});
}

/// The attributes that are set, for logs and error pages: `host=https://…, token=***`.
[[nodiscard]] inline std::string describe(const config& of) {
    std::string text;
    for (const auto& each : detail::attributes()) {
        if (!detail::is_set(of, each))
            continue;
        text.append(text.empty() ? "" : ", ").append(each.key).append("=");
        text.append(each.text != nullptr ? std::string_view{of.*each.text} : "***");
    }
    return text;
}

} // namespace weir::workspace
