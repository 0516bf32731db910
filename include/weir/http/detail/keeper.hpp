// SPDX-License-Identifier: Apache-2.0
// What of a listener is nobody else's: accepts connections, ends what is late, stops the server,
// and looks after the workers while all of them are busy. Costs link.hpp. Linux.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/detail/link.hpp>
#include <weir/http/detail/socket.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <netinet/tcp.h>
#include <optional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace weir::http::detail {

/// Threads: run() in one.
class keeper {
    using clock = std::chrono::steady_clock;

public:
    /// `stop` becomes readable once the server stops. Lifetime: the host and `stop` outlive this
    /// object.
    keeper(link_host& host, std::size_t most_connections, const descriptor& stop)
        : host_(&host), most_(most_connections), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          stop_(stop.get()), tick_(tick_of(host.limits)) {
        if (!watch(calls_) || !watch(stop_))
            throw configuration_error{"The system gives no event descriptor"};
    }

    /// Serves until the server stops and all connections are over.
    void run(descriptor& listening) {
        listening_ = &listening;
        rests_ = !watch(listening.get());
        host_->workers.start();
        std::array<epoll_event, 8> events;
        auto next_look = clock::now() + tick_;
        while (!is_stopping_ || host_->links.size() > 0) {
            const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), patience());
            for (int at = 0; at < count; ++at) {
                const int which = events[static_cast<std::size_t>(at)].data.fd;
                if (which == calls_) {
                    hear();
                } else if (which == stop_) {
                    stop();
                } else {
                    accept_some();
                }
            }
            if (host_->links.keeper_looks())
                look_after_workers();
            if (const auto now = clock::now(); now >= next_look) {
                look_at_clock(now);
                next_look = now + tick_;
                if (rests_ && !is_stopping_)
                    rests_ = !watch(listening_->get());
            }
        }
        host_->workers.finish();
    }

private:
    // How often it looks while all workers are busy, and how often in vain before it rests.
    static constexpr int look_milliseconds = 2;
    static constexpr int looks_in_vain = 50;
    static constexpr std::size_t room_to_refuse = 128;
    static constexpr std::size_t most_at_once = 256;
    // Connections beyond which many requests may wait unread: they are then read beside the
    // workers.
    static constexpr std::size_t many = 1'024;
    // How long it is taken for granted that no connection is idle, once none was: to look at all of
    // them for each that comes would keep others waiting.
    static constexpr std::chrono::milliseconds full_time{20};
    // How long after its stop a request may still wait for a worker.
    static constexpr std::chrono::seconds longest_wait_stopping{5};

    static std::chrono::milliseconds tick_of(const connection_limits& limits) {
        const auto shortest =
            std::min({limits.head_time, limits.body_time, limits.write_time, limits.keep_alive});
        return std::clamp<std::chrono::milliseconds>(
            shortest / 5, std::chrono::milliseconds{5}, std::chrono::milliseconds{250}
        );
    }

    bool watch(int what) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = what;
        return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, what, &event) == 0;
    }

    void unwatch(int what) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, what, nullptr); }

    // Milliseconds until something has to be looked at though nothing happens.
    [[nodiscard]] int patience() const {
        if (host_->links.keeper_looks())
            return look_milliseconds;
        if (host_->links.size() == 0 && !rests_)
            return -1;
        return static_cast<int>(
            is_stopping_ ? std::min<std::int64_t>(tick_.count(), 20) : tick_.count()
        );
    }

    void hear() {
        std::uint64_t calls = 0;
        static_cast<void>(::read(calls_, &calls, sizeof calls));
    }

    // ---------------------------------------------------------------- workers

    void look_after_workers() {
        auto& workers = host_->workers;
        if (workers.has_idle()) {
            if (++in_vain_ < looks_in_vain)
                return;
            host_->links.keeper_rests();
            if (workers.has_idle())
                return;
            host_->links.all_busy();
        }
        in_vain_ = 0;
        workers.turn_down_late(most_at_once, last_wait_);
        if (!workers.has_waiting() && !host_->links.is_pending())
            return;
        const auto outlook = workers.look_after();
        const bool may_be_many = host_->links.size() > many;
        if (outlook == outlook::stuck || (outlook == outlook::busy && may_be_many))
            serve_pending();
    }

    // In place of the workers: requests then wait where they are counted and their time is, what is
    // said at once is, and clients that leave are noticed.
    void serve_pending() {
        std::array<link_table::event, most_at_once> happened{};
        const auto count = host_->links.wait(std::chrono::milliseconds{0}, happened);
        for (std::size_t at = 0; at < count; ++at)
            host_->links.serve(happened[at]);
    }

    // ---------------------------------------------------------------- connections

    // Whether more may be there.
    bool accept_some() {
        for (int taken = 0; taken < 64; ++taken) {
            const int socket =
                ::accept4(listening_->get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (socket >= 0) {
                take_over(socket);
                continue;
            }
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                // No descriptors, no memory: the backlog waits for the next tick.
                unwatch(listening_->get());
                rests_ = true;
            }
            return false;
        }
        return true;
    }

    void take_over(int socket) {
        // Without it, an answer of two packets takes 40 ms.
        const int yes = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        auto& links = host_->links;
        const auto key = links.next_key();
        const auto added = std::make_shared<link>(*host_, socket, key);
        // A little beyond the limit there is room for telling so.
        if (links.size() >= most_ + room_to_refuse)
            return;
        links.add(key, added);
        // Before anybody can see what it asks.
        if (links.size() > most_ && !drop_longest_idle(*added))
            added->turn_away();
        if (!added->watch())
            return links.remove(*added);
        if (is_stopping_ && !added->on_stop())
            links.remove(*added);
    }

    // Makes room for a new connection.
    bool drop_longest_idle(const link& fresh) {
        if (clock::now() < full_until_)
            return false;
        std::shared_ptr<link> chosen;
        auto earliest = clock::time_point::max();
        for (const auto& each : host_->links.all()) {
            const auto until = each.get() == &fresh ? std::nullopt : each->idle_until();
            if (until && *until < earliest) {
                earliest = *until;
                chosen = each;
            }
        }
        if (chosen == nullptr) {
            full_until_ = clock::now() + full_time;
            return false;
        }
        chosen->drop();
        host_->links.remove(*chosen);
        return true;
    }

    // Clients that have connected count as accepted, and bytes that have arrived as a request.
    void stop() {
        unwatch(stop_);
        while (accept_some()) {
        }
        listening_->reset();
        is_stopping_ = true;
        last_wait_ = clock::now() + longest_wait_stopping;
        rests_ = false;
        for (const auto& each : host_->links.all()) {
            host_->links.serve(readiness::event_of(each->key(), EPOLLIN));
            if (!each->on_stop())
                host_->links.remove(*each);
        }
    }

    void look_at_clock(clock::time_point now) {
        for (const auto& each : host_->links.all())
            if (!each->on_time(now))
                host_->links.remove(*each);
    }

    link_host* host_;
    std::size_t most_;
    descriptor epoll_;
    int calls_ = host_->links.keeper().get();
    int stop_;
    std::chrono::milliseconds tick_;
    descriptor* listening_ = nullptr;
    int in_vain_ = 0;
    bool is_stopping_ = false;
    clock::time_point full_until_{};
    // When nobody may wait for a worker any more.
    clock::time_point last_wait_ = clock::time_point::max();
    // Nothing is accepted for a moment.
    bool rests_ = false;
};

} // namespace weir::http::detail
