// SPDX-License-Identifier: Apache-2.0
#include <weir/http/cursor.hpp>

#include <catch.hpp>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cursor_cases {

namespace {

using namespace weir;
using namespace weir::http;
using sql::direction;
using sql::list_position;

constexpr column columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "name", .type = {.kind = type::string}},
    {.name = "size", .type = {.kind = type::float32}},
    {.name = "at", .type = {.kind = type::timestamp}},
};
constexpr column wider_columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "name", .type = {.kind = type::varchar, .length = 9}},
    {.name = "size", .type = {.kind = type::float32}},
    {.name = "at", .type = {.kind = type::timestamp}},
};
constexpr std::uint16_t key[]{0};
constexpr table wells{.name = "wells", .columns = columns, .key = key, .api = {.path = "wells"}};
constexpr table wider{
    .name = "wells", .columns = wider_columns, .key = key, .api = {.path = "wells"}
};
constexpr table towers{.name = "towers", .columns = columns, .key = key, .api = {.path = "towers"}};

const secret shared{"0123456789abcdef0123456789abcdef"};
const cursors of_wells{wells, shared};
const caller ann{.id = "ann"};
const caller bob{.id = "bob"};

list_query query(std::string_view text) {
    return read_list_query(wells, split_target("/wells?" + std::string{text}).query);
}

std::string written(std::string_view asked, const list_position& at, const caller* who = &ann) {
    return of_wells.write(at, of_wells.bind(query(asked), who)).value();
}

list_position read(std::string_view token, std::string_view asked, const caller* who = &ann) {
    auto made = query(asked);
    made.cursor = token;
    return of_wells.read(made, of_wells.bind(made, who));
}

std::vector<std::string>
refusals(const cursors& by, std::string_view token, std::string_view asked, const caller* who) {
    auto made = query(asked);
    made.cursor = token;
    try {
        static_cast<void>(by.read(made, by.bind(made, who)));
    } catch (const validation_error& refused) {
        std::vector<std::string> messages;
        for (const auto& each : refused.broken()) {
            CHECK(each.type == "cursor");
            CHECK(each.loc == location{"query", "cursor"});
            messages.push_back(each.msg);
        }
        return messages;
    }
    return {};
}

std::string refusal(std::string_view token, std::string_view asked, const caller* who = &ann) {
    const auto messages = refusals(of_wells, token, asked, who);
    return messages.size() == 1 ? messages.front() : std::to_string(messages.size());
}

const list_position at_seven{.values = {any_value{std::int64_t{7}}}};

} // namespace

