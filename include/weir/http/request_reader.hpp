// SPDX-License-Identifier: Apache-2.0
// Reads the requests of one HTTP/1.1 connection from bytes as they come, strictly and within
// limits. Knows no socket: the listener calls it, tests and fuzzers too.
#pragma once

#include <weir/http/chunked.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/head.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

/// Reads requests one after the other. Threads: not two at once.
class request_reader {
public:
    enum class state {
        /// What came is no whole request yet.
        wants_more,
        /// A request is whole: take it from asked() and body(), then call next().
        whole,
        /// Answer refusal() and end the connection: where the next request begins is not known.
        refused,
    };

    /// Lifetime: the limits outlive this object.
    explicit request_reader(const connection_limits& limits) : limits_(&limits) {}

    /// Takes bytes off the front of `input`. What is left of it after a whole request belongs to
    /// the next.
    [[nodiscard]] state feed(std::string_view& input) {
        if (part_ == part::head) {
            const auto reached = take_head(input);
            if (reached != state::whole)
                return reached;
            part_ = part::body;
            if (expected_.content_length.value_or(0) > limits_->body_bytes)
                return refuse(too_large());
            if (expected_.chunked)
                decoder_.emplace(limits_->body_bytes);
            wants_continue_ = expected_.expects_continue && expected_.has_body() && input.empty();
        }
        return take_body(input);
    }

    /// Whether nothing of a request has come.
    [[nodiscard]] bool is_between() const noexcept { return part_ == part::head && head_.empty(); }

    [[nodiscard]] bool is_in_body() const noexcept { return part_ == part::body; }

    /// Whether the client waits for `100 Continue`; true once.
    [[nodiscard]] bool takes_continue() noexcept { return std::exchange(wants_continue_, false); }

    [[nodiscard]] request& asked() noexcept { return asked_; }

    [[nodiscard]] std::string& body() noexcept { return body_; }

    [[nodiscard]] const framing& expected() const noexcept { return expected_; }

    [[nodiscard]] const problem& refusal() const noexcept { return refusal_; }

    /// Gets ready for the next request.
    void next() {
        part_ = part::head;
        asked_ = {};
        body_ = {};
        expected_ = {};
        decoder_.reset();
        wants_continue_ = false;
    }

private:
    enum class part { head, body };

    // What a client gets for announcing it, so that a body need not be moved as it grows.
    static constexpr std::size_t most_foreseen = 256 * 1024;

    static problem too_large() { return {413, "body_too_large", "The body is too large", {}, {}}; }

    state refuse(problem told) {
        refusal_ = std::move(told);
        return state::refused;
    }

    // Finds the end of a head in `text`, of which `scanned_` bytes have been looked at.
    state find_end(std::string_view text, std::size_t& end) {
        const bool is_begun = !text.empty() && text != "\r";
        if (is_begun && scanned_ == 0 && !detail::is_token(text.substr(0, 1)))
            return refuse(detail::bad_request("This is not HTTP"));
        while (true) {
            const auto at = text.find('\n', scanned_);
            if (at == std::string_view::npos)
                break;
            scanned_ = at + 1;
            if (at == 0 || text[at - 1] != '\r')
                return refuse(detail::bad_request("A line of the head does not end in CRLF"));
            if (at >= 3 && text[at - 2] == '\n') {
                end = at + 1;
                if (end > limits_->head.head_bytes)
                    return refuse(head_too_large());
                return state::whole;
            }
        }
        scanned_ = text.size();
        if (text == "\r")
            scanned_ = 0;
        if (text.size() > limits_->head.head_bytes)
            return refuse(head_too_large());
        return state::wants_more;
    }

    static problem head_too_large() {
        return {431, "head_too_large", "The request's head is too large", {}, {}};
    }

    state take_head(std::string_view& input) {
        std::size_t end = 0;
        if (!head_.empty()) {
            const auto before = head_.size();
            head_.append(input);
            if (head_.starts_with("\r\n")) { // Only "\r" can have been kept of an empty line.
                head_.clear();
                input.remove_prefix(1);
                return take_head(input);
            }
            const auto reached = find_end(head_, end);
            if (reached == state::whole) {
                input.remove_prefix(end - before);
                return parse(std::string_view{head_}.substr(0, end));
            }
            input = {};
            return reached;
        }
        // RFC 9112 2.2: empty lines before the request line are ignored.
        while (input.starts_with("\r\n"))
            input.remove_prefix(2);
        const auto reached = find_end(input, end);
        if (reached != state::whole) {
            head_ = input;
            input = {};
            return reached;
        }
        const auto text = input.substr(0, end);
        input.remove_prefix(end);
        return parse(text);
    }

    state parse(std::string_view head) {
        auto refused = read_head(head, limits_->head, asked_, expected_);
        head_ = {};
        scanned_ = 0;
        if (refused)
            return refuse(std::move(*refused));
        return state::whole;
    }

    state take_body(std::string_view& input) {
        if (decoder_) {
            switch (decoder_->feed(input, body_)) {
            case chunked_decoder::state::done:
                return state::whole;
            case chunked_decoder::state::too_large:
                return refuse(too_large());
            case chunked_decoder::state::malformed:
                return refuse(detail::bad_request("The chunked body is malformed"));
            case chunked_decoder::state::wants_more:
                break;
            }
            return state::wants_more;
        }
        const auto length = static_cast<std::size_t>(expected_.content_length.value_or(0));
        const auto taken = std::min(length - body_.size(), input.size());
        if (body_.empty() && taken > 0)
            body_.reserve(std::min(length, most_foreseen));
        body_.append(input.substr(0, taken));
        input.remove_prefix(taken);
        return body_.size() == length ? state::whole : state::wants_more;
    }

    const connection_limits* limits_;
    part part_ = part::head;
    // A head whose end has not come.
    std::string head_;
    std::size_t scanned_ = 0;
    request asked_;
    framing expected_;
    std::optional<chunked_decoder> decoder_;
    std::string body_;
    problem refusal_{};
    bool wants_continue_ = false;
};

} // namespace weir::http
