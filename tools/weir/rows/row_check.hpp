// SPDX-License-Identifier: Apache-2.0
// Rows of files judged by the rules that the API has, and spelled for COPY or for a warehouse's
// from_json. Costs json/record_reader.hpp.
#pragma once

#include <weir/core/uuid.hpp>
#include <weir/json/record_reader.hpp>
#include <weir/json/value_reader.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// Appends a field of COPY's text format. Source: PostgreSQL 15 manual, COPY.
void append_copy_field(std::string& out, std::string_view text);

/// Whether a file must give a column: nothing else fills it, or a warehouse's row without audit
/// columns could not be known again by anything else. Unlike a client, whoever loads may give every
/// column.
[[nodiscard]] bool is_needed(const table& of, std::size_t column) noexcept;

/// What the number of a row is called where rows are on their way.
inline constexpr std::string_view row_number_name = "weir_row";

/// What columns get where a row says nothing.
struct row_fill {
    /// Of inserted_by.
    std::string actor{};
    timestamp now{};
    /// What generated uuids are made from, with a row's line: the same file gives the same rows
    /// again. Empty: they are random.
    std::string seed{};
};

/// Which row of a batch, and which of its file.
struct row_at {
    std::uint64_t number = 0;
    std::uint64_t line = 0;
};

/// Judges rows of one table. Lifetime: refers to the facts.
class row_check {
public:
    row_check(const table& of, const row_fill& fill);

    /// Appends a line: for Lakebase the row's number and its values as fields of COPY, in the order
    /// of columns; for a warehouse an object of all that is not NULL. False: the row breaks a rule,
    /// `why` says which, and `out` is as before.
    [[nodiscard]] bool
    take(row_at which, std::string_view object, std::string& out, std::string& why);

    /// What the last row said, by column.
    [[nodiscard]] std::span<const json::record_value> values() noexcept { return reader_.values(); }

private:
    [[nodiscard]] std::string default_of(const column& of) const;
    /// Absent: nothing fills it, or a uuid of the row's own.
    [[nodiscard]] std::optional<std::string> fill_of(const column& of, const row_fill& fill) const;
    [[nodiscard]] uuid made_uuid(std::uint64_t line, std::size_t column) const;
    void append_copy_line(row_at which, std::string& out);
    void append_object_line(row_at which, std::string& out);

    const table* of_;
    bool is_copied_;
    std::string seed_;
    json::pattern_set patterns_;
    json::record_reader reader_;
    /// By column; absent: NULL.
    std::vector<std::optional<std::string>> fills_;
    violations broken_{};
};

} // namespace weir::ops
