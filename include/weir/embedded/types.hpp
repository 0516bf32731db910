// SPDX-License-Identifier: Apache-2.0
// Databricks type names: read from tokens, written as DuckDB spells them. Costs tokenizer.hpp.
#pragma once

#include <weir/core/decimal_text.hpp>
#include <weir/embedded/tokenizer.hpp>
#include <weir/table/column.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded {

/// A type as SQL text names it. `weir::type::json` stands for VARIANT.
struct sql_type {
    type kind = type::string;
    std::uint8_t precision = 0;
    std::uint8_t scale = 0;
    /// varchar, fixed_char: characters.
    std::uint32_t length = 0;
    /// array: the element; map: key and value; structure: the fields.
    std::vector<sql_type> parts{};
    /// structure: the fields' names.
    std::vector<std::string> names{};
};

/// Appends a name in double quotes, as DuckDB wants names that may be anything.
inline void append_name(std::string& out, std::string_view name) {
    out.push_back('"');
    for (const char c : name) {
        if (c == '"')
            out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

/// The parts of a name, each quoted, with dots between.
[[nodiscard]] inline std::string joined_name(const std::vector<std::string>& parts) {
    std::string made;
    for (const auto& part : parts) {
        if (!made.empty())
            made.push_back('.');
        append_name(made, part);
    }
    return made;
}

/// Appends a string literal as DuckDB reads it: no escapes but the doubled quote.
inline void append_literal(std::string& out, std::string_view text) {
    out.push_back('\'');
    for (const char c : text) {
        if (c == '\'')
            out.push_back('\'');
        out.push_back(c);
    }
    out.push_back('\'');
}

namespace detail {

/// How deep types, parentheses and statements may nest: far beyond any real one, far below the
/// stack.
inline constexpr std::size_t max_depth = 64;

[[nodiscard]] inline std::string upper(std::string_view text) {
    std::string made{text};
    for (char& c : made)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return made;
}

/// Refuses what Databricks may know and this engine does not.
[[noreturn]] inline void refuse_unsupported(const std::string& what) {
    throw statement_error{"The embedded engine does not support " + what, {.sqlstate = "0A000"}};
}

/// Reads one type from the front of a token list.
class type_reader {
public:
    type_reader(std::span<const token> tokens, std::size_t at) : tokens_(tokens), at_(at) {}

    [[nodiscard]] std::size_t at() const noexcept { return at_; }

    sql_type read(std::size_t depth = 0) {
        if (depth > max_depth)
            refuse_unsupported("types nested this deep");
        if (at_ == tokens_.size())
            refuse_syntax("a type is missing at the end", 0);
        const auto& first = tokens_[at_];
        // In STRUCT<a:INT> the tokenizer takes `:INT` for a parameter; whoever reads the field
        // knows better.
        if (first.kind != token_kind::word && first.kind != token_kind::parameter) {
            refuse_syntax("expected a type", first.offset);
        }
        ++at_;
        const auto name = upper(first.text);
        for (const auto& each : plain_types)
            if (each.name == name)
                return {.kind = each.kind};
        if (name == "DECIMAL" || name == "DEC" || name == "NUMERIC")
            return read_decimal();
        if (name == "VARCHAR" || name == "CHAR" || name == "CHARACTER") {
            expect("(");
            const auto length = read_number(first, 1, 65'535);
            expect(")");
            return {.kind = name == "VARCHAR" ? type::varchar : type::fixed_char, .length = length};
        }
        if (name == "ARRAY") {
            sql_type made{.kind = type::array};
            expect("<");
            made.parts.push_back(read(depth + 1));
            expect(">");
            return made;
        }
        if (name == "MAP") {
            sql_type made{.kind = type::map};
            expect("<");
            made.parts.push_back(read(depth + 1));
            expect(",");
            made.parts.push_back(read(depth + 1));
            expect(">");
            return made;
        }
        if (name == "STRUCT") {
            expect("<");
            auto made = read_fields(depth);
            expect(">");
            return made;
        }
        refuse_unsupported("the type " + first.text);
    }

    /// `a INT, b: STRING NOT NULL COMMENT 'x'`, up to a `>` or the end.
    sql_type read_fields(std::size_t depth) {
        sql_type made{.kind = type::structure};
        do {
            if (at_ == tokens_.size() || !tokens_[at_].is_name()) {
                refuse_syntax("expected a field's name", offset());
            }
            made.names.push_back(tokens_[at_++].text);
            if (is(":"))
                ++at_;
            made.parts.push_back(read(depth + 1));
            if (is_word("NOT")) {
                ++at_;
                if (!is_word("NULL"))
                    refuse_syntax("expected NULL", offset());
                ++at_;
            }
            if (is_word("COMMENT"))
                at_ += 2;
        } while (take(","));
        return made;
    }

private:
    struct plain_type {
        std::string_view name;
        type kind;
    };

    // Source: databricks.md 4.6 and the synonyms of the SQL reference's data type rules.
    static constexpr plain_type plain_types[]{
        {"BOOLEAN", type::boolean},     {"TINYINT", type::int8},
        {"BYTE", type::int8},           {"SMALLINT", type::int16},
        {"SHORT", type::int16},         {"INT", type::int32},
        {"INTEGER", type::int32},       {"BIGINT", type::int64},
        {"LONG", type::int64},          {"FLOAT", type::float32},
        {"REAL", type::float32},        {"DOUBLE", type::float64},
        {"STRING", type::string},       {"DATE", type::date},
        {"TIMESTAMP", type::timestamp}, {"TIMESTAMP_LTZ", type::timestamp},
        {"BINARY", type::binary},       {"TIMESTAMP_NTZ", type::timestamp_ntz},
        {"VARIANT", type::json},
    };

    [[nodiscard]] std::size_t offset() const noexcept {
        return at_ < tokens_.size() ? tokens_[at_].offset
               : tokens_.empty()    ? 0
                                    : tokens_.back().offset;
    }

    [[nodiscard]] bool is(std::string_view symbol) const noexcept {
        return at_ < tokens_.size() && tokens_[at_].is_symbol(symbol);
    }

    [[nodiscard]] bool is_word(std::string_view word) const {
        return at_ < tokens_.size() && tokens_[at_].kind == token_kind::word &&
               upper(tokens_[at_].text) == word;
    }

    bool take(std::string_view symbol) {
        if (!is(symbol))
            return false;
        ++at_;
        return true;
    }

    void expect(std::string_view symbol) {
        if (!take(symbol)) {
            refuse_syntax("expected '" + std::string{symbol} + "' in a type", offset());
        }
    }

    std::uint32_t read_number(const token& of, std::uint32_t least, std::uint32_t most) {
        std::uint32_t value = 0;
        if (at_ < tokens_.size() && tokens_[at_].kind == token_kind::number) {
            const auto& text = tokens_[at_].text;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
            if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && value >= least &&
                value <= most) {
                ++at_;
                return value;
            }
        }
        refuse_syntax("a size out of range in type " + of.text, of.offset);
    }

    // Bare DECIMAL is (10,0). Source: databricks.md 3.3.
    sql_type read_decimal() {
        const auto& name = tokens_[at_ - 1];
        sql_type made{.kind = type::decimal, .precision = 10};
        if (!take("("))
            return made;
        made.precision = static_cast<std::uint8_t>(read_number(name, 1, max_decimal_digits));
        if (take(","))
            made.scale = static_cast<std::uint8_t>(read_number(name, 0, made.precision));
        expect(")");
        return made;
    }

    std::span<const token> tokens_;
    std::size_t at_;
};

} // namespace detail

/// Whether a value of the type is text to DuckDB.
[[nodiscard]] inline bool is_text(const sql_type& of) noexcept {
    return of.kind == type::string || of.kind == type::varchar || of.kind == type::fixed_char;
}

/// Whether bytes lie somewhere inside a type.
[[nodiscard]] inline bool holds_binary(const sql_type& of) noexcept {
    if (of.kind == type::binary)
        return true;
    for (const auto& part : of.parts)
        if (holds_binary(part))
            return true;
    return false;
}

/// Appends a type as DuckDB spells it; `binary_as` replaces BLOB where bytes are still text.
inline void
append_duckdb_type(std::string& out, const sql_type& of, std::string_view binary_as = "BLOB") {
    switch (of.kind) {
    case type::int8:
        out.append("TINYINT");
        break;
    case type::int16:
        out.append("SMALLINT");
        break;
    case type::int32:
        out.append("INTEGER");
        break;
    case type::int64:
        out.append("BIGINT");
        break;
    case type::float32:
        out.append("FLOAT");
        break;
    case type::float64:
        out.append("DOUBLE");
        break;
    case type::decimal:
        out.append("DECIMAL(").append(std::to_string(of.precision)).append(",");
        out.append(std::to_string(of.scale)).append(")");
        break;
    case type::boolean:
        out.append("BOOLEAN");
        break;
    case type::date:
        out.append("DATE");
        break;
    case type::timestamp:
        out.append("TIMESTAMPTZ");
        break;
    case type::timestamp_ntz:
        out.append("TIMESTAMP");
        break;
    case type::binary:
        out.append(binary_as);
        break;
    case type::json:
        out.append("JSON");
        break;
    case type::array:
        append_duckdb_type(out, of.parts[0], binary_as);
        out.append("[]");
        break;
    case type::map:
        out.append("MAP(");
        append_duckdb_type(out, of.parts[0], binary_as);
        out.append(", ");
        append_duckdb_type(out, of.parts[1], binary_as);
        out.append(")");
        break;
    case type::structure:
        out.append("STRUCT(");
        for (std::size_t i = 0; i < of.parts.size(); ++i) {
            if (i != 0)
                out.append(", ");
            append_name(out, of.names[i]);
            out.push_back(' ');
            append_duckdb_type(out, of.parts[i], binary_as);
        }
        out.append(")");
        break;
    case type::string:
    case type::varchar:
    case type::fixed_char:
    case type::uuid:
    case type::enumeration:
        out.append("VARCHAR");
        break;
    }
}

/// A type's canonical Databricks spelling, as manifests show it: `STRUCT<a: INT, b:
/// ARRAY<STRING>>`.
inline void append_databricks_type(std::string& out, const sql_type& of) {
    switch (of.kind) {
    case type::int32:
        out.append("INT");
        break;
    case type::timestamp:
        out.append("TIMESTAMP");
        break;
    case type::timestamp_ntz:
        out.append("TIMESTAMP_NTZ");
        break;
    case type::binary:
        out.append("BINARY");
        break;
    case type::json:
        out.append("VARIANT");
        break;
    case type::array:
        out.append("ARRAY<");
        append_databricks_type(out, of.parts[0]);
        out.append(">");
        break;
    case type::map:
        out.append("MAP<");
        append_databricks_type(out, of.parts[0]);
        out.append(", ");
        append_databricks_type(out, of.parts[1]);
        out.append(">");
        break;
    case type::structure:
        out.append("STRUCT<");
        for (std::size_t i = 0; i < of.parts.size(); ++i) {
            if (i != 0)
                out.append(", ");
            // Always quoted: from_json reads it back, and any name may stand here.
            out.push_back('`');
            for (const char c : of.names[i]) {
                if (c == '`')
                    out.push_back('`');
                out.push_back(c);
            }
            out.append("`: ");
            append_databricks_type(out, of.parts[i]);
        }
        out.append(">");
        break;
    case type::string:
    case type::varchar:
    case type::fixed_char:
    case type::uuid:
    case type::enumeration:
        out.append("STRING");
        break;
    default:
        append_duckdb_type(out, of);
    }
}

/// The type a schema text names, as from_json takes it: a type, or the fields of a structure.
[[nodiscard]] inline sql_type parse_schema(std::string_view text) {
    const auto tokens = tokenize(text);
    detail::type_reader reader{tokens, 0};
    const bool is_type =
        tokens.size() == 1 ||
        (tokens.size() > 1 && (tokens[1].is_symbol("<") || tokens[1].is_symbol("(")));
    auto made = is_type ? reader.read() : reader.read_fields(0);
    if (reader.at() != tokens.size()) {
        detail::refuse_syntax("unexpected text after a type", tokens[reader.at()].offset);
    }
    return made;
}

} // namespace weir::embedded
