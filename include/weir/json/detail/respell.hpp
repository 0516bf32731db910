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

#include <algorithm>
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

/// Whether a database's JSON of a type already is what weir would write: jsonb has spaces and an
/// order of its own in objects.
[[nodiscard]] constexpr bool
is_spelled_alike(const column_type& type, const respelling& how) noexcept {
    switch (type.kind) {
    case type::int64:
    case type::decimal:
        return how.numbers == json::numbers::plain;
    case type::array:
        return how.format != text_format::postgres && is_spelled_alike(*type.element, how);
    case type::map:
    case type::structure:
    case type::float32:
    case type::float64:
    case type::timestamp:
    case type::timestamp_ntz:
        return false;
    default:
        return true;
    }
}

/// The members of one object as they were written, put in order at its end.
class member_order {
public:
    /// Begins a member; its key and value are then appended to `out`.
    void begin(std::string& out, std::string_view name, std::size_t rank) {
        if (!members_.empty()) {
            end(out);
            out.push_back(',');
        }
        members_.push_back({std::string{name}, rank, out.size(), 0});
    }

    /// Sorts by rank, then by name.
    void finish(std::string& out) {
        if (members_.empty())
            return;
        end(out);
        const auto comes_before = [](const member& left, const member& right) {
            return left.rank != right.rank ? left.rank < right.rank : left.name < right.name;
        };
        if (std::is_sorted(members_.begin(), members_.end(), comes_before))
            return;
        const auto from = members_.front().start;
        const std::string written = out.substr(from);
        std::sort(members_.begin(), members_.end(), comes_before);
        out.resize(from);
        for (const auto& each : members_) {
            if (out.size() > from)
                out.push_back(',');
            out.append(written, each.start - from, each.end - each.start);
        }
    }

private:
    struct member {
        std::string name;
        std::size_t rank;
        std::size_t start;
        std::size_t end;
    };

    void end(const std::string& out) { members_.back().end = out.size(); }

    std::vector<member> members_{};
};

/// Where a key of a map stands among the others, before its text decides: integers by value.
[[nodiscard]] inline std::size_t rank_of_key(const column_type& key, std::string_view text) {
    std::int64_t value = 0;
    const bool counts = key.kind == type::int8 || key.kind == type::int16 ||
                        key.kind == type::int32 || key.kind == type::int64;
    if (!counts || !parse_text(text, value, text_format::statement_api))
        return 0;
    return static_cast<std::size_t>(value) ^ (std::size_t{1} << 63U);
}

[[nodiscard]] inline bool
respell_json(std::string& out, reader& in, const column_type& type, json::numbers numbers);

[[nodiscard]] inline bool
respell_map(std::string& out, reader& in, const column_type& type, json::numbers numbers) {
    std::string_view name;
    member_order order;
    out.push_back('{');
    while (in.next_member(name)) {
        order.begin(out, name, rank_of_key(*type.key, name));
        append_json_string(out, name);
        out.push_back(':');
        if (!respell_json(out, in, *type.element, numbers))
            return false;
    }
    order.finish(out);
    out.push_back('}');
    return !in.failed();
}

/// Every field in the schema's order, whatever the database left out or how it sorts.
[[nodiscard]] inline bool
respell_structure(std::string& out, reader& in, const column_type& type, json::numbers numbers) {
    const auto fields = fields_of(type);
    std::vector<bool> seen(fields.size());
    std::string_view name;
    member_order order;
    const auto begin_field = [&](std::size_t at) {
        order.begin(out, fields[at].name, at);
        append_json_string(out, fields[at].name);
        out.push_back(':');
    };
    out.push_back('{');
    while (in.next_member(name)) {
        std::size_t at = 0;
        while (at < fields.size() && fields[at].name != name)
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
    order.finish(out);
    out.push_back('}');
    return !in.failed();
}

/// Rewrites the next value of a database's JSON in weir's spelling. The schema bounds the
/// recursion.
[[nodiscard]] inline bool
respell_json(std::string& out, reader& in, const column_type& type, json::numbers numbers) {
    const auto next = in.peek();
    std::string_view text;
    switch (type.kind) {
    case type::array: {
        if (next != token::array || !in.enter_array())
            return false;
        bool is_first = true;
        out.push_back('[');
        while (in.next_element()) {
            if (!is_first)
                out.push_back(',');
            is_first = false;
            if (!respell_json(out, in, *type.element, numbers))
                return false;
        }
        out.push_back(']');
        return !in.failed();
    }
    case type::map:
        return next == token::object && in.enter_object() && respell_map(out, in, type, numbers);
    case type::structure:
        return next == token::object && in.enter_object() &&
               respell_structure(out, in, type, numbers);
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

/// A literal of a native PostgreSQL array, `{1,2}`.
[[nodiscard]] inline bool respell_array_literal(
    std::string& out, std::string_view text, const column_type& element, const respelling& how
) {
    std::int64_t announced = -1;
    if (text.starts_with('[') && !weir::detail::read_array_bounds(text, announced))
        return false;
    weir::detail::array_reader elements{text};
    if (!elements.consume('{'))
        return false;
    out.push_back('[');
    if (!elements.consume('}')) {
        std::string_view one;
        bool is_first = true;
        do {
            if (!is_first)
                out.push_back(',');
            is_first = false;
            if (!elements.next(one) || !respell_scalar(out, one, element, how))
                return false;
        } while (elements.consume(','));
        if (!elements.consume('}'))
            return false;
    }
    out.push_back(']');
    return elements.at_end();
}

/// Appends a database's text of a value as JSON; false when it is no such value, `out` then holds a
/// part.
[[nodiscard]] inline bool
respell(std::string& out, std::string_view text, const column_type& type, const respelling& how) {
    if (is_scalar(type.kind))
        return respell_scalar(out, text, type, how);
    if (how.format == text_format::postgres && is_native_array(type))
        return respell_array_literal(out, text, *type.element, how);
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
