// SPDX-License-Identifier: Apache-2.0
// Header fields under the names that requests and responses know them by. Costs core/headers.hpp.
#pragma once

#include <weir/core/headers.hpp>

namespace weir::http {

using weir::add_vary;
using weir::equals_ignoring_case;
using weir::for_each_item;
using weir::header;
using weir::headers;
using weir::lowered;
using weir::to_lower;
using weir::trimmed;

} // namespace weir::http
