// SPDX-License-Identifier: Apache-2.0
// What reading a document keeps at hand - the reader, the violations found - and the sentences for
// values that are not what their column expects. Costs table/rules.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/json/detail/scalar.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/rules.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::json {

/// Whose document it is, and so how strictly it is read.
enum class origin : std::uint8_t {
    /// A client's: only the spellings of the type table.
    client,
    /// A database's: also its own spellings of times and numbers, unknown members, absent NULLs.
    database,
};

/// One reading of one document. Lifetime: refers to the reader and to the violations.
struct intake {
    /// A body of ten megabytes can break a rule a million times; nobody reads on that far.
    static constexpr std::size_t most_violations = 1000;
    /// Guessing at a name costs microseconds in a wide table: only the first few get a hint.
    static constexpr std::size_t most_hints = 20;

    reader& in;
    violations& broken;
    origin from = origin::client;

    /// Whether there is a point in reading on.
    [[nodiscard]] bool goes_on() const noexcept {
        return !in.failed() && broken.size() < most_violations;
    }
};

/// The start of a client's own text, for telling it back: at most 100 bytes, cut between
/// characters.
[[nodiscard]] constexpr std::string_view echo(std::string_view text) noexcept {
    std::size_t length = 100;
    if (text.size() <= length)
        return text;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        --length;
    return text.substr(0, length);
}

/// The violation of a document that is not JSON: its place is the byte where it stops being JSON.
/// Requires in.failed().
[[nodiscard]] inline violation not_json(const reader& in, const location& at) {
    const auto place = in.error_position();
    std::string message = "Body is not valid JSON: ";
    message.append(in.error().what)
        .append(" at line ")
        .append(std::to_string(place.line))
        .append(", column ")
        .append(std::to_string(place.column));
    auto where = at;
    where.emplace_back(in.error().offset);
    return {"json_invalid", std::move(where), std::move(message)};
}

namespace detail {

/// Passes over a value of the wrong type and says so. Answers whether to read on.
[[gnu::cold, gnu::noinline]] inline bool refuse_type(
    const intake& of,
    std::string_view violation_type,
    std::string_view noun,
    const value_path& where
) {
    const auto got = of.in.peek_name();
    const bool is_null = of.in.peek() == token::null;
    if (!of.in.skip_value())
        return false;
    if (is_null) {
        report_null(of.broken, where);
    } else {
        std::string sentence = "expects ";
        sentence.append(noun).append(", got ").append(got);
        report_violation(of.broken, where, violation_type, sentence);
    }
    return of.goes_on();
}

/// `must be one of 'draft', 'placed'`, with the nearest label first where one is near.
[[gnu::cold, gnu::noinline]] inline void refuse_label(
    const intake& of,
    std::span<const std::string_view> labels,
    std::string_view given,
    const value_path& where
) {
    std::string sentence = "must be one of ";
    for (std::size_t at = 0; at < labels.size(); ++at) {
        if (at > 0)
            sentence.append(", ");
        sentence.append("'").append(labels[at]).append("'");
    }
    const auto near = nearest_name(given, labels);
    if (!near.empty())
        sentence.append("; did you mean '").append(near).append("'?");
    report_violation(of.broken, where, "enum", sentence);
}

/// Says how a scalar's spelling does not fit.
[[gnu::cold, gnu::noinline]] inline void refuse_spelling(
    const intake& of,
    fit how,
    const scalar_facts& expected,
    std::string_view given,
    token was,
    const value_path& where
) {
    std::string sentence;
    switch (how) {
    case fit::good:
        return;
    case fit::wrong_type:
        sentence.append("expects ").append(expected.noun).append(", got ");
        sentence.append(was == token::number ? "float" : "str");
        report_violation(of.broken, where, expected.violation, sentence);
        return;
    case fit::malformed:
        if (!expected.labels.empty()) {
            refuse_label(of, expected.labels, given, where);
            return;
        }
        sentence.append("must be ").append(expected.must_be);
        report_violation(of.broken, where, expected.violation, sentence);
        return;
    case fit::out_of_range:
        if (expected.least != expected.most) {
            sentence.append("must be between ").append(std::to_string(expected.least));
            sentence.append(" and ").append(std::to_string(expected.most));
            report_violation(of.broken, where, "int_out_of_range", sentence);
        } else {
            report_violation(
                of.broken, where, "float_out_of_range", "is too large for a floating-point number"
            );
        }
        return;
    case fit::too_many_digits:
        sentence.append("must have at most ")
            .append(std::to_string(expected.precision - expected.scale))
            .append(" digits before the point");
        report_violation(of.broken, where, "decimal_precision", sentence);
        return;
    case fit::too_fine:
        sentence.append("must have at most ")
            .append(std::to_string(expected.scale))
            .append(" digits after the point");
        report_violation(of.broken, where, "decimal_scale", sentence);
        return;
    }
}

} // namespace detail

} // namespace weir::json
