// SPDX-License-Identifier: Apache-2.0
#include "introspect_parts.hpp"

#include <weir/table/identifier.hpp>

#include <algorithm>

#include "fmt.hpp"
#include "words.hpp"

namespace weir::ops {

using gen::words::audit_columns;

namespace {

bool has_key(const table_state& of) {
    return std::any_of(of.rules.begin(), of.rules.end(), [](const auto& each) {
        return each.kind == rule_kind::primary_key;
    });
}

} // namespace

bool is_word(std::string_view text) {
    return is_valid_identifier(text, 63) &&
           std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string yaml_text(std::string_view text) {
    return gen::scalar_text(text, true, true);
}

std::string listed(const std::vector<std::string>& items) {
    std::string made;
    for (const auto& each : items)
        made.append(made.empty() ? "[" : ", ").append(each);
    return made.empty() ? "[]" : made + "]";
}

bool is_audit_column(std::string_view name) {
    return std::find(audit_columns.begin(), audit_columns.end(), name) != audit_columns.end();
}

bool has_audit_columns(const table_state& of) {
    return std::all_of(audit_columns.begin(), audit_columns.end(), [&](std::string_view each) {
        return find_named(of.columns, each) != nullptr;
    });
}

std::string_view why_undeclared(const table_state& of) {
    if (!is_word(of.name))
        return "its name is none that a schema can have";
    return has_key(of) ? "" : "it has no primary key";
}

std::string relation_name(
    const std::vector<std::string>& from, const std::string& target, std::set<std::string>& given
) {
    auto name = from.size() == 1 && from[0].ends_with("_id") ? from[0].substr(0, from[0].size() - 3)
                                                             : target;
    while (!given.insert(name).second)
        name.append("_too");
    return name;
}

} // namespace weir::ops
