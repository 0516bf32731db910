// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/translate.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace translate_cases {

using namespace weir::embedded;

namespace {

const std::vector<parameter_type>& parameters() {
    static const std::vector<parameter_type> known{
        {"p1", {.kind = weir::type::int64}},
        {"p2", {.kind = weir::type::string}},
        {"p3", {.kind = weir::type::decimal, .precision = 12, .scale = 2}},
        {"p4", {.kind = weir::type::timestamp}},
    };
    return known;
}

std::string duckdb(std::string_view sql) {
    const auto made = translate(sql, parameters());
    REQUIRE(made.statements.size() == 1);
    CHECK(made.is_prepared);
    return made.statements[0];
}

/// An expression: what stands after `select `.
std::string value(std::string_view expression) {
    return duckdb("select " + std::string{expression}).substr(7);
}

std::string refused(std::string_view sql) {
    try {
        static_cast<void>(translate(sql, parameters()));
    } catch (const weir::statement_error& failure) {
        return std::string{failure.sqlstate()} + " " + failure.what();
    }
    return "accepted";
}

std::string unsupported(std::string_view sql) {
    const auto text = refused(sql);
    const std::string start{"0A000 The embedded engine does not support "};
    return text.starts_with(start) ? text.substr(start.size()) : text;
}

} // namespace

TEST_CASE("names are quoted, keywords stay as they are") {
    CHECK(
        duckdb(
            "SELECT `a`, b FROM `cat`.`sch`.`tab` AS t WHERE t.`x y` = 1 ORDER BY 1 DESC NULLS LAST"
        ) ==
        R"(SELECT "a", "b" FROM "cat"."sch"."tab" AS "t" WHERE "t"."x y" = 1 ORDER BY 1 DESC NULLS LAST)"
    );
    CHECK(duckdb("select t.* from t") == R"(select "t".* from "t")");
    CHECK(
        duckdb("with c (x) as (select 1), d as (select 2) select * from c, d") ==
        R"(with "c" ("x") as (select 1), "d" as (select 2) select * from "c", "d")"
    );
    CHECK(
        duckdb("select a from (values (1), (2)) v (a)") ==
        R"(select "a" from (values (1), (2)) "v" ("a"))"
    );
    // A word that DuckDB reserves and Databricks does not.
    CHECK(duckdb("select summarize from t") == R"(select "summarize" from "t")");
    CHECK(duckdb("select 1;") == "select 1");
}

TEST_CASE("parameters are numbered in order of appearance and typed") {
    const auto made = translate("select :p2, :p1, :p2, :p3 limit :p1 offset :p1", parameters());
    CHECK(
        made.statements.at(0) == "select CAST($1 AS VARCHAR), CAST($2 AS BIGINT), CAST($1 AS "
                                 "VARCHAR), CAST($3 AS DECIMAL(12,2)) limit "
                                 "CAST($2 AS BIGINT) offset CAST($2 AS BIGINT)"
    );
    CHECK(made.parameters == std::vector<std::string>{"p2", "p1", "p3"});
    CHECK(duckdb("select ':p1', `:p1` -- :p1") == R"(select ':p1', ":p1")");
    CHECK(refused("select :p9") == "42P02 The statement's parameter :p9 has no argument");
    CHECK(unsupported("select ?") == "the parameter marker '?' (write :name)");
}

TEST_CASE("the caller is a parameter") {
    const auto made = translate("select current_user(), :p1, current_user", parameters());
    CHECK(
        made.statements.at(0) ==
        "select CAST($1 AS VARCHAR), CAST($2 AS BIGINT), CAST($1 AS VARCHAR)"
    );
    CHECK(made.parameters == std::vector<std::string>{std::string{current_user_parameter}, "p1"});
}

