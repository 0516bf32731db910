// SPDX-License-Identifier: Apache-2.0
// Reading the platform's JSON objects member by member, tolerantly: members that are unknown, null
// or of another type than expected are passed over. Costs json/reader.hpp.
#pragma once

#include <weir/core/json_text.hpp>
#include <weir/json/reader.hpp>

#include <charconv>
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weir::workspace {

/// Calls `visit(name, in)` for each member of the next value, if that is an object; `visit` reads
/// exactly one value. `name` is good until then.
template <class Visit>
void for_each_member(json::reader& in, Visit&& visit) {
    if (in.peek() != json::token::object) {
        in.skip_value();
        return;
    }
    in.enter_object();
    std::string_view name;
    while (in.next_member(name))
        visit(std::string{name}, in);
}

/// Calls `visit(in)` for each element of the next value, if that is an array.
template <class Visit>
void for_each_element(json::reader& in, Visit&& visit) {
    if (in.peek() != json::token::array) {
        in.skip_value();
        return;
    }
    in.enter_array();
    while (in.next_element())
        visit(in);
}

/// Text; a number as it is spelled, for the platform sends some codes as either.
inline void take(json::reader& in, std::string& out) {
    std::string_view found;
    if (in.peek() == json::token::string) {
        if (in.read_string(found))
            out = found;
    } else if (in.peek() == json::token::number) {
        if (in.read_number(found))
            out = found;
    } else {
        in.skip_value();
    }
}

/// A whole number, or a string of one.
template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
void take(json::reader& in, Integer& out) {
    std::string spelled;
    take(in, spelled);
    Integer found{};
    const auto end = spelled.data() + spelled.size();
    const auto read = std::from_chars(spelled.data(), end, found);
    if (read.ec == std::errc{} && read.ptr == end)
        out = found;
}

inline void take(json::reader& in, bool& out) {
    if (in.peek() == json::token::boolean) {
        in.read_bool(out);
    } else {
        in.skip_value();
    }
}

/// Any value, as it is spelled.
inline void take(json::reader& in, json_text& out) {
    std::string_view spelled;
    if (in.read_raw(spelled))
        out.text = spelled;
}

inline void take(json::reader& in, std::vector<std::string>& out) {
    for_each_element(in, [&](json::reader& element) { take(element, out.emplace_back()); });
}

inline void take(json::reader& in, std::map<std::string, std::string>& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        take(value, out[name]);
    });
}

/// Objects, each read by `read(in)`.
template <class T, class Read>
void take_each(json::reader& in, std::vector<T>& out, Read&& read) {
    for_each_element(in, [&](json::reader& element) { out.push_back(read(element)); });
}

} // namespace weir::workspace
