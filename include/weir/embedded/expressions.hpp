// SPDX-License-Identifier: Apache-2.0
// Databricks expressions and queries as DuckDB text, token by token: names quoted, literals
// re-spelled, functions looked up, operators that mean something else rewritten. What it does not
// know it refuses. Costs <map>-free containers only; runs once per prepared statement.
#pragma once

#include <weir/embedded/functions.hpp>
#include <weir/embedded/keywords.hpp>
#include <weir/embedded/tokenizer.hpp>
#include <weir/embedded/types.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded {

/// A parameter that a statement may use, and the type its value has.
struct parameter_type {
    std::string name{};
    sql_type type{};
};

/// The name under which `current_user()` becomes a parameter; no `:name` can be spelled so.
inline constexpr std::string_view current_user_parameter = "current user";

namespace detail {

/// Half-open range of tokens.
struct token_range {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// For each opening parenthesis, brace or bracket the position of its partner; elsewhere 0.
[[nodiscard]] inline std::vector<std::size_t> match_parentheses(std::span<const token> tokens) {
    std::vector<std::size_t> partner(tokens.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& each = tokens[i];
        if (each.is_symbol("(") || each.is_symbol("[")) {
            open.push_back(i);
        } else if (each.is_symbol(")") || each.is_symbol("]")) {
            if (open.empty() || tokens[open.back()].is_symbol("(") != each.is_symbol(")")) {
                refuse_syntax("unbalanced '" + each.text + "'", each.offset);
            }
            partner[open.back()] = i;
            open.pop_back();
        }
    }
    if (!open.empty())
        refuse_syntax(
            "'" + tokens[open.back()].text + "' is never closed", tokens[open.back()].offset
        );
    return partner;
}

/// Translates ranges of one statement's tokens.
class expression_writer {
public:
    /// Most bytes of translated text: templates that repeat an argument could otherwise grow
    /// without bound.
    static constexpr std::size_t max_text = 64U << 20U;

    /// `known` null: a statement without parameters (DDL).
    expression_writer(std::span<const token> tokens, const std::vector<parameter_type>* known)
        : tokens_(tokens), partner_(match_parentheses(tokens)), known_(known) {}

    [[nodiscard]] std::span<const token> tokens() const noexcept { return tokens_; }

    [[nodiscard]] std::size_t partner(std::size_t at) const noexcept { return partner_[at]; }

    /// The names behind `$1, $2, …`, in order.
    [[nodiscard]] const std::vector<std::string>& parameters() const noexcept { return used_; }

    [[nodiscard]] bool is_word(std::size_t at, std::string_view upper_word) const {
        return at < tokens_.size() && tokens_[at].kind == token_kind::word &&
               upper(tokens_[at].text) == upper_word;
    }

    [[nodiscard]] std::string text(token_range range) {
        std::string out;
        write(out, range);
        return out;
    }

    /// Appends the translation of a range.
    void write(std::string& out, token_range range) {
        const nested level{*this};
        assignments state;
        for (auto at = range.first; at < range.last;) {
            if (tokens_[at].spaced && at != range.first)
                out.push_back(' ');
            at = write_one(out, at, range, state);
            if (out.size() > max_text)
                refuse_unsupported("statements this large");
        }
    }

    /// Appends a name of up to three parts, each quoted, and answers where it ends.
    std::size_t write_name(std::string& out, std::size_t at) {
        for (;;) {
            if (at >= tokens_.size() || !tokens_[at].is_name())
                refuse_syntax("expected a name", offset(at));
            append_name(out, tokens_[at].text);
            ++at;
            if (at >= tokens_.size() || !tokens_[at].is_symbol("."))
                return at;
            out.push_back('.');
            ++at;
        }
    }

    /// `value` as the type, with Databricks' meaning of that cast.
    [[nodiscard]] static std::string
    cast(const std::string& value, const sql_type& to, std::string_view function = "CAST") {
        std::string made;
        if (to.kind == type::string) {
            made.append("weir_string(").append(value).append(")");
        } else if (to.kind == type::varchar) {
            made.append("left(weir_string(").append(value).append("), ");
            made.append(std::to_string(to.length)).append(")");
        } else if (to.kind == type::fixed_char) {
            made.append("rpad(weir_string(").append(value).append("), ");
            made.append(std::to_string(to.length)).append(", ' ')");
        } else if (to.kind == type::binary) {
            made.append("encode(").append(value).append(")");
        } else if (to.kind == type::json) {
            made.append(function).append("(weir_to_json(").append(value).append(") AS JSON)");
        } else {
            made.append(function).append("(").append(value).append(" AS ");
            append_duckdb_type(made, to);
            made.append(")");
        }
        return made;
    }

