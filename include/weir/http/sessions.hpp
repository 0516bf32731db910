// SPDX-License-Identifier: Apache-2.0
// Where routes get their sessions: one per request, for its caller or for nobody. Costs
// <functional>.
#pragma once

#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>

#include <functional>
#include <utility>

namespace weir::http {

/// Makes sessions on one backend. Copies share the backend.
/// Threads: safe, as the pool or database behind it is.
class sessions {
public:
    sessions(
        std::function<any_session()> for_nobody,
        std::function<any_caller_session(const caller&)> for_caller
    )
        : for_nobody_(std::move(for_nobody)), for_caller_(std::move(for_caller)) {}

    [[nodiscard]] any_session for_nobody() const { return for_nobody_(); }

    [[nodiscard]] any_caller_session for_caller(const caller& who) const {
        return for_caller_(who);
    }

private:
    std::function<any_session()> for_nobody_;
    std::function<any_caller_session(const caller&)> for_caller_;
};

/// Sessions of a Lakebase pool or an embedded database; `service` is the actor where there is no
/// caller. Lifetime: `backend` must outlive every copy.
template <class Backend>
[[nodiscard]] sessions sessions_of(Backend& backend, nobody service = {}) {
    return {
        [&backend, service = std::move(service)] { return any_session{backend.session(service)}; },
        [&backend](const caller& who) { return any_caller_session{backend.session(who)}; },
    };
}

} // namespace weir::http
