// SPDX-License-Identifier: Apache-2.0
// The rules of columns applied to plain values: one function per kind of value. Rows
// (table/validate.hpp), JSON and run-time tables all come here. Allocates only when a rule is
// broken. Costs what core/text.hpp costs.
#pragma once

#include <weir/core/decimal_text.hpp>
#include <weir/core/int128.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time.hpp>
#include <weir/core/violation.hpp>
#include <weir/table/column.hpp>
#include <weir/table/detail/text_scan.hpp>
#include <weir/table/format.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// Adds the violation `Column '<where>' <sentence>`.
[[gnu::cold, gnu::noinline]] inline void report_violation(
    violations& broken, const value_path& where, std::string_view type, std::string_view sentence
) {
    std::string message = "Column '";
    message.append(where.to_text()).append("' ").append(sentence);
    broken.push_back({std::string{type}, where.to_location(), std::move(message)});
}

/// A value that must be given is not there.
inline void report_missing(violations& broken, const value_path& where) {
    report_violation(broken, where, "missing", "is required");
}

/// NULL where the column holds none.
inline void report_null(violations& broken, const value_path& where) {
    report_violation(broken, where, "null_not_allowed", "must not be null");
}

namespace detail {

/// A bound as people write values of its column: `0.00`, `2024-05-01`, `1.5`.
inline std::string bound_text(const column_type& type, const bound& limit) {
    std::string text;
    if (limit.is == bound::unit::real) {
        append_text(text, limit.real, text_format::statement_api);
    } else if (type.kind == weir::type::date) {
        append_date(text, date{static_cast<std::int32_t>(limit.exact)});
    } else if (type.kind == weir::type::timestamp) {
        append_rfc3339(text, timestamp{static_cast<std::int64_t>(limit.exact)});
    } else if (type.kind == weir::type::timestamp_ntz) {
        append_rfc3339(text, timestamp_ntz{static_cast<std::int64_t>(limit.exact)});
    } else {
        append_decimal(text, limit.exact, type.kind == weir::type::decimal ? type.scale : 0);
    }
    return text;
}

[[gnu::cold, gnu::noinline]] inline void
report_below(violations& broken, const value_path& where, const column& rules) {
    report_violation(
        broken, where, "greater_than_equal", "must be at least " + bound_text(rules.type, rules.min)
    );
}

[[gnu::cold, gnu::noinline]] inline void
report_above(violations& broken, const value_path& where, const column& rules) {
    report_violation(
        broken, where, "less_than_equal", "must be at most " + bound_text(rules.type, rules.max)
    );
}

/// `at least 1 character`, `at most 20 items`.
[[gnu::cold, gnu::noinline]] inline void report_count(
    violations& broken,
    const value_path& where,
    std::string_view type,
    std::string_view limit,
    std::uint32_t count,
    std::string_view unit
) {
    std::string sentence = "must have ";
    sentence.append(limit).append(" ").append(std::to_string(count)).append(" ").append(unit);
    if (count != 1)
        sentence.push_back('s');
    report_violation(broken, where, type, sentence);
}

[[gnu::cold, gnu::noinline]] inline void
report_format(violations& broken, const value_path& where, const column& rules) {
    std::string sentence = "must be ";
    switch (rules.format) {
    case string_format::none:
        return;
    case string_format::date_pattern:
        sentence.append("a date spelled ").append(rules.format_pattern);
        break;
    case string_format::date:
        sentence.append("a date spelled YYYY-MM-DD");
        break;
    case string_format::date_time:
        sentence.append("a date-time spelled like 2024-05-01T10:20:30Z");
        break;
    case string_format::email:
        sentence.append("an e-mail address");
        break;
    case string_format::uuid:
        sentence.append("a UUID");
        break;
    case string_format::uri:
        sentence.append("an absolute URI");
        break;
    case string_format::ipv4:
        sentence.append("an IPv4 address");
        break;
    case string_format::ipv6:
        sentence.append("an IPv6 address");
        break;
    case string_format::hostname:
        sentence.append("a host name");
        break;
    }
    report_violation(broken, where, "string_format_mismatch", sentence);
}

/// The characters a type itself allows.
[[nodiscard]] constexpr std::uint32_t longest_of(const column_type& type) noexcept {
    const bool is_limited = type.kind == type::varchar || type.kind == type::fixed_char;
    return is_limited ? type.length : unlimited;
}

[[gnu::cold, gnu::noinline]] inline void
report_scan(violations& broken, const value_path& where, const text_scan& seen) {
    if (!seen.is_utf8) {
        report_violation(broken, where, "string_unicode", "must be valid UTF-8");
    } else {
        // PostgreSQL cannot store it in text; one rule for both backends keeps rows movable.
        report_violation(
            broken, where, "string_null_character", "must not contain the character U+0000"
        );
    }
}

[[nodiscard]] inline bool check_scan(
    std::uint32_t longest, const text_scan& seen, const value_path& where, violations& broken
) {
    if (!seen.is_utf8 || seen.has_nul) {
        report_scan(broken, where, seen);
        if (!seen.is_utf8)
            return false;
    }
    if (seen.characters > longest) {
        report_count(broken, where, "string_too_long", "at most", longest, "character");
    }
    return true;
}

} // namespace detail

