// SPDX-License-Identifier: Apache-2.0
// An HTTP/2 client for tests, over nghttp2: requests side by side, and ways to misbehave.
#pragma once

#include <weir/http/headers.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <raw_http.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace weir::test {

struct http2_response {
    int status = 0;
    http::headers headers{};
    std::string body{};
    bool is_over = false;
    /// What the stream ended with; 0: in good order.
    std::uint32_t error = 0;
    /// `100 Continue` came first.
    bool was_continued = false;
};

/// One connection that speaks HTTP/2 from its first byte.
class http2_client {
public:
    using stream_id = std::int32_t;
    using fields = std::vector<std::pair<std::string, std::string>>;

    explicit http2_client(int port) : link_(port), session_(make(), &nghttp2_session_del) {
        nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, nullptr, 0);
        flush();
    }

    http2_client(const http2_client&) = delete;
    http2_client(http2_client&&) = delete;
    http2_client& operator=(const http2_client&) = delete;
    http2_client& operator=(http2_client&&) = delete;
    ~http2_client() = default;

    /// Sends a request, all of its body unless `holds_back`.
    stream_id
    ask(const std::string& method,
        const std::string& path,
        std::string body = {},
        const fields& more = {},
        bool holds_back = false) {
        fields all{{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "a"}};
        all.insert(all.end(), more.begin(), more.end());
        std::vector<nghttp2_nv> sent;
        const auto bytes = [](std::string& text) {
            return reinterpret_cast<std::uint8_t*>(text.data());
        };
        for (auto& [name, value] : all)
            sent.push_back(
                {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE}
            );
        nghttp2_data_provider from{};
        from.read_callback = &give_body;
        const bool has_body = !body.empty() || holds_back;
        const auto id = nghttp2_submit_request(
            session_.get(), nullptr, sent.data(), sent.size(), has_body ? &from : nullptr, nullptr
        );
        bodies_[id] = {std::move(body), 0, holds_back};
        answers_[id];
        flush();
        return id;
    }

    /// Reads until the stream is over; throws when the connection ends first.
    http2_response& await(stream_id id) {
        while (!answers_[id].is_over)
            if (!read_more())
                throw std::runtime_error{"http2_client: the connection ended"};
        return answers_[id];
    }

    http2_response exchange(
        const std::string& method,
        const std::string& path,
        std::string body = {},
        const fields& more = {}
    ) {
        return await(ask(method, path, std::move(body), more));
    }

    void reset(stream_id id) {
        nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
        flush();
    }

    /// Reads until the server says GOAWAY, or the end; the error it gave.
    std::uint32_t await_goaway() {
        while (!has_goaway_ && read_more())
            ;
        return goaway_error_;
    }

    /// Reads what comes; false: the connection has ended.
    bool read_more() {
        const auto got = link_.receive_some();
        if (got.empty())
            return false;
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(got.data());
        if (nghttp2_session_mem_recv(session_.get(), bytes, got.size()) < 0)
            return false;
        flush();
        return true;
    }

    [[nodiscard]] const http2_response& answer(stream_id id) { return answers_[id]; }

    [[nodiscard]] raw_client& link() noexcept { return link_; }

private:
    struct body_state {
        std::string bytes{};
        std::size_t sent = 0;
        bool holds_back = false;
    };

    static http2_client& self(void* of) { return *static_cast<http2_client*>(of); }

    nghttp2_session* make() {
        nghttp2_session_callbacks* made = nullptr;
        nghttp2_session_callbacks_new(&made);
        nghttp2_session_callbacks_set_on_header_callback(made, &on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, &on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(made, &on_close);
        nghttp2_session_callbacks_set_on_frame_recv_callback(made, &on_frame);
        nghttp2_session* session = nullptr;
        nghttp2_session_client_new(&session, made, this);
        nghttp2_session_callbacks_del(made);
        return session;
    }

    void flush() {
        const std::uint8_t* piece = nullptr;
        for (auto size = nghttp2_session_mem_send(session_.get(), &piece); size > 0;
             size = nghttp2_session_mem_send(session_.get(), &piece))
            link_.send({reinterpret_cast<const char*>(piece), static_cast<std::size_t>(size)});
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
        auto& answer = self(user).answers_[frame->hd.stream_id];
        const std::string field{reinterpret_cast<const char*>(name), name_size};
        const std::string text{reinterpret_cast<const char*>(value), value_size};
        if (field == ":status" && text == "100") {
            answer.was_continued = true;
        } else if (field == ":status") {
            answer.status = std::stoi(text);
        } else {
            answer.headers.add(field, text);
        }
        return 0;
    }

    static int on_data(
        nghttp2_session* /*of*/,
        std::uint8_t /*flags*/,
        std::int32_t id,
        const std::uint8_t* data,
        std::size_t size,
        void* user
    ) {
        self(user).answers_[id].body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }

    static int on_close(nghttp2_session* /*of*/, std::int32_t id, std::uint32_t error, void* user) {
        auto& answer = self(user).answers_[id];
        answer.is_over = true;
        answer.error = error;
        return 0;
    }

    static int on_frame(nghttp2_session* /*of*/, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type == NGHTTP2_GOAWAY) {
            self(user).has_goaway_ = true;
            self(user).goaway_error_ = frame->goaway.error_code;
        }
        return 0;
    }

    static ssize_t give_body(
        nghttp2_session* /*of*/,
        std::int32_t id,
        std::uint8_t* into,
        std::size_t size,
        std::uint32_t* flags,
        nghttp2_data_source* /*from*/,
        void* user
    ) {
        auto& body = self(user).bodies_[id];
        const auto taken = std::min(size, body.bytes.size() - body.sent);
        if (taken == 0 && body.holds_back)
            return NGHTTP2_ERR_DEFERRED;
        std::memcpy(into, body.bytes.data() + body.sent, taken);
        body.sent += taken;
        if (body.sent == body.bytes.size() && !body.holds_back)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(taken);
    }

    raw_client link_;
    std::map<stream_id, http2_response> answers_;
    std::map<stream_id, body_state> bodies_;
    bool has_goaway_ = false;
    std::uint32_t goaway_error_ = 0;
    std::unique_ptr<nghttp2_session, decltype(&nghttp2_session_del)> session_;
};

} // namespace weir::test
