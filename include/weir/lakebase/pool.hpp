// SPDX-License-Identifier: Apache-2.0
// The connections to one database, shared by many threads: bounded, fair, replaced when they break
// or age. Costs <libpq-fe.h> and <thread>.
#pragma once

#include <weir/core/breaker.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/data/caller.hpp>
#include <weir/lakebase/detail/connection.hpp>
#include <weir/lakebase/detail/connector.hpp>
#include <weir/lakebase/detail/shared_trips.hpp>
#include <weir/lakebase/detail/statement_watch.hpp>
#include <weir/lakebase/options.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weir::lakebase {

template <class Who>
class session_for;

/// What a pool is doing and has done.
struct pool_statistics {
    std::size_t in_use = 0;
    std::size_t idle = 0;
    /// Callers that wait for a connection now.
    std::size_t waiting = 0;
    /// Connections opened so far.
    std::uint64_t created = 0;
    /// Connections closed because they broke or could not be trusted any more.
    std::uint64_t broken = 0;
    /// Connections closed because of their age, or because they were not needed.
    std::uint64_t retired = 0;
    /// Connects that failed, each attempt counted.
    std::uint64_t failed_connects = 0;
    /// Callers turned away because too many waited.
    std::uint64_t turned_away = 0;
    /// Reads of single rows that went to the server with others.
    std::uint64_t shared_reads = 0;
};

namespace detail {

/// A connection with what the pool knows about it.
struct pooled {
    std::unique_ptr<connection> link;
    /// Position of its place under the watchdog.
    std::size_t place = 0;
    steady::time_point retire_at{};
    steady::time_point idle_since{};
    /// How long it lay in the pool before it was taken.
    steady::duration idle_for{};
};

class lease;

} // namespace detail

/// Connections for sessions. Share one per database.
///
/// Threads:  shared object safe.
/// Lifetime: must outlive its sessions and units of work.
class pool {
public:
    /// Opens nothing yet. Errors: configuration_error naming the setting that cannot work.
    explicit pool(options to, password_provider password = {})
        : options_(checked(std::move(to))), connector_(options_, std::move(password)),
          free_(all_places(options_.kept + options_.overflow)), places_(make_places(free_.size())),
          trips_(trips_of(options_), options_.prepared),
          dog_(places_, [this] { close_unneeded(); }, housekeeping_pause(options_)) {
        idle_.reserve(places_.size());
    }

    pool(const pool&) = delete;
    pool(pool&&) = delete;
    pool& operator=(const pool&) = delete;
    pool& operator=(pool&&) = delete;

    ~pool() { close(deadline::in(std::chrono::seconds{5})); }

    /// A session that works for `who`: a `weir::caller` or `weir::nobody`. Takes a connection for
    /// each statement.
    template <class Who>
    [[nodiscard]] session_for<Who> session(Who who) {
        return session_for<Who>{*this, std::move(who)};
    }

    /// Refuses new work, waits for running statements until `until`, then cancels them. Sessions
    /// that still exist get connection_error.
    void close(deadline until) {
        std::vector<detail::pooled> idle;
        std::unique_lock lock{mutex_};
        closed_ = true;
        for (auto* one : waiters_)
            one->changed.notify_one();
        idle.swap(idle_);
        free_places(idle, retired_);
        const auto all_back = [this] { return free_.size() == places_.size(); };
        if (!returned_.wait_until(lock, until.at(), all_back)) {
            lock.unlock();
            for (const auto& place : places_)
                place->cancel_any();
            lock.lock();
            returned_.wait_for(lock, 2 * detail::watched_statement::grace, all_back);
        }
    }

    [[nodiscard]] pool_statistics statistics() const {
        const std::lock_guard hold{mutex_};
        return {
            .in_use = places_.size() - free_.size() - idle_.size(),
            .idle = idle_.size(),
            .waiting = waiters_.size(),
            .created = created_,
            .broken = broken_,
            .retired = retired_,
            .failed_connects = connector_.failures(),
            .turned_away = turned_away_,
            .shared_reads = trips_.shared(),
        };
    }

    /// Whether its fastest round trips take half a millisecond at most, so that reads of single
    /// rows wait for one another's. Costs no lock.
    [[nodiscard]] bool is_near() const noexcept { return trips_.is_near(); }

    /// Whether the server may be connected to (options::breaker). Costs no lock of the pool.
    [[nodiscard]] breaker_state circuit() const { return connector_.circuit(); }

    [[nodiscard]] const lakebase::options& settings() const noexcept { return options_; }

private:
    friend class detail::lease;
    template <class Who>
    friend class session_for;

