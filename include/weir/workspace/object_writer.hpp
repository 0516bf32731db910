// SPDX-License-Identifier: Apache-2.0
// Bodies of calls: one JSON object, member by member. Costs json/writer.hpp.
#pragma once

#include <weir/json/writer.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

/// A JSON object under construction.
class object_writer {
public:
    object_writer& text(std::string_view name, std::string_view value) {
        begin(name);
        json::append_json_string(text_, value);
        return *this;
    }

    /// The same, unless the value is empty.
    object_writer& text_if(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }

    object_writer& number(std::string_view name, std::int64_t value) {
        return raw(name, std::to_string(value));
    }

    object_writer& flag(std::string_view name, bool value) {
        return raw(name, value ? "true" : "false");
    }

    /// `value` is JSON already.
    object_writer& raw(std::string_view name, std::string_view value) {
        begin(name);
        text_.append(value);
        return *this;
    }

    /// An array of strings, unless it is empty.
    object_writer& texts_if(std::string_view name, const std::vector<std::string>& values) {
        if (values.empty())
            return *this;
        begin(name);
        json::append_json(text_, values);
        return *this;
    }

    /// An object of strings, unless it is empty.
    object_writer&
    texts_if(std::string_view name, const std::map<std::string, std::string>& values) {
        if (values.empty())
            return *this;
        object_writer inner;
        for (const auto& [key, value] : values)
            inner.text(key, value);
        return raw(name, inner.take());
    }

    /// The object; the writer is then spent.
    [[nodiscard]] std::string take() {
        text_.push_back('}');
        return std::move(text_);
    }

private:
    void begin(std::string_view name) {
        if (text_.size() > 1)
            text_.push_back(',');
        json::append_json_string(text_, name);
        text_.push_back(':');
    }

    std::string text_{"{"};
};

} // namespace weir::workspace
