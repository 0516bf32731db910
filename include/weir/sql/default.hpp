// SPDX-License-Identifier: Apache-2.0
// A column's default, JSON text in the facts, as an SQL constant for DDL. Statements never need it:
// weir gives every column its value itself. Costs what core/text_array.hpp costs.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/core/text_array.hpp>
#include <weir/sql/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

namespace detail {

[[noreturn]] inline void refuse_default(const column& of) {
    throw configuration_error(
        "weir: the default of column '" + std::string{of.name} + "' does not fit its type"
    );
}

/// Appends a code point in UTF-8.
inline void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0U | (code >> 6U));
        byte(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        byte(0xE0U | (code >> 12U));
        byte(0x80U | ((code >> 6U) & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    } else {
        byte(0xF0U | (code >> 18U));
        byte(0x80U | ((code >> 12U) & 0x3FU));
        byte(0x80U | ((code >> 6U) & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    }
}

/// Reads scalars and flat arrays of JSON text, which is all a default of a scalar or of a native
/// array can be.
class default_reader {
public:
    explicit default_reader(const column& of) : of_(&of), rest_(of.default_json) { skip_space(); }

    [[nodiscard]] bool at_string() const { return !rest_.empty() && rest_.front() == '"'; }

    [[nodiscard]] bool consume(char expected) {
        if (rest_.empty() || rest_.front() != expected)
            return false;
        rest_.remove_prefix(1);
        skip_space();
        return true;
    }

    /// A number, true, false or null.
    std::string word() {
        const auto end = rest_.find_first_not_of(
            "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        );
        std::string taken{rest_.substr(0, end)};
        if (taken.empty())
            refuse_default(*of_);
        rest_.remove_prefix(taken.size());
        skip_space();
        return taken;
    }

    std::string string() {
        std::string taken;
        rest_.remove_prefix(1);
        while (true) {
            const char c = next();
            if (c == '"')
                break;
            if (c == '\\') {
                unescape(taken);
            } else {
                taken.push_back(c);
            }
        }
        skip_space();
        return taken;
    }

    void expect_end() const {
        if (!rest_.empty())
            refuse_default(*of_);
    }

private:
    char next() {
        if (rest_.empty())
            refuse_default(*of_);
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    std::uint32_t hex() {
        std::uint32_t code = 0;
        for (int digit = 0; digit < 4; ++digit) {
            constexpr std::string_view digits = "0123456789abcdef0123456789ABCDEF";
            const auto value = digits.find(next());
            if (value == std::string_view::npos)
                refuse_default(*of_);
            code = code * 16 + static_cast<std::uint32_t>(value % 16);
        }
        return code;
    }

    void unescape(std::string& out) {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char c = next();
        if (c != 'u') {
            const auto at = letters.find(c);
            if (at == std::string_view::npos)
                refuse_default(*of_);
            out.push_back(meanings[at]);
            return;
        }
        auto code = hex();
        if (code >= 0xD800 && code < 0xDC00) {
            if (next() != '\\' || next() != 'u')
                refuse_default(*of_);
            const auto low = hex();
            if (low < 0xDC00 || low > 0xDFFF)
                refuse_default(*of_);
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
        }
        append_utf8(out, code);
    }

    void skip_space() {
        const auto at = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
    }

    const column* of_;
    std::string_view rest_;
};

[[nodiscard]] inline bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
}

/// A scalar's text as PostgreSQL spells it; binary arrives as base64.
inline std::string
default_element(default_reader& from, const column& of, const column_type& element) {
    const bool quoted = from.at_string();
    auto text = quoted ? from.string() : from.word();
    switch (element.kind) {
    case type::boolean:
        if (quoted || (text != "true" && text != "false"))
            refuse_default(of);
        return text;
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::decimal:
        if (!is_number(text))
            refuse_default(of);
        return text;
    case type::float32:
    case type::float64:
        if (!quoted && !is_number(text))
            refuse_default(of);
        return text;
    case type::binary: {
        std::vector<std::byte> bytes;
        if (!quoted || !parse_base64(text, bytes))
            refuse_default(of);
        std::string hex = "\\x";
        append_hex(hex, bytes);
        return hex;
    }
    default:
        if (!quoted)
            refuse_default(of);
        return text;
    }
}

/// A JSON array of scalars as an array literal of PostgreSQL.
inline std::string default_array(const column& of) {
    default_reader from{of};
    std::string literal = "{";
    if (!from.consume('['))
        refuse_default(of);
    if (!from.consume(']')) {
        do {
            if (literal.size() > 1)
                literal.push_back(',');
            const auto element = literal.size();
            literal.append(default_element(from, of, *of.type.element));
            weir::detail::quote_array_element(literal, element);
        } while (from.consume(','));
        if (!from.consume(']'))
            refuse_default(of);
    }
    from.expect_end();
    return literal + "}";
}

inline void write_scalar_default(writer& out, const column& of) {
    default_reader from{of};
    const auto text = default_element(from, of, of.type);
    from.expect_end();
    const bool postgres = out.is_postgres();
    switch (of.type.kind) {
    case type::boolean:
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::decimal:
        out.put(text);
        return;
    case type::float32:
    case type::float64:
        if (is_number(text)) {
            out.put(text);
            return;
        }
        break;
    case type::date:
    case type::timestamp:
    case type::timestamp_ntz:
        break;
    case type::binary:
        if (postgres) {
            out.literal(text);
        } else {
            out.put("X").literal(std::string_view{text}.substr(2));
        }
        return;
    default:
        out.literal(text);
        return;
    }
    if (postgres) {
        out.literal(text);
    } else {
        out.put("CAST(").literal(text).put(" AS ").type(of.type).put(")");
    }
}

} // namespace detail

/// Whether DDL gives a column its default, in this dialect. Containers on a warehouse have none:
/// a DEFAULT there must be constant, and weir fills them anyway.
[[nodiscard]] inline bool has_sql_default(const column& of, dialect spoken) {
    return of.has_default() && of.default_json != "null" &&
           (spoken == dialect::postgres || is_scalar(of.type.kind));
}

/// Writes the default's constant: `640.0`, `'draft'`, `'{}'`.
///
/// Errors: throws configuration_error for a default that is not of the column's type.
inline void write_default(writer& out, const column& of) {
    if (of.type.kind == type::json || (!is_scalar(of.type.kind) && !is_native_array(of.type))) {
        out.literal(of.default_json);
    } else if (of.type.kind == type::array) {
        out.literal(detail::default_array(of));
    } else {
        detail::write_scalar_default(out, of);
    }
}

} // namespace weir::sql