    [[nodiscard]] std::size_t offset(std::size_t at) const noexcept {
        return tokens_.empty() ? 0 : tokens_[std::min(at, tokens_.size() - 1)].offset;
    }

private:
    /// Counts how deep the text nests; the recursion ends with the count.
    class nested {
    public:
        explicit nested(expression_writer& of) : of_(of) {
            if (++of_.depth_ > 400)
                refuse_unsupported("statements nested this deep");
        }

        ~nested() { --of_.depth_; }

        nested(const nested&) = delete;
        nested(nested&&) = delete;
        nested& operator=(const nested&) = delete;
        nested& operator=(nested&&) = delete;

    private:
        expression_writer& of_;
    };

    /// Inside `SET a = 1, t.b = 2` of UPDATE and MERGE: DuckDB wants the names without their table.
    struct assignments {
        bool open = false;
        bool target_next = false;
        std::size_t cases = 0;
    };

    [[nodiscard]] bool is_operand_end(std::size_t at) const {
        const auto& each = tokens_[at];
        if (each.kind == token_kind::symbol)
            return each.text == ")" || each.text == "]";
        if (each.kind != token_kind::word)
            return true;
        const auto word = upper(each.text);
        return !is_keyword(word) || word == "END" || word == "NULL" || word == "TRUE" ||
               word == "FALSE";
    }

    std::size_t write_one(std::string& out, std::size_t at, token_range range, assignments& state) {
        const auto& each = tokens_[at];
        if (state.target_next && each.is_name()) {
            state.target_next = false;
            while (at + 2 < range.last && tokens_[at + 1].is_symbol("."))
                at += 2;
            append_name(out, tokens_[at].text);
            return at + 1;
        }
        if (each.kind != token_kind::symbol || each.text == "(") {
            const auto end = operand_end(at, range);
            const auto colons = last_cast(at, end);
            if (colons != 0) {
                type_reader reader{tokens_, colons + 1};
                const auto to = reader.read();
                if (reader.at() != end)
                    refuse_syntax("unexpected text after a type", offset(reader.at()));
                out.append(cast(text({at, colons}), to));
                return end;
            }
        }
        switch (each.kind) {
        case token_kind::string:
            append_literal(out, each.text);
            return at + 1;
        case token_kind::hex_string:
            out.append("unhex(");
            append_literal(out, each.text);
            out.append(")");
            return at + 1;
        case token_kind::number:
            write_number(out, each);
            return at + 1;
        case token_kind::parameter:
            if (at > range.first && !each.spaced && is_operand_end(at - 1)) {
                refuse_unsupported("the path operator ':' (use get_json_object)");
            }
            write_parameter(out, each.text);
            return at + 1;
        case token_kind::quoted_name:
            return write_names(out, at, range);
        case token_kind::word:
            return write_word(out, at, range, state);
        case token_kind::symbol:
            break;
        }
        return write_symbol(out, at, range, state);
    }

    // ------------------------------------------------------------ extents

    /// Where the operand that begins at `at` ends: a literal, name, call, parenthesis or CASE with
    /// what follows it closely. A keyword is one token.
    [[nodiscard]] std::size_t primary_end(std::size_t at, token_range range) const {
        while (at < range.last && (tokens_[at].is_symbol("-") || tokens_[at].is_symbol("+") ||
                                   tokens_[at].is_symbol("~") || tokens_[at].is_symbol("!"))) {
            ++at;
        }
        if (at >= range.last)
            refuse_syntax("an operand is missing at the end", offset(at));
        return operand_end(at, range);
    }

    [[nodiscard]] std::size_t operand_end(std::size_t at, token_range range) const {
        const auto& first = tokens_[at];
        auto end = at + 1;
        if (first.is_symbol("(")) {
            end = partner_[at] + 1;
        } else if (first.kind == token_kind::word && upper(first.text) == "CASE") {
            end = case_end(at, range);
        } else if (first.is_name()) {
            if (is_typed_literal(at, range)) {
                ++end;
                if (upper(first.text) == "INTERVAL" && end < range.last && is_interval_unit(end))
                    ++end;
            } else {
                while (end + 1 < range.last && tokens_[end].is_symbol(".") &&
                       tokens_[end + 1].is_name())
                    end += 2;
                if (end < range.last && tokens_[end].is_symbol("(") &&
                    (first.kind != token_kind::word || is_called(at, range))) {
                    end = partner_[end] + 1;
                    end = clauses_end(end, range);
                }
            }
        } else if (first.kind == token_kind::symbol) {
            return end;
        }
        for (;;) {
            if (end >= range.last)
                return end;
            if (tokens_[end].is_symbol("[")) {
                end = partner_[end] + 1;
            } else if (tokens_[end].is_symbol("::")) {
                type_reader reader{tokens_.first(range.last), end + 1};
                static_cast<void>(reader.read());
                end = reader.at();
            } else if (tokens_[end].is_symbol(".") && end + 1 < range.last &&
                       tokens_[end + 1].is_name()) {
                end += 2;
            } else {
                return end;
            }
        }
    }

