// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/target.hpp>

#include <catch.hpp>

namespace target_cases {

using weir::workspace::target;

TEST_CASE("names are encoded, slashes of paths kept") {
    CHECK(
        target{"/api/2.0/fs/files"}
            .segments("/Volumes/c/s/v/a b.txt")
            .query("overwrite", true)
            .take() == "/api/2.0/fs/files/Volumes/c/s/v/a%20b.txt?overwrite=true"
    );
    CHECK(target{"/t"}.segment("c.s/x?y").literal("/z").take() == "/t/c.s%2Fx%3Fy/z");
    CHECK(target{"/t"}.query("a", "").query("b", "1&2").query("c", "x").take() == "/t?b=1%262&c=x");
}

TEST_CASE("names that lead elsewhere are refused") {
    for (const auto* name : {"", ".", ".."})
        CHECK_THROWS_AS(target{"/t"}.segment(name), weir::validation_error);
    CHECK_THROWS_AS(target{"/t"}.segments("Volumes/../secrets"), weir::validation_error);
    CHECK_THROWS_AS(target{"/t"}.segments("Volumes//x"), weir::validation_error);
}

} // namespace target_cases
