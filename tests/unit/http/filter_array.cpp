// SPDX-License-Identifier: Apache-2.0
#include <weir/http/filter_array.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "conditions.hpp"

namespace filter_array_cases {

namespace {

using namespace weir;
using namespace weir::http;
using namespace weir::test;
using sql::comparison;
using sql::negation;

const location filters{"query", "filters"};

struct reading {
    sql::condition made;
    violations broken;
    bool is_json = false;
};

reading read(std::string_view text) {
    reading out;
    condition_builder build{asked_table, out.broken, "query", wildcards::sql};
    json::reader in{text};
    out.is_json = read_filter_array(in, build, out.made, value_path{filters}) && in.finish();
    return out;
}

std::vector<sql::condition> parts(std::string_view text) {
    const auto found = read(text);
    CAPTURE(text);
    for (const auto& each : found.broken)
        UNSCOPED_INFO(each.msg);
    REQUIRE((found.is_json && found.broken.empty()));
    return found.made.parts;
}

violation fault(std::string_view filter) {
    const auto found = read("[" + std::string{filter} + "]");
    CAPTURE(filter);
    REQUIRE(found.broken.size() == 1);
    return found.broken.front();
}

} // namespace

TEST_CASE("every operator of the records API is a condition") {
    CHECK(
        parts(
            R"([{"column":"id","op":"=","value":1},{"column":"id","op":"!=","value":1},)"
            R"({"column":"id","op":"<>","value":1},)"
            R"({"column":"total","op":">","value":"1.5"},{"column":"total","op":">=","value":1},)"
            R"({"column":"id","op":"<","value":1},{"column":"id","op":"<=","value":1},)"
            R"({"column":"customer","op":"like","value":"a%_\\%*"},{"column":"id","op":"in","value":[1,2]},)"
            R"({"op":"NOT IN","value":[1],"column":"id"},{"column":"day","op":"is null"},)"
            R"({"column":"day","op":"IS NOT NULL","value":null},)"
            R"({"column":"id","op":"between","value":[1,5]}])"
        ) ==
        std::vector<sql::condition>{
            is("id", comparison::equal, {whole(1)}),
            is("id", comparison::not_equal, {whole(1)}),
            is("id", comparison::not_equal, {whole(1)}),
            is("total", comparison::greater, {cents(150)}),
            is("total", comparison::greater_equal, {cents(100)}),
            is("id", comparison::less, {whole(1)}),
            is("id", comparison::less_equal, {whole(1)}),
            is("customer", comparison::like, {text("a%_\\%*")}),
            is("id", comparison::in, {whole(1), whole(2)}),
            negation(is("id", comparison::in, {whole(1)})),
            is("day", comparison::is_null),
            negation(is("day", comparison::is_null)),
            is("id", comparison::greater_equal, {whole(1)}),
            is("id", comparison::less_equal, {whole(5)}),
        }
    );
    CHECK(read("[]").made.is_always());
}

TEST_CASE("what a filter gets wrong is told at its place") {
    CHECK(
        fault(R"({"column":"idd","op":"=","value":1})").loc ==
        location{"query", "filters", std::size_t{0}, "column"}
    );
    CHECK(fault(R"({"column":"margin","op":"=","value":1})").type == "unknown_column");
    CHECK(
        fault(R"({"column":"id","op":"likee","value":1})").msg ==
        "Unknown operator 'likee'; did you mean 'like'?"
    );
    CHECK(
        fault(R"({"column":"id","op":"like","value":"1"})").loc ==
        location{"query", "filters", std::size_t{0}, "op"}
    );
    CHECK(
        fault(R"({"column":"id","op":"=","value":"x"})").loc ==
        location{"query", "filters", std::size_t{0}, "value"}
    );
    CHECK(fault(R"({"column":"id","op":"="})").type == "missing");
    CHECK(fault(R"({"column":"id","value":1})").type == "missing");
    CHECK(fault(R"({"op":"=","value":1})").type == "missing");
    CHECK(fault(R"({"column":"id","op":"=","value":null})").type == "value");
    CHECK(fault(R"({"column":"customer","op":"like","value":"a\\"})").type == "pattern");
    CHECK(fault(R"({"column":"open","op":">","value":true})").type == "operator");
    CHECK(fault(R"({"column":"id","op":"=","value":1,"more":2})").type == "unknown_member");
    CHECK(fault("7").type == "dict_type");
    for (const auto* value : {"1", "[1]", "[1,2,3]", "[]"})
        CHECK(
            fault(R"({"column":"id","op":"between","value":)" + std::string{value} + "}").type ==
            "value"
        );
    CHECK(fault(R"({"column":"id","op":"between","value":[1,"x"]})").loc.size() == 5);
    CHECK(read("{}").broken.front().type == "list_type");
    CHECK(!read("[{").is_json);
    CHECK(
        read(R"([{"column":"id","op":"=","value":"x"},{"column":"idd","op":"=","value":1}])")
            .broken.size() == 2
    );
}

TEST_CASE("filters have the budgets of every grammar") {
    std::string many = R"([{"column":"id","op":"=","value":1})";
    for (int at = 1; at < 50; ++at)
        many += R"(,{"column":"id","op":"=","value":1})";
    CHECK(parts(many + "]").size() == 50);
    CHECK(
        read(many + R"(,{"column":"id","op":"=","value":1}])").broken.front().type ==
        "too_many_conditions"
    );
}

} // namespace filter_array_cases
