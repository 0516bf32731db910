// SPDX-License-Identifier: Apache-2.0
#include "wanted.hpp"

#include <weir/core/error.hpp>
#include <weir/sql/ddl.hpp>
#include <weir/sql/place.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/idempotency.hpp>

#include <algorithm>
#include <span>
#include <utility>

#include "sql_words.hpp"

namespace weir::ops {

namespace {

constexpr auto postgres = sql::dialect::postgres;

template <class Write>
std::string written(sql::dialect spoken, const Write& write) {
    std::string text;
    sql::sink into{text};
    sql::writer out{into, spoken};
    write(out);
    return text;
}

/// What whoever serves a table does to it, and to its history: an insert may be an upsert, and a
/// removal an update.
std::string rights_to(const table& of) {
    const auto writes = writes_to(of);
    std::string made{"select"};
    if (writes.has(operations::create) || writes.has(operations::update))
        made.append(", insert");
    if (writes.bits != 0)
        made.append(", update");
    if (writes.has(operations::remove))
        made.append(", delete");
    return made;
}

/// `STRUCT<`x`: DOUBLE>` as information_schema has it.
std::string full_data_type(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '`'; });
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// What rows that are there get on a warehouse, which has no default that differs per row.
bool is_given_uuids(const column& of) {
    return of.generated == generated_by::uuid || of.audit == audit_role::record_uuid;
}

column_state
state_of_column(const table& of, const table& owner, std::size_t position, sql::dialect spoken) {
    const bool is_delta = spoken == sql::dialect::databricks;
    const auto& column = of.columns[position];
    column_state made;
    made.name = column.name;
    made.type = written(spoken, [&](sql::writer& out) {
        out.type(column.type, sql::type_use::declaration);
    });
    if (is_delta)
        made.type = full_data_type(std::move(made.type));
    else if (sql::has_collation(column.type.kind))
        made.collation = "C";
    made.required = !column.nullable || column.key;
    const auto generated =
        written(spoken, [&](sql::writer& out) { sql::detail::write_generated(out, column); });
    constexpr std::string_view begin = " default ";
    if (generated.starts_with(begin)) {
        made.default_value = spelled{generated.substr(begin.size())};
        made.default_varies = made.default_value.text == "gen_random_uuid()";
        if (is_delta)
            made.default_value.compared = comparable_on_warehouse(made.default_value.text);
    }
    made.identity = column.generated == generated_by::identity;
    if (column.audit == audit_role::inserted_by)
        made.fill = "'weir migrate'";
    else if (is_delta && is_given_uuids(column))
        made.fill = "uuid()";
    made.comment = column.description;
    // A history has its table's columns first, at the same positions.
    if (position < owner.columns.size())
        made.was = owner.columns[position].was;
    made.is_shown = !column.is_private;
    if (&of == &owner)
        made.is_asked = is_required_column(of, position) && is_payload_column(of, position);
    return made;
}

std::vector<std::string> names_of(const table& of, column_indexes columns) {
    std::vector<std::string> names;
    for (const auto position : columns)
        names.emplace_back(of.columns[position].name);
    return names;
}

} // namespace

wanted_tables::wanted_tables(
    std::span<const table* const> tables,
    std::size_t given,
    std::string schema,
    lookup variables,
    backend on
)
    : on_(on),
      spoken_(on == backend::warehouse ? sql::dialect::databricks : sql::dialect::postgres),
      schema_(std::move(schema)), variables_(std::move(variables)) {
    for (std::size_t at = 0; at < tables.size(); ++at) {
        if (tables[at]->backend != on_) {
            left_out_ += at < given ? 1 : 0;
            continue;
        }
        all_.push_back(tables[at]);
        if (at < given)
            own_ = all_.size();
    }
    const std::span own{all_.data(), own_};
    beside_ = idempotency_tables(own);
    for (const auto* each : own) {
        if (each->history)
            histories_.emplace_back(*each);
    }
}

std::string wanted_tables::prefix_at(std::string_view place) const {
    if (!schema_.empty() && !place.starts_with(sql::fixed_place))
        return quoted(schema_) + '.';
    return sql::resolve_place(place, spoken_, variables_);
}

std::string wanted_tables::placed(std::string_view text) const {
    return sql::expand_places(text, spoken_, [this](std::string_view place) {
        return prefix_at(place);
    });
}

spelled wanted_tables::check_text(const std::string& condition) const {
    if (spoken_ == postgres)
        return spelled{"check (" + condition + ")"};
    // As the DDL has it: Delta takes NULL for a violation, where PostgreSQL lets it pass.
    const auto whole = '(' + condition + ") is not false";
    spelled made{"check (" + whole + ")"};
    made.compared = comparable_on_warehouse(whole);
    return made;
}

