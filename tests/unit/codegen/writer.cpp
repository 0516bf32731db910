// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <cpp_text.hpp>
#include <limits>
#include <writer.hpp>

using namespace weir::gen;

TEST_CASE("documentation wraps and never swallows the next line") {
    writer to;
    to.doc(std::string(60, 'a') + ' ' + std::string(60, 'b') + "\nc \\");
    CHECK(
        to.take() ==
        "/// " + std::string(60, 'a') + "\n/// " + std::string(60, 'b') + "\n/// c \\.\n"
    );
}

TEST_CASE("remarks of neighbours stand in one column") {
    writer to;
    to.members({{{}, "int a{};", "// 1"}, {{}, "double bb{};", "// 2"}, {"doc", "int c{};", "// 3"}}
    );
    CHECK(
        to.take() ==
        "    int a{};     // 1\n    double bb{}; // 2\n    /// doc\n    int c{}; // 3\n"
    );
}

TEST_CASE("initialisers stay on one line while they fit") {
    writer to;
    to.table("x", {{{}, {}, {{"a", "1", {}}, {"b", {}, {{"c", std::string(95, 'y'), {}}}}}}});
    CHECK(
        to.take() ==
        "x{\n    {.a = 1,\n     .b =\n         {.c = " + std::string(95, 'y') + "}},\n};\n"
    );
}

TEST_CASE("text and numbers are literals that mean the same") {
    CHECK(
        cpp_string("a\"b\\c\n\x01"
                   "1") == "\"a\\\"b\\\\c\\n\\0011\""
    );
    CHECK(cpp_integer(-5) == "-5");
    CHECK(
        cpp_integer(std::numeric_limits<std::int64_t>::min()) ==
        "std::numeric_limits<std::int64_t>::min()"
    );
    CHECK(cpp_integer(weir::make_int128(1, 2)) == "weir::make_int128(1, 2U)");
    CHECK(cpp_real(1, false) == "1.0");
    CHECK(cpp_real(0.1, true) == "0.1F");
    CHECK(cpp_real(1e300, false) == "1e+300");
}
