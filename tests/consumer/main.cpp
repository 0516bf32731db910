// SPDX-License-Identifier: Apache-2.0
// A program outside this repository: it includes what was installed and nothing else.
#include <weir/table/validate.hpp>

#include <cstdio>
#include <tutorial.weir.hpp>

int main() {
    const tutorial::well_create draft{.api10 = 42, .wellname = "SMITH 1-15H"};
    for (const weir::violation& broken : weir::validate<tutorial::well>(draft))
        std::printf("%s: %s\n", broken.type.c_str(), broken.msg.c_str());
}
