// SPDX-License-Identifier: Apache-2.0
// A table whose facts are made at run time, with what they refer to: for everything that takes
// facts of a declared one. Costs type_text.hpp and audit.hpp.
#pragma once

#include <weir/core/headers.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>
#include <weir/table/type_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// Facts, and the storage behind them. Moves, and keeps the addresses of what facts() refers to.
///
/// It has no key: none may be enforced, and where rows are found by one the request names it. Audit
/// columns are known by their names, where their types can hold what weir puts there.
class runtime_table {
public:
    /// `place`: as table::place; sql::fixed_place may lead it.
    runtime_table(std::string name, std::string place, weir::backend on) {
        facts_.name = types_.names.emplace_back(std::move(name));
        facts_.place = types_.names.emplace_back(std::move(place));
        facts_.backend = on;
        facts_.audit = false;
        facts_.soft_delete = false;
    }

    runtime_table(runtime_table&&) = default;
    runtime_table(const runtime_table&) = delete;
    runtime_table& operator=(const runtime_table&) = delete;
    runtime_table& operator=(runtime_table&&) = delete;
    ~runtime_table() = default;

    /// Where the types of columns keep what they refer to.
    [[nodiscard]] type_store& types() noexcept { return types_; }

    /// Adds a column; its name is copied.
    void add(column made) {
        made.name = types_.names.emplace_back(made.name);
        made.audit = role_of(made);
        if (made.audit != audit_role::none || is_audit_name(made.name))
            made.readonly = true;
        columns_.push_back(made);
        refresh();
    }

    /// Adds the audit columns that it lacks.
    void add_audit_columns() {
        for (const auto& each : audit_columns) {
            if (find_column(columns_, each.name) == columns_.size())
                add(each);
        }
    }

    /// Marks a column that the database gives a value where an insert does not.
    void has_database_default(std::size_t position) {
        defaulted_.push_back(static_cast<std::uint16_t>(position));
    }

    [[nodiscard]] bool is_defaulted(std::size_t position) const {
        return std::find(defaulted_.begin(), defaulted_.end(), position) != defaulted_.end();
    }

    /// Lets lists of a table that will be made follow an index in their usual order.
    void add_index() {
        if (order_.empty())
            return;
        indexes_.assign(1, {.columns = order_});
        facts_.indexes = indexes_;
    }

    /// Lifetime: as this table.
    [[nodiscard]] const table& facts() const noexcept { return facts_; }

    /// Whether a name is that of an audit column, whatever the column holds.
    [[nodiscard]] static bool is_audit_name(std::string_view name) noexcept {
        return std::any_of(audit_columns.begin(), audit_columns.end(), [&](const auto& each) {
            return equals_ignoring_case(each.name, name);
        });
    }

private:
    /// The audit column that a column is: by its name, and if it can hold the values.
    [[nodiscard]] static audit_role role_of(const column& given) noexcept {
        for (const auto& each : audit_columns) {
            if (!equals_ignoring_case(each.name, given.name))
                continue;
            const auto kind = given.type.kind;
            const bool is_text = kind == type::string || kind == type::varchar;
            const bool is_time = kind == type::timestamp || kind == type::timestamp_ntz;
            const bool fits = each.type.kind == type::boolean     ? kind == type::boolean
                              : each.type.kind == type::timestamp ? is_time
                              : each.type.kind == type::uuid      ? kind == type::uuid || is_text
                                                                  : is_text;
            return fits ? each.audit : audit_role::none;
        }
        return audit_role::none;
    }

    void refresh() {
        facts_.columns = columns_;
        facts_.soft_delete = find_column(columns_, audit_role::is_deleted) != columns_.size();
        set_order();
    }

    /// As they came: in the order of their times, rows of one request in that of their uuids. Where
    /// nothing says so, by all that can be compared.
    void set_order() {
        order_.clear();
        for (const auto role : {audit_role::inserted_at, audit_role::record_uuid}) {
            const auto at = find_column(columns_, role);
            if (at != columns_.size())
                order_.push_back({static_cast<std::uint16_t>(at)});
        }
        if (find_column(columns_, audit_role::record_uuid) == columns_.size()) {
            for (std::size_t at = 0; at < columns_.size(); ++at) {
                const auto kind = columns_[at].type.kind;
                if (is_scalar(kind) && kind != type::json &&
                    columns_[at].audit != audit_role::inserted_at)
                    order_.push_back({static_cast<std::uint16_t>(at)});
            }
        }
        facts_.api.order_by = order_;
    }

    type_store types_{};
    std::vector<column> columns_{};
    std::vector<std::uint16_t> defaulted_{};
    std::vector<sort_column> order_{};
    std::vector<index> indexes_{};
    table facts_{};
};

} // namespace weir
