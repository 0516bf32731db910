// SPDX-License-Identifier: Apache-2.0
// How a fuzz target says that something must hold, in every build type.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace weir::fuzz {

/// Aborts when a property does not hold: libFuzzer then keeps the input, and the replay test fails.
inline void require(bool holds, const char* property) {
    if (holds)
        return;
    std::fprintf(stderr, "property broken: %s\n", property);
    std::abort();
}

} // namespace weir::fuzz
