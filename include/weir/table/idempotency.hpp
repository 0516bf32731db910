// SPDX-License-Identifier: Apache-2.0
// The facts of the table that keeps answers of writes sent under an Idempotency-Key. It lies beside
// the tables it serves, so that one unit of work writes both. Light.
#pragma once

#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir {

/// Columns of the idempotency table, by position.
enum class idempotency_column : std::uint16_t { id, request, status, headers, body, expires_at };

namespace detail {

inline constexpr std::array<column, 6> idempotency_columns{{
    {.name = "id",
     .type = {.kind = type::string},
     .nullable = false,
     .key = true,
     .description = "SHA-256 of caller, method, path and Idempotency-Key"},
    {.name = "request",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "SHA-256 of what was sent under the key"},
    {.name = "status",
     .type = {.kind = type::int32},
     .nullable = false,
     .description = "Status of the answer; 0 while the request runs"},
    {.name = "headers", .type = {.kind = type::string}},
    {.name = "body", .type = {.kind = type::string}},
    {.name = "expires_at", .type = {.kind = type::timestamp}, .nullable = false},
}};

inline constexpr std::array<std::uint16_t, 1> idempotency_key{0};

inline constexpr std::array<sort_column, 1> idempotency_order{
    {{.column = static_cast<std::uint16_t>(idempotency_column::expires_at)}}
};

inline constexpr std::array<index, 1> idempotency_indexes{{{.columns = idempotency_order}}};

} // namespace detail

/// The idempotency table that serves `of`: in the same schema of the same backend.
[[nodiscard]] constexpr table idempotency_table(const table& of) noexcept {
    return {
        .name = "weir_idempotency",
        .space = "weir",
        .description = "Answers of writes sent under an Idempotency-Key, for those who ask again",
        .backend = of.backend,
        .place = of.place,
        .columns = detail::idempotency_columns,
        .key = detail::idempotency_key,
        .indexes = detail::idempotency_indexes,
        .audit = false,
        .soft_delete = false,
    };
}

/// Whether clients write a table over HTTP, so that they may send keys with it.
[[nodiscard]] constexpr bool takes_idempotency_keys(const table& of) noexcept {
    constexpr std::uint16_t writes = operations::create | operations::update | operations::remove;
    return !of.api.path.empty() && (of.api.offered.bits & writes) != 0;
}

/// The idempotency tables some tables need, one per schema and backend.
[[nodiscard]] inline std::vector<table> idempotency_tables(std::span<const table* const> tables) {
    std::vector<table> found;
    for (const auto* each : tables) {
        bool is_needed = takes_idempotency_keys(*each);
        for (const auto& known : found)
            is_needed = is_needed && (known.place != each->place || known.backend != each->backend);
        if (is_needed)
            found.push_back(idempotency_table(*each));
    }
    return found;
}

} // namespace weir
