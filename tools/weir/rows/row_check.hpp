// SPDX-License-Identifier: Apache-2.0
// Rows of files judged by the rules that the API has, and spelled for COPY. Costs
// json/record_reader.hpp.
#pragma once

#include <weir/json/record_reader.hpp>
#include <weir/json/value_reader.hpp>
#include <weir/table/table.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// Appends a field of COPY's text format. Source: PostgreSQL 15 manual, COPY.
void append_copy_field(std::string& out, std::string_view text);

/// Whether a file must give a column: nothing else fills it. Unlike a client, whoever loads may
/// give every column.
[[nodiscard]] bool is_needed(const column& of) noexcept;

/// What columns get where a row says nothing.
struct row_fill {
    /// Of inserted_by.
    std::string actor{};
    timestamp now{};
};

/// Judges rows of one table. Lifetime: refers to the facts.
class row_check {
public:
    row_check(const table& of, const row_fill& fill);

    /// Appends the row's values as fields of COPY, in the order of columns, with a tab before each.
    /// False: it breaks a rule, `why` says which, and `out` is as before.
    [[nodiscard]] bool take(std::string_view object, std::string& out, std::string& why);

    /// What the last row said, by column.
    [[nodiscard]] std::span<const json::record_value> values() noexcept { return reader_.values(); }

private:
    [[nodiscard]] std::string default_of(const column& of) const;

    const table* of_;
    json::pattern_set patterns_;
    json::record_reader reader_;
    /// By column; absent: NULL.
    std::vector<std::optional<std::string>> fills_;
    violations broken_{};
};

} // namespace weir::ops
