// SPDX-License-Identifier: Apache-2.0
// Cancels statements that outlive their deadline: one place per connection, one thread per pool. A
// statement pays an atomic store and two uncontended locks for it, no round trip. Costs <thread>
// and <libpq-fe.h>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/lakebase/detail/pq_link.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

namespace weir::lakebase::detail {

using steady = std::chrono::steady_clock;

/// What happened to a statement from outside while it ran.
enum class interference : std::uint8_t {
    none,
    /// Its deadline passed and the server was asked to cancel it.
    overdue,
    /// Somebody called cancel().
    cancelled,
    /// The cancel had no effect in time, so the connection was cut.
    cut,
};

/// The statement running on one connection, as other threads see it. Outlives connections: the pool
/// owns it.
///
/// Threads: start and finish by the thread that uses the connection, the rest by any.
class watched_statement {
public:
    /// How long a cancel may take to show effect.
    static constexpr std::chrono::seconds grace{2};

    /// Lifetime: `on` must stay until finish().
    void start(pq_link& on, const void* owner, steady::time_point due) {
        const std::lock_guard hold{mutex_};
        on_ = &on;
        owner_ = owner;
        met_ = interference::none;
        due_.store(due.time_since_epoch().count());
    }

    /// Waits for a cancel that is being sent, so that it cannot hit the connection's next
    /// statement.
    interference finish() {
        const std::lock_guard hold{mutex_};
        due_.store(never);
        on_ = nullptr;
        owner_ = nullptr;
        return met_;
    }

    /// Cancels the statement if `owner` runs it.
    void cancel(const void* owner) {
        const std::lock_guard hold{mutex_};
        if (on_ != nullptr && owner_ == owner && met_ == interference::none) {
            send_cancel(interference::cancelled);
        }
    }

    /// Cancels whatever runs.
    void cancel_any() {
        const std::lock_guard hold{mutex_};
        if (on_ != nullptr && met_ == interference::none)
            send_cancel(interference::cancelled);
    }

    /// When somebody should look again; the far future while nothing runs.
    [[nodiscard]] steady::time_point due() const {
        return steady::time_point{steady::duration{due_.load()}};
    }

    /// Cuts the connection if a cancel did not help in time. Never blocks for long.
    void cut_if_stuck(steady::time_point now) {
        if (due() > now)
            return;
        // Held for long only by a cancel under way, which is no sign of a stuck connection yet.
        const std::unique_lock hold{mutex_, std::try_to_lock};
        if (!hold || on_ == nullptr || met_ == interference::none || due() > now)
            return;
        met_ = interference::cut;
        due_.store(never);
        // Wakes the thread that waits for the server; it finds the connection broken.
        ::shutdown(on_->socket(), SHUT_RDWR);
    }

    /// Asks the server to cancel the statement if its time is over. Blocks while it asks.
    void cancel_if_overdue(steady::time_point now) {
        if (due() > now)
            return;
        const std::lock_guard hold{mutex_};
        if (on_ == nullptr || met_ != interference::none || due() > now)
            return;
        send_cancel(interference::overdue);
    }

private:
    static constexpr steady::rep never = steady::time_point::max().time_since_epoch().count();

    void send_cancel(interference why) {
        met_ = why;
        due_.store((steady::now() + grace).time_since_epoch().count());
        // Where that could not be asked, the grace's end cuts the connection.
        on_->cancel();
    }

    std::mutex mutex_;
    pq_link* on_ = nullptr;
    const void* owner_ = nullptr;
    interference met_ = interference::none;
    // Read without the lock by the watching thread, which looks at every place.
    std::atomic<steady::rep> due_{never};
};

/// The thread that looks after a pool's statements, and does the pool's housekeeping between.
class watchdog {
public:
    /// `housekeeping` runs on the thread about every `pause`. Lifetime: it and `places` must
    /// outlive this object.
    watchdog(
        std::vector<std::unique_ptr<watched_statement>>& places,
        std::function<void()> housekeeping,
        std::chrono::milliseconds pause
    )
        : places_(places), housekeeping_(std::move(housekeeping)), pause_(pause),
          thread_([this] { run(); }) {}

    watchdog(const watchdog&) = delete;
    watchdog(watchdog&&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    watchdog& operator=(watchdog&&) = delete;

    ~watchdog() {
        {
            const std::lock_guard hold{mutex_};
            stop_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    /// To be called after a place got a new due time. Cheap unless it is earlier than any other.
    void expect(steady::time_point due) {
        if (due.time_since_epoch().count() >= next_look_.load())
            return;
        {
            const std::lock_guard hold{mutex_};
            poked_ = true;
        }
        wake_.notify_one();
    }

private:
    static constexpr steady::rep always = steady::time_point::max().time_since_epoch().count();

    void run() {
        auto next_housekeeping = steady::now() + pause_;
        std::unique_lock lock{mutex_};
        while (!stop_) {
            poked_ = false;
            // Until the next look is fixed every new statement pokes: it may have come too late for
            // this one.
            next_look_.store(always);
            lock.unlock();
            if (steady::now() >= next_housekeeping) {
                housekeeping_();
                next_housekeeping = steady::now() + pause_;
            }
            const auto next = std::min(look(), next_housekeeping);
            lock.lock();
            next_look_.store(next.time_since_epoch().count());
            wake_.wait_until(lock, next, [this] { return stop_ || poked_; });
        }
    }

    /// One round over all places; gives the time of the next.
    steady::time_point look() {
        for (const auto& place : places_) {
            // First, and again before each cancel: asking an unreachable server takes long.
            for (const auto& other : places_)
                other->cut_if_stuck(steady::now());
            place->cancel_if_overdue(steady::now());
        }
        auto next = steady::time_point::max();
        for (const auto& place : places_)
            next = std::min(next, place->due());
        // A place whose cancel is still being sent by another thread stays due for a while.
        return std::max(next, steady::now() + std::chrono::milliseconds{5});
    }

    std::vector<std::unique_ptr<watched_statement>>& places_;
    std::function<void()> housekeeping_;
    std::chrono::milliseconds pause_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    bool poked_ = false;
    std::atomic<steady::rep> next_look_{always};
    // Last, so that it starts when everything else is there.
    std::thread thread_;
};

} // namespace weir::lakebase::detail
