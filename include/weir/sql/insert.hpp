// SPDX-License-Identifier: Apache-2.0
// Statements that add rows: insert and upsert, of one row or of many at once. Costs what
// predicate.hpp costs.
//
// Every one of them is all or nothing. Where rows are refused (a key that is taken and no database
// constraint to say so, a parent or an existing row that is not the caller's) none is written, and
// no affected row is the answer.
#pragma once

#include <weir/sql/predicate.hpp>
#include <weir/sql/rows.hpp>

namespace weir::sql {

/// What an insert does about rows whose key exists.
enum class on_conflict : std::uint8_t {
    /// postgres: the database's unique violation; databricks: see insert_is_guarded().
    refuse,
    /// Replaces the columns an update may set, and stamps the change.
    update,
};

/// How many rows a statement takes.
enum class row_count : std::uint8_t { one, many };

struct insert_shape {
    row_count rows = row_count::one;
    on_conflict existing = on_conflict::refuse;
    sql::returning back = returning::rows;
};

namespace detail {

/// Whether an upsert of an existing row sets a column; the stamps follow separately.
[[nodiscard]] constexpr bool is_upserted(const table& of, std::uint16_t position) noexcept {
    return is_update_column(of, position);
}

/// `"status" = excluded."status", …, "updated_at" = excluded."inserted_at", …`; false when there is
/// nothing to set.
constexpr bool write_upserted(
    writer& out,
    const table& of,
    column_indexes columns,
    std::string_view alias,
    std::string_view before
) {
    separator comma{", ", before};
    bool any = false;
    for (const auto position : columns) {
        if (!is_upserted(of, position))
            continue;
        any = true;
        const auto& column = of.columns[position];
        out.put(comma.next()).name(column.name).put(" = ").name(alias, column);
    }
    if (!any)
        return false;
    constexpr audit_role stamps[][2]{
        {audit_role::updated_at, audit_role::inserted_at},
        {audit_role::updated_by, audit_role::inserted_by},
    };
    for (const auto& [updated, inserted] : stamps) {
        const auto to = find_column(of.columns, updated);
        const auto from = find_column(of.columns, inserted);
        if (to == of.columns.size() || from == of.columns.size())
            continue;
        out.put(comma.next()).name(of.columns[to].name).put(" = ").name(alias, of.columns[from]);
    }
    return true;
}

constexpr void write_column_names(
    writer& out, const table& of, column_indexes columns, std::string_view prefix = ""
) {
    separator comma;
    for (const auto position : columns)
        out.put(comma.next()).put(prefix).name(of.columns[position].name);
}

/// The rows an upsert may change, besides having the key: live and, by owner, the caller's. `given`
/// is where the new row's values are.
constexpr void write_changeable(
    writer& out, separator& also, const table& of, std::string_view existing, std::string_view given
) {
    const auto is_deleted = find_column(of.columns, audit_role::is_deleted);
    if (keeps_deleted(of)) {
        out.put(also.next()).name(existing, of.columns[is_deleted]).put(" = false");
    }
    if (of.access.rule == access_rule::owner) {
        const auto& owner = of.columns[of.access.owner];
        out.put(also.next()).name(existing, owner).put(" = ").name(given, owner);
    }
}

/// Whether a statement gives values for all of some columns; false for none.
[[nodiscard]] constexpr bool are_given(column_indexes columns, column_indexes given) {
    for (const auto wanted : columns) {
        std::size_t at = 0;
        while (at < given.size() && given[at] != wanted)
            ++at;
        if (at == given.size())
            return false;
    }
    return !columns.empty();
}

/// What must not be found among the incoming rows and the table, one `not exists` each.
class refusals {
public:
    constexpr refusals(writer& out, const table& of, column_indexes given, std::size_t caller)
        : out_(&out), of_(&of), given_(given), where_(out), caller_(caller) {}

    /// A row whose parent is not the caller's.
    constexpr void of_foreign_parents() {
        if (of_->access.rule != access_rule::via)
            return;
        begin();
        out_->put(" where not ");
        write_access(*out_, *of_, "r", caller_);
        out_->put(")");
    }

