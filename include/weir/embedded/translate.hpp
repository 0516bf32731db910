// SPDX-License-Identifier: Apache-2.0
// Databricks SQL to DuckDB SQL, one statement at a time. Queries and DML go through
// expressions.hpp; DDL is read here, because Delta's clauses have no counterpart. Costs
// expressions.hpp.
#pragma once

#include <weir/embedded/engine_error.hpp>
#include <weir/embedded/expressions.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded {

/// A CHECK to add to a table or to take away, which DuckDB can only do by making the table anew.
struct check_change {
    /// One to three parts.
    std::vector<std::string> table{};
    std::string name{};
    /// What goes into the table's definition; empty: the constraint goes.
    std::string definition{};
};

/// What one Databricks statement is to DuckDB.
struct translation {
    /// Run in order; the last one gives the result. Empty: the statement means nothing here.
    std::vector<std::string> statements{};
    /// The names behind `$1, $2, …` of the only statement.
    std::vector<std::string> parameters{};
    std::optional<check_change> change{};
    /// A query or a change of rows: worth keeping prepared.
    bool is_prepared = false;
    /// Catalogs the statement makes schemas or tables in; they must be there before it runs.
    std::vector<std::string> catalogs{};
};

namespace detail {

/// The text of a CHECK that carries its name, since DuckDB keeps none. NULL breaks it, as on Delta.
/// Source: Delta Lake, CheckDeltaInvariant: a result of null or false is a violation.
[[nodiscard]] inline std::string named_check(std::string_view name, std::string_view condition) {
    std::string made{"CHECK ("};
    append_literal(made, name);
    made.append(" IS NOT NULL AND coalesce(").append(condition).append(", FALSE))");
    return made;
}

class statement_translator {
public:
    statement_translator(
        std::span<const token> tokens, const std::vector<parameter_type>& parameters
    )
        : tokens_(tokens), query_(tokens, &parameters), fixed_(tokens, nullptr) {}

    translation run() {
        if (tokens_.empty())
            refuse_syntax("an empty statement", 0);
        const auto first =
            tokens_[0].kind == token_kind::word ? upper(tokens_[0].text) : tokens_[0].text;
        if (first == "SELECT" || first == "WITH" || first == "VALUES" || first == "INSERT" ||
            first == "UPDATE" || first == "DELETE" || first == "MERGE" || first == "(") {
            made_.statements.push_back(query_.text({0, tokens_.size()}));
            made_.parameters = query_.parameters();
            made_.is_prepared = true;
            return std::move(made_);
        }
        at_ = 1;
        if (first == "CREATE") {
            create();
        } else if (first == "ALTER") {
            alter();
        } else if (first == "DROP") {
            drop();
        } else if (first == "TRUNCATE") {
            expect("TABLE");
            std::string sql{"DELETE FROM "};
            at_ = fixed_.write_name(sql, at_);
            add(std::move(sql));
        } else if (first == "COMMENT") {
            at_ = tokens_.size(); // Nothing reads comments here.
        } else if (first == "BEGIN" || first == "COMMIT" || first == "ROLLBACK") {
            refuse_unsupported(
                first + " as a statement (open a unit of work with the session's begin())"
            );
        } else {
            refuse_statement(first);
        }
        if (at_ != tokens_.size()) {
            refuse_unsupported("'" + tokens_[at_].text + "' in " + first);
        }
        return std::move(made_);
    }

private:
    [[noreturn]] void refuse_statement(const std::string& first) const {
        for (const std::string_view known :
             {"ANALYZE",  "CACHE",   "CALL",    "CLEAR",   "CONVERT", "COPY",    "DECLARE", "DESC",
              "DESCRIBE", "EXECUTE", "EXPLAIN", "FROM",    "FSCK",    "GRANT",   "LIST",    "MSCK",
              "OPTIMIZE", "REFRESH", "REORG",   "REPAIR",  "RESET",   "RESTORE", "REVOKE",  "SET",
              "SHOW",     "SYNC",    "TABLE",   "UNCACHE", "UNDROP",  "USE",     "VACUUM"}) {
            if (first == known)
                refuse_unsupported("the statement " + first);
        }
        refuse_syntax("no statement begins like this", fixed_.offset(0));
    }

