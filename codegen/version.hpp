// SPDX-License-Identifier: Apache-2.0
// The generator's version; the build passes the project's. Costs nothing.
#pragma once

#include <string_view>

namespace weir::gen {

inline constexpr std::string_view version = WEIR_GEN_VERSION;

} // namespace weir::gen
