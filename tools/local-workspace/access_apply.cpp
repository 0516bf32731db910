// SPDX-License-Identifier: Apache-2.0
// What access rules make of the statements of a user.
#include <algorithm>

#include "access_rules.hpp"

namespace local_workspace {

namespace {

/// The name of a filtered table inside the query that filters it.
constexpr std::string_view filtered = "weir filtered";

/// A table, its schema and its catalog.
std::vector<std::string_view> levels_of(std::string_view table) {
    std::vector<std::string_view> made{table};
    while (true) {
        const auto dot = made.back().rfind('.');
        if (dot == std::string_view::npos)
            return made;
        made.push_back(made.back().substr(0, dot));
    }
}

/// The first such word outside parentheses and CASE, from a token on; absent: there is none.
std::optional<std::size_t>
find_word(const token_list& tokens, std::size_t from, std::string_view word) {
    std::size_t depth = 0;
    std::size_t cases = 0;
    for (auto at = from; at < tokens.size(); ++at) {
        if (tokens[at].is_symbol("(")) {
            ++depth;
        } else if (tokens[at].is_symbol(")") && depth > 0) {
            --depth;
        } else if (is_word(tokens[at], "CASE")) {
            ++cases;
        } else if (is_word(tokens[at], "END") && cases > 0) {
            --cases;
        } else if (depth == 0 && cases == 0 && is_word(tokens[at], word)) {
            return at;
        }
    }
    return std::nullopt;
}

/// Adds `condition` to the WHERE of an UPDATE or DELETE.
void add_to_where(
    std::vector<text_edit>& edits,
    const statement_order& order,
    const token_list& tokens,
    const table_use& of,
    const std::string& condition
) {
    const auto end = end_of(order, tokens);
    if (const auto where = find_word(tokens, of.last, "WHERE")) {
        edits.push_back({end_of_name(tokens[*where]), 0, " " + condition + " AND ("});
        edits.push_back({end, 0, "\n)"});
    } else {
        edits.push_back({end, 0, "\nWHERE " + condition});
    }
}

/// Adds `condition` to the ON of a MERGE: rows that are not seen match nothing.
void add_to_on(
    std::vector<text_edit>& edits,
    const token_list& tokens,
    const table_use& of,
    const std::string& condition
) {
    for (std::size_t at = of.last; at + 2 < tokens.size(); ++at)
        if (is_word(tokens[at], "MATCHED") && is_word(tokens[at + 1], "BY") &&
            is_word(tokens[at + 2], "SOURCE"))
            throw unsupported("NOT MATCHED BY SOURCE on a table with a row filter");
    const auto on = find_word(tokens, of.last, "ON");
    const auto when = on ? find_word(tokens, *on, "WHEN") : std::nullopt;
    if (!when)
        throw failure_of("PARSE_SYNTAX_ERROR", "42601", "MERGE needs ON and WHEN");
    edits.push_back({end_of_name(tokens[*on]), 0, " " + condition + " AND ("});
    edits.push_back({tokens[*when].offset, 0, "\n) "});
}

} // namespace

std::vector<text_edit> access_rules::apply(const statement_order& order, const token_list& tokens) {
    const std::lock_guard lock{mutex_};
    std::vector<text_edit> edits;
    if (owners_.empty())
        return edits;
    check_ddl(order, tokens);
    const bool makes_view = is_word(tokens[0], "CREATE") && find_word(tokens, 1, "VIEW");
    for (const auto& use : table_uses(tokens)) {
        // It tells each of their own.
        if (use.parts.size() > 1 && use.parts[use.parts.size() - 2] == "information_schema")
            continue;
        const auto table = full_name(use.parts, order);
        if (use.how != use_kind::inserts)
            require(table, "SELECT", order.user);
        if (use.how != use_kind::reads)
            require(table, "MODIFY", order.user);
        const auto found = filters_.find(table);
        if (found == filters_.end())
            continue;
        if (makes_view)
            throw unsupported("views of a table with a row filter");
        switch (use.how) {
        case use_kind::inserts:
            break;
        case use_kind::updates:
        case use_kind::removes:
            add_to_where(edits, order, tokens, use, condition(found->second, use.alias));
            break;
        case use_kind::merges:
            add_to_on(edits, tokens, use, condition(found->second, use.alias));
            break;
        case use_kind::reads: {
            const auto from = tokens[use.first].offset;
            const auto length = end_of_name(tokens[use.last - 1]) - from;
            auto text = "(SELECT * FROM " + order.text.substr(from, length) + " AS " +
                        in_backticks(filtered) + " WHERE " + condition(found->second, filtered) +
                        ")";
            if (!use.has_alias)
                text += " AS " + in_backticks(use.alias);
            edits.push_back({from, length, std::move(text)});
        }
        }
    }
    return edits;
}

// Requires the lock.
void access_rules::check_ddl(const statement_order& order, const token_list& tokens) {
    word_reader in{tokens};
    const bool alters = in.take("ALTER");
    const bool drops = !alters && in.take("DROP");
    const bool empties = !alters && !drops && in.take("TRUNCATE");
    const bool makes = !alters && !drops && !empties && in.take("CREATE");
    if (!alters && !drops && !empties && !makes)
        return;
    const bool replaces = makes && in.take("OR") && in.take("REPLACE");
    const bool is_schema = in.take("SCHEMA") || in.take("DATABASE");
    if (!is_schema && !in.take("TABLE") && !in.take("VIEW"))
        return;
    if (in.take("IF")) {
        static_cast<void>(in.take("NOT"));
        in.expect("EXISTS");
    }
    auto parts = in.names();
    std::string object;
    if (is_schema) {
        if (parts.size() == 1)
            parts.insert(parts.begin(), order.catalog.empty() ? "weir" : lower(order.catalog));
        object = parts[0] + "." + parts[1];
    } else {
        object = full_name(parts, order);
    }
    if (makes && !replaces)
        return;
    const auto is_inside = [&](const std::string& other) {
        return other == object || other.starts_with(object + ".");
    };
    for (const auto& [other, owner] : owners_)
        if (is_inside(other) && !owns(other, order.user))
            throw insufficient("User is not an owner of '" + other + "'");
    const bool renames = alters && in.take("RENAME") && !in.is("COLUMN");
    if (owners_.contains(object) && (replaces || renames))
        throw unsupported("replacing or renaming a table that has grants or a row filter");
    if (drops)
        forget(object);
}

// Requires the lock.
void access_rules::forget(const std::string& object) {
    const auto is_inside = [&](const auto& each) {
        return each.first == object || each.first.starts_with(object + ".");
    };
    std::erase_if(owners_, is_inside);
    std::erase_if(grants_, is_inside);
    std::erase_if(filters_, is_inside);
    has_changed_ = true;
    std::erase_if(closed_, [&](const std::string& each) {
        return each == object || each.starts_with(object + ".");
    });
}

// Requires the lock.
void access_rules::require(
    const std::string& table, std::string_view privilege, const std::string& user
) const {
    if (!may(table, privilege, user))
        throw insufficient(
            "User does not have " + std::string{privilege} + " on Table '" + table + "'"
        );
}

// Requires the lock. What nobody owns yet is taken.
void access_rules::require_ownership(const std::string& object, const std::string& user) {
    const auto levels = levels_of(object);
    const auto is_owned = [&](std::string_view level) { return owners_.contains(level); };
    const auto is_own = [&](std::string_view level) { return owns(level, user); };
    if (std::any_of(levels.begin(), levels.end(), is_owned) &&
        std::none_of(levels.begin(), levels.end(), is_own))
        throw insufficient("User is not an owner of '" + object + "'");
    owners_.try_emplace(object, user);
}

// Requires the lock.
bool access_rules::owns(std::string_view object, std::string_view user) const {
    if (user == owner_)
        return true;
    const auto found = owners_.find(object);
    return found != owners_.end() && found->second == user;
}

// Requires the lock. A filter closes no table: only grants do.
bool access_rules::may(std::string_view table, std::string_view privilege, std::string_view user)
    const {
    bool is_open = true;
    for (const auto level : levels_of(table)) {
        if (owns(level, user))
            return true;
        is_open = is_open && !closed_.contains(level);
        const auto [first, last] = grants_.equal_range(level);
        const bool is_granted = std::any_of(first, last, [&](const auto& each) {
            return (each.second.principal == user || each.second.principal == "account users") &&
                   (each.second.privilege == privilege || each.second.privilege == "ALL PRIVILEGES"
                   );
        });
        if (is_granted)
            return true;
    }
    return is_open;
}

// Requires the lock.
std::string access_rules::condition(const row_filter& of, std::string_view alias) const {
    const auto& applied = functions_.at(of.function);
    const auto tokens = weir::embedded::tokenize(applied.body);
    std::vector<text_edit> edits;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (!tokens[at].is_name() || (at > 0 && tokens[at - 1].is_symbol(".")))
            continue;
        const auto known =
            std::find(applied.parameters.begin(), applied.parameters.end(), lower(tokens[at].text));
        if (known == applied.parameters.end())
            continue;
        const auto position = static_cast<std::size_t>(known - applied.parameters.begin());
        edits.push_back(
            {tokens[at].offset,
             end_of_name(tokens[at]) - tokens[at].offset,
             in_backticks(alias) + "." + in_backticks(of.columns[position])}
        );
    }
    return "(" + edited(applied.body, std::move(edits)) + "\n)";
}

} // namespace local_workspace
