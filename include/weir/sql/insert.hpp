// SPDX-License-Identifier: Apache-2.0
// Statements that add rows: insert and upsert, of one row or of many at once. Costs what
// predicate.hpp costs.
//
// Every one of them is all or nothing. Where rows are refused (a key that is taken and no database
// constraint to say so, a parent or an existing row that is not the caller's) none is written, and
// no affected row is the answer.
#pragma once

#include <weir/sql/kept.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/row_state.hpp>
#include <weir/sql/rows.hpp>

namespace weir::sql {

/// What an insert does about rows that exist.
enum class on_conflict : std::uint8_t {
    /// postgres: the database's unique violation; databricks: see insert_is_guarded().
    refuse,
    /// Replaces the columns that are merged, and stamps the change.
    update,
    /// Leaves them as they are and inserts the others.
    ignore,
};

/// How many rows a statement takes.
enum class row_count : std::uint8_t { one, many };

struct insert_shape {
    row_count rows = row_count::one;
    on_conflict existing = on_conflict::refuse;
    sql::returning back = returning::rows;
    /// The columns by which a row exists: those of a unique set, which deleted rows do not count
    /// for; empty: the key.
    column_indexes target{};
    /// The columns that a row given replaces in one that exists.
    column_choice merged = is_update_column;
};

namespace detail {

/// By what a row exists already: the key, or a unique set of the live rows.
struct conflict_target {
    column_indexes columns;
    bool is_key;

    /// Whether deleted rows do not count.
    [[nodiscard]] constexpr bool is_of_live_rows(const table& of) const noexcept {
        return !is_key && keeps_deleted(of);
    }
};

[[nodiscard]] constexpr conflict_target
target_of(const table& of, const insert_shape& shape) noexcept {
    return {shape.target.empty() ? of.key : shape.target, shape.target.empty()};
}

/// `"status" = excluded."status", …, "updated_at" = greatest(excluded."inserted_at", …), …`; false
/// when there is nothing to set. The row as it stands is under `t`.
constexpr bool write_upserted(
    writer& out,
    const table& of,
    column_indexes columns,
    column_choice merged,
    std::string_view alias,
    std::string_view before
) {
    separator comma{", ", before};
    bool any = false;
    for (const auto position : columns) {
        if (!merged(of, position))
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
        out.put(comma.next());
        write_assignment(out, of, to, "t", [&] { out.name(alias, of.columns[from]); });
    }
    return true;
}

} // namespace detail

/// Whether an insert changes rows that exist, and so takes the change under which they were kept.
[[nodiscard]] constexpr bool
upsert_changes_rows(const table& of, column_indexes columns, const insert_shape& shape) {
    if (shape.existing != on_conflict::update)
        return false;
    for (const auto position : columns) {
        if (shape.merged(of, position))
            return true;
    }
    return false;
}

namespace detail {

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
    constexpr refusals(
        writer& out,
        const table& of,
        column_indexes given,
        std::size_t caller,
        const insert_shape& shape
    )
        : out_(&out), of_(&of), given_(given), where_(out), caller_(caller),
          existing_(shape.existing), target_(target_of(of, shape)) {}

    /// A row whose parent is not the caller's.
    constexpr void of_foreign_parents() {
        if (of_->access.rule != access_rule::via)
            return;
        begin();
        out_->put(" where not ");
        write_access(*out_, *of_, "r", caller_);
        out_->put(")");
    }

    /// A row whose key is taken; where rows exist by other columns, by another row than that.
    constexpr void of_taken_keys() {
        if (!are_given(of_->key))
            return;
        begin_joined(of_->key);
        if (existing_ == on_conflict::ignore)
            write_existing_row();
        if (existing_ != on_conflict::refuse) {
            separator also{" and ", " where "};
            write_other_row(also);
        }
        out_->put(")");
    }

