// SPDX-License-Identifier: Apache-2.0
// Runs background jobs: claims those that are due, shows that they live, tells them to end, writes
// down how they ended. Costs <thread>, app/job_context.hpp and http/failure_log.hpp.
#pragma once

#include <weir/app/job_context.hpp>
#include <weir/core/canceller.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/job_records.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/http/failure_log.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/route_name.hpp>
#include <weir/http/sessions.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weir::app {

struct job_runner_options {
    /// Jobs at once; each has a thread while it runs. 0: this process only takes them.
    std::size_t workers = 2;
    /// How long a job stays its instance's without a sign of life; a third of it between two.
    std::chrono::milliseconds lease{30'000};
    /// Between two looks for jobs that are due or to be cancelled.
    std::chrono::milliseconds poll{1'000};
    /// How long stop() waits for jobs to end.
    std::chrono::milliseconds patience{5'000};
    /// Lifetime: outlives the runner.
    const logger* log = nullptr;
};

/// What became of jobs in this process.
struct job_counts {
    std::size_t running = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    std::uint64_t cancelled = 0;
    /// Given back, to be begun again.
    std::uint64_t given_back = 0;
};

/// Threads: safe. Lifetime: what `from` refers to outlives it.
class job_runner {
public:
    job_runner(
        job_records records,
        std::vector<job_kind> kinds,
        job_sessions from,
        job_runner_options how = {}
    )
        : records_(std::move(records)), kinds_(std::move(kinds)), from_(std::move(from)),
          how_(how) {
        for (const auto& each : kinds_)
            names_.push_back(each.name);
    }

    job_runner(const job_runner&) = delete;
    job_runner(job_runner&&) = delete;
    job_runner& operator=(const job_runner&) = delete;
    job_runner& operator=(job_runner&&) = delete;

    /// Waits for handlers, however long they take: call stop() first.
    ~job_runner() { request_stop(); }

    /// Begins to look for jobs.
    void start() {
        if (how_.workers != 0)
            keeper_ = std::jthread{[this](const std::stop_token& stop) { keep(stop); }};
    }

    /// Has it look now: there is a new job, or one to cancel.
    void wake() {
        {
            const std::lock_guard lock{mutex_};
            is_woken_ = true;
        }
        changed_.notify_all();
    }

    /// Claims no more, and tells jobs that run to end. Returns at once.
    void request_stop() { keeper_.request_stop(); }

    /// The same, and waits for it: whether all have ended in time. Those that have not are given
    /// back, to be begun by others soon: the process is to end now.
    [[nodiscard]] bool stop() {
        request_stop();
        if (keeper_.joinable())
            keeper_.join();
        return running_.empty();
    }

    /// Whether it has a kind of that name.
    [[nodiscard]] bool knows(std::string_view kind) const {
        return std::find(names_.begin(), names_.end(), kind) != names_.end();
    }

    [[nodiscard]] job_counts counts() const {
        return {
            running_count_.load(),
            completed_.load(),
            failed_.load(),
            cancelled_.load(),
            given_back_.load(),
        };
    }

private:
    using steady = std::chrono::steady_clock;

    enum class why : std::uint8_t { runs, cancelled, stopping, lost };

    /// A job that this process runs.
    struct running {
        claimed_job of;
        const job_kind* kind;
        steady::time_point renewed_at;
        std::stop_source stop{};
        std::atomic<why> reason{why::runs};
        detail::job_progress progress{};
        std::atomic<bool> has_ended{false};
        // Last: it uses all of the above.
        std::jthread thread{};
    };

    // ------------------------------------------------------------ on the keeper's thread

    void keep(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            guarded([&] { look(stop); });
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, stop, how_.poll, [this] { return is_woken_; });
            is_woken_ = false;
        }
        for (auto& each : running_)
            tell(each, why::stopping);
        const auto end = steady::now() + how_.patience;
        while (!reap() && steady::now() < end) {
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, std::chrono::milliseconds{100}, [this] { return is_woken_; });
            is_woken_ = false;
        }
        // Once the process is gone they are somebody else's.
        guarded([&] {
            constexpr std::chrono::milliseconds gone{3'000};
            for (auto& each : running_) {
                auto session = bookkeeping();
                const auto until = deadline::in(std::chrono::milliseconds{500});
                static_cast<void>(records_.give_back(session, each.of, gone, false, until));
            }
        });
    }

    void look(const std::stop_token& stop) {
        reap();
        refuse_expired();
        auto session = bookkeeping();
        renew(session);
        tell_cancelled(session);
        while (!stop.stop_requested() && running_.size() < how_.workers) {
            auto found = records_.claim(session, names_, how_.lease, deadline::in(how_.lease));
            if (!found)
                break;
            begin(std::move(*found));
        }
        purge_at_times(session);
    }

    void begin(claimed_job found) {
        const auto kind = std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& each) {
            return each.name == found.kind;
        });
        auto& added = running_.emplace_back();
        added.of = std::move(found);
        added.kind = &*kind;
        added.renewed_at = steady::now();
        ++running_count_;
        added.thread = std::jthread{[this, &added] {
            work(added);
            added.has_ended = true;
            wake();
        }};
    }

    /// Whether none runs any more.
    bool reap() {
        const auto gone =
            running_.remove_if([](const running& each) { return each.has_ended.load(); });
        running_count_ -= gone;
        return running_.empty();
    }

    void tell(running& of, why reason) {
        auto expected = why::runs;
        if (!of.reason.compare_exchange_strong(expected, reason))
            return;
        of.progress.is_cancelled = reason == why::cancelled;
        canceller_.cancel(of.stop);
    }

    /// A lease that could not be renewed in time is another's to take.
    void refuse_expired() {
        for (auto& each : running_)
            if (steady::now() - each.renewed_at > how_.lease)
                tell(each, why::lost);
    }

    void renew(any_session_base& session) {
        for (auto& each : running_) {
            std::optional<std::int32_t> percent;
            std::optional<std::string> message;
            {
                const std::lock_guard lock{each.progress.mutex};
                const bool is_due = steady::now() - each.renewed_at > how_.lease / 3;
                if (!is_due && !each.progress.is_new)
                    continue;
                each.progress.is_new = false;
                percent = each.progress.percent;
                message = each.progress.message;
            }
            const auto now = steady::now();
            if (records_.renew(session, each.of, how_.lease, percent, message, limit())) {
                each.renewed_at = now;
            } else if (!each.has_ended) {
                tell(each, why::lost);
            }
        }
    }

    void tell_cancelled(any_session_base& session) {
        std::vector<std::string> ids;
        for (const auto& each : running_)
            ids.push_back(each.of.id);
        const auto found = records_.cancelled_among(session, ids, limit());
        for (auto& each : running_)
            if (std::find(found.begin(), found.end(), each.of.id) != found.end())
                tell(each, why::cancelled);
    }

    void purge_at_times(any_session_base& session) {
        constexpr std::chrono::seconds pause{60};
        constexpr std::size_t most = 1'000;
        if (purged_at_ && steady::now() - *purged_at_ < pause)
            return;
        purged_at_ = steady::now();
        records_.purge_expired(session, most, limit());
    }

    /// A database that is away is told of once, until it is back.
    template <class Action>
    void guarded(const Action& action) {
        try {
            action();
            is_away_ = false;
        } catch (const error& failed) {
            if (!std::exchange(is_away_, true) && how_.log != nullptr)
                how_.log->warning(
                    "jobs: the database does not answer",
                    {{"what", failed.what()},
                     {"sqlstate", failed.sqlstate()},
                     {"server_text", http::detail::kept_of_server(failed)}}
                );
        }
    }

    // ------------------------------------------------------------ on a job's own

    void work(running& of) {
        const auto start = steady::now();
        std::optional<job_end> end;
        bool is_written = false;
        std::exception_ptr failure;
        try {
            end = perform(of, is_written);
        } catch (...) {
            failure = std::current_exception();
        }
        if (end && !is_written)
            write_end(of, *end, start, failure);
        else if (end)
            tell_end(of, end->state, start);
        if (failure)
            end_badly(of, failure, start);
    }

    /// How it ended; in a unit of work that is written already.
    [[nodiscard]] job_end perform(running& of, bool& is_written) {
        if (of.of.cancel_requested)
            return {.state = job_state::cancelled};
        if (of.of.attempts > of.kind->how.most_attempts)
            throw http::told_failure{
                {500, "given_up", "The job was begun too often without an end", {}, {}}
            };
        job_context context{
            of.of,
            from_,
            of.stop.get_token(),
            of.progress,
            [this, &of](std::string_view value) {
                auto session = bookkeeping();
                return records_.save(session, of.of, value, deadline{});
            }
        };
        if (!of.kind->how.in_unit)
            return end_of(of.kind->run(context));
        auto session = from_.on(nullptr)->for_caller(
            context.caller(),
            {.of = nullptr,
             .request_id = of.of.request_id,
             .cancelled_by = context.stop(),
             .trace = context.trace()}
        );
        shared_unit unit{session, deadline::in(deadline::longest_span)};
        context.work_in(unit.join());
        auto end = end_of(of.kind->run(context));
        if (!records_.finish(unit.unit(), of.of, end, deadline{}))
            throw timeout_error{"Another instance has taken the job over"};
        unit.commit();
        is_written = true;
        return end;
    }

    [[nodiscard]] static job_end end_of(job_result made) {
        job_end end{.state = job_state::completed};
        if (!made.error.empty()) {
            detail::require_json(made.error, "error");
            end.state = job_state::failed;
            end.error = std::move(made.error);
            return end;
        }
        if (!made.value.empty()) {
            detail::require_json(made.value, "result");
            end.result = std::move(made.value);
        }
        if (!made.link.empty())
            end.link = std::move(made.link);
        return end;
    }

    void write_end(
        running& of, const job_end& end, steady::time_point start, std::exception_ptr& failure
    ) {
        try {
            end_with(of, end, start);
        } catch (...) {
            failure = std::current_exception();
        }
    }

    /// It threw: because it was told to, because of something that may pass, or it has failed.
    void end_badly(running& of, const std::exception_ptr& failure, steady::time_point start) {
        const auto reason = of.reason.load();
        if (reason == why::lost)
            return tell_lost(of);
        try {
            if (reason == why::stopping)
                return give_back(of, std::chrono::milliseconds{0}, false);
            if (reason == why::cancelled)
                return end_with(of, {.state = job_state::cancelled}, start);
            if (may_pass(failure, of.kind->how.in_unit) &&
                of.of.attempts < of.kind->how.most_attempts) {
                const auto doublings = std::min(of.of.attempts - 1, 10);
                return give_back(of, of.kind->how.pause * (1LL << doublings), true);
            }
            const auto told = http::problem_of(failure);
            if (told.status >= 500)
                log_failure(of, told, failure);
            end_with(
                of,
                {.state = job_state::failed, .error = http::problem_body(told, of.of.request_id)},
                start
            );
        } catch (const error& failed) {
            // Its lease ends, and somebody begins it again.
            log_failure(of, http::problem_of(failed), std::current_exception());
        }
    }

    void end_with(running& of, const job_end& end, steady::time_point start) {
        const bool is_done = persistently(of, [&](any_session_base& session, deadline until) {
            return records_.finish(session, of.of, end, until);
        });
        if (is_done)
            tell_end(of, end.state, start);
        else
            tell_lost(of);
    }

    void give_back(running& of, std::chrono::milliseconds pause, bool counts) {
        const bool is_done = persistently(of, [&](any_session_base& session, deadline until) {
            return records_.give_back(session, of.of, pause, counts, until);
        });
        if (!is_done)
            return tell_lost(of);
        ++given_back_;
        if (how_.log != nullptr)
            how_.log->info(
                "job given back",
                {{"job", of.of.id}, {"kind", of.of.kind}, {"attempt", of.of.attempts}}
            );
    }

    /// A database that is away for a while does not undo what the job did.
    template <class Action>
    [[nodiscard]] bool persistently(running& of, const Action& action) {
        const auto end = steady::now() + how_.lease;
        for (;;) {
            try {
                auto session = bookkeeping();
                return action(session, limit());
            } catch (const error& failed) {
                const bool may_work_later =
                    failed.kind() == error_kind::connection || failed.kind() == error_kind::timeout;
                if (!may_work_later || of.reason == why::stopping || steady::now() > end)
                    throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
        }
    }

    /// What a unit of work has done it has done with the job's end: where that is so, nobody finds
    /// the job to begin it again.
    [[nodiscard]] static bool may_pass(const std::exception_ptr& failure, bool in_unit) {
        try {
            std::rethrow_exception(failure);
        } catch (const error& failed) {
            return failed.outcome_unknown() ? in_unit : failed.retryable();
        } catch (...) {
            return false;
        }
    }

    void tell_end(const running& of, job_state state, steady::time_point start) {
        auto& count = state == job_state::completed ? completed_
                      : state == job_state::failed  ? failed_
                                                    : cancelled_;
        ++count;
        if (how_.log == nullptr)
            return;
        const std::chrono::duration<double, std::milli> took = steady::now() - start;
        how_.log->info(
            "job",
            {{"job", of.of.id},
             {"kind", of.of.kind},
             {"request_id", of.of.request_id},
             {"user", of.of.owner},
             {"state", name_of(state)},
             {"attempt", of.of.attempts},
             {"duration_ms", took.count()}}
        );
    }

    void tell_lost(const running& of) const {
        if (how_.log != nullptr)
            how_.log->warning(
                "job lost: its lease ended, or another instance has it",
                {{"job", of.of.id}, {"kind", of.of.kind}, {"attempt", of.of.attempts}}
            );
    }

    void log_failure(
        const running& of, const http::problem& told, const std::exception_ptr& failure
    ) const {
        if (how_.log == nullptr)
            return;
        const http::route_name named{"job", of.of.kind + "/" + of.of.id};
        http::request about;
        about.method = named.method;
        about.route = &named;
        about.request_id = of.of.request_id;
        http::log_failure(*how_.log, about, told, failure);
    }

    // ------------------------------------------------------------ on either

    [[nodiscard]] any_session bookkeeping() const { return from_.on(nullptr)->for_nobody(); }

    /// For what must be quick: the next sign of life waits for it.
    [[nodiscard]] deadline limit() const {
        return deadline::in(std::max(how_.lease / 6, std::chrono::milliseconds{500}));
    }

    job_records records_;
    std::vector<job_kind> kinds_;
    std::vector<std::string> names_{};
    job_sessions from_;
    job_runner_options how_;
    std::atomic<std::size_t> running_count_{0};
    std::atomic<std::uint64_t> completed_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<std::uint64_t> cancelled_{0};
    std::atomic<std::uint64_t> given_back_{0};
    std::mutex mutex_{};
    std::condition_variable_any changed_{};
    bool is_woken_ = false;
    // The keeper's own.
    bool is_away_ = false;
    std::optional<steady::time_point> purged_at_{};
    canceller canceller_{};
    std::list<running> running_{};
    // Last: it uses all of the above.
    std::jthread keeper_{};
};

} // namespace weir::app
