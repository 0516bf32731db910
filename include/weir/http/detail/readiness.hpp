// SPDX-License-Identifier: Apache-2.0
// Which connections have something to tell: any number of threads wait, and each event wakes one of
// them, the one that came last, whose memory is warm. Linux.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/detail/socket.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <poll.h>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace weir::http::detail {

/// Tells a descriptor of eventfd's kind.
inline void ring(const descriptor& bell) noexcept {
    const std::uint64_t one = 1;
    static_cast<void>(::write(bell.get(), &one, sizeof one));
}

/// Threads: shared object safe.
class readiness {
public:
    /// What happened, once per change: `events`, to what was watched under the key `data.u64`. A
    /// call is one too, under a key of nothing.
    using event = ::epoll_event;

    [[nodiscard]] static event event_of(std::uint64_t key, std::uint32_t what) noexcept {
        event made{};
        made.events = what;
        made.data.u64 = key;
        return made;
    }

    /// The least key that may be watched under.
    static constexpr std::uint64_t first_key = 2;

    readiness()
        : epoll_(::epoll_create1(EPOLL_CLOEXEC)), call_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          end_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        // Each call is an event of its own, the end one that stays.
        if (!watch(call_, called, EPOLLIN | EPOLLET) || !watch(end_, ended, EPOLLIN))
            throw configuration_error{"The system gives no event descriptor"};
    }

    /// What epoll_ctl takes.
    [[nodiscard]] int epoll() const noexcept { return epoll_.get(); }

    /// Waits for events, for as many as there is room; gives how many have come, 0 when the time is
    /// over.
    [[nodiscard]] std::size_t wait(std::chrono::milliseconds time, std::span<event> room) noexcept {
        const auto most = static_cast<int>(room.size());
        const int got =
            ::epoll_wait(epoll_.get(), room.data(), most, static_cast<int>(time.count()));
        return static_cast<std::size_t>(std::max(got, 0));
    }

    /// Whether an event waits for somebody.
    [[nodiscard]] bool is_pending() const noexcept {
        pollfd asked{.fd = epoll_.get(), .events = POLLIN, .revents = 0};
        return ::poll(&asked, 1, 0) > 0;
    }

    /// Wakes one thread that waits, or the next that would.
    void call_one() noexcept { ring(call_); }

    /// Nobody waits any more from here on.
    void end() noexcept { ring(end_); }

private:
    static constexpr std::uint64_t called = 0;
    static constexpr std::uint64_t ended = 1;

    bool watch(const descriptor& what, std::uint64_t key, std::uint32_t events) {
        auto wanted = event_of(key, events);
        return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, what.get(), &wanted) == 0;
    }

    descriptor epoll_;
    descriptor call_;
    descriptor end_;
};

} // namespace weir::http::detail
