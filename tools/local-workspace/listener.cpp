// SPDX-License-Identifier: Apache-2.0
#include "listener.hpp"

#include <weir/core/error.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/router.hpp>

#include <arpa/inet.h>
#include <array>
#include <condition_variable>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "connection.hpp"

namespace local_workspace {

namespace {

thread_local int served_socket = -1;

} // namespace

void break_connection() noexcept {
    if (served_socket < 0)
        return;
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(served_socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    // Closing it is for its owner; a socket connected to nothing is reset now.
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(served_socket, &nowhere, sizeof nowhere);
}

void send_and_close(std::string_view bytes) noexcept {
    if (served_socket < 0)
        return;
    while (!bytes.empty()) {
        const auto sent = ::send(served_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::shutdown(served_socket, SHUT_RDWR);
}

struct listener::parts {
    int listening = -1;
    int stop = -1;
    int port = 0;
    weir::http::connection_limits limits{};

    std::mutex mutex{};
    std::condition_variable idle{};
    std::size_t open = 0;

    void serve(int accepted, const weir::http::router& routes) {
        const int yes = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        served_socket = accepted;
        {
            connection served{accepted, routes, limits, stop};
            served.serve();
        }
        served_socket = -1;
        ::close(accepted);
        const std::lock_guard lock{mutex};
        --open;
        idle.notify_all();
    }
};

listener::listener(int port, std::size_t body_bytes) : parts_(std::make_unique<parts>()) {
    auto& own = *parts_;
    own.limits.body_bytes = body_bytes;
    // Requests wait for statements up to 50 s.
    own.limits.request_time = std::chrono::seconds{120};
    own.limits.write_time = std::chrono::seconds{60};
    own.listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    own.stop = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const int yes = 1;
    ::setsockopt(own.listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(own.listening, plain, size) != 0 || ::listen(own.listening, 1024) != 0 ||
        ::getsockname(own.listening, plain, &size) != 0)
        throw weir::configuration_error{
            "Cannot listen on 127.0.0.1:" + std::to_string(port) + ": taken?"
        };
    own.port = ntohs(address.sin_port);
}

listener::~listener() {
    ::close(parts_->listening);
    ::close(parts_->stop);
}

int listener::port() const noexcept {
    return parts_->port;
}

void listener::run(const weir::http::router& routes) {
    auto& own = *parts_;
    std::array<pollfd, 2> watched{{{own.listening, POLLIN, 0}, {own.stop, POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) >= 0 || errno == EINTR) {
        if (watched[1].revents != 0)
            break;
        const int accepted = ::accept4(own.listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0)
            continue;
        {
            const std::lock_guard lock{own.mutex};
            ++own.open;
        }
        std::thread{[&own, accepted, &routes] { own.serve(accepted, routes); }}.detach();
    }
    std::unique_lock lock{own.mutex};
    own.idle.wait(lock, [&] { return own.open == 0; });
}

void listener::stop() noexcept {
    const std::uint64_t one = 1;
    static_cast<void>(::write(parts_->stop, &one, sizeof one));
}

} // namespace local_workspace
