// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <type_text.hpp>

using namespace weir::gen;

namespace {

std::optional<type_text> parsed(std::string_view text, diagnostics& to) {
    return parse_type(text, {0, 10, 10 + static_cast<std::uint32_t>(text.size())}, to);
}

} // namespace

TEST_CASE("types nest and carry their places") {
    diagnostics found;
    const auto type = parsed("array<struct<code:string!, amount : decimal(12, 2)>>", found);
    REQUIRE(type);
    CHECK(type->word.value == "array");
    CHECK(type->at.begin == 10);
    const auto& inner = type->parts.at(0);
    CHECK(inner.fields.at(0).required);
    CHECK_FALSE(inner.fields.at(1).required);
    const auto& amount = inner.fields.at(1).type;
    CHECK(amount.numbers.at(0).value == 12);
    CHECK(amount.numbers.at(1).value == 2);
    CHECK(amount.at.begin == 10 + 36);
    CHECK(amount.at.end == 10 + 50);
}

TEST_CASE("a name of another schema is one word") {
    diagnostics found;
    CHECK(parsed("map<string,shop.price>", found)->parts.at(1).word.value == "shop.price");
}

TEST_CASE("what is no type is refused with one error") {
    for (const auto* text :
         {"",
          "<",
          "array<",
          "array<>",
          "array<int",
          "decimal(",
          "decimal()",
          "decimal(1,",
          "decimal(-1)",
          "decimal(99999999999)",
          "int int",
          "struct<a>",
          "struct<:int>",
          "struct<a:>",
          "map<,int>",
          "int)",
          "a<b>>"}) {
        diagnostics found;
        INFO(text);
        CHECK_FALSE(parsed(text, found));
        CHECK(found.found().size() == 1);
    }
}

TEST_CASE("types that nest too deep are refused") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "array<";
    diagnostics found;
    CHECK_FALSE(parsed(text, found));
}