    /// A row that exists, and the caller may not change it.
    constexpr void of_foreign_rows() {
        const bool via = of_->access.rule == access_rule::via;
        const bool by_deletion = keeps_deleted(*of_) && target_.is_key;
        if (!via && of_->access.rule != access_rule::owner && !by_deletion)
            return;
        begin_joined(target_.columns);
        if (target_.is_of_live_rows(*of_))
            write_live(out_->put(" and "), "o");
        separator either{" or ", " where "};
        if (by_deletion) {
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

    /// A row that would change one whose old version is not kept.
    constexpr void of_unkept_rows(std::size_t change) {
        if (change == 0)
            return;
        begin_joined(target_.columns);
        if (target_.is_of_live_rows(*of_))
            write_live(out_->put(" and "), "o");
        out_->put(" where not ");
        write_is_kept(*out_, *of_, "o", change);
        out_->put(")");
    }

    /// A row whose unique columns are taken by another live row than the one it is about.
    constexpr void of_taken_unique_values() {
        for (const auto& set : of_->unique) {
            if (!are_given(set.columns) || is_target(set.columns))
                continue;
            begin_joined(set.columns);
            if (existing_ == on_conflict::ignore)
                write_existing_row();
            separator also{" and ", " where "};
            if (keeps_deleted(*of_))
                write_live(out_->put(also.next()), "o");
            if (existing_ != on_conflict::refuse)
                write_other_row(also);
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

    [[nodiscard]] constexpr bool is_target(column_indexes columns) const {
        if (target_.is_key || existing_ == on_conflict::refuse)
            return false;
        if (columns.size() != target_.columns.size())
            return false;
        for (std::size_t at = 0; at < columns.size(); ++at) {
            if (columns[at] != target_.columns[at])
                return false;
        }
        return true;
    }

    constexpr void write_live(writer& out, std::string_view alias) {
        const auto at = find_column(of_->columns, audit_role::is_deleted);
        out.name(alias, of_->columns[at]).put(" = false");
    }

    // The row that exists already, under `k`: what is about it is not inserted.
    constexpr void write_existing_row() {
        out_->put(" left join ").name(*of_).put(" as k on ");
        write_equal_columns(*out_, *of_, target_.columns, "k", "r");
        if (target_.is_of_live_rows(*of_))
            write_live(out_->put(" and "), "k");
    }

    // That `o` is not the row that exists already: with `ignore`, that there is none.
    constexpr void write_other_row(separator& also) {
        out_->put(also.next());
        if (existing_ == on_conflict::ignore) {
            out_->name("k", of_->columns[target_.columns.front()]).put(" is null");
            return;
        }
        // A unique column may be NULL, and the comparison with it.
        out_->put(target_.is_key ? "not (" : "not coalesce(");
        write_equal_columns(*out_, *of_, target_.columns, "o", "r");
        if (target_.is_of_live_rows(*of_))
            write_live(out_->put(" and "), "o");
        out_->put(target_.is_key ? ")" : ", false)");
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
    on_conflict existing_;
    conflict_target target_;
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

constexpr void write_on_conflict(
    writer& out,
    const table& of,
    column_indexes columns,
    const insert_shape& shape,
    std::size_t caller,
    std::size_t change
) {
    const auto target = target_of(of, shape);
    out.put(" on conflict (");
    write_column_names(out, of, target.columns);
    out.put(")");
    if (target.is_of_live_rows(of)) {
        // The unique index is of the live rows only.
        const auto at = find_column(of.columns, audit_role::is_deleted);
        out.put(" where ").name(of.columns[at].name).put(" = false");
    }
    if (shape.existing == on_conflict::ignore ||
        !write_upserted(out, of, columns, shape.merged, "excluded", " do update set ")) {
        out.put(" do nothing");
        return;
    }
    separator also{" and ", " where "};
    write_changeable(out, also, of, "t", "excluded");
    if (of.access.rule == access_rule::via) {
        out.put(also.next());
        write_access(out, of, "t", caller);
    }
    if (change != 0) {
        out.put(also.next());
        write_is_kept(out, of, "t", change);
    }
}

constexpr void write_insert_postgres(
    writer& out, const table& of, column_indexes columns, const insert_shape& shape
) {
    const auto caller = insert_binds_caller(of) ? out.take() : 0;
    const bool upsert = shape.existing != on_conflict::refuse;
    const auto change = upsert_changes_rows(of, columns, shape) ? take_change(out, of) : 0;
    const bool many = shape.rows == row_count::many;
    out.put("insert into ").name(of).put(" as t (");
    write_column_names(out, of, columns);
    out.put(") ");
    if (!many && of.access.rule != access_rule::via) {
        write_values(out, of, columns);
    } else {
        write_incoming(out, of, columns, many);
        refusals refused{out, of, columns, caller, shape};
        refused.of_foreign_parents();
        if (upsert && many)
            refused.of_foreign_rows();
    }
    if (upsert)
        write_on_conflict(out, of, columns, shape, caller, change);
    if (shape.back == returning::rows) {
        out.put(" returning ");
        write_selected(out, "t", of);
    }
}

/// `on t."id" = s."id"`, of the live rows where only those count.
constexpr void
write_merge_match(writer& out, const table& of, column_indexes columns, const insert_shape& shape) {
    const auto target = target_of(of, shape);
    out.put(") as s on ");
    if (!are_given(target.columns, columns)) {
        out.put("false");
        return;
    }
    write_equal_columns(out, of, target.columns, "t", "s");
    if (target.is_of_live_rows(of)) {
        const auto at = find_column(of.columns, audit_role::is_deleted);
        out.put(" and ").name("t", of.columns[at]).put(" = false");
    }
}

constexpr void write_merge_update(
    writer& out, const table& of, column_indexes columns, const insert_shape& shape
) {
    sink nowhere;
    writer trial{nowhere, dialect::databricks};
    if (!write_upserted(trial, of, columns, shape.merged, "s", ""))
        return;
    separator also{" and ", " and "};
    out.put(" when matched");
    write_changeable(out, also, of, "t", "s");
    write_upserted(out, of, columns, shape.merged, "s", " then update set ");
}

constexpr void write_insert_databricks(
    writer& out, const table& of, column_indexes columns, const insert_shape& shape
) {
    const auto caller = insert_binds_caller(of) ? out.take() : 0;
    const bool upsert = shape.existing != on_conflict::refuse;
    const auto change = upsert_changes_rows(of, columns, shape) ? take_change(out, of) : 0;
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
            refusals{out, of, columns, caller, shape}.of_foreign_parents();
        }
        return;
    }
    out.put("merge into ").name(of).put(" as t using (");
    write_incoming(out, of, columns, as_rows);
    refusals refused{out, of, columns, caller, shape};
    refused.of_foreign_parents();
    if (upsert)
        refused.of_foreign_rows();
    refused.of_unkept_rows(change);
    if (upsert ? !shape.target.empty() : as_rows)
        refused.of_taken_keys();
    refused.of_taken_unique_values();
    if (as_rows)
        refused.of_repetitions();
    write_merge_match(out, of, columns, shape);
    if (shape.existing == on_conflict::update)
        write_merge_update(out, of, columns, shape);
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
/// Errors:    throws configuration_error for an upsert that does not give the columns by which rows
///            exist.
constexpr void
write_insert(writer& out, const table& of, column_indexes columns, const insert_shape& shape = {}) {
    if (shape.existing != on_conflict::refuse &&
        !detail::are_given(detail::target_of(of, shape).columns, columns))
        throw configuration_error("weir: an upsert must give every key column");
    if (out.is_postgres()) {
        detail::write_insert_postgres(out, of, columns, shape);
    } else {
        detail::write_insert_databricks(out, of, columns, shape);
    }
}

} // namespace weir::sql