    /// FILTER (…) and OVER … belong to the call before them.
    [[nodiscard]] std::size_t clauses_end(std::size_t end, token_range range) const {
        if (is_word(end, "FILTER") && end + 1 < range.last && tokens_[end + 1].is_symbol("(")) {
            end = partner_[end + 1] + 1;
        }
        if (is_word(end, "OVER") && end + 1 < range.last) {
            end = tokens_[end + 1].is_symbol("(") ? partner_[end + 1] + 1 : end + 2;
        }
        return end;
    }

    [[nodiscard]] std::size_t case_end(std::size_t at, token_range range) const {
        std::size_t depth = 0;
        for (auto i = at; i < range.last; ++i) {
            if (tokens_[i].is_symbol("(")) {
                i = partner_[i];
            } else if (is_word(i, "CASE")) {
                ++depth;
            } else if (is_word(i, "END") && --depth == 0) {
                return i + 1;
            }
        }
        refuse_syntax("CASE without END", offset(at));
    }

    /// An operand with the operators that bind tighter than LIKE and comparisons.
    [[nodiscard]] std::size_t sum_end(std::size_t at, token_range range) const {
        for (;;) {
            at = primary_end(at, range);
            if (at >= range.last || tokens_[at].kind != token_kind::symbol)
                return at;
            const auto& operation = tokens_[at].text;
            if (operation != "||" && operation != "+" && operation != "-" && operation != "*" &&
                operation != "/" && operation != "%") {
                return at;
            }
            ++at;
        }
    }

    /// Where in an operand its last `::` stands; 0: it has none.
    [[nodiscard]] std::size_t last_cast(std::size_t at, std::size_t end) const {
        std::size_t found = 0;
        for (auto i = is_word(at, "CASE") ? case_end(at, {at, end}) : at; i < end; ++i) {
            if (partner_[i] != 0) {
                i = partner_[i];
            } else if (tokens_[i].is_symbol("::")) {
                found = i;
            }
        }
        return found;
    }

    // ------------------------------------------------------------ tokens

    static void write_number(std::string& out, const token& number) {
        const std::string_view suffix{number.suffix};
        const std::string_view type = suffix == "L"   ? "BIGINT"
                                      : suffix == "S" ? "SMALLINT"
                                      : suffix == "Y" ? "TINYINT"
                                      : suffix == "D" ? "DOUBLE"
                                      : suffix == "F" ? "FLOAT"
                                                      : "";
        if (type.empty()) {
            out.append(number.text);
        } else {
            out.append("CAST(").append(number.text).append(" AS ").append(type).append(")");
        }
    }

    void write_parameter(std::string& out, std::string_view name) {
        if (known_ == nullptr)
            refuse_unsupported("parameters in DDL");
        for (const auto& each : *known_) {
            if (each.name != name)
                continue;
            std::size_t at = 0;
            while (at < used_.size() && used_[at] != name)
                ++at;
            if (at == used_.size())
                used_.emplace_back(name);
            out.append("CAST($").append(std::to_string(at + 1)).append(" AS ");
            append_duckdb_type(out, each.type);
            out.append(")");
            return;
        }
        throw statement_error{
            "The statement's parameter :" + std::string{name} + " has no argument",
            {.sqlstate = "42P02"}
        };
    }

    /// A column, table or alias with its qualifiers.
    std::size_t write_names(std::string& out, std::size_t at, token_range range) {
        for (;;) {
            if (upper(tokens_[at].text) == "INFORMATION_SCHEMA")
                refuse_unsupported("information_schema");
            append_name(out, tokens_[at].text);
            ++at;
            if (at + 1 >= range.last || !tokens_[at].is_symbol("."))
                return at;
            if (!tokens_[at + 1].is_name() && !tokens_[at + 1].is_symbol("*")) {
                refuse_syntax("expected a name after '.'", offset(at + 1));
            }
            out.push_back('.');
            ++at;
            if (tokens_[at].is_symbol("*"))
                return at;
        }
    }

