// SPDX-License-Identifier: Apache-2.0
// from_json's reading: JSON text checked against a type and written again so that DuckDB's own cast
// of it loses nothing. Numbers become strings with all their digits, bytes DuckDB's escapes, fields
// all present. Costs json/reader.hpp.
#pragma once

#include <weir/core/text.hpp>
#include <weir/embedded/types.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::embedded {

namespace detail {

/// Rewrites one JSON text. A value that does not fit its type becomes null, as in from_json's
/// PERMISSIVE mode; `fits()` tells afterwards whether all did.
class json_rewriter {
public:
    explicit json_rewriter(std::string_view text) : reader_(text, json::reader::most_depth) {}

    /// Appends the text as the type; false: it is no JSON, or not of the type's kind at all.
    bool run(std::string& out, const sql_type& to) { return write(out, to) && reader_.finish(); }

    [[nodiscard]] bool fits() const noexcept { return fits_ && !reader_.failed(); }

private:
    bool no_fit(std::string& out) {
        fits_ = false;
        out.append("null");
        return reader_.skip_value();
    }

    bool write(std::string& out, const sql_type& to) {
        if (reader_.peek() == json::token::null) {
            out.append("null");
            return reader_.read_null();
        }
        switch (to.kind) {
        case type::array:
            return write_array(out, to);
        case type::map:
            return write_map(out, to);
        case type::structure:
            return write_structure(out, to);
        default:
            return write_scalar(out, to);
        }
    }

    bool write_array(std::string& out, const sql_type& to) {
        if (reader_.peek() != json::token::array)
            return no_fit(out);
        if (!reader_.enter_array())
            return false;
        out.push_back('[');
        for (bool first = true; reader_.next_element(); first = false) {
            if (!first)
                out.push_back(',');
            if (!write(out, to.parts[0]))
                return false;
        }
        out.push_back(']');
        return !reader_.failed();
    }

    bool write_map(std::string& out, const sql_type& to) {
        if (reader_.peek() != json::token::object)
            return no_fit(out);
        if (!reader_.enter_object())
            return false;
        out.push_back('{');
        std::string_view name;
        for (bool first = true; reader_.next_member(name); first = false) {
            if (!first)
                out.push_back(',');
            json::append_json_string(out, name);
            out.push_back(':');
            if (!write(out, to.parts[1]))
                return false;
        }
        out.push_back('}');
        return !reader_.failed();
    }

    // Unknown members are passed over, missing ones are null, as on Databricks; of two with one
    // name the last counts.
    bool write_structure(std::string& out, const sql_type& to) {
        if (reader_.peek() != json::token::object)
            return no_fit(out);
        if (!reader_.enter_object())
            return false;
        std::vector<std::string> values(to.parts.size());
        std::string_view name;
        std::size_t expected = 0;
        while (reader_.next_member(name)) {
            // Members mostly come in the type's order: look from where the last one was found.
            std::size_t at = 0;
            while (at < to.parts.size() && to.names[(expected + at) % to.names.size()] != name)
                ++at;
            if (at == to.parts.size()) {
                if (!reader_.skip_value())
                    return false;
                continue;
            }
            expected = (expected + at) % to.parts.size();
            values[expected].clear();
            if (!write(values[expected], to.parts[expected]))
                return false;
            ++expected;
        }
        out.push_back('{');
        for (std::size_t i = 0; i < to.parts.size(); ++i) {
            if (i != 0)
                out.push_back(',');
            json::append_json_string(out, to.names[i]);
            out.push_back(':');
            out.append(values[i].empty() ? "null" : values[i]);
        }
        out.push_back('}');
        return !reader_.failed();
    }

