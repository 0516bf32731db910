// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "check.hpp"
#include "type_text.hpp"

namespace weir::gen {

namespace {

constexpr std::array<std::string_view, 5> taken_paths{
    "docs", "healthcheck", "jobs", "openapi.json", "records"
};

/// Can values of a type be told apart, ordered and written into a URL?
bool is_comparable(weir::type kind) {
    return is_scalar(kind) && kind != type::json;
}

bool is_key_kind(weir::type kind) {
    return is_comparable(kind) && kind != type::float32 && kind != type::float64 &&
           kind != type::binary;
}

class table_checks {
public:
    table_checks(const table_model& of, diagnostics& to)
        : of_(&of), to_(&to), what_("table '" + of.name.value + "'") {}

    void all() {
        has_columns();
        key();
        for (const auto& each : of_->unique)
            unique(each);
        for (const auto& each : of_->indexes)
            index(each);
        checks();
        second_identity();
        soft_delete_audit();
        access();
        if (of_->api)
            api(*of_->api);
        names("cluster_by", of_->cluster_by, true);
    }

private:
    [[nodiscard]] const column_model* column(const located_text& name, std::string_view where) {
        const auto at = find_column(of_->columns, name.value);
        if (at < of_->columns.size())
            return &of_->columns[at];
        if (name.value.empty())
            return nullptr;
        std::vector<std::string_view> known;
        for (const auto& each : of_->columns)
            known.emplace_back(each.name.value);
        to_->error(
            "unknown-column",
            name.at,
            what_ + " has no column '" + name.value + "' for '" + std::string{where} + "'",
            nearest_hint(name.value, known)
        );
        return nullptr;
    }

    // Columns that a clause names: they exist, once each, and their values can be compared.
    void names(std::string_view where, const std::vector<located_text>& named, bool comparable) {
        std::set<std::string_view> seen;
        for (const auto& each : named) {
            if (!seen.insert(each.value).second) {
                to_->error(
                    "duplicate-item",
                    each.at,
                    "'" + each.value + "' is in '" + std::string{where} + "' twice",
                    "name it once"
                );
                continue;
            }
            const auto* found = column(each, where);
            if (found == nullptr || !found->type || !comparable || is_comparable(found->type->kind))
                continue;
            to_->error(
                "column-type",
                each.at,
                "'" + each.value + "' is of type " + words_of(*found->type) + ", which '" +
                    std::string{where} + "' cannot compare",
                "name a column with a plain value"
            );
        }
    }

    void names(std::string_view where, const std::vector<sort_model>& named) {
        std::vector<located_text> columns;
        for (const auto& each : named)
            columns.push_back(each.column);
        names(where, columns, true);
    }

    void has_columns() {
        if (of_->written_columns == 0 && !to_->has_error_in(of_->name.at)) {
            to_->error(
                "empty-list", of_->name.at, what_ + " has no columns", "list at least its key"
            );
        }
    }

    void key() {
        if (of_->key.empty() && !to_->has_error_in(of_->name.at)) {
            to_->error(
                "empty-list",
                of_->key_at,
                "'key' of " + what_ + " names no column",
                "write key: [column]"
            );
        }
        names("key", of_->key, false);
        for (const auto& each : of_->key) {
            const auto at = find_column(of_->columns, each.value);
            if (at >= of_->columns.size())
                continue;
            const auto& found = of_->columns[at];
            if (!found.required && found.generated.value == generated_by::nobody) {
                to_->error(
                    "key-nullable",
                    found.name.at,
                    "the key column '" + each.value + "' may be NULL",
                    "add 'required: true', or 'generated: uuid'"
                );
            }
            if (found.type && !is_key_kind(found.type->kind)) {
                to_->error(
                    "key-type",
                    found.type_at,
                    "a column of type " + words_of(*found.type) + " cannot be a key",
                    "keys are text, whole numbers, decimals, uuids, dates, times, booleans or enums"
                );
            }
            if (found.is_private) {
                to_->error(
                    "key-private",
                    found.name.at,
                    "the key column '" + each.value + "' is private",
                    "keys stand in addresses and answers: remove 'private'"
                );
            }
        }
    }

    void unique(const std::vector<located_text>& set) {
        if (set.empty())
            to_->error(
                "empty-list",
                of_->name.at,
                "an item in 'unique' of " + what_ + " names no column",
                "write unique: [[column]]"
            );
        names("unique", set, true);
    }

    void index(const index_model& of) {
        names("indexes", of.columns);
        balanced(of.where, of.at, "the condition of this index");
    }

    void checks() {
        std::map<std::string_view, range> seen;
        for (const auto& each : of_->checks) {
            if (each.expr.value.empty()) {
                if (each.expr.at.end != 0)
                    to_->error(
                        "empty-text",
                        each.expr.at,
                        "the check '" + each.name.value + "' is empty",
                        "write a condition: \"quantity > 0\""
                    );
            } else {
                balanced(each.expr.value, each.expr.at, "the check '" + each.name.value + "'");
            }
            if (each.name.value.empty())
                continue;
            const auto [place, is_new] = seen.emplace(each.name.value, each.name.at);
            if (is_new)
                continue;
            to_->add(
                {"duplicate-check",
                 severity::error,
                 each.name.at,
                 "two checks are called '" + each.name.value + "'",
                 "give each its own name",
                 {{place->second, "first declared here"}}}
            );
        }
    }

