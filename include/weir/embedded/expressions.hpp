// SPDX-License-Identifier: Apache-2.0
// Databricks expressions and queries as DuckDB text, token by token: names quoted, literals
// re-spelled, functions looked up, operators that mean something else rewritten. What it does not
// know it refuses. Runs once per prepared statement.
#pragma once

#include <weir/embedded/detail/special_calls.hpp>
#include <weir/embedded/detail/token_tree.hpp>
#include <weir/embedded/functions.hpp>
#include <weir/embedded/information_schema.hpp>
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

/// Translates ranges of one statement's tokens.
class expression_writer {
public:
    /// Most bytes of translated text: templates that repeat an argument could otherwise grow
    /// without bound.
    static constexpr std::size_t max_text = 64U << 20U;

    /// `known` null: a statement without parameters (DDL).
    expression_writer(std::span<const token> tokens, const std::vector<parameter_type>* known)
        : tree_(tokens), known_(known) {}

    [[nodiscard]] const token_tree& tree() const noexcept { return tree_; }

    /// The names behind `$1, $2, …`, in order.
    [[nodiscard]] const std::vector<std::string>& parameters() const noexcept { return used_; }

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
            if (tree_[at].spaced && at != range.first)
                out.push_back(' ');
            at = write_one(out, at, range, state);
            if (out.size() > max_text)
                refuse_unsupported("statements this large");
        }
    }

    /// Appends a name of up to three parts, each quoted, and answers where it ends.
    std::size_t write_name(std::string& out, std::size_t at) {
        for (;;) {
            if (at >= tree_.size() || !tree_[at].is_name())
                refuse_syntax("expected a name", tree_.offset(at));
            append_name(out, tree_[at].text);
            ++at;
            if (at >= tree_.size() || !tree_[at].is_symbol("."))
                return at;
            out.push_back('.');
            ++at;
        }
    }

    /// Appends the parameter that stands for the caller.
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

    std::size_t write_one(std::string& out, std::size_t at, token_range range, assignments& state) {
        const auto& each = tree_[at];
        if (state.target_next && each.is_name()) {
            state.target_next = false;
            while (at + 2 < range.last && tree_[at + 1].is_symbol("."))
                at += 2;
            append_name(out, tree_[at].text);
            return at + 1;
        }
        if (each.kind != token_kind::symbol || each.text == "(") {
            const auto end = tree_.operand_end(at, range);
            const auto colons = tree_.last_cast(at, end);
            if (colons != 0) {
                type_reader reader{tree_.tokens(), colons + 1};
                const auto to = reader.read();
                if (reader.at() != end)
                    refuse_syntax("unexpected text after a type", tree_.offset(reader.at()));
                out.append(cast_text(text({at, colons}), to));
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
            if (at > range.first && !each.spaced && tree_.is_operand_end(at - 1)) {
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

    /// `catalog.information_schema.columns`, its first part left out or not; where it ends.
    std::size_t write_information_view(std::string& out, std::size_t at, token_range range) {
        const auto is_named = [&](std::size_t place) {
            return place + 2 < range.last && tree_[place + 1].is_symbol(".") &&
                   tree_[place + 2].is_name() && upper(tree_[place].text) == "INFORMATION_SCHEMA";
        };
        const bool has_catalog =
            at + 2 < range.last && tree_[at + 1].is_symbol(".") && is_named(at + 2);
        const auto schema = has_catalog ? at + 2 : at;
        if (!is_named(schema))
            return at;
        const auto catalog = has_catalog ? std::string_view{tree_[at].text} : std::string_view{};
        if (!append_information_view(out, catalog, upper(tree_[schema + 2].text)))
            refuse_unsupported("this view of information_schema");
        return schema + 3;
    }

    /// A column, table or alias with its qualifiers.
    std::size_t write_names(std::string& out, std::size_t at, token_range range) {
        if (const auto end = write_information_view(out, at, range); end != at)
            return end;
        for (;;) {
            append_name(out, tree_[at].text);
            ++at;
            if (at + 1 >= range.last || !tree_[at].is_symbol("."))
                return at;
            if (!tree_[at + 1].is_name() && !tree_[at + 1].is_symbol("*")) {
                refuse_syntax("expected a name after '.'", tree_.offset(at + 1));
            }
            out.push_back('.');
            ++at;
            if (tree_[at].is_symbol("*"))
                return at;
        }
    }

    std::size_t write_typed_literal(std::string& out, std::size_t at, token_range range) {
        const auto word = upper(tree_[at].text);
        if (word != "INTERVAL") {
            out.append("CAST(");
            append_literal(out, tree_[at + 1].text);
            out.append(
                word == "DATE"            ? " AS DATE)"
                : word == "TIMESTAMP_NTZ" ? " AS TIMESTAMP)"
                                          : " AS TIMESTAMPTZ)"
            );
            return at + 2;
        }
        out.append("INTERVAL ");
        append_literal(out, tree_[at + 1].text);
        at += 2;
        if (at < range.last && tree_.is_interval_unit(at)) {
            out.append(" ").append(upper(tree_[at].text));
            ++at;
        }
        if (tree_.is_word(at, "TO"))
            refuse_unsupported("INTERVAL … TO …");
        return at;
    }

    std::size_t
    write_symbol(std::string& out, std::size_t at, token_range range, assignments& state) {
        const auto& text = tree_[at].text;
        if (text == "(") {
            out.push_back('(');
            write(out, {at + 1, tree_.partner(at)});
            out.push_back(')');
            return tree_.partner(at) + 1;
        }
        if (text == "[")
            return write_subscript(out, at, range);
        if (text == ",") {
            state.target_next = state.open;
        } else if (text == "/" || text == "%") {
            return write_division(out, text, at, range);
        } else if (text == "<=>") {
            if (!tree_[at].spaced)
                out.push_back(' ');
            out.append("IS NOT DISTINCT FROM");
            if (at + 1 < range.last && !tree_[at + 1].spaced)
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
        if (at == range.first || tree_.partner(at) != at + 2 ||
            tree_[at + 1].kind != token_kind::string) {
            refuse_unsupported("subscripts other than a map's ['key'] (use get for arrays)");
        }
        out.push_back('[');
        append_literal(out, tree_[at + 1].text);
        out.push_back(']');
        return at + 3;
    }

    /// Division by zero raises on Databricks and gives infinity or NULL here, so the divisor is
    /// checked.
    std::size_t write_division(
        std::string& out, std::string_view operation, std::size_t at, token_range range
    ) {
        const auto end = tree_.primary_end(at + 1, range);
        out.append(operation).append(" weir_divisor(");
        write(out, {at + 1, end});
        out.push_back(')');
        return end;
    }

    // ------------------------------------------------------------ words

    std::size_t
    write_word(std::string& out, std::size_t at, token_range range, assignments& state) {
        const auto word = upper(tree_[at].text);
        const bool is_part = at + 1 < range.last && tree_[at + 1].is_symbol(".");
        const bool has_list = at + 1 < range.last && tree_[at + 1].is_symbol("(");
        if (is_part) {
            const auto end = write_names(out, at, range);
            if (end < range.last && tree_[end].is_symbol("(") && !is_inserted_into(at))
                refuse_unsupported("functions of a schema");
            return end;
        }
        if (tree_.is_typed_literal(at, range))
            return write_typed_literal(out, at, range);
        const bool after_as = at > range.first && tree_.is_word(at - 1, "AS");
        if (after_as && word != "SELECT" && word != "WITH" && word != "VALUES") {
            append_name(out, tree_[at].text);
            return at + 1;
        }
        if (word == "LATERAL" && tree_.is_word(at + 1, "VIEW"))
            return write_lateral_view(out, at, range);
        refuse_constructs(at, word);
        // The table function's column has another name here.
        if (word == "RANGE" && has_list) {
            const token_range inside{at + 2, tree_.partner(at + 1)};
            out.append("(SELECT \"range\" AS \"id\" FROM range(");
            write(out, inside);
            out.append("))");
            return inside.last + 1;
        }
        if (has_list && tree_.is_called(at, range)) {
            if (names_columns(at, range)) {
                append_name(out, tree_[at].text);
                return at + 1;
            }
            return write_call(out, at);
        }
        if (is_keyword(word))
            return write_keyword(out, word, at, range, state);
        if (word == "RLIKE" || word == "REGEXP") {
            write_rlike(out, at, range, false);
            return tree_.primary_end(at + 1, range);
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
            append_name(out, tree_[at].text);
        }
        return at + 1;
    }

    /// `BY NAME`, `BY SOURCE`, `BY TARGET`.
    [[nodiscard]] bool after_by_source(std::size_t at, std::string_view word) const {
        return at > 0 && tree_.is_word(at - 1, "BY") &&
               (word == "NAME" || word == "SOURCE" || word == "TARGET");
    }

    void refuse_constructs(std::size_t at, std::string_view word) const {
        for (const auto& each : refused_constructs) {
            if (each.first != word)
                continue;
            if (each.second.empty() || tree_.is_word(at + 1, each.second)) {
                refuse_unsupported(std::string{each.what});
            }
        }
    }

    [[nodiscard]] bool is_inserted_into(std::size_t at) const {
        return (at > 0 && tree_.is_word(at - 1, "INTO")) ||
               (at > 1 && tree_.is_word(at - 1, "TABLE") && tree_.is_word(at - 2, "INTO"));
    }

    /// Whether `name (…)` gives a name to columns instead of calling: `insert into t (a)`, `with t
    /// (a) as (…)`.
    [[nodiscard]] bool names_columns(std::size_t at, token_range range) const {
        if (is_inserted_into(at))
            return true;
        const auto after = tree_.partner(at + 1) + 1;
        return after + 1 < range.last && tree_.is_word(after, "AS") &&
               tree_[after + 1].is_symbol("(");
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
        } else if (word == "NOT" &&
                   (tree_.is_word(at + 1, "RLIKE") || tree_.is_word(at + 1, "REGEXP"))) {
            write_rlike(out, at + 1, range, true);
            return tree_.primary_end(at + 2, range);
        } else if (word == "LEFT" &&
                   (tree_.is_word(at + 1, "ANTI") || tree_.is_word(at + 1, "SEMI"))) {
            if (out.ends_with(' '))
                out.pop_back();
            return at + 1;
        } else if (word == "EXCEPT" && at > range.first && tree_[at - 1].is_symbol("*")) {
            out.append("EXCLUDE");
            return at + 1;
        } else if (word == "INTO" && tree_.is_word(at + 1, "TABLE")) {
            out.append(tree_[at].text);
            return at + 2;
        } else if ((word == "LIKE" || word == "ILIKE") && at + 1 < range.last) {
            return write_like(out, at, range);
        }
        out.append(tree_[at].text);
        return at + 1;
    }

    /// `LATERAL VIEW explode(xs) v AS x`: a join with the elements.
    std::size_t write_lateral_view(std::string& out, std::size_t at, token_range range) {
        at += 2;
        if (!tree_.is_word(at, "EXPLODE") || at + 1 >= range.last || !tree_[at + 1].is_symbol("("))
            refuse_unsupported("LATERAL VIEW of anything but explode");
        out.append("CROSS JOIN LATERAL (SELECT ");
        at = write_call(out, at);
        if (at >= range.last || !tree_[at].is_name())
            refuse_unsupported("LATERAL VIEW without a name");
        std::string name;
        append_name(name, tree_[at].text);
        ++at;
        if (tree_.is_word(at, "AS"))
            ++at;
        if (at >= range.last || !tree_[at].is_name() || is_keyword(upper(tree_[at].text)))
            refuse_unsupported("LATERAL VIEW without a name for its column");
        out.append(" AS ");
        append_name(out, tree_[at].text);
        out.append(") AS ").append(name);
        return at + 1;
    }

    // Databricks' LIKE has the escape character \ where DuckDB's has none.
    std::size_t write_like(std::string& out, std::size_t at, token_range range) {
        const auto end = tree_.sum_end(at + 1, range);
        out.append(tree_[at].text).push_back(' ');
        write(out, {at + 1, end});
        if (end >= range.last || !tree_.is_word(end, "ESCAPE"))
            out.append(" ESCAPE '\\'");
        return end;
    }

    // RLIKE searches, DuckDB's ~ matches the whole text.
    void write_rlike(std::string& out, std::size_t at, token_range range, bool negated) {
        if (at + 1 >= range.last)
            refuse_syntax("RLIKE without a pattern", tree_.offset(at));
        out.append(negated ? "!~ ('(?s:.*)(?:' || " : "~ ('(?s:.*)(?:' || ");
        write(out, {at + 1, tree_.primary_end(at + 1, range)});
        out.append(" || ')(?s:.*)')");
    }

    // ------------------------------------------------------------ calls

    std::size_t write_call(std::string& out, std::size_t at) {
        const auto name = lower(tree_[at].text);
        const auto open = at + 1;
        const token_range inside{open + 1, tree_.partner(open)};
        if (!special_calls{*this}.write(out, name, inside)) {
            const auto arguments = tree_.split(inside);
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
        return tree_.partner(open) + 1;
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
        if (tree_[range.first].is_symbol("("))
            arrow = tree_.partner(range.first) + 1;
        if (arrow >= range.last || !tree_[arrow].is_symbol("->"))
            return text(range);
        std::string out{"lambda "};
        for (auto at = range.first; at < arrow; ++at) {
            if (tree_[at].is_name())
                append_name(out, tree_[at].text);
            if (tree_[at].is_symbol(","))
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

    token_tree tree_;
    const std::vector<parameter_type>* known_;
    std::vector<std::string> used_;
    std::size_t depth_ = 0;
};

} // namespace detail

} // namespace weir::embedded
