// SPDX-License-Identifier: Apache-2.0
#include <weir/table/value_path.hpp>

#include <catch.hpp>

namespace value_path_cases {

using weir::location;
using weir::value_path;

TEST_CASE("a path is its prefix and its steps") {
    const location prefix{"body", "data", std::size_t{3}};
    const value_path start{prefix};
    const value_path column{start, "past"};
    const value_path item{column, std::size_t{1}};
    const value_path field{item, "zip"};
    CHECK(
        field.to_location() ==
        location{"body", "data", std::size_t{3}, "past", std::size_t{1}, "zip"}
    );
    CHECK(field.to_text() == "past[1].zip");
    CHECK(start.to_location() == prefix);
    CHECK(start.to_text().empty());
}

TEST_CASE("a map's key is in the location, but not in the text") {
    const location none;
    const value_path start{none};
    const value_path column{start, "extras"};
    const int key = 42;
    const value_path entry{column, &key, [](const void* of, std::string& out) {
                               out += std::to_string(*static_cast<const int*>(of));
                           }};
    CHECK(entry.to_location() == location{"extras", "42"});
    CHECK(entry.to_text() == "extras.*");
}

} // namespace value_path_cases
