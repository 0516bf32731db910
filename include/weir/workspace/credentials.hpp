// SPDX-License-Identifier: Apache-2.0
// The bearer token of a configuration: its personal access token, or one that its service principal
// gets by OAuth. Costs http_client.hpp.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/workspace/config.hpp>
#include <weir/workspace/failure.hpp>
#include <weir/workspace/http_client.hpp>
#include <weir/workspace/json_object.hpp>
#include <weir/workspace/refusal.hpp>
#include <weir/workspace/retry.hpp>
#include <weir/workspace/token_cache.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

namespace detail {

/// Gets access tokens for a service principal. Source: databricks.md 1.5.
class machine_login {
public:
    machine_login(config how, http_client& transport, retry_options retry)
        : how_(std::move(how)), transport_(&transport), retry_(std::move(retry)) {}

    [[nodiscard]] fresh_token operator()(deadline until) {
        const auto endpoint = token_endpoint(until);
        http_request asked{.method = "POST", .origin = endpoint.origin, .target = endpoint.target};
        asked.fields.add("Authorization", "Basic " + encoded_pair().reveal());
        asked.fields.add("Content-Type", "application/x-www-form-urlencoded");
        asked.fields.add("Accept", "application/json");
        asked.body = "grant_type=client_credentials&scope=all-apis";
        asked.until = until;
        return read_token(ask(asked, "OAuth token for " + how_.client_id, true));
    }

private:
    [[nodiscard]] secret encoded_pair() const {
        std::string pair = how_.client_id + ":" + how_.client_secret.reveal();
        std::string encoded;
        append_base64(encoded, std::as_bytes(std::span{pair}));
        const secret wiped{std::move(pair)};
        return secret{std::move(encoded)};
    }

    struct endpoint_address {
        std::string origin;
        std::string target;
    };

    // Asked for once: it does not move.
    endpoint_address token_endpoint(deadline until) {
        if (!endpoint_.empty())
            return split(endpoint_);
        if (is_account_console(how_.host)) {
            if (how_.account_id.empty())
                throw configuration_error{
                    "oauth-m2m: DATABRICKS_ACCOUNT_ID (account_id) is missing for this host"
                };
            endpoint_ = how_.host + "/oidc/accounts/" + how_.account_id + "/v1/token";
            return split(endpoint_);
        }
        const auto where = split(
            how_.discovery_url.empty() ? how_.host + "/oidc/.well-known/oauth-authorization-server"
                                       : how_.discovery_url
        );
        http_request asked{.method = "GET", .origin = where.origin, .target = where.target};
        asked.fields.add("Accept", "application/json");
        asked.until = until;
        const auto answer = ask(asked, "OAuth discovery at " + how_.host, false);
        std::string found;
        json::reader in{answer.body};
        for_each_member(in, [&](const std::string& name, json::reader& value) {
            name == "token_endpoint" ? take(value, found) : static_cast<void>(value.skip_value());
        });
        if (in.failed() || found.empty())
            throw authentication_error{
                "OAuth discovery at " + how_.host + ": the answer names no token_endpoint"
            };
        const auto address = split(found);
        if (where.origin.starts_with("https://") && !address.origin.starts_with("https://"))
            throw authentication_error{
                "OAuth discovery at " + how_.host +
                ": the token endpoint is not https, and would be sent the client's secret in clear"
            };
        endpoint_ = found;
        return address;
    }

    static endpoint_address split(const std::string& url) {
        const auto scheme = url.find("://");
        const auto path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
        if (path == std::string::npos ||
            (!url.starts_with("https://") && !url.starts_with("http://")))
            throw configuration_error{"OAuth: not a URL with a path: " + url};
        return {url.substr(0, path), url.substr(path)};
    }

