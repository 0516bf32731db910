// SPDX-License-Identifier: Apache-2.0
// One field of a result as the database spelled it. Costs <string_view>.
#pragma once

#include <string_view>

namespace weir {

/// One field of one row as the database spelled it. Lifetime: until the result's next row.
struct text_field {
    std::string_view text{};
    bool is_null = false;
};

} // namespace weir