    [[nodiscard]] bool is(std::string_view word) const { return fixed_.is_word(at_, word); }

    [[nodiscard]] bool is_symbol(std::string_view symbol) const {
        return at_ < tokens_.size() && tokens_[at_].is_symbol(symbol);
    }

    bool take(std::string_view word) {
        if (!is(word))
            return false;
        ++at_;
        return true;
    }

    bool take_both(std::string_view first, std::string_view second) {
        if (!is(first) || !fixed_.is_word(at_ + 1, second))
            return false;
        at_ += 2;
        return true;
    }

    void expect(std::string_view word) {
        if (!take(word))
            refuse_syntax("expected " + std::string{word}, fixed_.offset(at_));
    }

    void expect_list() const {
        if (!is_symbol("("))
            refuse_syntax("expected '('", fixed_.offset(at_));
    }

    void skip_list() {
        expect_list();
        at_ = fixed_.partner(at_) + 1;
    }

    void skip_string() {
        if (at_ == tokens_.size() || tokens_[at_].kind != token_kind::string) {
            refuse_syntax("expected a string literal", fixed_.offset(at_));
        }
        ++at_;
    }

    void add(std::string sql) { made_.statements.push_back(std::move(sql)); }

    [[nodiscard]] bool take_if_not_exists() {
        if (!take("IF"))
            return false;
        expect("NOT");
        expect("EXISTS");
        return true;
    }

    bool take_if_exists() {
        if (!take("IF"))
            return false;
        expect("EXISTS");
        return true;
    }

    /// The parts of a name; notes the catalog of one with `with_catalog` parts.
    std::vector<std::string> name_parts(std::size_t with_catalog) {
        std::string ignored;
        const auto first = at_;
        at_ = fixed_.write_name(ignored, at_);
        std::vector<std::string> parts;
        for (auto at = first; at < at_; at += 2)
            parts.push_back(tokens_[at].text);
        if (parts.size() > with_catalog)
            refuse_syntax("a name with too many parts", fixed_.offset(first));
        if (parts.size() == with_catalog)
            made_.catalogs.push_back(parts[0]);
        return parts;
    }

    [[nodiscard]] static std::string joined(const std::vector<std::string>& parts) {
        std::string made;
        for (const auto& part : parts) {
            if (!made.empty())
                made.push_back('.');
            append_name(made, part);
        }
        return made;
    }

    // ------------------------------------------------------------ CREATE

    void create() {
        const bool replace = take("OR");
        if (replace)
            expect("REPLACE");
        if (take("TABLE")) {
            create_table(replace);
        } else if (take("VIEW")) {
            create_view(replace);
        } else if (!replace && (take("SCHEMA") || take("DATABASE"))) {
            const bool if_absent = take_if_not_exists();
            add("CREATE SCHEMA " + std::string{if_absent ? "IF NOT EXISTS " : ""} +
                joined(name_parts(2)));
            if (take("COMMENT"))
                skip_string();
        } else {
            refuse_unsupported(
                "CREATE " +
                (at_ < tokens_.size() ? tokens_[at_].text : std::string{"without a kind"})
            );
        }
    }

    void create_view(bool replace) {
        std::string sql{replace ? "CREATE OR REPLACE VIEW " : "CREATE VIEW "};
        if (take_if_not_exists())
            sql.append("IF NOT EXISTS ");
        sql.append(joined(name_parts(3)));
        if (is_symbol("(")) {
            sql.append(" ").append(fixed_.text({at_, fixed_.partner(at_) + 1}));
            skip_list();
        }
        if (take("COMMENT"))
            skip_string();
        expect("AS");
        sql.append(" AS ").append(fixed_.text({at_, tokens_.size()}));
        at_ = tokens_.size();
        add(std::move(sql));
    }

