// SPDX-License-Identifier: Apache-2.0
// The eight audit columns, and the one place that says who may set which column: the application's
// structs, a client's payload, or weir itself. Costs what core/time.hpp costs.
#pragma once

#include <weir/core/time.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir {

/// The audit columns, in the order they follow a table's own columns. Generated code repeats them
/// in each table's facts; run-time tables append them.
inline constexpr std::array<column, 8> audit_columns{{
    {.name = "record_uuid",
     .type = {.kind = type::uuid},
     .nullable = false,
     .readonly = true,
     .audit = audit_role::record_uuid},
    {.name = "is_deleted",
     .type = {.kind = type::boolean},
     .nullable = false,
     .readonly = true,
     .audit = audit_role::is_deleted},
    {.name = "inserted_at",
     .type = {.kind = type::timestamp},
     .nullable = false,
     .readonly = true,
     .audit = audit_role::inserted_at},
    {.name = "inserted_by",
     .type = {.kind = type::string},
     .nullable = false,
     .readonly = true,
     .audit = audit_role::inserted_by},
    {.name = "updated_at",
     .type = {.kind = type::timestamp},
     .readonly = true,
     .audit = audit_role::updated_at},
    {.name = "updated_by",
     .type = {.kind = type::string},
     .readonly = true,
     .audit = audit_role::updated_by},
    {.name = "deleted_at",
     .type = {.kind = type::timestamp},
     .readonly = true,
     .audit = audit_role::deleted_at},
    {.name = "deleted_by",
     .type = {.kind = type::string},
     .readonly = true,
     .audit = audit_role::deleted_by},
}};

/// The facts of one audit column. Not for audit_role::none.
[[nodiscard]] constexpr const column& audit_column(audit_role role) noexcept {
    return audit_columns[static_cast<std::size_t>(role) - 1];
}

/// Whether an audit column, in a table's facts, is the one weir expects: name, type and
/// nullability.
[[nodiscard]] constexpr bool is_sound_audit_column(const column& given) noexcept {
    if (given.audit == audit_role::none)
        return false;
    const auto& expected = audit_column(given.audit);
    return given.name == expected.name && given.type.kind == expected.type.kind &&
           given.nullable == expected.nullable && given.readonly;
}

/// Who writes and when. The clock and the actor are the caller's to give: nothing here reads
/// either. Lifetime: `actor` must outlive the stamp.
struct audit_stamp {
    timestamp at{};
    std::string_view actor{};
};

/// Whether a column is the one that holds the caller's id: weir fills it, and no input may name it.
[[nodiscard]] constexpr bool is_owner_column(const table& of, std::size_t position) noexcept {
    return of.access.rule == access_rule::owner && of.access.owner == position;
}

/// Whether the database or weir gives a column its value whatever the application says.
[[nodiscard]] constexpr bool is_filled_by_weir(const table& of, std::size_t position) noexcept {
    const auto& column = of.columns[position];
    return column.audit != audit_role::none || column.generated == generated_by::identity ||
           column.generated == generated_by::now || is_owner_column(of, position);
}

/// Whether the create struct has a member for a column.
[[nodiscard]] constexpr bool is_create_column(const table& of, std::size_t position) noexcept {
    return !is_filled_by_weir(of, position);
}

/// Whether the update struct has a member for a column: not the key, nothing generated, nothing
/// weir fills.
[[nodiscard]] constexpr bool is_update_column(const table& of, std::size_t position) noexcept {
    const auto& column = of.columns[position];
    return !is_filled_by_weir(of, position) && !column.key &&
           column.generated == generated_by::nobody;
}

/// Whether a client's payload may set a column when it creates a row.
[[nodiscard]] constexpr bool is_payload_column(const table& of, std::size_t position) noexcept {
    const auto& column = of.columns[position];
    return is_create_column(of, position) && !column.readonly && !column.is_private;
}

/// Whether a payload that creates a row of `in` may bring the rows behind an inclusion inside it:
/// they refer to it, by columns a payload may set.
[[nodiscard]] constexpr bool is_nestable(const table& in, const inclusion& each) {
    if (!each.is_many)
        return false;
    for (const auto position : relation_of(in, each).from) {
        if (!is_payload_column(each.of(), position))
            return false;
    }
    return true;
}

/// Whether a client's payload may set a column when it changes a row.
[[nodiscard]] constexpr bool
is_update_payload_column(const table& of, std::size_t position) noexcept {
    const auto& column = of.columns[position];
    return is_update_column(of, position) && !column.readonly && !column.is_private;
}

/// Whether whoever creates a row must give a column: it may not be NULL and nothing else fills it.
[[nodiscard]] constexpr bool is_required_column(const table& of, std::size_t position) noexcept {
    const auto& column = of.columns[position];
    return is_create_column(of, position) && !column.nullable && !column.has_default() &&
           column.generated == generated_by::nobody;
}

/// Whether clients see a column in answers.
[[nodiscard]] constexpr bool is_answer_column(const column& of) noexcept {
    return !of.is_private;
}

} // namespace weir
