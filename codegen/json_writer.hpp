// SPDX-License-Identifier: Apache-2.0
// Writes indented JSON piece by piece. Costs <string>, <string_view>.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "value_text.hpp"

namespace weir::gen {

class json_writer {
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

    void text(std::string_view key, std::string_view value) { raw(key, json_string(value)); }

    void text(std::string_view item) {
        next();
        text_ += json_string(item);
    }

    void flag(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }

    void number(std::string_view key, std::uint64_t value) { raw(key, std::to_string(value)); }

    /// `value` is JSON already.
    void raw(std::string_view key, std::string_view value) {
        name(key);
        text_ += value;
    }

    /// A list of texts on one line.
    template <class Texts>
    void texts(std::string_view key, const Texts& items) {
        std::string all;
        for (const auto& each : items)
            all += (all.empty() ? "" : ", ") + json_string(each);
        raw(key, '[' + all + ']');
    }

    [[nodiscard]] std::string take() { return std::move(text_) + '\n'; }

private:
    void next() {
        if (!first_)
            text_ += ',';
        if (depth_ > 0)
            text_ += '\n' + std::string(depth_ * 2, ' ');
        first_ = false;
    }

    void name(std::string_view key) {
        next();
        text_ += json_string(key) + ": ";
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
        if (!first_)
            text_ += '\n' + std::string(depth_ * 2, ' ');
        text_ += bracket;
        first_ = false;
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool first_ = true;
};

} // namespace weir::gen
