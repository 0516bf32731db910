// SPDX-License-Identifier: Apache-2.0
// SQL that creates a schema's tables, written by the code that services run (weir/sql/ddl.hpp).
#pragma once

#include <weir/sql/dialect.hpp>

#include <cstddef>
#include <deque>
#include <string>

#include "model.hpp"

namespace weir::gen {

struct ddl_result {
    std::string text{};
    /// Why there is none; empty when there is.
    std::string refusal{};
};

/// The statements for the tables of the first `given` schemas: those that live on the dialect's
/// backend, or, with `all_tables`, every one, as the embedded engine holds them. `${VARIABLE}` in
/// places is taken from the environment. With `service`, what Unity Catalog calls the service's
/// principal, also the row filters and column masks for those who read the tables beside it.
[[nodiscard]] ddl_result emit_ddl(
    const std::deque<schema_model>& schemas,
    std::size_t given,
    sql::dialect spoken,
    bool all_tables,
    const std::string& service = {}
);

} // namespace weir::gen
