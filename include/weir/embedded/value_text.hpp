// SPDX-License-Identifier: Apache-2.0
// Values inside DuckDB's vectors as text: fields of results in the Statement Execution API's
// spelling, CAST(… AS STRING) and to_json as Databricks means them. Costs core/text.hpp and
// json/writer.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/embedded/duckdb_api.hpp>
#include <weir/embedded/types.hpp>
#include <weir/json/writer.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded {

/// A DuckDB type with everything needed to read values of it.
struct value_type {
    duck::type_id id = duck::type_id::invalid;
    std::uint8_t width = 0;
    std::uint8_t scale = 0;
    /// VARCHAR holding JSON: a VARIANT's value.
    bool is_json = false;
    /// list: the element; map: key and value; structure: the fields.
    std::vector<value_type> parts{};
    std::vector<std::string> names{};
};

/// Reads a library's type; takes it over and destroys it.
[[nodiscard]] inline value_type describe_type(const duck::api& api, duck::logical_type of) {
    struct owned {
        const duck::api& api;
        duck::logical_type type;

        owned(const duck::api& functions, duck::logical_type held) : api(functions), type(held) {}

        ~owned() { api.destroy_logical_type(&type); }

        owned(const owned&) = delete;
        owned(owned&&) = delete;
        owned& operator=(const owned&) = delete;
        owned& operator=(owned&&) = delete;
    };

    const owned guard{api, of};
    value_type made{.id = api.get_type_id(of)};
    switch (made.id) {
    case duck::type_id::decimal:
        made.width = api.decimal_width(of);
        made.scale = api.decimal_scale(of);
        break;
    case duck::type_id::varchar:
        if (char* const alias = api.logical_type_get_alias(of)) {
            made.is_json = std::string_view{alias} == "JSON";
            api.free(alias);
        }
        break;
    case duck::type_id::list:
        made.parts.push_back(describe_type(api, api.list_type_child_type(of)));
        break;
    case duck::type_id::map:
        made.parts.push_back(describe_type(api, api.map_type_key_type(of)));
        made.parts.push_back(describe_type(api, api.map_type_value_type(of)));
        break;
    case duck::type_id::structure:
        for (duck::index i = 0; i < api.struct_type_child_count(of); ++i) {
            char* const name = api.struct_type_child_name(of, i);
            made.names.emplace_back(name);
            api.free(name);
            made.parts.push_back(describe_type(api, api.struct_type_child_type(of, i)));
        }
        break;
    default:
        break;
    }
    return made;
}

/// A vector's memory, and that of the vectors inside it. Lifetime: as long as the chunk.
struct value_view {
    const value_type* type = nullptr;
    const void* data = nullptr;
    /// Bit set: not NULL; nullptr: no NULL at all.
    const std::uint64_t* validity = nullptr;
    std::vector<value_view> parts{};

    value_view() = default;

    value_view(const duck::api& api, const value_type& of, duck::vector vector)
        : type(&of), data(api.vector_get_data(vector)), validity(api.vector_get_validity(vector)) {
        if (of.id == duck::type_id::list) {
            parts.emplace_back(api, of.parts[0], api.list_vector_get_child(vector));
        } else if (of.id == duck::type_id::map) {
            const auto entries = api.list_vector_get_child(vector);
            parts.emplace_back(api, of.parts[0], api.struct_vector_get_child(entries, 0));
            parts.emplace_back(api, of.parts[1], api.struct_vector_get_child(entries, 1));
        } else if (of.id == duck::type_id::structure) {
            for (std::size_t i = 0; i < of.parts.size(); ++i) {
                parts.emplace_back(api, of.parts[i], api.struct_vector_get_child(vector, i));
            }
        }
    }

    [[nodiscard]] bool is_null(std::size_t row) const noexcept {
        return type->id == duck::type_id::sql_null ||
               (validity != nullptr && ((validity[row / 64] >> (row % 64)) & 1U) == 0);
    }

