// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.1 connection, served by the thread that calls serve(), so that a handler can do to it
// what networks do (listener.hpp). weir's own listener has no such thread.
#pragma once

#include <weir/http/chunked.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request_id.hpp>
#include <weir/http/request_reader.hpp>
#include <weir/http/response_head.hpp>
#include <weir/http/router.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

namespace local_workspace {

/// A connection of this machine. Borrows the socket: whoever made it closes it.
class connection {
    using clock = std::chrono::steady_clock;

public:
    /// `stop` becomes readable once the server stops: an idle connection ends, others finish their
    /// request. Lifetime: all of them outlive this object.
    connection(
        int socket,
        const weir::http::router& routes,
        const weir::http::connection_limits& limits,
        int stop
    )
        : socket_(socket), routes_(&routes), limits_(&limits), stop_(stop), reader_(limits) {
        // Nobody waits forever for a client that does not read.
        const timeval patience{
            .tv_sec = std::chrono::ceil<std::chrono::seconds>(limits.write_time).count(),
            .tv_usec = 0
        };
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }

    /// Answers requests until the client or a limit ends the connection.
    void serve() {
        while (read_request())
            if (!answer())
                return;
    }

private:
    using state = weir::http::request_reader::state;

    // False: there is none, or it was refused.
    bool read_request() {
        auto until = clock::now() + limits_->keep_alive;
        bool was_between = true;
        while (true) {
            std::string_view input{buffer_};
            const auto reached = reader_.feed(input);
            buffer_.erase(0, buffer_.size() - input.size());
            if (reached == state::whole)
                return true;
            if (reached == state::refused)
                return refuse(reader_.refusal());
            if (reader_.takes_continue() && !write_all("HTTP/1.1 100 Continue\r\n\r\n"))
                return false;
            if (was_between && !reader_.is_between()) {
                was_between = false;
                until = clock::now() + limits_->head_time + limits_->body_time;
            }
            if (!read_some(until))
                return false;
        }
    }

    static int milliseconds_until(clock::time_point until) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    }

    // False: nothing came in time, the client has left, or the server stops and waits for nobody.
    bool read_some(clock::time_point until) {
        while (true) {
            std::array<pollfd, 2> watched{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
            const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(until));
            if (ready < 0 && errno == EINTR)
                continue;
            if (ready <= 0 || (watched[0].revents == 0 && watched[1].revents != 0))
                return false;
            std::array<char, 16 * 1024> piece;
            const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
            if (size < 0 && errno == EINTR)
                continue;
            if (size > 0)
                buffer_.append(piece.data(), static_cast<std::size_t>(size));
            return size > 0;
        }
    }

    bool write_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    [[nodiscard]] bool is_stopping() const {
        pollfd watched{stop_, POLLIN, 0};
        return ::poll(&watched, 1, 0) > 0;
    }

    // Whether the connection may carry another request.
    bool answer() {
        auto asked = std::move(reader_.asked());
        const auto body = std::move(reader_.body());
        const auto expected = reader_.expected();
        reader_.next();
        asked.body = body;
        asked.remote_address = "127.0.0.1";
        asked.until = weir::deadline::in(limits_->request_time);
        const bool is_head = asked.method == "HEAD";
        auto made = routes_->handle(std::move(asked));
        const bool keep_alive = expected.keep_alive && !is_stopping() && !made.stream;
        auto text = head_of(made, keep_alive);
        if (is_head || weir::http::is_bodiless(made.status))
            return write_all(text) && keep_alive;
        if (!made.stream)
            return write_all(text + made.body) && keep_alive;
        return send_stream(std::move(made.stream), std::move(text));
    }

    static std::string head_of(const weir::http::response& made, bool keep_alive) {
        return weir::http::detail::response_head(made, keep_alive, std::time(nullptr), true);
    }

    bool send_stream(weir::http::body_stream stream, std::string text) {
        for (bool more = true; more; text.clear()) {
            std::string piece;
            try {
                more = stream.pull(piece);
            } catch (...) { // The router's log has it; the client sees that the end is missing.
                write_all(text);
                return false;
            }
            if (!piece.empty())
                text += weir::http::chunk_head(piece.size()) + piece + "\r\n";
            if (!more)
                text += weir::http::last_chunk;
            if (!write_all(text))
                return false;
        }
        return false;
    }

    bool refuse(const weir::http::problem& told) {
        const auto made = weir::http::problem_response(
            told, weir::http::choose_request_id(reader_.asked().headers)
        );
        write_all(head_of(made, false) + made.body);
        ::shutdown(socket_, SHUT_WR);
        // Closing with unread input would be a reset, which can overtake the answer.
        const auto until = clock::now() + std::chrono::seconds{1};
        while (read_some(until))
            buffer_.clear();
        return false;
    }

    int socket_;
    const weir::http::router* routes_;
    const weir::http::connection_limits* limits_;
    int stop_;
    weir::http::request_reader reader_;
    // Received and not yet used.
    std::string buffer_;
};

} // namespace local_workspace
