// SPDX-License-Identifier: Apache-2.0
// A connection's socket: never waits, keeps what the client has not taken, tells epoll what it
// waits for. Linux.
#pragma once

#include <weir/http/detail/socket.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>

namespace weir::http::detail {

/// Owns a socket that an epoll watches, which tells of each change once. Threads: not two at once.
class link_socket {
public:
    enum class received { some, none, end, lost };

    /// `key`: what epoll's events are to hold.
    link_socket(int socket, int epoll, std::uint64_t key)
        : socket_(socket), epoll_(epoll), key_(key) {}

    [[nodiscard]] int get() const noexcept { return socket_.get(); }

    /// Has epoll watch it. False: the system refuses.
    [[nodiscard]] bool watch() { return control(EPOLL_CTL_ADD); }

    void unwatch() { control(EPOLL_CTL_DEL); }

    /// Fills the front of `room`; `size`: how far.
    received receive(std::span<char> room, std::size_t& size) {
        size = 0;
        while (true) {
            const auto got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
            if (got > 0) {
                size = static_cast<std::size_t>(got);
                return received::some;
            }
            if (got == 0)
                return received::end;
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return received::none;
            if (errno != EINTR)
                return received::lost;
        }
    }

    /// Sends both, what the client does not take now later. False: the connection is lost.
    [[nodiscard]] bool send(std::string head, std::string body) {
        if (!has_sent_all()) {
            unsent_ += head;
            unsent_ += body;
            return true;
        }
        const auto sent = send_now(head, body);
        if (sent < 0)
            return false;
        const auto size = static_cast<std::size_t>(sent);
        if (size == head.size() + body.size())
            return true;
        if (size >= head.size()) {
            sent_ = size - head.size();
            unsent_ = std::move(body);
        } else {
            sent_ = size;
            unsent_ = std::move(head);
            unsent_ += body;
        }
        expect(wanted_ | EPOLLOUT);
        return true;
    }

    /// Sends on. False: the connection is lost.
    [[nodiscard]] bool flush() {
        const auto sent = send_now(std::string_view{unsent_}.substr(sent_), {});
        if (sent < 0)
            return false;
        sent_ += static_cast<std::size_t>(sent);
        if (sent_ == unsent_.size()) {
            unsent_ = {};
            sent_ = 0;
            expect(wanted_ & ~std::uint32_t{EPOLLOUT});
        }
        return true;
    }

    [[nodiscard]] bool has_sent_all() const noexcept { return unsent_.empty(); }

    /// What the client sends stays where it is; its end is still seen.
    void pause_reading() { expect(wanted_ & ~std::uint32_t{EPOLLIN}); }

    void resume_reading() {
        if (!has_ended_)
            expect(wanted_ | EPOLLIN);
    }

    [[nodiscard]] bool is_paused() const noexcept { return (wanted_ & EPOLLIN) == 0; }

    /// The client sends nothing more.
    void stop_reading() {
        has_ended_ = true;
        expect(wanted_ & ~std::uint32_t{EPOLLIN | EPOLLRDHUP});
    }

    void end_sending() { ::shutdown(socket_.get(), SHUT_WR); }

    /// Ends the connection; epoll reports it.
    void end() { ::shutdown(socket_.get(), SHUT_RDWR); }

    /// Ends the connection so that the client cannot take it for an orderly end.
    void reset() {
        const ::linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        // Closing it is for later; a socket connected to nothing is reset now.
        sockaddr nowhere{};
        nowhere.sa_family = AF_UNSPEC;
        ::connect(socket_.get(), &nowhere, sizeof nowhere);
    }

private:
    void expect(std::uint32_t events) {
        if (events != std::exchange(wanted_, events))
            control(EPOLL_CTL_MOD);
    }

    bool control(int how) {
        epoll_event event{};
        event.events = wanted_ | EPOLLET;
        event.data.u64 = key_;
        return ::epoll_ctl(epoll_, how, socket_.get(), &event) == 0;
    }

    // How much the system took; -1: the connection is lost.
    [[nodiscard]] ssize_t send_now(std::string_view first, std::string_view second) const {
        std::size_t all = 0;
        while (!first.empty() || !second.empty()) {
            // sendmsg takes what it never changes as non-const.
            std::array<iovec, 2> parts{
                {{const_cast<char*>(first.data()), first.size()},
                 {const_cast<char*>(second.data()), second.size()}}
            };
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = parts.size();
            const auto sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0) {
                if (errno == EINTR)
                    continue;
                if (errno != EAGAIN && errno != EWOULDBLOCK)
                    return -1;
                break;
            }
            const auto size = static_cast<std::size_t>(sent);
            all += size;
            const auto of_first = std::min(size, first.size());
            first.remove_prefix(of_first);
            second.remove_prefix(size - of_first);
        }
        return static_cast<ssize_t>(all);
    }

    descriptor socket_;
    int epoll_;
    std::uint64_t key_;
    std::uint32_t wanted_ = EPOLLIN | EPOLLRDHUP;
    bool has_ended_ = false;
    // What the client has not taken, from `sent_` on.
    std::string unsent_;
    std::size_t sent_ = 0;
};

} // namespace weir::http::detail
