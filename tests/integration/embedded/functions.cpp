// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/functions.hpp>

#include "fixture.hpp"

using namespace test;

TEST_CASE("expressions give what Databricks gives") {
    fresh engine;
    const std::pair<std::string_view, std::string_view> cases[]{
        {"1 / 2", "0.5"},
        {"7 div 2", "3"},
        {"-7 div 2", "-3"},
        {"7 % 4", "3"},
        {"1 / cast(null as int)", "NULL"},
        {"try_divide(1, 0)", "NULL"},
        {"'a%b' like 'a\\\\%b'", "true"},
        {"'axb' like 'a\\\\%b'", "false"},
        {"'a%b' like 'a!%b' escape '!'", "true"},
        {"'foobar' rlike 'o+b'", "true"},
        {"'a\\nb' rlike 'b'", "true"},
        {"'foobar' not rlike '^b'", "true"},
        {"null <=> null", "true"},
        {"1 <=> null", "false"},
        {"concat('a', null)", "NULL"},
        {"concat('a', 'b')", "ab"},
        {"cast(1e10 as string)", "1.0E10"},
        {"cast(123.0D as string)", "123.0"},
        {"cast(1e-5 as string)", "1.0E-5"},
        {"cast(0.001D as string)", "0.001"},
        {"cast(true as string)", "true"},
        {"cast(1.50 as string)", "1.50"},
        {"cast(array(1, null) as string)", "[1, null]"},
        {"cast(map('a', 1) as string)", "{a -> 1}"},
        {"cast(named_struct('a', 1, 'b', 'x') as string)", "{1, x}"},
        {"cast(X'6869' as string)", "hi"},
        {"cast('abcdef' as varchar(3))", "abc"},
        {"cast('a' as char(3))", "a  "},
        {"dayofweek(date'2024-05-01')", "4"},
        {"weekday(date'2024-05-01')", "2"},
        {"datediff(date'2024-05-03', date'2024-05-01')", "2"},
        {"date_add(date'2024-02-28', 2)", "2024-03-01"},
        {"add_months(date'2024-01-31', 1)", "2024-02-29"},
        {"cast(date_trunc('month', timestamp'2024-05-17T10:20:30Z') as string)",
         "2024-05-01 00:00:00"},
        {"year(date'2024-05-01')", "2024"},
        {"extract(month from date'2024-05-01')", "5"},
        {"extract(second from timestamp'2024-05-01 10:20:30.5')", "30.500000"},
        {"date_part('quarter', date'2024-05-01')", "2"},
        {"cast(dateadd(month, 1, date'2024-01-31') as string)", "2024-02-29 00:00:00"},
        {"cast(dateadd(quarter, -1, date'2024-05-31') as string)", "2024-02-29 00:00:00"},
        {"cast(timestampadd(hour, 25, timestamp'2024-01-01 00:00:00') as string)",
         "2024-01-02 01:00:00"},
        {"datediff(month, date'2024-01-31', date'2024-02-29')", "0"},
        {"datediff(month, date'2024-01-31', date'2024-03-31')", "2"},
        {"datediff(month, date'2024-03-31', date'2024-01-30')", "-2"},
        {"datediff(month, timestamp'2024-01-15 12:00:00', timestamp'2024-02-15 11:59:59')", "0"},
        {"datediff(year, date'2020-02-29', date'2024-02-28')", "3"},
        {"datediff(quarter, date'2024-01-01', date'2024-12-31')", "3"},
        {"datediff(day, timestamp'2024-01-01 12:00:00', timestamp'2024-01-03 11:00:00')", "1"},
        {"datediff(hour, timestamp'2024-01-02 00:00:00', timestamp'2024-01-01 22:30:00')", "-1"},
        {"date_format(timestamp'2024-05-07 04:02:03.250', 'd.M.yy HH:mm:ss.SSS a')",
         "7.5.24 04:02:03.250 AM"},
        {"date_format(date'2024-05-07', 'EEE, MMMM \\'of\\' yyyy')", "Tue, May of 2024"},
        {"to_date('17/05/2024', 'dd/MM/yyyy')", "2024-05-17"},
        {"cast(to_timestamp('2024-05-17 10:20', 'yyyy-MM-dd HH:mm') as string)",
         "2024-05-17 10:20:00"},
        {"trunc(date'2024-05-17', 'QUARTER')", "2024-04-01"},
        {"unix_timestamp(timestamp'1969-12-31 23:59:59.5')", "-1"},
        {"from_unixtime(86399)", "1970-01-01 23:59:59"},
        {"pmod(-7, 3)", "2"},
        {"zeroifnull(null)", "0"},
        {"nullifzero(0)", "NULL"},
        {"cast(timestamp'2024-05-01 10:20:30' + interval 1 day as string)", "2024-05-02 10:20:30"},
        {"unix_micros(timestamp'1970-01-01T00:00:01Z')", "1000000"},
        {"cast(timestamp_micros(1) as string)", "1970-01-01 00:00:00.000001"},
        {"size(array(1, 2, 3))", "3"},
        {"size(map('a', 1))", "1"},
        {"size(cast(null as array<int>))", "NULL"},
        {"get(array('a', 'b'), 0)", "a"},
        {"map('a', 1)['a']", "1"},
        {"to_json(transform(array(1, 2), x -> x * 10))", "[10,20]"},
        {"to_json(filter(array(1, 2), x -> x > 1))", "[2]"},
        {"to_json(slice(array(1, 2, 3), 2, 2))", "[2,3]"},
        {"array_contains(array(1, 2), 2)", "true"},
        {"to_json(array_except(array(3, 2, 2, 1, 3), array(2)))", "[3,1]"},
        {"array_size(array_except(array(1), cast(null as array<int>)))", "NULL"},
        {"array_size(array_except(cast(null as array<int>), array(1)))", "NULL"},
        {"to_json(array_except(map_entries(map('a', 1, 'b', 2)), map_entries(map('b', 2))))",
         R"([{"key":"a","value":1}])"},
        {"arrays_overlap(array(1, 2), array(2, 3))", "true"},
        {"arrays_overlap(array(1, 2), from_json('[]', 'ARRAY<INT>'))", "false"},
        {"arrays_overlap(cast(null as array<int>), array(1))", "NULL"},
        {"arrays_overlap(map_keys(cast(null as map<string, int>)), array('a'))", "NULL"},
        {"arrays_overlap(map_entries(cast(null as map<string, int>)), map_entries(map('a', 1)))",
         "NULL"},
        {"arrays_overlap(map_entries(map('a', 1)), map_entries(from_json('{\"a\":1}', "
         "'MAP<STRING, INT>')))",
         "true"},
        {"array_size(array_except(from_json('[\"a\"]', 'ARRAY<STRING>'), map_keys(map('a', 1))))",
         "0"},
        {"array_size(array_except(from_json('[]', 'ARRAY<STRING>'), map_keys(cast(null as "
         "map<string, int>))))",
         "NULL"},
        {"array_size(array_intersect(array(1), cast(null as array<int>)))", "NULL"},
        {"1 is distinct from null", "true"},
        {"not (null is distinct from null)", "true"},
        {"to_json(array_distinct(array(3, 2, 2, 1, 3)))", "[3,2,1]"},
        {"to_json(array_intersect(array(3, 2, 1, 3), array(1, 3)))", "[3,1]"},
        {"to_json(named_struct('a', null, 'b', 1.50))", R"({"b":1.50})"},
        {"to_json(named_struct('a', null), map('ignoreNullFields', 'false'))", R"({"a":null})"},
        {"to_json(array(named_struct('n', parse_json('{\"a\": 1.0}'))))", R"([{"n":{"a": 1.0}}])"},
        {"get_json_object('{\"a\": {\"b\": 2}}', '$.a.b')", "2"},
        {"variant_get(parse_json('{\"a\": 5}'), '$.a', 'int')", "5"},
        {"from_json('no json', 'a int')", "NULL"},
        {"to_json(from_json('{\"a\": \"x\", \"b\": 1}', 'a int, b int'))", R"({"b":1})"},
        {"base64(unhex('00ff'))", "AP8="},
        {"base64('hi')", "aGk="},
        {"base64(encode('\u00e9', 'UTF-8'))", "w6k="},
        {"decode(unhex('C3A9'), 'UTF-8')", "\u00e9"},
        {"current_user()", "tester"},
        {"current_timezone()", "UTC"},
        {"regexp_replace('aab', 'a', 'x')", "xxb"},
        {"regexp_extract('foo12', '(\\\\d+)')", "12"},
        {"lpad('7', 3, '0')", "007"},
        {"locate('b', 'abc')", "2"},
        {"length(uuid())", "36"},
    };
    for (const auto& [expression, expected] : cases) {
        INFO(expression);
        CHECK(one(engine.session, "select " + std::string{expression}) == expected);
    }
}

