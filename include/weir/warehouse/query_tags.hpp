// SPDX-License-Identifier: Apache-2.0
// What a statement says about itself to whoever looks at the warehouse's queries. Light: string.
#pragma once

#include <weir/json/writer.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::warehouse {

struct query_tag {
    std::string_view key;
    std::string_view value;
};

/// Request id, table and caller.
using query_tags = std::array<query_tag, 3>;

namespace detail {

/// Databricks documents no length; longer values are cut so that they cannot fail a statement.
inline constexpr std::size_t most_tag_bytes = 128;

[[nodiscard]] constexpr std::string_view tag_value(std::string_view text) noexcept {
    if (text.size() <= most_tag_bytes)
        return text;
    auto end = most_tag_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

} // namespace detail

/// Appends `[{"key":"weir.table","value":"wells"},…]`; tags without a value are left out.
inline void append_query_tags(std::string& out, const query_tags& tags) {
    out.push_back('[');
    for (const auto& each : tags) {
        if (each.value.empty())
            continue;
        out.append(out.back() == '[' ? R"({"key":)" : R"(,{"key":)");
        json::append_json_string(out, each.key);
        out.append(R"(,"value":)");
        json::append_json_string(out, detail::tag_value(each.value));
        out.push_back('}');
    }
    out.push_back(']');
}

} // namespace weir::warehouse
