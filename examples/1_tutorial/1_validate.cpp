// SPDX-License-Identifier: Apache-2.0
// Step 1: a row is a plain struct; validate() tells every rule it breaks, without a database.
#include <weir/table/validate.hpp>

#include <cstdio>
#include <tutorial.weir.hpp>

int main() {
    const tutorial::well_create draft{.api10 = 42, .wellname = "", .oileur = -1.0};
    for (const weir::violation& broken : weir::validate<tutorial::well>(draft))
        std::printf("%s: %s\n", broken.type.c_str(), broken.msg.c_str());
}
