// SPDX-License-Identifier: Apache-2.0
// Small JSON documents of the workspace's interfaces: read whole, written piece by piece.
#pragma once

#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace local_workspace {

/// A JSON value, read whole. Numbers stay text.
class json_value {
public:
    weir::json::token kind = weir::json::token::null;
    /// A string's characters, a number's spelling, `true` or `false`.
    std::string text{};
    std::vector<std::pair<std::string, json_value>> members{};
    std::vector<json_value> elements{};

    [[nodiscard]] bool is(weir::json::token wanted) const noexcept { return kind == wanted; }

    [[nodiscard]] bool is_null() const noexcept { return kind == weir::json::token::null; }

    /// The last member of that name; JSON null counts as absent.
    [[nodiscard]] const json_value* find(std::string_view name) const noexcept {
        for (auto at = members.rbegin(); at != members.rend(); ++at)
            if (at->first == name)
                return at->second.is_null() ? nullptr : &at->second;
        return nullptr;
    }

    /// A member that is a string; empty otherwise.
    [[nodiscard]] std::string string(std::string_view name) const {
        const auto* found = find(name);
        return found != nullptr && found->is(weir::json::token::string) ? found->text
                                                                        : std::string{};
    }

    /// A member that is an integer, or a string of one.
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const {
        const auto* found = find(name);
        if (found == nullptr)
            return std::nullopt;
        std::int64_t read = 0;
        const auto* const end = found->text.data() + found->text.size();
        const auto outcome = std::from_chars(found->text.data(), end, read);
        if (outcome.ec != std::errc{} || outcome.ptr != end)
            return std::nullopt;
        return read;
    }

    [[nodiscard]] bool truth(std::string_view name) const {
        const auto* found = find(name);
        return found != nullptr && found->is(weir::json::token::boolean) && found->text == "true";
    }
};

namespace detail {

inline bool read_value(weir::json::reader& from, json_value& into) {
    using weir::json::token;
    into.kind = from.peek();
    std::string_view seen;
    switch (into.kind) {
    case token::object:
        from.enter_object();
        while (from.next_member(seen)) {
            auto& added = into.members.emplace_back(std::string{seen}, json_value{});
            if (!read_value(from, added.second))
                return false;
        }
        return !from.failed();
    case token::array:
        from.enter_array();
        while (from.next_element())
            if (!read_value(from, into.elements.emplace_back()))
                return false;
        return !from.failed();
    case token::string:
        if (!from.read_string(seen))
            return false;
        into.text = seen;
        return true;
    case token::number:
        if (!from.read_number(seen))
            return false;
        into.text = seen;
        return true;
    case token::boolean: {
        bool truth = false;
        if (!from.read_bool(truth))
            return false;
        into.text = truth ? "true" : "false";
        return true;
    }
    case token::null:
        return from.read_null();
    case token::malformed:
        break;
    }
    return false;
}

} // namespace detail

/// A JSON text as a value; absent when it is none.
[[nodiscard]] inline std::optional<json_value> parse_json(std::string_view text) {
    weir::json::reader from{text};
    json_value made;
    if (!detail::read_value(from, made) || !from.finish())
        return std::nullopt;
    return made;
}

/// Writes one JSON object.
class json_object {
public:
    json_object& add(std::string_view name, std::string_view text) {
        begin(name);
        weir::json::append_json_string(out_, text);
        return *this;
    }

    json_object& add(std::string_view name, const char* text) {
        return add(name, std::string_view{text});
    }

    json_object& add(std::string_view name, std::int64_t number) {
        return add_raw(name, std::to_string(number));
    }

    json_object& add(std::string_view name, int number) { return add(name, std::int64_t{number}); }

    json_object& add(std::string_view name, std::size_t number) {
        return add_raw(name, std::to_string(number));
    }

    json_object& add(std::string_view name, bool truth) {
        return add_raw(name, truth ? "true" : "false");
    }

    json_object& add(std::string_view name, const json_object& object) {
        return add_raw(name, object.text());
    }

    /// A member whose value is JSON already.
    json_object& add_raw(std::string_view name, std::string_view json) {
        begin(name);
        out_ += json;
        return *this;
    }

    [[nodiscard]] std::string text() const { return out_ + "}"; }

private:
    void begin(std::string_view name) {
        if (out_.size() > 1)
            out_.push_back(',');
        weir::json::append_json_string(out_, name);
        out_.push_back(':');
    }

    std::string out_{"{"};
};

/// A JSON array of JSON texts.
[[nodiscard]] inline std::string json_array(const std::vector<std::string>& texts) {
    std::string out{"["};
    for (const auto& each : texts) {
        if (out.size() > 1)
            out.push_back(',');
        out += each;
    }
    return out + "]";
}

/// A JSON array of strings.
[[nodiscard]] inline std::string texts_json(const std::vector<std::string>& texts) {
    std::vector<std::string> made;
    for (const auto& each : texts)
        weir::json::append_json_string(made.emplace_back(), each);
    return json_array(made);
}

/// A member that is an array of strings.
[[nodiscard]] inline std::vector<std::string>
texts_of(const json_value& from, std::string_view name) {
    std::vector<std::string> made;
    if (const auto* found = from.find(name))
        for (const auto& each : found->elements)
            made.push_back(each.text);
    return made;
}

/// A value as JSON text again.
inline void append_json_value(std::string& out, const json_value& value) {
    using weir::json::token;
    switch (value.kind) {
    case token::object: {
        json_object object;
        for (const auto& [name, member] : value.members) {
            std::string text;
            append_json_value(text, member);
            object.add_raw(name, text);
        }
        out += object.text();
        return;
    }
    case token::array: {
        std::vector<std::string> texts;
        for (const auto& element : value.elements)
            append_json_value(texts.emplace_back(), element);
        out += json_array(texts);
        return;
    }
    case token::string:
        return weir::json::append_json_string(out, value.text);
    case token::number:
    case token::boolean:
        out += value.text;
        return;
    case token::null:
    case token::malformed:
        out += "null";
    }
}

[[nodiscard]] inline std::string to_json(const json_value& value) {
    std::string out;
    append_json_value(out, value);
    return out;
}

} // namespace local_workspace