    /// DATE '…', INTERVAL '…' and the like.
    [[nodiscard]] bool is_typed_literal(std::size_t at, token_range range) const {
        if (tokens_[at].kind != token_kind::word || at + 1 >= range.last)
            return false;
        const auto word = upper(tokens_[at].text);
        const auto next = tokens_[at + 1].kind;
        if (word == "INTERVAL")
            return next == token_kind::string || next == token_kind::number;
        return next == token_kind::string && (word == "DATE" || word == "TIMESTAMP" ||
                                              word == "TIMESTAMP_LTZ" || word == "TIMESTAMP_NTZ");
    }

    [[nodiscard]] bool is_interval_unit(std::size_t at) const {
        if (tokens_[at].kind != token_kind::word)
            return false;
        auto word = upper(tokens_[at].text);
        if (word.ends_with('S'))
            word.pop_back();
        for (const std::string_view unit :
             {"YEAR",
              "MONTH",
              "WEEK",
              "DAY",
              "HOUR",
              "MINUTE",
              "SECOND",
              "MILLISECOND",
              "MICROSECOND"}) {
            if (word == unit)
                return true;
        }
        return false;
    }

    std::size_t write_typed_literal(std::string& out, std::size_t at, token_range range) {
        const auto word = upper(tokens_[at].text);
        if (word != "INTERVAL") {
            out.append("CAST(");
            append_literal(out, tokens_[at + 1].text);
            out.append(
                word == "DATE"            ? " AS DATE)"
                : word == "TIMESTAMP_NTZ" ? " AS TIMESTAMP)"
                                          : " AS TIMESTAMPTZ)"
            );
            return at + 2;
        }
        out.append("INTERVAL ");
        append_literal(out, tokens_[at + 1].text);
        at += 2;
        if (at < range.last && is_interval_unit(at)) {
            out.append(" ").append(upper(tokens_[at].text));
            ++at;
        }
        if (is_word(at, "TO"))
            refuse_unsupported("INTERVAL … TO …");
        return at;
    }

    std::size_t
    write_symbol(std::string& out, std::size_t at, token_range range, assignments& state) {
        const auto& text = tokens_[at].text;
        if (text == "(") {
            out.push_back('(');
            write(out, {at + 1, partner_[at]});
            out.push_back(')');
            return partner_[at] + 1;
        }
        if (text == "[")
            return write_subscript(out, at, range);
        if (text == ",") {
            state.target_next = state.open;
        } else if (text == "/" || text == "%") {
            return write_division(out, text, at, range);
        } else if (text == "<=>") {
            if (!tokens_[at].spaced)
                out.push_back(' ');
            out.append("IS NOT DISTINCT FROM");
            if (at + 1 < range.last && !tokens_[at + 1].spaced)
                out.push_back(' ');
            return at + 1;
        } else if (text == "==") {
            out.push_back('=');
            return at + 1;
        } else if (text == "!") {
            out.append("NOT ");
            return at + 1;
        } else if (text == ";") {
            refuse_unsupported("several statements in one text");
        } else if (text == "?") {
            refuse_unsupported("the parameter marker '?' (write :name)");
        } else if (text == ":") {
            refuse_unsupported("the path operator ':' (use get_json_object)");
        } else if (text == "^" || text == "->" || text == "=>" || text == "|>" || text == "{" ||
                   text == "}") {
            refuse_unsupported("the operator '" + text + "'");
        }
        out.append(text);
        return at + 1;
    }

    // Databricks counts array positions from 0, DuckDB from 1; only a key of text is the same in
    // both.
    std::size_t write_subscript(std::string& out, std::size_t at, token_range range) {
        if (at == range.first || partner_[at] != at + 2 ||
            tokens_[at + 1].kind != token_kind::string) {
            refuse_unsupported("subscripts other than a map's ['key'] (use get for arrays)");
        }
        out.push_back('[');
        append_literal(out, tokens_[at + 1].text);
        out.push_back(']');
        return at + 3;
    }

    /// Division by zero raises on Databricks and gives infinity or NULL here, so the divisor is
    /// checked.
    std::size_t write_division(
        std::string& out, std::string_view operation, std::size_t at, token_range range
    ) {
        const auto end = primary_end(at + 1, range);
        out.append(operation).append(" weir_divisor(");
        write(out, {at + 1, end});
        out.push_back(')');
        return end;
    }

    // ------------------------------------------------------------ words

    /// Whether a word before a parenthesis is a function's name.
    [[nodiscard]] bool is_called(std::size_t at, token_range range) const {
        if (at > range.first && is_operand_end(at - 1))
            return false;
        const auto word = upper(tokens_[at].text);
        if (word == "LEFT" || word == "RIGHT" || word == "FIRST" || word == "LAST" ||
            word == "FILTER")
            return true;
        return !is_keyword(word);
    }

