// SPDX-License-Identifier: Apache-2.0
#include <weir/http/target.hpp>
#include <weir/http/url_conditions.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "conditions.hpp"

namespace url_conditions_cases {

namespace {

using namespace weir;
using namespace weir::http;
using namespace weir::test;
using sql::all_of;
using sql::any_of;
using sql::comparison;
using sql::negation;

struct reading {
    sql::condition where;
    violations broken;
};

reading read(std::string_view query, wildcards known = wildcards::star) {
    reading made;
    url_conditions conditions{asked_table, made.broken, known};
    for (const auto& given : split_target("/x?" + std::string{query}).query) {
        REQUIRE(conditions.takes(given.name));
        conditions.read(given.name, given.value, given.name);
    }
    made.where = conditions.take();
    return made;
}

// The one condition of a query with one parameter.
sql::condition filter(std::string_view query, wildcards known = wildcards::star) {
    const auto made = read(query, known);
    CAPTURE(query);
    for (const auto& each : made.broken)
        UNSCOPED_INFO(each.msg);
    REQUIRE(made.broken.empty());
    REQUIRE(made.where.parts.size() == 1);
    return made.where.parts.front();
}

violation fault(std::string_view query) {
    const auto made = read(query);
    CAPTURE(query);
    REQUIRE(made.broken.size() == 1);
    return made.broken.front();
}

} // namespace

TEST_CASE("groups nest") {
    CHECK(
        filter("or=(id.eq.1,customer.is.null)") ==
        any_of({is("id", comparison::equal, {whole(1)}), is("customer", comparison::is_null)})
    );
    CHECK(
        filter("and=(id.gt.1,or(total.lt.2,open.is.true),not.and(id.eq.3,id.not.eq.4))") ==
        all_of(
            {is("id", comparison::greater, {whole(1)}),
             any_of(
                 {is("total", comparison::less, {cents(200)}),
                  negation(is("open", comparison::is_distinct, {any_value{true}}))}
             ),
             negation(all_of(
                 {is("id", comparison::equal, {whole(3)}),
                  negation(is("id", comparison::equal, {whole(4)}))}
             ))}
        )
    );
    CHECK(
        filter("not.or=(id.eq.1)") == negation(any_of({is("id", comparison::equal, {whole(1)})}))
    );
    CHECK(filter("not.and=(id.eq.1)").negated);
    CHECK(filter("or=( id.eq.1, id.eq.2)").parts.size() == 2);
}

TEST_CASE("a column may have the name of a group, inside one") {
    CHECK(filter("and=(or.eq.1)") == all_of({is("or", comparison::equal, {whole(1)})}));
}

TEST_CASE("values in groups end at a comma or bracket, unless quoted or bracketed") {
    const auto made = filter(
        R"q(or=(customer.eq."a,b)\"\\",customer.in.(a,"b)"),tags.cs.{x,"y)"},customer.eq.a b.c,)q"
        R"q(customer.eq.,extras.cs.{"k":"v,)}"},tags.ov."{p,q}"))q"
    );
    CHECK(
        made == any_of(
                    {is("customer", comparison::equal, {text(R"q(a,b)"\)q")}),
                     is("customer", comparison::in, {text("a"), text("b)")}),
                     is("tags", comparison::contains, {text("x"), text("y)")}),
                     is("customer", comparison::equal, {text("a b.c")}),
                     is("customer", comparison::equal, {text("")}),
                     is("extras", comparison::contains, {text("k"), text("v,)}")}),
                     is("tags", comparison::overlaps, {text("p"), text("q")})}
                )
    );
}

TEST_CASE("arrays are asked for values in braces") {
    CHECK(
        filter(R"(tags=cs.{a, "b c" ,"d\"e","NULL"})") ==
        is("tags", comparison::contains, {text("a"), text("b c"), text("d\"e"), text("NULL")})
    );
    CHECK(filter("tags=cd.{New York}") == is("tags", comparison::contained_in, {text("New York")}));
    CHECK(
        filter("numbers=not.ov.{1,2}") ==
        negation(is("numbers", comparison::overlaps, {whole(1), whole(2)}))
    );
    CHECK(filter("tags=cs.{}") == is("tags", comparison::contains));
    for (const auto* query :
         {"tags=cs.a",
          "tags=cs.{a",
          "tags=cs.{a,}",
          "tags=cs.{a,{b}}",
          "tags=cs.{NULL}",
          "tags=cs.{a}b",
          "tags=cs.(a)",
          R"(tags=cs.{"a"b})",
          "numbers=cs.{x}"})
        CHECK(fault(query).type == "value");
    CHECK(fault("numbers=cs.{x}").msg == "Column 'numbers' holds values that are a 64-bit integer");
}

TEST_CASE("maps are asked for keys in braces or for entries as JSON") {
    CHECK(filter("extras=cs.{a,b}") == is("extras", comparison::has_keys, {text("a"), text("b")}));
    CHECK(filter("extras=cd.{a}") == is("extras", comparison::keys_in, {text("a")}));
    CHECK(filter("extras=ov.{a}") == is("extras", comparison::has_any_key, {text("a")}));
    CHECK(
        filter(R"(extras=cs.{ "a" : "b", "c":"d\u00e9"})") ==
        is("extras", comparison::contains, {text("a"), text("b"), text("c"), text("d\u00e9")})
    );
    CHECK(
        filter(R"(prices=ov.{"7":"1.5","8":2})") ==
        is("prices", comparison::overlaps, {whole(7), cents(150), whole(8), cents(200)})
    );
    CHECK(filter("prices=cs.{7}") == is("prices", comparison::has_keys, {whole(7)}));
    CHECK(filter("lists=cs.{a}") == is("lists", comparison::has_keys, {text("a")}));
    CHECK(
        fault(R"(prices=cs.{"x":1})").msg == "Column 'prices' has keys that are a 64-bit integer"
    );
    CHECK(fault(R"(prices=cs.{"7":"x"})").loc == location{"query", "prices", "7"});
    CHECK(fault(R"(lists=cs.{"a":"b"})").type == "value");
    CHECK(fault(R"(extras=cs.{"a":"b"}x)").type == "value");
    CHECK(fault(R"(extras=cs.{"a":"b","a":"c"})").type == "repeated_key");
    CHECK(fault(R"(extras=cs.{"a":{"b":"c"}})").type == "value");
    CHECK(fault(R"(extras=cs.{"a":null})").type == "value");
}

