// SPDX-License-Identifier: Apache-2.0
// The body of a call that executes a statement. Costs parameters.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/warehouse/options.hpp>
#include <weir/warehouse/parameters.hpp>
#include <weir/warehouse/query_tags.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::warehouse {

/// Where a result is delivered: in the answers (25 MiB at most), or in cloud storage.
enum class disposition : std::uint8_t { inline_rows, external_links };

/// How long the platform is asked to hold the call: it must answer well before the deadline,
/// because a write whose answer is lost may have happened. Source: 5 to 50 s, or 0.
[[nodiscard]] inline std::chrono::seconds
held_for(std::chrono::milliseconds wanted, std::chrono::milliseconds left) {
    constexpr std::chrono::milliseconds least{5'000};
    constexpr std::chrono::milliseconds spared{1'000};
    const auto span = std::min(wanted, left - spared);
    if (span < least)
        return std::chrono::seconds{0};
    return std::chrono::floor<std::chrono::seconds>(span);
}

struct execution {
    /// With places expanded.
    std::string_view text;
    const sql::arguments& arguments;
    query_tags tags{};
    disposition delivered = disposition::inline_rows;
    std::chrono::seconds held{0};
};

[[nodiscard]] inline std::string execute_body(const execution& of, const options& at) {
    std::string out;
    out.reserve(of.text.size() + of.arguments.bytes() * 9 / 8 + 512);
    out.append(R"({"warehouse_id":)");
    json::append_json_string(out, detail::id_of(at.warehouse_id));
    const auto optional = [&](std::string_view name, std::string_view value) {
        if (value.empty())
            return;
        out.append(",\"").append(name).append("\":");
        json::append_json_string(out, value);
    };
    optional("catalog", at.catalog);
    optional("schema", at.schema);
    out.append(R"(,"statement":)");
    json::append_json_string(out, of.text);
    if (of.arguments.size() != 0) {
        out.append(R"(,"parameters":)");
        append_parameters(out, of.arguments);
    }
    out.append(R"(,"wait_timeout":")").append(std::to_string(of.held.count())).append("s\"");
    if (of.held.count() != 0)
        out.append(R"(,"on_wait_timeout":"CONTINUE")");
    const bool is_inline = of.delivered == disposition::inline_rows;
    out.append(R"(,"disposition":")").append(is_inline ? "INLINE" : "EXTERNAL_LINKS");
    out.append(R"(","format":"JSON_ARRAY")");
    if (at.tags_queries) {
        out.append(R"(,"query_tags":)");
        append_query_tags(out, of.tags);
    }
    out.push_back('}');
    return out;
}

} // namespace weir::warehouse
