// SPDX-License-Identifier: Apache-2.0
// What the records API is told: its backends, the tables that schemas declare, and which others it
// may reach or make. Costs http/sessions.hpp and http/table_options.hpp.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/http/records/name_patterns.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/table/table.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::http {

/// A table that a schema declares, as the records API finds it.
struct declared_record_table {
    const table* of = nullptr;
    /// Empty: unknown, so that it may be any.
    std::string catalog{};
    std::string schema{};
    /// Absent: nothing serves it.
    std::optional<sessions> from{};
    std::shared_ptr<const table_options> options{};
    /// Of its typed routes; empty: it has none.
    std::string path{};
};

struct records_options {
    std::string base = "/api/v1";
    /// The catalog that means Lakebase.
    std::string database = "databricks_postgres";
    /// Where its tables are; and where those of every other catalog are.
    std::optional<sessions> lakebase{};
    std::optional<sessions> warehouse{};
    /// Whether both are one embedded engine: there a catalog comes to be when it is first written
    /// to, with the schemas that `creatable` names in full.
    bool is_embedded = false;
    /// Every table of the service: those without `api: {records_v1: true}` are refused, whatever
    /// the patterns say.
    std::vector<declared_record_table> declared{};
    /// Other tables that may be reached, and those that may be made.
    name_patterns reachable{};
    name_patterns creatable{};
    /// Records one write may bring.
    std::size_t max_records = 100'000;
    /// Where audit times come from.
    now_function clock = &now;
    /// How long the facts of a table that is not declared are good.
    workspace::timed_cache_options metadata{.absence = std::chrono::seconds{2}};
};

} // namespace weir::http
