// SPDX-License-Identifier: Apache-2.0
#include "resolve.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "names.hpp"
#include "shape.hpp"
#include "types.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

constexpr std::array backends{backend::lakebase, backend::warehouse};
constexpr std::array actions{
    delete_action::no_action,
    delete_action::restrict,
    delete_action::cascade,
    delete_action::set_null
};

/// What tables take from `defaults` unless they say otherwise.
struct table_defaults {
    located<weir::backend> backend{weir::backend::lakebase, {}};
    bool audit = true;
    std::optional<bool> soft_delete{};
    bool history = false;
};

class file_reader {
public:
    file_reader(schema_model& made, types& known, diagnostics& to)
        : made_(&made), types_(&known), to_(&to) {}

    void read_head(const node& root) {
        const mapping from{root, "the schema", words::file_keys, *to_};
        if (!from.is_map())
            return;
        read_version(from);
        made_->name = from.needed_text("name");
        read_backends(from);
        read_defaults(from);
        if (const auto* named = from.get("types"))
            types_->declare(*named, *made_);
    }

    void read_tables(const node& root) {
        const mapping from{root, "the schema", *to_};
        if (!from.is_map())
            return;
        const auto* tables = from.list("tables");
        if (tables == nullptr)
            return;
        for (const auto& each : *tables)
            read_table(each);
    }

private:
    void read_version(const mapping& from) {
        const auto version = from.needed_text("version");
        if (version.value.empty() || version.value == "1")
            return;
        to_->error(
            "unsupported-version",
            version.at,
            "this weir-gen reads version 1 of the schema language, not '" + version.value + "'",
            "write 'version: 1'"
        );
    }

    void read_backends(const mapping& from) {
        const auto* backends_node = from.get("backends");
        if (backends_node == nullptr)
            return;
        const mapping all{*backends_node, "'backends'", words::backend_names, *to_};
        if (const auto* lakebase = all.get("lakebase")) {
            const mapping one{*lakebase, "backend 'lakebase'", words::lakebase_keys, *to_};
            made_->lakebase_schema = one.needed_text("schema");
        }
        if (const auto* warehouse = all.get("warehouse")) {
            const mapping one{*warehouse, "backend 'warehouse'", words::warehouse_keys, *to_};
            made_->warehouse_catalog = one.needed_text("catalog");
            made_->warehouse_schema = one.needed_text("schema");
        }
    }

    void read_defaults(const mapping& from) {
        const auto* defaults = from.get("defaults");
        if (defaults == nullptr)
            return;
        const mapping all{*defaults, "'defaults'", words::defaults_keys, *to_};
        if (const auto at = all.word("backend", words::backend_names)) {
            defaults_.backend = {backends[at->value], at->at};
        }
        defaults_.audit = all.flag("audit", true);
        if (all.has("soft_delete"))
            defaults_.soft_delete = all.flag("soft_delete", true);
        defaults_.history = all.flag("history", false);
    }

    void read_table(const node& written) {
        const auto* name = written.find("name");
        const auto what = name != nullptr && name->is_scalar() ? "table '" + name->text + "'"
                                                               : std::string{"this table"};
        const mapping from{written, what, words::table_keys, *to_};
        if (!from.is_map())
            return;
        auto& table = made_->tables.emplace_back();
        table.space = made_->name.value;
        table.name = from.needed_text("name");
        if (table.name.value.empty())
            table.name.at = written.at;
        table.row = from.text("row");
        if (table.row.value.empty())
            table.row = {singular(table.name.value), table.name.at};
        table.description = from.text("description").value;
        table.was = from.text("was");
        table.backend = {defaults_.backend.value, table.name.at};
        if (const auto at = from.word("backend", words::backend_names)) {
            table.backend = {backends[at->value], at->at};
        }
        table.key = from.texts("key");
        table.key_at = from.has("key") ? from.key_at("key") : table.name.at;
        if (!from.has("key")) {
            to_->error(
                "missing-key",
                table.name.at,
                what + " has no 'key'",
                "add 'key: [column, …]': rows are found, changed and paged by it"
            );
        }
        table.audit = from.flag("audit", defaults_.audit);
        // What nobody asked for follows from audit; what was asked for is checked against it.
        table.soft_delete =
            from.flag("soft_delete", defaults_.soft_delete.value_or(true) && table.audit);
        table.soft_delete_at = from.key_at("soft_delete");
        table.history = from.flag(
            "history", defaults_.history && table.audit && table.backend.value == backend::lakebase
        );
        table.history_at = from.has("history") ? from.key_at("history") : table.name.at;
        read_columns(from, table);
        read_rest(from, table);
    }

