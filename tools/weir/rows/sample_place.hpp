// SPDX-License-Identifier: Apache-2.0
// Where made-up rows are put, found again and taken away: Lakebase or a SQL warehouse. Light.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../command_parts.hpp"
#include "load_target.hpp"
#include "sampler.hpp"

namespace weir::ops {

/// What a command did with a table.
struct sample_result {
    std::string table{};
    /// `made`, `there` already, `removed` or `left_out`.
    std::string what{};
    std::uint64_t rows = 0;
    /// Of those to be removed: others refer to them.
    std::uint64_t kept = 0;
    /// Why there are fewer rows than were asked for, or why it is left out; may be empty.
    std::string why{};
};

/// The made-up rows of one table. Those of audited tables are known by who inserted them, those of
/// others by their keys, which `weir_samples` keeps beside them. Errors of all: database_error.
class sample_table {
public:
    sample_table() = default;
    sample_table(const sample_table&) = delete;
    sample_table(sample_table&&) = delete;
    sample_table& operator=(const sample_table&) = delete;
    sample_table& operator=(sample_table&&) = delete;
    virtual ~sample_table() = default;

    [[nodiscard]] virtual std::uint64_t count() const = 0;

    /// Keys that others may refer to: of made-up rows, else of any that are not deleted; at most
    /// 100,000.
    [[nodiscard]] virtual parent_keys keys() const = 0;

    /// The next numbers of an identity column; none where there is no such column.
    [[nodiscard]] virtual std::vector<std::string> draw_numbers(std::uint64_t count) = 0;

    /// Begins to fill the table.
    virtual void begin() = 0;

    /// Adds lines of row_check, in pieces, to the rows that are to be inserted.
    virtual void put(const std::function<std::string_view()>& feed) = 0;

    /// Which of them break a check of the schema or are there already in the table: their numbers,
    /// and what they break. They are taken off.
    [[nodiscard]] virtual std::vector<std::pair<std::uint64_t, std::string>> take_unfit() = 0;

    /// Inserts them, numbered `first` to `last`. Those that are not taken are added to `refused`.
    virtual std::uint64_t
    insert(std::uint64_t first, std::uint64_t last, std::vector<refused_row>& refused) = 0;

    /// Ends what begin() began.
    virtual void finish() = 0;
};

class sample_place {
public:
    sample_place() = default;
    sample_place(const sample_place&) = delete;
    sample_place(sample_place&&) = delete;
    sample_place& operator=(const sample_place&) = delete;
    sample_place& operator=(sample_place&&) = delete;
    virtual ~sample_place() = default;

    /// Lifetime: this and the facts longer than what is given.
    [[nodiscard]] virtual std::unique_ptr<sample_table> table_of(const table& of) = 0;

    /// Deletes the made-up rows of tables that no other row refers to. `chosen`: those that refer
    /// to others first. `all`: every table that is declared.
    virtual void clean(
        const std::vector<const table*>& chosen,
        std::span<const table* const> all,
        const std::function<void(const sample_result&)>& tell
    ) = 0;
};

/// Errors: database_error, configuration_error.
[[nodiscard]] std::unique_ptr<sample_place> open_lakebase_samples(const asked_tables& tables);

/// Errors: configuration_error.
[[nodiscard]] std::unique_ptr<sample_place> open_warehouse_samples(const asked_tables& tables);

} // namespace weir::ops
