// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <catch.hpp>
#include <diagnostics.hpp>

using namespace weir::gen;

namespace {

sources one_file(std::string text) {
    sources files;
    files.emplace_back("a.yaml", std::move(text));
    return files;
}

} // namespace

TEST_CASE("a diagnostic is printed as compilers print") {
    const auto files = one_file("key: strng\n");
    diagnostics found;
    found.error("unknown-type", {0, 5, 10}, "unknown type 'strng'", "did you mean 'string'?");
    CHECK(
        found.print(files) == "a.yaml:1:6: error: unknown type 'strng' [unknown-type]\n"
                              "    1 | key: strng\n"
                              "      |      ^~~~~\n"
                              "      = hint: did you mean 'string'?\n"
    );
}

TEST_CASE("diagnostics come in the order of their places, notes behind them") {
    const auto files = one_file("a\nb\nc\n");
    diagnostics found;
    found.error("second", {0, 4, 5}, "later");
    found.add({"first", severity::warning, {0, 2, 3}, "earlier", {}, {{{0, 0, 1}, "see"}}});
    CHECK(
        found.print(files) == "a.yaml:2:1: warning: earlier [first]\n    2 | b\n      | ^\n"
                              "a.yaml:1:1: note: see\n    1 | a\n      | ^\n"
                              "a.yaml:3:1: error: later [second]\n    3 | c\n      | ^\n"
    );
    CHECK(found.has_errors());
    CHECK(found.has_warnings());
}

TEST_CASE("the caret stays inside the line when a range runs over it") {
    const auto files = one_file("ab\ncd\n");
    diagnostics found;
    found.error("wide", {0, 1, 5}, "wide");
    CHECK(found.print(files) == "a.yaml:1:2: error: wide [wide]\n    1 | ab\n      |  ^\n");
}

TEST_CASE("columns of lines with wide characters and tabs line up") {
    const auto files = one_file("çç\tx\n");
    diagnostics found;
    found.error("here", {0, 5, 6}, "here");
    CHECK(found.print(files) == "a.yaml:1:4: error: here [here]\n    1 | çç x\n      |    ^\n");
}

TEST_CASE("a very long line is shown around its caret") {
    const auto files = one_file(std::string(500, 'x') + "y" + std::string(500, 'x') + "\n");
    diagnostics found;
    found.error("far", {0, 500, 501}, "far");
    const auto text = found.print(files);
    CHECK(text.size() < 400);
    const auto line_end = text.find('\n', text.find(" | "));
    const auto caret = text.find('^') - text.rfind('\n', text.find('^'));
    const auto line_start = text.rfind('\n', text.find(" | ")) + 1;
    // The dots are one character in three bytes.
    CHECK(text.find('y', line_start) - line_start + 1 - 2 == caret);
    CHECK(line_end < text.find('^'));
}

TEST_CASE("at most twenty are printed and the others counted") {
    const auto files = one_file(std::string(100, 'x'));
    diagnostics found;
    for (std::uint32_t at = 0; at < 30; ++at)
        found.error("many", {0, at, at + 1}, "one");
    const auto text = found.print(files);
    CHECK(text.find("a.yaml:1:20:") != std::string::npos);
    CHECK(text.find("a.yaml:1:21:") == std::string::npos);
    CHECK(text.ends_with("… and 10 more\n"));
}

TEST_CASE("the same finding at the same place counts once") {
    diagnostics found;
    found.error("once", {0, 0, 1}, "one");
    found.error("once", {0, 0, 1}, "one");
    CHECK(found.found().size() == 1);
}

TEST_CASE("a hint names the nearest word, else the words there are") {
    constexpr std::array<std::string_view, 3> known{"required", "readonly", "unique"};
    CHECK(nearest_hint("reqiured", known) == "did you mean 'required'?");
    CHECK(nearest_hint("zzz", known) == "known here: required, readonly, unique");
    CHECK(nearest_hint("zzz", {}).empty());
}
