// SPDX-License-Identifier: Apache-2.0
// An HTTP client for tests that sends exactly the bytes it is given: whole requests, halves, and
// nonsense.
#pragma once

#include <weir/http/chunked.hpp>
#include <weir/http/headers.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace weir::test {

struct raw_response {
    int status = 0;
    http::headers headers{};
    std::string body{};
    /// Whether the body came to the end its framing announced.
    bool is_whole = true;
};

/// One connection to a port of this machine.
class raw_client {
public:
    explicit raw_client(int port, std::chrono::milliseconds patience = std::chrono::seconds{10})
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), patience_(patience) {
        const int yes = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error{"raw_client: cannot connect"};
        }
    }

    raw_client(raw_client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), patience_(other.patience_),
          received_(std::move(other.received_)) {}

    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    raw_client& operator=(raw_client&&) = delete;

    ~raw_client() {
        if (socket_ >= 0)
            ::close(socket_);
    }

    /// To wait for; reading is this object's.
    [[nodiscard]] int socket() const noexcept { return socket_; }

    /// Sends all of it; false when the server closed first.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Sends as much of it as the server takes until it takes nothing for `patience`; whether that
    /// was all.
    bool send_for(std::string_view bytes, std::chrono::milliseconds patience) {
        while (!bytes.empty()) {
            pollfd watched{socket_, POLLOUT, 0};
            if (::poll(&watched, 1, static_cast<int>(patience.count())) <= 0)
                return false;
            const auto sent =
                ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Has the connection end by a reset instead of in good order.
    void reset() {
        const ::linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

    /// The next response; absent when the connection ends or nothing comes in time. `has_body` is
    /// false for answers to HEAD.
    std::optional<raw_response> receive(bool has_body = true) {
        while (received_.find("\r\n\r\n") == std::string::npos)
            if (!read_more())
                return std::nullopt;
        const auto end = received_.find("\r\n\r\n");
        raw_response made;
        std::string_view head{received_.data(), end + 2};
        const auto line = head.substr(0, head.find("\r\n"));
        if (line.size() < 12)
            return std::nullopt;
        std::from_chars(line.data() + 9, line.data() + 12, made.status);
        head.remove_prefix(line.size() + 2);
        while (!head.empty()) {
            const auto field = head.substr(0, head.find("\r\n"));
            head.remove_prefix(field.size() + 2);
            const auto colon = field.find(':');
            if (colon != std::string_view::npos)
                made.headers.add(field.substr(0, colon), http::trimmed(field.substr(colon + 1)));
        }
        received_.erase(0, end + 4);
        if (has_body && made.headers.find("Transfer-Encoding") == "chunked") {
            receive_chunks(made);
            return made;
        }
        std::size_t length = 0;
        if (const auto text = made.headers.find("Content-Length"); text && has_body)
            std::from_chars(text->data(), text->data() + text->size(), length);
        while (received_.size() < length)
            if (!read_more())
                return std::nullopt;
        made.body = received_.substr(0, length);
        received_.erase(0, length);
        return made;
    }

    /// Sends a request and returns its response.
    std::optional<raw_response> exchange(std::string_view bytes, bool has_body = true) {
        send(bytes);
        return receive(has_body);
    }

    /// Whether the server has closed the connection, having sent nothing more.
    bool is_closed() { return received_.empty() && !read_more() && ended_; }

    /// What arrives next, heads and framing and all; empty when nothing does.
    std::string receive_some() {
        if (received_.empty())
            read_more();
        return std::exchange(received_, {});
    }

    /// Everything until the server ends the connection.
    std::string receive_rest() {
        while (read_more())
            ;
        return std::exchange(received_, {});
    }

    /// Whether the server ended the connection by a reset.
    [[nodiscard]] bool is_reset() const noexcept { return reset_; }

private:
    void receive_chunks(raw_response& made) {
        http::chunked_decoder decoder{std::string{}.max_size()};
        while (true) {
            std::string_view input{received_};
            const auto state = decoder.feed(input, made.body);
            received_.erase(0, received_.size() - input.size());
            made.is_whole = state == http::chunked_decoder::state::done;
            if (state != http::chunked_decoder::state::wants_more || !read_more())
                return;
        }
    }

    bool read_more() {
        pollfd watched{socket_, POLLIN, 0};
        if (::poll(&watched, 1, static_cast<int>(patience_.count())) <= 0)
            return false;
        std::array<char, 16 * 1024> piece;
        const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
        if (size <= 0) {
            ended_ = true;
            reset_ = size < 0 && errno == ECONNRESET;
            return false;
        }
        received_.append(piece.data(), static_cast<std::size_t>(size));
        return true;
    }

    int socket_;
    std::chrono::milliseconds patience_;
    std::string received_;
    bool ended_ = false;
    bool reset_ = false;
};

} // namespace weir::test