    /// A row whose key is taken.
    constexpr void of_taken_keys() {
        if (!are_given(of_->key))
            return;
        begin_joined(of_->key);
        out_->put(")");
    }

    /// A row whose key is taken by a row the caller may not change.
    constexpr void of_foreign_rows() {
        const bool via = of_->access.rule == access_rule::via;
        if (!via && of_->access.rule != access_rule::owner && !keeps_deleted(*of_))
            return;
        begin_joined(of_->key);
        separator either{" or ", " where "};
        if (keeps_deleted(*of_)) {
            const auto at = find_column(of_->columns, audit_role::is_deleted);
            out_->put(either.next()).name("o", of_->columns[at]).put(" = true");
        }
        if (of_->access.rule == access_rule::owner) {
            const auto& owner = of_->columns[of_->access.owner];
            out_->put(either.next()).name("o", owner).put(" is distinct from ").name("r", owner);
        }
        if (via) {
            out_->put(either.next()).put("not ");
            write_access(*out_, *of_, "o", caller_);
        }
        out_->put(")");
    }

    /// A row whose unique columns are taken by a live row with another key.
    constexpr void of_taken_unique_values(on_conflict existing) {
        for (const auto& set : of_->unique) {
            if (!are_given(set.columns))
                continue;
            begin_joined(set.columns);
            separator also{" and ", " where "};
            if (keeps_deleted(*of_)) {
                const auto at = find_column(of_->columns, audit_role::is_deleted);
                out_->put(also.next()).name("o", of_->columns[at]).put(" = false");
            }
            if (existing == on_conflict::update) {
                out_->put(also.next()).put("not (");
                write_equal_columns(*out_, *of_, of_->key, "o", "r");
                out_->put(")");
            }
            out_->put(")");
        }
    }

    /// Two rows of the same statement that would be one.
    constexpr void of_repetitions() {
        of_repeated(of_->key);
        for (const auto& set : of_->unique)
            of_repeated(set.columns);
    }

private:
    [[nodiscard]] constexpr bool are_given(column_indexes columns) const {
        return sql::detail::are_given(columns, given_);
    }

    constexpr void begin() { where_.also().put("not exists (select 1 from incoming as r"); }

    constexpr void begin_joined(column_indexes columns) {
        begin();
        out_->put(" join ").name(*of_).put(" as o on ");
        write_equal_columns(*out_, *of_, columns, "o", "r");
    }

    constexpr void of_repeated(column_indexes columns) {
        if (!are_given(columns))
            return;
        begin();
        separator also{" and ", " where "};
        for (const auto position : columns) {
            const auto& column = of_->columns[position];
            if (column.nullable)
                out_->put(also.next()).name("r", column).put(" is not null");
        }
        out_->put(" group by ");
        write_column_names(*out_, *of_, columns, "r.");
        out_->put(" having count(*) > 1)");
    }

