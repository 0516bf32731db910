// SPDX-License-Identifier: Apache-2.0
#include <weir/json/row_reader.hpp>

#include <array>
#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.hpp"
#include "random_json.hpp"

namespace row_reader_cases {

using weir::location;
using weir::violations;
using weir::json::body_options;
using weir::json::create_body;
using weir::json::parse_key;
using weir::json::read_creates;
using weir::json::read_update;

namespace {

using text = std::string;

struct read_orders {
    create_body<shop::order> body{};
    violations broken{};

    explicit read_orders(std::string_view json, const body_options& options = {})
        : broken(read_creates<shop::order>(json, body, options)) {}
};

/// `type @ loc: msg`, one per line.
std::string told(const violations& broken) {
    std::string out;
    for (const auto& each : broken) {
        out += each.type + " @";
        for (const auto& step : each.loc) {
            out += ' ';
            out += std::holds_alternative<std::string>(step)
                       ? std::get<std::string>(step)
                       : std::to_string(std::get<std::size_t>(step));
        }
        out += ": " + each.msg + "\n";
    }
    return out;
}

} // namespace

TEST_CASE("a body of one object becomes one create struct") {
    const read_orders read{R"({
        "total": 12.5, "ship_to": {"street": "1 Main", "city": "Austin"}, "tags": ["a"], "extras": {"k": "v"},
        "placed_at": "2024-05-01T10:20:30Z", "status": "placed"})"};
    CHECK(told(read.broken).empty());
    CHECK_FALSE(read.body.is_array);
    REQUIRE(read.body.rows.size() == 1);
    const auto& row = read.body.rows[0];
    CHECK(row.total == weir::decimal<12, 2>::from_unscaled(1250));
    CHECK(row.status == shop::order_status::placed);
    CHECK(row.ship_to->city == "Austin");
    CHECK(row.tags->size() == 1);
    CHECK(row.extras->at("k") == "v");
    CHECK(row.placed_at->microseconds == 1'714'558'830'000'000);
    CHECK_FALSE(row.id.has_value());
}

TEST_CASE("what a body does not name keeps its default, and null is not absence") {
    const read_orders absent{R"({"total": 1})"};
    REQUIRE(told(absent.broken).empty());
    CHECK(absent.body.rows[0].status == shop::order_status::draft);
    CHECK(absent.body.rows[0].tags.has_value());
    const read_orders given{R"({"total": 1, "tags": null})"};
    REQUIRE(told(given.broken).empty());
    CHECK_FALSE(given.body.rows[0].tags.has_value());
    CHECK(
        told(read_orders{R"({"total": 1, "status": null})"}.broken) ==
        "null_not_allowed @ body status: Column 'status' must not be null\n"
    );
}

TEST_CASE("an array becomes as many rows, with positions in every location") {
    const read_orders read{R"([{"total": 1}, {"total": -1, "tags": [1]}, 7, {}])"};
    CHECK(read.body.is_array);
    CHECK(
        told(read.broken) ==
        "string_type @ body 1 tags 0: Column 'tags[0]' expects string, got int\n"
        "greater_than_equal @ body 1 total: Column 'total' must be at least 0.00\n"
        "dict_type @ body 2: A row must be an object, got int\n"
        "missing @ body 3 total: Column 'total' is required\n"
    );
    const read_orders none{"[]"};
    CHECK(none.broken.empty());
    CHECK(none.body.is_array);
    CHECK(none.body.rows.empty());
}

TEST_CASE("columns that are not the client's are refused, each for its reason") {
    CHECK(
        told(read_orders{
            R"({"total": 1, "record_uuid": "x", "customer": "me", "is_deleted": true, "inserted_by": "me"})"
        }
                 .broken) ==
        "read_only @ body record_uuid: Column 'record_uuid' is set by the server\n"
        "read_only @ body customer: Column 'customer' is filled from the caller\n"
        "read_only @ body is_deleted: Column 'is_deleted' is set by the server\n"
        "read_only @ body inserted_by: Column 'inserted_by' is set by the server\n"
    );
    shop::order_update update;
    CHECK(
        told(
            read_update<shop::order>(R"({"id": "x", "customer": null, "updated_at": null})", update)
        ) == "read_only @ body id: Column 'id' is part of the key and cannot be changed\n"
             "read_only @ body customer: Column 'customer' is filled from the caller\n"
             "read_only @ body updated_at: Column 'updated_at' is set by the server\n"
    );
}

TEST_CASE("a private column is answered like a name that does not exist") {
    CHECK(
        told(read_orders{R"({"total": 1, "margin": 0.5})"}.broken) ==
        "extra_forbidden @ body margin: Column 'margin' is unknown\n"
    );
    CHECK(
        told(read_orders{R"({"total": 1, "margn": 0.5})"}.broken) ==
        "extra_forbidden @ body margn: Column 'margn' is unknown\n"
    );
    shop::order_update update;
    CHECK(
        told(read_update<shop::order>(R"({"margin": null})", update)) ==
        "extra_forbidden @ body margin: Column 'margin' is unknown\n"
    );
    CHECK(update.margin.is_absent());
}

TEST_CASE("unknown names get the nearest known one") {
    CHECK(
        told(read_orders{R"({"totl": 1, "total": 1, "TAGS": []})"}.broken) ==
        "extra_forbidden @ body totl: Column 'totl' is unknown; did you mean 'total'?\n"
        "extra_forbidden @ body TAGS: Column 'TAGS' is unknown; did you mean 'tags'?\n"
    );
}

TEST_CASE("every violation of a row is reported at once, and none twice") {
    CHECK(
        told(read_orders{
            R"({"total": "x", "total": 2, "ship_to": {"street": 5, "zip": "!"}, "tags": ["a", "a\u0000"],
                "status": "lost", "placed_at": "2024-05-01T10:20:30"})"
        }
                 .broken) ==
        "decimal_type @ body total: Column 'total' must be a decimal number\n"
        "duplicate_field @ body total: Column 'total' is given twice\n"
        "string_type @ body ship_to street: Column 'ship_to.street' expects string, got int\n"
        "missing @ body ship_to city: Column 'ship_to.city' is required\n"
        "enum @ body status: Column 'status' must be one of 'draft', 'placed', 'shipped'\n"
        "datetime_type @ body placed_at: Column 'placed_at' must be a time with its offset, such "
        "as "
        "2024-05-01T10:20:30.123456Z\n"
        "string_null_character @ body tags 1: Column 'tags[1]' must not contain the character "
        "U+0000\n"
    );
}