TEST_CASE("a cursor is read as it was written, whatever the values") {
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    const std::vector<list_position> positions{
        {.values =
             {any_value{std::string{"O'Neil \xE2\x82\xAC"}},
              any_value{-0.5},
              any_value{timestamp{1'714'564'800'123'456}},
              any_value{std::int64_t{-1}}}},
        {.values = {any_value{}, any_value{}, any_value{}, any_value{std::int64_t{INT64_MIN}}},
         .towards = direction::backward},
        {.values =
             {any_value{std::string{}}, any_value{infinity}, any_value{}, any_value{std::int64_t{7}}
             },
         .inclusive = true},
        {.values =
             {any_value{std::string(300, 'x')},
              any_value{-infinity},
              any_value{},
              any_value{std::int64_t{INT64_MAX}}},
         .towards = direction::backward,
         .inclusive = true},
    };
    for (const auto& at : positions)
        CHECK(read(written("order=name,size,at", at), "order=name,size,at") == at);
}

TEST_CASE("a cursor is letters, digits, - and _, and shows nothing") {
    const auto token = written(
        "order=name", {.values = {any_value{std::string{"SMITH"}}, any_value{std::int64_t{7}}}}
    );
    CHECK(
        token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        ) == std::string::npos
    );
    std::vector<std::byte> raw;
    REQUIRE(parse_base64url(token, raw));
    std::string bytes;
    for (const auto byte : raw)
        bytes.push_back(std::to_integer<char>(byte));
    CHECK(bytes.find("SMITH") == std::string::npos);
}

TEST_CASE(
    "a cursor does not mind another page size, other columns, a count, filters in another order"
) {
    const auto token = written("name=eq.A&size=gt.1&limit=5", at_seven);
    CHECK(read(token, "size=gt.1&name=eq.A&limit=50&select=name&count=exact") == at_seven);
}

TEST_CASE("a cursor says what it is refused for") {
    const auto token = written("order=id.desc&name=eq.A", at_seven);
    CHECK(read(token, "order=id.desc&name=eq.A") == at_seven);
    constexpr auto order = "The cursor was made for another order";
    constexpr auto filters = "The cursor was made with other filters";
    CHECK(refusal(token, "order=id&name=eq.A") == order);
    CHECK(refusal(token, "order=id.desc&name=eq.B") == filters);
    CHECK(refusal(token, "order=id.desc&name=neq.A") == filters);
    CHECK(refusal(token, "order=id.desc") == filters);
    CHECK(refusal(token, "order=id.desc&name=eq.A&deleted=include") == filters);
    CHECK(refusals(of_wells, token, "", &ann) == std::vector<std::string>{order, filters});
    CHECK(
        refusal(token, "order=id.desc&name=eq.A", &bob) == "The cursor belongs to another caller"
    );
    CHECK(
        refusal(token, "order=id.desc&name=eq.A", nullptr) == "The cursor belongs to another caller"
    );
    for (const table* other : {&towers, &wider}) {
        const cursors theirs{*other, shared};
        CHECK(
            refusals(theirs, token, "order=id.desc&name=eq.A", &ann) ==
            std::vector<std::string>{
                "The cursor belongs to another table, or to the table as it was before"
            }
        );
    }
}

TEST_CASE("a cursor is bound to the time its list is of") {
    auto now = query("");
    auto then = now;
    then.as_of = timestamp{1'714'564'800'000'000};
    const auto token = of_wells.write(at_seven, of_wells.bind(then, &ann)).value();
    now.cursor = then.cursor = token;
    CHECK(of_wells.read(then, of_wells.bind(then, &ann)) == at_seven);
    CHECK_THROWS_AS(of_wells.read(now, of_wells.bind(now, &ann)), validation_error);
}

TEST_CASE("a caller without an id's text is not nobody") {
    const caller strange{.id = ""};
    const auto token = written("", at_seven, nullptr);
    CHECK(read(token, "", nullptr) == at_seven);
    CHECK(refusal(token, "", &strange) == "The cursor belongs to another caller");
}

TEST_CASE("what is no cursor, or was turned at any place, is refused as none") {
    const auto token = written("", at_seven);
    const auto is_none = [](std::string_view text) {
        return refusal(text, "").starts_with("This is no cursor of this service");
    };
    for (const auto* text : {"", "x", "null", "AAAA", "====", "a b", "\xE2\x82\xAC"})
        CHECK(is_none(text));
    CHECK(is_none(std::string(4097, 'A')));
    CHECK(is_none(std::string(100'000, 'A')));
    for (std::size_t at = 0; at < token.size(); ++at) {
        auto turned = token;
        turned[at] = turned[at] == 'A' ? 'B' : 'A';
        REQUIRE(is_none(turned));
        REQUIRE(is_none(std::string_view{token}.substr(0, at)));
    }
    CHECK(is_none(token + "A"));
    const cursors keyless{wells, secret{}};
    CHECK(refusals(keyless, token, "", &ann).size() == 1);
    const cursors another{wells, secret{"another key of thirty-two letters"}};
    CHECK(refusals(another, token, "", &ann).size() == 1);
}

TEST_CASE("instances with one key read each other's cursors") {
    const cursors elsewhere{wells, shared};
    auto made = query("");
    made.cursor = written("", at_seven);
    CHECK(elsewhere.read(made, elsewhere.bind(made, &ann)) == at_seven);
}

TEST_CASE("a cursor sent in a body is refused at the body") {
    auto made = query("");
    made.part = "body";
    made.cursor = "x";
    try {
        static_cast<void>(of_wells.read(made, of_wells.bind(made, &ann)));
        FAIL("read");
    } catch (const validation_error& refused) {
        CHECK(refused.broken().at(0).loc == location{"body", "cursor"});
    }
}

TEST_CASE("values too long for a cursor give none") {
    const auto asked = query("order=name");
    const auto bound = of_wells.bind(asked, &ann);
    const auto of_size = [&](std::size_t bytes) {
        return of_wells.write(
            {.values = {any_value{std::string(bytes, 'x')}, any_value{std::int64_t{7}}}}, bound
        );
    };
    REQUIRE(of_size(3000).has_value());
    CHECK(of_size(3000)->size() <= cursors::most_characters);
    CHECK_FALSE(of_size(3072).has_value());
    CHECK_FALSE(of_size(1'000'000).has_value());
}

} // namespace cursor_cases