    template <class T>
    [[nodiscard]] const T& at(std::size_t row) const noexcept {
        return static_cast<const T*>(data)[row];
    }
};

/// How values become text.
enum class value_style : std::uint8_t {
    /// A field of a result: databricks.md 3.5, with microseconds.
    field,
    /// CAST(… AS STRING).
    string,
    /// to_json: milliseconds, NULL fields left out, unless asked otherwise.
    json,
};

struct json_style {
    bool microseconds = false;
    bool nulls = false;
};

namespace detail {

/// Doubles as Java prints them, which is what Databricks does: 1.5, 100.0, 1.0E10, 1.0E-5.
template <class Float>
void append_java_float(std::string& out, Float value) {
    if (value != value) {
        out.append("NaN");
        return;
    }
    if (std::signbit(value))
        out.push_back('-');
    value = std::fabs(value);
    if (std::isinf(value)) {
        out.append("Infinity");
        return;
    }
    if (value == Float{0}) {
        out.append("0.0");
        return;
    }
    std::array<char, 64> buffer;
    const bool plain = value >= static_cast<Float>(1e-3) && value < Float{1e7F};
    const auto end = std::to_chars(
                         buffer.data(),
                         buffer.data() + buffer.size(),
                         value,
                         plain ? std::chars_format::fixed : std::chars_format::scientific
    )
                         .ptr;
    std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
    if (plain) {
        out.append(text);
        if (text.find('.') == std::string_view::npos)
            out.append(".0");
        return;
    }
    const auto exponent_at = text.find('e');
    const auto digits = text.substr(0, exponent_at);
    out.append(digits);
    if (digits.find('.') == std::string_view::npos)
        out.append(".0");
    out.push_back('E');
    auto exponent = text.substr(exponent_at + 1);
    if (exponent[0] == '-')
        out.push_back('-');
    exponent.remove_prefix(1);
    while (exponent.size() > 1 && exponent[0] == '0')
        exponent.remove_prefix(1);
    out.append(exponent);
}

[[nodiscard]] inline int128 to_int128(const duck::hugeint& value) noexcept {
    return make_int128(value.upper, value.lower);
}

[[nodiscard]] inline int128 unscaled_at(const value_view& of, std::size_t row) noexcept {
    // The width alone decides the storage. Source: duckdb.h, duckdb_decimal_internal_type.
    if (of.type->width <= 4)
        return of.at<std::int16_t>(row);
    if (of.type->width <= 9)
        return of.at<std::int32_t>(row);
    if (of.type->width <= 18)
        return of.at<std::int64_t>(row);
    return to_int128(of.at<duck::hugeint>(row));
}

[[noreturn]] inline void refuse_value(const value_type& of) {
    throw decode_error{
        "The embedded engine gave a value of a type Databricks does not have (DuckDB type " +
        std::to_string(static_cast<unsigned>(of.id)) + ")"
    };
}

[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span{text.data(), text.size()});
}

} // namespace detail

/// Writes values of vectors as text.
class value_writer {
public:
    explicit value_writer(value_style style, json_style json = {}) : style_(style), json_(json) {}