    void create_table(bool replace) {
        std::string sql{replace ? "CREATE OR REPLACE TABLE " : "CREATE TABLE "};
        const bool if_absent = take_if_not_exists();
        if (if_absent)
            sql.append("IF NOT EXISTS ");
        table_ = name_parts(3);
        sql.append(joined(table_));
        const bool has_columns = is_symbol("(");
        if (has_columns) {
            const auto end = fixed_.partner(at_);
            ++at_;
            std::vector<std::string> items;
            for (;;) {
                auto item = table_item(end);
                if (!item.empty())
                    items.push_back(std::move(item));
                items.insert(items.end(), checks_.begin(), checks_.end());
                checks_.clear();
                if (at_ == end)
                    break;
                if (!is_symbol(","))
                    refuse_unsupported("'" + tokens_[at_].text + "' in a column's definition");
                ++at_;
            }
            ++at_;
            sql.append(" (");
            for (std::size_t i = 0; i < items.size(); ++i)
                sql.append(i == 0 ? "" : ", ").append(items[i]);
            sql.push_back(')');
        }
        table_options();
        if (take("AS")) {
            sql.append(" AS ").append(fixed_.text({at_, tokens_.size()}));
            at_ = tokens_.size();
        } else if (!has_columns) {
            refuse_syntax("expected columns or AS", fixed_.offset(at_));
        }
        add(std::move(sql));
    }

    /// Clauses after the columns: storage, statistics and properties, none of which mean anything
    /// here.
    void table_options() {
        for (;;) {
            if (take("USING")) {
                expect("DELTA");
            } else if (take("TBLPROPERTIES")) {
                skip_list();
            } else if (take_both("CLUSTER", "BY")) {
                if (!take("AUTO") && !take("NONE"))
                    skip_list();
            } else if (take_both("PARTITIONED", "BY")) {
                skip_list();
            } else if (take("COMMENT")) {
                skip_string();
            } else {
                return;
            }
        }
    }

    /// One column or constraint; empty: an informational constraint.
    std::string table_item(std::size_t end) {
        if (is("CONSTRAINT") || (is("PRIMARY") && fixed_.is_word(at_ + 1, "KEY")) ||
            (is("FOREIGN") && fixed_.is_word(at_ + 1, "KEY")) ||
            (is("CHECK") && at_ + 1 < end && tokens_[at_ + 1].is_symbol("("))) {
            return constraint();
        }
        return column(end);
    }

    /// `[CONSTRAINT name] {PRIMARY KEY … | FOREIGN KEY … | CHECK (…)}`; keys are never enforced on
    /// Databricks.
    std::string constraint() {
        std::string name{"check"};
        if (take("CONSTRAINT")) {
            if (at_ == tokens_.size() || !tokens_[at_].is_name())
                refuse_syntax("expected a name", fixed_.offset(at_));
            name = tokens_[at_++].text;
        }
        if (take("CHECK")) {
            expect_list();
            auto made = named_check(name, fixed_.text({at_ + 1, fixed_.partner(at_)}));
            skip_list();
            skip_enforcement();
            return made;
        }
        if (take_both("PRIMARY", "KEY")) {
            skip_list();
        } else if (take_both("FOREIGN", "KEY")) {
            skip_list();
            references();
        } else {
            refuse_syntax("expected PRIMARY KEY, FOREIGN KEY or CHECK", fixed_.offset(at_));
        }
        skip_enforcement();
        return {};
    }

    void references() {
        expect("REFERENCES");
        std::string ignored;
        at_ = fixed_.write_name(ignored, at_);
        if (is_symbol("("))
            skip_list();
    }

    void skip_enforcement() {
        for (;;) {
            if (take("RELY") || take("NORELY") || take("ENFORCED") || take("DEFERRABLE") ||
                take_both("INITIALLY", "DEFERRED") || take_both("NOT", "ENFORCED") ||
                take_both("NOT", "DEFERRABLE") || take_both("MATCH", "FULL") ||
                take_both("NO", "ACTION")) {
                continue;
            }
            if (!take_both("ON", "UPDATE") && !take_both("ON", "DELETE"))
                return;
            expect("NO");
            expect("ACTION");
        }
    }

