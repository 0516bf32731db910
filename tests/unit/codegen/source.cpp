// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <source.hpp>

using namespace weir::gen;

TEST_CASE("offsets become lines and columns, counted in characters") {
    const source text{"a.yaml", "ab\nçd\n"};
    CHECK(text.at(0).line == 1);
    CHECK(text.at(1).column == 2);
    CHECK(text.at(3).line == 2);
    // ç takes two bytes and one column.
    CHECK(text.at(5).column == 2);
    CHECK(text.at(6).column == 3);
    // Past the end is the empty line after the last.
    CHECK(text.at(100).line == 3);
    CHECK(text.at(100).column == 1);
}

TEST_CASE("lines come without their end, CRLF included") {
    const source text{"a.yaml", "one\r\ntwo\n\nlast"};
    CHECK(text.line(1) == "one");
    CHECK(text.line(2) == "two");
    CHECK(text.line(3).empty());
    CHECK(text.line(4) == "last");
    CHECK(text.line(0).empty());
    CHECK(text.line(5).empty());
}

TEST_CASE("a byte order mark is not part of the text") {
    const source text{"a.yaml", "\xEF\xBB\xBFversion: 1\n"};
    CHECK(text.text() == "version: 1\n");
    CHECK(text.at(0).column == 1);
}

TEST_CASE("malformed bytes count as one character each") {
    CHECK(count_characters("a\x80\xC3\xA7") == 3);
}

TEST_CASE("paths split at their last slash") {
    CHECK(base_name("a/b/c.yaml") == "c.yaml");
    CHECK(base_name("c.yaml") == "c.yaml");
    CHECK(folder_of("a/b/c.yaml") == "a/b/");
    CHECK(folder_of("c.yaml").empty());
}
