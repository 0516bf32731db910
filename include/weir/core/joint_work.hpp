// SPDX-License-Identifier: Apache-2.0
// Pieces of work that one thread does by turns, so that what each of them has to wait for can be
// waited for once. Costs <ucontext.h>.
#pragma once

#include <weir/core/detail/fiber.hpp>

#include <cstddef>
#include <list>
#include <new>
#include <vector>

namespace weir {

/// Runs pieces of work. A piece that comes to await_others() pauses until each of the others has
/// come to it too, or is over; then they go on in that order, one after the other.
///
/// While a piece pauses, others run on the same thread. So at await_others() it must hold no lock
/// that another may want, be in no `catch`, and rely on nothing that is thread-local.
/// Threads: for the one that made it.
class joint_work {
public:
    joint_work() = default;
    joint_work(const joint_work&) = delete;
    joint_work(joint_work&&) = delete;
    joint_work& operator=(const joint_work&) = delete;
    joint_work& operator=(joint_work&&) = delete;
    ~joint_work() = default;

    /// What the calling code is a piece of; nullptr: there are no others.
    [[nodiscard]] static joint_work* current() noexcept { return current_of_thread(); }

    /// Runs `piece(0)` to `piece(count - 1)`, which must not throw.
    template <class Piece>
    void run(std::size_t count, const Piece& piece) noexcept {
        if (count == 1)
            return piece(std::size_t{0});
        run_ = [](const void* given, std::size_t at) { (*static_cast<const Piece*>(given))(at); };
        piece_ = &piece;
        count_ = count;
        unstarted_ = count;
        current_of_thread() = this;
        while (unstarted_ > 0 || resumed_ < paused_.size()) {
            if (auto* const next = next_fiber()) {
                switch_to(*next);
            } else {
                start_next();
            }
        }
        current_of_thread() = nullptr;
        paused_.clear();
        resumed_ = 0;
    }

    /// Pauses the calling piece until the others have come as far. The last one to come goes on at
    /// once, and so does whoever comes again.
    void await_others() noexcept {
        if (unstarted_ == 0 || at_ == &thread_)
            return;
        paused_.push_back(at_);
        leave();
    }

private:
    static joint_work*& current_of_thread() noexcept {
        static thread_local joint_work* now = nullptr;
        return now;
    }

    // Runs a piece, here.
    void start_next() noexcept { run_(piece_, count_ - unstarted_--); }

    // Where to go on; nullptr: on the thread's own stack. The last piece begins there, since it
    // waits for nobody, and others where the system gives no stack.
    [[nodiscard]] detail::fiber* next_fiber() noexcept {
        if (unstarted_ > 1)
            return resting_fiber();
        if (unstarted_ == 0 && resumed_ < paused_.size())
            return paused_[resumed_++];
        return nullptr;
    }

    void switch_to(detail::fiber& next) noexcept {
        auto& here = *at_;
        at_ = &next;
        here.switch_to(next);
    }

    // From a fiber.
    void leave() noexcept {
        auto* const next = next_fiber();
        switch_to(next == nullptr ? thread_ : *next);
    }

    // What a fiber does all its life.
    static void live(void* given) noexcept {
        auto& of = *static_cast<joint_work*>(given);
        while (true) {
            while (of.unstarted_ > 1)
                of.start_next();
            of.resting_.push_back(of.at_);
            of.leave();
        }
    }

    [[nodiscard]] detail::fiber* resting_fiber() noexcept {
        if (resting_.empty() && !add_fiber())
            return nullptr;
        auto* const taken = resting_.back();
        resting_.pop_back();
        return taken;
    }

    [[nodiscard]] bool add_fiber() noexcept {
        try {
            const auto most = fibers_.size() + 1;
            paused_.reserve(most);
            resting_.reserve(most);
            fibers_.emplace_back(&joint_work::live, this);
        } catch (const std::bad_alloc&) {
            return false;
        }
        resting_.push_back(&fibers_.back());
        return true;
    }

    detail::fiber thread_{};
    std::list<detail::fiber> fibers_;
    std::vector<detail::fiber*> resting_;
    // In the order they came, and how many of them went on.
    std::vector<detail::fiber*> paused_;
    std::size_t resumed_ = 0;
    // Where the thread is.
    detail::fiber* at_ = &thread_;
    void (*run_)(const void* piece, std::size_t at) = nullptr;
    const void* piece_ = nullptr;
    std::size_t count_ = 0;
    std::size_t unstarted_ = 0;
};

} // namespace weir
