// SPDX-License-Identifier: Apache-2.0
#include <weir/http/list_body.hpp>
#include <weir/http/target.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "conditions.hpp"

namespace json_conditions_cases {

namespace {

using namespace weir;
using namespace weir::http;
using namespace weir::test;
using sql::all_of;
using sql::any_of;
using sql::comparison;
using sql::negation;

list_query read(std::string_view body) {
    return read_list_body(asked_table, body).asked;
}

violations refused(std::string_view body) {
    CAPTURE(body);
    try {
        static_cast<void>(read(body));
    } catch (const validation_error& failed) {
        return failed.broken();
    }
    return {};
}

violation fault(std::string_view body) {
    const auto broken = refused(body);
    CAPTURE(body);
    REQUIRE(broken.size() == 1);
    return broken.front();
}

std::string where(std::string_view condition) {
    return R"({"where":)" + std::string{condition} + "}";
}

sql::condition condition_of(std::string_view condition) {
    CAPTURE(condition);
    const auto broken = refused(where(condition));
    for (const auto& each : broken)
        UNSCOPED_INFO(each.msg);
    REQUIRE(broken.empty());
    return read(where(condition)).where;
}

violation condition_fault(std::string_view condition) {
    return fault(where(condition));
}

} // namespace

TEST_CASE("a column's member compares it") {
    CHECK(
        condition_of(R"({"total":{"gt":1.5}})") == is("total", comparison::greater, {cents(150)})
    );
    CHECK(
        condition_of(R"({"total":{"gte":1,"lt":"5.00"}})") ==
        all_of(
            {is("total", comparison::greater_equal, {cents(100)}),
             is("total", comparison::less, {cents(500)})}
        )
    );
    CHECK(
        condition_of(R"({"customer":"ada"})") == is("customer", comparison::equal, {text("ada")})
    );
    CHECK(condition_of(R"({"customer":null})") == is("customer", comparison::is_null));
    CHECK(condition_of(R"({"id":[1,"2"]})") == is("id", comparison::in, {whole(1), whole(2)}));
    CHECK(condition_of(R"({"open":true})") == is("open", comparison::equal, {any_value{true}}));
    CHECK(
        condition_of(R"({"customer":{"not.like":"a*%"}})") ==
        negation(is("customer", comparison::like, {text("a%\\%")}))
    );
    CHECK(condition_of("{}").is_always());
}

TEST_CASE("members together must all hold, and groups nest") {
    CHECK(
        condition_of(R"({"id":1,"or":[{"total":2},{"not":{"open":true,"id":3}}]})") ==
        all_of(
            {is("id", comparison::equal, {whole(1)}),
             any_of(
                 {is("total", comparison::equal, {cents(200)}),
                  negation(all_of(
                      {is("open", comparison::equal, {any_value{true}}),
                       is("id", comparison::equal, {whole(3)})}
                  ))}
             )}
        )
    );
    CHECK(condition_of(R"({"not":{"not":{"id":1}}})") == is("id", comparison::equal, {whole(1)}));
    CHECK(
        condition_of(R"({"and":[{"id":1}]})") == all_of({is("id", comparison::equal, {whole(1)})})
    );
}

TEST_CASE("the long form names column, op and value, in any order and for any name") {
    CHECK(
        condition_of(R"({"value":100,"op":"gt","column":"total"})") ==
        is("total", comparison::greater, {cents(10000)})
    );
    CHECK(
        condition_of(R"({"column":"column","op":"eq","value":"x"})") ==
        is("column", comparison::equal, {text("x")})
    );
    CHECK(
        condition_of(R"({"column":"or","op":"not.in","value":[1]})") ==
        negation(is("or", comparison::in, {whole(1)}))
    );
    CHECK(condition_of(R"({"column":{"eq":"x"}})") == is("column", comparison::equal, {text("x")}));
    const auto broken = refused(where(R"({"column":"ttal","opp":"gt"})"));
    REQUIRE(broken.size() == 4);
    CHECK(broken[0].loc == location{"body", "where", "opp"});
    CHECK(broken[0].msg == "Unknown member 'opp'; did you mean 'op'?");
    CHECK(broken[1].loc == location{"body", "where", "op"});
    CHECK(broken[2].loc == location{"body", "where", "value"});
    CHECK(broken[3].msg == "Unknown column 'ttal'; did you mean 'total'?");
    CHECK(condition_fault(R"({"column":"id","op":"eq","op":"gt","value":1})").type == "repeated");
    CHECK(condition_fault(R"({"column":"id","op":1,"value":1})").type == "string_type");
}

TEST_CASE("is takes null, words and booleans") {
    CHECK(condition_of(R"({"day":{"is":null}})") == is("day", comparison::is_null));
    CHECK(condition_of(R"({"day":{"is":"not_null"}})") == is("day", comparison::is_not_null));
    CHECK(
        condition_of(R"({"open":{"is":false}})") ==
        negation(is("open", comparison::is_distinct, {any_value{false}}))
    );
    CHECK(condition_of(R"({"open":{"is":"unknown"}})") == is("open", comparison::is_null));
    CHECK(condition_fault(R"({"day":{"is":true}})").type == "value");
    CHECK(condition_fault(R"({"day":{"is":{}}})").type == "value");
}

TEST_CASE("containers are compared with lists, and maps with objects") {
    CHECK(
        condition_of(R"({"tags":{"cs":["a","b"]}})") ==
        is("tags", comparison::contains, {text("a"), text("b")})
    );
    CHECK(
        condition_of(R"({"extras":{"ov":["a"]}})") ==
        is("extras", comparison::has_any_key, {text("a")})
    );
    CHECK(
        condition_of(R"({"prices":{"cs":{"7":1.5}}})") ==
        is("prices", comparison::contains, {whole(7), cents(150)})
    );
    CHECK(condition_fault(R"({"tags":{"cs":{"a":"b"}}})").type == "value");
    CHECK(condition_fault(R"({"tags":{"cs":"a"}})").type == "value");
    CHECK(condition_fault(R"({"lists":{"cs":{"a":"b"}}})").type == "value");
    CHECK(condition_fault(R"({"tags":["a"]})").type == "operator");
    CHECK(
        condition_fault(R"({"extras":{"cs":{"a":1}}})").loc ==
        location{"body", "where", "extras", "cs", "a"}
    );
}

TEST_CASE("values are of the kind their column takes") {
    for (const auto* condition :
         {R"({"id":"x"})",
          R"({"id":1.0})",
          R"({"id":true})",
          R"({"customer":1})",
          R"({"open":"true"})",
          R"({"day":20240501})",
          R"({"total":1.234})",
          R"({"status":"gone"})",
          R"({"id":{"gt":null}})",
          R"({"id":{"gt":[1]}})",
          R"({"id":[null]})",
          R"({"id":{"in":1}})",
          R"({"customer":"a\u0000"})",
          R"({"ratio":"x"})"}) {
        CHECK(condition_fault(condition).type == "value");
    }
    CHECK(
        condition_fault(R"({"id":[1,"x"]})").loc == location{"body", "where", "id", std::size_t{1}}
    );
}

TEST_CASE("everything wrong in a body is told, at its place") {
    const auto broken = refused(
        R"({"where":{"or":[{"id":{"eqq":1}},{"margin":1},7]},"limit":"x","order":["nope"],"limitt":1,)"
        R"("select":[1],"limit":2,"offset":{}})"
    );
    REQUIRE(broken.size() == 9);
    CHECK(broken[0].loc == location{"body", "where", "or", std::size_t{0}, "id", "eqq"});
    CHECK(broken[1].loc == location{"body", "where", "or", std::size_t{1}, "margin"});
    CHECK(broken[1].type == "unknown_column");
    CHECK(broken[2].loc == location{"body", "where", "or", std::size_t{2}});
    CHECK(broken[3].loc == location{"body", "limit"});
    CHECK(broken[4].loc == location{"body", "order"});
    CHECK(broken[5].msg == "Unknown member 'limitt'; did you mean 'limit'?");
    CHECK(broken[6].loc == location{"body", "select"});
    CHECK(broken[7].type == "repeated");
    CHECK(broken[8].loc == location{"body", "offset"});
}

TEST_CASE("a body is an object of JSON with known members") {
    for (const auto* body :
         {"", "{", "[]x", R"({"where":{"id":1})", R"({"where":{"id":tru}})", "{}{}"})
        CHECK(fault(body).type == "json_invalid");
    CHECK(fault("[]").type == "dict_type");
    CHECK(condition_fault("[]").type == "dict_type");
    CHECK(condition_fault(R"({"or":{}})").type == "list_type");
    CHECK(condition_fault(R"({"or":[]})").type == "too_short");
    CHECK(condition_fault(R"({"id":{}})").type == "too_short");
    CHECK(fault(R"({"id":"eq.1"})").type == "unknown_member");
}

TEST_CASE("a body asks what the same URL asks") {
    const auto url = read_list_query(
        asked_table,
        split_target(
            "/x?select=id,total&order=total.desc.nullslast,id&limit=5&offset=10&count=exact&"
            "deleted=include&total=gt.5&or=(id.in.(1,2),tags.cs.{a})"
        )
            .query
    );
    const auto body = read(
        R"({"select":["id","total"],"order":["total.desc.nullslast","id"],"limit":5,"offset":10,)"
        R"("count":"exact","deleted":"include",)"
        R"("where":{"total":{"gt":5},"or":[{"id":[1,2]},{"tags":{"cs":["a"]}}]}})"
    );
    CHECK(body.where == url.where);
    CHECK(body.columns == url.columns);
    REQUIRE(body.order.size() == 2);
    CHECK(body.order[0].nulls == url.order[0].nulls);
    CHECK(body.limit_rows == 5);
    CHECK(body.offset_rows == 10);
    CHECK(body.counts_all);
    CHECK(body.removed == sql::deleted::include);
}

TEST_CASE("budgets of a body") {
    CHECK(condition_of(R"({"not":{"or":[{"and":[{"not":{"or":[{"id":1}]}}]}]}})").negated);
    CHECK(
        condition_fault(R"({"not":{"or":[{"and":[{"not":{"or":[{"not":{"id":1}}]}}]}]}})").type ==
        "too_deep"
    );
    std::string many = R"({"or":[{"id":1})";
    for (int at = 1; at < 50; ++at)
        many += R"(,{"id":1})";
    CHECK(condition_of(many + "]}").parts.size() == 50);
    CHECK(condition_fault(many + R"(,{"id":1},{"nope":1}]})").type == "too_many_conditions");
    std::string values = R"({"id":[1)";
    for (int at = 1; at < 500; ++at)
        values += ",1";
    CHECK(condition_of(values + "]}").values.size() == 500);
    CHECK(condition_fault(values + ",1]}").type == "too_many_values");
    CHECK(fault("{" + std::string(65'536, ' ') + "}").type == "query_too_long");
}

} // namespace json_conditions_cases
