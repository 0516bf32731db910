// SPDX-License-Identifier: Apache-2.0
// The way into a cpp-httplib server that exists already: mount() a router as a guest, harden() the
// host. Works with 0.11.4 and with later versions. Costs httplib.h.
#pragma once

#include <weir/http/detail/httplib_include.hpp>
#include <weir/http/elastic_queue.hpp>
#include <weir/http/head.hpp>
#include <weir/http/router.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

struct guest_options {
    head_limits head{};
    std::size_t body_bytes = 8 * 1024 * 1024;
    std::chrono::milliseconds request_time = deadline::default_span;
};

namespace detail {

/// Answers httplib's requests from a router.
class guest {
public:
    guest(const router& routes, guest_options options) : routes_(&routes), options_(options) {}

    void answer(
        const httplib::Request& from, httplib::Response& to, const httplib::ContentReader* reader
    ) const {
        request asked = take(from);
        // httplib keeps the ranges it parsed and would cut our answers by them, and would compress
        // what weir has compressed; its request is not const.
        auto& seen = const_cast<httplib::Request&>(from);
        seen.ranges.clear();
        seen.headers.erase("Accept-Encoding");
        framing expected;
        std::string body;
        if (auto refused = check(from, asked, expected); refused)
            return refuse(*refused, asked, to);
        if (expected.has_body()) {
            if (auto refused = read(*reader, body))
                return refuse(*refused, asked, to);
        }
        asked.body = body;
        asked.until = deadline::in(options_.request_time);
        auto answer = routes_->handle(std::move(asked));
        if (answer.stream) {
            give_stream(std::move(answer), to, expected.takes_chunks);
        } else {
            give(std::move(answer), to);
        }
    }

private:
    static request take(const httplib::Request& from) {
        request asked;
        asked.method = from.method;
        asked.target = from.target;
        asked.remote_address = from.remote_addr;
        for (const auto& [name, value] : from.headers) {
            // httplib adds the connection's addresses under names that clients can send as well.
            const bool injected = equals_ignoring_case(name, "REMOTE_ADDR") ||
                                  equals_ignoring_case(name, "REMOTE_PORT") ||
                                  equals_ignoring_case(name, "LOCAL_ADDR") ||
                                  equals_ignoring_case(name, "LOCAL_PORT");
            if (!injected)
                asked.headers.add(name, value);
        }
        return asked;
    }

    [[nodiscard]] std::optional<problem>
    check(const httplib::Request& from, const request& asked, framing& expected) const {
        const int minor_version = from.version == "HTTP/1.0" ? 0 : 1;
        if (auto refused = read_framing(asked.headers, minor_version, options_.head, expected))
            return refused;
        if (asked.target.size() > options_.head.target_bytes)
            return problem{414, "uri_too_long", "The request target is too long", {}, {}};
        const bool reads_body = asked.method == "POST" || asked.method == "PUT" ||
                                asked.method == "PATCH" || asked.method == "DELETE";
        if (expected.has_body() && !reads_body)
            return bad_request("This method takes no body");
        // httplib 0.11 leaves a chunked DELETE's body on the connection, as the next request.
        if (expected.chunked && asked.method == "DELETE")
            return problem{411, "length_required", "DELETE needs Content-Length", {}, {}};
        if (asked.headers.find("Content-Type").value_or("").starts_with("multipart/"))
            return problem{415, "unsupported_media_type", "Multipart bodies are not taken", {}, {}};
        if (expected.content_length.value_or(0) > options_.body_bytes)
            return too_large();
        return std::nullopt;
    }

    [[nodiscard]] std::optional<problem>
    read(const httplib::ContentReader& reader, std::string& body) const {
        bool overflows = false;
        const bool complete = reader([&](const char* data, std::size_t size) {
            overflows = size > options_.body_bytes - body.size();
            if (!overflows)
                body.append(data, size);
            return !overflows;
        });
        if (overflows)
            return too_large();
        if (!complete)
            return bad_request("The body is malformed or cut short");
        return std::nullopt;
    }

    static problem too_large() { return {413, "body_too_large", "The body is too large", {}, {}}; }

