// SPDX-License-Identifier: Apache-2.0
// Who may use the workspace: people with personal access tokens, service principals with secrets,
// and the OAuth tokens these were given.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "clock.hpp"

namespace local_workspace {

struct identity {
    /// An e-mail address, or a service principal's client id: the PostgreSQL role too.
    std::string user_name{};
    std::string display_name{};
    bool is_service_principal = false;
};

struct oauth_token {
    std::string access_token{};
    std::int64_t expires_in = 0;
};

/// Threads: may be shared.
class identities {
public:
    explicit identities(const workspace_clock& clock) : clock_(&clock) {}

    void add_token(const std::string& token, const std::string& user_name);
    void add_client(const std::string& client_id, const std::string& secret);

    /// Seconds that OAuth tokens live from now on.
    void set_token_life(std::int64_t seconds);

    /// A token for a service principal; absent when the secret is wrong.
    [[nodiscard]] std::optional<oauth_token>
    issue(std::string_view client_id, std::string_view secret);

    /// Whose token it is; absent when it is unknown or has expired.
    [[nodiscard]] std::optional<identity> find(std::string_view token) const;

    /// Makes every OAuth token given so far invalid.
    void expire_all();

private:
    struct issued {
        std::string client_id;
        std::int64_t expires_ms = 0;
    };

    const workspace_clock* clock_;
    mutable std::mutex mutex_;
    std::int64_t token_life_ = 3600;
    std::map<std::string, std::string, std::less<>> tokens_;
    std::map<std::string, std::string, std::less<>> clients_;
    std::map<std::string, issued, std::less<>> issued_;
};

/// A signed-looking token that says whose it is and until when; only the workspace that made it
/// knows it.
[[nodiscard]] std::string make_jwt(std::string_view subject, std::int64_t expires);

/// A random text of letters and digits in the form of a UUID.
[[nodiscard]] std::string make_id();

} // namespace local_workspace
