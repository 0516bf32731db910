// SPDX-License-Identifier: Apache-2.0
// One HTTP/2 connection between bytes and requests. Knows no socket: the listener calls it, tests
// and fuzzers too. Costs nghttp2.h.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/head.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/request_id.hpp>
#include <weir/http/response.hpp>
#include <weir/http/response_head.hpp>
#include <weir/http/status_counts.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <new>
#include <nghttp2/nghttp2.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace weir::http {

/// What a client that speaks HTTP/2 begins with.
/// Source: RFC 9113 3.4.
inline constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Turns a client's bytes into requests and answers into bytes. Threads: not two at once.
class http2_session {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using stream_id = std::int32_t;

    /// `refusals` counts what it refuses by itself. Lifetime: it and the limits outlive this
    /// object.
    http2_session(const connection_limits& limits, std::string peer, status_counts& refusals)
        : limits_(&limits), peer_(std::move(peer)), refusals_(&refusals),
          session_(make_session(), &nghttp2_session_del) {
        const std::array<nghttp2_settings_entry, 3> settings{{
            {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams},
            {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
             static_cast<std::uint32_t>(limits.head.head_bytes)},
            {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        }};
        nghttp2_submit_settings(
            session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size()
        );
    }

    http2_session(const http2_session&) = delete;
    http2_session(http2_session&&) = delete;
    http2_session& operator=(const http2_session&) = delete;
    http2_session& operator=(http2_session&&) = delete;
    ~http2_session() = default;

    /// Takes over a request that came by HTTP/1.1 with `Upgrade: h2c`, as stream 1; it is given to
    /// take_ready() once the client's SETTINGS have come. Call it before anything else.
    ///
    /// `settings`: the decoded value of HTTP2-Settings. False: it is malformed.
    [[nodiscard]] bool adopt(std::string_view settings, request asked) {
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(settings.data());
        if (nghttp2_session_upgrade2(
                session_.get(), bytes, settings.size(), asked.method == "HEAD" ? 1 : 0, nullptr
            ) != 0)
            return false;
        // These settings do not say that the client is ready for frames.
        is_greeted_ = false;
        auto& first = streams_[1];
        first.is_head = asked.method == "HEAD";
        first.asked = std::move(asked);
        first.is_whole = true;
        return true;
    }

    /// Takes what the client sent; false: it broke the protocol, and the connection ends once
    /// output() is sent.
    [[nodiscard]] bool receive(std::string_view bytes) {
        const auto taken = nghttp2_session_mem_recv(
            session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()
        );
        if (taken == static_cast<ssize_t>(bytes.size()) && !is_abused())
            return true;
        if (is_abused())
            nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
        return false;
    }

    /// Appends bytes for the client until `out` has `most` or there are none.
    void output(std::string& out, std::size_t most) {
        while (out.size() < most) {
            const std::uint8_t* piece = nullptr;
            const auto size = nghttp2_session_mem_send(session_.get(), &piece);
            if (size <= 0) {
                is_broken_ = is_broken_ || size < 0;
                return;
            }
            out.append(reinterpret_cast<const char*>(piece), static_cast<std::size_t>(size));
        }
    }

    /// Whether nothing more comes or goes.
    [[nodiscard]] bool is_over() const {
        return is_broken_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                              nghttp2_session_want_write(session_.get()) == 0);
    }

    /// The streams whose requests are whole.
    [[nodiscard]] std::vector<stream_id> take_ready() { return std::exchange(ready_, {}); }

    /// The streams of whose answers the next piece is wanted.
    [[nodiscard]] std::vector<stream_id> take_hungry() { return std::exchange(hungry_, {}); }

    /// What ran for streams that their client reset.
    [[nodiscard]] std::vector<std::stop_source> take_abandoned() {
        return std::exchange(abandoned_, {});
    }

    /// The streamed answers of streams that are gone; what they hold may take a while to end.
    [[nodiscard]] std::vector<body_stream> take_doomed() { return std::exchange(doomed_, {}); }