    void read_columns(const mapping& from, table_model& table) {
        const auto* columns = from.list("columns");
        if (columns == nullptr && !from.has("columns")) {
            to_->error(
                "missing-key",
                table.name.at,
                from.what() + " has no 'columns'",
                "add 'columns: […]'"
            );
        }
        if (columns != nullptr) {
            for (const auto& each : *columns) {
                table.columns.push_back(types_->read_column(each, *made_, table.row.value, false));
                auto& column = table.columns.back();
                column.key = std::any_of(
                    table.key.begin(),
                    table.key.end(),
                    [&column](const located_text& key) { return key.value == column.name.value; }
                );
                if (column.unique)
                    table.unique.push_back({column.name});
            }
        }
        table.written_columns = table.columns.size();
        if (table.audit)
            add_audit_columns(table);
    }

    static void add_audit_columns(table_model& table) {
        struct fact {
            weir::type kind;
            bool required;
        };

        constexpr std::array<fact, 8> facts{{
            {type::uuid, true},
            {type::boolean, true},
            {type::timestamp, true},
            {type::string, true},
            {type::timestamp, false},
            {type::string, false},
            {type::timestamp, false},
            {type::string, false},
        }};
        for (std::size_t at = 0; at < facts.size(); ++at) {
            column_model made;
            made.name = {std::string{words::audit_columns[at]}, table.name.at};
            made.type = type_model{.kind = facts[at].kind};
            made.required = facts[at].required;
            made.readonly = true;
            made.audit = static_cast<audit_role>(at + 1);
            table.columns.push_back(std::move(made));
        }
    }

    void read_rest(const mapping& from, table_model& table) {
        read_unique(from, table);
        if (const auto* indexes = from.list("indexes")) {
            for (const auto& each : *indexes)
                read_index(each, from.what(), table);
        }
        if (const auto* checks = from.list("checks")) {
            for (const auto& each : *checks) {
                const mapping one{each, "this check of " + from.what(), words::check_keys, *to_};
                if (one.is_map())
                    table.checks.push_back({one.needed_text("name"), one.needed_text("expr")});
            }
        }
        if (const auto* relations = from.list("relations")) {
            for (const auto& each : *relations)
                read_relation(each, from.what(), table);
        }
        if (const auto* access = from.get("access"))
            read_access(*access, from.what(), table);
        if (const auto* api = from.get("api"))
            read_api(*api, from.what(), table);
        table.cluster_by = from.texts("cluster_by");
        table.cluster_by_at = from.key_at("cluster_by");
    }

    void read_unique(const mapping& from, table_model& table) {
        const auto* sets = from.list("unique");
        if (sets == nullptr)
            return;
        for (const auto& set : *sets) {
            std::vector<located_text> columns;
            if (!set.is_sequence()) {
                to_->error(
                    "wrong-shape",
                    set.at,
                    "each item in 'unique' of " + from.what() + " must be a list of columns",
                    "write unique: [[" + set.text + "]], or 'unique: true' on the column"
                );
                continue;
            }
            for (const auto& item : set.items) {
                if (auto read = text_of(item, "each column in 'unique' of " + from.what(), *to_))
                    columns.push_back(std::move(*read));
            }
            table.unique.push_back(std::move(columns));
        }
    }

    /// `placed_at desc` -> column and direction.
    std::vector<sort_model> read_order(const mapping& from, std::string_view key) {
        std::vector<sort_model> made;
        for (auto& each : from.texts(key)) {
            sort_model one{each, false};
            auto& text = one.column.value;
            const auto blank = text.find(' ');
            if (blank != std::string::npos) {
                const auto direction = text.substr(text.find_last_of(' ') + 1);
                if (direction != "asc" && direction != "desc") {
                    to_->error(
                        "bad-direction",
                        each.at,
                        "'" + direction + "' is no direction",
                        "write '" + text.substr(0, blank) + "' or '" + text.substr(0, blank) +
                            " desc'"
                    );
                }
                one.descending = direction == "desc";
                text.resize(blank);
            }
            made.push_back(std::move(one));
        }
        return made;
    }