    // SQL is the author's own, but a lost quote would swallow the rest of the DDL.
    void balanced(std::string_view sql, range at, const std::string& what) {
        int open = 0;
        char quote = '\0';
        for (const char c : sql) {
            if (quote != '\0') {
                if (c == quote)
                    quote = '\0';
            } else if (c == '\'' || c == '"' || c == '`') {
                quote = c;
            } else if (c == '(') {
                ++open;
            } else if (c == ')' && --open < 0) {
                break;
            } else if (c == ';') {
                to_->error("bad-sql", at, what + " holds a ';'", "write one condition");
                return;
            }
        }
        if (open != 0 || quote != '\0') {
            to_->error(
                "bad-sql",
                at,
                what + (quote != '\0' ? " has a quote that is never closed"
                                      : " has brackets that do not match"),
                "it goes into the DDL as it stands"
            );
        }
    }

    void second_identity() {
        const column_model* first = nullptr;
        for (const auto& each : of_->columns) {
            if (each.generated.value != generated_by::identity)
                continue;
            if (first == nullptr) {
                first = &each;
                continue;
            }
            to_->add(
                {"second-identity",
                 severity::error,
                 each.generated.at,
                 what_ + " has two identity columns",
                 "neither backend allows more than one",
                 {{first->generated.at, "the first is here"}}}
            );
        }
    }

    void soft_delete_audit() {
        if (!of_->soft_delete || of_->audit)
            return;
        to_->error(
            "soft-delete-audit",
            of_->soft_delete_at,
            "soft delete of " + what_ + " needs the audit columns",
            "write 'audit: true', or 'soft_delete: false'"
        );
    }

    void access() {
        const auto& rule = of_->access;
        for (const auto* groups : {&rule.read_all, &rule.purge}) {
            for (const auto& each : *groups) {
                if (each.value.empty())
                    to_->error(
                        "empty-text",
                        each.at,
                        "a group has no name",
                        "write its name, or leave it out"
                    );
            }
        }
        if (rule.rule == access_rule::owner)
            owner(rule.by);
        if (rule.rule == access_rule::via)
            via(rule.by);
    }

    void owner(const located_text& name) {
        const auto* found = column(name, "access.owner");
        if (found == nullptr || !found->type)
            return;
        const auto kind = found->type->kind;
        if (kind != type::string && kind != type::varchar) {
            to_->error(
                "access-owner",
                name.at,
                "the owner column '" + name.value + "' is of type " + words_of(*found->type),
                "it holds the caller's id: write type: string"
            );
        }
        if (!found->required) {
            to_->error(
                "access-owner",
                name.at,
                "the owner column '" + name.value + "' may be NULL",
                "a row without owner would be nobody's: add 'required: true'"
            );
        }
        if (found->default_value) {
            to_->error(
                "access-owner",
                found->default_value->at,
                "the owner column '" + name.value + "' has a default",
                "the caller's id fills it: remove the default"
            );
        }
    }

    void via(const located_text& name) {
        if (via_of(*of_) < of_->relations.size() || name.value.empty())
            return;
        std::vector<std::string_view> known;
        for (const auto& each : of_->relations)
            known.emplace_back(each.name.value);
        to_->error(
            "unknown-relation",
            name.at,
            what_ + " has no relation '" + name.value + "'",
            nearest_hint(name.value, known)
        );
    }

    void api(const api_model& of) {
        path(of.path);
        if (of.max_limit.value == 0)
            to_->error("api-limit", of.max_limit.at, "'max_limit' is 0", "write at least 1");
        const bool own_default = of.default_limit.at.begin != of.max_limit.at.begin;
        if (own_default && of.default_limit.value == 0)
            to_->error(
                "api-limit", of.default_limit.at, "'default_limit' is 0", "write at least 1"
            );
        if (of.default_limit.value > of.max_limit.value) {
            to_->error(
                "api-limit",
                of.default_limit.at,
                "'default_limit' is more than 'max_limit', " + std::to_string(of.max_limit.value),
                "a list could not keep both"
            );
        }
        if (of.cache_seconds && of.cache_seconds->value == 0)
            to_->error(
                "api-cache", of.cache_seconds->at, "'cache_seconds' is 0", "write at least 1"
            );
        if (of.cache_seconds && (of.operations & operations::get) == 0)
            to_->error(
                "api-cache",
                of.cache_seconds->at,
                "'cache_seconds' is about reads by key, and 'get' is not offered",
                "offer 'get', or leave 'cache_seconds' out"
            );
        names("api.order_by", of.order_by);
        if ((of.operations & operations::create) != 0)
            unfillable();
    }

    void path(const located_text& given) {
        const auto& text = given.value;
        const bool safe =
            !text.empty() && text.size() <= 100 &&
            std::all_of(text.begin(), text.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            });
        if (!safe) {
            to_->error(
                "api-path",
                given.at,
                "the path '" + text + "' is no plain address part",
                "use lower-case letters, digits, '-' and '_': 'order-lines'"
            );
        } else if (std::find(taken_paths.begin(), taken_paths.end(), text) != taken_paths.end()) {
            to_->error(
                "api-path",
                given.at,
                "weir serves something else at '" + text + "'",
                "choose another path"
            );
        }
    }

    // A column that must be filled and that no payload may fill.
    void unfillable() {
        const auto owner = owner_of(*of_);
        for (std::size_t at = 0; at < of_->written_columns; ++at) {
            const auto& each = of_->columns[at];
            const bool closed = each.is_private || each.readonly;
            const bool filled = !each.required || each.default_value || at == owner ||
                                each.generated.value != generated_by::nobody;
            if (!closed || filled)
                continue;
            to_->warning(
                "unfillable-column",
                each.name.at,
                "no request can create a row: '" + each.name.value +
                    "' is required, but never taken from a payload",
                "give it a default, or leave 'create' out of 'operations'"
            );
        }
    }

    const table_model* of_;
    diagnostics* to_;
    std::string what_;
};

} // namespace

void check_tables(const schema_model& schema, diagnostics& to) {
    for (const auto& each : schema.tables)
        table_checks{each, to}.all();
}

} // namespace weir::gen
