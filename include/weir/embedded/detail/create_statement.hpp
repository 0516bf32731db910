// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE, VIEW and SCHEMA. Costs ddl_reader.hpp.
#pragma once

#include <weir/embedded/detail/ddl_reader.hpp>
#include <weir/embedded/engine_error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded::detail {

/// `CREATE …`.
class create_statement : public ddl_reader {
public:
    using ddl_reader::ddl_reader;

    void run() {
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
                joined_name(name_parts(2)));
            if (take("COMMENT"))
                static_cast<void>(literal());
        } else {
            refuse_unsupported(
                "CREATE " +
                (at_ < tokens_.size() ? tokens_[at_].text : std::string{"without a kind"})
            );
        }
    }

private:
    void create_view(bool replace) {
        std::string sql{replace ? "CREATE OR REPLACE VIEW " : "CREATE VIEW "};
        if (take_if_not_exists())
            sql.append("IF NOT EXISTS ");
        table_ = name_parts(3);
        sql.append(joined_name(table_));
        if (is_symbol("(")) {
            sql.append(" ").append(fixed_.text({at_, tree_.partner(at_) + 1}));
            skip_list();
        }
        if (take("COMMENT"))
            made_.comments.push_back(comment_text("VIEW", joined_name(table_), literal()));
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
        if (if_absent)
            made_.commented = table_;
        sql.append(joined_name(table_));
        const bool has_columns = is_symbol("(");
        if (has_columns) {
            const auto end = tree_.partner(at_);
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
            refuse_syntax("expected columns or AS", tree_.offset(at_));
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
                made_.comments.push_back(comment_text("TABLE", joined_name(table_), literal()));
            } else {
                return;
            }
        }
    }

    /// One column or constraint; empty: an informational constraint.
    std::string table_item(std::size_t end) {
        if (is("CONSTRAINT") || (is("PRIMARY") && tree_.is_word(at_ + 1, "KEY")) ||
            (is("FOREIGN") && tree_.is_word(at_ + 1, "KEY")) ||
            (is("CHECK") && at_ + 1 < end && tokens_[at_ + 1].is_symbol("("))) {
            return constraint();
        }
        return column(end);
    }

    std::string column(std::size_t end) {
        if (!tokens_[at_].is_name())
            refuse_syntax("expected a column's name", tree_.offset(at_));
        const auto name = tokens_[at_++].text;
        std::string sql;
        append_name(sql, name);
        type_reader reader{tokens_.first(end), at_};
        const auto kind = reader.read();
        at_ = reader.at();
        sql.push_back(' ');
        append_duckdb_type(sql, kind);
        if (kind.kind == type::varchar || kind.kind == type::fixed_char)
            checks_.push_back(length_check(too_long_check, name, kind.length));
        while (at_ < end && !is_symbol(","))
            column_clause(sql, name, end);
        return sql;
    }

    void column_clause(std::string& sql, const std::string& name, std::size_t end) {
        if (take_both("NOT", "NULL")) {
            sql.append(" NOT NULL");
        } else if (take("COMMENT")) {
            auto column = joined_name(table_) + ".";
            append_name(column, name);
            made_.comments.push_back(comment_text("COLUMN", column, literal()));
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
                    .append(fixed_.text({at_, tree_.partner(at_) + 1}));
                skip_list();
            }
        } else if (is("CONSTRAINT") || is("CHECK")) {
            if (is("CHECK") || tree_.is_word(at_ + 2, "CHECK")) {
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
            if (tree_.is_word(at, "NOT") || tree_.is_word(at, "COMMENT") ||
                tree_.is_word(at, "CONSTRAINT") || tree_.is_word(at, "PRIMARY") ||
                tree_.is_word(at, "REFERENCES") || tree_.is_word(at, "CHECK")) {
                break;
            }
            at = tree_.partner(at) != 0 ? tree_.partner(at) + 1 : at + 1;
        }
        if (at == at_)
            refuse_syntax("an expression is missing", tree_.offset(at_));
        return at;
    }

    /// `AS IDENTITY [(START WITH n INCREMENT BY m)]` as a sequence of the table's schema.
    void identity(std::string& sql, const std::string& column_name) {
        std::string start{"1"};
        std::string step{"1"};
        if (is_symbol("(")) {
            const auto end = tree_.partner(at_);
            ++at_;
            while (at_ < end) {
                if (is_symbol(",")) {
                    ++at_;
                } else if (take_both("START", "WITH")) {
                    start = integer();
                } else if (take_both("INCREMENT", "BY")) {
                    step = integer();
                } else {
                    refuse_syntax("expected START WITH or INCREMENT BY", tree_.offset(at_));
                }
            }
            ++at_;
        }
        auto sequence = table_;
        sequence.back() = sequence_name(table_.back(), column_name);
        const auto quoted = joined_name(sequence);
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
            refuse_syntax("expected an integer", tree_.offset(at_));
        }
        return made.append(tokens_[at_++].text);
    }

    /// The checks that the columns read so far bring along.
    std::vector<std::string> checks_;
};

} // namespace weir::embedded::detail
