// SPDX-License-Identifier: Apache-2.0
// Reads of single rows that come at once go to the server together: one round trip and one wake of
// one backend for all of them. Costs <mutex> and <libpq-fe.h>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/joint_work.hpp>
#include <weir/core/standby.hpp>
#include <weir/lakebase/detail/cancel_point.hpp>
#include <weir/lakebase/detail/pq_link.hpp>
#include <weir/lakebase/detail/statement_watch.hpp>
#include <weir/lakebase/detail/wake_up.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace weir::lakebase::detail {

/// A read that may travel with others, on its caller's stack.
class passenger {
public:
    passenger(
        const sql::statement& statement,
        const sql::arguments& arguments,
        const cancel_point& caller,
        deadline until,
        const sql::arguments* told_before = nullptr
    )
        : asked(statement), with(arguments), owner(caller), due(until), told(told_before) {}

    const sql::statement& asked;
    const sql::arguments& with;
    const cancel_point& owner;
    deadline due;
    /// What row policies are told for it; nullptr: none is asked.
    const sql::arguments* told;
    /// Empty after the trip: the read is to be made alone.
    pq_answer answer{};

private:
    friend class shared_trips;

    enum class place : std::uint8_t {
        outside,
        // Its thread does something else meanwhile: it may be taken along, but not called.
        paused,
        waiting,
        called,
        aboard,
    };

    // Under the lock of the trips. Whoever else takes it from `waiting` tells it.
    place at_ = place::outside;
    // To be told is the last thing that happens to it: its frame may be gone right after.
    wake_up told_{};
};

/// Who travels with whom. A read leaves at once; but while `at_once` trips are under way the next
/// ones gather, and leave together when one of those is back. Where the server is far, so that a
/// round trip takes long whatever is sent, nobody waits for another's. Reads of joint work wait for
/// each other wherever the server is: they have one thread, and would go one after the other.
///
/// A trip that fails brings back no answers: each of its reads is then made alone, and meets its
/// own error.
///
/// Threads: shared object safe.
class shared_trips {
public:
    /// Reads of one trip at most.
    static constexpr std::size_t most_seats = 32;
    /// A server whose fastest trips take longer is far.
    static constexpr std::chrono::microseconds near{500};

    /// `patience`: nobody waits longer for the trips before it.
    shared_trips(
        std::size_t at_once,
        std::size_t seats,
        steady::duration patience = std::chrono::milliseconds{4}
    )
        : at_once_(at_once), seats_(std::min(seats, most_seats)), patience_(patience) {}

