// SPDX-License-Identifier: Apache-2.0
// Any text as the target of a list, for a table with a column of every type: only
// validation_error leaves, what is accepted stays inside the table and can be asked of both
// dialects.
#include <weir/core/utf8.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/target.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "list_properties.hpp"
#include "require.hpp"

namespace {

using namespace weir;
using namespace weir::http;
using fuzz::is_told;
using fuzz::require;
using fuzz::specimens;

std::optional<target_parts> split(std::string_view target) {
    try {
        return split_target(target);
    } catch (const validation_error& refused) {
        is_told(refused);
        return std::nullopt;
    }
}

void is_spelled_again(const target_parts& parts) {
    std::string target = parts.path + '?';
    for (const auto& each : parts.query) {
        require(is_valid_utf8(each.name) && is_valid_utf8(each.value), "a query is UTF-8");
        append_percent_encoded(target, each.name);
        target.push_back('=');
        append_percent_encoded(target, each.value);
        target.push_back('&');
    }
    const auto again = split(target);
    require(again && again->path == parts.path, "a path is spelled again");
    require(
        std::equal(
            again->query.begin(),
            again->query.end(),
            parts.query.begin(),
            parts.query.end(),
            [](const query_parameter& a, const query_parameter& b) {
                return a.name == b.name && a.value == b.value;
            }
        ),
        "a query is spelled again"
    );
}

void decodes(std::string_view text) {
    std::string decoded;
    if (!percent_decode(text, decoded))
        return;
    require(is_valid_utf8(decoded) && decoded.size() <= text.size(), "decoded text is UTF-8");
    require(decoded.find('\0') == std::string::npos, "decoded text holds no NUL");
    std::string encoded;
    append_percent_encoded(encoded, decoded);
    std::string again;
    require(percent_decode(encoded, again) && again == decoded, "encoding is undone");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    decodes(text);
    const auto parts = split(text);
    if (!parts)
        return 0;
    is_spelled_again(*parts);
    std::optional<list_query> asked;
    try {
        asked = read_list_query(specimens, parts->query);
    } catch (const validation_error& refused) {
        is_told(refused);
        return 0;
    }
    require(asked->where.is == sql::condition::form::all_of, "filters must all hold");
    fuzz::stays_inside(*asked);
    fuzz::can_be_asked(*asked, sql::dialect::postgres);
    fuzz::can_be_asked(*asked, sql::dialect::databricks);
    return 0;
}
