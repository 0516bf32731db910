// SPDX-License-Identifier: Apache-2.0
// The rows of one chunk as text fields, decoded where they stand: no DOM, no copy but for texts
// with escapes. Costs answer.hpp.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/json/reader.hpp>
#include <weir/warehouse/answer.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// Reads the rows of a chunk one by one.
/// Threads: not two at once.
class row_reader {
public:
    /// `columns` is how many fields each row must have.
    row_reader(chunk from, std::size_t columns)
        : from_(std::move(from)), columns_(columns), is_open_(from_.rows.has_value()) {
        if (is_open_ && !from_.rows->enter_array())
            throw_broken();
    }

    /// The next row, absent after the last. Lifetime: until the next call.
    /// Errors: decode_error for text that is no array of rows, or ends early.
    std::optional<std::span<const text_field>> next() {
        if (!is_open_)
            return std::nullopt;
        auto& in = *from_.rows;
        if (!in.next_element()) {
            close();
            return std::nullopt;
        }
        fields_.clear();
        unescaped_.clear();
        moved_.clear();
        if (!in.enter_array())
            throw_broken();
        while (in.next_element())
            read_field(in);
        if (in.failed() || fields_.size() != columns_)
            throw_broken();
        // Only now does the buffer stay where it is.
        for (const auto& [field, offset] : moved_) {
            auto& text = fields_[field].text;
            text = std::string_view{unescaped_}.substr(offset, text.size());
        }
        return std::span<const text_field>{fields_};
    }

private:
    [[noreturn]] static void throw_broken() {
        throw decode_error{"The warehouse's rows are broken off, or do not fit their columns"};
    }

    void read_field(json::reader& in) {
        std::string_view text;
        switch (in.peek()) {
        case json::token::string:
            if (!in.read_string(text))
                throw_broken();
            if (!is_in_body(text)) {
                moved_.emplace_back(fields_.size(), unescaped_.size());
                unescaped_.append(text);
            }
            fields_.push_back({text, false});
            return;
        case json::token::null:
            if (!in.read_null())
                throw_broken();
            fields_.push_back({{}, true});
            return;
        default:
            // Values are strings by contract; another spelling of one is its text.
            if (!in.read_raw(text))
                throw_broken();
            fields_.push_back({text, false});
        }
    }

    [[nodiscard]] bool is_in_body(std::string_view text) const noexcept {
        const std::less<> before;
        const auto& body = *from_.body;
        return !before(text.data(), body.data()) && !before(body.data() + body.size(), text.data());
    }

    // What follows the rows is checked too: a body cut short is an error, not a shorter result.
    void close() {
        auto& in = *from_.rows;
        is_open_ = false;
        std::string_view name;
        for (; from_.depth > 0; --from_.depth) {
            while (in.next_member(name))
                in.skip_value();
        }
        if (in.failed() || !in.finish())
            throw_broken();
    }

    chunk from_;
    std::size_t columns_;
    bool is_open_;
    std::vector<text_field> fields_;
    std::string unescaped_;
    std::vector<std::pair<std::size_t, std::size_t>> moved_;
};

} // namespace weir::warehouse
