// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.hpp"
#include "type_text.hpp"

namespace weir::gen {

namespace {

/// Whether values of one type can refer to values of another.
bool same_values(const type_model& a, const type_model& b) {
    if (is_text(a.kind) && is_text(b.kind))
        return true;
    if (is_integer(a.kind) && is_integer(b.kind))
        return true;
    if (a.kind == type::enumeration && b.kind == type::enumeration)
        return a.enumeration == b.enumeration;
    if (a.kind == type::decimal && b.kind == type::decimal)
        return a.scale == b.scale;
    return a.kind == b.kind;
}

class relation_checks {
public:
    relation_checks(const std::deque<schema_model>& schemas, diagnostics& to)
        : schemas_(&schemas), to_(&to) {}

    void all() {
        for (const auto& schema : *schemas_) {
            for (const auto& table : schema.tables) {
                for (const auto& each : table.relations)
                    one(table, each);
                names(table);
                via(table);
                include(table);
            }
        }
        inverses();
        relation_cycle();
    }

private:
    void one(const table_model& table, const relation_model& of) {
        const auto what = "relation '" + of.name.value + "'";
        std::set<std::string_view> seen;
        bool all_known = true;
        for (const auto& each : of.from) {
            if (!seen.insert(each.value).second) {
                to_->error(
                    "duplicate-item",
                    each.at,
                    "'" + each.value + "' is in 'from' twice",
                    "name it once"
                );
            }
            if (find_column(table.columns, each.value) < table.columns.size())
                continue;
            all_known = false;
            std::vector<std::string_view> known;
            for (const auto& column : table.columns)
                known.emplace_back(column.name.value);
            to_->error(
                "unknown-column",
                each.at,
                "table '" + table.name.value + "' has no column '" + each.value + "' for 'from'",
                nearest_hint(each.value, known)
            );
        }
        if (of.target == nullptr)
            return;
        relation_backend(table, of);
        if (of.from.size() != of.target->key.size()) {
            if (!of.from.empty())
                to_->error(
                    "relation-columns",
                    of.from.front().at,
                    what + " has " + std::to_string(of.from.size()) + " columns, but the key of '" +
                        of.target->name.value + "' has " + std::to_string(of.target->key.size()),
                    "name one column for each of: " + key_of(*of.target)
                );
            return;
        }
        if (all_known)
            column_types(table, of);
        if (of.on_delete == delete_action::set_null)
            set_null(table, of);
    }

    static std::string key_of(const table_model& of) {
        std::vector<std::string_view> names;
        for (const auto& each : of.key)
            names.emplace_back(each.value);
        return listed(names);
    }

    void column_types(const table_model& table, const relation_model& of) {
        for (std::size_t at = 0; at < of.from.size(); ++at) {
            const auto& from = table.columns[find_column(table.columns, of.from[at].value)];
            const auto to = find_column(of.target->columns, of.target->key[at].value);
            if (to >= of.target->columns.size())
                continue;
            const auto& target = of.target->columns[to];
            if (!from.type || !target.type || same_values(*from.type, *target.type))
                continue;
            to_->error(
                "relation-type",
                of.from[at].at,
                "'" + from.name.value + "' is of type " + words_of(*from.type) + ", but '" +
                    of.target->name.value + '.' + target.name.value + "' is of type " +
                    words_of(*target.type),
                "give both the same type"
            );
        }
    }

    void set_null(const table_model& table, const relation_model& of) {
        for (const auto& each : of.from) {
            const auto at = find_column(table.columns, each.value);
            if (at >= table.columns.size() || table.columns[at].nullable())
                continue;
            to_->error(
                "set-null-required",
                of.on_delete_at,
                "'on_delete: set_null' cannot empty '" + each.value + "', which is never NULL",
                "write cascade or restrict, or make the column nullable"
            );
        }
    }

    void relation_backend(const table_model& table, const relation_model& of) {
        if (table.backend.value == of.target->backend.value)
            return;
        to_->error(
            "relation-backend",
            of.to.at,
            "'" + table.name.value + "' and '" + of.target->name.value +
                "' are on different backends",
            "no statement reaches both: keep related tables on one"
        );
    }

    // Tables are created one after the other, the referenced before the referring.
    void relation_cycle() {
        std::set<const table_model*> told;
        for (const auto& schema : *schemas_) {
            for (const auto& table : schema.tables) {
                for (const auto& each : table.relations) {
                    std::set<const table_model*> seen{&table};
                    if (each.target == nullptr || each.target == &table ||
                        !leads_to(*each.target, table, seen))
                        continue;
                    if (told.contains(each.target))
                        continue;
                    told.insert(&table);
                    to_->error(
                        "relation-cycle",
                        each.to.at,
                        "the relations of '" + table.name.value + "' and '" +
                            each.target->name.value + "' lead in a circle",
                        "neither table could be created first: leave one relation out"
                    );
                }
            }
        }
    }