    /// Moves a ready stream's request out; false: there is none, but perhaps a piece to make.
    [[nodiscard]] bool take_request(stream_id id, request& asked, std::string& body) {
        const auto found = streams_.find(id);
        if (found == streams_.end() || !found->second.is_whole || found->second.is_taken)
            return false;
        auto& stream = found->second;
        stream.is_taken = true;
        asked = std::move(stream.asked);
        asked.remote_address = peer_;
        asked.client_left = stream.gone.get_token();
        body = std::move(stream.body);
        buffered_ -= std::min(buffered_, body.size());
        return true;
    }

    /// Moves a stream's answer out, to pull its next piece; an empty one: the stream is gone.
    [[nodiscard]] body_stream take_source(stream_id id) {
        const auto found = streams_.find(id);
        return found == streams_.end() ? body_stream{} : std::move(found->second.answer.stream);
    }

    /// What a pull of take_source() made. `source` is empty after the last piece.
    void give_piece(stream_id id, std::string piece, body_stream source, bool failed) {
        const auto found = streams_.find(id);
        if (found == streams_.end()) {
            if (source)
                doomed_.push_back(std::move(source));
            return;
        }
        auto& stream = found->second;
        stream.answer.body = std::move(piece);
        stream.sent = 0;
        stream.answer.stream = std::move(source);
        stream.is_pulling = false;
        stream.has_failed = failed;
        nghttp2_session_resume_data(session_.get(), id);
    }

    /// Answers a request.
    void answer(stream_id id, response made) {
        const auto found = streams_.find(id);
        if (found == streams_.end()) {
            if (made.stream)
                doomed_.push_back(std::move(made.stream));
            return;
        }
        submit(id, found->second, std::move(made));
    }

    /// Takes no new streams; those that are open are finished.
    void drain() {
        nghttp2_submit_goaway(
            session_.get(),
            NGHTTP2_FLAG_NONE,
            nghttp2_session_get_last_proc_stream_id(session_.get()),
            NGHTTP2_NO_ERROR,
            nullptr,
            0
        );
    }

    [[nodiscard]] bool has_streams() const noexcept { return !streams_.empty(); }

    /// By when the client must have sent more of some request; `max` where none is owed.
    [[nodiscard]] time_point due() const noexcept {
        auto first = is_greeted_ ? time_point::max() : greeting_due_;
        for (const auto& [id, stream] : streams_)
            if (!stream.is_whole && !stream.is_answered)
                first = std::min(first, stream.due);
        return first;
    }

    /// Refuses the requests that are late; false: the client has not even greeted.
    [[nodiscard]] bool refuse_late(time_point now) {
        if (!is_greeted_ && greeting_due_ <= now)
            return false;
        for (auto& [id, stream] : streams_)
            if (!stream.is_whole && !stream.is_answered && stream.due <= now)
                refuse(
                    id,
                    stream,
                    {408, "request_timeout", "The request did not arrive in time", {}, {}}
                );
        return true;
    }

    /// A request that is whole and not taken yet, or nullptr. Lifetime: until it is taken.
    [[nodiscard]] const request* waiting(stream_id id) const noexcept {
        const auto found = streams_.find(id);
        return found == streams_.end() || found->second.is_taken ? nullptr : &found->second.asked;
    }

    /// What the body of such a request takes.
    [[nodiscard]] std::size_t body_size(stream_id id) const noexcept {
        const auto found = streams_.find(id);
        return found == streams_.end() ? 0 : found->second.body.size();
    }

    /// Refuses a request whose handling cannot begin.
    void refuse(stream_id id, const problem& told) {
        const auto found = streams_.find(id);
        if (found != streams_.end())
            refuse(id, found->second, told);
    }

