// SPDX-License-Identifier: Apache-2.0
// Where routes get their sessions: one per request, for its caller or for nobody. Costs
// <functional>.
#pragma once

#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/statement_trace.hpp>
#include <weir/http/request.hpp>
#include <weir/http/stream_places.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>

namespace weir::http {

/// What a session is opened for. Lifetime: read before the session is there.
struct session_purpose {
    /// nullptr: for no table in particular.
    const table* of = nullptr;
    std::string_view request_id{};
    /// request::traceparent.
    std::string_view traceparent{};
    /// Cancels what the session executes: request::client_left.
    std::stop_token cancelled_by{};
    /// What the session's statements are added to: request::trace.
    std::shared_ptr<statement_trace> trace{};
    /// request::deferral.
    std::shared_ptr<statement_deferral> deferral{};
};

/// Sessions for a request. Lifetime: the request, until the session is there.
[[nodiscard]] inline session_purpose purpose_of(const request& asked, const table* of = nullptr) {
    return {
        of, asked.request_id, asked.traceparent, asked.client_left, asked.trace, asked.deferral
    };
}

/// Makes sessions on one backend. Copies share the backend.
/// Threads: safe, as the pool or database behind it is.
class sessions {
public:
    /// Streamed answers at once, on one backend; well below the connections of a pool (15).
    static constexpr std::size_t usual_streams = 4;

    using maker_for_nobody = std::function<any_session(const session_purpose&)>;
    using maker_for_caller =
        std::function<any_caller_session(const caller&, const session_purpose&)>;

    sessions(
        maker_for_nobody for_nobody,
        maker_for_caller for_caller,
        std::size_t streams = usual_streams
    )
        : for_nobody_(std::move(for_nobody)), for_caller_(std::move(for_caller)),
          streams_(streams) {}

    /// For backends to which it is all one what a session is for.
    sessions(
        std::function<any_session()> for_nobody,
        std::function<any_caller_session(const caller&)> for_caller,
        std::size_t streams = usual_streams
    )
        : sessions(
              [make = std::move(for_nobody)](const session_purpose&) { return make(); },
              [make = std::move(for_caller)](const caller& who, const session_purpose&) {
                  return make(who);
              },
              streams
          ) {}

    [[nodiscard]] any_session for_nobody(const session_purpose& purpose = {}) const {
        auto made = for_nobody_(purpose);
        made.cancel_when(purpose.cancelled_by);
        made.trace_to(purpose.trace);
        return made;
    }

    /// Errors: authentication_error where the table is read as the calling user, who has no token.
    [[nodiscard]] any_caller_session
    for_caller(const caller& who, const session_purpose& purpose = {}) const {
        auto made = for_caller_(who, purpose);
        made.cancel_when(purpose.cancelled_by);
        made.trace_to(purpose.trace);
        return made;
    }

    /// Where reads of single rows go to the backend together: tells whether that is near
    /// (router::answer_jointly). Empty: each goes by itself.
    [[nodiscard]] const std::function<bool()>& shared_reads() const noexcept { return are_near_; }

    void share_reads(std::function<bool()> are_near) { are_near_ = std::move(are_near); }

    /// What a streamed answer needs besides a session.
    [[nodiscard]] const stream_places& streams() const noexcept { return streams_; }

private:
    maker_for_nobody for_nobody_;
    maker_for_caller for_caller_;
    stream_places streams_;
    std::function<bool()> are_near_{};
};

/// Sessions of a Lakebase pool or an embedded database; `service` is the actor where there is no
/// caller. Lifetime: `backend` must outlive every copy.
template <class Backend>
[[nodiscard]] sessions sessions_of(Backend& backend, nobody service = {}) {
    sessions made{
        [&backend, service = std::move(service)] { return any_session{backend.session(service)}; },
        [&backend](const caller& who) { return any_caller_session{backend.session(who)}; },
    };
    if constexpr (requires { backend.is_near(); })
        made.share_reads([&backend] { return backend.is_near(); });
    return made;
}

} // namespace weir::http