    bool write_scalar(std::string& out, const sql_type& to) {
        switch (to.kind) {
        case type::boolean: {
            if (reader_.peek() != json::token::boolean)
                return no_fit(out);
            bool value = false;
            if (!reader_.read_bool(value))
                return false;
            out.append(value ? "true" : "false");
            return true;
        }
        case type::int8:
            return write_number<std::int8_t>(out);
        case type::int16:
            return write_number<std::int16_t>(out);
        case type::int32:
            return write_number<std::int32_t>(out);
        case type::int64:
            return write_number<std::int64_t>(out);
        case type::float32:
            return write_float<float>(out);
        case type::float64:
            return write_float<double>(out);
        case type::decimal:
            return write_decimal(out, to);
        case type::date:
            return write_parsed(out, [](std::string_view text, std::string& made) {
                date value;
                if (!parse_date(text, value))
                    return false;
                append_date(made, value);
                return true;
            });
        case type::timestamp:
            return write_parsed(out, [](std::string_view text, std::string& made) {
                timestamp value;
                if (!parse_timestamp(text, value, missing_offset::is_utc))
                    return false;
                append_rfc3339(made, value);
                return true;
            });
        case type::timestamp_ntz:
            return write_parsed(out, [](std::string_view text, std::string& made) {
                timestamp_ntz value;
                if (!parse_timestamp_ntz(text, value))
                    return false;
                append_rfc3339(made, value);
                return true;
            });
        case type::binary:
            return write_parsed(out, [](std::string_view text, std::string& made) {
                std::vector<std::byte> bytes;
                if (!parse_base64(text, bytes))
                    return false;
                for (const auto byte : bytes) {
                    made.append("\\x");
                    append_hex(made, {&byte, 1});
                }
                return true;
            });
        case type::json:
            return write_raw(out, false);
        default:
            return write_raw(out, true);
        }
    }

    template <class Integer>
    bool write_number(std::string& out) {
        if (reader_.peek() != json::token::number)
            return no_fit(out);
        std::string_view spelled;
        if (!reader_.read_number(spelled))
            return false;
        Integer value{};
        if (parse_text(spelled, value, text_format::statement_api)) {
            out.append(spelled);
        } else {
            fits_ = false;
            out.append("null");
        }
        return true;
    }

    template <class Float>
    bool write_float(std::string& out) {
        const auto next = reader_.peek();
        std::string_view spelled;
        Float value{};
        if (next == json::token::number) {
            if (!reader_.read_number(spelled))
                return false;
        } else if (next == json::token::string) {
            if (!reader_.read_string(spelled))
                return false;
        } else {
            return no_fit(out);
        }
        // As a string a number may only be one that JSON cannot spell.
        if (!parse_text(spelled, value, text_format::statement_api) ||
            (next == json::token::string && value - value == Float{0})) {
            fits_ = false;
            out.append("null");
        } else {
            out.push_back('"');
            append_text(out, value, text_format::statement_api);
            out.push_back('"');
        }
        return true;
    }

    bool write_decimal(std::string& out, const sql_type& to) {
        const auto next = reader_.peek();
        std::string_view spelled;
        if (next == json::token::number) {
            if (!reader_.read_number(spelled))
                return false;
        } else if (next == json::token::string) {
            if (!reader_.read_string(spelled))
                return false;
        } else {
            return no_fit(out);
        }
        int128 value = 0;
        if (parse_decimal(spelled, to.precision, to.scale, value, rounding::half_up)) {
            out.push_back('"');
            append_decimal(out, value, to.scale);
            out.push_back('"');
        } else {
            fits_ = false;
            out.append("null");
        }
        return true;
    }

    template <class Rewrite>
    bool write_parsed(std::string& out, Rewrite rewrite) {
        if (reader_.peek() != json::token::string)
            return no_fit(out);
        std::string_view text;
        if (!reader_.read_string(text))
            return false;
        std::string made;
        if (rewrite(text, made)) {
            json::append_json_string(out, made);
        } else {
            fits_ = false;
            out.append("null");
        }
        return true;
    }

    /// STRING takes any value, as text; VARIANT keeps it as it is.
    bool write_raw(std::string& out, bool as_text) {
        std::string_view text;
        if (as_text && reader_.peek() == json::token::string) {
            if (!reader_.read_string(text))
                return false;
            json::append_json_string(out, text);
            return true;
        }
        if (!reader_.read_raw(text))
            return false;
        if (as_text) {
            json::append_json_string(out, text);
        } else {
            out.append(text);
        }
        return true;
    }

    json::reader reader_;
    bool fits_ = true;
};

} // namespace detail

/// What rewriting a JSON text came to.
enum class json_rewrite : std::uint8_t {
    whole,
    /// Some values did not fit and became null.
    partly,
    /// The text is no JSON; the output is to be ignored.
    malformed,
};

/// Appends JSON `text` so that `CAST(CAST(… AS JSON) AS type)` gives every value exactly.
inline json_rewrite rewrite_json(std::string& out, std::string_view text, const sql_type& to) {
    detail::json_rewriter rewriter{text};
    if (!rewriter.run(out, to))
        return json_rewrite::malformed;
    return rewriter.fits() ? json_rewrite::whole : json_rewrite::partly;
}

} // namespace weir::embedded
