// SPDX-License-Identifier: Apache-2.0
// Counts what the tests of this executable allocate. In a file of its own: g++ takes free() for a
// mismatch once it inlines these. Not under sanitizers (meson.build), which bring operators of
// their own.
#include "allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t count = 0;

} // namespace

std::size_t allocations() {
    return count;
}

#ifdef WEIR_COUNT_ALLOCATIONS

void* operator new(std::size_t size) {
    ++count;
    if (void* const made = std::malloc(size == 0 ? 1 : size))
        return made;
    throw std::bad_alloc{};
}

void operator delete(void* made) noexcept {
    std::free(made);
}

void operator delete(void* made, std::size_t /*unused*/) noexcept {
    std::free(made);
}

#endif
