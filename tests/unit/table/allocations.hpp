// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// How often this process has called operator new.
std::size_t allocations();
