// SPDX-License-Identifier: Apache-2.0
// weir's own listener: HTTP/1.1 and HTTP/2 in cleartext on one port, a few workers that wait for
// all connections at once, so that idle ones cost no thread and a request is answered by the thread
// that read it. Costs nghttp2.h and <thread>. Linux.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/detail/keeper.hpp>
#include <weir/http/detail/link.hpp>
#include <weir/http/detail/socket.hpp>
#include <weir/http/router.hpp>
#include <weir/http/status_counts.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace weir::http {

struct server_options {
    connection_limits limits{};
    /// Connections at once. Beyond, the one that has been idle longest makes room; where none is
    /// idle, the new one gets 503.
    std::size_t max_connections = 16'384;
    /// Handlers that run at once while none of them waits long; 0: four per core, eight at least.
    /// Reads would do with half as many, and few connections are faster than many; but writes that
    /// wait for the database's log share its flushes, more of them the cheaper.
    std::size_t usual_workers = 0;
    /// Handlers that run at once at most, where they wait for something slow.
    std::size_t max_workers = 64;
    /// How long a request may wait for a worker; then it gets 503. Below what whoever stands
    /// before the server waits for it.
    std::chrono::milliseconds longest_wait{5'000};
    /// What requests that wait for a worker may hold, in bytes; further ones get 503 at once.
    std::size_t max_waiting_bytes = 64 * 1024 * 1024;
};

/// What a server is doing and has done.
struct server_statistics {
    std::size_t connections = 0;
    std::size_t workers = 0;
    std::size_t idle_workers = 0;
    /// Requests that wait for a worker, what they hold, and how long the first of them has waited.
    std::size_t waiting = 0;
    std::size_t waiting_bytes = 0;
    std::chrono::nanoseconds longest_wait{0};
    /// Requests answered 503 because they waited too long, or too much waited.
    std::uint64_t turned_away = 0;
};

/// Serves a router on one port. HTTP/2 by prior knowledge or `Upgrade: h2c`. No TLS.
///
/// A client that leaves while its request runs has `request::client_left` requested.
/// Lifetime: the router outlives the server. Threads: run() in one, stop() from any.
class server {
public:
    explicit server(const router& routes, server_options options = {})
        : host_(routes, options.limits, workers_of(options)), most_(options.max_connections),
          stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    server(const server&) = delete;
    server(server&&) = delete;
    server& operator=(const server&) = delete;
    server& operator=(server&&) = delete;
    ~server() = default;

    /// Binds and answers the port, which is a free one when `port` is 0. Raises the process's limit
    /// of open files as far as its connections need and the system allows.
    ///
    /// Errors: configuration_error when the address is taken or unknown.
    int bind(const std::string& host, int port) {
        raise_file_limit(most_);
        return detail::listen_on(listening_, host, port);
    }

    /// Serves until stop(), then finishes what runs. Requires bind().
    void run() {
        detail::keeper keeper{host_, most_, stop_};
        keeper.run(listening_);
    }

    /// Stops accepting at once; idle connections close, requests that have begun are finished,
    /// those of HTTP/2 after a GOAWAY. May be called from a signal handler, and before run().
    void stop() noexcept {
        host_.is_stopping.store(true);
        detail::ring(stop_);
    }

    /// Answers that no route made, by status: refusals, and what is said at once.
    [[nodiscard]] const status_counts& own_answers() const noexcept { return host_.own_answers; }

    [[nodiscard]] server_statistics statistics() const {
        const auto workers = host_.workers.statistics();
        return {
            .connections = host_.links.size(),
            .workers = workers.threads,
            .idle_workers = workers.idle,
            .waiting = workers.waiting,
            .waiting_bytes = workers.waiting_bytes,
            .longest_wait = workers.longest_wait,
            .turned_away = workers.turned_away,
        };
    }

private:
    static std::size_t cores() {
        return std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    }

    static detail::worker_options workers_of(const server_options& from) {
        detail::worker_options made{
            .most = from.max_workers,
            .longest_wait = from.longest_wait,
            .waiting_bytes = from.max_waiting_bytes,
            .joint = cores(),
        };
        made.usual =
            from.usual_workers > 0 ? from.usual_workers : std::max<std::size_t>(4 * cores(), 8);
        return made;
    }

    static void raise_file_limit(std::size_t connections) {
        rlimit limit{};
        if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
            return;
        // Others need files too: databases, logs.
        const rlim_t wanted = std::min<rlim_t>(connections + 1'024, limit.rlim_max);
        if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
            limit.rlim_cur = wanted;
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
    }

    detail::link_host host_;
    std::size_t most_;
    detail::descriptor stop_;
    detail::descriptor listening_;
};

} // namespace weir::http
