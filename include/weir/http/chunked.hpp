// SPDX-License-Identifier: Apache-2.0
// The chunked transfer coding: put on an answer's pieces, and taken off a request's body, strictly.
// Light: string.
#pragma once

#include <weir/http/headers.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::http {

/// What ends a chunked body. Without it the client knows that the body is cut short.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// What comes before the bytes of a chunk; "\r\n" comes after them. No chunk may be empty.
/// Source: RFC 9112 7.1.
[[nodiscard]] inline std::string chunk_head(std::size_t bytes) {
    std::string out;
    for (; bytes != 0; bytes /= 16)
        out.insert(out.begin(), "0123456789abcdef"[bytes % 16]);
    out += "\r\n";
    return out;
}

/// Decodes a chunked body fed piece by piece.
/// Source: RFC 9112 7.1. Chunk extensions are skipped and trailers dropped: 4 KiB a line, 100
/// trailers.
class chunked_decoder {
public:
    enum class state { wants_more, done, malformed, too_large };

    explicit chunked_decoder(std::size_t limit_bytes) : limit_(limit_bytes) {}

    /// Takes bytes off the front of `input` and appends what they carry to `out`. After `done`,
    /// what is left of `input` belongs to the next request.
    [[nodiscard]] state feed(std::string_view& input, std::string& out) {
        while (true) {
            if (part_ == part::data && !take_data(input, out))
                return state::wants_more;
            const bool has_line = take_line(input);
            if (malformed_)
                return state::malformed;
            if (!has_line)
                return state::wants_more;
            switch (part_) {
            case part::size:
                if (!read_size(line_))
                    return state::malformed;
                if (left_ > limit_ - out.size())
                    return state::too_large;
                part_ = left_ == 0 ? part::trailer : part::data;
                break;
            case part::data: // The line break that closes a chunk.
                if (!line_.empty())
                    return state::malformed;
                part_ = part::size;
                break;
            case part::trailer:
                if (line_.empty())
                    return state::done;
                if (++trailers_ > most_trailers)
                    return state::malformed;
                break;
            }
            line_.clear();
        }
    }

private:
    enum class part { size, data, trailer };

    static constexpr std::size_t longest_line = 4096;
    static constexpr std::size_t most_trailers = 100;

    // True once the chunk is complete.
    bool take_data(std::string_view& input, std::string& out) {
        const auto taken = std::min(left_, input.size());
        out.append(input.substr(0, taken));
        input.remove_prefix(taken);
        left_ -= taken;
        return left_ == 0;
    }

    // True once line_ holds a whole line, without its CRLF.
    bool take_line(std::string_view& input) {
        while (!input.empty()) {
            const char next = input.front();
            input.remove_prefix(1);
            if (after_cr_) {
                after_cr_ = false;
                malformed_ = next != '\n';
                return !malformed_;
            }
            if (next == '\r') {
                after_cr_ = true;
            } else if (next == '\n' || line_.size() == longest_line) {
                malformed_ = true;
                return false;
            } else {
                line_.push_back(next);
            }
        }
        return false;
    }

    bool read_size(std::string_view line) {
        const auto digits = line.substr(0, line.find(';'));
        const auto text = trimmed(digits);
        if (text.empty() || text.size() > 15 || text.front() != digits.front())
            return false;
        std::size_t value = 0;
        for (const char c : text) {
            const char lower = to_lower(c);
            if (lower >= '0' && lower <= '9') {
                value = value * 16 + static_cast<std::size_t>(lower - '0');
            } else if (lower >= 'a' && lower <= 'f') {
                value = value * 16 + static_cast<std::size_t>(lower - 'a' + 10);
            } else {
                return false;
            }
        }
        left_ = value;
        return true;
    }

    std::size_t limit_;
    std::size_t left_ = 0;
    std::size_t trailers_ = 0;
    part part_ = part::size;
    bool after_cr_ = false;
    bool malformed_ = false;
    std::string line_;
};

} // namespace weir::http