    /// What runs for any stream, where the whole connection is lost.
    void abandon_all() {
        for (auto& [id, stream] : streams_)
            abandon(stream);
        streams_.clear();
    }

private:
    struct stream_state {
        request asked{};
        std::string body{};
        std::size_t head_bytes = 0;
        framing expected{};
        // All of the request has come.
        bool is_whole = false;
        // Somebody works on it.
        bool is_taken = false;
        bool is_answered = false;
        bool is_head = false;
        time_point due{};
        response answer{};
        std::size_t sent = 0;
        bool is_pulling = false;
        bool has_failed = false;
        std::stop_source gone{std::nostopstate};
    };

    static http2_session& self(void* of) { return *static_cast<http2_session*>(of); }

    nghttp2_session* make_session() {
        nghttp2_session_callbacks* made = nullptr;
        if (nghttp2_session_callbacks_new(&made) != 0)
            throw std::bad_alloc{};
        const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)>
            callbacks{made, &nghttp2_session_callbacks_del};
        nghttp2_session_callbacks_set_on_begin_headers_callback(made, &on_begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(made, &on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, &on_data);
        nghttp2_session_callbacks_set_on_frame_recv_callback(made, &on_frame);
        nghttp2_session_callbacks_set_on_frame_send_callback(made, &on_sent);
        nghttp2_session_callbacks_set_on_stream_close_callback(made, &on_close);
        nghttp2_session* session = nullptr;
        if (nghttp2_session_server_new(&session, made, this) != 0)
            throw std::bad_alloc{};
        return session;
    }

    // Source: CVE-2023-44487: requests that are reset as soon as they are made cost their client
    // nothing.
    [[nodiscard]] bool is_abused() const noexcept {
        return resets_ > 100 && resets_ > 2 * finished_;
    }

    static int on_begin_headers(nghttp2_session* /*of*/, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0;
        auto& own = self(user);
        auto& added = own.streams_[frame->hd.stream_id];
        added.due = std::chrono::steady_clock::now() + own.limits_->head_time;
        return 0;
    }

