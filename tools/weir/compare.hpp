// SPDX-License-Identifier: Apache-2.0
// From the tables that are and the tables that should be to the changes between. Pure: no
// connection, no clock; the same states give the same changes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "change.hpp"
#include "state.hpp"

namespace weir::ops {

/// What weir is known to have made: `orders`, and `orders/orders_status_idx` for what belongs to a
/// table. Only that is dropped when no schema asks for it any more.
using made_names = std::set<std::string>;

struct comparison {
    std::vector<change> changes{};
    /// What was seen and is left alone.
    std::vector<std::string> notes{};
};

/// The changes that lead from `live` to `wanted`, in the order of the wanted tables.
///
/// Renames follow `was`, never a likeness. A narrower type is refused; what loses values or opens
/// rows needs an approval; what weir did not make is left alone and noted.
[[nodiscard]] comparison
compare(const schema_state& live, const schema_state& wanted, const made_names& made);

} // namespace weir::ops
