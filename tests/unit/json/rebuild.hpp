// SPDX-License-Identifier: Apache-2.0
// A nlohmann document made from what weir's reader delivers, to compare the two parsers.
#pragma once

#include <weir/json/reader.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace json_test {

struct beyond_double {};

/// Errors: throws beyond_double at a number the oracle cannot hold.
inline bool rebuild(weir::json::reader& in, nlohmann::json& out) {
    using weir::json::token;
    std::string_view text;
    bool truth = false;
    switch (in.peek()) {
    case token::object: {
        out = nlohmann::json::object();
        if (!in.enter_object())
            return false;
        std::string_view name;
        while (in.next_member(name)) {
            nlohmann::json member;
            const std::string kept{name};
            if (!rebuild(in, member))
                return false;
            out[kept] = std::move(member); // the last one wins, as in nlohmann
        }
        return !in.failed();
    }
    case token::array:
        out = nlohmann::json::array();
        if (!in.enter_array())
            return false;
        while (in.next_element()) {
            nlohmann::json element;
            if (!rebuild(in, element))
                return false;
            out.push_back(std::move(element));
        }
        return !in.failed();
    case token::string:
        if (!in.read_string(text))
            return false;
        out = std::string{text};
        return true;
    case token::number:
        if (!in.read_number(text))
            return false;
        out = nlohmann::json::parse(text, nullptr, false);
        // The oracle refuses numbers beyond double; weir leaves ranges to the columns.
        if (out.is_discarded())
            throw beyond_double{};
        return true;
    case token::boolean:
        if (!in.read_bool(truth))
            return false;
        out = truth;
        return true;
    case token::null:
        out = nullptr;
        return in.read_null();
    case token::malformed:
        break;
    }
    return in.skip_value();
}

/// Whether weir takes a text for JSON, both when it reads it and when it skips it.
inline bool accepts(std::string_view text, nlohmann::json& value) {
    weir::json::reader whole{text, weir::json::reader::most_depth};
    const bool read = rebuild(whole, value) && whole.finish();
    weir::json::reader skipping{text, weir::json::reader::most_depth};
    const bool skipped = skipping.skip_value() && skipping.finish();
    if (read != skipped)
        throw std::logic_error{"reading and skipping disagree"};
    return read;
}

} // namespace json_test
