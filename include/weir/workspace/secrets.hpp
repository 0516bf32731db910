// SPDX-License-Identifier: Apache-2.0
// Secrets of a workspace. Costs client.hpp.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/target.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

/// The value of a secret.
///
/// Errors: not_found_error for an unknown scope or key, else as client::send(), and decode_error.
[[nodiscard]] inline secret read_secret(
    client& at, std::string_view scope, std::string_view key, const call_options& with = {}
) {
    auto path = target{"/api/2.0/secrets/get"}.query("key", key).query("scope", scope).take();
    std::string encoded;
    bool has_value = false;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "secret",
        [&](const std::string& name, json::reader& in) {
            if (name == "value") {
                has_value = true;
                take(in, encoded);
            } else {
                in.skip_value();
            }
        }
    );
    std::vector<std::byte> bytes;
    if (!has_value || !parse_base64(encoded, bytes))
        throw decode_error{"secret: the answer has no value in base64"};
    const secret wiped{std::move(encoded)};
    std::string text;
    text.reserve(bytes.size());
    for (const auto each : bytes)
        text.push_back(static_cast<char>(each));
    return secret{std::move(text)};
}

} // namespace weir::workspace
