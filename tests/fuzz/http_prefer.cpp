// SPDX-License-Identifier: Apache-2.0
// Any text as the value of Prefer, If-Match and If-None-Match: only validation_error leaves, strict
// handling refuses no less than lenient, and what is told back is read alike.
#include <weir/core/error.hpp>
#include <weir/http/entity_tag.hpp>
#include <weir/http/preferences.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "require.hpp"

namespace {

using namespace weir;
using namespace weir::http;
using fuzz::require;

headers one(std::string_view name, std::string_view value) {
    headers sent;
    sent.add(name, value);
    return sent;
}

std::optional<preferences> read(const headers& sent) {
    try {
        return read_preferences(sent);
    } catch (const validation_error& refused) {
        require(!refused.broken().empty(), "a refusal says why");
        for (const auto& each : refused.broken())
            require(each.loc.size() == 2 && each.msg.size() < 250, "at the header, and briefly");
        return std::nullopt;
    }
}

bool are_alike(const preferences& left, const preferences& right) {
    return left.minimal == right.minimal && left.numbers == right.numbers &&
           left.headers_only == right.headers_only && left.representation == right.representation &&
           left.resolution == right.resolution && left.max_affected == right.max_affected;
}

void prefers(std::string_view text) {
    const auto lenient = read(one("Prefer", text));
    auto with_strict = one("Prefer", "handling=strict");
    with_strict.add("Prefer", text);
    const auto strict = read(with_strict);
    require(!strict || lenient.has_value(), "strict handling refuses no less");
    require(!strict || are_alike(*strict, *lenient), "and understands the same");
    if (!lenient)
        return;
    response answer;
    tell_preferences(answer, *lenient);
    if (const auto told = answer.headers.find("Preference-Applied")) {
        const auto again = read(one("Prefer", *told));
        require(again && are_alike(*again, *lenient), "what is told is what was asked");
    }
}

void matches(std::string_view text) {
    try {
        const auto tags = read_tags(one("If-Match", text), "If-Match");
        require(tags.is_any != !tags.tags.empty(), "either any row or tags");
        require(tags.tags.size() <= most_entity_tags, "no more tags than are taken");
        static_cast<void>(read_demand(one("If-Match", text)));
        static_cast<void>(weir::detail::stamps_of_version({std::string{text}}));
    } catch (const validation_error& refused) {
        require(refused.broken().size() == 1, "a refusal says why");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    prefers(text);
    matches(text);
    return 0;
}
