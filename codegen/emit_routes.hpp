// SPDX-License-Identifier: Apache-2.0
// `<name>.weir.cpp`: the routes of a schema's tables, compiled once and in no file of the user's.
#pragma once

#include <string>
#include <string_view>

#include "model.hpp"

namespace weir::gen {

/// Explicit instantiations of `weir::http::add_table` for the tables with `api:`. `stem` is the
/// name of the header beside it, without `.weir.hpp`.
[[nodiscard]] std::string emit_routes(const schema_model& schema, std::string_view stem);

} // namespace weir::gen
