// SPDX-License-Identifier: Apache-2.0
// Sockets and other descriptors of the listener. POSIX only.
#pragma once

#include <weir/core/error.hpp>

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace weir::http::detail {

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

/// The numeric address of a socket's peer; empty when there is none.
[[nodiscard]] inline std::string peer_address(int socket) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    // The sockets API passes addresses of every family as sockaddr.
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
        return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* address = nullptr;
    if (peer.ss_family == AF_INET)
        address = &reinterpret_cast<const sockaddr_in*>(&peer)->sin_addr;
    if (peer.ss_family == AF_INET6)
        address = &reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr;
    if (address == nullptr ||
        ::inet_ntop(peer.ss_family, address, text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

/// Makes `into` a listening socket on `host`, and answers its port: a free one when `port` is 0.
///
/// Errors: configuration_error when the address is taken or unknown.
inline int listen_on(descriptor& into, const std::string& host, int port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* answer = nullptr;
    const auto service = std::to_string(port);
    if (::getaddrinfo(host.c_str(), service.c_str(), &wanted, &answer) != 0)
        answer = nullptr;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found{answer, &::freeaddrinfo};
    for (const auto* at = found.get(); at != nullptr; at = at->ai_next) {
        into.reset(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const int yes = 1;
        ::setsockopt(into.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        auto* const plain = reinterpret_cast<sockaddr*>(&bound);
        if (::bind(into.get(), at->ai_addr, at->ai_addrlen) != 0 ||
            ::listen(into.get(), 1024) != 0 || ::getsockname(into.get(), plain, &size) != 0)
            continue;
        return ntohs(
            bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port
                                        : reinterpret_cast<const sockaddr_in*>(&bound)->sin_port
        );
    }
    into.reset();
    throw configuration_error{
        "Cannot listen on " + host + ":" + service + ": taken, or not an address of this machine"
    };
}

} // namespace weir::http::detail