    std::string column(std::size_t end) {
        if (!tokens_[at_].is_name())
            refuse_syntax("expected a column's name", fixed_.offset(at_));
        const auto name = tokens_[at_++].text;
        std::string sql;
        append_name(sql, name);
        type_reader reader{tokens_.first(end), at_};
        const auto kind = reader.read();
        at_ = reader.at();
        sql.push_back(' ');
        append_duckdb_type(sql, kind);
        if (kind.kind == type::varchar || kind.kind == type::fixed_char) {
            std::string condition{"("};
            append_name(condition, name);
            condition.append(" IS NULL OR length(");
            append_name(condition, name);
            condition.append(") <= ").append(std::to_string(kind.length)).append(")");
            checks_.push_back(named_check(too_long_check, condition));
        }
        while (at_ < end && !is_symbol(","))
            column_clause(sql, name, end);
        return sql;
    }

    void column_clause(std::string& sql, const std::string& name, std::size_t end) {
        if (take_both("NOT", "NULL")) {
            sql.append(" NOT NULL");
        } else if (take("COMMENT")) {
            skip_string();
        } else if (take("DEFAULT")) {
            const auto stop = clause_end(end);
            sql.append(" DEFAULT (").append(fixed_.text({at_, stop})).append(")");
            at_ = stop;
        } else if (take("GENERATED")) {
            if (!take("ALWAYS")) {
                expect("BY");
                expect("DEFAULT");
            }
            expect("AS");
            if (take("IDENTITY")) {
                identity(sql, name);
            } else {
                expect_list();
                sql.append(" GENERATED ALWAYS AS ")
                    .append(fixed_.text({at_, fixed_.partner(at_) + 1}));
                skip_list();
            }
        } else if (is("CONSTRAINT") || is("CHECK")) {
            if (is("CHECK") || fixed_.is_word(at_ + 2, "CHECK")) {
                checks_.push_back(constraint());
            } else {
                at_ += 2;
            }
        } else if (take_both("PRIMARY", "KEY")) {
            skip_enforcement();
        } else if (is("REFERENCES")) {
            references();
            skip_enforcement();
        } else if (take_both("FOREIGN", "KEY")) {
            references();
            skip_enforcement();
        } else {
            refuse_unsupported("'" + tokens_[at_].text + "' in a column's definition");
        }
    }

    /// Where an expression in a column's definition ends.
    [[nodiscard]] std::size_t clause_end(std::size_t end) const {
        auto at = at_;
        while (at < end && !tokens_[at].is_symbol(",")) {
            if (fixed_.is_word(at, "NOT") || fixed_.is_word(at, "COMMENT") ||
                fixed_.is_word(at, "CONSTRAINT") || fixed_.is_word(at, "PRIMARY") ||
                fixed_.is_word(at, "REFERENCES") || fixed_.is_word(at, "CHECK")) {
                break;
            }
            at = fixed_.partner(at) != 0 ? fixed_.partner(at) + 1 : at + 1;
        }
        if (at == at_)
            refuse_syntax("an expression is missing", fixed_.offset(at_));
        return at;
    }

    /// `AS IDENTITY [(START WITH n INCREMENT BY m)]` as a sequence of the table's schema.
    void identity(std::string& sql, const std::string& column_name) {
        std::string start{"1"};
        std::string step{"1"};
        if (is_symbol("(")) {
            const auto end = fixed_.partner(at_);
            ++at_;
            while (at_ < end) {
                if (is_symbol(",")) {
                    ++at_;
                } else if (take_both("START", "WITH")) {
                    start = integer();
                } else if (take_both("INCREMENT", "BY")) {
                    step = integer();
                } else {
                    refuse_syntax("expected START WITH or INCREMENT BY", fixed_.offset(at_));
                }
            }
            ++at_;
        }
        auto sequence = table_;
        sequence.back() = table_.back() + "_" + column_name + "_seq";
        const auto quoted = joined(sequence);
        // Kept when the table goes: a table made anew counts on, which identity columns allow
        // (unique, with gaps).
        std::string made{"CREATE SEQUENCE IF NOT EXISTS "};
        made.append(quoted);
        if (step.starts_with('-'))
            made.append(" MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807");
        made.append(" START WITH ").append(start).append(" INCREMENT BY ").append(step);
        add(std::move(made));
        sql.append(" DEFAULT nextval(");
        append_literal(sql, quoted);
        sql.append(")");
    }

