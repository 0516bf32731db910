// SPDX-License-Identifier: Apache-2.0
#include <weir/http/batch_body.hpp>

#include <catch.hpp>
#include <field_ops.weir.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace batch_body_cases {

using namespace weir;
using namespace weir::http;

namespace {

template <class Row>
std::string refused(std::string_view body, std::size_t most = 10) {
    std::vector<batch_item<Row>> items;
    std::string types;
    for (const auto& each : read_batch<Row>(body, items, most))
        types += each.type + ' ';
    return types;
}

} // namespace

TEST_CASE("a batch is a list of keys, changes and versions") {
    std::vector<batch_item<field_ops::order_line>> items;
    const auto broken = read_batch<field_ops::order_line>(
        R"([{"set":{"quantity":2},"key":["00000000-0000-0000-0000-000000000001",7],"version":"v"},)"
        R"({"key":{"line_no":8,"order_id":"00000000-0000-0000-0000-000000000002"},"set":{},"version":null}])",
        items,
        10
    );
    CHECK(broken.empty());
    REQUIRE(items.size() == 2);
    CHECK(items[0].key.line_no == 7);
    CHECK(items[0].set.quantity.value() == 2);
    CHECK(items[0].seen == row_version{"v"});
    CHECK(items[1].key.line_no == 8);
    CHECK(items[1].key.order_id.bytes[15] == 2);
    CHECK_FALSE(items[1].seen.has_value());
}

TEST_CASE("what is no batch is refused") {
    using well = field_ops::well;
    CHECK(refused<well>("[]").empty());
    CHECK(refused<well>("{}") == "list_type ");
    CHECK(refused<well>("") == "json_invalid ");
    CHECK(refused<well>("[") == "json_invalid ");
    CHECK(refused<well>(R"([{"key":1)") == "json_invalid ");
    CHECK(refused<well>(R"([{"key":[1)") == "json_invalid ");
    CHECK(refused<well>(R"([{"key":{"api10":)") == "json_invalid ");
    CHECK(refused<well>("[1]") == "dict_type ");
    CHECK(refused<well>("[{}]") == "missing missing ");
    CHECK(refused<well>(R"([{"key":null,"set":{}}])") == "key ");
    CHECK(refused<well>(R"([{"key":[],"set":{}}])") == "key ");
    CHECK(refused<well>(R"([{"key":[[1]],"set":{}}])") == "key ");
    CHECK(refused<well>(R"([{"key":{"api10":1,"api10":2},"set":{}}])") == "key ");
    CHECK(refused<well>(R"([{"key":{"other":1},"set":{}}])") == "key ");
    CHECK(refused<well>(R"([{"key":1,"set":{},"set":{}}])") == "repeated ");
    CHECK(refused<well>(R"([{"key":1,"set":{},"version":1}])") == "string_type ");
    CHECK(refused<well>(R"([{"key":1,"set":{}},{"key":1,"set":{}}])") == "repeated ");
    // One key, spelled in two ways.
    CHECK(refused<well>(R"([{"key":1,"set":{}},{"key":"1","set":{}}])") == "repeated ");
    CHECK(
        refused<field_ops::order>(R"([{"key":"abcdef00-0000-4000-8000-000000000001","set":{}},)"
                                  R"({"key":"ABCDEF00-0000-4000-8000-000000000001","set":{}}])"
        ) == "repeated "
    );
    CHECK(refused<well>(R"([{"key":1,"set":{}},{"key":2,"set":{}}])", 1) == "too_many_rows ");
}

} // namespace batch_body_cases
