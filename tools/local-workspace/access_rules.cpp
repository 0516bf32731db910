// SPDX-License-Identifier: Apache-2.0
#include "access_rules.hpp"

#include <algorithm>

#include "json.hpp"

namespace local_workspace {

std::string
access_rules::full_name(const std::vector<std::string>& parts, const statement_order& order) {
    std::string made;
    if (parts.size() < 3)
        made += (order.catalog.empty() ? "weir" : lower(order.catalog)) + ".";
    if (parts.size() < 2)
        made += (order.schema.empty() ? "main" : lower(order.schema)) + ".";
    for (const auto& each : parts)
        made += each + ".";
    made.pop_back();
    return made;
}

std::string access_rules::place_of(
    std::string_view kind, const std::vector<std::string>& parts, const statement_order& order
) {
    if (kind == "CATALOG")
        return parts.back();
    if (kind != "SCHEMA" && kind != "DATABASE")
        return full_name(parts, order);
    if (parts.size() > 1)
        return parts[0] + "." + parts[1];
    return (order.catalog.empty() ? "weir" : lower(order.catalog)) + "." + parts[0];
}

bool access_rules::run(const statement_order& order, const token_list& tokens) {
    const std::lock_guard lock{mutex_};
    word_reader in{tokens};
    if (in.take("GRANT")) {
        change_grants(order, in, true);
    } else if (in.take("REVOKE")) {
        change_grants(order, in, false);
    } else if (in.take("CREATE")) {
        if (in.take("OR"))
            in.expect("REPLACE");
        if (!in.take("FUNCTION"))
            return false;
        create_function(order, tokens, in);
    } else if (in.take("DROP")) {
        if (!in.take("FUNCTION"))
            return false;
        drop_function(order, in);
    } else if (in.take("ALTER") && in.take("TABLE")) {
        return change_filter(order, in);
    } else {
        return false;
    }
    return true;
}

void access_rules::change_grants(const statement_order& order, word_reader& in, bool gives) {
    std::vector<std::string> privileges;
    do {
        std::string words = upper(in.name());
        while (!in.is("ON") && !in.take_symbol(",")) {
            if (in.is_over())
                in.refuse("expected ON");
            words += " " + upper(in.name());
        }
        privileges.push_back(words == "ALL" ? "ALL PRIVILEGES" : words);
    } while (!in.is("ON"));
    in.expect("ON");
    std::string kind = "TABLE";
    for (const std::string_view each :
         {"TABLE", "VIEW", "SCHEMA", "DATABASE", "CATALOG", "FUNCTION", "VOLUME"})
        if (in.take(each))
            kind = each;
    const auto parts = in.names();
    in.expect(gives ? "TO" : "FROM");
    const auto principal = in.name();
    in.expect_end();
    // Nobody asks for these: functions and volumes are everybody's.
    if (kind == "FUNCTION" || kind == "VOLUME")
        return;
    const auto object = place_of(kind, parts, order);
    require_ownership(object, order.user);
    closed_.insert(object);
    for (const auto& privilege : privileges) {
        const auto [first, last] = grants_.equal_range(object);
        const auto known = std::find_if(first, last, [&](const auto& each) {
            return each.second.principal == principal && each.second.privilege == privilege;
        });
        if (gives && known == last) {
            grants_.emplace(object, grant{principal, privilege});
        } else if (!gives && known != last) {
            grants_.erase(known);
        }
    }
}

void access_rules::create_function(
    const statement_order& order, const token_list& tokens, word_reader& in
) {
    const bool replaces = is_word(tokens[1], "OR");
    bool if_absent = false;
    if (in.take("IF")) {
        in.expect("NOT");
        in.expect("EXISTS");
        if_absent = true;
    }
    const auto name = full_name(in.names(), order);
    function made;
    in.expect_symbol("(");
    while (!in.take_symbol(")")) {
        made.parameters.push_back(lower(in.name()));
        std::size_t depth = 0;
        for (;;) {
            if (in.is_over())
                in.refuse("expected )");
            const auto& next = tokens[in.at()];
            if (depth == 0 && (next.is_symbol(",") || next.is_symbol(")")))
                break;
            depth += next.is_symbol("(") ? 1 : 0;
            depth -= next.is_symbol(")") ? 1 : 0;
            in.skip();
        }
        static_cast<void>(in.take_symbol(","));
    }
    if (in.take("RETURNS") && !in.take("BOOLEAN"))
        throw unsupported("functions of another type than BOOLEAN, which filter rows");
    in.expect("RETURN");
    if (in.is_over())
        in.refuse("expected an expression");
    if (functions_.contains(name) && !replaces) {
        if (if_absent)
            return;
        throw failure_of("ROUTINE_ALREADY_EXISTS", "42723", "The routine " + name + " exists");
    }
    // The tables inside are those of the place where the function was made.
    const auto from = tokens[in.at()].offset;
    const token_list body{tokens.begin() + static_cast<std::ptrdiff_t>(in.at()), tokens.end()};
    std::vector<text_edit> edits;
    for (const auto& use : table_uses(body)) {
        auto parts = use.parts;
        if (parts.size() < 3)
            parts.insert(parts.begin(), order.catalog.empty() ? "weir" : lower(order.catalog));
        if (parts.size() < 3)
            parts.insert(parts.begin() + 1, order.schema.empty() ? "main" : lower(order.schema));
        edits.push_back(
            {body[use.first].offset - from,
             end_of_name(body[use.last - 1]) - body[use.first].offset,
             in_backticks(parts[0]) + "." + in_backticks(parts[1]) + "." + in_backticks(parts[2])}
        );
    }
    made.body = edited(
        std::string_view{order.text}.substr(from, end_of(order, tokens) - from), std::move(edits)
    );
    require_ownership("function " + name, order.user);
    functions_[name] = std::move(made);
}

void access_rules::drop_function(const statement_order& order, word_reader& in) {
    bool if_there = false;
    if (in.take("IF")) {
        in.expect("EXISTS");
        if_there = true;
    }
    const auto name = full_name(in.names(), order);
    in.expect_end();
    for (const auto& [table, filter] : filters_)
        if (filter.function == name)
            throw unsupported("dropping a function that filters rows of " + table);
    if (!functions_.contains(name)) {
        if (if_there)
            return;
        throw failure_of("ROUTINE_NOT_FOUND", "42883", "The routine " + name + " cannot be found");
    }
    require_ownership("function " + name, order.user);
    functions_.erase(name);
    owners_.erase("function " + name);
}

bool access_rules::change_filter(const statement_order& order, word_reader& in) {
    const auto table = full_name(in.names(), order);
    const bool sets = in.take("SET");
    if (!sets && !in.take("DROP"))
        return false;
    if (!in.take("ROW"))
        return false;
    in.expect("FILTER");
    row_filter made;
    if (sets) {
        made.function = full_name(in.names(), order);
        in.expect("ON");
        in.expect_symbol("(");
        while (!in.take_symbol(")")) {
            made.columns.push_back(in.name());
            static_cast<void>(in.take_symbol(","));
        }
    }
    in.expect_end();
    if (sets) {
        const auto found = functions_.find(made.function);
        if (found == functions_.end())
            throw failure_of(
                "ROUTINE_NOT_FOUND", "42883", "The routine " + made.function + " cannot be found"
            );
        if (found->second.parameters.size() != made.columns.size())
            throw failure_of(
                "WRONG_NUM_ARGS",
                "42605",
                "The row filter " + made.function + " takes " +
                    std::to_string(found->second.parameters.size()) + " columns"
            );
    }
    require_ownership(table, order.user);
    if (sets) {
        filters_[table] = std::move(made);
    } else {
        filters_.erase(table);
    }
    return true;
}

bool access_rules::has_changed() {
    const std::lock_guard lock{mutex_};
    return std::exchange(has_changed_, false);
}

bool access_rules::may_read(std::string_view table, std::string_view user) const {
    const std::lock_guard lock{mutex_};
    return may(table, "SELECT", user);
}

std::optional<row_filter> access_rules::filter_of(std::string_view table) const {
    const std::lock_guard lock{mutex_};
    const auto found = filters_.find(table);
    return found == filters_.end() ? std::nullopt : std::optional{found->second};
}

std::string access_rules::owner_of(std::string_view object) const {
    const std::lock_guard lock{mutex_};
    const auto found = owners_.find(object);
    return found == owners_.end() ? owner_ : found->second;
}

std::vector<grant> access_rules::grants_on(std::string_view object) const {
    const std::lock_guard lock{mutex_};
    std::vector<grant> made;
    const auto [first, last] = grants_.equal_range(object);
    for (auto at = first; at != last; ++at)
        made.push_back(at->second);
    return made;
}

std::string access_rules::save() const {
    const std::lock_guard lock{mutex_};
    json_object owners;
    for (const auto& [object, owner] : owners_)
        owners.add(object, owner);
    std::vector<std::string> grants;
    for (const auto& [object, each] : grants_)
        grants.push_back(json_object{}
                             .add("object", object)
                             .add("principal", each.principal)
                             .add("privilege", each.privilege)
                             .text());
    std::vector<std::string> functions;
    for (const auto& [name, each] : functions_)
        functions.push_back(json_object{}
                                .add("name", name)
                                .add_raw("parameters", texts_json(each.parameters))
                                .add("body", each.body)
                                .text());
    std::vector<std::string> filters;
    for (const auto& [table, each] : filters_)
        filters.push_back(json_object{}
                              .add("table", table)
                              .add("function", each.function)
                              .add_raw("columns", texts_json(each.columns))
                              .text());
    return json_object{}
        .add("owners", owners)
        .add_raw("closed", texts_json({closed_.begin(), closed_.end()}))
        .add_raw("grants", json_array(grants))
        .add_raw("functions", json_array(functions))
        .add_raw("filters", json_array(filters))
        .text();
}

void access_rules::load(std::string_view json) {
    const auto kept = parse_json(json);
    if (!kept)
        throw weir::configuration_error{"The rules kept in the workspace's file cannot be read"};
    const auto each_of = [&](std::string_view name, auto&& take) {
        if (const auto* found = kept->find(name))
            for (const auto& each : found->elements)
                take(each);
    };
    const std::lock_guard lock{mutex_};
    if (const auto* owners = kept->find("owners"))
        for (const auto& [object, owner] : owners->members)
            owners_[object] = owner.text;
    for (auto& object : texts_of(*kept, "closed"))
        closed_.insert(std::move(object));
    each_of("grants", [&](const json_value& of) {
        grants_.emplace(of.string("object"), grant{of.string("principal"), of.string("privilege")});
    });
    each_of("functions", [&](const json_value& of) {
        functions_[of.string("name")] = {texts_of(of, "parameters"), of.string("body")};
    });
    each_of("filters", [&](const json_value& of) {
        filters_[of.string("table")] = {of.string("function"), texts_of(of, "columns")};
    });
}

} // namespace local_workspace
