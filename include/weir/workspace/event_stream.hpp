// SPDX-License-Identifier: Apache-2.0
// Takes server-sent events apart, in whatever pieces they arrive. Light: string.
// Source: WHATWG HTML, 9.2 Server-sent events.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::workspace {

/// Reads `data` of events; names, ids and comments are passed over.
class event_stream {
public:
    /// Takes the next bytes and calls `visit(data)` for each event that they complete; `visit`
    /// answers whether to read on. Answers false once it did not.
    ///
    /// Bytes of an unfinished event are kept, `most_bytes` at most: is_too_long() tells.
    template <class Visit>
    bool take(std::string_view piece, Visit&& visit) {
        for (const char c : piece) {
            const bool ends_line = c == '\n' || c == '\r';
            const bool is_second_half = c == '\n' && after_return_;
            after_return_ = c == '\r';
            if (is_second_half)
                continue;
            if (!ends_line) {
                if (line_.size() + data_.size() >= most_bytes) {
                    is_too_long_ = true;
                    return false;
                }
                line_.push_back(c);
                continue;
            }
            if (!line_.empty()) {
                take_line();
            } else if (has_data_) {
                has_data_ = false;
                std::string event;
                event.swap(data_);
                if (!visit(std::string_view{event}))
                    return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool is_too_long() const noexcept { return is_too_long_; }

private:
    static constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;

    void take_line() {
        const std::string_view line{line_};
        const auto colon = line.find(':');
        if (line.substr(0, colon) == "data") {
            auto value =
                colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
            if (value.starts_with(' '))
                value.remove_prefix(1);
            if (has_data_)
                data_.push_back('\n');
            data_.append(value);
            has_data_ = true;
        }
        line_.clear();
    }

    std::string line_{};
    std::string data_{};
    bool has_data_ = false;
    bool after_return_ = false;
    bool is_too_long_ = false;
};

} // namespace weir::workspace
