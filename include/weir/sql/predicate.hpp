// SPDX-License-Identifier: Apache-2.0
// The predicates every statement carries: the key, whose row it is, whether it is deleted.
// Isolation is written here and nowhere else. Costs what column_text.hpp costs.
#pragma once

#include <weir/sql/column_text.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/statement.hpp>

#include <cstddef>
#include <string_view>

namespace weir::sql {

/// Stands for the number of the caller's parameter where there is none and the session tells the
/// caller: in row policies by its settings, in row filters by current_user().
inline constexpr std::size_t caller_of_setting = 0;

namespace detail {

/// `left."a" = right."a" and …` over some columns.
constexpr void write_equal_columns(
    writer& out,
    const table& of,
    column_indexes columns,
    std::string_view left,
    std::string_view right
) {
    separator also{" and "};
    for (const auto position : columns) {
        const auto& column = of.columns[position];
        out.put(also.next()).name(left, column).put(" = ").name(right, column);
    }
}

constexpr void write_alias(writer& out, std::size_t depth) {
    out.put("a").number(depth);
}

/// `a1."id" = t."order_id" and …`: the key of a referenced row, under `a<depth>`, against the
/// referring columns; `write_from(position)` writes the latter.
template <class WriteFrom>
constexpr void write_reference(
    writer& out, const relation& along, std::size_t depth, const WriteFrom& write_from
) {
    const auto& target = along.target();
    separator also{" and "};
    for (std::size_t at = 0; at < along.from.size(); ++at) {
        out.put(also.next());
        write_alias(out, depth);
        out.put(".").name(target.columns[target.key[at]].name).put(" = ");
        write_from(along.from[at]);
    }
}

/// Writes who asks: a parameter, or what the session has set.
constexpr void write_caller(writer& out, std::size_t caller) {
    if (caller == caller_of_setting && !out.is_postgres()) {
        out.put("current_user()");
    } else if (caller == caller_of_setting) {
        // Empty after a transaction that set it; nobody's id is empty.
        out.put("(select nullif(current_setting('weir.caller', true), ''))");
    } else {
        out.parameter(caller);
    }
}

/// The rest of a parent's rule: not deleted, and, where the chain ends at an owner whose rows alone
/// are seen, the owner's.
constexpr void write_parent_rule(
    writer& out, const table& parent, std::size_t depth, scope rows, std::size_t caller
) {
    if (keeps_deleted(parent)) {
        out.put(" and ");
        write_alias(out, depth);
        const auto is_deleted = find_column(parent.columns, audit_role::is_deleted);
        out.put(".").name(parent.columns[is_deleted].name).put(" = false");
    }
    if (parent.access.rule == access_rule::owner && rows == scope::caller) {
        out.put(" and ");
        write_alias(out, depth);
        out.put(".").name(parent.columns[parent.access.owner].name).put(" = ");
        write_caller(out, caller);
    }
}

/// One `exists` for a whole `via` chain, with joins inside: a warehouse refuses nested subqueries
/// in UPDATE and DELETE. `write_from(position)` writes a column of the row in question.
template <class WriteFrom>
constexpr void write_via(
    writer& out, const table& of, scope rows, std::size_t caller, const WriteFrom& write_from
) {
    out.put("exists (select 1 from ");
    const auto* from = &of;
    for (std::size_t depth = 1; from->access.rule == access_rule::via; ++depth) {
        if (depth > max_access_depth)
            throw configuration_error("weir: `access: {via: …}` leads in a circle, or too deep");
        const auto& along = from->relations[from->access.via];
        const auto& parent = along.target();
        if (depth != 1)
            out.put(" join ");
        out.name(parent).put(" as ");
        write_alias(out, depth);
        if (depth != 1) {
            out.put(" on ");
            write_reference(out, along, depth, [&](std::size_t position) {
                write_alias(out, depth - 1);
                out.put(".").name(from->columns[position].name);
            });
            write_parent_rule(out, parent, depth, rows, caller);
        }
        from = &parent;
    }
    const auto& along = of.relations[of.access.via];
    out.put(" where ");
    write_reference(out, along, 1, write_from);
    write_parent_rule(out, along.target(), 1, rows, caller);
    out.put(")");
}

} // namespace detail

/// Whether a table has a rule about whose rows are whose that SQL can check.
[[nodiscard]] constexpr bool is_isolated(const table& of) noexcept {
    return of.access.rule == access_rule::owner || of.access.rule == access_rule::via;
}

/// What row policies are to be told for a statement about a table.
[[nodiscard]] constexpr reach reach_of(const table& of) noexcept {
    return is_isolated(of) ? reach::caller : reach::open;
}

/// Writes the rule of an isolated table: the row under `alias` is the caller's.
/// `caller`: the number of the caller's parameter, or caller_of_setting; unused where
/// binds_caller() says so.
constexpr void
write_access(writer& out, const table& of, std::string_view alias, std::size_t caller) {
    if (of.access.rule == access_rule::owner) {
        out.name(alias, of.columns[of.access.owner]).put(" = ");
        detail::write_caller(out, caller);
    } else {
        detail::write_via(out, of, scope::caller, caller, [&](std::size_t position) {
            out.name(alias, of.columns[position]);
        });
    }
}

/// Whether rows disappear with a row they belong to: some parent of the `via` chain is hidden when
/// it is deleted.
[[nodiscard]] constexpr bool disappears_with_parent(const table& of) noexcept {
    const auto* at = &of;
    for (std::size_t depth = 0; depth < max_access_depth; ++depth) {
        if (at->access.rule != access_rule::via)
            return false;
        at = &at->relations[at->access.via].target();
        if (keeps_deleted(*at))
            return true;
    }
    return false;
}

/// Takes the caller's parameter where the statement needs one; call it before any other take().
[[nodiscard]] constexpr std::size_t take_caller(writer& out, const table& of, scope rows) {
    return binds_caller(of, rows) ? out.take() : 0;
}

/// A where clause, predicate by predicate.
class where_clause {
public:
    constexpr explicit where_clause(writer& out) : out_(&out) {}

