// SPDX-License-Identifier: Apache-2.0
#include "load_target.hpp"

#include "row_table.hpp"

namespace weir::ops {

load_state numbers_of(const std::vector<std::string>& row) {
    load_state noted;
    noted.bytes = number(row[0]);
    noted.line = number(row[1]);
    noted.rows = number(row[2]);
    noted.rejected = number(row[3]);
    noted.rejects_bytes = number(row[4]);
    return noted;
}

} // namespace weir::ops
