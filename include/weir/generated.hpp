// SPDX-License-Identifier: Apache-2.0
// What a generated header needs: the facts' types and the value types. Include it nowhere else.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/decimal.hpp>
#include <weir/core/json_text.hpp>
#include <weir/core/patch.hpp>
#include <weir/core/time.hpp>
#include <weir/core/uuid.hpp>
#include <weir/table/handle.hpp>
#include <weir/table/member_list.hpp>
#include <weir/table/table.hpp>
#include <weir/table/table_list.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

/// Raised when generated code and library must change together.
inline constexpr int generated_format = 1;

} // namespace weir