    std::size_t
    write_word(std::string& out, std::size_t at, token_range range, assignments& state) {
        const auto word = upper(tokens_[at].text);
        const bool is_part = at + 1 < range.last && tokens_[at + 1].is_symbol(".");
        const bool has_list = at + 1 < range.last && tokens_[at + 1].is_symbol("(");
        if (is_part) {
            const auto end = write_names(out, at, range);
            if (end < range.last && tokens_[end].is_symbol("(") && !is_inserted_into(at))
                refuse_unsupported("functions of a schema");
            return end;
        }
        if (is_typed_literal(at, range))
            return write_typed_literal(out, at, range);
        const bool after_as = at > range.first && is_word(at - 1, "AS");
        if (after_as && word != "SELECT" && word != "WITH" && word != "VALUES") {
            append_name(out, tokens_[at].text);
            return at + 1;
        }
        refuse_constructs(at, word);
        if (has_list && is_called(at, range)) {
            if (names_columns(at, range)) {
                append_name(out, tokens_[at].text);
                return at + 1;
            }
            return write_call(out, at);
        }
        if (is_keyword(word))
            return write_keyword(out, word, at, range, state);
        if (word == "RLIKE" || word == "REGEXP") {
            write_rlike(out, at, range, false);
            return primary_end(at + 1, range);
        }
        if (word == "DIV")
            return write_division(out, "//", at, range);
        if (word == "MINUS") {
            out.append("EXCEPT");
            return at + 1;
        }
        if (word == "CURRENT_DATE") {
            out.append("current_date");
        } else if (word == "CURRENT_TIMESTAMP") {
            out.append("now()");
        } else if (word == "CURRENT_USER") {
            write_current_user(out);
        } else if (after_by_source(at, word)) {
            out.append(word);
        } else {
            append_name(out, tokens_[at].text);
        }
        return at + 1;
    }

    /// `BY NAME`, `BY SOURCE`, `BY TARGET`.
    [[nodiscard]] bool after_by_source(std::size_t at, std::string_view word) const {
        return at > 0 && is_word(at - 1, "BY") &&
               (word == "NAME" || word == "SOURCE" || word == "TARGET");
    }

    void refuse_constructs(std::size_t at, std::string_view word) const {
        for (const auto& each : refused_constructs) {
            if (each.first != word)
                continue;
            if (each.second.empty() || is_word(at + 1, each.second)) {
                refuse_unsupported(std::string{each.what});
            }
        }
    }

    [[nodiscard]] bool is_inserted_into(std::size_t at) const {
        return (at > 0 && is_word(at - 1, "INTO")) ||
               (at > 1 && is_word(at - 1, "TABLE") && is_word(at - 2, "INTO"));
    }

    /// Whether `name (…)` gives a name to columns instead of calling: `insert into t (a)`, `with t
    /// (a) as (…)`.
    [[nodiscard]] bool names_columns(std::size_t at, token_range range) const {
        if (is_inserted_into(at))
            return true;
        const auto after = partner_[at + 1] + 1;
        return after + 1 < range.last && is_word(after, "AS") && tokens_[after + 1].is_symbol("(");
    }

    std::size_t write_keyword(
        std::string& out,
        const std::string& word,
        std::size_t at,
        token_range range,
        assignments& state
    ) {
        if (word == "CASE") {
            ++state.cases;
        } else if (word == "END" && state.cases > 0) {
            --state.cases;
        } else if (word == "SET") {
            state.open = state.target_next = true;
        } else if (word == "WHERE" || (word == "WHEN" && state.cases == 0)) {
            state.open = state.target_next = false;
        } else if (word == "NOT" && (is_word(at + 1, "RLIKE") || is_word(at + 1, "REGEXP"))) {
            write_rlike(out, at + 1, range, true);
            return primary_end(at + 2, range);
        } else if (word == "LEFT" && (is_word(at + 1, "ANTI") || is_word(at + 1, "SEMI"))) {
            if (out.ends_with(' '))
                out.pop_back();
            return at + 1;
        } else if (word == "EXCEPT" && at > range.first && tokens_[at - 1].is_symbol("*")) {
            out.append("EXCLUDE");
            return at + 1;
        } else if (word == "INTO" && is_word(at + 1, "TABLE")) {
            out.append(tokens_[at].text);
            return at + 2;
        } else if ((word == "LIKE" || word == "ILIKE") && at + 1 < range.last) {
            return write_like(out, at, range);
        }
        out.append(tokens_[at].text);
        return at + 1;
    }

