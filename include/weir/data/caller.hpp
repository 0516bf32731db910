// SPDX-License-Identifier: Apache-2.0
// Who a session works for. Light: secret, string, vector.
#pragma once

#include <weir/core/secret.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The person or service a request came from (design 6).
struct caller {
    /// The platform's user id; owner columns hold it. Never empty.
    std::string id;
    std::string email{};
    std::string name{};
    std::string address{};
    /// Groups, for `read_all` and `purge`; filled by the application's resolver.
    std::vector<std::string> groups{};
    /// The user's own token, where the platform passes it on: statements on tables with `run_as`
    /// act with it. For one request; never kept, never logged.
    secret token{};

    /// Whom the audit columns name: the e-mail, else the id.
    [[nodiscard]] std::string_view actor() const noexcept { return email.empty() ? id : email; }
};

/// Nobody in particular: background work, or a request without identity. `actor` is the service's
/// own name.
struct nobody {
    std::string name = "weir";

    [[nodiscard]] std::string_view actor() const noexcept { return name; }
};

} // namespace weir