TEST_CASE("literals are spelled anew") {
    CHECK(value(R"('a\'b', "it's", r'\d', 'c:\\d')") == R"('a''b', 'it''s', '\d', 'c:\d')");
    CHECK(value("X'0aff'") == "unhex('0aff')");
    CHECK(
        value("10L, 5S, 1Y, 1.5D, 1F, 1.5BD, 1e3") ==
        "CAST(10 AS BIGINT), CAST(5 AS SMALLINT), CAST(1 AS TINYINT), CAST(1.5 AS DOUBLE), CAST(1 "
        "AS FLOAT), 1.5, 1e3"
    );
    CHECK(
        value(
            "date'2024-01-01', TIMESTAMP '2024-01-01 10:00:00', timestamp_ntz'2024-01-01 10:00:00'"
        ) == "CAST('2024-01-01' AS DATE), CAST('2024-01-01 10:00:00' AS TIMESTAMPTZ), "
             "CAST('2024-01-01 10:00:00' AS "
             "TIMESTAMP)"
    );
    CHECK(
        value("a + interval 2 days - interval '1' hour") ==
        R"("a" + INTERVAL '2' DAYS - INTERVAL '1' HOUR)"
    );
    CHECK(value("null, true, false") == "null, true, false");
}

TEST_CASE("casts mean what they mean on Databricks") {
    CHECK(
        value("cast(a as string), cast(a as bigint), cast(a as decimal(10,2))") ==
        R"(weir_string("a"), CAST("a" AS BIGINT), CAST("a" AS DECIMAL(10,2)))"
    );
    CHECK(
        value("cast(a as varchar(3)), cast(a as char(3))") ==
        R"(left(weir_string("a"), 3), rpad(weir_string("a"), 3, ' '))"
    );
    CHECK(
        value("try_cast(a as int), cast(a as binary), cast(a as array<timestamp>)") ==
        R"(TRY_CAST("a" AS INTEGER), encode("a"), CAST("a" AS TIMESTAMPTZ[]))"
    );
    CHECK(
        value("a::int, (a + 1)::string, a::decimal(10,2)::string, max(x)::int") ==
        R"(CAST("a" AS INTEGER), weir_string(("a" + 1)), weir_string(CAST("a" AS DECIMAL(10,2))), CAST(max("x") AS INTEGER))"
    );
    CHECK(
        value("case when a::int > 1 then 2 end::bigint") ==
        R"(CAST(case when CAST("a" AS INTEGER) > 1 then 2 end AS BIGINT))"
    );
    CHECK(value("-a::int") == R"(-CAST("a" AS INTEGER))");
    CHECK(
        value("string(a), date(a), bigint(a)") ==
        R"(weir_string("a"), CAST("a" AS DATE), CAST("a" AS BIGINT))"
    );
}

TEST_CASE("operators that differ are rewritten") {
    CHECK(
        value("a <=> b, a<=>b, a == b, a != b, !a") ==
        R"("a" IS NOT DISTINCT FROM "b", "a" IS NOT DISTINCT FROM "b", "a" = "b", "a" != "b", NOT "a")"
    );
    CHECK(
        value("a / b, a % 2, 7 div b, mod(a, b)") ==
        R"("a" / weir_divisor("b"), "a" % weir_divisor(2), 7 // weir_divisor("b"), ("a" % weir_divisor("b")))"
    );
    CHECK(value("a / -b * c") == R"("a" / weir_divisor(-"b") * "c")");
    CHECK(
        value("sum(x) / sum(y) over (partition by z)") ==
        R"(sum("x") / weir_divisor(sum("y") over (partition by "z")))"
    );
    CHECK(
        value("a like 'x\\\\%', b not like :p2 || '%' and c like d escape '!'") ==
        R"("a" like 'x\%' ESCAPE '\', "b" not like CAST($1 AS VARCHAR) || '%' ESCAPE '\' and "c" like "d" escape '!')"
    );
    CHECK(value("a ilike concat(b, '%') or c") == R"("a" ilike ("b" || '%') ESCAPE '\' or "c")");
    CHECK(
        value("a rlike 'x.*', b not rlike 'y'") ==
        R"("a" ~ ('(?s:.*)(?:' || 'x.*' || ')(?s:.*)'), "b" !~ ('(?s:.*)(?:' || 'y' || ')(?s:.*)'))"
    );
    CHECK(value("m['k']") == R"("m"['k'])");
}

TEST_CASE("functions are looked up in a list") {
    CHECK(
        value("nvl(a, 1), locate('a', b), concat(a, b), dayofweek(d)") ==
        R"(coalesce("a", 1), instr("b", 'a'), ("a" || "b"), (dayofweek("d") + 1))"
    );
    CHECK(
        value("count(*), count(distinct a), sum(a) filter (where b > 1)") ==
        R"(count(*), count(distinct "a"), sum("a") filter (where "b" > 1))"
    );
    CHECK(value("current_timestamp(), now(), current_date") == "now(), now(), current_date");
    CHECK(
        value("array(1, 2), map('a', 1), named_struct('a', 1, 'b', x), struct(a, b as c, 1)") ==
        R"([1, 2], MAP {'a': 1}, struct_pack("a" := 1, "b" := "x"), struct_pack("a" := "a", "c" := "b", "col3" := 1))"
    );
    CHECK(
        value("transform(xs, x -> x + 1), filter(xs, (x, i) -> x > i)") ==
        R"(list_transform("xs", lambda "x": "x" + 1), list_filter("xs", lambda "x", "i": "x" > "i"))"
    );
    CHECK(
        value("base64(a), unbase64(:p2), hex(a), unhex(b)") ==
        R"(base64("a"), from_base64(CAST($1 AS VARCHAR)), hex("a"), unhex("b"))"
    );
    CHECK(
        value("extract(year from d), left(a, 2), if(a, b, c)") ==
        R"(extract(YEAR FROM "d"), left("a", 2), CASE WHEN "a" THEN "b" ELSE "c" END)"
    );
    CHECK(value("encode(a, 'UTF-8'), decode(b, 'utf-8')") == R"(encode("a"), decode("b"))");
    CHECK(refused("select foo(1)") == "42883 The embedded engine does not know the function 'foo'");
    CHECK(
        refused("select read_csv('/etc/passwd')") ==
        "42883 The embedded engine does not know the function 'read_csv'"
    );
    CHECK(unsupported("select nvl(1)") == "the function nvl with 1 arguments");
    CHECK(unsupported("select cat.sch.f(1)") == "functions of a schema");
}

TEST_CASE("JSON is read and written by weir's own functions") {
    CHECK(value("to_json(a)") == R"(weir_to_json("a"))");
    CHECK(
        value("to_json(a, map('timestampFormat', 'yyyy-MM-dd\\'T\\'HH:mm:ss.SSSSSSXXX'))") ==
        R"(weir_to_json_us("a"))"
    );
    CHECK(value("to_json(a, map('ignoreNullFields', 'false'))") == R"(weir_to_json_nulls("a"))");
    CHECK(
        value("from_json(:p2, 'ARRAY<STRUCT<`a`: BIGINT>>')") ==
        "CAST(CAST(weir_read_json(CAST($1 AS VARCHAR), 'ARRAY<STRUCT<`a`: BIGINT>>', false) AS "
        "JSON) AS "
        R"(STRUCT("a" BIGINT)[]))"
    );
    CHECK(
        value("from_json(a, 'b BINARY', map('mode', 'FAILFAST'))") ==
        R"(CAST(CAST(CAST(weir_read_json("a", 'STRUCT<`b`: BINARY>', true) AS JSON) AS STRUCT("b" VARCHAR)) AS STRUCT("b" BLOB)))"
    );
    CHECK(
        value("get_json_object(a, '$.b'), parse_json(a), variant_get(v, '$.a', 'int')") ==
        R"(json_extract_string(CAST("a" AS JSON), '$.b'), CAST("a" AS JSON), CAST(json_extract_string("v", '$.a') AS INTEGER))"
    );
    CHECK(
        unsupported("select to_json(a, map('dateFormat', 'x'))") ==
        "the to_json option dateFormat with that value"
    );
    CHECK(unsupported("select from_json(a, b)") == "a from_json schema that is no string literal");
    CHECK(
        unsupported("select from_json(a, 'a int', map('mode', 'DROPMALFORMED'))") ==
        "the from_json option mode"
    );
}

TEST_CASE("changes of rows are translated") {
    CHECK(
        duckdb("INSERT INTO `t` (`a`, `b`) VALUES (:p1, DEFAULT)") ==
        R"(INSERT INTO "t" ("a", "b") VALUES (CAST($1 AS BIGINT), DEFAULT))"
    );
    CHECK(
        duckdb("insert into table c.s.t (a) select explode(xs) from u") ==
        R"(insert into "c"."s"."t" ("a") select unnest("xs") from "u")"
    );
    CHECK(
        duckdb("update t as x set x.a = 1, b = case when x.a in (1, 2) then 1 end, x.c = f where "
               "x.a = x.b") ==
        R"(update "t" as "x" set "a" = 1, "b" = case when "x"."a" in (1, 2) then 1 end, "c" = "f" where "x"."a" = "x"."b")"
    );
    CHECK(
        duckdb("delete from t where a in (select b from u)") ==
        R"(delete from "t" where "a" in (select "b" from "u"))"
    );
    CHECK(
        duckdb("merge into t as t using (select :p1 as id) as s on t.id = s.id when matched and "
               "t.v > 2 then update set "
               "t.v = s.v, t.w = 2 when not matched by source then delete when not matched then "
               "insert (id) values (s.id)") ==
        R"(merge into "t" as "t" using (select CAST($1 AS BIGINT) as "id") as "s" on "t"."id" = "s"."id" when matched and "t"."v" > 2 then update set "v" = "s"."v", "w" = 2 when not matched by SOURCE then delete when not matched then insert ("id") values ("s"."id"))"
    );
}

TEST_CASE("queries are translated") {
    CHECK(
        duckdb("select * except (a) from t left anti join u on t.a = u.a") ==
        R"(select * EXCLUDE ("a") from "t" anti join "u" on "t"."a" = "u"."a")"
    );
    CHECK(
        duckdb("select a from t minus select b from u") ==
        R"(select "a" from "t" EXCEPT select "b" from "u")"
    );
    CHECK(
        duckdb("select a, row_number() over (order by b rows between unbounded preceding and "
               "current row) from t") ==
        R"(select "a", row_number() over (order by "b" rows between unbounded preceding and current row) from "t")"
    );
    CHECK(duckdb("(select 1) union all select 2") == "(select 1) union all select 2");
}

TEST_CASE("times are counted by units and spelled by patterns") {
    CHECK(
        value("dateadd(month, n, d)") ==
        R"((CAST("d" AS TIMESTAMPTZ) + to_months(CAST("n" AS INTEGER))))"
    );
    CHECK(
        value(R"(date_format(d, 'yyyy-MM-dd\'T\'HH:mm:ss.SSS%'))") ==
        R"(strftime(CAST(CAST("d" AS TIMESTAMPTZ) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g%%'))"
    );
    CHECK(value("to_date(s, 'd.M.yy')") == R"(CAST(strptime("s", '%-d.%-m.%y') AS DATE))");
    CHECK(value("trunc(d, 'MM')") == R"(CAST(date_trunc('month', CAST("d" AS DATE)) AS DATE))");
    CHECK(
        value("extract(second from d)") ==
        R"(CAST(extract(MICROSECONDS FROM "d") / 1000000.0 AS DECIMAL(8,6)))"
    );
    CHECK(unsupported("select dateadd(fortnight, 1, d)") == "the unit FORTNIGHT");
    CHECK(unsupported("select date_format(d, 'VV')") == "the letters VV in a pattern");
    CHECK(unsupported("select to_date(s, 'EEE')") == "the letters EEE in a pattern");
    CHECK(unsupported("select date_format(d, p)") == "a pattern that is no string literal");
    CHECK(unsupported("select trunc(d, 'HOUR')") == "trunc to HOUR");
    CHECK(unsupported("select extract(epoch from d)") == "extract of that field");
}

TEST_CASE("elements of arrays and ranges of numbers stand where tables do") {
    CHECK(
        duckdb("select a, x from t lateral view explode(xs) v as x where x > 1") ==
        R"(select "a", "x" from "t" CROSS JOIN LATERAL (SELECT unnest("xs") AS "x") AS "v" where "x" > 1)"
    );
    CHECK(
        duckdb("select id from range(1, 3) as r") ==
        R"(select "id" from (SELECT "range" AS "id" FROM range(1, 3)) as "r")"
    );
    CHECK(
        unsupported("select x from t lateral view posexplode(xs) v as p, x") ==
        "LATERAL VIEW of anything but explode"
    );
    CHECK(
        unsupported("select x from t lateral view outer explode(xs) v as x") ==
        "LATERAL VIEW of anything but explode"
    );
    CHECK(
        duckdb("select sum(a) over (order by b range between 1 preceding and current row) from t"
        ) ==
        R"(select sum("a") over (order by "b" range between 1 preceding and current row) from "t")"
    );
}

TEST_CASE("what the engine does not know is refused by name") {
    CHECK(unsupported("select a:b from t") == "the path operator ':' (use get_json_object)");
    CHECK(
        unsupported("select a[0] from t") ==
        "subscripts other than a map's ['key'] (use get for arrays)"
    );
    CHECK(unsupported("select a ^ b") == "the operator '^'");
    CHECK(unsupported("select a from t version as of 3") == "VERSION AS OF");
    CHECK(unsupported("select a from t timestamp as of :p1 as t") == "TIMESTAMP AS OF");
    CHECK(
        unsupported("select a from t, lateral explode(b) as x") == "LATERAL VIEW and LATERAL joins"
    );
    CHECK(unsupported("insert into t values (1) returning a") == "RETURNING (Databricks has none)");
    CHECK(
        unsupported("insert into t values (1) on conflict do nothing") ==
        "ON CONFLICT (Databricks has MERGE)"
    );
    CHECK(unsupported("insert overwrite t values (1)") == "INSERT OVERWRITE");
    CHECK(unsupported("select a from t for update") == "SELECT … FOR UPDATE");
    CHECK(unsupported("select a from t where a like any ('x')") == "LIKE ANY");
    CHECK(
        unsupported("select * from main.information_schema.views") ==
        "this view of information_schema"
    );
    CHECK(unsupported("select 1; select 2") == "several statements in one text");
    CHECK(
        unsupported("begin atomic select 1; end") ==
        "BEGIN as a statement (open a unit of work with the session's begin())"
    );
    CHECK(unsupported("optimize t") == "the statement OPTIMIZE");
    CHECK(unsupported("set x = 1") == "the statement SET");
    CHECK(unsupported("copy into t from 'x'") == "the statement COPY");
    CHECK(
        refused("attach 'x' as y") == "42601 SQL syntax: no statement begins like this at byte 0"
    );
    CHECK(refused("") == "42601 SQL syntax: an empty statement at byte 0");
    CHECK(refused("select (1") == "42601 SQL syntax: '(' is never closed at byte 7");
    CHECK(refused("select 1)") == "42601 SQL syntax: unbalanced ')' at byte 8");
    CHECK(refused("select (1]") == "42601 SQL syntax: unbalanced ']' at byte 9");
    CHECK(refused("select cast(a)") == "42601 SQL syntax: expected CAST(value AS type) at byte 12");
    CHECK(refused("select nvl(a,)") == "42601 SQL syntax: an argument is missing at byte 13");
    CHECK(refused("select 1 /") == "42601 SQL syntax: an operand is missing at the end at byte 9");
    CHECK(refused("select case when 1 then 2") == "42601 SQL syntax: CASE without END at byte 7");
}

TEST_CASE("nothing makes the translator run away") {
    CHECK(
        unsupported("select " + std::string(1'000, '(') + "1" + std::string(1'000, ')')) ==
        "statements nested this deep"
    );
    std::string casts{"select 1"};
    for (int i = 0; i < 1'000; ++i)
        casts += "::int";
    CHECK(unsupported(casts) == "statements nested this deep");
    std::string doubling{"1"};
    for (int i = 0; i < 60; ++i)
        doubling = "collect_list(" + doubling + ")";
    CHECK(unsupported("select " + doubling) == "statements this large");
}

} // namespace translate_cases
