// SPDX-License-Identifier: Apache-2.0
// A database's text of one value as JSON, by its column type alone: no C++ type, no value in
// between. Costs core/text.hpp and core/text_array.hpp.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_array.hpp>
#include <weir/core/text_format.hpp>
#include <weir/core/time_text.hpp>
#include <weir/json/detail/scan.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/column.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace weir::json::detail {

/// How a result is spelled, and how its JSON shall be.
struct respelling {
    text_format format = text_format::postgres;
    json::numbers numbers = json::numbers::plain;
};

[[nodiscard]] inline bool is_integer(std::string_view text) noexcept {
    if (text.starts_with('-'))
        text.remove_prefix(1);
    const bool has_leading_zero = text.size() > 1 && text.front() == '0';
    if (text.empty() || text.size() > 19 || has_leading_zero)
        return false;
    for (const char each : text) {
        if (!is_digit(each))
            return false;
    }
    return true;
}

inline void append_number(std::string& out, std::string_view text, json::numbers how) {
    if (how == json::numbers::plain) {
        out.append(text);
        return;
    }
    out.push_back('"');
    out.append(text);
    out.push_back('"');
}

/// PostgreSQL's spelling is weir's own; an engine's (`125000.0`, `1.0E10`) is not.
template <class Float>
[[nodiscard]] bool respell_real(std::string& out, std::string_view text, text_format format) {
    if (format == text_format::postgres && is_number(text)) {
        out.append(text);
        return true;
    }
    Float value = 0;
    if (!parse_text(text, value, format))
        return false;
    append_json(out, value);
    return true;
}

/// Times keep their civil fields: an offset of zero, as sessions in UTC print it, needs no
/// arithmetic.
[[nodiscard]] inline bool
respell_timestamp(std::string& out, std::string_view text, text_format format) {
    auto rest = text;
    civil_time time;
    if (!weir::detail::read_civil_time(rest, time))
        return false;
    const bool is_utc =
        rest == "+00" || rest == "Z" || (rest.empty() && format == text_format::statement_api);
    if (is_utc) {
        out.push_back('"');
        weir::detail::append_civil_time(out, time, 'T', "Z\"");
        return true;
    }
    timestamp moment;
    if (!parse_text(text, moment, format))
        return false;
    append_json(out, moment);
    return true;
}

[[nodiscard]] inline bool respell_timestamp_ntz(std::string& out, std::string_view text) {
    civil_time time;
    if (!weir::detail::read_civil_time(text, time) || !text.empty())
        return false;
    out.push_back('"');
    weir::detail::append_civil_time(out, time, 'T', "\"");
    return true;
}

[[nodiscard]] inline bool
respell_binary(std::string& out, std::string_view text, text_format format) {
    if (format == text_format::statement_api) {
        append_json_string(out, text);
        return true;
    }
    std::vector<std::byte> bytes;
    if (!parse_text(text, bytes, format))
        return false;
    append_json(out, bytes);
    return true;
}

/// PostgreSQL's uuid has one spelling; a STRING column holds what somebody put there.
[[nodiscard]] inline bool
respell_uuid(std::string& out, std::string_view text, text_format format) {
    if (format == text_format::postgres) {
        append_json_string(out, text);
        return true;
    }
    uuid value;
    if (!parse_uuid(text, value))
        return false;
    append_json(out, value);
    return true;
}

/// jsonb is JSON; a STRING column holds what somebody put there.
[[nodiscard]] inline bool
respell_document(std::string& out, std::string_view text, text_format format) {
    if (format == text_format::statement_api) {
        reader check{text, reader::most_depth};
        if (!check.skip_value() || !check.finish())
            return false;
    }
    out.append(text);
    return true;
}

[[nodiscard]] inline bool respell_scalar(
    std::string& out, std::string_view text, const column_type& type, const respelling& how
) {
    switch (type.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
        if (!is_integer(text))
            return false;
        out.append(text);
        return true;
    case type::int64:
        if (!is_integer(text))
            return false;
        append_number(out, text, how.numbers);
        return true;
    case type::decimal:
        if (!is_number(text))
            return false;
        append_number(out, text, how.numbers);
        return true;
    case type::float32:
        return respell_real<float>(out, text, how.format);
    case type::float64:
        return respell_real<double>(out, text, how.format);
    case type::boolean: {
        bool value = false;
        if (!parse_text(text, value, how.format))
            return false;
        out.append(value ? "true" : "false");
        return true;
    }
    case type::timestamp:
        return respell_timestamp(out, text, how.format);
    case type::timestamp_ntz:
        return respell_timestamp_ntz(out, text);
    case type::binary:
        return respell_binary(out, text, how.format);
    case type::json:
        return respell_document(out, text, how.format);
    case type::string:
    case type::varchar:
    case type::fixed_char:
    case type::enumeration:
        append_json_string(out, text);
        return true;
    case type::date: {
        date day;
        if (!parse_date(text, day))
            return false;
        append_json_string(out, text);
        return true;
    }
    case type::uuid:
        return respell_uuid(out, text, how.format);
    case type::array:
    case type::map:
    case type::structure:
        break;
    }
    return false;
}

