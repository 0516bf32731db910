// SPDX-License-Identifier: Apache-2.0
// Who a request comes from, by the platform's headers and the trust rule of design 6. Pure. Costs
// caller_groups.hpp.
#pragma once

#include <weir/core/secret.hpp>
#include <weir/core/utf8.hpp>
#include <weir/data/caller.hpp>
#include <weir/http/caller_groups.hpp>
#include <weir/http/headers.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

/// Whom to believe.
struct trust_settings {
    /// Believe the `X-Forwarded-*` headers: only where a proxy sets them and nobody else can reach
    /// the port.
    bool trusted = false;
    /// Without trust: the caller of every request (development); empty: nobody.
    std::string local_user{};
    /// Where a trusted request tells the caller's groups.
    group_source groups{};
};

namespace detail {

/// The one value of an identity header: absent when it is missing, sent twice, too long, or not
/// plain text.
[[nodiscard]] inline std::optional<std::string>
identity_header(const headers& sent, std::string_view name) {
    constexpr std::size_t longest =
        255; // characters of a user id or an e-mail address that a column holds
    if (sent.count(name) != 1)
        return std::nullopt;
    const auto value = trimmed(*sent.find(name));
    const bool plain = std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (value.empty() || value.size() > longest || !plain || !is_valid_utf8(value))
        return std::nullopt;
    return std::string{value};
}

/// The user's token; empty where it is missing, sent twice, or none that could be passed on.
[[nodiscard]] inline secret token_header(const headers& sent) {
    constexpr std::string_view name = "X-Forwarded-Access-Token";
    constexpr std::size_t longest = std::size_t{16} * 1024;
    if (sent.count(name) != 1)
        return {};
    const auto value = trimmed(*sent.find(name));
    const bool plain =
        std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    return plain && value.size() <= longest ? secret{std::string{value}} : secret{};
}

} // namespace detail

/// Where a request comes from: what the proxy says where it is trusted, else the connection's peer.
[[nodiscard]] inline std::string
client_address(const headers& sent, std::string_view remote_address, bool trusted) {
    if (trusted)
        if (auto told = detail::identity_header(sent, "X-Real-Ip"))
            return std::move(*told);
    return std::string{remote_address};
}

/// The caller of a request; absent: nobody. An identity header that is sent twice or is not plain
/// text makes the caller nobody rather than somebody else.
[[nodiscard]] inline std::optional<caller>
identify(const headers& sent, std::string_view remote_address, const trust_settings& trust) {
    if (!trust.trusted) {
        if (trust.local_user.empty())
            return std::nullopt;
        return caller{
            .id = trust.local_user,
            .email = {},
            .name = {},
            .address = std::string{remote_address},
            .groups = {},
            .token = {},
        };
    }
    auto id = detail::identity_header(sent, "X-Forwarded-User");
    if (!id)
        return std::nullopt;
    caller who{
        .id = std::move(*id),
        .email = detail::identity_header(sent, "X-Forwarded-Email").value_or(""),
        .name = detail::identity_header(sent, "X-Forwarded-Preferred-Username").value_or(""),
        .address = client_address(sent, remote_address, true),
        .groups = {},
        .token = detail::token_header(sent),
    };
    if (!trust.groups.header.empty())
        who.groups = groups_of_header(sent, trust.groups.header);
    if (!trust.groups.claim.empty()) {
        auto claimed = groups_of_token(who.token, trust.groups.claim);
        who.groups.insert(who.groups.end(), claimed.begin(), claimed.end());
    }
    return who;
}

} // namespace weir::http