table_state wanted_tables::state_of(const table& of, const table& owner) const {
    table_state made;
    made.prefix = prefix_at(of.place);
    made.name = of.name;
    if (!owner.was.empty())
        made.was = std::string{owner.was}.append(&of == &owner ? "" : history_suffix);
    made.comment = of.description;
    made.is_in_api = !of.api.path.empty();
    made.rights = rights_to(owner);
    for (std::size_t at = 0; at < of.columns.size(); ++at)
        made.columns.push_back(state_of_column(of, owner, at, spoken_));
    if (!of.key.empty()) {
        const auto list = written(spoken_, [&](sql::writer& out) {
            out.put("primary key (");
            sql::detail::write_names(out, of, of.key);
            out.put(")");
        });
        made.rules.push_back({
            .kind = rule_kind::primary_key,
            .name = sql::detail::object_name(std::string{of.name} + "_pkey", spoken_),
            .definition = spelled{list},
            .columns = names_of(of, of.key),
        });
    }
    sql::detail::table_checks{of}.for_each(
        spoken_,
        [&](const std::string& name, const auto& condition) {
            const auto text = written(spoken_, condition);
            made.rules.push_back({
                .kind = rule_kind::check,
                .name = name,
                .definition = check_text(text),
                .condition = text,
                .is_enumeration = name.ends_with("_enum"),
            });
        }
    );
    for (const auto& relation : of.relations) {
        const auto& target = relation.target();
        if (target.backend != of.backend)
            continue;
        auto alone = of;
        alone.relations = {&relation, 1};
        auto text = written(spoken_, [&](sql::writer& out) {
            sql::detail::write_foreign_keys(out, alone);
        });
        const auto name = sql::detail::object_name(of, relation.from, "_fkey", spoken_);
        text.erase(0, text.find("foreign key"));
        made.rules.push_back({
            .kind = rule_kind::foreign_key,
            .name = name,
            .definition = spelled{placed(text)},
            .columns = names_of(of, relation.from),
            .target = prefix_at(target.place) + quoted(target.name, spoken_),
            .target_columns = names_of(target, target.key),
        });
    }
    std::vector<sql::ddl_statement> statements;
    sql::detail::table_ddl{statements, of, spoken_}.create();
    std::vector<sql::ddl_statement> policies;
    if (spoken_ == postgres && sql::is_isolated(owner))
        sql::detail::table_ddl{policies, owner, postgres}.police(
            &of == &owner ? sql::detail::row_policies::about::rows
                          : sql::detail::row_policies::about::history
        );
    for (const auto& each : policies)
        made.policies = made.police = placed(each.text);
    for (const auto position : of.cluster_by)
        made.clustering.emplace_back(of.columns[position].name);
    const auto on = " on " + made.full_name() + ' ';
    for (const auto& each : statements) {
        auto text = placed(each.text);
        // The DDL's own words, so that no other place says what an index is.
        const bool is_unique = text.starts_with("create unique index");
        if (is_unique || text.starts_with("create index")) {
            const auto at = text.find(on);
            const auto open = text.find('"');
            index_state index;
            index.name = text.substr(open + 1, text.find('"', open + 1) - open - 1);
            index.is_unique = is_unique;
            index.definition = spelled{text.substr(at + on.size())};
            made.indexes.push_back(std::move(index));
        }
        made.create.push_back(std::move(text));
    }
    if (&of != &owner && !made.police.empty())
        made.create.push_back(made.police);
    // A warehouse has no indexes: weir's statements keep unique sets.
    for (std::size_t at = 0; at < of.unique.size() && spoken_ == postgres; ++at) {
        auto& index = made.indexes[at];
        index.columns = names_of(of, of.unique[at].columns);
        const auto where = index.definition.text.find(" where ");
        if (where != std::string::npos)
            index.where = index.definition.text.substr(where + 7);
    }
    return made;
}

schema_state wanted_tables::state() const {
    schema_state made;
    made.spoken = spoken_;
    auto own = all_;
    own.resize(own_);
    for (const auto* of : sql::detail::parents_first(own)) {
        made.tables.push_back(state_of(*of, *of));
        for (const auto& history : histories_) {
            if (history.facts().name == std::string{of->name}.append(history_suffix) &&
                history.facts().place == of->place)
                made.tables.push_back(state_of(history.facts(), *of));
        }
    }
    for (const auto& each : beside_)
        made.tables.push_back(state_of(each, each));
    return made;
}

std::set<std::string> wanted_tables::prefixes() const {
    std::set<std::string> found;
    for (std::size_t at = 0; at < own_; ++at)
        found.insert(prefix_at(all_[at]->place));
    return found;
}

std::string wanted_tables::prefix_of(std::string_view table) const {
    for (const auto* each : all_) {
        if (each->name == table)
            return prefix_at(each->place);
    }
    return {};
}

std::vector<std::string> wanted_tables::temporary() const {
    auto tables = all_;
    std::set<std::string_view> names;
    for (const auto* each : all_) {
        if (!names.insert(each->name).second)
            throw configuration_error{
                "two schemas have a table '" + std::string{each->name} +
                "'; give one schema file at a time"
            };
    }
    if (!beside_.empty())
        tables.push_back(&beside_.front());
    std::vector<std::string> texts;
    for (const auto& each : sql::create_tables(tables, postgres, {.schemas = false})) {
        texts.push_back(sql::expand_places(each.text, postgres, [](std::string_view) {
            return std::string_view{"pg_temp."};
        }));
    }
    return texts;
}

} // namespace weir::ops
