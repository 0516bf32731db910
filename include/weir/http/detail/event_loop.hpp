// SPDX-License-Identifier: Apache-2.0
// A thread's share of the listener's connections: waits for all of them at once. Costs link.hpp.
// Linux.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/detail/link.hpp>
#include <weir/http/detail/socket.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <netinet/tcp.h>
#include <new>
#include <optional>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Connections of all loops of a server.
struct connection_count {
    std::size_t most;
    std::atomic<std::size_t> open{0};
};

/// Serves connections until the server stops and they are over.
/// Threads: run() in one, adopt() in any.
class event_loop {
    using clock = std::chrono::steady_clock;

public:
    /// `stop` becomes readable once the server stops. Lifetime: the host, the count and `stop`
    /// outlive this object.
    event_loop(link_host& host, connection_count& count, int stop)
        : host_(&host), count_(&count), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          mail_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), stop_(stop), room_(piece_bytes),
          tick_(tick_of(host.limits)) {
        if (!watch(mail_.get(), EPOLLIN) || !watch(stop_, EPOLLIN))
            throw configuration_error{"The system gives no event descriptor"};
    }

    event_loop(const event_loop&) = delete;
    event_loop(event_loop&&) = delete;
    event_loop& operator=(const event_loop&) = delete;
    event_loop& operator=(event_loop&&) = delete;

    ~event_loop() {
        for (const int socket : arrived_)
            ::close(socket);
    }

    /// Takes a connection over; false: it has ended.
    [[nodiscard]] bool adopt(int socket) {
        {
            const std::lock_guard lock{mutex_};
            if (has_ended_)
                return false;
            arrived_.push_back(socket);
        }
        const std::uint64_t one = 1;
        static_cast<void>(::write(mail_.get(), &one, sizeof one));
        return true;
    }

    /// Serves; `listening`, where it is a socket, accepts for all of `loops`.
    void run(descriptor* listening, std::span<const std::unique_ptr<event_loop>> loops) {
        if (listening != nullptr && !watch(listening->get(), EPOLLIN))
            listening = nullptr;
        std::array<epoll_event, 256> events;
        auto next_look = clock::now() + tick_;
        while (!ends()) {
            const int count =
                ::epoll_wait(epoll_.get(), events.data(), events.size(), patience(listening));
            for (int at = 0; at < count; ++at) {
                const auto& event = events[static_cast<std::size_t>(at)];
                if (event.data.fd == mail_.get()) {
                    take_arrived();
                } else if (event.data.fd == stop_) {
                    stop(listening, loops);
                } else if (listening != nullptr && event.data.fd == listening->get()) {
                    accept_from(*listening, loops);
                } else {
                    serve(event);
                }
            }
            host_->workers.help();
            if (const auto now = clock::now(); now >= next_look) {
                look_at_clock(now);
                next_look = now + tick_;
                if (rests_ && listening != nullptr)
                    rests_ = !watch(listening->get(), EPOLLIN);
            }
        }
    }

