// SPDX-License-Identifier: Apache-2.0
// How the columns of a table in the database differ from its facts: what a service looks at when it
// starts. Rules, indexes and policies are the business of `weir diff`. Light: data/session.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/declared_type.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/type_name.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

namespace detail {

/// A column as PostgreSQL has it.
struct live_column {
    std::string name{};
    std::string type{};
    bool required = false;
    bool is_filled = false;
};

template <session Session>
[[nodiscard]] std::vector<live_column>
read_live_columns(Session& session, const table& of, deadline until) {
    // The type of a table's rows names the table where a text could not: its schema is a setting.
    const auto text = sql::written(sql::dialect::postgres, [&](sql::writer& out) {
        out.put("select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
                "a.atthasdef or a.attidentity <> '' from pg_attribute as a "
                "join pg_type as t on t.typrelid = a.attrelid "
                "where a.attnum > 0 and not a.attisdropped and t.oid = pg_typeof(null::")
            .name(of)
            .put(") order by a.attnum");
    });
    std::vector<live_column> found;
    auto rows = session.execute({text, of.name, sql::verb::select}, {}, until);
    while (const auto row = rows.next())
        found.push_back(
            {.name = std::string{(*row)[0].text},
             .type = sql::declared_type((*row)[1].text),
             .required = (*row)[2].text == "t",
             .is_filled = (*row)[3].text == "t"}
        );
    return found;
}

[[nodiscard]] inline std::string
difference_of(const column& wanted, const live_column* live, bool is_key) {
    const auto name = "column " + std::string{wanted.name};
    std::string type;
    sql::sink out{type};
    sql::write_type(out, wanted.type, sql::dialect::postgres, sql::type_use::declaration);
    if (live == nullptr)
        return name + " is absent, a " + type;
    if (live->type != type)
        return name + " is " + live->type + ", not " + type;
    const bool required = !wanted.nullable || is_key;
    if (live->required != required)
        return name + (required ? " may be NULL there" : " may not be NULL there");
    return {};
}

/// Whether a statement that names every column is understood; what the server says where not.
template <session Session>
[[nodiscard]] std::vector<std::string>
refusal_of_columns(Session& session, const table& of, deadline until) {
    const auto text = sql::written(session.dialect(), [&](sql::writer& out) {
        std::string_view comma = "select ";
        for (const auto& column : of.columns) {
            out.put(comma).name(column.name);
            comma = ", ";
        }
        out.put(" from ").name(of).put(" limit 0");
    });
    try {
        session.execute({text, of.name, sql::verb::select}, {}, until);
        return {};
    } catch (const statement_error& refused) {
        const std::string_view said = refused.server_text();
        return {std::string{said.empty() ? std::string_view{refused.what()} : said}};
    }
}

} // namespace detail

/// What differs between a table and its facts, a sentence each; nothing: its columns are as
/// declared.
///
/// Statement: one; on PostgreSQL of the catalogs, so every column that is absent, not declared, of
///            another type or otherwise required is told; elsewhere one that names every column and
///            reads no row: the first that the server does not know is told, in its words.
/// Errors:    the session's.
template <session Session>
[[nodiscard]] std::vector<std::string> drift_of(Session& session, const table& of, deadline until) {
    if (session.dialect() != sql::dialect::postgres)
        return detail::refusal_of_columns(session, of, until);
    auto live = detail::read_live_columns(session, of, until);
    std::vector<std::string> found;
    for (const auto& column : of.columns) {
        const auto same = std::find_if(live.begin(), live.end(), [&](const auto& each) {
            return each.name == column.name;
        });
        auto told =
            detail::difference_of(column, same == live.end() ? nullptr : &*same, column.key);
        if (!told.empty())
            found.push_back(std::move(told));
        if (same != live.end())
            live.erase(same);
    }
    for (const auto& each : live) {
        const bool stops_inserts = each.required && !each.is_filled;
        found.push_back(
            "column " + each.name + " is not declared" +
            (stops_inserts ? " and required, so that no row can be added" : "")
        );
    }
    return found;
}

} // namespace weir
