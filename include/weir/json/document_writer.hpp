// SPDX-License-Identifier: Apache-2.0
// Writes an indented JSON document piece by piece: for documents that people read too. Costs
// json/writer.hpp.
#pragma once

#include <weir/json/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir::json {

/// A document under construction. Members and items come in the order they are written; what is
/// begun must be ended before take().
class document_writer {
public:
    void begin_object() { open('{'); }

    void begin_object(std::string_view key) {
        name(key);
        open_after_name('{');
    }

    void begin_array(std::string_view key) {
        name(key);
        open_after_name('[');
    }

    void end_object() { close('}'); }

    void end_array() { close(']'); }

    void text(std::string_view key, std::string_view value) {
        name(key);
        append_json_string(text_, value);
    }

    void text(std::string_view item) {
        next();
        append_json_string(text_, item);
    }

    void flag(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }

    void number(std::string_view key, std::uint64_t value) { raw(key, std::to_string(value)); }

    /// `value` is JSON already.
    void raw(std::string_view key, std::string_view value) {
        name(key);
        text_ += value;
    }

    /// The same, as an item of an array.
    void raw(std::string_view item) {
        next();
        text_ += item;
    }

    /// A list of texts on one line.
    template <class Texts>
    void texts(std::string_view key, const Texts& items) {
        name(key);
        text_ += '[';
        bool is_first = true;
        for (const auto& each : items) {
            if (!is_first)
                text_ += ", ";
            is_first = false;
            append_json_string(text_, each);
        }
        text_ += ']';
    }

    /// The document, closed by a line feed.
    [[nodiscard]] std::string take() { return std::move(text_) + '\n'; }

private:
    void next() {
        if (!first_)
            text_ += ',';
        if (depth_ > 0) {
            text_ += '\n';
            text_.append(depth_ * 2, ' ');
        }
        first_ = false;
    }

    void name(std::string_view key) {
        next();
        append_json_string(text_, key);
        text_ += ": ";
    }

    void open(char bracket) {
        next();
        open_after_name(bracket);
    }

    void open_after_name(char bracket) {
        text_ += bracket;
        ++depth_;
        first_ = true;
    }

    void close(char bracket) {
        --depth_;
        if (!first_) {
            text_ += '\n';
            text_.append(depth_ * 2, ' ');
        }
        text_ += bracket;
        first_ = false;
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool first_ = true;
};

} // namespace weir::json
