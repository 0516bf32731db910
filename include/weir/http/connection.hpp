// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.1 connection on a socket, served by the thread that calls serve(): strict framing,
// limits on size and time, keep-alive, pipelining, lingering close. POSIX only; no third party.
#pragma once

#include <weir/http/chunked.hpp>
#include <weir/http/head.hpp>
#include <weir/http/router.hpp>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace weir::http {

/// What a connection may cost.
struct connection_limits {
    head_limits head{};
    std::size_t body_bytes = 8 * 1024 * 1024;
    /// From the first byte of a request to the end of its head, and from there to the end of its
    /// body.
    std::chrono::milliseconds head_time{10'000};
    std::chrono::milliseconds body_time{30'000};
    /// How long a client may leave a response unread.
    std::chrono::milliseconds write_time{10'000};
    /// How long a connection may stay idle between requests.
    std::chrono::milliseconds keep_alive{60'000};
    std::size_t requests = 10'000;
    /// The deadline every request gets.
    std::chrono::milliseconds request_time = deadline::default_span;
};

/// Descriptors that wake a connection up. Both may be -1: never.
struct wake_ups {
    /// Readable once the server stops: idle connections close, the others finish their request.
    int stop = -1;
    /// Readable while somebody waits for a thread: whoever reads from it closes its idle
    /// connection.
    int relief = -1;
};

namespace detail {

using steady = std::chrono::steady_clock;

/// Seconds since 1970 as HTTP dates.
/// Source: RFC 9110 5.6.7, IMF-fixdate.
inline void append_http_date(std::string& out, std::time_t now) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    const auto two = [&out](int value) {
        out.push_back(static_cast<char>('0' + value / 10 % 10));
        out.push_back(static_cast<char>('0' + value % 10));
    };
    out += days.substr(static_cast<std::size_t>(utc.tm_wday) * 3, 3);
    out += ", ";
    two(utc.tm_mday);
    out.push_back(' ');
    out += months.substr(static_cast<std::size_t>(utc.tm_mon) * 3, 3);
    out += ' ' + std::to_string(utc.tm_year + 1900) + ' ';
    two(utc.tm_hour);
    out.push_back(':');
    two(utc.tm_min);
    out.push_back(':');
    two(utc.tm_sec);
    out += " GMT";
}

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

/// The head of a response. Fields that would break the message's framing are left out.
[[nodiscard]] inline std::string
response_head(const response& answer, bool keep_alive, std::time_t now, bool takes_chunks = true) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
    out += reason_phrase(answer.status);
    out += "\r\nDate: ";
    append_http_date(out, now);
    for (const auto& field : answer.headers) {
        if (!is_token(field.name) || !is_field_value(field.value))
            continue;
        out += "\r\n" + field.name + ": " + field.value;
    }
    if (answer.stream) {
        if (takes_chunks)
            out += "\r\nTransfer-Encoding: chunked";
    } else if (!is_bodiless(answer.status)) {
        out += "\r\nContent-Length: " + std::to_string(answer.body.size());
    }
    out += keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close";
    out += "\r\n\r\n";
    return out;
}

} // namespace detail

/// A connection. Borrows the socket: whoever made it closes it.
class connection {
public:
    connection(int socket, const router& routes, const connection_limits& limits, wake_ups wake)
        : socket_(socket), routes_(&routes), limits_(&limits), wake_(wake),
          peer_(detail::peer_address(socket)) {}

    /// Answers requests until the client or a limit ends the connection.
    void serve() {
        for (std::size_t served = 0; served < limits_->requests; ++served) {
            if (buffer_.empty() && !wait_for_request())
                return;
            if (serve_one(served + 1 < limits_->requests))
                continue;
            if (left_unread_)
                linger();
            return;
        }
    }

    /// Answers 503 without reading anything and without waiting, for a server that has no thread to
    /// spare.
    void refuse_overload() {
        const auto answer = problem_response(
            {503, "overloaded", "Too many requests at once", {}, {}}, make_request_id()
        );
        const auto text = detail::response_head(answer, false, std::time(nullptr)) + answer.body;
        std::array<char, 4096> dropped;
        // Unread input would turn the close into a reset that can destroy the answer on its way.
        static_cast<void>(::recv(socket_, dropped.data(), dropped.size(), MSG_DONTWAIT));
        static_cast<void>(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
        ::shutdown(socket_, SHUT_WR);
    }

private:
    using time_point = detail::steady::time_point;

    enum class read_outcome { some, closed, late };

    // How long work that has begun may still take once the server stops.
    static constexpr std::chrono::milliseconds stopping_grace{1'000};
    // The same for a streamed answer whose client keeps reading.
    static constexpr std::chrono::milliseconds stream_grace{5'000};

    static int milliseconds_until(time_point until) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - detail::steady::now()).count();
        return left <= 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left, 3'600'000));
    }

    // Waits until the socket is ready. A stop of the server brings `until` forward.
    bool wait_ready(short events, time_point until) {
        while (true) {
            std::array<pollfd, 2> watched{{{socket_, events, 0}, {wake_.stop, POLLIN, 0}}};
            const bool watch_stop = wake_.stop >= 0 && !stopping_;
            const int ready = ::poll(watched.data(), watch_stop ? 2 : 1, milliseconds_until(until));
            if (ready < 0 && errno != EINTR)
                return false;
            if (ready > 0 && watched[0].revents != 0)
                return true;
            if (ready > 0 && watched[1].revents != 0) {
                stopping_ = true;
                until = std::min(until, detail::steady::now() + stopping_grace);
            }
            if (detail::steady::now() >= until)
                return false;
        }
    }

    // Waits idle for the first byte of the next request. False: the connection should end.
    bool wait_for_request() {
        const auto until = detail::steady::now() + limits_->keep_alive;
        while (true) {
            std::array<pollfd, 3> watched{
                {{socket_, POLLIN, 0}, {wake_.stop, POLLIN, 0}, {wake_.relief, POLLIN, 0}}
            };
            const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(until));
            if (ready < 0 && errno != EINTR)
                return false;
            if (ready == 0)
                return false;
            if (ready > 0) {
                if (watched[0].revents != 0)
                    return true;
                if (watched[1].revents != 0)
                    return false;
                if (took_relief(watched[2].revents))
                    return false;
            }
        }
    }