    void read_index(const node& written, const std::string& of, table_model& table) {
        const mapping from{written, "this index of " + of, words::index_keys, *to_};
        if (!from.is_map())
            return;
        index_model made{read_order(from, "columns"), from.text("where").value, written.at};
        if (made.columns.empty()) {
            to_->error(
                "missing-key",
                written.at,
                "this index of " + of + " names no columns",
                "add 'columns: [column, …]'"
            );
        }
        table.indexes.push_back(std::move(made));
    }

    void read_relation(const node& written, const std::string& of, table_model& table) {
        const auto* name = written.find("name");
        const auto what = name != nullptr && name->is_scalar() ? "relation '" + name->text + "'"
                                                               : "this relation of " + of;
        const mapping from{written, what, words::relation_keys, *to_};
        if (!from.is_map())
            return;
        relation_model made;
        made.name = from.needed_text("name");
        made.to = from.needed_text("to");
        made.from = from.texts("from");
        if (!from.has("from")) {
            to_->error(
                "missing-key",
                written.at,
                what + " has no 'from'",
                "add 'from: [column, …]': this table's columns that hold the other's key"
            );
        }
        made.inverse = from.text("inverse");
        if (const auto action = from.word("on_delete", words::delete_actions)) {
            made.on_delete = actions[action->value];
            made.on_delete_at = action->at;
        }
        table.relations.push_back(std::move(made));
    }

    void read_access(const node& written, const std::string& of, table_model& table) {
        const mapping from{written, "'access' of " + of, words::access_keys, *to_};
        if (!from.is_map())
            return;
        auto& made = table.access;
        made.at = written.at;
        const int rules = int{from.has("owner")} + int{from.has("via")} + int{from.has("run_as")};
        if (rules != 1) {
            to_->error(
                "access-rule",
                written.at,
                "'access' of " + of + " must have one of 'owner', 'via' and 'run_as'",
                "owner: a column that holds the caller's id; via: a relation; run_as: user"
            );
        }
        if (from.has("owner")) {
            made.rule = access_rule::owner;
            made.by = from.text("owner");
        } else if (from.has("via")) {
            made.rule = access_rule::via;
            made.by = from.text("via");
        } else if (from.has("run_as")) {
            made.rule = access_rule::run_as_user;
            made.by = {{}, from.key_at("run_as")};
            static_cast<void>(from.word("run_as", words::run_as));
        }
        made.read_all = from.texts("read_all");
        made.purge = from.texts("purge");
    }

    void read_api(const node& written, const std::string& of, table_model& table) {
        const mapping from{written, "'api' of " + of, words::api_keys, *to_};
        if (!from.is_map())
            return;
        api_model made;
        made.at = written.at;
        made.path = from.text("path");
        if (made.path.value.empty() && !from.has("path")) {
            made.path = {table.name.value, written.at};
            std::replace(made.path.value.begin(), made.path.value.end(), '_', '-');
        }
        if (from.has("operations"))
            made.operations = read_operations(from);
        if (const auto limit = from.number("max_limit"))
            made.max_limit = *limit;
        if (const auto limit = from.number("default_limit")) {
            made.default_limit = *limit;
        } else {
            made.default_limit = {
                std::min<std::uint32_t>(100, made.max_limit.value), made.max_limit.at
            };
        }
        made.order_by = read_order(from, "order_by");
        made.include = from.texts("include");
        made.records_v1 = from.flag("records_v1", false);
        made.async = from.flag("async", false);
        made.cache_seconds = from.number("cache_seconds");
        table.api = std::move(made);
    }

    std::uint16_t read_operations(const mapping& from) {
        std::uint16_t bits = 0;
        for (const auto& each : from.texts("operations")) {
            const auto found =
                std::find(words::operations.begin(), words::operations.end(), each.value);
            if (found == words::operations.end()) {
                to_->error(
                    "unknown-word",
                    each.at,
                    "'" + each.value + "' is no operation",
                    nearest_hint(each.value, words::operations)
                );
                continue;
            }
            const auto bit = static_cast<std::uint16_t>(1U << (found - words::operations.begin()));
            if ((bits & bit) != 0)
                to_->error(
                    "duplicate-item",
                    each.at,
                    "the operation '" + each.value + "' is named twice",
                    "name it once"
                );
            bits = static_cast<std::uint16_t>(bits | bit);
        }
        if (bits == 0 && !to_->has_error_in(from.find_at("operations"))) {
            to_->error(
                "api-operations",
                from.find_at("operations"),
                "no operation is offered",
                "leave 'api' out to keep the table off HTTP"
            );
        }
        return bits;
    }