TEST_CASE("an update tells absent, null and a value apart") {
    shop::order_update update;
    REQUIRE(read_update<shop::order>(R"({"total": "3.25", "ship_to": null})", update).empty());
    CHECK(update.total.value() == weir::decimal<12, 2>::from_unscaled(325));
    CHECK(update.ship_to.is_null());
    CHECK(update.tags.is_absent());
    CHECK(
        told(read_update<shop::order>(R"({"total": null, "tags": 1})", update)) ==
        "null_not_allowed @ body total: Column 'total' must not be null\n"
        "list_type @ body tags: Column 'tags' expects list, got int\n"
    );
    REQUIRE(read_update<shop::order>("{}", update).empty());
    CHECK(
        told(read_update<shop::order>("[{}]", update)) ==
        "dict_type @ body: A row must be an object, got list\n"
    );
}

TEST_CASE("a body that is not JSON gives one violation with its place") {
    CHECK(
        told(read_orders{"{\"total\": \"x\",\n \"tags\": [1,}"}.broken) ==
        "json_invalid @ body 27: Body is not valid JSON: expected a value at line 2, column 13\n"
    );
    CHECK(told(read_orders{""}.broken).starts_with("json_invalid @ body 0"));
    CHECK(told(read_orders{"{\"total\": 1} x"}.broken).starts_with("json_invalid @ body 13"));
    CHECK(told(read_orders{"[{\"total\": 1}"}.broken).starts_with("json_invalid @ body 13"));
    CHECK(
        told(read_orders{std::string(1'000'000, '[')}.broken).find("nested too deep") != text::npos
    );
    CHECK(told(read_orders{"7"}.broken) == "dict_type @ body: A row must be an object, got int\n");
    CHECK(told(read_orders{"{\"tags\":[\"\xff\"]}"}.broken).find("invalid UTF-8") != text::npos);
    try {
        weir::json::require_sound(read_orders{"{"}.broken);
        FAIL("nothing thrown");
    } catch (const weir::validation_error& caught) {
        CHECK(
            text{caught.what()} ==
            "Body is not valid JSON: the text ends inside an object at line 1, column 2"
        );
    }
    CHECK_NOTHROW(weir::json::require_sound({}));
    CHECK_THROWS_WITH(weir::json::require_sound(read_orders{"{}"}.broken), "Validation failed");
}

TEST_CASE("rows and violations are limited") {
    CHECK(
        told(read_orders{R"([{"total":1},{"total":1},{"total":1}])", {.max_rows = 2}}.broken) ==
        "too_many_rows @ body: At most 2 rows are taken at once\n"
    );
    CHECK(told(read_orders{R"([{"total":1},{"total":1}])", {.max_rows = 2}}.broken).empty());
    std::string many = "[7";
    for (int each = 0; each < 5000; ++each)
        many += ",7";
    const read_orders read{many + "]"};
    REQUIRE(read.broken.size() == weir::json::intake::most_violations);
    CHECK(read.broken.back().type == "too_many_errors");
}