TEST_CASE("operators are those the column's type takes") {
    for (const auto* query :
         {"customer=cs.{a}",
          "nested=cs.{a}",
          "extra=cs.{a}",
          "tags=eq.a",
          "extras=gt.1",
          "open=gt.true",
          "tags=isdistinct.a"})
        CHECK(fault(query).type == "operator");
    CHECK(filter("total=isdistinct.1.5") == is("total", comparison::is_distinct, {cents(150)}));
    CHECK(
        operators_of(asked_columns[4].type) == std::vector<std::string_view>{"is", "cs", "cd", "ov"}
    );
    CHECK(
        operators_of(asked_columns[5].type) ==
        std::vector<std::string_view>{"eq", "neq", "in", "is", "isdistinct"}
    );
}

TEST_CASE("patterns may be SQL's where a door asks for it") {
    CHECK(filter("customer=like.a*%25_").values.front() == text("a%\\%\\_"));
    CHECK(filter("customer=like.a*%25_", wildcards::star_and_sql).values.front() == text("a%%_"));
    violations broken;
    url_conditions sql_patterns{asked_table, broken, wildcards::star_and_sql};
    sql_patterns.read("customer", "like.a\\", "customer");
    REQUIRE(broken.size() == 1);
    CHECK(broken.front().type == "pattern");
}

TEST_CASE("what is wrong in a group is told where it stands, all of it") {
    const auto broken =
        read("or=(id.eq.x,and(total.gt.1,custmer.eq.1,margin.eq.1),id.eqq.1)&not.and=(tags.eq.a)")
            .broken;
    REQUIRE(broken.size() == 5);
    CHECK(broken[0].loc == location{"query", "or", std::size_t{0}, "id"});
    CHECK(
        broken[1].loc == location{"query", "or", std::size_t{1}, "and", std::size_t{1}, "custmer"}
    );
    CHECK(broken[1].msg == "Unknown column 'custmer'; did you mean 'customer'?");
    CHECK(broken[2].type == "unknown_column");
    CHECK(broken[3].msg == "A filter is operator.value; 'eqq' is no operator; did you mean 'eq'?");
    CHECK(broken[4].loc == location{"query", "not.and", std::size_t{0}, "tags"});
    CHECK(broken[4].msg == "Column 'tags' does not take 'eq'; it takes is, cs, cd, ov");
}

TEST_CASE("an operator without a value is told what is missing") {
    const auto broken = read("total=not.gt").broken;
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].msg == "'gt' needs a value behind a dot: gt.value");
}

TEST_CASE("a misspelled group is told with the character") {
    for (const auto* query :
         {"or=",
          "or=()",
          "or=(",
          "or=(id.eq.1",
          "or=id.eq.1",
          "or=(id.eq.1,)",
          "or=(id.eq.1))",
          "or=(id.eq.1)x",
          "or=(id)",
          "or=(id.eq)",
          "or=(id.not.eq)",
          "or=(and(id.eq.1)",
          R"(or=(customer.eq."a))",
          R"(or=(customer.eq."a"b))",
          "or=(id.in.(1,2)",
          "or=(tags.cs.{a)",
          "or=(tags.cs.{a}b)",
          "or=(nand(id.eq.1))",
          "or=(.eq.1)"}) {
        const auto found = fault(query);
        CHECK(found.type == "group");
        CHECK(found.loc[1] == location{"or"}[0]);
    }
    CHECK(
        fault("or=(id.eq.1;id.eq.2").msg.starts_with("Expected the end of the value at character 8")
    );
}

TEST_CASE("depth, conditions and values are bounded before anything is built of them") {
    CHECK(filter("or=(and(or(and(or(id.eq.1)))))").parts.size() == 1);
    CHECK(fault("or=(and(or(and(or(and(id.eq.1))))))").type == "too_deep");
    std::string many = "or=(id.eq.1";
    for (int at = 1; at < 50; ++at)
        many += ",id.eq.1";
    CHECK(filter(many + ")").parts.size() == 50);
    CHECK(fault(many + ",id.eq.1)").type == "too_many_conditions");
    CHECK(fault(many + ")&id=eq.1").type == "too_many_conditions");
    std::string values = "1";
    for (int at = 1; at < 250; ++at)
        values += ",1";
    const auto both = "or=(id.in.(" + values + "),numbers.cs.{" + values;
    CHECK(filter(both + "})").parts.size() == 2);
    CHECK(fault(both + ",1})").type == "too_many_values");
    std::string entries = "extras=cs.{\"0\":\"1\"";
    for (int at = 1; at < 500; ++at)
        entries += ",\"" + std::to_string(at) + "\":\"1\"";
    CHECK(filter(entries + "}").values.size() == 1000);
    CHECK(fault(entries + ",\"x\":\"1\"}").type == "too_many_values");
}

} // namespace url_conditions_cases