    schema_model* made_;
    types* types_;
    diagnostics* to_;
    table_defaults defaults_{};
};

const table_model*
find_table(const std::deque<schema_model>& schemas, const schema_model& in, std::string_view name) {
    const auto point = name.find('.');
    const auto space =
        point == std::string_view::npos ? std::string_view{in.name.value} : name.substr(0, point);
    const auto local = point == std::string_view::npos ? name : name.substr(point + 1);
    for (const auto& schema : schemas) {
        if (schema.name.value != space)
            continue;
        for (const auto& table : schema.tables) {
            if (table.name.value == local)
                return &table;
        }
    }
    return nullptr;
}

void resolve_relations(std::deque<schema_model>& schemas, schema_model& in, diagnostics& to) {
    std::vector<std::string_view> known;
    for (const auto& schema : schemas) {
        for (const auto& table : schema.tables) {
            if (&schema == &in)
                known.emplace_back(table.name.value);
        }
    }
    for (auto& table : in.tables) {
        for (auto& relation : table.relations) {
            relation.target = find_table(schemas, in, relation.to.value);
            if (relation.target == nullptr && !relation.to.value.empty()) {
                to.error(
                    "unknown-table",
                    relation.to.at,
                    "unknown table '" + relation.to.value + "' in relation '" +
                        relation.name.value + "'",
                    nearest_hint(relation.to.value, known)
                );
            }
            if (relation.target != nullptr && relation.target->space != in.name.value) {
                in.relation_imports.push_back(relation.target->space);
            }
        }
    }
}

// A relation of the table itself, or of another table by its inverse name. Names that mean nothing
// are told by the checks.
std::optional<inclusion_model> find_inclusion(
    const std::deque<schema_model>& schemas, const table_model& in, const std::string& name
) {
    for (std::size_t at = 0; at < in.relations.size(); ++at) {
        if (in.relations[at].name.value == name && in.relations[at].target != nullptr)
            return inclusion_model{name, in.relations[at].target, at, false};
    }
    for (const auto& schema : schemas) {
        for (const auto& other : schema.tables) {
            for (std::size_t at = 0; at < other.relations.size(); ++at) {
                const auto& each = other.relations[at];
                if (each.target == &in && each.inverse.value == name)
                    return inclusion_model{name, &other, at, true};
            }
        }
    }
    return std::nullopt;
}

// After every relation has found its target: inverse names come from anywhere.
void resolve_inclusions(const std::deque<schema_model>& schemas, schema_model& in) {
    for (auto& table : in.tables) {
        if (!table.api)
            continue;
        for (const auto& each : table.api->include) {
            auto found = find_inclusion(schemas, table, each.value);
            if (!found)
                continue;
            if (found->of->space != in.name.value)
                in.relation_imports.push_back(found->of->space);
            table.api->inclusions.push_back(std::move(*found));
        }
    }
}

void sort_names(std::vector<std::string>& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

} // namespace

std::deque<schema_model>
resolve(const std::vector<parsed_file>& parsed, const sources& files, diagnostics& to) {
    std::deque<schema_model> schemas;
    std::deque<file_reader> readers;
    types known{files, to};
    for (const auto& each : parsed) {
        auto& made = schemas.emplace_back();
        made.path = files[each.file].path();
        made.file = each.file;
        readers.emplace_back(made, known, to).read_head(*each.root);
    }
    known.resolve_all();
    for (std::size_t at = 0; at < parsed.size(); ++at)
        readers[at].read_tables(*parsed[at].root);
    for (auto& schema : schemas)
        resolve_relations(schemas, schema, to);
    for (auto& schema : schemas) {
        resolve_inclusions(schemas, schema);
        sort_names(schema.type_imports);
        sort_names(schema.relation_imports);
        std::erase_if(schema.relation_imports, [&schema](const std::string& name) {
            return std::binary_search(schema.type_imports.begin(), schema.type_imports.end(), name);
        });
    }
    return schemas;
}

} // namespace weir::gen