    std::string integer() {
        std::string made{is_symbol("-") ? "-" : ""};
        if (is_symbol("-") || is_symbol("+"))
            ++at_;
        if (at_ == tokens_.size() || tokens_[at_].kind != token_kind::number ||
            tokens_[at_].text.find_first_not_of("0123456789") != std::string::npos) {
            refuse_syntax("expected an integer", fixed_.offset(at_));
        }
        return made.append(tokens_[at_++].text);
    }

    // ------------------------------------------------------------ ALTER, DROP

    void alter() {
        if (!take("TABLE"))
            refuse_unsupported("ALTER of anything but a table");
        table_ = name_parts(3);
        const auto prefix = "ALTER TABLE " + joined(table_) + " ";
        if (take("ADD")) {
            if (is("CONSTRAINT")) {
                add_constraint();
            } else {
                add_columns(prefix);
            }
        } else if (take("DROP")) {
            alter_drop(prefix);
        } else if (take("RENAME")) {
            alter_rename(prefix);
        } else if (take("ALTER")) {
            take("COLUMN");
            alter_column(prefix);
        } else if (take("SET") || take("UNSET")) {
            expect("TBLPROPERTIES");
            take_if_exists();
            skip_list();
        } else if (take_both("CLUSTER", "BY")) {
            if (!take("AUTO") && !take("NONE"))
                skip_list();
        } else {
            refuse_unsupported("this form of ALTER TABLE");
        }
    }

    void add_constraint() {
        const auto name = at_ + 1 < tokens_.size() ? tokens_[at_ + 1].text : std::string{};
        auto definition = constraint();
        if (!definition.empty())
            made_.change = check_change{table_, name, std::move(definition)};
    }

    void add_columns(const std::string& prefix) {
        if (!take("COLUMN"))
            expect("COLUMNS");
        const bool in_list = is_symbol("(");
        const auto end = in_list ? fixed_.partner(at_) : tokens_.size();
        if (in_list)
            ++at_;
        for (;;) {
            if (at_ == end || !tokens_[at_].is_name())
                refuse_syntax("expected a column's name", fixed_.offset(at_));
            std::string sql{prefix + "ADD COLUMN "};
            append_name(sql, tokens_[at_++].text);
            type_reader reader{tokens_.first(end), at_};
            sql.push_back(' ');
            append_duckdb_type(sql, reader.read());
            at_ = reader.at();
            if (take("COMMENT"))
                skip_string();
            add(std::move(sql));
            if (at_ == end)
                break;
            if (!is_symbol(","))
                refuse_unsupported("'" + tokens_[at_].text + "' in ADD COLUMN");
            ++at_;
        }
        if (in_list)
            ++at_;
    }

    void alter_drop(const std::string& prefix) {
        if (take("CONSTRAINT")) {
            take_if_exists();
            if (at_ == tokens_.size() || !tokens_[at_].is_name())
                refuse_syntax("expected a name", fixed_.offset(at_));
            made_.change = check_change{table_, tokens_[at_++].text, {}};
            static_cast<void>(take("CASCADE") || take("RESTRICT"));
            return;
        }
        if (take_both("PRIMARY", "KEY") || take_both("FOREIGN", "KEY")) {
            take_if_exists();
            if (is_symbol("("))
                skip_list();
            static_cast<void>(take("CASCADE") || take("RESTRICT"));
            return;
        }
        if (!take("COLUMN"))
            expect("COLUMNS");
        const std::string if_exists{take_if_exists() ? "IF EXISTS " : ""};
        const bool in_list = is_symbol("(");
        const auto end = in_list ? fixed_.partner(at_) : tokens_.size();
        if (in_list)
            ++at_;
        for (;;) {
            if (at_ == end || !tokens_[at_].is_name())
                refuse_syntax("expected a column's name", fixed_.offset(at_));
            std::string sql{prefix + "DROP COLUMN " + if_exists};
            append_name(sql, tokens_[at_++].text);
            add(std::move(sql));
            if (at_ == end)
                break;
            if (!is_symbol(","))
                refuse_unsupported("'" + tokens_[at_].text + "' in DROP COLUMN");
            ++at_;
        }
        if (in_list)
            ++at_;
    }

