// SPDX-License-Identifier: Apache-2.0
#include "identities.hpp"

#include <weir/core/binary.hpp>
#include <weir/core/uuid.hpp>

#include <span>

#include "json.hpp"

namespace local_workspace {

namespace {

void append_part(std::string& out, std::string_view text) {
    weir::append_base64url(out, std::as_bytes(std::span{text.data(), text.size()}));
}

} // namespace

std::string make_id() {
    std::string out;
    weir::append_uuid(out, weir::uuid::random());
    return out;
}

std::string make_jwt(std::string_view subject, std::int64_t expires) {
    std::string out;
    append_part(out, R"({"alg":"RS256","typ":"JWT"})");
    out.push_back('.');
    json_object claims;
    claims.add("sub", subject).add("exp", expires).add("jti", make_id());
    append_part(out, claims.text());
    out.push_back('.');
    // Real tokens are over 1 KB: clients must not cut them.
    std::string signature;
    while (signature.size() < 900)
        signature += make_id();
    append_part(out, signature);
    return out;
}

void identities::add_token(const std::string& token, const std::string& user_name) {
    const std::lock_guard lock{mutex_};
    tokens_[token] = user_name;
}

void identities::add_client(const std::string& client_id, const std::string& secret) {
    const std::lock_guard lock{mutex_};
    clients_[client_id] = secret;
}

void identities::set_token_life(std::int64_t seconds) {
    const std::lock_guard lock{mutex_};
    token_life_ = seconds;
}

std::optional<oauth_token> identities::issue(std::string_view client_id, std::string_view secret) {
    const std::lock_guard lock{mutex_};
    const auto found = clients_.find(client_id);
    if (found == clients_.end() || found->second != secret)
        return std::nullopt;
    const auto now = clock_->now_ms();
    std::erase_if(issued_, [&](const auto& each) { return each.second.expires_ms <= now; });
    const auto expires = now + token_life_ * 1000;
    oauth_token made{make_jwt(client_id, expires / 1000), token_life_};
    issued_[made.access_token] = {std::string{client_id}, expires};
    return made;
}

std::optional<identity> identities::find(std::string_view token) const {
    const std::lock_guard lock{mutex_};
    if (const auto personal = tokens_.find(token); personal != tokens_.end())
        return identity{personal->second, personal->second, false};
    const auto found = issued_.find(token);
    if (found == issued_.end() || found->second.expires_ms <= clock_->now_ms())
        return std::nullopt;
    return identity{found->second.client_id, found->second.client_id, true};
}

void identities::expire_all() {
    const std::lock_guard lock{mutex_};
    issued_.clear();
}

} // namespace local_workspace