    static bool leads_to(
        const table_model& from, const table_model& wanted, std::set<const table_model*>& seen
    ) {
        if (!seen.insert(&from).second)
            return false;
        return std::any_of(
            from.relations.begin(),
            from.relations.end(),
            [&](const relation_model& each) {
                return each.target == &wanted ||
                       (each.target != nullptr && leads_to(*each.target, wanted, seen));
            }
        );
    }

    // Relations appear in JSON beside columns, so the names must differ.
    void names(const table_model& table) {
        std::map<std::string_view, range> seen;
        for (const auto& each : table.relations) {
            if (each.name.value.empty())
                continue;
            if (find_column(table.columns, each.name.value) < table.columns.size()) {
                to_->error(
                    "duplicate-relation",
                    each.name.at,
                    "a column of '" + table.name.value + "' is called '" + each.name.value +
                        "' already",
                    "relations stand beside columns in answers: choose another name"
                );
            }
            const auto [place, is_new] = seen.emplace(each.name.value, each.name.at);
            if (is_new)
                continue;
            to_->add(
                {"duplicate-relation",
                 severity::error,
                 each.name.at,
                 "two relations are called '" + each.name.value + "'",
                 "give each its own name",
                 {{place->second, "first declared here"}}}
            );
        }
    }

    void inverses() {
        std::map<std::pair<const table_model*, std::string_view>, range> seen;
        for (const auto& schema : *schemas_) {
            for (const auto& table : schema.tables) {
                for (const auto& each : table.relations)
                    inverse(each, seen);
            }
        }
    }

    void inverse(
        const relation_model& of,
        std::map<std::pair<const table_model*, std::string_view>, range>& seen
    ) {
        if (of.target == nullptr || of.inverse.value.empty())
            return;
        const auto& target = *of.target;
        const auto taken = [&of](const relation_model& other) {
            return other.name.value == of.inverse.value;
        };
        if (find_column(target.columns, of.inverse.value) < target.columns.size() ||
            std::any_of(target.relations.begin(), target.relations.end(), taken)) {
            to_->error(
                "duplicate-relation",
                of.inverse.at,
                "'" + target.name.value + "' has a column or relation '" + of.inverse.value +
                    "' already",
                "choose another inverse name"
            );
        }
        const auto [place, is_new] =
            seen.emplace(std::pair{of.target, std::string_view{of.inverse.value}}, of.inverse.at);
        if (is_new)
            return;
        to_->add(
            {"duplicate-relation",
             severity::error,
             of.inverse.at,
             "'" + target.name.value + "' is seen as '" + of.inverse.value + "' by two relations",
             "give each its own inverse",
             {{place->second, "first used here"}}}
        );
    }

    // The rule of the row at the end of the chain decides, so there must be an end, and a rule.
    void via(const table_model& table) {
        if (table.access.rule != access_rule::via)
            return;
        std::set<const table_model*> seen{&table};
        const auto* at = &table;
        while (at->access.rule == access_rule::via) {
            const auto relation = via_of(*at);
            if (relation >= at->relations.size() || at->relations[relation].target == nullptr)
                return;
            at = at->relations[relation].target;
            if (seen.insert(at).second)
                continue;
            to_->error(
                "via-cycle",
                table.access.by.at,
                "access of '" + table.name.value + "' leads back to where it came from",
                "one table of the chain must say 'owner'"
            );
            return;
        }
        if (at->access.rule == access_rule::open) {
            to_->error(
                "via-open",
                table.access.by.at,
                "'via' leads to '" + at->name.value + "', which everybody may read and change",
                "give '" + at->name.value + "' an access rule, or remove this one"
            );
        }
    }

    void include(const table_model& table) {
        if (!table.api)
            return;
        std::vector<std::string_view> known;
        for (const auto& each : table.relations)
            known.emplace_back(each.name.value);
        for (const auto& schema : *schemas_) {
            for (const auto& other : schema.tables) {
                for (const auto& each : other.relations) {
                    if (each.target == &table && !each.inverse.value.empty())
                        known.emplace_back(each.inverse.value);
                }
            }
        }
        std::set<std::string_view> seen;
        for (const auto& each : table.api->include) {
            if (!seen.insert(each.value).second) {
                to_->error(
                    "duplicate-item",
                    each.at,
                    "'" + each.value + "' is in 'include' twice",
                    "name it once"
                );
            }
            if (std::find(known.begin(), known.end(), each.value) != known.end())
                continue;
            to_->error(
                "unknown-relation",
                each.at,
                "table '" + table.name.value + "' has no relation '" + each.value + "'",
                nearest_hint(each.value, known)
            );
        }
    }

    const std::deque<schema_model>* schemas_;
    diagnostics* to_;
};

} // namespace

void check_relations(const std::deque<schema_model>& schemas, diagnostics& to) {
    relation_checks{schemas, to}.all();
}

} // namespace weir::gen
