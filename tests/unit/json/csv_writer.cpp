// SPDX-License-Identifier: Apache-2.0
#include <weir/json/csv_writer.hpp>

#include <array>
#include <catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace csv_writer_cases {

using weir::column;
using weir::column_type;
using weir::text_field;
using weir::text_format;
using weir::type;
using weir::json::append_csv_field;
using weir::json::csv_writer;
using weir::json::numbers;

namespace {

std::string field(std::string_view text) {
    std::string out;
    append_csv_field(out, text);
    return out;
}

// One value between two others, so that NULL shows.
std::string written(
    const column_type& of,
    const text_field& value,
    text_format format = text_format::postgres,
    numbers spelled = numbers::plain
) {
    const std::array columns{
        column{.name = "a"}, column{.name = "b", .type = of}, column{.name = "c"}
    };
    const std::array<std::uint16_t, 3> selected{0, 1, 2};
    const std::array fields{text_field{.text = "<"}, value, text_field{.text = ">"}};
    std::string out;
    csv_writer{columns, selected, format, spelled}.append(out, fields);
    REQUIRE(out.starts_with("<,"));
    REQUIRE(out.ends_with(",>\r\n"));
    return out.substr(2, out.size() - 6);
}

constexpr column_type of_kind(type kind) {
    return {.kind = kind};
}

constexpr column_type bigint{.kind = type::int64};
constexpr column_type text{.kind = type::string};
constexpr column_type array_of_bigint{.kind = type::array, .element = &bigint};
constexpr column_type array_of_text{.kind = type::array, .element = &text};

} // namespace

TEST_CASE("a field is quoted when it holds what ends fields and lines, and its quotes are doubled"
) {
    CHECK(field("plain text") == "plain text");
    CHECK(field(" spaces ") == " spaces ");
    CHECK(field("a,b") == "\"a,b\"");
    CHECK(field("say \"x\"") == "\"say \"\"x\"\"\"");
    CHECK(field("\"") == "\"\"\"\"");
    CHECK(field("two\nlines") == "\"two\nlines\"");
    CHECK(field("carriage\rreturn") == "\"carriage\rreturn\"");
    CHECK(field("a;b\tc'd") == "a;b\tc'd");
    CHECK(field("caf\u00e9") == "caf\u00e9");
}

TEST_CASE("NULL is nothing at all, empty text is a pair of quotes") {
    CHECK(written(text, {.text = {}, .is_null = true}).empty());
    CHECK(written(text, {.text = ""}) == "\"\"");
    CHECK(written(bigint, {.text = {}, .is_null = true}).empty());
}

TEST_CASE("a line of one NULL is not an empty line") {
    const std::array columns{column{.name = "a"}};
    const std::array<std::uint16_t, 1> selected{0};
    std::string out;
    csv_writer{columns, selected, text_format::postgres}.append(
        out, std::array{text_field{.text = {}, .is_null = true}}
    );
    CHECK(out == "\"\"\r\n");
}

TEST_CASE("values are spelled as in JSON, without its quotes") {
    CHECK(written(bigint, {.text = "9007199254740993"}) == "9007199254740993");
    CHECK(written(of_kind(type::float64), {.text = "0.5"}) == "0.5");
    CHECK(written(of_kind(type::float64), {.text = "NaN"}) == "NaN");
    CHECK(
        written(of_kind(type::float64), {.text = "125000.0"}, text_format::statement_api) ==
        "125000"
    );
    CHECK(written(of_kind(type::boolean), {.text = "t"}) == "true");
    CHECK(written(of_kind(type::date), {.text = "2024-05-01"}) == "2024-05-01");
    CHECK(
        written(of_kind(type::timestamp), {.text = "2024-05-01 10:00:00.5+00"}) ==
        "2024-05-01T10:00:00.500000Z"
    );
    CHECK(
        written(of_kind(type::timestamp_ntz), {.text = "2024-05-01 10:00:00"}) ==
        "2024-05-01T10:00:00"
    );
    CHECK(written(of_kind(type::binary), {.text = "\\xffff"}) == "//8=");
    CHECK(
        written({.kind = type::decimal, .precision = 5, .scale = 2}, {.text = "12.50"}) == "12.50"
    );
}

TEST_CASE("containers and documents are JSON text") {
    CHECK(written(array_of_bigint, {.text = "{1,2}"}) == "\"[1,2]\"");
    CHECK(written(array_of_text, {.text = "{a,\"b,c\"}"}) == R"("[""a"",""b,c""]")");
    CHECK(written(of_kind(type::json), {.text = R"({"a": 1})"}) == R"("{""a"": 1}")");
    // A document that is a text is told from the text itself.
    CHECK(written(of_kind(type::json), {.text = R"("a")"}) == R"("""a""")");
    CHECK(written(of_kind(type::json), {.text = "null"}) == "null");
}

TEST_CASE("numbers as strings matter inside containers only") {
    CHECK(written(bigint, {.text = "5"}, text_format::postgres, numbers::as_string) == "5");
    CHECK(
        written(array_of_bigint, {.text = "{5}"}, text_format::postgres, numbers::as_string) ==
        R"("[""5""]")"
    );
}

TEST_CASE("the header names the columns in the order of the fields, private ones left out") {
    const std::array columns{
        column{.name = "a"}, column{.name = "hidden", .is_private = true}, column{.name = "c,d"}
    };
    const std::array<std::uint16_t, 3> selected{2, 1, 0};
    csv_writer writer{columns, selected, text_format::postgres};
    std::string out;
    writer.append_header(out);
    const std::array fields{
        text_field{.text = "1"}, text_field{.text = "secret"}, text_field{.text = "3"}
    };
    writer.append(out, fields);
    CHECK(out == "\"c,d\",a\r\n1,3\r\n");
}

TEST_CASE("a result that does not fit its columns is refused, and nothing is written") {
    const std::array columns{column{.name = "a"}, column{.name = "n", .type = bigint}};
    const std::array<std::uint16_t, 2> selected{0, 1};
    csv_writer writer{columns, selected, text_format::postgres};
    std::string out = "before";
    const std::array wrong{text_field{.text = "x"}, text_field{.text = "none"}};
    CHECK_THROWS_AS(writer.append(out, wrong), weir::decode_error);
    const std::array few{text_field{.text = "x"}};
    CHECK_THROWS_AS(writer.append(out, few), weir::decode_error);
    CHECK(out == "before");
}

} // namespace csv_writer_cases
