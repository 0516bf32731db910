// SPDX-License-Identifier: Apache-2.0
#include "table_uses.hpp"

#include <weir/embedded/keywords.hpp>

#include <algorithm>
#include <utility>

namespace local_workspace {

namespace {

/// `name AS (…)` of a WITH: the name means that query from its end (from its beginning where it is
/// recursive) to the end of what the WITH belongs to.
struct common_table {
    std::string name;
    std::size_t from = 0;
    std::size_t to = 0;
};

/// What is known of one level of parentheses.
struct level {
    bool in_from = false;
    /// A table, a subquery or a call may come next.
    bool expects = false;
    /// `extract(… FROM …)` and the like.
    bool is_call = false;
};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class use_finder {
public:
    explicit use_finder(const token_list& tokens)
        : tokens_(tokens), closes_(closing_parentheses(tokens)) {
        find_common_tables();
        levels_.emplace_back();
    }

    std::vector<table_use> run() {
        for (at_ = 0; at_ < tokens_.size();)
            step();
        return std::move(found_);
    }

private:
    [[nodiscard]] bool is(std::size_t at, std::string_view word) const {
        return at < tokens_.size() && is_word(tokens_[at], word);
    }

    [[nodiscard]] bool is_symbol(std::size_t at, std::string_view symbol) const {
        return at < tokens_.size() && tokens_[at].is_symbol(symbol);
    }

    void find_common_tables() {
        std::vector<std::size_t> ends{tokens_.size()};
        std::vector<bool> in_with{false};
        bool is_recursive = false;
        for (std::size_t at = 0; at < tokens_.size(); ++at) {
            if (is_symbol(at, "(")) {
                ends.push_back(closes_[at]);
                in_with.push_back(false);
            } else if (is_symbol(at, ")") && ends.size() > 1) {
                ends.pop_back();
                in_with.pop_back();
            } else if (is(at, "WITH")) {
                in_with.back() = true;
                is_recursive = is(at + 1, "RECURSIVE");
            } else if (is(at, "SELECT") || is(at, "MERGE") || is(at, "INSERT")) {
                in_with.back() = false;
            } else if (in_with.back() && tokens_[at].is_name()) {
                note_common_table(at, ends.back(), is_recursive);
            }
        }
    }

    void note_common_table(std::size_t at, std::size_t end, bool is_recursive) {
        auto next = at + 1;
        if (is_symbol(next, "("))
            next = closes_[next] + 1;
        if (!is(next, "AS") || !is_symbol(next + 1, "("))
            return;
        common_.push_back({lower(tokens_[at].text), is_recursive ? at : closes_[next + 1], end});
    }

    [[nodiscard]] bool is_common(const table_use& use) const {
        return use.parts.size() == 1 &&
               std::any_of(common_.begin(), common_.end(), [&](const common_table& each) {
                   return each.name == use.parts[0] && use.first > each.from && use.first < each.to;
               });
    }

    void step() {
        auto& here = levels_.back();
        const auto& each = tokens_[at_];
        if (each.is_symbol("(")) {
            const bool holds_tables = std::exchange(here.expects, false) && !is_query(at_ + 1);
            levels_.push_back(
                {.in_from = holds_tables,
                 .expects = holds_tables,
                 .is_call = at_ > 0 && is_call_with_from(tokens_[at_ - 1])}
            );
        } else if (each.is_symbol(")")) {
            if (levels_.size() > 1)
                levels_.pop_back();
        } else if (each.is_symbol(",")) {
            here.expects = here.in_from;
        } else if (here.expects && each.is_name() && !is_clause(each)) {
            here.expects = false;
            return take_table(use_kind::reads);
        } else if (each.kind == weir::embedded::token_kind::word) {
            return take_word(here);
        }
        ++at_;
    }

    [[nodiscard]] bool is_query(std::size_t at) const {
        return is(at, "SELECT") || is(at, "WITH") || is(at, "VALUES");
    }

    static bool is_call_with_from(const weir::embedded::token& before) {
        return before.kind == weir::embedded::token_kind::word &&
               is_one_of(upper(before.text), {"EXTRACT", "TRIM", "SUBSTRING", "OVERLAY"});
    }

    static bool is_clause(const weir::embedded::token& at) {
        if (at.kind != weir::embedded::token_kind::word)
            return false;
        const auto word = upper(at.text);
        return weir::embedded::is_keyword(word) || is_one_of(word, {"LATERAL", "TABLE"});
    }

    void take_word(level& here) {
        const auto word = upper(tokens_[at_].text);
        const auto begun = at_++;
        if (word == "FROM") {
            const bool compares = begun > 0 && is(begun - 1, "DISTINCT") && begun > 1 &&
                                  (is(begun - 2, "IS") || is(begun - 2, "NOT"));
            if (begun == 1 && is(0, "DELETE"))
                return take_table(use_kind::removes);
            if (!here.is_call && !compares)
                here.in_from = here.expects = true;
        } else if (word == "JOIN") {
            here.in_from = here.expects = true;
        } else if (word == "USING") {
            here.expects = levels_.size() == 1 && has_merge_;
        } else if (word == "UPDATE" && begun == 0) {
            return take_table(use_kind::updates);
        } else if (word == "INTO") {
            has_merge_ = begun > 0 && is(begun - 1, "MERGE");
            if (is(at_, "TABLE"))
                ++at_;
            return take_table(has_merge_ ? use_kind::merges : use_kind::inserts);
        } else if (is_one_of(
                       word,
                       {"WHERE",
                        "GROUP",
                        "ORDER",
                        "HAVING",
                        "LIMIT",
                        "QUALIFY",
                        "UNION",
                        "EXCEPT",
                        "INTERSECT",
                        "MINUS",
                        "SELECT",
                        "SET",
                        "WHEN",
                        "WINDOW"}
                   )) {
            here.in_from = here.expects = false;
        } else if (word == "ON" || word == "VALUES") {
            here.expects = false;
        }
    }

    void take_table(use_kind how) {
        table_use made{.how = how, .first = at_};
        while (at_ < tokens_.size() && tokens_[at_].is_name()) {
            made.parts.push_back(lower(tokens_[at_].text));
            made.alias = tokens_[at_].text;
            ++at_;
            if (!is_symbol(at_, "."))
                break;
            ++at_;
        }
        made.last = at_;
        // A call, or nothing that could be a name: the translator will tell.
        const bool is_call = how == use_kind::reads && is_symbol(at_, "(");
        if (made.parts.empty() || is_call || is_common(made))
            return;
        take_alias(made);
        found_.push_back(std::move(made));
    }

    void take_alias(table_use& of) {
        auto at = of.last;
        if (is(at, "AS"))
            ++at;
        if (at == tokens_.size() || !tokens_[at].is_name() || of.how == use_kind::inserts)
            return;
        if (tokens_[at].kind == weir::embedded::token_kind::word) {
            const auto word = upper(tokens_[at].text);
            if (weir::embedded::is_keyword(word) ||
                is_one_of(
                    word,
                    {"LATERAL", "MINUS", "PIVOT", "TABLESAMPLE", "TIMESTAMP", "UNPIVOT", "VERSION"}
                ))
                return;
        }
        of.alias = tokens_[at].text;
        of.has_alias = true;
    }

    const token_list& tokens_;
    std::vector<std::size_t> closes_;
    std::vector<common_table> common_;
    std::vector<level> levels_;
    std::vector<table_use> found_;
    std::size_t at_ = 0;
    bool has_merge_ = false;
};

} // namespace

std::vector<std::size_t> closing_parentheses(const token_list& tokens) {
    std::vector<std::size_t> closes(tokens.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (tokens[at].is_symbol("(")) {
            open.push_back(at);
        } else if (tokens[at].is_symbol(")") && !open.empty()) {
            closes[open.back()] = at;
            open.pop_back();
        }
    }
    return closes;
}

std::vector<table_use> table_uses(const token_list& tokens) {
    return use_finder{tokens}.run();
}

} // namespace local_workspace
