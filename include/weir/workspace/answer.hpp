// SPDX-License-Identifier: Apache-2.0
// Reading a reply's object. Costs client.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/json_object.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

/// Calls `visit(name, in)` for each member of a reply; `visit` reads exactly one value.
///
/// Errors: decode_error naming `what` when the body is no JSON object.
template <class Visit>
void read_answer(const reply& from, std::string_view what, Visit&& visit) {
    json::reader in{from.body, json::reader::most_depth};
    const bool is_object = in.peek() == json::token::object;
    if (is_object)
        for_each_member(in, std::forward<Visit>(visit));
    if (!is_object || in.failed() || !in.finish())
        throw decode_error{std::string{what} + ": the workspace's answer is no JSON object"};
}

/// A page of a list: `visit(in)` reads each element of `member`. Answers the token of the next
/// page, empty after the last one.
///
/// Errors: as read_answer().
template <class Visit>
[[nodiscard]] std::string
read_page(const reply& from, std::string_view what, std::string_view member, Visit&& visit) {
    std::string next;
    read_answer(from, what, [&](const std::string& name, json::reader& in) {
        if (name == member) {
            for_each_element(in, visit);
        } else if (name == "next_page_token") {
            take(in, next);
        } else {
            in.skip_value();
        }
    });
    return next;
}

} // namespace weir::workspace
