// SPDX-License-Identifier: Apache-2.0
#include "catalog.hpp"

#include <weir/sql/declared_type.hpp>

#include <map>
#include <utility>

#include "sql_words.hpp"

namespace weir::ops {

namespace {

// What each query selects comes in the order in which it is read below.
constexpr const char* tables_text =
    "select c.oid, c.relname, c.relkind, obj_description(c.oid, 'pg_class'), "
    "case when c.relrowsecurity and c.relforcerowsecurity then 't' else 'f' end, "
    "exists (select 1 from pg_policy as p where p.polrelid = c.oid and p.polname = 'weir_select'), "
    "(select obj_description(p.oid, 'pg_policy') from pg_policy as p "
    "where p.polrelid = c.oid and p.polname = 'weir_select'), "
    "exists (select 1 from pg_policy as p where p.polrelid = c.oid and p.polname not like "
    "'weir\\_%') "
    "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
    "where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f') order by c.relname";

constexpr const char* columns_text =
    "select a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), "
    "case when a.attcollation <> t.typcollation then l.collname end, a.attnotnull, "
    "a.attidentity <> '', pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum) "
    "from pg_attribute as a join pg_class as c on c.oid = a.attrelid "
    "join pg_namespace as n on n.oid = c.relnamespace join pg_type as t on t.oid = a.atttypid "
    "left join pg_collation as l on l.oid = a.attcollation "
    "left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum "
    "where n.nspname = $1 and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped "
    "order by a.attrelid, a.attnum";

constexpr const char* rules_text =
    "select o.conrelid, o.conname, o.contype, pg_get_constraintdef(o.oid), o.convalidated, "
    "(select string_agg('\"' || a.attname || '\"', ', ' order by k.at) "
    "from unnest(o.conkey) with ordinality as k(num, at) "
    "join pg_attribute as a on a.attrelid = o.conrelid and a.attnum = k.num), "
    "fn.nspname, f.relname, "
    "(select string_agg('\"' || a.attname || '\"', ', ' order by k.at) "
    "from unnest(o.confkey) with ordinality as k(num, at) "
    "join pg_attribute as a on a.attrelid = o.confrelid and a.attnum = k.num), o.confdeltype "
    "from pg_constraint as o join pg_class as c on c.oid = o.conrelid "
    "join pg_namespace as n on n.oid = c.relnamespace "
    "left join pg_class as f on f.oid = o.confrelid "
    "left join pg_namespace as fn on fn.oid = f.relnamespace "
    "where n.nspname = $1 and o.contype in ('p', 'c', 'f', 'u', 'x') order by o.conname";

constexpr const char* indexes_text =
    "select i.indrelid, x.relname, i.indisunique, i.indisvalid, pg_get_indexdef(i.indexrelid) "
    "from pg_index as i join pg_class as x on x.oid = i.indexrelid "
    "join pg_class as c on c.oid = i.indrelid join pg_namespace as n on n.oid = c.relnamespace "
    "where n.nspname = $1 and not i.indisprimary and not exists (select 1 from pg_constraint as o "
    "where o.conindid = i.indexrelid and o.contype in ('p', 'u', 'x')) order by x.relname";

rule_kind kind_of(char letter) {
    switch (letter) {
    case 'p':
        return rule_kind::primary_key;
    case 'c':
        return rule_kind::check;
    case 'f':
        return rule_kind::foreign_key;
    default:
        return rule_kind::other;
    }
}

std::string action_of(char letter) {
    switch (letter) {
    case 'r':
        return " on delete restrict";
    case 'c':
        return " on delete cascade";
    case 'n':
        return " on delete set null";
    case 'd':
        return " on delete set default";
    default:
        return {};
    }
}

rule_state rule_of(const std::vector<std::string>& row) {
    rule_state made;
    made.name = row[1];
    made.kind = kind_of(row[2].front());
    made.is_valid = row[4] == "t";
    if (made.kind == rule_kind::primary_key) {
        made.definition = spelled{"primary key (" + row[5] + ")"};
    } else if (made.kind == rule_kind::foreign_key) {
        made.target = quoted(row[6]) + '.' + quoted(row[7]);
        made.definition = spelled{
            "foreign key (" + row[5] + ") references " + made.target + " (" + row[8] + ")" +
            action_of(row[9].front())
        };
    } else {
        auto text = row[3];
        constexpr std::string_view unchecked = " NOT VALID";
        if (text.ends_with(unchecked))
            text.resize(text.size() - unchecked.size());
        made.definition.text = text;
        made.definition.compared = comparable(text);
    }
    return made;
}

} // namespace

std::vector<table_state>
read_catalog(database& from, const std::string& schema, const std::string& prefix) {
    std::map<std::string, table_state> found;
    std::vector<std::string> order;
    for (const auto& row : from.query(tables_text, {schema})) {
        auto& table = found[row[0]];
        order.push_back(row[0]);
        table.prefix = prefix;
        table.name = row[1];
        table.is_table = row[2] == "r" || row[2] == "p";
        table.is_partitioned = row[2] == "p";
        table.comment = row[3];
        if (row[5] == "t") {
            table.policies = row[6].empty() ? "unmarked" : row[6];
            if (row[4] != "t")
                table.policies.append(", not forced");
        }
        table.has_foreign_policies = row[7] == "t";
    }
    for (const auto& row : from.query(columns_text, {schema})) {
        auto& column = found[row[0]].columns.emplace_back();
        column.name = row[1];
        column.type = sql::declared_type(row[2]);
        column.collation = row[3];
        column.required = row[4] == "t";
        column.identity = row[5] == "t";
        column.default_value.text = row[6];
        column.default_value.compared = comparable(row[6]);
        column.comment = row[7];
    }
    for (const auto& row : from.query(rules_text, {schema}))
        found[row[0]].rules.push_back(rule_of(row));
    for (const auto& row : from.query(indexes_text, {schema})) {
        auto& index = found[row[0]].indexes.emplace_back();
        index.name = row[1];
        index.is_unique = row[2] == "t";
        index.is_valid = row[3] == "t";
        constexpr std::string_view begin = " USING ";
        const auto at = row[4].find(begin);
        index.definition.text = row[4].substr(at + begin.size());
        index.definition.compared = comparable(index.definition.text);
    }
    std::vector<table_state> tables;
    for (const auto& oid : order)
        tables.push_back(std::move(found[oid]));
    return tables;
}

} // namespace weir::ops
