// SPDX-License-Identifier: Apache-2.0
// The states of a row: the stamp that never repeats, and the predicate that the row under a
// statement still is as somebody saw it. One place for both dialects. Costs what predicate.hpp
// costs.
//
// Of an audited table a state is `record_uuid` and `updated_at`: every change moves `updated_at` on
// by a microsecond at least, whatever the clock says, and a row that comes again under the same key
// has another uuid. Of any other table it is the text of every column clients see.
#pragma once

#include <weir/sql/predicate.hpp>

#include <cstddef>

namespace weir::sql {

/// What a statement by key demands of the row besides its being there. How many states, not which:
/// their arguments follow the key's, state by state, those of `one_of` first.
struct expected_states {
    /// The row is in one of so many; 0: no demand.
    std::size_t one_of = 0;
    /// The row is in none of so many.
    std::size_t none_of = 0;

    [[nodiscard]] constexpr bool is_any() const noexcept { return one_of == 0 && none_of == 0; }
};

/// Whether a table's states are its stamps; else they are its values.
[[nodiscard]] constexpr bool has_stamped_states(const table& of) noexcept {
    return has_column(of, audit_role::record_uuid) && has_column(of, audit_role::updated_at);
}

/// Whether a column's text is part of the states of a table without stamps.
[[nodiscard]] constexpr bool is_state_column(const table& of, std::size_t position) noexcept {
    return is_answer_column(of.columns[position]);
}

/// The type under which the text of a state column is bound.
[[nodiscard]] constexpr const column_type&
state_type(const column_type& of, dialect spoken) noexcept {
    return spoken == dialect::databricks && is_selected_plainly(of, spoken) ? of : text_type;
}

/// Whether states of a table can be demanded in a dialect: the values of a wide table without
/// stamps are more than a warehouse takes as parameters.
[[nodiscard]] constexpr bool has_states(const table& of, dialect spoken) noexcept {
    return has_stamped_states(of) || 2 * of.columns.size() + 16 <= max_parameters(spoken);
}

namespace detail {

constexpr void write_state(writer& out, const table& of) {
    separator also{" and "};
    out.put("(");
    if (has_stamped_states(of)) {
        const auto& uuid = of.columns[find_column(of.columns, audit_role::record_uuid)];
        const auto& stamp = of.columns[find_column(of.columns, audit_role::updated_at)];
        out.name("t", uuid).put(" = ").parameter(out.take());
        out.put(" and ").name("t", stamp).put(" is not distinct from ");
        write_typed_argument(out, stamp.type, out.take());
    } else {
        for (std::size_t at = 0; at < of.columns.size(); ++at) {
            if (!is_state_column(of, at))
                continue;
            out.put(also.next());
            write_column_value(out, "t", of.columns[at]);
            // As text on both sides: neither json nor a map can be compared otherwise.
            if (out.is_postgres())
                out.put("::text");
            out.put(" is not distinct from ").parameter(out.take());
            if (out.is_postgres())
                out.put("::text");
        }
    }
    out.put(")");
}

constexpr void write_states(writer& out, const table& of, std::size_t count) {
    separator either{" or "};
    out.put("(");
    for (std::size_t at = 0; at < count; ++at) {
        out.put(either.next());
        write_state(out, of);
    }
    out.put(")");
}

} // namespace detail

/// Adds that the row under `t` is in the states expected.
constexpr void write_expected(where_clause& where, const table& of, expected_states expected) {
    if (expected.one_of != 0)
        detail::write_states(where.also(), of, expected.one_of);
    if (expected.none_of != 0)
        detail::write_states(where.also().put("not "), of, expected.none_of);
}

/// The time of a change: the one given, moved behind the last change of the row under `alias` where
/// the clock stands still or goes back. `write_given()` writes the former.
template <class WriteGiven>
constexpr void write_next_stamp(
    writer& out, const table& of, std::string_view alias, const WriteGiven& write_given
) {
    const auto& updated = of.columns[find_column(of.columns, audit_role::updated_at)];
    const auto inserted = find_column(of.columns, audit_role::inserted_at);
    out.put("greatest(");
    write_given();
    out.put(", ");
    if (inserted == of.columns.size()) {
        out.name(alias, updated);
    } else {
        out.put("coalesce(").name(alias, updated).put(", ");
        out.name(alias, of.columns[inserted]).put(")");
    }
    out.put(out.is_postgres() ? " + interval '1 microsecond')" : " + interval 1 microsecond)");
}

namespace detail {

/// `"updated_at" = …`: what `given()` writes, or for the stamp of a change what follows the
/// stamp of the row under `alias`.
template <class WriteGiven>
constexpr void write_assignment(
    writer& out, const table& of, std::size_t at, std::string_view alias, const WriteGiven& given
) {
    out.name(of.columns[at].name).put(" = ");
    if (of.columns[at].audit == audit_role::updated_at) {
        write_next_stamp(out, of, alias, given);
    } else {
        given();
    }
}

} // namespace detail

} // namespace weir::sql
