// SPDX-License-Identifier: Apache-2.0
// The tables that are asked for, on Lakebase or on a warehouse: from the facts that services use,
// with the statements of the DDL that services run.
#pragma once

#include <weir/sql/dialect.hpp>
#include <weir/table/history.hpp>
#include <weir/table/table.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state.hpp"

namespace weir::ops {

/// The operations by which a service changes a table: those declared, all where nothing is
/// declared that could hold it back.
[[nodiscard]] constexpr operations writes_to(const table& of) noexcept {
    constexpr std::uint16_t writes = operations::create | operations::update | operations::remove;
    const bool is_open = of.api.path.empty() || of.api.records_v1;
    return {static_cast<std::uint16_t>(is_open ? writes : of.api.offered.bits & writes)};
}

/// Facts of the tables of one backend, with those that weir keeps beside them.
class wanted_tables {
public:
    /// Gives the variables of places, `${SCHEMA:-app_data}`.
    using lookup = std::function<std::optional<std::string>(std::string_view)>;

    /// The first `given` tables; the others are only referred to. Those of another backend than
    /// `on` are left out. `schema`: the one that holds every table; empty: each one's own.
    ///
    /// Lifetime: what the tables point to, longer than this.
    wanted_tables(
        std::span<const table* const> tables,
        std::size_t given,
        std::string schema,
        lookup variables,
        backend on = backend::lakebase
    );

    wanted_tables(const wanted_tables&) = delete;
    wanted_tables& operator=(const wanted_tables&) = delete;
    ~wanted_tables() = default;

    [[nodiscard]] schema_state state() const;

    /// How many of the tables given are of another backend.
    [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

    /// The schemas the tables are in, quoted and with a dot: `"app_data".`.
    [[nodiscard]] std::set<std::string> prefixes() const;

    /// The schema of a table, or of one that is referred to: by its name alone.
    [[nodiscard]] std::string prefix_of(std::string_view table) const;

    /// Makes all of them, and what they refer to, as temporary tables.
    ///
    /// Errors: configuration_error where two schemas have a table of the same name.
    [[nodiscard]] std::vector<std::string> temporary() const;

private:
    [[nodiscard]] std::string prefix_at(std::string_view place) const;
    [[nodiscard]] std::string placed(std::string_view text) const;
    [[nodiscard]] spelled check_text(const std::string& condition) const;
    [[nodiscard]] table_state state_of(const table& of, const table& owner) const;

    backend on_;
    sql::dialect spoken_;
    std::size_t left_out_ = 0;
    std::string schema_;
    lookup variables_;
    std::vector<const table*> all_{};
    std::size_t own_ = 0;
    std::vector<table> beside_{};
    std::list<history_table> histories_{};
};

} // namespace weir::ops
