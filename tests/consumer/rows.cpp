// SPDX-License-Identifier: Apache-2.0
// A program outside this repository that only judges rows: it includes what was installed and
// nothing else.
#include <weir/table/validate.hpp>

#include <cstdio>
#include <tutorial.weir.hpp>

int main() {
    const tutorial::well wrong{.api10 = 17, .wellname = ""};
    for (const auto& each : weir::validate(wrong))
        std::printf("%s\n", each.msg.c_str());
}