    /// Appends a value that is not NULL.
    /// Errors: decode_error for a type Databricks does not have.
    void append(std::string& out, const value_view& of, std::size_t row) const {
        append(out, of, row, style_);
    }

private:
    void append(std::string& out, const value_view& of, std::size_t row, value_style style) const {
        const auto format = text_format::statement_api;
        switch (of.type->id) {
        case duck::type_id::boolean:
            return append_text(out, of.at<bool>(row), format);
        case duck::type_id::tinyint:
            return append_text(out, of.at<std::int8_t>(row), format);
        case duck::type_id::smallint:
            return append_text(out, of.at<std::int16_t>(row), format);
        case duck::type_id::integer:
            return append_text(out, of.at<std::int32_t>(row), format);
        case duck::type_id::bigint:
            return append_text(out, of.at<std::int64_t>(row), format);
        case duck::type_id::utinyint:
            return append_decimal(out, of.at<std::uint8_t>(row), 0);
        case duck::type_id::usmallint:
            return append_decimal(out, of.at<std::uint16_t>(row), 0);
        case duck::type_id::uinteger:
            return append_decimal(out, of.at<std::uint32_t>(row), 0);
        case duck::type_id::ubigint:
            return append_decimal(out, of.at<std::uint64_t>(row), 0);
        case duck::type_id::hugeint:
            return append_decimal(out, detail::to_int128(of.at<duck::hugeint>(row)), 0);
        case duck::type_id::float32:
            return append_float(out, of.at<float>(row), style);
        case duck::type_id::float64:
            return append_float(out, of.at<double>(row), style);
        case duck::type_id::decimal:
            return append_decimal(out, detail::unscaled_at(of, row), of.type->scale);
        case duck::type_id::varchar:
            return append_string(out, of.at<duck::string>(row).view(), of.type->is_json, style);
        case duck::type_id::blob:
            return append_bytes(out, of.at<duck::string>(row).view(), style);
        case duck::type_id::date:
            return quoted(out, style, [&] { append_date(out, date{of.at<std::int32_t>(row)}); });
        case duck::type_id::timestamp:
            return append_time(out, timestamp_ntz{of.at<std::int64_t>(row)}, "", style);
        case duck::type_id::timestamp_tz:
            return append_time(out, timestamp_ntz{of.at<std::int64_t>(row)}, "Z", style);
        case duck::type_id::list:
        case duck::type_id::map:
        case duck::type_id::structure:
            return style == value_style::string ? append_nested_string(out, of, row)
                                                : append_nested_json(out, of, row, style);
        default:
            detail::refuse_value(*of.type);
        }
    }

    template <class Write>
    static void quoted(std::string& out, value_style style, Write write) {
        if (style == value_style::json)
            out.push_back('"');
        write();
        if (style == value_style::json)
            out.push_back('"');
    }

    template <class Float>
    static void append_float(std::string& out, Float value, value_style style) {
        const bool is_word = style == value_style::json && !std::isfinite(value);
        if (is_word)
            out.push_back('"');
        detail::append_java_float(out, value);
        if (is_word)
            out.push_back('"');
    }

    static void
    append_string(std::string& out, std::string_view text, bool is_json, value_style style) {
        if (style == value_style::json && !is_json) {
            json::append_json_string(out, text);
        } else {
            out.append(text);
        }
    }

    static void append_bytes(std::string& out, std::string_view bytes, value_style style) {
        if (style == value_style::string) {
            out.append(bytes);
        } else {
            quoted(out, style, [&] { append_base64(out, detail::bytes_of(bytes)); });
        }
    }

    /// All three styles differ: 2024-05-01T10:20:30.123456Z, 2024-05-01 10:20:30.123456,
    /// "2024-05-01T10:20:30.123Z".
    void append_time(std::string& out, timestamp_ntz time, std::string_view zone, value_style style)
        const {
        if (style == value_style::json)
            out.push_back('"');
        const auto start = out.size();
        if (style == value_style::string) {
            append_postgres(out, time);
        } else {
            append_rfc3339(out, time);
        }
        const bool has_fraction = out.size() - start == 26;
        if (style == value_style::string) {
            while (has_fraction && out.back() == '0')
                out.pop_back();
        } else {
            if (!has_fraction)
                out.append(".000000");
            const bool cut =
                style == value_style::json ? !json_.microseconds : out.ends_with("000");
            if (cut)
                out.resize(out.size() - 3);
            out.append(zone);
        }
        if (style == value_style::json)
            out.push_back('"');
    }