    /// Begins one more predicate.
    constexpr writer& also() { return out_->put(between_.next()); }

private:
    writer* out_;
    separator between_{" and ", " where "};
};

/// Adds the predicates of a visibility for the row under `alias`.
constexpr void write_visible(
    writer& out,
    where_clause& where,
    const table& of,
    std::string_view alias,
    visibility seen,
    std::size_t caller
) {
    if (seen.rows == scope::caller && is_isolated(of)) {
        where.also();
        write_access(out, of, alias, caller);
    } else if (seen.rows == scope::all && seen.removed == deleted::exclude &&
               disappears_with_parent(of)) {
        where.also();
        detail::write_via(out, of, scope::all, caller, [&](std::size_t position) {
            out.name(alias, of.columns[position]);
        });
    }
    const auto is_deleted = find_column(of.columns, audit_role::is_deleted);
    if (of.soft_delete && is_deleted != of.columns.size() && seen.removed != deleted::include) {
        // Of a table that others made too, a row may hold no word about it.
        const auto alive = of.columns[is_deleted].nullable ? " is distinct from true" : " = false";
        where.also()
            .name(alias, of.columns[is_deleted])
            .put(seen.removed == deleted::only ? " = true" : alive);
    }
}

/// Adds `t."id" = $n` for each column, taking a parameter each.
constexpr void write_equal_arguments(
    writer& out,
    where_clause& where,
    const table& of,
    column_indexes columns,
    std::string_view alias
) {
    for (const auto position : columns) {
        const auto& column = of.columns[position];
        where.also().name(alias, column).put(" = ");
        write_argument(out, column.type, out.take());
    }
}

/// The same for the key.
///
/// Errors: throws configuration_error for a table without key.
constexpr void
write_key(writer& out, where_clause& where, const table& of, std::string_view alias) {
    if (of.key.empty())
        throw configuration_error("weir: a table without key has no rows to address by key");
    write_equal_arguments(out, where, of, of.key, alias);
}

} // namespace weir::sql
