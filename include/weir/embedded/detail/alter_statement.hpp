// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE, and DROP of anything. Costs ddl_reader.hpp.
#pragma once

#include <weir/embedded/detail/ddl_reader.hpp>
#include <weir/embedded/engine_error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded::detail {

/// `ALTER TABLE …` and `DROP …`.
class alter_statement : public ddl_reader {
public:
    using ddl_reader::ddl_reader;

    void alter() {
        if (!take("TABLE"))
            refuse_unsupported("ALTER of anything but a table");
        table_ = name_parts(3);
        const auto prefix = "ALTER TABLE " + joined_name(table_) + " ";
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
        sql.append(joined_name(name_parts(schema ? 2 : 3)));
        if (take("CASCADE")) {
            sql.append(" CASCADE");
        } else {
            take("RESTRICT");
        }
        add(std::move(sql));
    }

private:
    void add_comment(std::string_view column) {
        auto name = joined_name(table_) + ".";
        append_name(name, column);
        add(comment_text("COLUMN", name, literal()));
    }

    void limit_length(const std::string& column, const sql_type& kind) {
        if (kind.kind == type::varchar || kind.kind == type::fixed_char)
            made_.lengths.push_back(
                {table_,
                 std::string{too_long_check},
                 length_check(too_long_check, column, kind.length),
                 column}
            );
    }

    void add_constraint() {
        const auto name = at_ + 1 < tokens_.size() ? tokens_[at_ + 1].text : std::string{};
        auto definition = constraint();
        if (!definition.empty())
            made_.change = check_change{table_, name, std::move(definition), {}};
    }

    void add_columns(const std::string& prefix) {
        if (!take("COLUMN"))
            expect("COLUMNS");
        const bool in_list = is_symbol("(");
        const auto end = in_list ? tree_.partner(at_) : tokens_.size();
        if (in_list)
            ++at_;
        for (;;) {
            if (at_ == end || !tokens_[at_].is_name())
                refuse_syntax("expected a column's name", tree_.offset(at_));
            std::string sql{prefix + "ADD COLUMN "};
            const auto name = word();
            append_name(sql, name);
            type_reader reader{tokens_.first(end), at_};
            sql.push_back(' ');
            const auto kind = reader.read();
            append_duckdb_type(sql, kind);
            at_ = reader.at();
            add(std::move(sql));
            limit_length(name, kind);
            if (take("COMMENT"))
                add_comment(name);
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
                refuse_syntax("expected a name", tree_.offset(at_));
            made_.change = check_change{table_, tokens_[at_++].text, {}, {}};
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
        const auto end = in_list ? tree_.partner(at_) : tokens_.size();
        if (in_list)
            ++at_;
        for (;;) {
            if (at_ == end || !tokens_[at_].is_name())
                refuse_syntax("expected a column's name", tree_.offset(at_));
            std::string sql{prefix};
            sql.append("DROP COLUMN ").append(if_exists);
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

    /// Draws numbers of an identity column until they are above those that the rows have.
    void advance_sequence(const std::string& column) {
        auto sequence = table_;
        sequence.back() = sequence_name(table_.back(), column);
        std::string next{"nextval("};
        append_literal(next, joined_name(sequence));
        next.push_back(')');
        std::string sql{
            "SELECT count(" + next + ") FROM (SELECT unnest(range(greatest(0, (SELECT coalesce(max("
        };
        append_name(sql, column);
        sql.append("), 0) FROM ").append(joined_name(table_));
        add(std::move(sql.append(") - drawn))) FROM (SELECT " + next + " AS drawn))")));
    }

    void alter_column(const std::string& prefix) {
        std::string sql{prefix + "ALTER COLUMN "};
        const auto column = at_ < tokens_.size() ? tokens_[at_].text : std::string{};
        at_ = fixed_.write_name(sql, at_);
        if (take("COMMENT")) {
            add_comment(column);
            return;
        }
        if (take_both("SYNC", "IDENTITY")) {
            advance_sequence(column);
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
            const auto kind = reader.read();
            sql.append(" TYPE ");
            append_duckdb_type(sql, kind);
            at_ = reader.at();
            // It would keep the type from changing.
            made_.lengths.push_back({table_, std::string{too_long_check}, {}, column});
            limit_length(column, kind);
        } else {
            refuse_unsupported("this form of ALTER COLUMN");
        }
        add(std::move(sql));
    }
};

} // namespace weir::embedded::detail
