// SPDX-License-Identifier: Apache-2.0
// The facts of the table that keeps background jobs: what is to be done for whom, how far it is,
// what came of it. It lies beside the tables of a service. Light.
#pragma once

#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

/// How far a job is. The last three are ends.
enum class job_state : std::uint8_t { pending, running, completed, failed, cancelled };

inline constexpr std::array<std::string_view, 5> job_states{
    "pending", "running", "completed", "failed", "cancelled"
};

[[nodiscard]] constexpr std::string_view name_of(job_state state) noexcept {
    return job_states[static_cast<std::size_t>(state)];
}

/// Columns of the jobs table, by position.
enum class job_column : std::uint16_t {
    id,
    kind,
    state,
    progress,
    message,
    result,
    link,
    error,
    attempts,
    cancel_requested,
    owner,
    request_id,
    created_at,
    started_at,
    finished_at,
    expires_at,
    actor,
    input,
    saved,
    holder,
    due_at,
};

namespace detail {

inline constexpr std::array<column, 21> job_columns{{
    {.name = "id", .type = {.kind = type::uuid}, .nullable = false, .key = true},
    {.name = "kind",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "What is done: the name the service gave it"},
    {.name = "state",
     .type = {.kind = type::enumeration, .name = "weir_job_state", .labels = job_states},
     .nullable = false},
    {.name = "progress",
     .type = {.kind = type::int32},
     .min = bound::of_exact(0),
     .max = bound::of_exact(100),
     .description = "Percent, where the job tells"},
    {.name = "message", .type = {.kind = type::string}, .description = "What it does now"},
    {.name = "result", .type = {.kind = type::json}, .description = "What came of it"},
    {.name = "link",
     .type = {.kind = type::string},
     .description = "Where the result is, if it is not in `result`"},
    {.name = "error",
     .type = {.kind = type::json},
     .description = "Why it failed, as an answer would have told"},
    {.name = "attempts",
     .type = {.kind = type::int32},
     .nullable = false,
     .description = "How often it was begun"},
    {.name = "cancel_requested", .type = {.kind = type::boolean}, .nullable = false},
    {.name = "owner",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "Who asked for it"},
    {.name = "request_id",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "Of the request that asked for it, and of all it does"},
    {.name = "created_at", .type = {.kind = type::timestamp}, .nullable = false},
    {.name = "started_at", .type = {.kind = type::timestamp}},
    {.name = "finished_at", .type = {.kind = type::timestamp}},
    {.name = "expires_at",
     .type = {.kind = type::timestamp},
     .description = "When it is forgotten, once it is over"},
    {.name = "actor", .type = {.kind = type::string}, .nullable = false, .is_private = true},
    {.name = "input", .type = {.kind = type::json}, .nullable = false, .is_private = true},
    // What the job noted down for whoever goes on with it.
    {.name = "saved", .type = {.kind = type::json}, .is_private = true},
    // Which begin of it is the one that may write.
    {.name = "holder", .type = {.kind = type::string}, .is_private = true},
    // Pending: from when on it may begin. Running: until when its instance has it. Else absent.
    {.name = "due_at", .type = {.kind = type::timestamp}, .is_private = true},
}};

inline constexpr std::array<std::uint16_t, 1> job_key{0};

inline constexpr std::array<sort_column, 1> job_due_order{
    {{.column = static_cast<std::uint16_t>(job_column::due_at)}}
};

inline constexpr std::array<sort_column, 1> job_expiry_order{
    {{.column = static_cast<std::uint16_t>(job_column::expires_at)}}
};

inline constexpr std::array<sort_column, 1> job_list_order{
    {{.column = static_cast<std::uint16_t>(job_column::created_at), .descending = true}}
};

inline constexpr std::array<sort_column, 2> job_owner_order{
    {{.column = static_cast<std::uint16_t>(job_column::owner)},
     {.column = static_cast<std::uint16_t>(job_column::created_at)}}
};

inline constexpr std::array<index, 3> job_indexes{
    {{.columns = job_due_order}, {.columns = job_expiry_order}, {.columns = job_owner_order}}
};

} // namespace detail

/// The jobs table of a service: in the schema and the backend of one of its tables. A job is its
/// owner's: the routes that read it, and the database's row policies, follow from that.
[[nodiscard]] constexpr table job_table(const table& beside) noexcept {
    return {
        .name = "weir_jobs",
        .row = "weir_job",
        .space = beside.space,
        .description = "Work that goes on when its request has been answered",
        .backend = beside.backend,
        .place = beside.place,
        .columns = detail::job_columns,
        .key = detail::job_key,
        .indexes = detail::job_indexes,
        .audit = false,
        .soft_delete = false,
        .access =
            {.rule = access_rule::owner, .owner = static_cast<std::uint16_t>(job_column::owner)},
        .api =
            {.path = "jobs",
             .offered = {operations::list | operations::get},
             .order_by = detail::job_list_order},
    };
}

} // namespace weir
