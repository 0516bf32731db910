// SPDX-License-Identifier: Apache-2.0
// What a background job of an application works with, and how it is made known to a service. Costs
// data/repository.hpp and http/table_options.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/json_text.hpp>
#include <weir/core/pause.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/job_records.hpp>
#include <weir/data/repository.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/session_view.hpp>
#include <weir/data/statement_trace.hpp>
#include <weir/http/row_cache.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/read_value.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace weir::app {

/// What came of a job. Each may be empty.
struct job_result {
    /// JSON, at most a few megabytes: larger ones belong into a table or a volume, and `link` here.
    std::string value{};
    /// Where the result is.
    std::string link{};
    /// Not empty: it has failed, and this is told as its error: JSON.
    std::string error{};
};

class job_context;

/// Does a job. It may be begun more than once: where the process dies, another begins it again.
///
/// Errors: what it throws ends the job as failed, and tells its owner what an answer would have
///         told; what is retryable() is tried again first.
using job_handler = std::function<job_result(job_context&)>;

struct job_options {
    /// How often it is begun: after failures that may pass, and after the end of its process.
    std::int32_t most_attempts = 3;
    /// Before the second attempt; twice as long before each further one.
    std::chrono::milliseconds pause{1'000};
    /// Whether all it writes to the database takes effect together with its end, and once: it has
    /// 110 s then.
    bool in_unit = false;
};

/// A kind of job.
struct job_kind {
    std::string name{};
    job_handler run{};
    job_options how{};
};

/// Where jobs get their sessions. Threads: safe.
struct job_sessions {
    /// Of the backend that serves a table; nullptr: none does, and for no table that of the jobs.
    std::function<const http::sessions*(const table*)> on;
    http::table_options options{};
};

namespace detail {

/// Refuses what is no JSON. Errors: validation_error.
inline void require_json(std::string_view text, const char* what) {
    json::reader in{text};
    if (!in.skip_value() || !in.finish())
        throw validation_error{{json::not_json(in, {std::string{what}})}};
}

/// What a running job tells, between its own thread and the one that keeps it.
struct job_progress {
    std::mutex mutex{};
    std::optional<std::int32_t> percent{};
    std::optional<std::string> message{};
    bool is_new = false;
    std::atomic<bool> is_cancelled{false};
};

} // namespace detail

/// What a job works with: its input, its caller's sessions, and the means to tell how far it is and
/// to be told to end. Lifetime: the call of its handler. Threads: not two at once.
class job_context {
public:
    /// Saves by `save(json)`, which answers whether the job is still its own.
    job_context(
        const claimed_job& of,
        const job_sessions& from,
        std::stop_token stop,
        detail::job_progress& progress,
        std::function<bool(std::string_view)> save
    )
        : of_(&of), from_(&from), stop_(std::move(stop)), progress_(&progress),
          save_(std::move(save)), caller_{.id = of.owner} {
        if (of.actor != of.owner)
            caller_.email = of.actor;
        if (const auto& caches = from.options.caches)
            trace_ = std::make_shared<statement_trace>(of.request_id, &caches->observers());
    }

    job_context(const job_context&) = delete;
    job_context(job_context&&) = delete;
    job_context& operator=(const job_context&) = delete;
    job_context& operator=(job_context&&) = delete;

    /// Whatever it has written is committed by now, or never will be.
    ~job_context() {
        if (trace_)
            from_->options.caches->see(*trace_);
    }

    [[nodiscard]] const std::string& id() const noexcept { return of_->id; }

    [[nodiscard]] const std::string& request_id() const noexcept { return of_->request_id; }

    /// 1 the first time.
    [[nodiscard]] std::int32_t attempt() const noexcept { return of_->attempts; }

    /// Who asked for it: id and e-mail. Groups and tokens are not kept.
    [[nodiscard]] const weir::caller& caller() const noexcept { return caller_; }

    /// JSON.
    [[nodiscard]] const std::string& input() const noexcept { return of_->input; }

    /// The input as a value: a scalar, a list, a map, or a structure of a schema.
    /// Errors: validation_error with every violation, at `input`.
    template <class T>
    [[nodiscard]] T read_input() const {
        T read{};
        violations broken;
        json::reader in{of_->input};
        const location nowhere;
        const value_path root{nowhere};
        const bool is_whole =
            json::read_value(json::intake{in, broken}, read, value_path{root, "input"}) &&
            in.finish();
        if (in.failed())
            broken.push_back(json::not_json(in, {std::string{"input"}}));
        if (!is_whole || !broken.empty())
            throw validation_error{std::move(broken)};
        return read;
    }

