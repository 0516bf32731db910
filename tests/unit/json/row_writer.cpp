// SPDX-License-Identifier: Apache-2.0
#include <weir/json/page_writer.hpp>
#include <weir/json/read_value.hpp>
#include <weir/json/row_writer.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.hpp"
#include "random_json.hpp"

namespace row_writer_cases {

using weir::column;
using weir::column_type;
using weir::text_field;
using weir::text_format;
using weir::type;
using weir::json::numbers;
using weir::json::page_writer;
using weir::json::row_writer;

namespace {

std::string written(
    const column_type& of,
    std::string_view text,
    text_format format,
    numbers spelled = numbers::plain
) {
    const std::array columns{column{.name = "c", .type = of}};
    const std::array fields{text_field{.text = text}};
    std::string out;
    row_writer{columns, format, spelled}.append(out, fields);
    REQUIRE(out.starts_with("{\"c\":"));
    return out.substr(5, out.size() - 6);
}

std::string from_postgres(const column_type& of, std::string_view text) {
    return written(of, text, text_format::postgres);
}

std::string from_api(const column_type& of, std::string_view text) {
    return written(of, text, text_format::statement_api);
}

constexpr column_type of_kind(type kind) {
    return {.kind = kind};
}

constexpr column_type array_of(const column_type& element) {
    return {.kind = type::array, .element = &element};
}

constexpr column_type text_type{.kind = type::string};
constexpr column_type bigint_type{.kind = type::int64};
constexpr column_type time_type{.kind = type::timestamp};
constexpr column_type boolean_type{.kind = type::boolean};
constexpr column_type binary_type{.kind = type::binary};
constexpr column_type decimal_type{.kind = type::decimal, .precision = 12, .scale = 2};
constexpr column_type document_type{.kind = type::json};
constexpr column_type bigints{.kind = type::array, .element = &bigint_type};
constexpr column_type money{.kind = type::map, .element = &decimal_type, .key = &text_type};

} // namespace

TEST_CASE("PostgreSQL's scalars become JSON") {
    CHECK(from_postgres(of_kind(type::int16), "-12") == "-12");
    CHECK(from_postgres(of_kind(type::int64), "9223372036854775807") == "9223372036854775807");
    CHECK(from_postgres(decimal_type, "10.50") == "10.50");
    CHECK(from_postgres(of_kind(type::float64), "1e+06") == "1e+06");
    CHECK(from_postgres(of_kind(type::float64), "NaN") == "\"NaN\"");
    CHECK(from_postgres(of_kind(type::float32), "-Infinity") == "\"-Infinity\"");
    CHECK(from_postgres(boolean_type, "t") == "true");
    CHECK(from_postgres(boolean_type, "f") == "false");
    CHECK(from_postgres(text_type, "a\"b\né") == R"("a\"b\né")");
    CHECK(from_postgres(of_kind(type::enumeration), "draft") == "\"draft\"");
    CHECK(from_postgres(of_kind(type::date), "2024-05-01") == "\"2024-05-01\"");
    CHECK(
        from_postgres(time_type, "2024-05-01 10:20:30.1+00") == "\"2024-05-01T10:20:30.100000Z\""
    );
    CHECK(from_postgres(time_type, "2024-05-01 10:20:30+00") == "\"2024-05-01T10:20:30Z\"");
    CHECK(
        from_postgres(time_type, "2024-05-01 12:20:30.123456+02") ==
        "\"2024-05-01T10:20:30.123456Z\""
    );
    CHECK(from_postgres(time_type, "2024-05-01 15:50:30+05:30") == "\"2024-05-01T10:20:30Z\"");
    CHECK(
        from_postgres(of_kind(type::timestamp_ntz), "2024-05-01 10:20:30.5") ==
        "\"2024-05-01T10:20:30.500000\""
    );
    CHECK(from_postgres(binary_type, "\\x00ff") == "\"AP8=\"");
    CHECK(
        from_postgres(of_kind(type::uuid), "6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b") ==
        "\"6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b\""
    );
    CHECK(from_postgres(document_type, R"({"a": [1.50]})") == R"({"a": [1.50]})");
}

TEST_CASE("the Statement Execution API's scalars become JSON") {
    CHECK(from_api(boolean_type, "true") == "true");
    CHECK(from_api(of_kind(type::float64), "1.0E10") == "10000000000");
    CHECK(from_api(of_kind(type::float64), "inf") == "\"Infinity\"");
    CHECK(from_api(time_type, "2024-05-01 10:20:30.123456") == "\"2024-05-01T10:20:30.123456Z\"");
    CHECK(
        from_api(time_type, "2021-06-15T12:34:56.789-07:00") == "\"2021-06-15T19:34:56.789000Z\""
    );
    CHECK(
        from_api(of_kind(type::timestamp_ntz), "2024-05-01T10:20:30.123") ==
        "\"2024-05-01T10:20:30.123000\""
    );
    CHECK(from_api(binary_type, "AP8=") == "\"AP8=\"");
    CHECK(
        from_api(of_kind(type::uuid), "6F1E0C52-3F0A-4D5E-9B1C-2A7D8E9F0A1B") ==
        "\"6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b\""
    );
    CHECK(from_api(document_type, R"([1, "x"])") == R"([1, "x"])");
}

TEST_CASE("native arrays become JSON arrays") {
    const auto strings = array_of(text_type);
    CHECK(from_postgres(strings, "{}") == "[]");
    CHECK(
        from_postgres(strings, R"({a,"b c","","NULL","q\"x\\y",é})") ==
        R"(["a","b c","","NULL","q\"x\\y","é"])"
    );
    CHECK(from_postgres(bigints, "[0:1]={1,2}") == "[1,2]");
    CHECK(from_postgres(array_of(boolean_type), "{t,f}") == "[true,false]");
    CHECK(
        from_postgres(array_of(time_type), R"({"2024-05-01 10:20:30+00"})") ==
        R"(["2024-05-01T10:20:30Z"])"
    );
    CHECK(from_postgres(array_of(binary_type), R"({"\\x00ff"})") == R"(["AP8="])");
}