    /// A 200 answer. Asking twice does no harm: both tokens are good.
    http_answer ask(const http_request& asked, const std::string& what, bool has_secret) {
        retry_pauses pauses{retry_, asked.until};
        for (;;) {
            auto answer = transport_->exchange(asked);
            if (answer.end == exchange_end::answered && answer.status == 200)
                return answer;
            const bool answered = answer.end == exchange_end::answered;
            const bool is_final = answer.end == exchange_end::not_trusted ||
                                  answer.end == exchange_end::circuit_open ||
                                  (answered && answer.status != 429 && answer.status < 500);
            std::optional<std::chrono::milliseconds> pause;
            if (!is_final) {
                const auto after = answer.fields.find("Retry-After");
                pause = pauses.next(after ? parse_retry_after(*after) : std::nullopt);
            }
            if (!pause)
                give_up(answer, what, has_secret);
            retry_.pause(*pause);
        }
    }

    [[noreturn]] void
    give_up(const http_answer& answer, const std::string& what, bool has_secret) const {
        if (answer.end != exchange_end::answered)
            throw connection_error{
                what + ": no answer" +
                    (answer.end == exchange_end::not_trusted
                         ? ", its certificate is not trusted (DATABRICKS_HOST right? ca_file?)"
                         : ""),
                {.sqlstate = {},
                 .server_text = answer.trouble,
                 .retryable = answer.end != exchange_end::not_trusted,
                 .outcome_unknown = false}
            };
        auto why = read_refusal(answer.status, answer.body);
        hide(why.message, how_.client_secret);
        hide(why.message, encoded_pair());
        // Whatever 4xx the token endpoint answers: the credentials are no good here.
        if (has_secret && answer.status / 100 == 4 && answer.status != 429)
            throw refused<authentication_error>{
                what + ": refused with " + std::to_string(answer.status) +
                    (is_plain_code(why.error_code) ? " " + why.error_code : "") +
                    " (check DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET)",
                {.sqlstate = {},
                 .server_text = why.message,
                 .retryable = false,
                 .outcome_unknown = false},
                why
            };
        const bool retryable = answer.status >= 500 || answer.status == 429;
        raise(std::move(why), what, retryable, false);
    }

    static fresh_token read_token(const http_answer& answer) {
        std::string text;
        std::int64_t seconds = 0;
        json::reader in{answer.body};
        for_each_member(in, [&](const std::string& name, json::reader& value) {
            if (name == "access_token") {
                take(value, text);
            } else if (name == "expires_in") {
                take(value, seconds);
            } else {
                value.skip_value();
            }
        });
        if (in.failed() || text.empty() || seconds <= 0)
            throw authentication_error{
                "OAuth: the token endpoint's answer has no access_token with expires_in"
            };
        return {secret{std::move(text)}, std::chrono::seconds{seconds}};
    }

    config how_;
    http_client* transport_;
    retry_options retry_;
    std::string endpoint_{};
};

} // namespace detail

/// The bearer token of a configuration. Threads: any number at once.
class credentials {
public:
    /// Requires a configuration of config::from(). Lifetime: the transport outlives this.
    credentials(
        const config& how,
        http_client& transport,
        retry_options retry = {},
        token_cache_options tokens = {}
    ) {
        if (how.auth_type == "pat") {
            fixed_ = how.token;
        } else {
            cache_ = std::make_unique<token_cache>(
                detail::machine_login{how, transport, std::move(retry)}, std::move(tokens)
            );
        }
    }

    /// A token that is good now.
    ///
    /// Errors: authentication_error when the client's secret is refused, connection_error or
    /// timeout_error when the platform gives none.
    [[nodiscard]] secret token(deadline until) { return cache_ ? cache_->get(until) : fixed_; }

    /// How often the platform was asked for a token.
    [[nodiscard]] std::uint64_t fetches() const { return cache_ ? cache_->fetches() : 0; }

    /// Tells that a token was refused. Answers whether token() may now give another.
    [[nodiscard]] bool refuse(const secret& token) {
        if (cache_)
            cache_->refuse(token);
        return cache_ != nullptr;
    }

private:
    secret fixed_{};
    std::unique_ptr<token_cache> cache_{};
};

} // namespace weir::workspace
