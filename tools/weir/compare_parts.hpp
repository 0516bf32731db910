// SPDX-License-Identifier: Apache-2.0
// What comparing one table has in common, whatever keeps it: who is who after renames, and where
// rows stand in the way.
#pragma once

#include <weir/sql/dialect.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compare.hpp"

namespace weir::ops {

/// Ends the name of a check that stands for NOT NULL while rows are looked at.
inline constexpr std::string_view required_suffix = "_weir_required";
/// Ends the name of an index that is about to take another's place.
inline constexpr std::string_view rebuilt_suffix = "_weir_new";

/// Whether a constraint or an index has a name that weir gives.
[[nodiscard]] bool has_made_name(std::string_view name, std::string_view table);

/// Columns that are renamed, by the names they have: those they will have.
[[nodiscard]] std::map<std::string, std::string>
renames_of(const table_state& live, const table_state& wanted);

class table_comparison {
protected:
    /// `live` is a copy by the wanted name, its columns still as they are.
    table_comparison(
        comparison& into,
        const table_state& live,
        const table_state& wanted,
        const made_names& made,
        sql::dialect spoken
    );

    /// The change is the last one until another is added.
    change& add(std::string kind, const std::string& object, effect is, std::string what) const;

    [[nodiscard]] std::string name(std::string_view of) const;
    [[nodiscard]] std::string alter(std::string_view action) const;
    [[nodiscard]] std::string alter_column(std::string_view column, std::string_view action) const;
    /// Before renames.
    [[nodiscard]] std::string alter_old(std::string_view action) const;

    change& rename_table(const std::string& to);

    /// Renames follow `was`. What is live has the new names afterwards.
    void match_columns();

    /// The rows that are there, by the names and with the values they are about to have: what
    /// obstacles are looked for in.
    void view_rows();

    /// Whether what no schema asks for was made by weir; else it is noted.
    [[nodiscard]] bool may_drop(std::string_view what, const std::string& of) const;

    /// Rows with the same values, or without one where the key is primary.
    void set_obstacle_of_key(
        change& made,
        const std::vector<std::string>& columns,
        const std::string& where,
        bool is_primary
    ) const;

    comparison* into_;
    table_state live_;
    const table_state* wanted_;
    const made_names* made_;
    sql::dialect spoken_;
    std::string old_name_;
    /// Columns by the names they will have: those they have.
    std::map<std::string, std::string> live_names_{};
    std::string rows_{};
};

} // namespace weir::ops