TEST_CASE("nested JSON has the schema's order and weir's spelling, however a database keeps it") {
    const column_type discount{
        .kind = type::structure, .fields = shop::facts::discount_fields, .field_count = 3
    };
    const auto discounts = array_of(discount);
    CHECK(
        from_postgres(discounts, R"([{"code": "A", "until": null, "amount": 1.50}])") ==
        R"([{"code":"A","amount":1.50,"until":null}])"
    );
    CHECK(
        from_api(
            discounts,
            R"([{"until":"2024-05-01 10:20:30.25","amount":1.50,"code":"A","new":[1]},{"code":"B","amount":2}])"
        ) ==
        R"([{"code":"A","amount":1.50,"until":"2024-05-01T10:20:30.250000Z"},{"code":"B","amount":2,"until":null}])"
    );
    // jsonb sorts the members of an object by length, maps are sorted by their keys.
    CHECK(
        from_postgres(money, R"({"b": 1.50, "é": 2, "aa": 3, "a\"": 4})") ==
        R"({"a\"":4,"aa":3,"b":1.50,"é":2})"
    );
    const column_type by_number{.kind = type::map, .element = &decimal_type, .key = &bigint_type};
    CHECK(from_postgres(by_number, R"({"9": 1, "-2": 2, "10": 3})") == R"({"-2":2,"9":1,"10":3})");
    CHECK(from_api(array_of(text_type), R"(["a", "b"])") == R"(["a", "b"])");
    CHECK(from_api(array_of(document_type), R"([{"a":1}, null])") == R"([{"a":1}, null])");
    const std::array fields{
        column{.name = "d", .type = document_type}, column{.name = "e", .type = bigints}
    };
    const column_type mixed{.kind = type::structure, .fields = fields.data(), .field_count = 2};
    CHECK(
        from_api(mixed, R"({"d": {"any": [true]} , "e": ["7", 8]})") ==
        R"({"d":{"any": [true]},"e":[7,8]})"
    );
}

TEST_CASE("numbers as strings reach into nested values") {
    CHECK(written(bigint_type, "7", text_format::postgres, numbers::as_string) == "\"7\"");
    CHECK(
        written(decimal_type, "1.50", text_format::statement_api, numbers::as_string) == "\"1.50\""
    );
    CHECK(written(of_kind(type::int32), "7", text_format::postgres, numbers::as_string) == "7");
    CHECK(written(bigints, "{1,2}", text_format::postgres, numbers::as_string) == R"(["1","2"])");
    CHECK(
        written(bigints, "[1,2]", text_format::statement_api, numbers::as_string) == R"(["1","2"])"
    );
    CHECK(
        written(money, R"({"a": 1.50})", text_format::postgres, numbers::as_string) ==
        R"({"a":"1.50"})"
    );
    const column_type discount{
        .kind = type::structure, .fields = shop::facts::discount_fields, .field_count = 3
    };
    CHECK(
        written(
            discount,
            R"({"code": "A", "until": null, "amount": 1.50})",
            text_format::postgres,
            numbers::as_string
        ) == R"({"code":"A","amount":"1.50","until":null})"
    );
}