    // Databricks' LIKE has the escape character \ where DuckDB's has none.
    std::size_t write_like(std::string& out, std::size_t at, token_range range) {
        const auto end = sum_end(at + 1, range);
        out.append(tokens_[at].text).push_back(' ');
        write(out, {at + 1, end});
        if (end >= range.last || !is_word(end, "ESCAPE"))
            out.append(" ESCAPE '\\'");
        return end;
    }

    // RLIKE searches, DuckDB's ~ matches the whole text.
    void write_rlike(std::string& out, std::size_t at, token_range range, bool negated) {
        if (at + 1 >= range.last)
            refuse_syntax("RLIKE without a pattern", offset(at));
        out.append(negated ? "!~ ('(?s:.*)(?:' || " : "~ ('(?s:.*)(?:' || ");
        write(out, {at + 1, primary_end(at + 1, range)});
        out.append(" || ')(?s:.*)')");
    }

    void write_current_user(std::string& out) {
        if (known_ == nullptr)
            refuse_unsupported("current_user() in DDL");
        std::size_t at = 0;
        while (at < used_.size() && used_[at] != current_user_parameter)
            ++at;
        if (at == used_.size())
            used_.emplace_back(current_user_parameter);
        out.append("CAST($").append(std::to_string(at + 1)).append(" AS VARCHAR)");
    }

    // ------------------------------------------------------------ calls

    /// The ranges between top-level commas.
    [[nodiscard]] std::vector<token_range> split(token_range inside) const {
        std::vector<token_range> parts;
        if (inside.first == inside.last)
            return parts;
        auto first = inside.first;
        for (auto at = inside.first; at < inside.last; ++at) {
            if (partner_[at] != 0) {
                at = partner_[at];
            } else if (tokens_[at].is_symbol(",")) {
                parts.push_back({first, at});
                first = at + 1;
            }
        }
        parts.push_back({first, inside.last});
        for (const auto& part : parts)
            if (part.first >= part.last)
                refuse_syntax("an argument is missing", offset(part.first));
        return parts;
    }

    std::size_t write_call(std::string& out, std::size_t at) {
        const auto name = lower(tokens_[at].text);
        const auto open = at + 1;
        const token_range inside{open + 1, partner_[open]};
        if (!write_special_call(out, name, inside)) {
            const auto arguments = split(inside);
            const auto* const rule = find_function(name, arguments.size());
            if (rule == nullptr) {
                if (is_function(name)) {
                    refuse_unsupported(
                        "the function " + name + " with " + std::to_string(arguments.size()) +
                        " arguments"
                    );
                }
                throw statement_error{
                    "The embedded engine does not know the function '" + name + "'",
                    {.sqlstate = "42883"}
                };
            }
            write_rule(out, *rule, arguments);
        }
        return partner_[open] + 1;
    }

    void write_rule(
        std::string& out, const function_rule& rule, const std::vector<token_range>& arguments
    ) {
        std::vector<std::string> texts;
        texts.reserve(arguments.size());
        for (const auto& each : arguments)
            texts.push_back(argument(each));
        const auto join = [&](std::string_view between) {
            for (std::size_t i = 0; i < texts.size(); ++i) {
                if (i != 0)
                    out.append(between);
                out.append(texts[i]);
            }
        };
        if (rule.text.empty()) {
            out.append(rule.name).push_back('(');
            join(", ");
            out.push_back(')');
            return;
        }
        for (std::size_t i = 0; i < rule.text.size(); ++i) {
            const char next = i + 1 < rule.text.size() ? rule.text[i + 1] : '\0';
            if (rule.text[i] != '%' || next == ' ') {
                out.push_back(rule.text[i]);
                continue;
            }
            ++i;
            if (next == '*') {
                join(", ");
            } else if (next == '|') {
                join(" || ");
            } else {
                out.append(texts[static_cast<std::size_t>(next - '1')]);
            }
        }
    }

    /// An argument; `x -> …` and `(x, y) -> …` become DuckDB's lambdas.
    [[nodiscard]] std::string argument(token_range range) {
        auto arrow = range.first + 1;
        if (tokens_[range.first].is_symbol("("))
            arrow = partner_[range.first] + 1;
        if (arrow >= range.last || !tokens_[arrow].is_symbol("->"))
            return text(range);
        std::string out{"lambda "};
        for (auto at = range.first; at < arrow; ++at) {
            if (tokens_[at].is_name())
                append_name(out, tokens_[at].text);
            if (tokens_[at].is_symbol(","))
                out.append(", ");
        }
        out.append(": ");
        write(out, {arrow + 1, range.last});
        return out;
    }

    [[nodiscard]] static std::string lower(std::string_view text) {
        std::string made{text};
        for (char& c : made)
            if (c >= 'A' && c <= 'Z')
                c = static_cast<char>(c - 'A' + 'a');
        return made;
    }

