// SPDX-License-Identifier: Apache-2.0
#include <weir/core/patch.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace patch_cases {

TEST_CASE("a patch is absent, null or a value") {
    struct update {
        weir::patch<std::string> name{};
        weir::patch<double> oileur{};
        weir::patch<int> count{};
    };

    const update change{.name = "SMITH 2", .oileur = weir::null};
    REQUIRE(change.name.has_value());
    REQUIRE(change.name.value() == "SMITH 2");
    REQUIRE_FALSE(change.name.is_absent());
    REQUIRE(change.oileur.is_null());
    REQUIRE_FALSE(change.oileur.has_value());
    REQUIRE_FALSE(change.oileur.is_absent());
    REQUIRE(change.count.is_absent());
    REQUIRE_FALSE(change.count.is_null());
    REQUIRE_FALSE(change.count.has_value());
}

TEST_CASE("patches compare by state and value") {
    using text = weir::patch<std::string>;
    REQUIRE(text{} != text{weir::null});
    REQUIRE(text{""} != text{weir::null});
    REQUIRE(text{"a"} == text{"a"});
    REQUIRE(text{"a"} != text{"b"});
    STATIC_REQUIRE(!std::is_constructible_v<weir::patch<int>, std::string>);
}

} // namespace patch_cases