TEST_CASE("a text that is no value of its column is an error that names the column") {
    const auto refused = [](const column_type& of,
                            std::string_view text,
                            text_format format,
                            numbers spelled = numbers::plain) {
        const std::array columns{column{.name = "secret", .type = of}};
        const std::array fields{text_field{.text = text}};
        std::string out = "before";
        const row_writer rows{columns, format, spelled};
        INFO(text);
        CHECK_THROWS_WITH(
            rows.append(out, fields), "Column 'secret' of the result holds no value of its type"
        );
        CHECK(out == "before");
    };
    const auto by_postgres = text_format::postgres;
    const auto by_api = text_format::statement_api;
    for (const std::string_view text :
         {"", "-", "1.5", "x", "007", "-09", "1,\"injected\":2", "99999999999999999999", "+1"})
        refused(bigint_type, text, by_postgres);
    for (const std::string_view text : {"", "NaN", "1.", ".5", "0x1", "1 "})
        refused(decimal_type, text, by_postgres);
    for (const std::string_view text : {"", "x", "1,2", "nan(1)"})
        refused(of_kind(type::float64), text, by_postgres);
    refused(boolean_type, "1", by_postgres);
    refused(boolean_type, "t", by_api);
    for (const std::string_view text :
         {"", "infinity", "2024-05-01", "2024-05-01 10:20:30 BC", "2024-05-01 10:20:30"})
        refused(time_type, text, by_postgres);
    refused(time_type, "2024-05-01 10:20:30x", by_api);
    refused(of_kind(type::timestamp_ntz), "2024-05-01 10:20:30+00", by_postgres);
    refused(of_kind(type::date), "infinity", by_postgres);
    refused(of_kind(type::uuid), "x", by_api);
    refused(binary_type, "00ff", by_postgres);
    refused(document_type, "{not json", by_api);
    refused(document_type, "", by_api);
    for (const std::string_view text :
         {"", "{", "{1", "{1,}", "{NULL}", "{{1}}", "{1}x", "1", "{1,x}", "[1,2]"})
        refused(bigints, text, by_postgres);
    for (const std::string_view text : {"", "[1", "[1]x", "{x}"})
        refused(bigints, text, by_api);
    for (const std::string_view text : {"[null]", "[1.5]", "[{}]", "{}", "[1]x", "[[1]]"})
        refused(bigints, text, by_api, numbers::as_string);
    const column_type discount{
        .kind = type::structure, .fields = shop::facts::discount_fields, .field_count = 3
    };
    for (const std::string_view text :
         {"[]",
          R"({"code":"A"})",
          R"({"code":"A","amount":null})",
          R"({"code":"A","code":"B","amount":1})",
          R"({"code":"A","amount":1,"new":})"})
        refused(discount, text, by_api);
    refused(money, R"({"a":null})", by_postgres, numbers::as_string);
}

TEST_CASE("rows have their columns' names, nulls, and no private columns") {
    const auto columns = weir::table_of<shop::order>.columns;
    const row_writer rows{columns, text_format::postgres};
    std::vector<text_field> fields(columns.size(), text_field{.is_null = true});
    fields[1].text = "me";
    fields[1].is_null = false;
    fields[8] = {"0.5"}; // margin, private
    std::string out;
    rows.append(out, fields);
    const auto read = nlohmann::ordered_json::parse(out);
    CHECK(read.size() == 16);
    CHECK(read["customer"] == "me");
    CHECK_FALSE(read.contains("margin"));
    CHECK(out.starts_with(R"({"id":null,"customer":"me","status":null,)"));
    fields.pop_back();
    CHECK_THROWS_WITH(rows.append(out, fields), "The result has 16 fields for 17 columns");
}

