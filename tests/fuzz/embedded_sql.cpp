// SPDX-License-Identifier: Apache-2.0
// Any text into the embedded engine's translator, and into its reading of JSON: neither may crash,
// only weir's errors may leave, and what is accepted must mean the same however it is spaced.

#include <weir/embedded/read_json.hpp>
#include <weir/embedded/translate.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using namespace weir::embedded;
using weir::fuzz::require;

std::optional<translation> translated(std::string_view sql) {
    static const std::vector<parameter_type> parameters{
        {"p1", {.kind = weir::type::int64}},
        {"p2", {.kind = weir::type::string}},
    };
    try {
        return translate(sql, parameters);
    } catch (const weir::statement_error& refused) {
        require(!refused.sqlstate().empty(), "a refusal has its SQLSTATE");
        return std::nullopt;
    }
}

void ignores_comments(std::string_view sql) {
    const auto made = translated(sql);
    if (!made)
        return;
    const auto again = translated("/* a comment */ " + std::string{sql} + "\n-- another");
    require(again.has_value(), "a comment changes nothing");
    require(made->statements == again->statements, "a comment changes no statement");
    require(made->parameters == again->parameters, "a comment changes no parameter");
    for (const auto& each : made->statements)
        require(
            each.find('\0') == std::string::npos,
            "a statement has no NUL: the library reads up to it"
        );
}

void stays_json(std::string_view text) {
    static const auto schema = parse_schema("a array<decimal(38,10)>, b map<string, struct<c: "
                                            "timestamp, d: binary>>, e string, f double");
    std::string made;
    if (rewrite_json(made, text, schema) == json_rewrite::malformed)
        return;
    weir::json::reader reader{made, weir::json::reader::most_depth};
    require(reader.skip_value() && reader.finish(), "rewritten JSON is JSON");
    std::string again;
    require(
        rewrite_json(again, made, schema) != json_rewrite::malformed, "rewritten JSON is read again"
    );
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    ignores_comments(text);
    stays_json(text);
    return 0;
}