    /// Calls whose arguments are more than expressions.
    bool write_special_call(std::string& out, const std::string& name, token_range inside) {
        if (name == "cast" || name == "try_cast") {
            write_cast(out, name == "cast" ? "CAST" : "TRY_CAST", inside);
        } else if (name == "from_json") {
            write_from_json(out, inside);
        } else if (name == "to_json") {
            write_to_json(out, inside);
        } else if (name == "named_struct") {
            write_named_struct(out, inside);
        } else if (name == "struct") {
            write_struct(out, inside);
        } else if (name == "map") {
            write_map(out, inside);
        } else if (name == "variant_get") {
            write_variant_get(out, inside);
        } else if (name == "extract") {
            write_extract(out, inside);
        } else if (name == "encode" || name == "decode") {
            write_character_set(out, name, inside);
        } else if (name == "current_user" || name == "session_user" || name == "user") {
            if (inside.first != inside.last)
                refuse_syntax("current_user takes no argument", offset(inside.first));
            write_current_user(out);
        } else {
            return write_type_call(out, name, inside);
        }
        return true;
    }

    /// `bigint(x)`, `date(x)`, `string(x)`: casts by the type's name.
    bool write_type_call(std::string& out, const std::string& name, token_range inside) {
        for (const std::string_view each :
             {"boolean",
              "tinyint",
              "smallint",
              "int",
              "bigint",
              "float",
              "double",
              "decimal",
              "string",
              "date",
              "timestamp",
              "binary"}) {
            if (name != each)
                continue;
            const auto arguments = split(inside);
            if (arguments.size() != 1)
                return false;
            const auto named = tokenize(each);
            out.append(cast(text(arguments[0]), type_reader{named, 0}.read()));
            return true;
        }
        return false;
    }

    void write_cast(std::string& out, std::string_view function, token_range inside) {
        std::size_t as = 0;
        for (auto at = inside.first; at < inside.last; ++at) {
            if (partner_[at] != 0) {
                at = partner_[at];
            } else if (is_word(at, "AS")) {
                as = at;
            }
        }
        if (as == 0 || as == inside.first)
            refuse_syntax("expected CAST(value AS type)", offset(inside.first));
        type_reader reader{tokens_.first(inside.last), as + 1};
        const auto to = reader.read();
        if (reader.at() != inside.last)
            refuse_syntax("unexpected text after a type", offset(reader.at()));
        out.append(cast(text({inside.first, as}), to, function));
    }

    [[nodiscard]] const token& literal(token_range range, std::string_view what) const {
        if (range.last != range.first + 1 || tokens_[range.first].kind != token_kind::string) {
            refuse_unsupported(std::string{what} + " that is no string literal");
        }
        return tokens_[range.first];
    }

    /// The pairs of `map('key', 'value', …)` where options are expected.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> options(token_range range
    ) const {
        std::vector<std::pair<std::string, std::string>> found;
        if (!is_word(range.first, "MAP") || range.first + 1 >= range.last ||
            !tokens_[range.first + 1].is_symbol("(") ||
            partner_[range.first + 1] + 1 != range.last) {
            refuse_unsupported("options that are no map of literals");
        }
        const auto parts = split({range.first + 2, range.last - 1});
        if (parts.size() % 2 != 0)
            refuse_syntax("an option without its value", offset(range.first));
        for (std::size_t i = 0; i < parts.size(); i += 2) {
            found.emplace_back(
                literal(parts[i], "an option's name").text, literal(parts[i + 1], "an option").text
            );
        }
        return found;
    }

    void write_from_json(std::string& out, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.size() < 2 || arguments.size() > 3)
            refuse_unsupported("from_json without a schema");
        bool strict = false;
        if (arguments.size() == 3) {
            for (const auto& [option, value] : options(arguments[2])) {
                if (option != "mode" || (value != "FAILFAST" && value != "PERMISSIVE")) {
                    refuse_unsupported("the from_json option " + option);
                }
                strict = value == "FAILFAST";
            }
        }
        const auto to = parse_schema(literal(arguments[1], "a from_json schema").text);
        std::string canonical;
        append_databricks_type(canonical, to);
        // Bytes cannot stand in JSON: they arrive as DuckDB's escaped text and become bytes in a
        // second cast.
        const bool in_two_steps = holds_binary(to);
        if (in_two_steps)
            out.append("CAST(");
        out.append("CAST(CAST(weir_read_json(").append(text(arguments[0])).append(", ");
        append_literal(out, canonical);
        out.append(strict ? ", true) AS JSON) AS " : ", false) AS JSON) AS ");
        append_duckdb_type(out, to, "VARCHAR");
        out.push_back(')');
        if (in_two_steps) {
            out.append(" AS ");
            append_duckdb_type(out, to);
            out.push_back(')');
        }
    }

