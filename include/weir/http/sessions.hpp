// SPDX-License-Identifier: Apache-2.0
// Where routes get their sessions: one per request, for its caller or for nobody. Costs
// <functional>.
#pragma once

#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/http/stream_places.hpp>

#include <cstddef>
#include <functional>
#include <utility>

namespace weir::http {

/// Makes sessions on one backend. Copies share the backend.
/// Threads: safe, as the pool or database behind it is.
class sessions {
public:
    /// Streamed answers at once, on one backend; well below the connections of a pool (15).
    static constexpr std::size_t usual_streams = 4;

    sessions(
        std::function<any_session()> for_nobody,
        std::function<any_caller_session(const caller&)> for_caller,
        std::size_t streams = usual_streams
    )
        : for_nobody_(std::move(for_nobody)), for_caller_(std::move(for_caller)),
          streams_(streams) {}

    [[nodiscard]] any_session for_nobody() const { return for_nobody_(); }

    [[nodiscard]] any_caller_session for_caller(const caller& who) const {
        return for_caller_(who);
    }

    /// What a streamed answer needs besides a session.
    [[nodiscard]] const stream_places& streams() const noexcept { return streams_; }

private:
    std::function<any_session()> for_nobody_;
    std::function<any_caller_session(const caller&)> for_caller_;
    stream_places streams_;
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
