// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <fmt.hpp>

using namespace weir::gen;

namespace {

std::string formatted(const std::string& text) {
    sources files;
    files.emplace_back("a.yaml", text);
    diagnostics found;
    const auto parsed = parse_yaml(files, 0, found);
    REQUIRE(parsed);
    const auto made = format_schema(files, 0, *parsed);
    REQUIRE(made);
    return *made;
}

} // namespace

TEST_CASE("formatting twice is formatting once") {
    for (const auto* text : {
             "name: a\nversion: 1\n",
             "# head\n\n# more\n\nname: a # b\n# tail\nversion: 1\n\n# end\n",
             "version: 1\nname: a\ntables:\n# x\n- key: [id] # y\n  # z\n  columns:\n  - name: id "
             "# q\n    # w\n    type: int\n  name: t\n",
             "version: 1\nname: a\ntypes:\n  b: # c\n    # d\n    enum: # e\n    - x # f\n    # "
             "g\n    - y\n",
             "version: 1\nname: a\ntables: []\n",
             "version: 1\nname: a\ntables:\n  - name: t\n    description: >\n      folded\n      "
             "text\n    checks: [] # none\n",
             "strange: {a: [b, {c: d}]}\nversion: 1\n",
         }) {
        const auto once = formatted(text);
        INFO(once);
        CHECK(formatted(once) == once);
    }
}

TEST_CASE("no comment is lost, wherever it stands") {
    const auto text = formatted("#1\nversion: 1 #2\n#3\nname: a\ntables: #4\n #5\n - #6\n  name: t "
                                "#7\n  key: [ #8\n   id #9\n   ] #10\n#11\n");
    for (int number = 1; number <= 11; ++number) {
        CHECK(text.find("#" + std::to_string(number)) != std::string::npos);
    }
}

TEST_CASE("keys take the order of the language and unknown ones follow") {
    CHECK(formatted("zebra: 1\nname: a\nversion: 1\n") == "version: 1\nname: a\n\nzebra: 1\n");
}

TEST_CASE("names and types of columns stand in columns of their own") {
    CHECK(
        formatted("tables:\n  - columns:\n      - {type: int, name: a, min: 1}\n      - {name: "
                  "long_name, type: string, required: true}\n") ==
        "tables:\n  - columns:\n      - {name: a,         type: int,    min: 1}\n      - {name: "
        "long_name, type: string, required: true}\n"
    );
}

TEST_CASE("a type cut at its commas is quoted") {
    CHECK(
        formatted("tables:\n  - columns:\n      - {name: a, type: decimal(12, 2), min: 1}\n") ==
        "tables:\n  - columns:\n      - {name: a, type: \"decimal(12, 2)\", min: 1}\n"
    );
}

TEST_CASE("what is no mapping keeps what it says") {
    CHECK(formatted("- version: 1 # one\n") == "[{version: 1}]  # one\n");
    CHECK(formatted("just text\n") == "just text\n");
}

TEST_CASE("text is quoted only where it must be") {
    CHECK(scalar_text("plain text", true, true) == "plain text");
    CHECK(scalar_text("a, b", true, true) == "\"a, b\"");
    CHECK(scalar_text("a, b", true, false) == "a, b");
    CHECK(scalar_text("1.50", true, true) == "\"1.50\"");
    CHECK(scalar_text("1.50", false, true) == "1.50");
    CHECK(scalar_text("-5", false, true) == "-5");
    CHECK(scalar_text("null", true, true) == "\"null\"");
    CHECK(scalar_text("no", true, true) == "no");
    CHECK(scalar_text("", true, true) == "\"\"");
    CHECK(scalar_text("- x", true, false) == "\"- x\"");
    CHECK(scalar_text("a: b", true, false) == "\"a: b\"");
    CHECK(scalar_text("^\\d+$", true, true) == "'^\\d+$'");
    CHECK(scalar_text("it's \\", true, true) == "\"it's \\\\\"");
    CHECK(scalar_text("two\nlines", true, true) == "\"two\\nlines\"");
    CHECK(scalar_text(" lead", true, true) == "\" lead\"");
}