/// Whether a database's JSON of a type already is what weir would write.
[[nodiscard]] constexpr bool
is_spelled_alike(const column_type& type, const respelling& how) noexcept {
    const bool is_jsonb = how.format == text_format::postgres;
    switch (type.kind) {
    case type::int64:
    case type::decimal:
        return how.numbers == json::numbers::plain;
    case type::array:
    case type::map:
        return is_spelled_alike(*type.element, how);
    case type::structure:
        // to_json leaves NULL fields out.
        if (!is_jsonb)
            return false;
        for (const auto& field : fields_of(type)) {
            if (!is_spelled_alike(field.type, how))
                return false;
        }
        return true;
    case type::float32:
    case type::float64:
    case type::timestamp:
    case type::timestamp_ntz:
        // jsonb holds weir's own text, to_json the engine's.
        return is_jsonb;
    default:
        return true;
    }
}

/// Rewrites the next value of a database's JSON in weir's spelling. The schema bounds the
/// recursion.
[[nodiscard]] inline bool
respell_json(std::string& out, reader& in, const column_type& type, json::numbers numbers) {
    const auto next = in.peek();
    std::string_view text;
    bool is_first = true;
    const auto separate = [&] {
        if (!is_first)
            out.push_back(',');
        is_first = false;
    };
    switch (type.kind) {
    case type::array:
        if (next != token::array || !in.enter_array())
            return false;
        out.push_back('[');
        while (in.next_element()) {
            separate();
            if (!respell_json(out, in, *type.element, numbers))
                return false;
        }
        out.push_back(']');
        return !in.failed();
    case type::map:
        if (next != token::object || !in.enter_object())
            return false;
        out.push_back('{');
        while (in.next_member(text)) {
            separate();
            append_json_string(out, text);
            out.push_back(':');
            if (!respell_json(out, in, *type.element, numbers))
                return false;
        }
        out.push_back('}');
        return !in.failed();
    case type::structure: {
        const auto fields = fields_of(type);
        std::vector<bool> seen(fields.size());
        if (next != token::object || !in.enter_object())
            return false;
        out.push_back('{');
        const auto begin_field = [&](std::size_t at) {
            separate();
            append_json_string(out, fields[at].name);
            out.push_back(':');
        };
        while (in.next_member(text)) {
            std::size_t at = 0;
            while (at < fields.size() && fields[at].name != text)
                ++at;
            if (at == fields.size()) {
                if (!in.skip_value())
                    return false;
                continue;
            }
            if (in.peek() == token::null) {
                // Written below, with the fields that were left out.
                if (!in.read_null())
                    return false;
                continue;
            }
            if (seen[at])
                return false;
            seen[at] = true;
            begin_field(at);
            if (!respell_json(out, in, fields[at].type, numbers))
                return false;
        }
        for (std::size_t at = 0; at < fields.size(); ++at) {
            if (seen[at])
                continue;
            if (!fields[at].nullable)
                return false;
            begin_field(at);
            out.append("null");
        }
        out.push_back('}');
        return !in.failed();
    }
    case type::json:
        if (!in.read_raw(text))
            return false;
        out.append(text);
        return true;
    default:
        break;
    }
    bool truth = false;
    if (next == token::string   ? !in.read_string(text)
        : next == token::number ? !in.read_number(text)
                                : next != token::boolean || !in.read_bool(truth)) {
        return false;
    }
    if (next == token::boolean)
        text = truth ? "true" : "false";
    return respell_scalar(out, text, type, {text_format::statement_api, numbers});
}

/// Appends a database's text of a value as JSON; false when it is no such value, `out` then holds a
/// part.
[[nodiscard]] inline bool
respell(std::string& out, std::string_view text, const column_type& type, const respelling& how) {
    if (is_scalar(type.kind))
        return respell_scalar(out, text, type, how);
    if (how.format == text_format::postgres) {
        if (is_native_array(type)) {
            std::int64_t announced = -1;
            if (text.starts_with('[') && !weir::detail::read_array_bounds(text, announced))
                return false;
            weir::detail::array_reader elements{text};
            if (!elements.consume('{'))
                return false;
            out.push_back('[');
            if (!elements.consume('}')) {
                std::string_view element;
                bool is_first = true;
                do {
                    if (!is_first)
                        out.push_back(',');
                    is_first = false;
                    if (!elements.next(element) ||
                        !respell_scalar(out, element, *type.element, how))
                        return false;
                } while (elements.consume(','));
                if (!elements.consume('}'))
                    return false;
            }
            out.push_back(']');
            return elements.at_end();
        }
        if (is_spelled_alike(type, how)) {
            out.append(text);
            return true;
        }
    }
    reader in{text, reader::most_depth};
    if (is_spelled_alike(type, how)) {
        if (!in.skip_value())
            return false;
        out.append(text);
    } else if (!respell_json(out, in, type, how.numbers)) {
        return false;
    }
    return in.finish();
}

} // namespace weir::json::detail
