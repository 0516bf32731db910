// SPDX-License-Identifier: Apache-2.0
// Two callers, every route, every verb.
#include "isolation.hpp"

using namespace test;

TEST_CASE("no route shows, counts, tells apart or changes another caller's row") {
    service on;
    CHECK(leaks_of(on) == std::vector<std::string>{});
}
