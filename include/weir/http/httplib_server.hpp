// SPDX-License-Identifier: Apache-2.0
// A listener for a router: cpp-httplib accepts connections, weir reads and writes them
// (http/connection.hpp), so that none of 0.11.4's parsing faces the network. Costs httplib.h.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/connection.hpp>
#include <weir/http/detail/httplib_include.hpp>
#include <weir/http/elastic_queue.hpp>
#include <weir/http/router.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace weir::http {

struct server_options {
    connection_limits limits{};
    /// Connections served at once; further ones wait, then get 503.
    std::size_t max_connections = 512;
    std::size_t max_waiting = 256;
};

namespace detail {

/// Owns a file descriptor.
class descriptor {
public:
    explicit descriptor(int held = -1) noexcept : held_(held) {}

    descriptor(const descriptor&) = delete;
    descriptor(descriptor&&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    descriptor& operator=(descriptor&&) = delete;

    ~descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return held_; }

    void reset(int held = -1) noexcept {
        if (held_ >= 0)
            ::close(held_);
        held_ = held;
    }

private:
    int held_;
};

} // namespace detail

/// Serves a router on one port: a thread per connection, up to a limit, idle ones giving way under
/// load. Lifetime: the router outlives the server. Threads: run() in one, stop() from any.
class httplib_server {
public:
    explicit httplib_server(const router& routes, server_options options = {})
        : acceptor_(routes, options) {}

    /// Binds and answers the port, which is a free one when `port` is 0.
    ///
    /// Errors: configuration_error when the address is taken or unknown.
    int bind(const std::string& host, int port) { return acceptor_.bind(host, port); }

    /// Serves until stop(), then finishes what runs. Requires bind().
    void run() { acceptor_.run(); }

    /// Stops accepting at once; idle connections close, requests that have begun are finished. May
    /// be called from a signal handler, and before run().
    void stop() noexcept { acceptor_.stop_accepting(); }

private:
    class acceptor final : public httplib::Server {
    public:
        acceptor(const router& routes, server_options options)
            : routes_(&routes), options_(options), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
              relief_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
            if (stop_.get() < 0 || relief_.get() < 0)
                throw configuration_error{"The system gives no event descriptor"};
            set_socket_options([this](socket_t listening) { keep(listening); });
            new_task_queue = [this] { return make_queue(); };
        }

        int bind(const std::string& host, int port) {
            const int bound =
                port == 0 ? bind_to_any_port(host) : (bind_to_port(host, port) ? port : -1);
            // httplib's backlog of 5 loses connections under load (p99 0.2-1.3 s at 64 clients).
            if (bound < 0 || ::listen(listening_.get(), 1024) != 0)
                throw configuration_error{
                    "Cannot listen on " + host + ":" + std::to_string(port) +
                    ": taken, or not an address of this machine"
                };
            return bound;
        }

        void run() {
            accepting_thread_ = std::this_thread::get_id();
            listen_after_bind();
            // Whatever ended it, nobody may wait in our copy's backlog. Closing is for the
            // destructor: stop() may be reading the descriptor now.
            ::shutdown(listening_.get(), SHUT_RDWR);
        }

        void stop_accepting() noexcept {
            const std::uint64_t one = 1;
            static_cast<void>(::write(stop_.get(), &one, sizeof one));
            // Ends the accept() in listen_after_bind(), also one that has not begun.
            ::shutdown(listening_.get(), SHUT_RDWR);
        }

    private:
        // A copy of the descriptor: httplib closes its own at times of its choosing.
        void keep(socket_t listening) {
            const int yes = 1;
            ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            listening_.reset(::fcntl(listening, F_DUPFD_CLOEXEC, 0));
        }

        httplib::TaskQueue* make_queue() {
            // httplib owns what this returns.
            return new elastic_queue{{
                .min_threads = 2,
                .max_threads = options_.max_connections,
                .max_waiting = options_.max_waiting,
                .on_waiting =
                    [this] {
                        const std::uint64_t one = 1;
                        static_cast<void>(::write(relief_.get(), &one, sizeof one));
                    },
                .run_overflow_here = true,
            }};
        }

        bool process_and_close_socket(socket_t accepted) override {
            const detail::descriptor owner{accepted};
            const int yes = 1;
            // Without it, a keep-alive answer of two packets takes 40 ms.
            ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            connection served{accepted, *routes_, options_.limits, {stop_.get(), relief_.get()}};
            if (std::this_thread::get_id() == accepting_thread_) {
                served.refuse_overload();
            } else {
                served.serve();
            }
            return true;
        }

        const router* routes_;
        server_options options_;
        detail::descriptor stop_;
        detail::descriptor relief_;
        detail::descriptor listening_;
        std::thread::id accepting_thread_;
    };

    acceptor acceptor_;
};

} // namespace weir::http