    static int on_header(
        nghttp2_session* /*of*/,
        const nghttp2_frame* frame,
        const std::uint8_t* name,
        std::size_t name_size,
        const std::uint8_t* value,
        std::size_t value_size,
        std::uint8_t /*flags*/,
        void* user
    ) {
        auto& own = self(user);
        const auto found = own.streams_.find(frame->hd.stream_id);
        // Trailers are dropped.
        if (found == own.streams_.end() || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0;
        take_field(
            found->second,
            {reinterpret_cast<const char*>(name), name_size},
            {reinterpret_cast<const char*>(value), value_size},
            own.limits_->head
        );
        return 0;
    }

    // RFC 9113 10.5.1: what a header list costs.
    static void take_field(
        stream_state& stream,
        std::string_view name,
        std::string_view value,
        const head_limits& limits
    ) {
        stream.head_bytes += name.size() + value.size() + 32;
        if (stream.head_bytes > limits.head_bytes || stream.asked.headers.size() > limits.fields)
            return;
        auto& asked = stream.asked;
        if (name == ":method") {
            asked.method = value;
            stream.is_head = value == "HEAD";
        } else if (name == ":path") {
            asked.target = value;
        } else if (name == ":authority") {
            asked.headers.add("Host", value);
        } else if (name == "host" && asked.headers.find("Host") == value) {
            return;
        } else if (!name.starts_with(':')) {
            asked.headers.add(name, value);
        }
    }

    static int on_data(
        nghttp2_session* /*of*/,
        std::uint8_t /*flags*/,
        std::int32_t id,
        const std::uint8_t* data,
        std::size_t size,
        void* user
    ) {
        auto& own = self(user);
        const auto found = own.streams_.find(id);
        if (found == own.streams_.end() || found->second.is_answered)
            return 0;
        auto& stream = found->second;
        const auto most = own.limits_->body_bytes;
        if (size > most - stream.body.size()) {
            own.refuse(id, stream, {413, "body_too_large", "The body is too large", {}, {}});
            return 0;
        }
        // All the bodies of a connection together may take what two may.
        if (own.buffered_ + size > 2 * most) {
            own.refuse(id, stream, {503, "overloaded", "Too many bodies at once", {}, {}});
            return 0;
        }
        own.buffered_ += size;
        stream.body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }

    static int on_frame(nghttp2_session* /*of*/, const nghttp2_frame* frame, void* user) {
        auto& own = self(user);
        const auto id = frame->hd.stream_id;
        if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0)
            own.greeted();
        const bool has_fields = frame->hd.type == NGHTTP2_HEADERS;
        if (frame->hd.type == NGHTTP2_RST_STREAM)
            ++own.resets_;
        if (!has_fields && frame->hd.type != NGHTTP2_DATA)
            return 0;
        const auto found = own.streams_.find(id);
        if (found == own.streams_.end())
            return 0;
        const bool is_last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (has_fields && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
            own.begin(id, found->second, is_last);
        if (is_last)
            own.end(id, found->second);
        return 0;
    }

    // The client's SETTINGS have come: what it asked for by Upgrade may be answered.
    void greeted() {
        if (std::exchange(is_greeted_, true))
            return;
        const auto first = streams_.find(1);
        if (first != streams_.end() && first->second.is_whole && !first->second.is_taken)
            make_ready(1, first->second);
    }

    void begin(stream_id id, stream_state& stream, bool is_last) {
        if (stream.head_bytes > limits_->head.head_bytes)
            return refuse(
                id, stream, {431, "head_too_large", "The request's head is too large", {}, {}}
            );
        auto refused = read_framing(stream.asked.headers, 1, limits_->head, stream.expected);
        if (!refused)
            refused = detail::check_target(stream.asked.target, limits_->head);
        if (!refused && stream.expected.content_length.value_or(0) > limits_->body_bytes)
            refused = {413, "body_too_large", "The body is too large", {}, {}};
        if (refused)
            return refuse(id, stream, *refused);
        stream.due = std::chrono::steady_clock::now() + limits_->body_time;
        if (stream.expected.expects_continue && !is_last) {
            const auto field = field_of(":status", "100");
            nghttp2_submit_headers(
                session_.get(), NGHTTP2_FLAG_NONE, id, nullptr, &field, 1, nullptr
            );
        }
    }

    void end(stream_id id, stream_state& stream) {
        stream.is_whole = true;
        if (!stream.is_answered)
            make_ready(id, stream);
    }

    void make_ready(stream_id id, stream_state& stream) {
        stream.gone = std::stop_source{};
        stream.asked.until = deadline::in(limits_->request_time);
        ready_.push_back(id);
    }

    static int on_sent(nghttp2_session* of, const nghttp2_frame* frame, void* user) {
        const bool is_answer = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
        if (!is_answer || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
            return 0;
        auto& own = self(user);
        ++own.finished_;
        const auto found = own.streams_.find(frame->hd.stream_id);
        // RFC 9113 8.1: who has its answer need not send the rest.
        if (found != own.streams_.end() && !found->second.is_whole)
            nghttp2_submit_rst_stream(of, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
        return 0;
    }

    static int
    on_close(nghttp2_session* /*of*/, std::int32_t id, std::uint32_t /*why*/, void* user) {
        auto& own = self(user);
        const auto found = own.streams_.find(id);
        if (found == own.streams_.end())
            return 0;
        own.abandon(found->second);
        own.streams_.erase(found);
        return 0;
    }

    void abandon(stream_state& stream) {
        buffered_ -= std::min(buffered_, stream.body.size());
        if (stream.is_taken && !stream.is_answered)
            abandoned_.push_back(std::move(stream.gone));
        if (stream.answer.stream)
            doomed_.push_back(std::move(stream.answer.stream));
    }

    void refuse(stream_id id, stream_state& stream, const problem& told) {
        if (stream.is_answered)
            return;
        buffered_ -= std::min(buffered_, stream.body.size());
        stream.body = {};
        refusals_->add(told.status);
        submit(id, stream, problem_response(told, choose_request_id(stream.asked.headers)));
    }

    static nghttp2_nv field_of(std::string_view name, std::string_view value) {
        // nghttp2 takes what it never changes as non-const.
        const auto bytes = [](std::string_view text) {
            return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
        };
        return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
    }

    void submit(stream_id id, stream_state& stream, response made) {
        stream.is_answered = true;
        stream.answer = std::move(made);
        const auto& answer = stream.answer;
        std::string numbers;
        detail::append_number(numbers, static_cast<std::size_t>(answer.status));
        const auto status_size = numbers.size();
        detail::append_number(numbers, answer.body.size());
        std::string date;
        detail::append_http_date(date, std::time(nullptr));
        std::vector<std::string> names;
        names.reserve(answer.headers.size());
        std::vector<nghttp2_nv> fields;
        fields.reserve(answer.headers.size() + 3);
        fields.push_back(field_of(":status", std::string_view{numbers}.substr(0, status_size)));
        fields.push_back(field_of("date", date));
        for (const auto& field : answer.headers) {
            if (!detail::may_be_sent(field) || is_of_connection(field.name))
                continue;
            auto& name = names.emplace_back(field.name);
            std::transform(name.begin(), name.end(), name.begin(), to_lower);
            fields.push_back(field_of(name, field.value));
        }
        const bool bodiless = is_bodiless(answer.status);
        if (!answer.stream && !bodiless)
            fields.push_back(
                field_of("content-length", std::string_view{numbers}.substr(status_size))
            );
        nghttp2_data_provider from{};
        from.read_callback = &read_answer;
        const bool has_body =
            !stream.is_head && !bodiless && (answer.stream || !answer.body.empty());
        if (!has_body && stream.answer.stream)
            doomed_.push_back(std::move(stream.answer.stream));
        nghttp2_submit_response(
            session_.get(), id, fields.data(), fields.size(), has_body ? &from : nullptr
        );
    }

    // RFC 9113 8.2.2.
    static bool is_of_connection(std::string_view name) {
        constexpr std::array<std::string_view, 5> known{
            "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection"
        };
        return std::any_of(known.begin(), known.end(), [name](std::string_view each) {
            return equals_ignoring_case(each, name);
        });
    }

    static ssize_t read_answer(
        nghttp2_session* /*of*/,
        std::int32_t id,
        std::uint8_t* into,
        std::size_t size,
        std::uint32_t* flags,
        nghttp2_data_source* /*from*/,
        void* user
    ) {
        auto& own = self(user);
        const auto found = own.streams_.find(id);
        if (found == own.streams_.end())
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        auto& stream = found->second;
        const std::string_view rest = std::string_view{stream.answer.body}.substr(stream.sent);
        if (rest.empty() && stream.has_failed)
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        if (rest.empty() && stream.is_pulling)
            return NGHTTP2_ERR_DEFERRED;
        if (rest.empty() && stream.answer.stream) {
            stream.is_pulling = true;
            own.hungry_.push_back(id);
            return NGHTTP2_ERR_DEFERRED;
        }
        const auto taken = std::min(size, rest.size());
        std::memcpy(into, rest.data(), taken);
        stream.sent += taken;
        if (taken == rest.size() && !stream.answer.stream && !stream.has_failed)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(taken);
    }

    const connection_limits* limits_;
    std::string peer_;
    status_counts* refusals_;
    std::map<stream_id, stream_state> streams_;
    std::vector<stream_id> ready_;
    std::vector<stream_id> hungry_;
    std::vector<std::stop_source> abandoned_;
    std::vector<body_stream> doomed_;
    // Bytes of bodies that wait for their rest.
    std::size_t buffered_ = 0;
    std::size_t resets_ = 0;
    std::size_t finished_ = 0;
    time_point greeting_due_ = std::chrono::steady_clock::now() + limits_->head_time;
    bool is_greeted_ = false;
    bool is_broken_ = false;
    // Last: it calls back into the rest.
    std::unique_ptr<nghttp2_session, decltype(&nghttp2_session_del)> session_;
};

} // namespace weir::http
