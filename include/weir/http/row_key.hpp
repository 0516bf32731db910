// SPDX-License-Identifier: Apache-2.0
// Keys of rows in paths: their parts, their spelling, and what a body says of them besides. Costs
// data/row_values.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/data/row_values.hpp>
#include <weir/http/target.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// The decoded parts of `{key}`: split at commas first, so that escaped ones stay inside a part.
///
/// Errors: none; the router has decoded the whole segment before.
[[nodiscard]] inline std::vector<std::string> key_parts(std::string_view raw, std::size_t parts) {
    std::vector<std::string> found;
    while (true) {
        const auto comma = parts == 1 ? std::string_view::npos : raw.find(',');
        // A lone part may be no UTF-8 where the whole was: it is then no key of any row.
        if (!percent_decode(raw.substr(0, comma), found.emplace_back()))
            found.back().clear();
        if (comma == std::string_view::npos)
            return found;
        raw.remove_prefix(comma + 1);
    }
}

/// A key as the last segment of a path.
template <keyed_row Row>
[[nodiscard]] std::string key_segment(const key_of<Row>& key) {
    std::string out;
    for_each_member(key, [&out](std::size_t at, const auto& part) {
        if (at != 0)
            out.push_back(',');
        if constexpr (std::is_convertible_v<decltype(part), std::string_view>) {
            append_percent_encoded(out, part);
        } else {
            std::string text;
            json::append_json(text, part);
            std::string_view bare = text;
            if (bare.starts_with('"'))
                bare = bare.substr(1, bare.size() - 2);
            append_percent_encoded(out, bare);
        }
    });
    return out;
}

/// Whether a client names the whole key of a new row: no part is the database's or the caller's to
/// give.
template <keyed_row Row>
inline constexpr bool key_is_given = [] {
    for (const auto position : table_of<Row>.key)
        if (!is_create_column(table_of<Row>, position))
            return false;
    return true;
}();

/// Puts the key of the URL into a row to create, where the body named none. `named` tells, per key
/// part, whether it did. Adds a violation for each part that differs.
template <keyed_row Row>
void adopt_key(
    create_of<Row>& given, const key_of<Row>& key, const violations& missing, violations& broken
) {
    const auto one = [&]<std::size_t At>() {
        constexpr auto position = table_of<Row>.key[At];
        constexpr auto source = weir::detail::members_of_columns<Row, create_of<Row>>[position];
        auto& part = member_at<source>(given);
        const auto& wanted = member_at<At>(key);
        const location at{std::string{"body"}, std::string{table_of<Row>.columns[position].name}};
        bool is_named = std::none_of(missing.begin(), missing.end(), [&](const violation& each) {
            return each.loc == at;
        });
        if constexpr (weir::detail::is_optional<std::remove_cvref_t<decltype(part)>>)
            is_named = part.has_value();
        if (is_named && part != wanted)
            broken.push_back({"key_mismatch", at, "The body's key is not the one of the path"});
        part = wanted;
    };
    [&]<std::size_t... At>(std::index_sequence<At...>) {
        (one.template operator()<At>(), ...);
    }(std::make_index_sequence<member_count<key_of<Row>>>{});
}

} // namespace weir::http::detail
