// SPDX-License-Identifier: Apache-2.0
// The groups of a caller, for `read_all` and `purge`: from a header, or from a claim of the user's
// token. Costs json/reader.hpp.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/secret.hpp>
#include <weir/http/headers.hpp>
#include <weir/json/reader.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http {

/// Where the groups of a caller are told; both empty: nowhere, and callers are in no group.
struct group_source {
    /// A header whose value lists them, separated by commas.
    std::string header{};
    /// A member of the user's token (X-Forwarded-Access-Token, a JWT) that is a list of texts, or
    /// one text.
    std::string claim{};
};

/// The groups a header lists. A header that is sent twice says nothing: one of the two may be the
/// client's own.
[[nodiscard]] inline std::vector<std::string>
groups_of_header(const headers& sent, std::string_view name) {
    std::vector<std::string> groups;
    if (sent.count(name) == 1)
        for_each_item(*sent.find(name), [&](std::string_view group) {
            groups.emplace_back(group);
        });
    return groups;
}

/// The groups a token claims; none where it is no JWT or has no such claim. Its signature is not
/// checked: only for a token that a trusted proxy has put there.
[[nodiscard]] inline std::vector<std::string>
groups_of_token(const secret& token, std::string_view claim) {
    const std::string_view text{token.reveal()};
    const auto first = text.find('.');
    const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
    std::vector<std::byte> bytes;
    if (second == std::string_view::npos ||
        !parse_base64url(text.substr(first + 1, second - first - 1), bytes))
        return {};
    std::string payload(bytes.size(), '\0');
    std::transform(bytes.begin(), bytes.end(), payload.begin(), [](std::byte each) {
        return static_cast<char>(each);
    });
    std::vector<std::string> groups;
    json::reader in{payload, json::reader::most_depth};
    const auto read_group = [&] {
        std::string_view group;
        if (in.peek() != json::token::string)
            return in.skip_value();
        if (!in.read_string(group))
            return false;
        groups.emplace_back(group);
        return true;
    };
    std::string_view name;
    if (in.peek() != json::token::object || !in.enter_object())
        return {};
    while (in.next_member(name)) {
        if (name != claim) {
            in.skip_value();
        } else if (in.peek() != json::token::array) {
            read_group();
        } else if (in.enter_array()) {
            while (in.next_element() && read_group()) {
            }
        }
    }
    if (in.failed())
        return {};
    return groups;
}

} // namespace weir::http
