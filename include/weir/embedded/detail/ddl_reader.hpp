// SPDX-License-Identifier: Apache-2.0
// Reading DDL word by word: what CREATE and ALTER have in common. Costs expressions.hpp.
#pragma once

#include <weir/embedded/expressions.hpp>
#include <weir/embedded/translation.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded::detail {

/// A position in a statement's tokens, and the translation being made.
class ddl_reader {
public:
    explicit ddl_reader(std::span<const token> tokens)
        : tokens_(tokens), fixed_(tokens, nullptr), tree_(fixed_.tree()) {}

    ddl_reader(const ddl_reader&) = delete;
    ddl_reader(ddl_reader&&) = delete;
    ddl_reader& operator=(const ddl_reader&) = delete;
    ddl_reader& operator=(ddl_reader&&) = delete;

    /// `TRUNCATE TABLE t`.
    void truncate() {
        expect("TABLE");
        std::string sql{"DELETE FROM "};
        at_ = fixed_.write_name(sql, at_);
        add(std::move(sql));
    }

    /// `COMMENT ON TABLE t IS 'x'`, of a column or a view too; of other objects nothing is kept.
    void comment() {
        expect("ON");
        const std::string kind = is("TABLE") || is("VIEW") || is("COLUMN") ? upper(word()) : "";
        if (kind.empty()) {
            at_ = tokens_.size();
            return;
        }
        std::string name;
        at_ = fixed_.write_name(name, at_);
        expect("IS");
        add(comment_text(kind, name, take("NULL") ? std::string{} : literal()));
    }

    /// The translation, once every token was understood.
    translation finish() {
        if (at_ != tokens_.size())
            refuse_unsupported("'" + tokens_[at_].text + "' in " + upper(tokens_[0].text));
        return std::move(made_);
    }

    ~ddl_reader() = default;

protected:
    /// What the sequence of an identity column is called.
    [[nodiscard]] static std::string
    sequence_name(const std::string& table, const std::string& column) {
        return table + "_" + column + "_seq";
    }

    [[nodiscard]] bool is(std::string_view word) const { return tree_.is_word(at_, word); }

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
        if (!is(first) || !tree_.is_word(at_ + 1, second))
            return false;
        at_ += 2;
        return true;
    }

    void expect(std::string_view word) {
        if (!take(word))
            refuse_syntax("expected " + std::string{word}, tree_.offset(at_));
    }

    void expect_list() const {
        if (!is_symbol("("))
            refuse_syntax("expected '('", tree_.offset(at_));
    }

    void skip_list() {
        expect_list();
        at_ = tree_.partner(at_) + 1;
    }

    std::string literal() {
        if (at_ == tokens_.size() || tokens_[at_].kind != token_kind::string) {
            refuse_syntax("expected a string literal", tree_.offset(at_));
        }
        return tokens_[at_++].text;
    }

    [[nodiscard]] std::string word() { return tokens_[at_++].text; }

    /// `kind` TABLE, VIEW or COLUMN; the name is DuckDB's.
    [[nodiscard]] static std::string
    comment_text(std::string_view kind, std::string_view name, std::string_view text) {
        std::string made{"COMMENT ON "};
        made.append(kind).append(" ").append(name).append(" IS ");
        append_literal(made, text);
        return made;
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
            refuse_syntax("a name with too many parts", tree_.offset(first));
        if (parts.size() == with_catalog)
            made_.catalogs.push_back(parts[0]);
        return parts;
    }

    /// `[CONSTRAINT name] {PRIMARY KEY … | FOREIGN KEY … | CHECK (…)}`; keys are never enforced on
    /// Databricks.
    std::string constraint() {
        std::string name{"check"};
        if (take("CONSTRAINT")) {
            if (at_ == tokens_.size() || !tokens_[at_].is_name())
                refuse_syntax("expected a name", tree_.offset(at_));
            name = tokens_[at_++].text;
        }
        if (take("CHECK")) {
            expect_list();
            auto made = named_check(name, fixed_.text({at_ + 1, tree_.partner(at_)}));
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
            refuse_syntax("expected PRIMARY KEY, FOREIGN KEY or CHECK", tree_.offset(at_));
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

    std::span<const token> tokens_;
    expression_writer fixed_;
    const token_tree& tree_;
    /// Past the statement's first word.
    std::size_t at_ = 1;
    translation made_;
    /// The table being made or altered.
    std::vector<std::string> table_;
};

} // namespace weir::embedded::detail