TEST_CASE("NULL sorts first going up and last going down") {
    fresh engine;
    const std::string values{"select a from (values (1), (null), (2)) as t(a) order by a"};
    CHECK(rows_of(engine.session, values) == table_of_text{{field{}}, {"1"}, {"2"}});
    CHECK(rows_of(engine.session, values + " desc") == table_of_text{{"2"}, {"1"}, {field{}}});
}

TEST_CASE("division by zero is an error, in every type and position") {
    fresh engine;
    for (const std::string_view expression :
         {"1 / 0",
          "1 / 0.0",
          "1.5 / 0",
          "1L / (1 - 1)",
          "5 % 0",
          "5 div 0",
          "mod(5, 0)",
          "1 / cast(0 as tinyint)"}) {
        INFO(expression);
        CHECK(refusal(engine.session, "select " + std::string{expression}) == "22012");
    }
}

TEST_CASE("every function in the list exists in the engine") {
    fresh engine;
    // Whatever its arguments, a known function is never answered with "no such function".
    for (const auto& rule : weir::embedded::function_rules) {
        std::string call{std::string{rule.name} + "("};
        for (int i = 0; i < rule.least; ++i)
            call += i == 0 ? "null" : ", null";
        INFO(call);
        call += ")";
        // Window functions are only looked for where there is a window.
        const bool is_known =
            refusal(engine.session, "select " + call) != "42883" ||
            refusal(engine.session, "select " + call + " over (order by 1)") != "42883";
        CHECK(is_known);
    }
}

TEST_CASE("aggregates and windows work over a table") {
    fresh engine;
    run(engine.session, "create table t (g string, v decimal(12,2))");
    run(engine.session, "insert into t values ('a', 1.50), ('a', 2.25), ('b', null)");
    CHECK(
        rows_of(
            engine.session,
            "select g, count(*), sum(v), to_json(collect_list(v)) from t group by g order by g"
        ) == table_of_text{{"a", "2", "3.75", "[1.50,2.25]"}, {"b", "1", field{}, "[]"}}
    );
    CHECK(
        rows_of(
            engine.session,
            "select g, row_number() over (partition by g order by v desc) as n from t qualify n = "
            "1 order by g"
        ) == table_of_text{{"a", "1"}, {"b", "1"}}
    );
}
