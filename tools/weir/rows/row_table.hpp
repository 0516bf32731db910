// SPDX-License-Identifier: Apache-2.0
// The one table that a command moves rows of, and the connection to where it is.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "../command_parts.hpp"
#include "../connect.hpp"
#include "../database.hpp"

namespace weir::ops {

/// A connection that spells values as weir reads them.
///
/// Errors: database_error.
[[nodiscard]] database open_for_rows(const target& to);

/// The table of a name among `tables`.
///
/// Errors: configuration_error: there is none.
[[nodiscard]] const table& named_table(std::span<const table* const> tables, std::string_view name);

/// `"app_data"."orders"`, of a warehouse in its spelling.
[[nodiscard]] std::string full_name(const wanted_tables& wanted, const table& of);

/// A count or a place as a database tells it; 0 for NULL.
[[nodiscard]] std::uint64_t number(std::string_view text);

} // namespace weir::ops
