// SPDX-License-Identifier: Apache-2.0
// Examples of values and rows that keep the rules of their columns. Costs json/writer.hpp.
#pragma once

#include <weir/core/int128.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time_text.hpp>
#include <weir/http/openapi/pattern.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/column.hpp>
#include <weir/table/format.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::http::openapi {

namespace detail {

inline constexpr std::string_view example_uuid = "0f6c2c1e-8d9b-4c5e-9a51-3f2f5d2f7a11";
/// 2024-05-01T10:20:30.123456Z.
inline constexpr std::int64_t example_microseconds = 1'714'558'830'123'456;
/// 2024-05-01.
inline constexpr std::int64_t example_days = 19'844;

/// `wanted`, or the limit it is beyond.
[[nodiscard]] inline int128 within(int128 wanted, const column* rules) {
    if (rules == nullptr)
        return wanted;
    if (rules->min.is == bound::unit::exact)
        wanted = std::max(wanted, rules->min.exact);
    if (rules->max.is == bound::unit::exact)
        wanted = std::min(wanted, rules->max.exact);
    return wanted;
}

[[nodiscard]] inline std::string json_text_of(std::string_view text) {
    std::string out;
    json::append_json_string(out, text);
    return out;
}

[[nodiscard]] inline std::string example_of_format(const column& of) {
    switch (of.format) {
    case string_format::none:
        return {};
    case string_format::email:
        return "ada@example.com";
    case string_format::uuid:
        return std::string{example_uuid};
    case string_format::uri:
        return "https://example.com/";
    case string_format::date:
        return "2024-05-01";
    case string_format::date_time:
        return "2024-05-01T10:20:30Z";
    case string_format::ipv4:
        return "192.0.2.1";
    case string_format::ipv6:
        return "2001:db8::1";
    case string_format::hostname:
        return "example.com";
    case string_format::date_pattern: {
        std::string made{of.format_pattern};
        const auto put = [&made](std::string_view what, std::string_view digits) {
            if (const auto at = made.find(what); at != std::string::npos)
                made.replace(at, what.size(), digits);
        };
        put("YYYY", "2024");
        put("MM", "05");
        put("DD", "01");
        return made;
    }
    }
    return {};
}

/// Text of a column; absent where its rules are too much to meet here.
[[nodiscard]] inline std::optional<std::string>
example_text(const column_type& of, const column* rules) {
    const auto by_type = of.kind == type::string ? unlimited : of.length;
    if (rules == nullptr)
        return std::string{"text"}.substr(0, by_type);
    const auto longest = std::min(by_type, rules->max_length);
    auto made = example_of_format(*rules);
    if (!rules->pattern.empty()) {
        const auto pattern = ecma_pattern_of(rules->pattern);
        // A format beside a pattern: one text for both would be luck.
        if (!pattern || pattern->sample.empty() || !made.empty())
            return std::nullopt;
        made = pattern->sample;
    } else if (made.empty()) {
        made = "text";
        while (made.size() < rules->min_length && made.size() < 4096)
            made += " text";
        if (made.size() > longest)
            made.resize(std::max<std::size_t>(longest, rules->min_length));
        return made.size() < rules->min_length ? std::nullopt : std::optional{made};
    }
    if (made.size() < rules->min_length || made.size() > longest)
        return std::nullopt;
    return made;
}

[[nodiscard]] inline std::string example_real(const column* rules) {
    double wanted = 1.5;
    if (rules != nullptr && rules->min.is == bound::unit::real)
        wanted = std::max(wanted, rules->min.real);
    if (rules != nullptr && rules->max.is == bound::unit::real)
        wanted = std::min(wanted, rules->max.real);
    std::string text;
    append_text(text, wanted, text_format::statement_api);
    return text;
}

[[nodiscard]] inline std::string example_binary(const column* rules) {
    std::size_t bytes = 3;
    if (rules != nullptr) {
        bytes = std::max<std::size_t>(bytes, rules->min_length);
        bytes = std::min<std::size_t>(bytes, rules->max_length);
    }
    return json_text_of(
        std::string(bytes / 3 * 4, 'A') + (bytes % 3 == 0   ? ""
                                           : bytes % 3 == 1 ? "AA=="
                                                            : "AAA=")
    );
}

} // namespace detail

/// A value as JSON; absent where no example keeps the rules for certain. `rules` is null for
/// elements of containers.
[[nodiscard]] inline std::optional<std::string>
example_value(const column_type& of, const column* rules);

/// A column's default, else a value that keeps its rules.
[[nodiscard]] inline std::optional<std::string> example_of(const column& of) {
    if (of.has_default() && of.default_json != "null")
        return std::string{of.default_json};
    return example_value(of.type, &of);
}

/// An object of the columns for which `is_member(position)` holds; absent when one that must be in
/// it has no example. Columns that may be NULL and have none are left out.
template <class IsMember>
[[nodiscard]] std::optional<std::string>
example_object(std::span<const column> columns, const IsMember& is_member) {
    std::string made{"{"};
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (!is_member(at))
            continue;
        const auto value = example_of(columns[at]);
        if (!value && !columns[at].nullable)
            return std::nullopt;
        if (!value)
            continue;
        if (made.size() > 1)
            made += ", ";
        made += detail::json_text_of(columns[at].name) + ": " + *value;
    }
    return made + "}";
}

[[nodiscard]] inline std::optional<std::string>
example_value(const column_type& of, const column* rules) {
    using detail::json_text_of;
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64: {
        std::string text;
        append_decimal(text, detail::within(1, rules), 0);
        return text;
    }
    case type::decimal: {
        std::string text;
        append_decimal(text, detail::within(1, rules), of.scale);
        return text;
    }
    case type::float32:
    case type::float64:
        return detail::example_real(rules);
    case type::string:
    case type::varchar:
    case type::fixed_char: {
        const auto text = detail::example_text(of, rules);
        return text ? std::optional{json_text_of(*text)} : std::nullopt;
    }
    case type::boolean:
        return "false";
    case type::date: {
        std::string text;
        append_date(
            text, date{static_cast<std::int32_t>(detail::within(detail::example_days, rules))}
        );
        return json_text_of(text);
    }
    case type::timestamp: {
        std::string text;
        append_rfc3339(
            text,
            timestamp{static_cast<std::int64_t>(detail::within(detail::example_microseconds, rules))
            }
        );
        return json_text_of(text);
    }
    case type::timestamp_ntz: {
        std::string text;
        append_rfc3339(
            text,
            timestamp_ntz{
                static_cast<std::int64_t>(detail::within(detail::example_microseconds, rules))
            }
        );
        return json_text_of(text);
    }
    case type::binary:
        return detail::example_binary(rules);
    case type::uuid:
        return json_text_of(detail::example_uuid);
    case type::json:
        return "{}";
    case type::enumeration:
        return json_text_of(of.labels.front());
    case type::array: {
        const auto element = example_value(*of.element, nullptr);
        if (!element)
            return std::nullopt;
        const std::size_t count = rules == nullptr ? 1 : std::max<std::size_t>(rules->min_items, 1);
        std::string made{"["};
        for (std::size_t at = 0; at < count; ++at)
            made += (at == 0 ? "" : ", ") + *element;
        return made + "]";
    }
    case type::map:
        // Keys of any scalar type are spelled too many ways to be shown by rule.
        if (rules != nullptr && rules->min_items > 0)
            return std::nullopt;
        return "{}";
    case type::structure:
        return example_object(fields_of(of), [](std::size_t) { return true; });
    }
    return std::nullopt;
}

} // namespace weir::http::openapi