    read_outcome read_some(time_point until) {
        while (true) {
            if (!wait_ready(POLLIN, until))
                return read_outcome::late;
            std::array<char, 16 * 1024> piece;
            const auto size = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
            if (size > 0) {
                buffer_.append(piece.data(), static_cast<std::size_t>(size));
                return read_outcome::some;
            }
            if (size == 0)
                return read_outcome::closed;
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                return read_outcome::closed;
        }
    }

    bool write_all(std::string_view first, std::string_view second) {
        while (!first.empty() || !second.empty()) {
            // sendmsg takes what it never changes as non-const.
            std::array<iovec, 2> parts{
                {{const_cast<char*>(first.data()), first.size()},
                 {const_cast<char*>(second.data()), second.size()}}
            };
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = parts.size();
            const auto sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0) {
                if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                    return false;
                if (!wait_ready(POLLOUT, detail::steady::now() + limits_->write_time))
                    return false;
                continue;
            }
            const auto size = static_cast<std::size_t>(sent);
            const auto of_first = std::min(size, first.size());
            first.remove_prefix(of_first);
            second.remove_prefix(size - of_first);
        }
        return true;
    }

    bool send(const response& answer, std::string_view method, bool keep_alive) {
        const bool with_body = method != "HEAD" && !is_bodiless(answer.status);
        const auto head = detail::response_head(answer, keep_alive, std::time(nullptr));
        return write_all(head, with_body ? std::string_view{answer.body} : std::string_view{}) &&
               keep_alive;
    }

    // Sends a body as it is made; false: the connection has to end. Pulls no piece before the
    // client has taken the last one.
    bool send_stream(response& answer, std::string_view method, bool keep_alive, bool chunked) {
        keep_alive = keep_alive && chunked;
        std::string head = detail::response_head(answer, keep_alive, std::time(nullptr), chunked);
        if (method == "HEAD" || is_bodiless(answer.status))
            return write_all(head, {}) && keep_alive;
        std::string piece;
        std::optional<time_point> until;
        for (bool more = true; more; head.clear()) {
            piece.clear();
            try {
                more = answer.stream.pull(piece);
            } catch (...) {
                return break_off(head, chunked);
            }
            if (!more)
                answer.stream = {};
            if (chunked && !piece.empty()) {
                head += chunk_head(piece.size());
                piece += "\r\n";
            }
            if (chunked && !more)
                piece += last_chunk;
            if (!write_all(head, piece))
                return false;
            if (!until && is_stopping())
                until = detail::steady::now() + stream_grace;
            if (more && until && detail::steady::now() >= *until)
                return break_off({}, chunked);
        }
        return keep_alive;
    }

    // Ends the connection inside an answer so that the client notices. A chunked body lacks its end
    // then; for HTTP/1.0, to which an orderly end would be the body's, only a reset tells.
    bool break_off(std::string_view unsent, bool chunked) {
        static_cast<void>(write_all(unsent, {}));
        if (!chunked) {
            const ::linger at_once{.l_onoff = 1, .l_linger = 0};
            ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        return false;
    }

    bool refuse(const problem& told, const request& asked) {
        left_unread_ = true;
        const auto id =
            asked.request_id.empty() ? choose_request_id(asked.headers) : asked.request_id;
        return send(problem_response(told, id), asked.method, false);
    }

    // Reads until the buffer begins with a whole head and says how long it is; absent: answered or
    // gone.
    std::optional<std::size_t> read_head_bytes() {
        const auto until = detail::steady::now() + limits_->head_time;
        std::size_t scanned = 0;
        while (true) {
            // RFC 9112 2.2: empty lines before the request line are ignored.
            while (scanned == 0 && buffer_.starts_with("\r\n"))
                buffer_.erase(0, 2);
            if (scanned == 0 && !buffer_.empty() && buffer_ != "\r" &&
                !detail::is_token(std::string_view{buffer_}.substr(0, 1))) {
                refuse(detail::bad_request("This is not HTTP"), {});
                return std::nullopt;
            }
            for (; scanned < buffer_.size(); ++scanned) {
                if (buffer_[scanned] != '\n')
                    continue;
                if (scanned == 0 || buffer_[scanned - 1] != '\r') {
                    refuse(detail::bad_request("A line of the head does not end in CRLF"), {});
                    return std::nullopt;
                }
                if (scanned >= 3 && buffer_[scanned - 2] == '\n')
                    return scanned + 1;
            }
            if (buffer_.size() > limits_->head.head_bytes) {
                refuse({431, "head_too_large", "The request's head is too large", {}, {}}, {});
                return std::nullopt;
            }
            const auto outcome = read_some(until);
            if (outcome == read_outcome::closed)
                return std::nullopt;
            if (outcome == read_outcome::late) {
                refuse({408, "request_timeout", "The request did not arrive in time", {}, {}}, {});
                return std::nullopt;
            }
        }
    }

    // Fills `body`; false: answered or gone.
    bool read_body(const framing& expected, const request& asked, std::string& body) {
        const problem too_large{413, "body_too_large", "The body is too large", {}, {}};
        if (expected.content_length.value_or(0) > limits_->body_bytes)
            return refuse(too_large, asked);
        if (expected.expects_continue && expected.has_body() && buffer_.empty() &&
            !write_all("HTTP/1.1 100 Continue\r\n\r\n", {}))
            return false;

        const auto until = detail::steady::now() + limits_->body_time;
        chunked_decoder decoder{limits_->body_bytes};
        while (true) {
            if (expected.chunked) {
                std::string_view input{buffer_};
                const auto state = decoder.feed(input, body);
                buffer_.erase(0, buffer_.size() - input.size());
                if (state == chunked_decoder::state::done)
                    return true;
                if (state == chunked_decoder::state::too_large)
                    return refuse(too_large, asked);
                if (state == chunked_decoder::state::malformed)
                    return refuse(detail::bad_request("The chunked body is malformed"), asked);
            } else {
                const auto wanted =
                    static_cast<std::size_t>(expected.content_length.value_or(0)) - body.size();
                const auto taken = std::min(wanted, buffer_.size());
                body.append(buffer_, 0, taken);
                buffer_.erase(0, taken);
                if (taken == wanted)
                    return true;
            }
            const auto outcome = read_some(until);
            if (outcome == read_outcome::closed)
                return false;
            if (outcome == read_outcome::late)
                return refuse(
                    {408, "request_timeout", "The body did not arrive in time", {}, {}}, asked
                );
        }
    }

    // Serves one request; true: the connection may carry another.
    bool serve_one(bool may_keep_alive) {
        const auto size = read_head_bytes();
        if (!size)
            return false;
        if (*size > limits_->head.head_bytes)
            return refuse({431, "head_too_large", "The request's head is too large", {}, {}}, {});
        request asked;
        framing expected;
        const auto refused =
            read_head(std::string_view{buffer_}.substr(0, *size), limits_->head, asked, expected);
        buffer_.erase(0, *size);
        asked.remote_address = peer_;
        if (refused)
            return refuse(*refused, asked);

        std::string body;
        if (!read_body(expected, asked, body))
            return false;
        asked.body = body;
        asked.until = deadline::in(limits_->request_time);
        const std::string method = asked.method;
        auto answer = routes_->handle(std::move(asked));
        const bool keep_alive = may_keep_alive && expected.keep_alive && !must_close();
        return answer.stream ? send_stream(answer, method, keep_alive, expected.takes_chunks)
                             : send(answer, method, keep_alive);
    }

    bool is_stopping() {
        pollfd watched{wake_.stop, POLLIN, 0};
        stopping_ = stopping_ || (wake_.stop >= 0 && ::poll(&watched, 1, 0) > 0);
        return stopping_;
    }

    // Whether this thread is wanted elsewhere: the server stops, or somebody waits for a thread.
    bool must_close() {
        std::array<pollfd, 2> watched{{{wake_.stop, POLLIN, 0}, {wake_.relief, POLLIN, 0}}};
        if (::poll(watched.data(), watched.size(), 0) <= 0)
            return false;
        return watched[0].revents != 0 || took_relief(watched[1].revents);
    }

    // Of all connections that are woken, one gets the token and makes room.
    [[nodiscard]] bool took_relief(short events) const {
        std::uint64_t token = 0;
        return events != 0 && ::read(wake_.relief, &token, sizeof token) > 0;
    }

    // Lets the client read the last answer: closing with unread input would reset the connection,
    // and the reset can overtake the answer. Source: RFC 9112 9.6.
    void linger() {
        ::shutdown(socket_, SHUT_WR);
        const auto until =
            detail::steady::now() + std::chrono::milliseconds{stopping_ ? 200 : 1'000};
        constexpr std::size_t most_bytes = 64 * 1024 * 1024;
        std::size_t dropped = 0;
        while (dropped < most_bytes && read_some(until) == read_outcome::some) {
            dropped += buffer_.size();
            buffer_.clear();
        }
    }

    int socket_;
    const router* routes_;
    const connection_limits* limits_;
    wake_ups wake_;
    std::string peer_;
    // What was received and not yet used: the rest of a request, or the beginning of pipelined
    // ones.
    std::string buffer_;
    bool stopping_ = false;
    // A request was refused before its end; its rest may still be on its way.
    bool left_unread_ = false;
};

} // namespace weir::http
