// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <rows/csv_parser.hpp>
#include <string>
#include <string_view>
#include <vector>

using weir::ops::csv_parser;

namespace csv_parser_test {

/// Records as `a|"b"`, a field in quotes marked so; what is wrong with one after a `!`.
std::vector<std::string> records_of(std::string_view text) {
    std::vector<std::string> found;
    csv_parser parser;
    while (!text.empty()) {
        const auto taken = parser.parse(text, true);
        text.remove_prefix(taken);
        auto& record = found.emplace_back();
        std::string_view bar;
        for (const auto& field : parser.fields()) {
            const std::string_view mark = field.is_quoted ? "\"" : "";
            record.append(bar).append(mark).append(field.text).append(mark);
            bar = "|";
        }
        if (!parser.problem().empty())
            record.append("!").append(parser.problem());
    }
    return found;
}

using list = std::vector<std::string>;

TEST_CASE("lines of CSV end in LF or CRLF, the last in nothing too") {
    CHECK(records_of("a,b\r\n1,2\n3,4") == list{"a|b", "1|2", "3|4"});
    CHECK(records_of("a\rb,\r\n") == list{"a\rb|"});
    CHECK(records_of("a,\n,b\n,") == list{"a|", "|b", "|"});
}

TEST_CASE("a quoted field holds commas, quotes and ends of lines, and empty text") {
    CHECK(records_of("\"a,\"\"b\"\"\r\nc\",\"\"\n") == list{"\"a,\"b\"\r\nc\"|\"\""});
    CHECK(records_of("\"\"") == list{"\"\""});
}

TEST_CASE("an empty line of CSV has no field") {
    CHECK(records_of("a\n\n\r\nb") == list{"a", "", "", "b"});
    CHECK(records_of("  \n") == list{"  "});
}

TEST_CASE("what is no CSV is told, and the next line read") {
    CHECK(records_of("a\"b,c\nd\n")[0].ends_with(
        "!a quote stands inside a field that does not begin with one"
    ));
    CHECK(records_of("a\"b,c\nd\n")[1] == "d");
    CHECK(records_of("\"a\"b\nc")[0].ends_with("!something follows the closing quote of a field"));
    CHECK(records_of("\"a\n\nb")[0].ends_with("!a quoted field does not end"));
}

TEST_CASE("a record that is not there whole asks for more") {
    csv_parser parser;
    const std::string_view whole = "\"a\"\"\r\n\",b\r\n";
    for (std::size_t size = 0; size + 1 < whole.size(); ++size)
        CHECK(parser.parse(whole.substr(0, size), false) == 0);
    CHECK(parser.parse(whole, false) == whole.size());
    CHECK(parser.fields().front().text == "a\"\r\n");
}

} // namespace csv_parser_test