    // By default times stop at milliseconds and NULL fields are left out. Source: Spark SQL, JSON
    // options.
    void write_to_json(std::string& out, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.empty() || arguments.size() > 2)
            refuse_unsupported("to_json with that many arguments");
        bool microseconds = false;
        bool nulls = false;
        if (arguments.size() == 2) {
            for (const auto& [option, value] : options(arguments[1])) {
                if (option == "timestampFormat" && value == "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX") {
                    microseconds = true;
                } else if (option == "timestampNTZFormat" &&
                           value == "yyyy-MM-dd'T'HH:mm:ss.SSSSSS") {
                    microseconds = true;
                } else if (option == "ignoreNullFields" && (value == "true" || value == "false")) {
                    nulls = value == "false";
                } else {
                    refuse_unsupported("the to_json option " + option + " with that value");
                }
            }
        }
        out.append("weir_to_json").append(microseconds ? "_us" : "").append(nulls ? "_nulls" : "");
        out.push_back('(');
        write(out, arguments[0]);
        out.push_back(')');
    }

    void write_named_struct(std::string& out, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.empty() || arguments.size() % 2 != 0)
            refuse_syntax("named_struct takes pairs", offset(inside.first));
        out.append("struct_pack(");
        for (std::size_t i = 0; i < arguments.size(); i += 2) {
            if (i != 0)
                out.append(", ");
            append_name(out, literal(arguments[i], "a field's name").text);
            out.append(" := ").append(text(arguments[i + 1]));
        }
        out.push_back(')');
    }

    void write_struct(std::string& out, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.empty())
            refuse_unsupported("an empty struct");
        out.append("struct_pack(");
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (i != 0)
                out.append(", ");
            auto value = arguments[i];
            std::string name{"col" + std::to_string(i + 1)};
            const auto& last = tokens_[value.last - 1];
            if (last.is_name() && value.last - value.first >= 3 && is_word(value.last - 2, "AS")) {
                name = last.text;
                value.last -= 2;
            } else if (last.is_name() && is_plain_name(value)) {
                name = last.text;
            }
            append_name(out, name);
            out.append(" := ").append(text(value));
        }
        out.push_back(')');
    }

    /// Whether a range is nothing but a name with its qualifiers.
    [[nodiscard]] bool is_plain_name(token_range range) const {
        for (auto at = range.first; at < range.last; ++at) {
            if ((at - range.first) % 2 == 0 ? !tokens_[at].is_name() : !tokens_[at].is_symbol("."))
                return false;
        }
        return true;
    }

    void write_map(std::string& out, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.size() % 2 != 0)
            refuse_syntax("map takes pairs", offset(inside.first));
        out.append("MAP {");
        for (std::size_t i = 0; i < arguments.size(); i += 2) {
            if (i != 0)
                out.append(", ");
            out.append(text(arguments[i])).append(": ").append(text(arguments[i + 1]));
        }
        out.push_back('}');
    }

    void write_variant_get(std::string& out, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.size() != 3)
            refuse_unsupported("variant_get without a type");
        const auto named = tokenize(literal(arguments[2], "a variant_get type").text);
        type_reader reader{named, 0};
        const auto to = reader.read();
        std::string value{"json_extract_string("};
        value.append(text(arguments[0])).append(", ");
        append_literal(value, literal(arguments[1], "a variant_get path").text);
        value.push_back(')');
        out.append(is_text(to) ? value : cast(value, to));
    }

    void write_extract(std::string& out, token_range inside) {
        if (inside.last < inside.first + 3 || !is_interval_unit(inside.first) ||
            !is_word(inside.first + 1, "FROM")) {
            refuse_unsupported("extract of that field");
        }
        out.append("extract(").append(upper(tokens_[inside.first].text)).append(" FROM ");
        write(out, {inside.first + 2, inside.last});
        out.push_back(')');
    }

    void write_character_set(std::string& out, const std::string& name, token_range inside) {
        const auto arguments = split(inside);
        if (arguments.size() != 2 ||
            upper(literal(arguments[1], "a character set").text) != "UTF-8") {
            refuse_unsupported(name + " with a character set other than UTF-8");
        }
        out.append(name).push_back('(');
        write(out, arguments[0]);
        out.push_back(')');
    }

    std::span<const token> tokens_;
    std::vector<std::size_t> partner_;
    const std::vector<parameter_type>* known_;
    std::vector<std::string> used_;
    std::size_t depth_ = 0;
};

} // namespace detail

} // namespace weir::embedded
