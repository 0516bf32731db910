// SPDX-License-Identifier: Apache-2.0
#include "value_json.hpp"

#include <weir/core/binary.hpp>
#include <weir/core/decimal_text.hpp>
#include <weir/core/time_text.hpp>
#include <weir/json/string.hpp>

#include <charconv>
#include <cstddef>
#include <span>

namespace weir::gen {

namespace {

// The words of a number in YAML 1.2's core schema; JSON is stricter about leading zeros, '+' and
// bare points.
bool is_json_number(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const auto from = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9')
            ++at;
        return at > from;
    };
    if (text.starts_with('-'))
        ++at;
    const auto first = at;
    if (!digits())
        return false;
    if (text[first] == '0' && at - first > 1)
        return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits())
            return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        if (!digits())
            return false;
    }
    return at == text.size();
}

std::string real_text(double of, bool is_float) {
    char digits[40];
    const auto end = is_float
                         ? std::to_chars(digits, digits + sizeof digits, static_cast<float>(of)).ptr
                         : std::to_chars(digits, digits + sizeof digits, of).ptr;
    std::string made(digits, end);
    if (made.find_first_of(".en") == std::string::npos)
        made += ".0";
    return made;
}

std::string integer_text(int128 of) {
    std::string made;
    append_decimal(made, of, 0);
    return made;
}

} // namespace

std::string json_of(const value& of, const type_model& type) {
    if (of.is_null)
        return "null";
    std::string made;
    switch (type.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
        return integer_text(of.exact);
    case type::float32:
        return real_text(of.real, true);
    case type::float64:
        return real_text(of.real, false);
    case type::decimal:
        append_decimal(made, of.exact, type.scale);
        return made;
    case type::boolean:
        return of.exact != 0 ? "true" : "false";
    case type::date:
        append_date(made, {static_cast<std::int32_t>(of.exact)});
        return json_string(made);
    case type::timestamp:
        append_rfc3339(made, weir::timestamp{static_cast<std::int64_t>(of.exact)});
        return json_string(made);
    case type::timestamp_ntz:
        append_rfc3339(made, weir::timestamp_ntz{static_cast<std::int64_t>(of.exact)});
        return json_string(made);
    case type::binary:
        append_base64(made, std::as_bytes(std::span{of.text.data(), of.text.size()}));
        return json_string(made);
    case type::json:
        return of.text;
    case type::string:
    case type::varchar:
    case type::fixed_char:
    case type::uuid:
        return json_string(of.text);
    case type::enumeration:
        return json_string(type.enumeration->labels[static_cast<std::size_t>(of.exact)].value);
    case type::array:
        for (const auto& item : of.items) {
            made += (made.empty() ? "" : ", ") + json_of(item, *type.element);
        }
        return "[" + made + "]";
    case type::map:
        for (std::size_t at = 0; at < of.items.size(); ++at) {
            auto key = json_of(of.keys[at], *type.key);
            if (!key.starts_with('"'))
                key = json_string(key);
            made += (made.empty() ? "" : ", ") + key + ": " + json_of(of.items[at], *type.element);
        }
        return "{" + made + "}";
    case type::structure:
        for (std::size_t at = 0; at < of.items.size(); ++at) {
            if (of.items[at].is_null)
                continue;
            const auto& field = type.structure->fields[at];
            made += (made.empty() ? "" : ", ") + json_string(field.name.value) + ": " +
                    json_of(of.items[at], *field.type);
        }
        return "{" + made + "}";
    }
    return made;
}

std::string json_of(const node& of) {
    std::string made;
    switch (of.is) {
    case node::kind::null:
        return "null";
    case node::kind::scalar:
        if (of.is_plain() && (of.text == "true" || of.text == "false" || is_json_number(of.text)))
            return of.text;
        return json_string(of.text);
    case node::kind::sequence:
        for (const auto& item : of.items)
            made += (made.empty() ? "" : ", ") + json_of(item);
        return "[" + made + "]";
    case node::kind::map:
        for (const auto& each : of.entries) {
            made += (made.empty() ? "" : ", ") + json_string(each.key.text) + ": " +
                    json_of(each.value);
        }
        return "{" + made + "}";
    }
    return made;
}

std::string json_string(std::string_view text) {
    std::string made;
    json::append_json_string(made, text);
    return made;
}

} // namespace weir::gen
