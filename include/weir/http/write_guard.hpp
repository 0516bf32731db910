// SPDX-License-Identifier: Apache-2.0
// What stands around every write of a table: it runs once per Idempotency-Key, and in a unit of
// work where hooks or a key ask for one. Knows facts only. Costs data/any_session.hpp and
// http/idempotency.hpp.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/idempotency.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/idempotency.hpp>
#include <weir/http/keys_in_flight.hpp>
#include <weir/http/request.hpp>
#include <weir/http/request_unit.hpp>
#include <weir/http/response.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace weir::http::detail {

/// Threads: safe.
class write_guard {
public:
    write_guard(sessions from, const table& of, const table_options& options)
        : from_(std::move(from)), of_(&of), records_(of), how_(options.idempotency),
          clock_(options.clock) {
        const auto* hooks = options.hooks_of(of);
        needs_unit_ = hooks != nullptr && hooks->need_unit();
    }

    /// Answers by `write(const request&)`, once per key.
    template <class Write>
    response answer(const request& asked, const Write& write) const {
        const auto key = read_idempotency_key(asked.headers);
        if (key)
            return answer_once(asked, *key, write);
        if (!needs_unit_)
            return write(asked);
        auto session = open_session(from_, *of_, asked);
        require_units(session);
        return answer_in_unit(session, asked, write);
    }

private:
    static constexpr std::chrono::seconds purge_pause{60};
    static constexpr std::size_t purged_rows = 1000;

    /// One request under its key.
    struct keyed {
        std::string id;
        std::string request;
    };

    void require_units(any_session_base& session) const {
        if (!session.has_units())
            throw configuration_error{
                "The hooks of table '" + std::string{of_->name} +
                "' need units of work, and its backend has none"
            };
    }

    template <class Write>
    response answer_once(const request& asked, const std::string& key, const Write& write) const {
        const keyed call{idempotency_id(asked, key), request_fingerprint(asked)};
        const auto patience = deadline::in(std::min(how_.patience, asked.until.left()));
        const auto turn = running_.enter(call.id, patience);
        if (!turn)
            return key_in_use(asked);
        // Without units of work the record of a write is made after it, whoever still waits.
        auto session = open_session(from_, *of_, asked, {});
        if (session.has_units())
            session.cancel_when(asked.client_left);
        if (needs_unit_)
            require_units(session);
        auto made = session.has_units() ? answer_in_kept_unit(session, asked, call, write)
                                        : answer_by_claim(session, asked, call, write);
        purge_at_times(session, asked.until);
        return made;
    }

    /// The record is part of the write's own unit of work: both are there, or none.
    template <class Write>
    response answer_in_kept_unit(
        any_session_base& session, const request& asked, const keyed& call, const Write& write
    ) const {
        while (true) {
            {
                shared_unit unit{session, asked.until};
                bool is_ours = false;
                try {
                    is_ours = claim(unit.unit(), call, asked.until);
                } catch (const timeout_error&) {
                    // Another instance of the service has it, and is not done.
                    return key_in_use(asked);
                }
                if (is_ours) {
                    auto made = write(part_of(asked, unit));
                    if (is_done(made)) {
                        keep(unit.unit(), call, made, asked.until);
                        unit.commit();
                    }
                    return made;
                }
            }
            if (auto known = given_before(session, asked, call))
                return std::move(*known);
        }
    }

    /// Where nothing ties the record to the write: it says first that the write runs. What is
    /// interrupted between the two stays so until the claim expires.
    template <class Write>
    response answer_by_claim(
        any_session_base& session, const request& asked, const keyed& call, const Write& write
    ) const {
        while (!claim(session, call, asked.until)) {
            if (auto known = given_before(session, asked, call))
                return std::move(*known);
        }
        response made;
        try {
            made = write(asked);
        } catch (const error& failed) {
            if (!failed.outcome_unknown())
                records_.forget(session, call.id, deadline{});
            throw;
        }
        if (is_done(made)) {
            keep(session, call, made, deadline{});
        } else {
            records_.forget(session, call.id, deadline{});
        }
        return made;
    }

    [[nodiscard]] bool claim(any_session_base& on, const keyed& call, deadline until) const {
        const auto patience = deadline::in(std::min(how_.patience, until.left()));
        const auto longest = to_timestamp_after(deadline::longest_span);
        return records_.claim(on, call.id, call.request, longest, patience);
    }

    void keep(any_session_base& on, const keyed& call, const response& made, deadline until) const {
        const auto record =
            record_of(made, call.request, to_timestamp_after(how_.kept), how_.max_body_bytes);
        records_.complete(on, call.id, record, until);
    }

    /// The answer to a request that was made before; absent where nothing is known of it any more.
    [[nodiscard]] std::optional<response>
    given_before(any_session_base& session, const request& asked, const keyed& call) const {
        const auto known = records_.find(session, call.id, asked.until);
        if (!known)
            return std::nullopt;
        const auto now = clock_();
        if (known->expires_at <= now) {
            records_.forget_expired(session, call.id, now, asked.until);
            return std::nullopt;
        }
        if (known->request != call.request)
            return key_reused(asked);
        return known->status == 0 ? key_in_use(asked) : replay(*known);
    }

    /// Deletes what has expired, now and then and never much. What fails here is none of the
    /// client's business: the next one tries again.
    void purge_at_times(any_session_base& session, deadline until) const {
        const auto now = clock_();
        auto last = purged_at_.load();
        const std::int64_t pause = std::chrono::microseconds{purge_pause}.count();
        if (now.microseconds - last < pause ||
            !purged_at_.compare_exchange_strong(last, now.microseconds))
            return;
        try {
            records_.purge_expired(session, now, purged_rows, until);
        } catch (const error&) { // NOLINT(bugprone-empty-catch): see above
        }
    }

    [[nodiscard]] timestamp to_timestamp_after(std::chrono::microseconds span) const {
        return {clock_().microseconds + span.count()};
    }

    sessions from_;
    const table* of_;
    idempotency_records records_;
    idempotency_options how_;
    now_function clock_;
    bool needs_unit_ = false;
    mutable keys_in_flight running_;
    mutable std::atomic<std::int64_t> purged_at_{0};
};

} // namespace weir::http::detail
