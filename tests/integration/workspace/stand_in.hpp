// SPDX-License-Identifier: Apache-2.0
// The other side of the workspace client, as far as its tests need one: a server on loopback that
// answers with the bytes it is told to, or breaks off.
#pragma once

#include <weir/core/headers.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace test {

struct asked {
    std::string method;
    std::string target;
    weir::headers fields;
    std::string body;

    [[nodiscard]] std::string field(std::string_view name) const {
        return std::string{fields.find(name).value_or("")};
    }
};

/// The bytes of an answer with a length.
inline std::string answer(int status, std::string_view body, std::string_view fields = "") {
    std::string made = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: ";
    made += std::to_string(body.size()) + "\r\n";
    made.append(fields).append("\r\n").append(body);
    return made;
}

/// Listens on a free port of this machine and answers every request with what `reply` returns;
/// empty: the connection is broken off. A reply ending in `close_mark` is broken off after it.
class stand_in {
public:
    static constexpr std::string_view close_mark = "\x01"
                                                   "close";

    using replier = std::function<std::string(const asked&)>;

    explicit stand_in(replier reply)
        : reply_(std::move(reply)), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            ::listen(listening_, 64) != 0 ||
            ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error{"stand_in: cannot listen"};
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread{[this] { accept_all(); }};
    }

    stand_in(const stand_in&) = delete;
    stand_in(stand_in&&) = delete;
    stand_in& operator=(const stand_in&) = delete;
    stand_in& operator=(stand_in&&) = delete;

    ~stand_in() {
        ::shutdown(listening_, SHUT_RDWR);
        accepting_.join();
        {
            const std::lock_guard lock{mutex_};
            for (const int each : open_)
                ::shutdown(each, SHUT_RDWR);
        }
        for (auto& each : serving_)
            each.join();
        ::close(listening_);
    }

    [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// Everything asked so far.
    [[nodiscard]] std::vector<asked> requests() const {
        const std::lock_guard lock{mutex_};
        return seen_;
    }

    [[nodiscard]] std::size_t count(std::string_view target) const {
        std::size_t found = 0;
        for (const auto& each : requests())
            found += each.target == target ? 1U : 0U;
        return found;
    }

    [[nodiscard]] std::size_t connections() const {
        const std::lock_guard lock{mutex_};
        return serving_.size();
    }

private:
    void accept_all() {
        for (;;) {
            const int accepted = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            if (accepted < 0)
                return;
            const int yes = 1;
            ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            const std::lock_guard lock{mutex_};
            open_.push_back(accepted);
            serving_.emplace_back([this, accepted] { serve(accepted); });
        }
    }

    void serve(int socket) {
        std::string received;
        asked request;
        while (receive(socket, received, request)) {
            {
                const std::lock_guard lock{mutex_};
                seen_.push_back(request);
            }
            auto reply = reply_(request);
            const bool closes = reply.empty() || reply.ends_with(close_mark);
            if (reply.ends_with(close_mark))
                reply.resize(reply.size() - close_mark.size());
            for (std::string_view rest = reply; !rest.empty();) {
                const auto sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
                if (sent <= 0)
                    break;
                rest.remove_prefix(static_cast<std::size_t>(sent));
            }
            if (closes)
                break;
        }
        const std::lock_guard lock{mutex_};
        std::erase(open_, socket);
        ::close(socket);
    }

    static bool read_more(int socket, std::string& received) {
        std::array<char, 16384> piece;
        const auto got = ::recv(socket, piece.data(), piece.size(), 0);
        if (got <= 0)
            return false;
        received.append(piece.data(), static_cast<std::size_t>(got));
        return true;
    }

    static bool receive(int socket, std::string& received, asked& out) {
        std::size_t end = 0;
        while ((end = received.find("\r\n\r\n")) == std::string::npos)
            if (!read_more(socket, received))
                return false;
        out = {};
        std::string_view head{received.data(), end + 2};
        auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        out.method = line.substr(0, line.find(' '));
        line.remove_prefix(out.method.size() + 1);
        out.target = line.substr(0, line.find(' '));
        while (!head.empty()) {
            const auto field = head.substr(0, head.find("\r\n"));
            head.remove_prefix(field.size() + 2);
            const auto colon = field.find(':');
            out.fields.add(field.substr(0, colon), weir::trimmed(field.substr(colon + 1)));
        }
        std::size_t length = 0;
        const auto text = out.field("Content-Length");
        std::from_chars(text.data(), text.data() + text.size(), length);
        while (received.size() < end + 4 + length)
            if (!read_more(socket, received))
                return false;
        out.body = received.substr(end + 4, length);
        received.erase(0, end + 4 + length);
        return true;
    }

    replier reply_;
    int listening_;
    int port_ = 0;
    std::thread accepting_;
    mutable std::mutex mutex_;
    std::vector<std::thread> serving_;
    std::vector<int> open_;
    std::vector<asked> seen_;
};

} // namespace test
