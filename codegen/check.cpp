// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

namespace weir::gen {

void check(const std::deque<schema_model>& schemas, diagnostics& to) {
    static_cast<void>(schemas);
    static_cast<void>(to);
}

} // namespace weir::gen