    /// One caller in the queue, on that caller's stack.
    struct waiter {
        const void* owner = nullptr;
        std::condition_variable changed{};
        /// What it got: a connection, or (link empty) the right to open one at `place`.
        detail::pooled got{};
        bool served = false;
        bool cancelled = false;
    };

    static lakebase::options checked(lakebase::options to) {
        detail::check_options(to);
        return to;
    }

    static std::vector<std::unique_ptr<detail::watched_statement>> make_places(std::size_t count) {
        std::vector<std::unique_ptr<detail::watched_statement>> places(count);
        for (auto& place : places)
            place = std::make_unique<detail::watched_statement>();
        return places;
    }

    static std::vector<std::size_t> all_places(std::size_t count) {
        std::vector<std::size_t> places(count);
        // Taken from the back.
        std::iota(places.rbegin(), places.rend(), std::size_t{0});
        return places;
    }

    static std::size_t trips_of(const lakebase::options& to) {
        const std::size_t cores = std::thread::hardware_concurrency();
        return to.point_trips == 0 ? std::max<std::size_t>(cores, 1) : to.point_trips;
    }

    static std::chrono::milliseconds housekeeping_pause(const lakebase::options& to) {
        const auto shortest = std::min(to.overflow_idle, to.max_age);
        return std::clamp<std::chrono::milliseconds>(
            shortest / 2, std::chrono::milliseconds{200}, std::chrono::milliseconds{10'000}
        );
    }

    /// A connection, idle or new; waits in line for one.
    ///
    /// Errors: connection_error, timeout_error, authentication_error, …; `from_idle` tells whether
    /// it lay in the pool.
    detail::pooled take(deadline until, const void* owner, bool& from_idle) {
        from_idle = false;
        auto got = wait_for_place(until, owner);
        if (got.link != nullptr) {
            from_idle = true;
            return got;
        }
        connect(got, until);
        return got;
    }

    detail::pooled wait_for_place(deadline until, const void* owner) {
        const auto now = detail::steady::now();
        if (now >= until.at())
            detail::throw_late();
        detail::pooled got;
        std::unique_lock lock{mutex_};
        if (closed_)
            throw_closed();
        if (!idle_.empty()) {
            // The one used last: the others may then grow idle enough to be closed.
            got = std::move(idle_.back());
            idle_.pop_back();
            got.idle_for = now - got.idle_since;
            if (now < got.retire_at)
                return got;
            ++retired_;
            lock.unlock();
            got.link.reset();
            return got;
        }
        if (!free_.empty()) {
            got.place = free_.back();
            free_.pop_back();
            return got;
        }
        if (waiters_.size() >= options_.waiting) {
            ++turned_away_;
            throw connection_error{
                "All " + std::to_string(places_.size()) + " database connections are busy and " +
                    std::to_string(options_.waiting) + " callers wait; try again",
                {.sqlstate = {}, .server_text = {}, .retryable = true}
            };
        }
        waiter self;
        self.owner = owner;
        waiters_.push_back(&self);
        self.changed.wait_until(lock, until.at(), [&] {
            return self.served || self.cancelled || closed_;
        });
        if (self.served)
            return std::move(self.got);
        std::erase(waiters_, &self);
        if (closed_)
            throw_closed();
        if (self.cancelled)
            throw timeout_error{"The statement was cancelled while it waited"};
        detail::throw_late();
    }

    /// Puts a connection back, or closes it and lets somebody else open one.
    void give_back(detail::pooled returned) noexcept {
        const auto now = detail::steady::now();
        const bool bad = returned.link != nullptr && returned.link->is_broken();
        const bool old = returned.link != nullptr && !bad && now >= returned.retire_at;
        // Closed before its place is free, so that the server never sees more connections than
        // agreed; and not under the lock, because closing talks to the server.
        if (bad || old)
            returned.link.reset();
        std::unique_lock lock{mutex_};
        if (bad)
            ++broken_;
        if (old)
            ++retired_;
        if (closed_) {
            if (returned.link != nullptr) {
                ++retired_;
                lock.unlock();
                returned.link.reset();
                lock.lock();
            }
            free_.push_back(returned.place);
            returned_.notify_all();
        } else if (!waiters_.empty()) {
            auto* first = waiters_.front();
            waiters_.pop_front();
            returned.idle_for = {};
            first->got = std::move(returned);
            first->served = true;
            // Under the lock: the waiter's stack frame may be gone right after.
            first->changed.notify_one();
        } else if (returned.link != nullptr) {
            returned.idle_since = now;
            idle_.push_back(std::move(returned));
        } else {
            free_.push_back(returned.place);
        }
    }

    /// Closes a broken connection and opens another at its place.
    void replace(detail::pooled& broken, deadline until) {
        broken.link.reset();
        {
            const std::lock_guard hold{mutex_};
            ++broken_;
        }
        connect(broken, until);
    }

    /// Opens a connection at `at.place`. Frees the place when it fails.
    void connect(detail::pooled& at, deadline until) {
        try {
            at.link = connector_.connect(*places_[at.place], dog_, until);
        } catch (...) {
            give_back(detail::pooled{.link = {}, .place = at.place});
            throw;
        }
        // Up to a tenth earlier, so that connections opened together do not go together.
        const auto lifetime = options_.max_age * (1.0 - detail::random_share() / 10.0);
        at.retire_at =
            detail::steady::now() + std::chrono::duration_cast<detail::steady::duration>(lifetime);
        const std::lock_guard hold{mutex_};
        ++created_;
    }

    /// Wakes the caller that waits under `owner`, so that it gives up.
    void cancel_wait(const void* owner) {
        const std::lock_guard hold{mutex_};
        for (auto* one : waiters_) {
            if (one->owner != owner)
                continue;
            one->cancelled = true;
            one->changed.notify_one();
        }
    }

    /// Closes idle connections that are too old, and overflow that nobody needed for a while.
    void close_unneeded() {
        const auto now = detail::steady::now();
        std::vector<detail::pooled> unneeded;
        {
            const std::lock_guard hold{mutex_};
            auto surplus = idle_.size() > options_.kept ? idle_.size() - options_.kept : 0;
            // The front has been idle longest.
            std::erase_if(idle_, [&](detail::pooled& one) {
                const bool rested = surplus > 0 && now - one.idle_since >= options_.overflow_idle;
                if (!rested && now < one.retire_at)
                    return false;
                if (surplus > 0)
                    --surplus;
                unneeded.push_back(std::move(one));
                return true;
            });
        }
        for (auto& one : unneeded)
            one.link.reset();
        // Their places are free only now: a caller that opens a connection must not exceed the
        // limit.
        for (auto& one : unneeded) {
            {
                const std::lock_guard hold{mutex_};
                ++retired_;
            }
            give_back(std::move(one));
        }
    }

    void free_places(const std::vector<detail::pooled>& closed, std::uint64_t& counter) {
        for (const auto& one : closed) {
            free_.push_back(one.place);
            ++counter;
        }
    }

    [[noreturn]] static void throw_closed() {
        throw connection_error{"The pool of database connections is closed"};
    }

    lakebase::options options_;
    detail::connector connector_;
    mutable std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<detail::pooled> idle_;
    /// Places without a connection.
    std::vector<std::size_t> free_;
    /// In order of arrival.
    std::deque<waiter*> waiters_;
    bool closed_ = false;
    std::uint64_t created_ = 0;
    std::uint64_t broken_ = 0;
    std::uint64_t retired_ = 0;
    std::uint64_t turned_away_ = 0;
    std::vector<std::unique_ptr<detail::watched_statement>> places_;
    detail::shared_trips trips_;
    // Last: it looks at the places and calls close_unneeded().
    detail::watchdog dog_;
};

namespace detail {

/// A connection on loan; goes back to its pool at the end.
class lease {
public:
    lease(pool& from, deadline until, const void* owner) : from_(&from) {
        held_ = from.take(until, owner, from_idle_);
    }

    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    lease& operator=(lease&&) = delete;

    lease(lease&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), held_(std::move(other.held_)),
          from_idle_(other.from_idle_) {}

    ~lease() {
        if (from_ != nullptr)
            from_->give_back(std::move(held_));
    }

    [[nodiscard]] connection& link() { return *held_.link; }

    /// Whether the connection lay in the pool, where it may have died unnoticed. Not after
    /// replace().
    [[nodiscard]] bool is_from_idle() const noexcept { return from_idle_; }

    /// Whether it lay there for long enough to be asked after. One that answered within the last
    /// millisecond dies before the next statement no likelier than in the middle of it.
    [[nodiscard]] bool has_rested() const noexcept {
        return from_idle_ && held_.idle_for >= std::chrono::milliseconds{1};
    }

    [[nodiscard]] watched_statement& watch() { return *from_->places_[held_.place]; }

    /// Puts a new connection in the place of a broken one. Errors: as for a new lease.
    void replace(deadline until) {
        from_idle_ = false;
        auto* pool = std::exchange(from_, nullptr);
        pool->replace(held_, until);
        from_ = pool;
    }

private:
    pool* from_;
    pooled held_{};
    bool from_idle_ = false;
};

} // namespace detail

} // namespace weir::lakebase
