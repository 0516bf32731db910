// SPDX-License-Identifier: Apache-2.0
// HTTP exchanges over kept connections, one try each: no credentials, no retries. Works with
// cpp-httplib 0.11.4 and with later versions. Costs httplib.h.
#pragma once

#include <weir/core/breaker.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>
#include <weir/workspace/httplib.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct http_options {
    std::chrono::milliseconds connect_timeout{10'000};
    /// How long the other side may stay silent.
    std::chrono::milliseconds silence_timeout{60'000};
    /// An answer gathered in memory may be this large.
    std::size_t body_bytes = std::size_t{256} * 1024 * 1024;
    /// Connections unused for longer are not used again.
    std::chrono::milliseconds idle_time{30'000};
    std::size_t idle_connections = 64;
    /// A PEM file of certificates to trust; empty: the system's.
    std::string ca_file{};
    /// False: anybody between can read and change everything.
    bool verify_certificates = true;
    /// One for each origin: refuses exchanges at once while it cannot be reached. Off: each caller
    /// finds out for itself.
    breaker_options breaker{.failures = 0};
};

struct http_request {
    std::string_view method;
    /// `https://name` or with `:port`.
    std::string_view origin;
    /// Path and query, encoded.
    std::string_view target;
    headers fields{};
    std::string_view body{};
    deadline until{};
    /// Takes the body of a 2xx answer piece by piece instead of gathering it; answering false ends
    /// the exchange.
    std::function<bool(std::string_view piece)> receive{};
};

/// How far an exchange came.
enum class exchange_end : std::uint8_t {
    /// There is a whole answer, of whatever status.
    answered,
    /// The request did not leave: nothing has happened.
    not_sent,
    /// The same, because the certificate is not to be trusted.
    not_trusted,
    /// The same, because this origin could not be reached several times in a row and is left alone
    /// for a moment (http_options::breaker).
    circuit_open,
    /// The request left, and the connection broke before the answer was whole.
    broken,
    /// The request left, and time ran out.
    timed_out,
    too_large,
    /// `receive` ended it.
    ended_by_receiver,
};

struct http_answer {
    exchange_end end = exchange_end::broken;
    int status = 0;
    headers fields{};
    std::string body{};
    /// The receiver was given something already.
    bool began = false;
    /// What the transport says, for logs.
    std::string trouble{};
};

namespace detail {

/// What one exchange knows while its answer arrives.
struct arrival {
    const http_request& asked;
    http_answer& answer;
    std::size_t most_bytes;
    bool late = false;

    bool take_head(const httplib::Response& head) {
        answer.status = head.status;
        return !asked.until.has_passed();
    }

    bool take_piece(std::string_view piece) {
        if (asked.until.has_passed()) {
            late = true;
            return false;
        }
        if (asked.receive && answer.status / 100 == 2) {
            answer.began = true;
            if (asked.receive(piece))
                return true;
            answer.end = exchange_end::ended_by_receiver;
            return false;
        }
        if (piece.size() > most_bytes - answer.body.size()) {
            answer.end = exchange_end::too_large;
            return false;
        }
        answer.body.append(piece);
        return true;
    }
};

} // namespace detail

/// Exchanges requests for answers. Threads: any number at once; each uses a connection of its own.
class http_client {
public:
    explicit http_client(http_options options = {}) : options_(std::move(options)) {}

    /// One request, one answer. Redirects are answers. Never throws for what the network does.
    ///
    /// Errors: validation_error for a field that is none, such as a value of two lines.
    [[nodiscard]] http_answer exchange(const http_request& asked) {
        http_answer answer;
        const auto left = asked.until.left();
        if (left.count() == 0) {
            answer.end = exchange_end::not_sent;
            answer.trouble = "no time left";
            return answer;
        }
        const std::string origin{asked.origin};
        auto leave = breaker_of(origin).enter();
        if (!leave) {
            answer.end = exchange_end::circuit_open;
            answer.trouble = "not tried: the circuit is open";
            return answer;
        }
        exchange_over(origin, asked, left, answer);
        const bool had_no_time = left < least_time && asked.until.has_passed();
        tell(*leave, answer.end, had_no_time);
        return answer;
    }

    /// Whether the origin may be reached.
    [[nodiscard]] breaker_state circuit(const std::string& origin) {
        return breaker_of(origin).state();
    }

private:
    struct idle_connection {
        std::unique_ptr<httplib::Client> connection;
        deadline::clock::time_point since;
    };

    // With less, failing to connect tells of the caller's haste, not of the origin.
    static constexpr std::chrono::milliseconds least_time{1'000};

    breaker& breaker_of(const std::string& origin) {
        const std::lock_guard lock{mutex_};
        return breakers_.try_emplace(origin, options_.breaker).first->second;
    }

    static void tell(breaker::attempt& leave, exchange_end how, bool had_no_time) {
        switch (how) {
        case exchange_end::answered:
        case exchange_end::too_large:
        case exchange_end::ended_by_receiver:
            return leave.succeeded();
        case exchange_end::not_sent:
        case exchange_end::broken:
            if (!had_no_time)
                leave.failed();
            return;
        // Slow is not dead.
        case exchange_end::timed_out:
        case exchange_end::not_trusted:
        case exchange_end::circuit_open:
            return;
        }
    }

    void exchange_over(
        const std::string& origin,
        const http_request& asked,
        std::chrono::milliseconds left,
        http_answer& answer
    ) {
        auto connection = take(origin);
        const auto silence = std::min(left, options_.silence_timeout);
        connection->set_connection_timeout(std::min(left, options_.connect_timeout));
        connection->set_read_timeout(silence);
        connection->set_write_timeout(silence);

        detail::arrival arriving{asked, answer, options_.body_bytes};
        auto sent = make(asked, arriving);
        httplib::Response got;
        auto fault = httplib::Error::Success;
        const auto began = deadline::clock::now();
        if (connection->send(sent, got, fault)) {
            answer.end = exchange_end::answered;
            answer.status = got.status;
            for (const auto& [name, value] : got.headers)
                answer.fields.add(name, value);
            // A connection that an answer came over whole is good for the next request.
            keep(origin, std::move(connection));
            return;
        }
        answer.trouble = httplib::to_string(fault);
        if (answer.end == exchange_end::broken)
            answer.end = end_of(fault);
        const bool waited = arriving.late || deadline::clock::now() - began >= silence;
        if (answer.end == exchange_end::broken && waited)
            answer.end = exchange_end::timed_out;
    }

    static httplib::Request make(const http_request& asked, detail::arrival& arriving) {
        httplib::Request sent;
        sent.method = asked.method;
        sent.path = asked.target;
        sent.body = asked.body;
        for (const auto& field : asked.fields) {
            // Two lines would be two fields, of somebody else's making.
            if (has_control(field.name) || has_control(field.value))
                throw validation_error{{{"header", {field.name}, "must not have control characters"}
                }};
            sent.headers.emplace(field.name, field.value);
        }
        sent.response_handler = [&arriving](const httplib::Response& head) {
            return arriving.take_head(head);
        };
        sent.content_receiver = [&arriving](const char* data, std::size_t size, auto, auto) {
            return arriving.take_piece({data, size});
        };
        return sent;
    }

    static bool has_control(std::string_view text) noexcept {
        return std::any_of(text.begin(), text.end(), [](char c) {
            return (c >= 0 && c < ' ' && c != '\t') || c == '\x7F';
        });
    }

    static exchange_end end_of(httplib::Error fault) {
        switch (fault) {
        case httplib::Error::Connection:
        case httplib::Error::BindIPAddress:
        case httplib::Error::SSLConnection:
        case httplib::Error::ConnectionTimeout:
            return exchange_end::not_sent;
        case httplib::Error::SSLLoadingCerts:
        case httplib::Error::SSLServerVerification:
            return exchange_end::not_trusted;
        default:
            // Newer versions have a name of its own for a certificate of another host.
            return httplib::to_string(fault).find("hostname") == std::string::npos
                       ? exchange_end::broken
                       : exchange_end::not_trusted;
        }
    }

    std::unique_ptr<httplib::Client> take(const std::string& origin) {
        {
            const std::lock_guard lock{mutex_};
            auto& kept = idle_[origin];
            const auto oldest = deadline::clock::now() - options_.idle_time;
            std::erase_if(kept, [&](const idle_connection& each) { return each.since < oldest; });
            while (!kept.empty()) {
                auto newest = std::move(kept.back().connection);
                kept.pop_back();
                if (is_quiet(*newest))
                    return newest;
            }
        }
        return connect(origin);
    }

    // Nobody sends unasked but to say goodbye, which in TLS is data: a request after it would be
    // lost, and a write's outcome unknown.
    static bool is_quiet(const httplib::Client& connection) {
        ::pollfd watched{connection.socket(), POLLIN, 0};
        return ::poll(&watched, 1, 0) == 0;
    }

    // Does not connect yet: send() does.
    [[nodiscard]] std::unique_ptr<httplib::Client> connect(const std::string& origin) const {
        auto made = std::make_unique<httplib::Client>(origin);
        made->set_keep_alive(true);
        // Without it a POST on a kept connection takes 44 ms.
        made->set_tcp_nodelay(true);
        made->set_follow_location(false);
        take_target_as_it_is(*made);
        made->enable_server_certificate_verification(options_.verify_certificates);
        if (!options_.ca_file.empty())
            made->set_ca_cert_path(options_.ca_file);
        return made;
    }

    template <class Client>
    static void take_target_as_it_is(Client& made) {
        if constexpr (requires { made.set_path_encode(false); }) {
            made.set_path_encode(false);
        } else {
            made.set_url_encode(false);
        }
        // body_bytes is the limit; newer versions have one of their own.
        if constexpr (requires { made.set_payload_max_length(std::size_t{}); })
            made.set_payload_max_length(std::numeric_limits<std::size_t>::max());
    }

    void keep(const std::string& origin, std::unique_ptr<httplib::Client> connection) {
        if (connection->is_socket_open() == 0)
            return;
        const std::lock_guard lock{mutex_};
        auto& kept = idle_[origin];
        if (kept.size() < options_.idle_connections)
            kept.push_back({std::move(connection), deadline::clock::now()});
    }

    http_options options_;
    std::mutex mutex_{};
    std::map<std::string, std::vector<idle_connection>, std::less<>> idle_{};
    std::map<std::string, breaker> breakers_{};
};

} // namespace weir::workspace
