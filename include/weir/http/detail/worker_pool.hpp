// SPDX-License-Identifier: Apache-2.0
// Threads that wait for events and run what comes of them: few, so that few database connections
// are hot, and more only while some of them are held up. Costs <thread>.
#pragma once

#include <weir/core/joint_work.hpp>
#include <weir/core/standby.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace weir::http::detail {

struct worker_options {
    /// Threads that run at once while none of them is held up.
    std::size_t usual = 4;
    /// Threads at most.
    std::size_t most = 64;
    /// A job that has waited longer is turned down.
    std::chrono::milliseconds longest_wait{5'000};
    /// What jobs that wait may hold, in bytes; the last of them may exceed it.
    std::size_t waiting_bytes = 64 * 1024 * 1024;
    /// A thread whose job runs longer than this counts as held up, and another may take its place.
    /// Of those whose job has stood by, as many as run usually do too.
    std::chrono::milliseconds patience{4};
    /// Threads that run joint jobs at once while none of them is held up: the fewer, the more jobs
    /// each of them finds.
    std::size_t joint = 2;
    /// A thread above `usual` ends after this long without being needed.
    std::chrono::milliseconds idle{10'000};
};

/// What a pool is doing and has done.
struct worker_statistics {
    std::size_t threads = 0;
    /// Threads that run nothing.
    std::size_t idle = 0;
    /// Jobs that wait for a thread, what they hold, and how long the first of them has waited.
    std::size_t waiting = 0;
    std::size_t waiting_bytes = 0;
    std::chrono::nanoseconds longest_wait{0};
    /// Jobs that were not taken, for too much waited, and those that waited too long.
    std::uint64_t turned_away = 0;
};

/// Where a job stands. The lines go by turns.
enum class line : std::uint8_t {
    /// It has begun and goes on: it is never turned down.
    begun,
    /// Few, and wanted all the sooner the longer the other line is.
    urgent,
    usual,
    /// A thread takes all that wait, and runs them by turns (joint_work). Few do so at once.
    joint,
    /// The same for what is long under way: any thread does, so that nobody waits to set out.
    joint_far,
};

/// Whether a pool keeps up with what is asked of it.
enum class outlook : std::uint8_t {
    fine,
    /// Every thread that may run does.
    busy,
    /// And each of them is held up.
    stuck,
};

/// Serves the events of a `Source`, and runs the jobs that come of them: first come, first served
/// in each line. What waits is bounded by how long it waits, not by how much there is: to turn a
/// job down costs about as much as a third of what it asks for, so that whoever turns down at once
/// is kept from work by those who come back at once. A thread that adds a job takes one itself
/// next, so that a request is answered by the thread that read it, and nobody has to be woken.
///
/// `Job` is movable and has `run()` and `turn_down()`; those of the joint line may pause in run()
/// (joint_work). `Source` has an `event`; `wait(milliseconds, span of events)`, which gives how
/// many have come; `serve(event)`; `call_one()`, which ends a wait; `end()`, which ends all of
/// them; and `all_busy()`, told when nobody waits any more: call look_after() every few
/// milliseconds from then on. None of these throws.
///
/// Lifetime: the source outlives it. Threads: shared object safe.
template <class Job, class Source>
class worker_pool {
    using clock = std::chrono::steady_clock;

public:
    worker_pool(worker_options how, Source& from) : how_(how), from_(&from) {
        how_.usual = std::max<std::size_t>(how_.usual, 1);
        how_.most = std::max(how_.most, how_.usual);
    }

    worker_pool(const worker_pool&) = delete;
    worker_pool(worker_pool&&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;
    worker_pool& operator=(worker_pool&&) = delete;

    ~worker_pool() { finish(); }

    /// Begins to serve.
    void start() {
        const std::lock_guard lock{mutex_};
        while (threads_.size() < how_.usual && start_one()) {
        }
    }

    /// Puts a job that holds so many bytes at the end of a line; false: too much waits.
    [[nodiscard]] bool add(Job job, line where, std::size_t bytes) {
        {
            const std::lock_guard lock{mutex_};
            if (waiting_bytes_ >= how_.waiting_bytes) {
                ++turned_away_;
                return false;
            }
            push({std::move(job), bytes, clock::now()}, where);
        }
        // A thread that adds joint ones takes them next, or leaves them to those that run such.
        if (!is_joint(where) || serving() != this)
            call_for_jobs();
        return true;
    }

    /// The same for what has begun and must go on.
    void go_on(Job job) {
        {
            const std::lock_guard lock{mutex_};
            push({std::move(job), 0, clock::time_point::max()}, line::begun);
        }
        call_for_jobs();
    }

    /// Turns down those that have waited too long, `most` at most; from `all_after` on everything
    /// that waits. Call it every few milliseconds while something waits and has_idle() does not
    /// hold.
    void turn_down_late(std::size_t most, clock::time_point all_after) {
        const auto now = clock::now();
        const auto before = now >= all_after ? now : now - how_.longest_wait;
        for (std::size_t done = 0; done < most; ++done) {
            std::optional<entry> late;
            {
                const std::lock_guard lock{mutex_};
                for (auto& each : lines_)
                    if (!late && !each.empty() && each.front().since <= before)
                        late = pop(each);
                if (late)
                    ++turned_away_;
            }
            if (!late)
                return;
            late->job.turn_down();
        }
    }

    /// Whether a thread waits for events.
    [[nodiscard]] bool has_idle() const noexcept { return idle_.load() > 0; }

    [[nodiscard]] bool has_waiting() const noexcept { return waiting_.load() > 0; }

    [[nodiscard]] const worker_options& options() const noexcept { return how_; }

    /// Adds threads where some are held up. Call it while something waits and has_idle() does not
    /// hold.
    outlook look_after() {
        std::unique_lock lock{mutex_};
        join_ended(lock);
        const auto held_up = count_held_up(clock::now());
        auto acting = active_.load();
        const bool is_stuck = held_up == acting;
        bool has_added = false;
        while (acting - held_up < how_.usual && acting < how_.most) {
            if (resting_ > called_) {
                ++called_;
                ++active_;
                has_call_.notify_one();
            } else if (!start_one()) {
                break;
            }
            ++acting;
            has_added = true;
        }
        if (has_added)
            return outlook::fine;
        return is_stuck ? outlook::stuck : outlook::busy;
    }

    [[nodiscard]] worker_statistics statistics() const {
        const std::lock_guard lock{mutex_};
        worker_statistics now{
            .threads = threads_.size(),
            .idle = idle_.load() + resting_,
            .waiting_bytes = waiting_bytes_,
            .turned_away = turned_away_,
        };
        for (const auto where : {line::urgent, line::usual, line::joint, line::joint_far}) {
            const auto& jobs = line_of(where);
            now.waiting += jobs.size();
            if (!jobs.empty())
                now.longest_wait = std::max<std::chrono::nanoseconds>(
                    now.longest_wait, clock::now() - jobs.front().since
                );
        }
        return now;
    }

    /// Serves no more, runs what waits and ends the threads.
    void finish() {
        std::unique_lock lock{mutex_};
        stopping_.store(true);
        from_->end();
        has_call_.notify_all();
        has_ended_.wait(lock, [this] { return threads_.empty(); });
        join_ended(lock);
        // What the last of them left, or all where the system gave no thread.
        bool is_through = false;
        while (!is_through) {
            std::vector<entry> left;
            if (take(left) == line::joint)
                --joint_running_;
            is_through = left.empty();
            lock.unlock();
            for (auto& each : left)
                each.job.run();
            left.clear();
            lock.lock();
        }
    }

private:
    // Jobs that a thread runs by turns at most.
    static constexpr std::size_t most_joint = 32;

    // A job in line.
    struct entry {
        Job job;
        std::size_t bytes;
        // When it came; far away for what is never late.
        clock::time_point since;
    };

    struct worker {
        std::thread thread{};
        // When what it runs began; `never` while it runs nothing.
        std::atomic<clock::rep> since{never};
        // Whether what it runs, or ran last, stood by.
        std::atomic<bool> stands_by{false};
    };

    // What a thread has taken.
    struct load {
        std::array<typename Source::event, most_joint> events{};
        std::vector<entry> jobs{};
        // Theirs.
        line from = line::usual;
        joint_work joint{};
    };

    static constexpr clock::rep never = clock::time_point::max().time_since_epoch().count();

    using jobs_in_line = std::deque<entry>;

    [[nodiscard]] static constexpr bool is_joint(line where) noexcept {
        return where == line::joint || where == line::joint_far;
    }

    [[nodiscard]] jobs_in_line& line_of(line where) {
        return lines_[static_cast<std::size_t>(where)];
    }

    [[nodiscard]] const jobs_in_line& line_of(line where) const {
        return lines_[static_cast<std::size_t>(where)];
    }

    // Requires the lock.
    void push(entry added, line where) {
        waiting_bytes_ += added.bytes;
        line_of(where).push_back(std::move(added));
        ++waiting_;
        if (where == line::joint)
            ++joint_waiting_;
    }

    // Requires the lock, and a line that is not empty.
    entry pop(jobs_in_line& from) {
        entry first{std::move(from.front())};
        from.pop_front();
        waiting_bytes_ -= first.bytes;
        --waiting_;
        if (&from == &line_of(line::joint))
            --joint_waiting_;
        return first;
    }

    // What is next in the line whose turn it is; gives that line. Requires the lock.
    line take(std::vector<entry>& into) {
        for (std::size_t tried = 0; tried < lines_.size(); ++tried) {
            turn_ = (turn_ + 1) % lines_.size();
            const auto where = static_cast<line>(turn_);
            auto& from = lines_[turn_];
            if (from.empty() || (where == line::joint && !may_join(from.front())))
                continue;
            const std::size_t most = is_joint(where) ? most_joint : 1;
            while (into.size() < most && !from.empty())
                into.push_back(pop(from));
            if (where == line::joint)
                ++joint_running_;
            return where;
        }
        return line::usual;
    }

    [[nodiscard]] bool may_join(const entry& first) const {
        return has_joint_turn() || clock::now() - first.since > how_.patience;
    }

    [[nodiscard]] bool has_joint_turn() const noexcept {
        return joint_running_.load() < how_.joint;
    }

    // For events; joint jobs that wait for a turn are looked after meanwhile.
    [[nodiscard]] std::chrono::milliseconds time_to_wait() const noexcept {
        const auto joint = joint_waiting_.load();
        if (waiting_.load() > joint || (joint > 0 && has_joint_turn()))
            return std::chrono::milliseconds{0};
        return joint > 0 ? how_.patience : how_.idle;
    }

    // Wakes somebody for what this thread will not run next itself.
    void call_for_jobs() {
        const std::size_t own = serving() == this ? 1 : 0;
        if (waiting_.load() > own && has_idle())
            from_->call_one();
    }

    // The pool that has the calling thread.
    static const worker_pool*& serving() noexcept {
        static thread_local const worker_pool* pool = nullptr;
        return pool;
    }

    // Requires the lock.
    [[nodiscard]] std::size_t count_held_up(clock::time_point now) const {
        const auto before = (now - how_.patience).time_since_epoch().count();
        std::size_t late = 0;
        std::size_t standing_by = 0;
        for (const auto& each : threads_) {
            if (each.since.load() < before) {
                ++late;
            } else if (each.stands_by.load(std::memory_order_relaxed)) {
                ++standing_by;
            }
        }
        return late + std::min(standing_by, how_.usual);
    }

    // Requires the lock. False: the system gives no thread.
    bool start_one() {
        const auto place = threads_.emplace(threads_.end());
        try {
            // It waits for the lock first.
            place->thread = std::thread{[this, place] { work(place); }};
            ++active_;
            return true;
        } catch (const std::system_error&) {
            threads_.erase(place);
            return false;
        }
    }

    void work(typename std::list<worker>::iterator self) {
        {
            const std::lock_guard started{mutex_};
        }
        serving() = this;
        standby_mark() = &self->stands_by;
        load taken;
        bool is_needed = true;
        while (is_needed && !stopping_.load()) {
            // By turns, so that neither jobs nor events wait for the end of the others.
            serve_events(*self, taken);
            run_jobs(*self, taken);
            is_needed = active_.load() <= how_.usual || stays();
        }
        while (run_jobs(*self, taken)) {
        }
        const std::lock_guard lock{mutex_};
        --active_;
        // Whoever comes next joins it.
        ended_.splice(ended_.end(), threads_, self);
        has_ended_.notify_all();
    }

    void serve_events(worker& self, load& taken) {
        // One at a time, so that each thread answers what it has read; but of joint ones it answers
        // many, or another does.
        const bool gathers = joint_running_.load() > 0 || is_joint(taken.from);
        const std::size_t most = gathers ? taken.events.size() : 1;
        ++idle_;
        const auto got = from_->wait(time_to_wait(), std::span{taken.events}.first(most));
        if (--idle_ == 0)
            from_->all_busy();
        if (got == 0)
            return;
        begins(self);
        for (std::size_t at = 0; at < got; ++at)
            from_->serve(taken.events[at]);
        self.since.store(never);
    }

    static void begins(worker& self) {
        self.stands_by.store(false, std::memory_order_relaxed);
        self.since.store(clock::now().time_since_epoch().count());
    }

    // Runs what has its turn. False: nothing has.
    bool run_jobs(worker& self, load& taken) {
        if (!has_waiting())
            return false;
        {
            const std::lock_guard lock{mutex_};
            taken.from = take(taken.jobs);
        }
        if (taken.jobs.empty())
            return false;
        if (has_waiting() && has_idle())
            from_->call_one();
        begins(self);
        taken.joint.run(taken.jobs.size(), [&](std::size_t at) { taken.jobs[at].job.run(); });
        taken.jobs.clear();
        self.since.store(never);
        if (taken.from == line::joint)
            --joint_running_;
        return true;
    }

    // Rests where enough others are at work, until it is called. False: it was not for long.
    bool stays() {
        std::unique_lock lock{mutex_};
        // A job of its own may wait for nobody else.
        if (has_waiting() || active_.load() - count_held_up(clock::now()) <= how_.usual)
            return true;
        ++resting_;
        --active_;
        const bool is_called =
            has_call_.wait_for(lock, how_.idle, [this] { return called_ > 0 || stopping_.load(); });
        --resting_;
        if (called_ > 0) {
            --called_;
        } else {
            ++active_;
        }
        return is_called;
    }

    void join_ended(std::unique_lock<std::mutex>& lock) {
        if (ended_.empty())
            return;
        std::list<worker> over;
        over.swap(ended_);
        lock.unlock();
        for (auto& each : over)
            each.thread.join();
        lock.lock();
    }

    worker_options how_;
    Source* from_;
    mutable std::mutex mutex_;
    std::condition_variable has_call_;
    std::condition_variable has_ended_;
    std::array<jobs_in_line, 5> lines_{};
    // The line that had its turn last.
    std::size_t turn_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::list<worker> threads_;
    std::list<worker> ended_;
    // Threads that are not needed for now, and how many of them have been called.
    std::size_t resting_ = 0;
    std::size_t called_ = 0;
    std::uint64_t turned_away_ = 0;
    // The sizes of `lines_` together, and of the joint one.
    std::atomic<std::size_t> waiting_{0};
    std::atomic<std::size_t> joint_waiting_{0};
    // Threads that run joint jobs.
    std::atomic<std::size_t> joint_running_{0};
    // Threads that do not rest.
    std::atomic<std::size_t> active_{0};
    // Threads that wait for an event.
    std::atomic<std::size_t> idle_{0};
    std::atomic<bool> stopping_{false};
};

} // namespace weir::http::detail