TEST_CASE("ten megabytes of rows are read, or refused, in one go") {
    std::string body = "[";
    while (body.size() < 10'000'000)
        body += R"({"total": 1, "tags": ["one", "two"], "extras": {"k": "v"}},)";
    body.back() = ']';
    const read_orders read{body, {.max_rows = 1'000'000}};
    CHECK(read.broken.empty());
    CHECK(read.body.rows.size() > 150'000);
    body.back() = '}';
    CHECK(told(read_orders{body, {.max_rows = 1'000'000}}.broken).starts_with("json_invalid"));
}

TEST_CASE("members are found in any order, bisected or not") {
    const auto columns = weir::table_of<shop::order>.columns;
    const auto order = weir::json::sort_by_name(columns);
    std::vector<weir::json::field_plan> plan(columns.size(), {weir::json::field_role::optional, 0});
    plan[8].role = weir::json::field_role::hidden;
    const weir::json::field_target few{.columns = columns, .plan = plan};
    const weir::json::field_target many{.columns = columns, .plan = plan, .by_name = order};
    for (std::size_t at = 0; at < columns.size(); ++at) {
        for (std::size_t next = 0; next <= columns.size(); ++next) {
            const auto expected = at == 8 ? columns.size() : at;
            CHECK(weir::json::detail::find_field(few, columns[at].name, next) == expected);
            CHECK(weir::json::detail::find_field(many, columns[at].name, next) == expected);
        }
    }
    for (const std::string_view absent : {"", "a", "tag", "tagss", "zzz"}) {
        CHECK(weir::json::detail::find_field(few, absent, 0) == columns.size());
        CHECK(weir::json::detail::find_field(many, absent, 0) == columns.size());
    }
}

TEST_CASE("locations begin where the options say") {
    const body_options options{.at = {text{"body"}, text{"data"}}};
    CHECK(told(read_orders{"[{}]", options}.broken).starts_with("missing @ body data 0 total"));
}

TEST_CASE("keys are read from path texts") {
    shop::order_key order;
    REQUIRE(parse_key<shop::order>("00000000-0000-0000-0000-0000000000ff", order).empty());
    CHECK(order.id.bytes[15] == 255);
    CHECK(told(parse_key<shop::order>("5", order))
              .starts_with("uuid_type @ path id: Column 'id' must be a UUID"));

    shop::sample_key sample;
    REQUIRE(parse_key<shop::sample>("42,left", sample).empty());
    CHECK(sample.id == 42);
    CHECK(sample.part == "left");
    REQUIRE(parse_key<shop::sample>("-1,", sample).empty());
    CHECK(sample.part.empty());
    CHECK(
        told(parse_key<shop::sample>("42", sample)) ==
        "key_parts @ path: The key has 2 parts joined by ',': id,part\n"
    );
    CHECK(told(parse_key<shop::sample>("4,2,x", sample)).starts_with("key_parts"));
    CHECK(told(parse_key<shop::sample>("4,2,x,y", sample)).starts_with("key_parts"));
    CHECK(told(parse_key<shop::sample>("", sample)).starts_with("key_parts"));
    for (const std::string_view bad : {"x,p", "042,p", "1.0,p", "+1,p", " 1,p", ",p"}) {
        INFO(bad);
        CHECK(told(parse_key<shop::sample>(bad, sample))
                  .starts_with("int_type @ path id: Column 'id' expects integer"));
    }
    CHECK(told(parse_key<shop::sample>("99999999999999999999,p", sample))
              .starts_with("int_out_of_range @ path id"));
    CHECK(told(parse_key<shop::sample>(std::string_view{"1,a\0b", 5}, sample))
              .starts_with("string_null_character"));
    CHECK(told(parse_key<shop::sample>("1,\xff", sample)).starts_with("string_unicode @ path part")
    );
    CHECK(told(parse_key<shop::sample>("x,\xff", sample)).find("string_unicode") != text::npos);
    const std::array<std::string_view, 2> parts{"7", "a,b"};
    REQUIRE(parse_key<shop::sample>(parts, sample).empty());
    CHECK(sample.part == "a,b");
}

TEST_CASE("no text makes a row reader crash or accept what is not JSON") {
    random_json::source from{31337};
    const std::string sound =
        R"([{"total": 12.5, "ship_to": {"street": "1 Main", "city": "Austin", "zip": null}, "tags": ["a"],
             "extras": {"k": "v"}, "placed_at": "2024-05-01T10:20:30Z", "status": "placed"}, {"total": "3"}])";
    for (int round = 0; round < 5'000; ++round) {
        auto body = sound;
        random_json::damage(from, body);
        const read_orders read{body};
        weir::json::reader check{body};
        const bool is_json = check.skip_value() && check.finish();
        INFO(body);
        REQUIRE((is_json || !read.broken.empty()));
        if (!is_json)
            REQUIRE(read.broken[0].type == "json_invalid");
    }
}

} // namespace row_reader_cases