    static void refuse(const problem& told, const request& asked, httplib::Response& to) {
        auto answer = problem_response(told, choose_request_id(asked.headers));
        auto body = std::move(answer.body);
        answer.body.clear();
        const std::string type{answer.headers.find("Content-Type").value_or("")};
        give(std::move(answer), to);
        to.headers.erase("Content-Type");
        to.set_header("Connection", "close");
        // What follows on this connection may be a body posing as a request. A provider that fails
        // after its last byte is the one way to make httplib close it.
        const auto size = body.size();
        to.set_content_provider(
            size,
            type,
            [body = std::move(body)](std::size_t, std::size_t, httplib::DataSink& sink) {
                sink.write(body.data(), body.size());
                return false;
            }
        );
    }

    static void give(response answer, httplib::Response& to) {
        to.status = answer.status;
        for (const auto& field : answer.headers)
            to.set_header(field.name, field.value);
        to.set_header("Accept-Ranges", "none");
        to.body = std::move(answer.body);
    }

    // httplib pulls: once for each call of the provider, when the client has taken the last piece.
    static void give_stream(response answer, httplib::Response& to, bool chunked) {
        const std::string type{answer.headers.find("Content-Type").value_or("")};
        auto provide = [stream = std::make_shared<body_stream>(std::move(answer.stream)),
                        chunked](std::size_t, httplib::DataSink& sink) {
            std::string piece;
            bool more = false;
            try {
                more = stream->pull(piece);
            } catch (...) {
                // The router's log has it. A provider that fails makes httplib end the connection.
                return false;
            }
            if (!piece.empty() && !sink.write(piece.data(), piece.size()))
                return false;
            if (more)
                return true;
            *stream = {};
            sink.done();
            // To HTTP/1.0 the connection's end is the body's.
            return chunked;
        };
        answer.stream = {};
        give(std::move(answer), to);
        // The setters below add the type themselves.
        to.headers.erase("Content-Type");
        if (chunked) {
            to.set_chunked_content_provider(type, std::move(provide));
        } else {
            to.set_header("Connection", "close");
            to.set_content_provider(type, std::move(provide));
        }
    }

    const router* routes_;
    guest_options options_;
};

/// A path as a regular expression for it and everything below it.
[[nodiscard]] inline std::string pattern_below(std::string_view prefix) {
    std::string out;
    for (const char c : prefix) {
        if (std::string_view{R"(\^$.|?*+()[]{}/-)"}.find(c) != std::string_view::npos && c != '/' &&
            c != '-')
            out.push_back('\\');
        out.push_back(c);
    }
    if (out == "/")
        return "/.*";
    return out + "(?:/.*)?";
}

} // namespace detail

/// Registers a router's paths in a host's server; everything else stays the host's.
/// Lifetime: the router outlives the server, and has all its routes already.
///
/// The host keeps what only a listener can decide: call harden() on it as well, or use
/// http::server.
inline void mount(const router& routes, httplib::Server& server, guest_options options = {}) {
    const detail::guest served{routes, options};
    const auto plain = [served](const httplib::Request& from, httplib::Response& to) {
        served.answer(from, to, nullptr);
    };
    const auto reading = [served](
                             const httplib::Request& from,
                             httplib::Response& to,
                             const httplib::ContentReader& reader
                         ) { served.answer(from, to, &reader); };
    for (const auto& prefix : routes.prefixes()) {
        const auto pattern = detail::pattern_below(prefix);
        server.Get(pattern, plain);
        server.Options(pattern, plain);
        server.Post(pattern, httplib::Server::HandlerWithContentReader{reading});
        server.Put(pattern, httplib::Server::HandlerWithContentReader{reading});
        server.Patch(pattern, httplib::Server::HandlerWithContentReader{reading});
        server.Delete(pattern, httplib::Server::HandlerWithContentReader{reading});
    }
}

/// Gives a host's server what 0.11.4 lacks: no 40 ms delays, threads that grow with its
/// connections, a limit on bodies, and an exception handler that tells clients nothing. Call it
/// before listen().
inline void harden(httplib::Server& server, guest_options options = {}) {
    server.set_tcp_nodelay(true);
    server.set_payload_max_length(options.body_bytes);
    server.set_keep_alive_max_count(1000);
    server.new_task_queue = [] { return new elastic_queue{elastic_queue_options{}}; };
    server.set_exception_handler(
        [](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) {
            const auto told = problem_response({}, make_request_id());
            to.status = told.status;
            to.set_content(told.body, "application/json");
        }
    );
}

} // namespace weir::http