    writer* out_;
    const table* of_;
    column_indexes given_;
    where_clause where_;
    std::size_t caller_;
};

/// `with incoming as (<the rows given>)`.
constexpr void write_incoming(writer& out, const table& of, column_indexes columns, bool as_rows) {
    out.put("with incoming as (");
    if (as_rows) {
        write_rows(out, of, columns);
    } else {
        write_one_row(out, of, columns);
    }
    out.put(") select r.* from incoming as r");
}

constexpr void write_values(writer& out, const table& of, column_indexes columns) {
    separator comma;
    out.put("values (");
    for (const auto position : columns) {
        out.put(comma.next());
        write_argument(out, of.columns[position].type, out.take());
    }
    out.put(")");
}

/// Whether a warehouse can take the columns in a VALUES list, which wants constants.
[[nodiscard]] constexpr bool are_bound_plainly(const table& of, column_indexes columns) {
    for (const auto position : columns) {
        if (!is_bound_plainly(of.columns[position].type, dialect::databricks))
            return false;
    }
    return true;
}

constexpr void
write_on_conflict(writer& out, const table& of, column_indexes columns, std::size_t caller) {
    out.put(" on conflict (");
    write_column_names(out, of, of.key);
    out.put(")");
    if (!write_upserted(out, of, columns, "excluded", " do update set ")) {
        out.put(" do nothing");
        return;
    }
    separator also{" and ", " where "};
    write_changeable(out, also, of, "t", "excluded");
    if (of.access.rule == access_rule::via) {
        out.put(also.next());
        write_access(out, of, "t", caller);
    }
}

constexpr void
write_insert_postgres(writer& out, const table& of, column_indexes columns, insert_shape shape) {
    const auto caller = insert_binds_caller(of) ? out.take() : 0;
    const bool upsert = shape.existing == on_conflict::update;
    const bool many = shape.rows == row_count::many;
    out.put("insert into ").name(of).put(" as t (");
    write_column_names(out, of, columns);
    out.put(") ");
    if (!many && of.access.rule != access_rule::via) {
        write_values(out, of, columns);
    } else {
        write_incoming(out, of, columns, many);
        refusals refused{out, of, columns, caller};
        refused.of_foreign_parents();
        if (upsert && many)
            refused.of_foreign_rows();
    }
    if (upsert)
        write_on_conflict(out, of, columns, caller);
    if (shape.back == returning::rows) {
        out.put(" returning ");
        write_selected(out, "t", of);
    }
}

constexpr void
write_insert_databricks(writer& out, const table& of, column_indexes columns, insert_shape shape) {
    const auto caller = insert_binds_caller(of) ? out.take() : 0;
    const bool upsert = shape.existing == on_conflict::update;
    const bool as_rows =
        shape.rows == row_count::many ||
        insert_binding(of, dialect::databricks, columns.size()) == binding::json_rows;
    const bool guarded = upsert || insert_is_guarded(of, dialect::databricks);
    if (!guarded) {
        out.put("insert into ").name(of).put(" (");
        write_column_names(out, of, columns);
        out.put(") ");
        if (!as_rows && of.access.rule != access_rule::via && are_bound_plainly(of, columns)) {
            write_values(out, of, columns);
        } else {
            write_incoming(out, of, columns, as_rows);
            refusals{out, of, columns, caller}.of_foreign_parents();
        }
        return;
    }
    out.put("merge into ").name(of).put(" as t using (");
    write_incoming(out, of, columns, as_rows);
    refusals refused{out, of, columns, caller};
    refused.of_foreign_parents();
    if (upsert) {
        refused.of_foreign_rows();
    } else if (as_rows) {
        refused.of_taken_keys();
    }
    refused.of_taken_unique_values(shape.existing);
    if (as_rows)
        refused.of_repetitions();
    out.put(") as s on ");
    if (are_given(of.key, columns)) {
        write_equal_columns(out, of, of.key, "t", "s");
    } else {
        out.put("false");
    }
    if (upsert) {
        sink nowhere;
        writer trial{nowhere, dialect::databricks};
        if (write_upserted(trial, of, columns, "s", "")) {
            separator also{" and ", " and "};
            out.put(" when matched");
            write_changeable(out, also, of, "t", "s");
            write_upserted(out, of, columns, "s", " then update set ");
        }
    }
    out.put(" when not matched then insert (");
    write_column_names(out, of, columns);
    out.put(") values (");
    write_column_names(out, of, columns, "s.");
    out.put(")");
}

} // namespace detail

/// Writes an insert or upsert of the columns given.
///
/// Statement: `insert … values …` for one row; `insert … select … from unnest(…)` for many;
///            `merge` on a warehouse, where nothing else keeps keys unique.
/// Shape:     postgres gives the written rows back, in the order given, unless told not to.
/// Errors:    throws configuration_error for an upsert that does not give the key.
constexpr void
write_insert(writer& out, const table& of, column_indexes columns, insert_shape shape = {}) {
    if (shape.existing == on_conflict::update && !detail::are_given(of.key, columns))
        throw configuration_error("weir: an upsert must give every key column");
    if (out.is_postgres()) {
        detail::write_insert_postgres(out, of, columns, shape);
    } else {
        detail::write_insert_databricks(out, of, columns, shape);
    }
}

} // namespace weir::sql