    void alter_rename(const std::string& prefix) {
        std::string sql{prefix + "RENAME "};
        if (take("COLUMN")) {
            at_ = fixed_.write_name(sql, at_);
            expect("TO");
            sql.append(" TO ");
            at_ = fixed_.write_name(sql, at_);
        } else {
            expect("TO");
            const auto parts = name_parts(3);
            sql.append("TO ");
            append_name(sql, parts.back());
        }
        add(std::move(sql));
    }

    void alter_column(const std::string& prefix) {
        std::string sql{prefix + "ALTER COLUMN "};
        at_ = fixed_.write_name(sql, at_);
        if (take("COMMENT")) {
            skip_string();
            return;
        }
        if (take_both("SET", "NOT")) {
            expect("NULL");
            sql.append(" SET NOT NULL");
        } else if (take_both("DROP", "NOT")) {
            expect("NULL");
            sql.append(" DROP NOT NULL");
        } else if (take_both("SET", "DEFAULT")) {
            sql.append(" SET DEFAULT ").append(fixed_.text({at_, tokens_.size()}));
            at_ = tokens_.size();
        } else if (take_both("DROP", "DEFAULT")) {
            sql.append(" DROP DEFAULT");
        } else if (take("TYPE")) {
            type_reader reader{tokens_, at_};
            sql.append(" TYPE ");
            append_duckdb_type(sql, reader.read());
            at_ = reader.at();
        } else {
            refuse_unsupported("this form of ALTER COLUMN");
        }
        add(std::move(sql));
    }

    void drop() {
        std::string sql{"DROP "};
        const bool schema = take("SCHEMA") || take("DATABASE");
        if (schema) {
            sql.append("SCHEMA ");
        } else if (take("TABLE")) {
            sql.append("TABLE ");
        } else if (take("VIEW")) {
            sql.append("VIEW ");
        } else {
            refuse_unsupported(
                "DROP " + (at_ < tokens_.size() ? tokens_[at_].text : std::string{"without a kind"})
            );
        }
        if (take_if_exists())
            sql.append("IF EXISTS ");
        sql.append(joined(name_parts(schema ? 2 : 3)));
        if (take("CASCADE")) {
            sql.append(" CASCADE");
        } else {
            take("RESTRICT");
        }
        add(std::move(sql));
    }

    std::span<const token> tokens_;
    expression_writer query_;
    expression_writer fixed_;
    std::size_t at_ = 0;
    translation made_;
    /// The table being made or altered, and the checks its columns bring along.
    std::vector<std::string> table_;
    std::vector<std::string> checks_;
};

} // namespace detail

/// Translates one statement; a trailing `;` is allowed.
///
/// `parameters`: what the statement's `:name` markers may stand for.
/// Errors: statement_error 42601 (no SQL), 0A000 (a construct the engine does not support), 42883
/// (an unknown
///         function), 42P02 (a marker without argument); the message names it and never holds a
///         literal.
[[nodiscard]] inline translation
translate(std::string_view sql, const std::vector<parameter_type>& parameters = {}) {
    const auto tokens = tokenize(sql);
    std::span<const token> statement{tokens};
    while (!statement.empty() && statement.back().is_symbol(";"))
        statement = statement.first(statement.size() - 1);
    return detail::statement_translator{statement, parameters}.run();
}

} // namespace weir::embedded
