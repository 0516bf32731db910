// SPDX-License-Identifier: Apache-2.0
#include "table_ddl.hpp"

#include <algorithm>
#include <initializer_list>

#include "access_rules.hpp"

namespace local_workspace {

namespace {

class reader {
public:
    reader(const statement_order& order, const token_list& tokens)
        : order_(&order), tokens_(&tokens), in_(tokens) {}

    table_ddl read() {
        if (in_.take("CREATE")) {
            if (in_.take("OR"))
                in_.expect("REPLACE");
            if (in_.take("TABLE"))
                create_table();
        } else if (in_.take("DROP")) {
            drop();
        } else if (in_.take("ALTER") && in_.take("TABLE")) {
            made_.table = full_name();
            alter_table();
        }
        return std::move(made_);
    }

private:
    // ------------------------------------------------------------ words

    [[nodiscard]] const weir::embedded::token* next() const {
        return in_.is_over() ? nullptr : &(*tokens_)[in_.at()];
    }

    [[nodiscard]] bool is_symbol(std::string_view symbol) const {
        return next() != nullptr && next()->is_symbol(symbol);
    }

    bool take_both(std::string_view first, std::string_view second) {
        const auto at = in_.at();
        if (!in_.is(first) || at + 1 >= tokens_->size() || !is_word((*tokens_)[at + 1], second))
            return false;
        in_.skip();
        in_.skip();
        return true;
    }

    bool take_if(std::initializer_list<std::string_view> rest) {
        if (!in_.take("IF"))
            return false;
        for (const auto each : rest)
            in_.expect(each);
        return true;
    }

    std::string full_name() { return access_rules::full_name(in_.names(), *order_); }

    std::vector<std::string> name_list() {
        std::vector<std::string> found;
        in_.expect_symbol("(");
        while (!in_.take_symbol(")")) {
            found.push_back(lower(in_.name()));
            static_cast<void>(in_.take_symbol(","));
        }
        return found;
    }

    /// Past one word, or past parentheses and all that is in them.
    void skip_one() {
        std::size_t depth = 0;
        do {
            if (in_.is_over())
                in_.refuse("a parenthesis is not closed");
            depth += is_symbol("(") ? 1 : 0;
            depth -= is_symbol(")") ? 1 : 0;
            in_.skip();
        } while (depth != 0);
    }

    /// The text from a token to where the reader is.
    [[nodiscard]] std::string text_since(std::size_t first) const {
        const auto from = (*tokens_)[first].offset;
        auto to =
            in_.at() < tokens_->size() ? (*tokens_)[in_.at()].offset : end_of(*order_, *tokens_);
        while (to > from && (order_->text[to - 1] == ' ' || order_->text[to - 1] == '\n'))
            --to;
        return order_->text.substr(from, to - from);
    }

    [[nodiscard]] bool is_at_clause() const {
        for (const std::string_view each :
             {"NOT",
              "COMMENT",
              "DEFAULT",
              "GENERATED",
              "CONSTRAINT",
              "CHECK",
              "PRIMARY",
              "REFERENCES",
              "FOREIGN",
              "FIRST",
              "AFTER"})
            if (in_.is(each))
                return true;
        return next() == nullptr || is_symbol(",") || is_symbol(")");
    }

    std::string type_text() {
        const auto first = in_.at();
        in_.skip();
        if (is_symbol("("))
            skip_one();
        int depth = 0;
        do {
            if (next() == nullptr)
                break;
            if (next()->kind == weir::embedded::token_kind::symbol) {
                const auto& symbol = next()->text;
                depth += static_cast<int>(std::count(symbol.begin(), symbol.end(), '<'));
                depth -= static_cast<int>(std::count(symbol.begin(), symbol.end(), '>'));
                if (symbol.find('<') != std::string::npos ||
                    symbol.find('>') != std::string::npos || depth > 0) {
                    in_.skip();
                    continue;
                }
            } else if (depth > 0) {
                in_.skip();
                continue;
            }
            break;
        } while (true);
        auto text = lower(text_since(first));
        std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
        return text;
    }

    // ------------------------------------------------------------ statements

    void drop() {
        const bool is_schema = in_.take("SCHEMA") || in_.take("DATABASE");
        if (!is_schema && !in_.take("TABLE"))
            return;
        static_cast<void>(take_if({"EXISTS"}));
        auto parts = in_.names();
        made_.kind = is_schema ? ddl_kind::drop_schema : ddl_kind::drop_table;
        if (is_schema && parts.size() == 1)
            parts.insert(parts.begin(), order_->catalog.empty() ? "weir" : lower(order_->catalog));
        made_.table =
            is_schema ? parts[0] + "." + parts[1] : access_rules::full_name(parts, *order_);
    }

    void create_table() {
        made_.kind = ddl_kind::create_table;
        made_.is_if_absent = take_if({"NOT", "EXISTS"});
        made_.table = full_name();
        if (in_.take_symbol("(")) {
            while (!in_.take_symbol(")")) {
                if (is_constraint()) {
                    constraint();
                } else {
                    column();
                }
                static_cast<void>(in_.take_symbol(","));
            }
        }
        while (!in_.is_over() && !in_.is("AS")) {
            if (in_.take("TBLPROPERTIES")) {
                properties();
            } else if (take_both("CLUSTER", "BY")) {
                cluster();
            } else {
                skip_one();
            }
        }
    }

    [[nodiscard]] bool is_constraint() const {
        return in_.is("CONSTRAINT") || in_.is("PRIMARY") || in_.is("FOREIGN") || in_.is("CHECK");
    }

