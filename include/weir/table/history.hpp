// SPDX-License-Identifier: Apache-2.0
// The facts of a table's history: the table beside it that keeps its rows' old versions. Derived,
// never declared. Light: string, vector.
#pragma once

#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The history of `orders` is the table `orders_history` in the same place.
inline constexpr std::string_view history_suffix = "_history";

/// What a history keeps about an old version besides the row itself, in the order of
/// `history_columns`.
enum class history_role : std::uint8_t {
    version,
    operation,
    from,
    to,
    by,
    change,
    previous,
    hash,
};

/// The columns of a history after those of its table.
inline constexpr std::array<column, 8> history_columns{{
    {.name = "history_version",
     .type = {.kind = type::int64},
     .nullable = false,
     .key = true,
     .description = "1 for the first version kept of a key"},
    {.name = "history_operation",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "What ended this version: update, delete, restore or purge"},
    {.name = "history_from",
     .type = {.kind = type::timestamp},
     .nullable = false,
     .description = "When the row began to be as it is here"},
    {.name = "history_to",
     .type = {.kind = type::timestamp},
     .nullable = false,
     .description = "When it was changed: it was as it is here until then"},
    {.name = "history_by",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "Who changed it"},
    {.name = "history_change",
     .type = {.kind = type::uuid},
     .nullable = false,
     .description = "The same for all versions that one request ended"},
    {.name = "history_previous",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "history_hash of the version before; empty for the first"},
    {.name = "history_hash",
     .type = {.kind = type::string},
     .nullable = false,
     .description = "SHA-256 of everything else in this row, as JSON"},
}};

/// The facts of one of them.
[[nodiscard]] constexpr const column& history_column(history_role role) noexcept {
    return history_columns[static_cast<std::size_t>(role)];
}

/// The history of a table, as a table: the same columns at the same positions, then
/// `history_columns`; its key is the table's and the version. It has no rules of its own: what once
/// was a row must be kept whatever the rules are by now.
///
/// Lifetime: refers to the facts it was made of; facts() lives as long as this object.
class history_table {
public:
    explicit history_table(const table& of)
        : name_(std::string{of.name}.append(history_suffix)),
          description_("Old versions of the rows of " + std::string{of.name}),
          key_(of.key.begin(), of.key.end()) {
        columns_.reserve(of.columns.size() + history_columns.size());
        for (const auto& each : of.columns)
            columns_.push_back(kept(each));
        key_.push_back(static_cast<std::uint16_t>(columns_.size()));
        columns_.insert(columns_.end(), history_columns.begin(), history_columns.end());
        facts_ = {
            .name = name_,
            .space = of.space,
            .description = description_,
            .backend = of.backend,
            .place = of.place,
            .columns = columns_,
            .key = key_,
            .audit = false,
            .soft_delete = false,
            .api = {.offered = {0}},
            .source = of.source,
            .line = of.line,
        };
    }

    history_table(const history_table&) = delete;
    history_table& operator=(const history_table&) = delete;
    history_table(history_table&&) = delete;
    history_table& operator=(history_table&&) = delete;
    ~history_table() = default;

    [[nodiscard]] const table& facts() const noexcept { return facts_; }

    /// Position of a history column.
    [[nodiscard]] std::uint16_t position(history_role role) const noexcept {
        return static_cast<std::uint16_t>(
            columns_.size() - history_columns.size() + static_cast<std::size_t>(role)
        );
    }

private:
    [[nodiscard]] static column kept(const column& of) {
        // An enumeration's label may be gone from the schema by now.
        const column_type type =
            of.type.kind == type::enumeration ? column_type{.kind = type::string} : of.type;
        return {
            .name = of.name,
            .type = type,
            .nullable = !of.key,
            .key = of.key,
            .description = of.description,
        };
    }

    std::string name_;
    std::string description_;
    std::vector<column> columns_;
    std::vector<std::uint16_t> key_;
    table facts_{};
};

} // namespace weir
