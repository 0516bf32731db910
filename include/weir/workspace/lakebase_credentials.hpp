// SPDX-License-Identifier: Apache-2.0
// Passwords for Lakebase: minted for a database instance or an endpoint, good for an hour, checked
// when a connection logs in. Costs client.hpp.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/core/time.hpp>
#include <weir/core/time_text.hpp>
#include <weir/core/uuid.hpp>
#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/object_writer.hpp>
#include <weir/workspace/retry.hpp>
#include <weir/workspace/token_cache.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct lakebase_credential {
    secret password{};
    timestamp expires{};
    /// How long it was good when it came, by the platform's clock where the answer tells that time.
    std::chrono::milliseconds life{};
};

namespace detail {

// Minting twice does no harm: both passwords are good.
[[nodiscard]] inline lakebase_credential mint(
    client& at, std::string path, std::string body, std::string_view what, const call_options& with
) {
    auto asked = make_call("POST", std::move(path), with);
    asked.body = std::move(body);
    asked.retries_when_ambiguous = true;
    lakebase_credential found;
    std::string expires;
    const auto got = at.send(asked);
    read_answer(got, what, [&](const std::string& name, json::reader& in) {
        if (name == "token") {
            std::string text;
            take(in, text);
            found.password = secret{std::move(text)};
        } else if (name == "expiration_time" || name == "expire_time") {
            take(in, expires);
        } else {
            in.skip_value();
        }
    });
    if (found.password.empty() || !parse_rfc3339(expires, found.expires))
        throw decode_error{std::string{what} + ": the answer has no token with its expiry"};
    // A machine whose clock is wrong would else mint for every connection, or use dead passwords.
    const auto told = parse_http_date(got.fields.find("Date").value_or(""));
    // In milliseconds: a far expiry overflows the system clock's nanoseconds.
    using std::chrono::milliseconds;
    const milliseconds came{
        told ? std::chrono::duration_cast<milliseconds>(told->time_since_epoch()).count()
             : now().microseconds / 1000
    };
    found.life = milliseconds{found.expires.microseconds / 1000} - came;
    return found;
}

[[nodiscard]] inline fresh_token as_token(lakebase_credential minted) {
    return {std::move(minted.password), minted.life};
}

} // namespace detail

/// A password for database instances (Lakebase Provisioned), for the role of whoever asks.
///
/// Errors: not_found_error for an unknown instance, else as client::send(), and decode_error.
[[nodiscard]] inline lakebase_credential mint_instance_credential(
    client& at, const std::vector<std::string>& instances, const call_options& with = {}
) {
    std::string request_id;
    append_uuid(request_id, uuid::random());
    object_writer body;
    body.text("request_id", request_id).texts_if("instance_names", instances);
    return detail::mint(
        at, "/api/2.0/database/credentials", body.take(), "credential of database instances", with
    );
}

/// A password for an endpoint (Lakebase Autoscaling), named
/// `projects/P/branches/B/endpoints/E`, for the role of whoever asks. `life` is 5 to 60 minutes;
/// zero: the platform's default, an hour.
///
/// Errors: as mint_instance_credential().
[[nodiscard]] inline lakebase_credential mint_endpoint_credential(
    client& at,
    std::string_view endpoint,
    std::chrono::seconds life = {},
    const call_options& with = {}
) {
    object_writer body;
    body.text("endpoint", endpoint);
    if (life.count() > 0)
        body.text("ttl", std::to_string(life.count()) + "s");
    return detail::mint(
        at, "/api/2.0/postgres/credentials", body.take(), "credential of an endpoint", with
    );
}

/// Passwords of one instance for a token_cache. Lifetime: the client outlives the source.
[[nodiscard]] inline token_source instance_passwords(client& at, std::string instance) {
    return [&at, instance = std::move(instance)](deadline until) {
        return detail::as_token(mint_instance_credential(at, {instance}, {.until = until}));
    };
}

/// Passwords of one endpoint for a token_cache. Lifetime: the client outlives the source.
[[nodiscard]] inline token_source endpoint_passwords(client& at, std::string endpoint) {
    return [&at, endpoint = std::move(endpoint)](deadline until) {
        return detail::as_token(mint_endpoint_credential(at, endpoint, {}, {.until = until}));
    };
}

} // namespace weir::workspace
