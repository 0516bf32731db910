// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <yaml.hpp>

using namespace weir::gen;

namespace {

struct reading {
    sources files;
    diagnostics found;
    std::optional<document> parsed;

    explicit reading(std::string text) {
        files.emplace_back("a.yaml", std::move(text));
        parsed = parse_yaml(files, 0, found);
    }

    [[nodiscard]] std::string text_of(const node& of) const {
        return std::string{files[0].text_of(of.at)};
    }

    [[nodiscard]] bool told(std::string_view id) const {
        for (const auto& each : found.found()) {
            if (each.id == id)
                return true;
        }
        return false;
    }
};

} // namespace

TEST_CASE("every node knows its bytes") {
    const reading read{"a: {b: [x, 'y y'], c: \"z\\\"\"}\nd:\n  - e: long  text\n"};
    REQUIRE(read.parsed);
    CHECK_FALSE(read.found.has_errors());
    const auto& root = read.parsed->root;
    CHECK(read.text_of(*root.find("a")) == "{b: [x, 'y y'], c: \"z\\\"\"}");
    const auto& list = *root.find("a")->find("b");
    CHECK(read.text_of(list) == "[x, 'y y']");
    CHECK(read.text_of(list.items[1]) == "'y y'");
    CHECK(list.items[1].text == "y y");
    CHECK_FALSE(list.items[1].is_plain());
    CHECK(read.text_of(*root.find("a")->find("c")) == "\"z\\\"\"");
    CHECK(read.text_of(*root.find("d")->items[0].find("e")) == "long  text");
}

TEST_CASE("scalars keep their text; nothing is interpreted") {
    const reading read{"a: no\nb: 0.00\nc: ~\nd:\ne: null\nf: 'null'\n"};
    REQUIRE(read.parsed);
    const auto& root = read.parsed->root;
    CHECK(root.find("a")->text == "no");
    CHECK(root.find("b")->text == "0.00");
    CHECK(root.find("c")->is_null());
    CHECK(root.find("d")->is_null());
    CHECK(root.find("d")->text.empty());
    CHECK(root.find("e")->text == "null");
    CHECK(root.find("f")->is_scalar());
}

TEST_CASE("block texts end where their indentation ends") {
    const reading read{"a: |\n  one\n\n  two\nb: >-\n  x\n  y\n# after\nc: 1\n"};
    REQUIRE(read.parsed);
    CHECK(read.parsed->root.find("a")->text == "one\n\ntwo\n");
    CHECK(read.parsed->root.find("b")->text == "x y");
    REQUIRE(read.parsed->comments.size() == 1);
    CHECK(read.parsed->comments[0].alone);
}

TEST_CASE("comments are told from text that holds a number sign") {
    const reading read{"# one\na: b#c # two\nd: \"# no\" # three\ne: 'it''s # no'\n"};
    REQUIRE(read.parsed);
    const auto& comments = read.parsed->comments;
    REQUIRE(comments.size() == 3);
    CHECK(comments[0].alone);
    CHECK_FALSE(comments[1].alone);
    CHECK(read.files[0].text_of(comments[1].at) == "# two");
    CHECK(read.files[0].text_of(comments[2].at) == "# three");
}

TEST_CASE("CRLF reads like LF") {
    const reading read{"a: 1 # x\r\nb: \"two\r\n  lines\"\r\nc: |\r\n  t\r\n"};
    REQUIRE(read.parsed);
    CHECK_FALSE(read.found.has_errors());
    CHECK(read.parsed->root.find("a")->text == "1");
    CHECK(read.parsed->root.find("b")->text == "two lines");
    CHECK(read.parsed->root.find("c")->text == "t\n");
    CHECK(read.files[0].text_of(read.parsed->comments[0].at) == "# x");
}

TEST_CASE("equal keys are told with both places, at every level") {
    const reading read{"a: 1\nb: {x: 1, x: 2}\na: 2\n"};
    CHECK(read.found.found().size() == 2);
    CHECK(read.found.found()[0].id == "duplicate-key");
    CHECK(read.found.found()[0].notes.size() == 1);
}

TEST_CASE("what is no YAML is told once and gives no tree") {
    for (const auto* text :
         {"a: [1\nb: 2\n",
          "a: {b: 1\n",
          "a: b: c\n",
          "a: 1\n b: 2\n",
          "a: @x\n",
          "- a\nb: 1\n",
          "a: 'x\n",
          "]\n"}) {
        const reading read{text};
        INFO(text);
        CHECK(read.told("yaml-syntax"));
        CHECK(read.found.has_errors());
    }
}

TEST_CASE("nesting without end is an error, not a crash") {
    const reading read{"a: " + std::string(100'000, '[') + "\n"};
    CHECK(read.told("yaml-syntax"));
}

TEST_CASE("documents without end are an error, not a wait") {
    // yaml-cpp never gets past this comma, and begins a document each time.
    const reading read{"a # b\n, c"};
    CHECK(read.told("yaml-syntax"));
}

TEST_CASE("any cut of a document is parsed or refused") {
    const std::string whole = "# c\nname: shop # x\ntables:\n  - {name: 'a', key: [\"b\"], d: |\n  "
                              "x\n}\n  - &x y\n...\n---\n";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const reading read{whole.substr(0, length)};
        CHECK((read.parsed.has_value() || read.found.has_errors()));
    }
}