/// Text of a type alone, as in array elements: UTF-8, no U+0000, at most `varchar(n)`'s characters.
/// False when the text is not UTF-8, so that nothing else can be said about it.
inline bool check_text(
    const column_type& type, std::string_view text, const value_path& where, violations& broken
) {
    return detail::check_scan(detail::longest_of(type), detail::scan_text(text), where, broken);
}

/// Text of a column: what its type asks, lengths in characters, format. The pattern is
/// check_pattern's. False when the text is not UTF-8.
inline bool check_text(
    const column& rules, std::string_view text, const value_path& where, violations& broken
) {
    const auto seen = detail::scan_text(text);
    const auto by_type = detail::longest_of(rules.type);
    const auto longest = rules.max_length < by_type ? rules.max_length : by_type;
    if (seen.is_utf8 && seen.characters < rules.min_length) {
        detail::report_count(
            broken, where, "string_too_short", "at least", rules.min_length, "character"
        );
    }
    if (!detail::check_scan(longest, seen, where, broken))
        return false;
    if (rules.format != string_format::none &&
        !matches_format(text, rules.format, rules.format_pattern)) {
        detail::report_format(broken, where, rules);
    }
    return true;
}

/// The violation of a column's pattern; who matched knows `column_patterns` (table/pattern.hpp).
inline void report_pattern(violations& broken, const value_path& where, const column& rules) {
    std::string sentence = "must match the pattern ";
    sentence.append(rules.pattern);
    report_violation(broken, where, "string_pattern_mismatch", sentence);
}

/// Integers, decimals (times 10^scale), dates (days) and times (microseconds) against min and max,
/// exactly.
inline void
check_exact(const column& rules, int128 value, const value_path& where, violations& broken) {
    if (rules.min.is == bound::unit::exact && value < rules.min.exact) {
        detail::report_below(broken, where, rules);
    }
    if (rules.max.is == bound::unit::exact && value > rules.max.exact) {
        detail::report_above(broken, where, rules);
    }
}

/// Floating-point numbers against min and max. NaN is neither below nor above: where there is a
/// limit it is refused by itself. A float32 column's limits are rounded to float, as its values
/// are.
inline void
check_real(const column& rules, double value, const value_path& where, violations& broken) {
    const bool has_min = rules.min.is == bound::unit::real;
    const bool has_max = rules.max.is == bound::unit::real;
    if (!has_min && !has_max)
        return;
    const auto rounded = [&](double limit) {
        return rules.type.kind == type::float32 ? static_cast<double>(static_cast<float>(limit))
                                                : limit;
    };
    if (value != value) {
        report_violation(broken, where, "finite_number", "must be a number, not NaN");
        return;
    }
    if (has_min && value < rounded(rules.min.real))
        detail::report_below(broken, where, rules);
    if (has_max && value > rounded(rules.max.real))
        detail::report_above(broken, where, rules);
}

/// Dates and times outside the years 1 to 9999, which neither backend nor any text of weir's can
/// spell.
template <class Time>
void check_calendar(Time value, const value_path& where, violations& broken) {
    if (!is_valid(value)) {
        report_violation(broken, where, "date_range", "must lie in the years 1 to 9999");
    }
}

/// Bytes of a binary column.
inline void
check_bytes(const column& rules, std::size_t size, const value_path& where, violations& broken) {
    if (size < rules.min_length) {
        detail::report_count(
            broken, where, "bytes_too_short", "at least", rules.min_length, "byte"
        );
    }
    if (size > rules.max_length) {
        detail::report_count(broken, where, "bytes_too_long", "at most", rules.max_length, "byte");
    }
}

/// Entries of an array or a map.
inline void
check_items(const column& rules, std::size_t count, const value_path& where, violations& broken) {
    if (count < rules.min_items) {
        detail::report_count(broken, where, "too_few_items", "at least", rules.min_items, "item");
    }
    if (count > rules.max_items) {
        detail::report_count(broken, where, "too_many_items", "at most", rules.max_items, "item");
    }
}

/// A label of an enumeration, by position; positions past the labels are refused.
inline void check_label(
    const column_type& type, std::size_t position, const value_path& where, violations& broken
) {
    if (position < type.labels.size())
        return;
    std::string sentence = "must be one of ";
    for (std::size_t at = 0; at < type.labels.size(); ++at) {
        if (at > 0)
            sentence.append(", ");
        sentence.append("'").append(type.labels[at]).append("'");
    }
    report_violation(broken, where, "enum", sentence);
}

/// The text of a JSON document: not empty, UTF-8, and without U+0000, escaped or not, which jsonb
/// cannot store. That it is JSON is the reader's to say (json/).
inline void check_json(std::string_view text, const value_path& where, violations& broken) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        report_violation(broken, where, "json_invalid", "must hold a JSON value");
        return;
    }
    auto seen = detail::scan_text(text);
    for (auto at = text.find("\\u0000"); !seen.has_nul && at != std::string_view::npos;
         at = text.find("\\u0000", at + 1)) {
        // An even number of backslashes before it: this one starts an escape and is not escaped
        // itself.
        const auto before = text.substr(0, at).find_last_not_of('\\');
        const auto backslashes = before == std::string_view::npos ? at : at - before - 1;
        seen.has_nul = backslashes % 2 == 0;
    }
    static_cast<void>(detail::check_scan(unlimited, seen, where, broken));
}

} // namespace weir
