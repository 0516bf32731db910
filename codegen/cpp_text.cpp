// SPDX-License-Identifier: Apache-2.0
#include "cpp_text.hpp"

#include <weir/core/decimal_text.hpp>

#include <charconv>
#include <cstdint>
#include <limits>

#include "names.hpp"

namespace weir::gen {

namespace {

std::string byte_text(unsigned value) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {'0', 'x', digits[value >> 4U], digits[value & 0xFU]};
}

unsigned hex_value(char c) {
    return static_cast<unsigned>(c >= 'a' ? c - 'a' + 10 : c - '0');
}

std::string uuid_bytes(std::string_view text) {
    std::string made;
    for (std::size_t at = 0; at + 1 < text.size();) {
        if (text[at] == '-') {
            ++at;
            continue;
        }
        made += (made.empty() ? "" : ", ") +
                byte_text(hex_value(text[at]) * 16 + hex_value(text[at + 1]));
        at += 2;
    }
    return made;
}

} // namespace

cpp_speller::cpp_speller(const schema_model& in) : space_(in.name.value) {
    // A member or handle of the same name would hide a type: then the type is written in full.
    const auto hide = [this](const std::vector<column_model>& columns) {
        for (const auto& each : columns)
            hidden_.insert(each.name.value);
    };
    for (const auto& each : in.structures)
        hide(each.fields);
    for (const auto& each : in.tables)
        hide(each.columns);
}

std::string cpp_speller::name(std::string_view space, std::string_view local) const {
    if (space == space_ && !hidden_.contains(local))
        return std::string{local};
    std::string made{space};
    made += "::";
    made += local;
    return hidden_.contains(space) || space == space_ ? "::" + made : made;
}

std::string cpp_speller::type(const type_model& of) const {
    switch (of.kind) {
    case type::int8:
        return "std::int8_t";
    case type::int16:
        return "std::int16_t";
    case type::int32:
        return "std::int32_t";
    case type::int64:
        return "std::int64_t";
    case type::float32:
        return "float";
    case type::float64:
        return "double";
    case type::decimal:
        return "weir::decimal<" + std::to_string(of.precision) + ", " + std::to_string(of.scale) +
               '>';
    case type::string:
    case type::varchar:
    case type::fixed_char:
        return "std::string";
    case type::boolean:
        return "bool";
    case type::date:
        return "weir::date";
    case type::timestamp:
        return "weir::timestamp";
    case type::timestamp_ntz:
        return "weir::timestamp_ntz";
    case type::binary:
        return "std::vector<std::byte>";
    case type::uuid:
        return "weir::uuid";
    case type::json:
        return "weir::json_text";
    case type::enumeration:
        return name(of.enumeration->space, of.enumeration->name.value);
    case type::array:
        return "std::vector<" + type(*of.element) + '>';
    case type::map:
        return "std::map<" + type(*of.key) + ", " + type(*of.element) + '>';
    case type::structure:
        return name(of.structure->space, of.structure->name.value);
    }
    return {};
}

std::string cpp_speller::member_type(const column_model& of) const {
    return of.nullable() ? "std::optional<" + type(*of.type) + '>' : type(*of.type);
}

std::string cpp_speller::enumerator(const enumeration& of, std::size_t label) {
    std::vector<std::string_view> labels;
    for (const auto& each : of.labels)
        labels.emplace_back(each.value);
    return enumerators(labels)[label];
}

std::string cpp_speller::expression(const value& what, const type_model& of) const {
    const auto list = [&](std::string_view open) {
        std::string made = type(of);
        made += open;
        return made;
    };
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
        return cpp_integer(what.exact);
    case type::float32:
        return cpp_real(what.real, true);
    case type::float64:
        return cpp_real(what.real, false);
    case type::decimal:
        return type(of) + "::from_unscaled(" + cpp_integer(what.exact) + ')';
    case type::string:
    case type::varchar:
    case type::fixed_char:
        return cpp_string(what.text);
    case type::boolean:
        return what.exact != 0 ? "true" : "false";
    case type::date:
        return list("{.days = ") + cpp_integer(what.exact) + '}';
    case type::timestamp:
    case type::timestamp_ntz:
        return list("{.microseconds = ") + cpp_integer(what.exact) + '}';
    case type::uuid:
        return list("{.bytes = {") + uuid_bytes(what.text) + "}}";
    case type::json:
        return list("{.text = ") + cpp_string(what.text) + '}';
    case type::enumeration:
        return list("::") + enumerator(*of.enumeration, static_cast<std::size_t>(what.exact));
    case type::binary: {
        std::string bytes;
        for (const char c : what.text) {
            bytes += (bytes.empty() ? "std::byte{" : ", std::byte{") +
                     byte_text(static_cast<unsigned char>(c)) + '}';
        }
        return list("{") + bytes + '}';
    }
    case type::array: {
        std::string items;
        for (const auto& item : what.items)
            items += (items.empty() ? "" : ", ") + expression(item, *of.element);
        return list("{") + items + '}';
    }
    case type::map: {
        std::string items;
        for (std::size_t at = 0; at < what.items.size(); ++at) {
            items += (items.empty() ? "{" : ", {") + expression(what.keys[at], *of.key) + ", " +
                     expression(what.items[at], *of.element) + '}';
        }
        return list("{") + items + '}';
    }
    case type::structure: {
        std::string items;
        for (std::size_t at = 0; at < what.items.size(); ++at) {
            if (what.items[at].is_null)
                continue;
            const auto& field = of.structure->fields[at];
            items += (items.empty() ? "." : ", .") + field.name.value + " = " +
                     expression(what.items[at], *field.type);
        }
        return list("{") + items + '}';
    }
    }
    return {};
}

std::string cpp_speller::initialiser(const column_model& of, bool with_default) const {
    if (!with_default || !of.default_value)
        return "{}";
    const auto& what = of.default_value->value;
    const bool is_container = of.type->kind == type::array || of.type->kind == type::map;
    if (is_container && what.items.empty())
        return of.nullable() ? "{std::in_place}" : "{}";
    return '{' + expression(what, *of.type) + '}';
}

std::string cpp_string(std::string_view text) {
    std::string made = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            made += '\\';
            made += c;
        } else if (c == '\n') {
            made += "\\n";
        } else if (code < 0x20 || code == 0x7F) {
            // Octal escapes end after three digits; hexadecimal ones would swallow what follows.
            made += '\\';
            made += static_cast<char>('0' + (code >> 6U));
            made += static_cast<char>('0' + ((code >> 3U) & 7U));
            made += static_cast<char>('0' + (code & 7U));
        } else {
            made += c;
        }
    }
    return made + '"';
}

std::string cpp_integer(int128 value) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if (value >= -most && value <= most) {
        std::string made;
        append_decimal(made, value, 0);
        return made;
    }
    const auto bits = static_cast<uint128>(value);
    const auto high = static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 64U));
    const auto low = static_cast<std::uint64_t>(bits);
    if (high == -1 && low == std::uint64_t{1} << 63U)
        return "std::numeric_limits<std::int64_t>::min()";
    return "weir::make_int128(" + std::to_string(high) + ", " + std::to_string(low) + "U)";
}

std::string cpp_real(double value, bool is_float) {
    char digits[40];
    const auto end =
        is_float ? std::to_chars(digits, digits + sizeof digits, static_cast<float>(value)).ptr
                 : std::to_chars(digits, digits + sizeof digits, value).ptr;
    std::string made(digits, end);
    if (made.find_first_of(".e") == std::string::npos)
        made += ".0";
    if (is_float)
        made += 'F';
    return made;
}

} // namespace weir::gen