    // Source: Spark SQL: [1, null], {a -> 1}, {1, x}.
    void append_nested_string(std::string& out, const value_view& of, std::size_t row) const {
        const auto element = [&](const value_view& part, std::size_t at) {
            if (part.is_null(at)) {
                out.append("null");
            } else {
                append(out, part, at, value_style::string);
            }
        };
        out.push_back(of.type->id == duck::type_id::list ? '[' : '{');
        if (of.type->id == duck::type_id::structure) {
            for (std::size_t i = 0; i < of.parts.size(); ++i) {
                if (i != 0)
                    out.append(", ");
                element(of.parts[i], row);
            }
        } else {
            const auto [offset, length] = of.at<duck::list_entry>(row);
            for (auto at = offset; at < offset + length; ++at) {
                if (at != offset)
                    out.append(", ");
                element(of.parts[0], at);
                if (of.type->id == duck::type_id::map) {
                    out.append(" -> ");
                    element(of.parts[1], at);
                }
            }
        }
        out.push_back(of.type->id == duck::type_id::list ? ']' : '}');
    }

    void append_nested_json(
        std::string& out, const value_view& of, std::size_t row, value_style style
    ) const {
        const auto element = [&](const value_view& part, std::size_t at) {
            if (part.is_null(at)) {
                out.append("null");
            } else {
                append(out, part, at, value_style::json);
            }
        };
        if (of.type->id == duck::type_id::structure) {
            const bool nulls = json_.nulls || style == value_style::field;
            bool first = true;
            out.push_back('{');
            for (std::size_t i = 0; i < of.parts.size(); ++i) {
                if (!nulls && of.parts[i].is_null(row))
                    continue;
                if (!first)
                    out.push_back(',');
                first = false;
                json::append_json_string(out, of.type->names[i]);
                out.push_back(':');
                element(of.parts[i], row);
            }
            out.push_back('}');
            return;
        }
        const bool is_map = of.type->id == duck::type_id::map;
        out.push_back(is_map ? '{' : '[');
        const auto [offset, length] = of.at<duck::list_entry>(row);
        for (auto at = offset; at < offset + length; ++at) {
            if (at != offset)
                out.push_back(',');
            if (is_map) {
                std::string key;
                append(key, of.parts[0], at, value_style::string);
                json::append_json_string(out, key);
                out.push_back(':');
            }
            element(of.parts[is_map ? 1 : 0], at);
        }
        out.push_back(is_map ? '}' : ']');
    }

    value_style style_;
    json_style json_;
};

/// A DuckDB type as Databricks would name it.
[[nodiscard]] inline sql_type to_sql_type(const value_type& of) {
    switch (of.id) {
    case duck::type_id::boolean:
        return {.kind = type::boolean};
    case duck::type_id::tinyint:
        return {.kind = type::int8};
    case duck::type_id::smallint:
    case duck::type_id::utinyint:
        return {.kind = type::int16};
    case duck::type_id::integer:
    case duck::type_id::usmallint:
        return {.kind = type::int32};
    case duck::type_id::bigint:
    case duck::type_id::uinteger:
        return {.kind = type::int64};
    case duck::type_id::hugeint:
    case duck::type_id::ubigint:
        // DuckDB's sum of integers; Databricks gives BIGINT.
        return {.kind = type::int64};
    case duck::type_id::float32:
        return {.kind = type::float32};
    case duck::type_id::float64:
        return {.kind = type::float64};
    case duck::type_id::decimal:
        return {.kind = type::decimal, .precision = of.width, .scale = of.scale};
    case duck::type_id::date:
        return {.kind = type::date};
    case duck::type_id::timestamp:
        return {.kind = type::timestamp_ntz};
    case duck::type_id::timestamp_tz:
        return {.kind = type::timestamp};
    case duck::type_id::blob:
        return {.kind = type::binary};
    case duck::type_id::varchar:
        return {.kind = of.is_json ? type::json : type::string};
    case duck::type_id::list:
    case duck::type_id::map:
    case duck::type_id::structure: {
        sql_type made{
            .kind = of.id == duck::type_id::list  ? type::array
                    : of.id == duck::type_id::map ? type::map
                                                  : type::structure,
            .names = of.names
        };
        for (const auto& part : of.parts)
            made.parts.push_back(to_sql_type(part));
        return made;
    }
    default:
        return {.kind = type::string};
    }
}

} // namespace weir::embedded