TEST_CASE("a selection is written in its own order") {
    const std::array<std::uint16_t, 3> selected{3, 8, 1};
    const row_writer rows{weir::table_of<shop::order>.columns, selected, text_format::postgres};
    const std::array fields{
        text_field{.text = "1.00"}, text_field{.text = "0.5"}, text_field{.text = "c"}
    };
    std::string out;
    rows.append(out, fields);
    CHECK(out == R"({"total":1.00,"customer":"c"})");
    out.clear();
    const std::array<std::uint16_t, 2> private_first{8, 1};
    row_writer{weir::table_of<shop::order>.columns, private_first, text_format::postgres}.append(
        out, std::span{fields}.subspan(1)
    );
    CHECK(out == R"({"customer":"c"})");
}

TEST_CASE("names are escaped like any text") {
    const std::array columns{column{.name = "a\"b", .type = text_type}};
    const std::array fields{text_field{.is_null = true}};
    std::string out;
    row_writer{columns, text_format::postgres}.append(out, fields);
    CHECK(out == R"({"a\"b":null})");
}

TEST_CASE("a page is rows, their number, and what else there is to say") {
    const std::array columns{column{.name = "n", .type = bigint_type}};
    const row_writer rows{columns, text_format::postgres};
    std::string out;
    page_writer page{out};
    page.append(rows, std::array{text_field{.text = "1"}});
    page.append(rows, std::array{text_field{.text = "2"}});
    page.append(shop::address{.street = "s", .city = "c"});
    page.end_rows();
    page.member("total", std::size_t{7});
    page.member("next_cursor", std::string_view{"x\"y"});
    page.close();
    CHECK(
        out ==
        R"({"data":[{"n":1},{"n":2},{"street":"s","city":"c","zip":null}],"count":3,"total":7,"next_cursor":"x\"y"})"
    );
    out.clear();
    page_writer empty{out};
    empty.end_rows();
    empty.close();
    CHECK(out == R"({"data":[],"count":0})");
}

TEST_CASE("a row out of text fields is what its struct would be written as") {
    random_json::source from{5};
    const auto columns = weir::table_of<shop::order>.columns;
    for (const auto format : {text_format::postgres, text_format::statement_api}) {
        for (int round = 0; round < 500; ++round) {
            shop::order row;
            row.customer = std::string(from.below(20), 'x') + "\"é\n";
            row.total = weir::decimal<12, 2>::from_unscaled(static_cast<std::int32_t>(from.bits()));
            row.status = static_cast<shop::order_status>(from.below(3));
            row.inserted_at = {static_cast<std::int64_t>(from.below(4'000'000'000'000'000))};
            if (from.below(2) == 0)
                row.placed_at = weir::timestamp{
                    static_cast<std::int64_t>(from.below(4'000'000'000)) * 1'000'000
                };
            if (from.below(2) == 0)
                row.ship_to = shop::address{.street = "a\\b", .city = "c"};
            if (from.below(2) == 0)
                row.tags = {"a b", "", "\"", "NULL"};
            if (from.below(2) == 0)
                row.extras = {{"k", "v"}, {"l\"", ""}};
            row.record_uuid = weir::uuid::random();

            std::vector<std::string> texts;
            std::vector<bool> nulls;
            weir::for_each_member(row, [&](std::size_t, const auto& member) {
                const auto add = [&](const auto& value) {
                    auto& text = texts.emplace_back();
                    nulls.push_back(false);
                    using value_type = std::remove_cvref_t<decltype(value)>;
                    if constexpr (std::is_same_v<value_type, shop::address> ||
                                  std::is_same_v<value_type, std::map<std::string, std::string>>) {
                        weir::json::append_json(text, value);
                    } else if constexpr (std::is_same_v<value_type, std::vector<std::string>>) {
                        if (format == text_format::postgres) {
                            append_text(text, value, format);
                        } else {
                            weir::json::append_json(text, value);
                        }
                    } else {
                        append_text(text, value, format);
                    }
                };
                if constexpr (requires { member.has_value(); }) {
                    if (member) {
                        add(*member);
                    } else {
                        texts.emplace_back();
                        nulls.push_back(true);
                    }
                } else {
                    add(member);
                }
            });
            std::vector<text_field> fields;
            for (std::size_t at = 0; at < texts.size(); ++at)
                fields.push_back({texts[at], nulls[at]});
            std::string from_text;
            row_writer{columns, format}.append(from_text, fields);
            std::string from_struct;
            weir::json::append_json(from_struct, row);
            REQUIRE(from_text == from_struct);
        }
    }
}

} // namespace row_writer_cases