    void column() {
        const auto name = lower(in_.name());
        column_fact of;
        of.type = type_text();
        while (next() != nullptr && !is_symbol(",") && !is_symbol(")")) {
            // GENERATED BY DEFAULT AS IDENTITY has no default.
            static_cast<void>(take_both("GENERATED", "BY") && in_.take("DEFAULT"));
            if (in_.take("DEFAULT")) {
                of.default_text = expression();
            } else if (in_.take("IDENTITY")) {
                of.is_identity = true;
            } else if (in_.is("CHECK")) {
                constraint();
            } else if (take_both("PRIMARY", "KEY")) {
                made_.keys.push_back({.columns = {name}});
            } else {
                skip_one();
            }
        }
        made_.columns.emplace_back(name, std::move(of));
    }

    /// A default: up to the next clause.
    std::string expression() {
        const auto first = in_.at();
        do
            skip_one();
        while (!is_at_clause());
        return text_since(first);
    }

    void constraint() {
        std::string name;
        if (in_.take("CONSTRAINT"))
            name = lower(in_.name());
        if (in_.take("CHECK")) {
            const auto first = in_.at();
            skip_one();
            const auto text = text_since(first);
            made_.properties.emplace(check_property(name), text.substr(1, text.size() - 2));
        } else if (take_both("PRIMARY", "KEY")) {
            made_.keys.push_back({.name = name, .columns = name_list()});
        } else if (take_both("FOREIGN", "KEY")) {
            key_fact of{.name = name, .columns = name_list()};
            in_.expect("REFERENCES");
            of.target = full_name();
            if (is_symbol("("))
                of.target_columns = name_list();
            made_.keys.push_back(std::move(of));
        }
        while (!is_at_clause())
            in_.skip();
    }

    void properties() {
        in_.expect_symbol("(");
        while (!in_.take_symbol(")")) {
            // A name in quotes, or words with dots between.
            std::string name;
            while (next() != nullptr && !is_symbol("=") && !is_symbol(",") && !is_symbol(")")) {
                name += next()->text;
                in_.skip();
            }
            if (in_.take_symbol("=")) {
                made_.properties[name] = next() == nullptr ? std::string{} : next()->text;
                in_.skip();
            }
            made_.names.push_back(std::move(name));
            static_cast<void>(in_.take_symbol(","));
        }
    }

    void cluster() {
        if (!in_.take("AUTO") && !in_.take("NONE"))
            made_.clustering = name_list();
    }

    void alter_table() {
        if (in_.take("ADD")) {
            add();
        } else if (in_.take("DROP")) {
            drop_from_table();
        } else if (in_.take("RENAME")) {
            rename();
        } else if (in_.take("ALTER")) {
            static_cast<void>(in_.take("COLUMN"));
            alter_column();
        } else if (take_both("SET", "TBLPROPERTIES")) {
            made_.kind = ddl_kind::set_properties;
            properties();
        } else if (take_both("UNSET", "TBLPROPERTIES")) {
            made_.kind = ddl_kind::unset_properties;
            static_cast<void>(take_if({"EXISTS"}));
            properties();
        } else if (take_both("CLUSTER", "BY")) {
            made_.kind = ddl_kind::cluster;
            cluster();
        }
    }

    void add() {
        if (is_constraint()) {
            constraint();
            made_.kind = made_.keys.empty() ? ddl_kind::add_check : ddl_kind::add_key;
            return;
        }
        if (!in_.take("COLUMN"))
            in_.expect("COLUMNS");
        made_.kind = ddl_kind::add_columns;
        static_cast<void>(in_.take_symbol("("));
        while (next() != nullptr && !is_symbol(")")) {
            column();
            static_cast<void>(in_.take_symbol(","));
        }
    }

    void drop_from_table() {
        if (in_.take("CONSTRAINT")) {
            made_.kind = ddl_kind::drop_constraint;
            static_cast<void>(take_if({"EXISTS"}));
            made_.names.push_back(lower(in_.name()));
            made_.cascades = in_.take("CASCADE");
        } else if (take_both("PRIMARY", "KEY")) {
            made_.kind = ddl_kind::drop_primary_key;
            static_cast<void>(take_if({"EXISTS"}));
            made_.cascades = in_.take("CASCADE");
        } else if (in_.take("COLUMN") || in_.take("COLUMNS")) {
            made_.kind = ddl_kind::drop_columns;
            static_cast<void>(take_if({"EXISTS"}));
            if (is_symbol("("))
                made_.names = name_list();
            else
                made_.names.push_back(lower(in_.name()));
        }
    }

    void rename() {
        if (in_.take("COLUMN")) {
            made_.kind = ddl_kind::rename_column;
            made_.names.push_back(lower(in_.name()));
            in_.expect("TO");
            made_.new_name = lower(in_.name());
        } else if (in_.take("TO")) {
            made_.kind = ddl_kind::rename_table;
            made_.new_name = full_name();
        }
    }

    void alter_column() {
        const auto name = lower(in_.name());
        column_fact of;
        if (take_both("SET", "DEFAULT")) {
            made_.kind = ddl_kind::set_default;
            of.default_text = expression();
        } else if (take_both("DROP", "DEFAULT")) {
            made_.kind = ddl_kind::drop_default;
        } else if (in_.take("TYPE")) {
            made_.kind = ddl_kind::set_type;
            of.type = type_text();
        }
        made_.columns.emplace_back(name, std::move(of));
    }

    const statement_order* order_;
    const token_list* tokens_;
    word_reader in_;
    table_ddl made_{};
};

} // namespace

table_ddl read_table_ddl(const statement_order& order, const token_list& tokens) {
    return reader{order, tokens}.read();
}

} // namespace local_workspace