    /// Lets go without an answer what waits or travels for `owner`, which is cancelled.
    void let_go(const cancel_point& owner) {
        const std::lock_guard hold{mutex_};
        const auto waits = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto* one) {
            return &one->owner == &owner;
        });
        if (waits != waiting_.end()) {
            let_out(**waits);
            waiting_.erase(waits);
        }
        for (auto* each : under_way_)
            each->let_go_cancelled();
    }

    /// Reads that wait for a trip.
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard hold{mutex_};
        return waiting_.size();
    }

    /// Whether reads gather at all.
    [[nodiscard]] bool is_near() const noexcept { return fastest_.load() <= near; }

    /// Reads that travelled with others so far.
    [[nodiscard]] std::uint64_t shared() const {
        const std::lock_guard hold{mutex_};
        return shared_;
    }

    /// The part of one read: it leads a trip, or was taken along, or goes alone.
    ///
    /// Lifetime: `of` and `self` outlive it. Threads: for the one that made it.
    class trip {
    public:
        /// Waits until `self` leads a trip, or is back from another's.
        trip(shared_trips& of, passenger& self) : of_(of), due_(self.due) {
            auto* const others = joint_work::current();
            if (departs_or_queues(self, others != nullptr))
                return;
            if (others != nullptr) {
                others->await_others();
                if (is_settled_after_pause(self))
                    return;
            }
            if (!self.told_.try_await()) {
                stand_by();
                if (!self.told_.await(of_.patience_)) {
                    if (leaves_queue(self))
                        return;
                    self.told_.await();
                }
            }
            if (self.at_ != passenger::place::called)
                return;
            const std::lock_guard hold{of_.mutex_};
            depart(self);
        }

        trip(const trip&) = delete;
        trip(trip&&) = delete;
        trip& operator=(const trip&) = delete;
        trip& operator=(trip&&) = delete;

        ~trip() { arrive(); }

        /// Whom it takes along, its leader first; nobody: another trip was taken, or none.
        /// Lifetime: what they ask for, until has_left().
        [[nodiscard]] std::span<passenger* const> party() const noexcept {
            return {party_.data(), size_};
        }

        /// When the first of them must have its answer.
        [[nodiscard]] deadline due() const noexcept { return due_; }

        /// To be called when all is sent: nobody needs to stay aboard any more.
        void has_left() {
            const std::lock_guard hold{of_.mutex_};
            has_left_ = true;
            let_go_cancelled();
        }

        /// Keeps the answer for a seat.
        void take(std::size_t seat, pq_answer answer) noexcept {
            answers_[seat] = std::move(answer);
        }

        /// Hands out the answers, and the turn to who waits. Does nothing the second time.
        void arrive() noexcept {
            if (size_ == 0)
                return;
            passenger* next = nullptr;
            {
                const std::lock_guard hold{of_.mutex_};
                next = of_.end(*this);
                for (auto* each : party())
                    if (each != nullptr)
                        each->at_ = passenger::place::outside;
            }
            // First, so that the server is asked while the others go on with their answers.
            if (next != nullptr)
                next->told_.tell();
            party_[0]->answer = std::move(answers_[0]);
            for (std::size_t seat = 1; seat < size_; ++seat) {
                if (party_[seat] == nullptr)
                    continue;
                party_[seat]->answer = std::move(answers_[seat]);
                party_[seat]->told_.tell();
            }
            size_ = 0;
        }

    private:
        friend class shared_trips;

        // Whether nothing is to be waited for.
        bool departs_or_queues(passenger& self, bool pauses) {
            const std::lock_guard hold{of_.mutex_};
            if (self.owner.is_cancelled())
                return true;
            if (!pauses && of_.may_depart()) {
                depart(self);
                return true;
            }
            self.at_ = pauses ? passenger::place::paused : passenger::place::waiting;
            of_.waiting_.push_back(&self);
            return false;
        }

        // Whether it leads a trip now; else it waits, or is to be told of the trip that took it.
        bool is_settled_after_pause(passenger& self) {
            const std::lock_guard hold{of_.mutex_};
            if (self.at_ != passenger::place::paused)
                return false;
            if (!of_.may_depart()) {
                self.at_ = passenger::place::waiting;
                return false;
            }
            std::erase(of_.waiting_, &self);
            depart(self);
            return true;
        }

        // Whether it gave up waiting, and leads a trip now.
        bool leaves_queue(passenger& self) {
            const std::lock_guard hold{of_.mutex_};
            if (self.at_ != passenger::place::waiting)
                return false;
            std::erase(of_.waiting_, &self);
            depart(self);
            return true;
        }

        // Requires the lock.
        void depart(passenger& self) {
            of_.under_way_.push_back(this);
            departed_ = steady::now();
            board(self);
            while (!of_.waiting_.empty() && size_ < of_.seats_) {
                board(*of_.waiting_.front());
                of_.waiting_.pop_front();
            }
            if (size_ > 1)
                of_.shared_ += size_;
        }

        void board(passenger& next) {
            next.at_ = passenger::place::aboard;
            if (next.due.at() < due_.at())
                due_ = next.due;
            party_[size_++] = &next;
        }

        // Requires the lock. The leader is let go by whoever cancels its statement.
        void let_go_cancelled() {
            for (std::size_t seat = 1; has_left_ && seat < size_; ++seat) {
                if (party_[seat] == nullptr || !party_[seat]->owner.is_cancelled())
                    continue;
                let_out(*party_[seat]);
                party_[seat] = nullptr;
            }
        }

        shared_trips& of_;
        std::array<passenger*, most_seats> party_{};
        std::array<pq_answer, most_seats> answers_{};
        std::size_t size_ = 0;
        deadline due_;
        steady::time_point departed_{};
        bool has_left_ = false;
    };

private:
    // Requires the lock.
    static void let_out(passenger& one) {
        one.at_ = passenger::place::outside;
        one.told_.tell();
    }

    // Requires the lock. Gives who is called to lead the next; nullptr: nobody.
    passenger* end(const trip& over) {
        std::erase(under_way_, &over);
        // The lower edge of what trips take: about the fastest of the last ten thousand. Under load
        // nearly all of them take long, however near the server is.
        const auto fastest = fastest_.load();
        fastest_.store(
            std::min<steady::duration>(fastest + fastest / 16'384, steady::now() - over.departed_)
        );
        const auto next = std::find_if(waiting_.begin(), waiting_.end(), [](const auto* one) {
            return one->at_ == passenger::place::waiting;
        });
        if (next == waiting_.end() || under_way_.size() >= at_once_)
            return nullptr;
        auto* const called = *next;
        waiting_.erase(next);
        called->at_ = passenger::place::called;
        return called;
    }

    // Requires the lock.
    [[nodiscard]] bool may_depart() const { return under_way_.size() < at_once_ || !is_near(); }

    const std::size_t at_once_;
    const std::size_t seats_;
    const steady::duration patience_;
    mutable std::mutex mutex_;
    std::deque<passenger*> waiting_;
    std::vector<trip*> under_way_;
    // Far until one has shown otherwise.
    std::atomic<steady::duration> fastest_{2 * near};
    std::uint64_t shared_ = 0;
};

} // namespace weir::lakebase::detail