    /// What an earlier attempt has saved, JSON; absent: nothing.
    [[nodiscard]] const std::optional<std::string>& saved() const noexcept { return of_->saved; }

    /// Notes down JSON for an attempt after this one, at once.
    /// Errors: timeout_error where the job is no longer this instance's: whoever has it goes on.
    void save(std::string_view value) {
        detail::require_json(value, "saved");
        if (!save_(value))
            throw timeout_error{"Another instance has taken the job over"};
    }

    /// Tells how far it is: percent, and in words. Cheap: what is told meanwhile is written once in
    /// a while.
    void progress(int percent, std::optional<std::string> message = {}) {
        const std::lock_guard lock{progress_->mutex};
        progress_->percent = std::clamp(percent, 0, 100);
        progress_->message = std::move(message);
        progress_->is_new = true;
    }

    /// Whether it is to end soon: its owner has cancelled it, the service ends, or another instance
    /// has it. Statements of its sessions are cancelled then. Whatever it throws thereupon is no
    /// failure; what it answers all the same counts.
    [[nodiscard]] bool must_stop() const noexcept { return stop_.stop_requested(); }

    /// Whether its owner has cancelled it, so that nobody will go on with it.
    [[nodiscard]] bool is_cancelled() const noexcept { return progress_->is_cancelled.load(); }

    /// must_stop(), for what can be told.
    [[nodiscard]] const std::stop_token& stop() const noexcept { return stop_; }

    /// Leaves the handler if it is to end. Errors: timeout_error.
    void stop_here() const {
        if (must_stop())
            throw timeout_error{"The job was asked to end"};
    }

    /// Lets time pass. Errors: timeout_error, at once, if it is to end.
    void wait(std::chrono::milliseconds span) const {
        pause_for(span, stop_);
        stop_here();
    }

    /// The caller's session where the jobs are kept, for statements of one's own; in the job's unit
    /// of work if it has one.
    [[nodiscard]] any_session_base& session() { return opened_on(nullptr).session; }

    /// The rows of a table as the caller sees them, with the hooks of the table.
    ///
    /// Errors: configuration_error where no backend serves it.
    template <class Row>
    [[nodiscard]] auto rows() {
        auto& found = opened_on(&table_of<Row>);
        repository_options how{
            .clock = from_->options.clock,
            .until = deadline::in(deadline::longest_span),
            .hooks = from_->options.hooks_of(table_of<Row>),
            .at = {},
        };
        if constexpr (table_of<Row>.access.rule == access_rule::open) {
            return repository<Row, any_session>{found.session, std::move(how)};
        } else {
            if (!found.known)
                found.known.emplace(session_view<weir::caller>{found.session});
            return repository<Row, any_caller_session>{*found.known, std::move(how)};
        }
    }

    /// What the statements of its sessions are added to; absent where nobody looks.
    [[nodiscard]] const std::shared_ptr<statement_trace>& trace() const noexcept { return trace_; }

    /// Has session() and rows of its backend work in a unit of work. Before either is called.
    void work_in(any_session unit) {
        opened_.push_back({from_->on(nullptr), std::move(unit), std::nullopt});
    }

private:
    struct opened {
        const http::sessions* from;
        any_session session;
        std::optional<any_caller_session> known;
    };

    opened& opened_on(const table* of) {
        const auto* const from = from_->on(of);
        if (from == nullptr)
            throw configuration_error{
                "No backend serves table '" + std::string{of == nullptr ? "" : of->name} + "'"
            };
        for (auto& each : opened_)
            if (each.from == from)
                return each;
        const http::session_purpose purpose{
            .of = of, .request_id = of_->request_id, .cancelled_by = stop_, .trace = trace_
        };
        return opened_.emplace_back(
            opened{from, any_session{from->for_caller(caller_, purpose)}, std::nullopt}
        );
    }

    const claimed_job* of_;
    const job_sessions* from_;
    std::stop_token stop_;
    detail::job_progress* progress_;
    std::function<bool(std::string_view)> save_;
    weir::caller caller_;
    std::shared_ptr<statement_trace> trace_{};
    // References to sessions stay good.
    std::deque<opened> opened_{};
};

} // namespace weir::app