private:
    static constexpr std::size_t piece_bytes = 64 * 1024;

    static std::chrono::milliseconds tick_of(const connection_limits& limits) {
        const auto shortest =
            std::min({limits.head_time, limits.body_time, limits.write_time, limits.keep_alive});
        return std::clamp<std::chrono::milliseconds>(
            shortest / 5, std::chrono::milliseconds{5}, std::chrono::milliseconds{250}
        );
    }

    // Whether nothing is left to do once the server stops.
    bool ends() {
        if (!is_stopping_ || !links_.empty())
            return false;
        const std::lock_guard lock{mutex_};
        has_ended_ = arrived_.empty();
        return has_ended_;
    }

    bool watch(int what, std::uint32_t events) {
        epoll_event event{};
        event.events = events;
        event.data.fd = what;
        return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, what, &event) == 0;
    }

    // Milliseconds until something has to be looked at though nothing happens.
    [[nodiscard]] int patience(const descriptor* listening) const {
        if (host_->workers.has_waiting())
            return 2;
        if (links_.empty() && !(rests_ && listening != nullptr))
            return -1;
        return static_cast<int>(
            is_stopping_ ? std::min<std::int64_t>(tick_.count(), 20) : tick_.count()
        );
    }

    void take_arrived() {
        std::uint64_t mail = 0;
        static_cast<void>(::read(mail_.get(), &mail, sizeof mail));
        std::vector<int> arrived;
        {
            const std::lock_guard lock{mutex_};
            arrived.swap(arrived_);
        }
        for (const int socket : arrived)
            take_over(socket);
    }

    void take_over(int socket) {
        // Without it, an answer of two packets takes 40 ms.
        const int yes = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        auto added = std::make_shared<link>(*host_, socket, epoll_.get());
        const auto open = ++count_->open;
        // A little beyond the limit there is room for telling so.
        const bool fits = open <= count_->most + room_to_refuse;
        if (!fits || !added->watch()) {
            --count_->open;
            return;
        }
        auto& kept = *added;
        links_.emplace(socket, std::move(added));
        if (open > count_->most && !drop_longest_idle(socket))
            kept.turn_away();
        if (is_stopping_ && !kept.on_stop())
            let_go(links_.find(socket));
    }

    static constexpr std::size_t room_to_refuse = 128;

    // Makes room for a new connection.
    bool drop_longest_idle(int fresh) {
        std::shared_ptr<link> chosen;
        auto earliest = clock::time_point::max();
        for (const auto& [socket, each] : links_) {
            const auto until = socket == fresh ? std::nullopt : each->idle_until();
            if (until && *until < earliest) {
                earliest = *until;
                chosen = each;
            }
        }
        if (chosen == nullptr)
            return false;
        chosen->drop();
        let_go(links_.find(chosen->socket()));
        return true;
    }

    void let_go(std::unordered_map<int, std::shared_ptr<link>>::iterator place) {
        place->second->unwatch();
        links_.erase(place);
        --count_->open;
    }

    void serve(const epoll_event& event) {
        const auto place = links_.find(event.data.fd);
        if (place == links_.end())
            return;
        if (!goes_on(*place->second, event.events))
            let_go(place);
    }

    bool goes_on(link& on, std::uint32_t events) {
        try {
            return on.on_events(events, room_);
        } catch (const std::bad_alloc&) {
            on.drop();
            return false;
        }
    }

    // Whether more may be there.
    bool accept_from(descriptor& listening, std::span<const std::unique_ptr<event_loop>> loops) {
        for (int taken = 0; taken < 64; ++taken) {
            const int socket =
                ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (socket >= 0) {
                auto& chosen = *loops[turn_++ % loops.size()];
                if (&chosen == this || !chosen.adopt(socket))
                    take_over(socket);
                continue;
            }
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                // No descriptors, no memory: the backlog waits for the next tick.
                ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listening.get(), nullptr);
                rests_ = true;
            }
            return false;
        }
        return true;
    }

    // Clients that have connected count as accepted, and bytes that have arrived as a request.
    void stop(descriptor* listening, std::span<const std::unique_ptr<event_loop>> loops) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, stop_, nullptr);
        if (listening != nullptr) {
            while (accept_from(*listening, loops)) {
            }
            listening->reset();
        }
        is_stopping_ = true;
        rests_ = false;
        for (auto place = links_.begin(); place != links_.end();) {
            const auto here = place++;
            if (!goes_on(*here->second, EPOLLIN) || !here->second->on_stop())
                let_go(here);
        }
    }

    void look_at_clock(clock::time_point now) {
        for (auto place = links_.begin(); place != links_.end();) {
            const auto here = place++;
            if (!here->second->on_time(now))
                let_go(here);
        }
    }

    link_host* host_;
    connection_count* count_;
    descriptor epoll_;
    descriptor mail_;
    int stop_;
    std::vector<char> room_;
    std::chrono::milliseconds tick_;
    std::unordered_map<int, std::shared_ptr<link>> links_;
    std::size_t turn_ = 0;
    bool is_stopping_ = false;
    // Nothing is accepted for a moment.
    bool rests_ = false;
    std::mutex mutex_;
    std::vector<int> arrived_;
    // Nobody looks at what arrives any more.
    bool has_ended_ = false;
};

} // namespace weir::http::detail
