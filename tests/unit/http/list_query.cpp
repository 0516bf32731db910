// SPDX-License-Identifier: Apache-2.0
#include <weir/http/list_query.hpp>

#include <algorithm>
#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace list_query_cases {

namespace {

using namespace weir;
using namespace weir::http;
using sql::comparison;

constexpr std::string_view labels[]{"draft", "placed"};
constexpr column_type element{.kind = type::string};
constexpr column columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "customer", .type = {.kind = type::string}, .nullable = false},
    {.name = "status", .type = {.kind = type::enumeration, .labels = labels}},
    {.name = "total", .type = {.kind = type::decimal, .precision = 12, .scale = 2}},
    {.name = "tags", .type = {.kind = type::array, .element = &element}},
    {.name = "placed_at", .type = {.kind = type::timestamp}},
    {.name = "margin",
     .type = {.kind = type::decimal, .precision = 6, .scale = 4},
     .is_private = true},
    {.name = "open", .type = {.kind = type::boolean}},
    {.name = "small", .type = {.kind = type::int8}},
    {.name = "code", .type = {.kind = type::uuid}},
    {.name = "day", .type = {.kind = type::date}},
    {.name = "raw", .type = {.kind = type::binary}},
    {.name = "extra", .type = {.kind = type::json}},
    {.name = "ratio", .type = {.kind = type::float64}},
};
constexpr std::uint16_t key[]{0};
constexpr sort_column usual_order[]{{.column = 5, .descending = true}};
constexpr table orders{
    .name = "orders",
    .columns = columns,
    .key = key,
    .api = {.path = "orders", .default_limit = 20, .max_limit = 200, .order_by = usual_order},
};

list_query read(std::string_view query) {
    return read_list_query(orders, split_target("/orders?" + std::string{query}).query);
}

violations refused(std::string_view query) {
    try {
        static_cast<void>(read(query));
    } catch (const validation_error& failed) {
        return failed.broken();
    }
    return {};
}

// The one violation of a query with one fault.
violation fault(std::string_view query) {
    const auto broken = refused(query);
    CAPTURE(query);
    REQUIRE(broken.size() == 1);
    return broken.front();
}

sql::condition filter(std::string_view query) {
    auto made = read(query);
    CAPTURE(query);
    REQUIRE(made.where.parts.size() == 1);
    return made.where.parts.front();
}

} // namespace

TEST_CASE("a list without a query is the table's own page") {
    const auto made = read("");
    CHECK(made.where.is_always());
    REQUIRE(made.order.size() == 1);
    CHECK(made.order[0].column == 5);
    CHECK(made.order[0].descending);
    CHECK(made.limit_rows == 20);
    CHECK(made.offset_rows == 0);
    CHECK_FALSE(made.counts_all);
    CHECK(made.removed == sql::deleted::exclude);
    CHECK(made.columns.size() == std::size(columns) - 1); // all but the private one
}

TEST_CASE("page, count and deleted are read") {
    const auto made = read("limit=200&offset=40&count=exact&deleted=only");
    CHECK(made.limit_rows == 200);
    CHECK(made.offset_rows == 40);
    CHECK(made.counts_all);
    CHECK(made.removed == sql::deleted::only);
    CHECK(read("deleted=include&count=none&limit=0").removed == sql::deleted::include);
    for (const auto* query :
         {"limit=201",
          "limit=-1",
          "limit=1x",
          "limit=",
          "limit=+1",
          "offset=-1",
          "offset=99999999999999999999",
          "offset=3000000000",
          "count=all",
          "deleted=yes"})
        CHECK(fault(query).loc.size() == 2);
}

TEST_CASE("a cursor is taken as it is, and not beside an offset") {
    CHECK(read("").cursor.empty());
    CHECK(read("cursor=abc-_").cursor == "abc-_");
    CHECK_FALSE(read("cursor=abc").has_offset);
    CHECK(read("offset=0").has_offset);
    for (const auto* query : {"cursor=", "cursor=a&offset=0", "cursor=a&cursor=a"})
        CHECK(fault(query).loc == location{"query", "cursor"});
    CHECK(fault("offset=5&cursor=a").msg == "'cursor' and 'offset' exclude each other");
}

TEST_CASE("an order of more than 32 columns is refused before it is read") {
    std::string many{"order=id"};
    for (int at = 0; at < 32; ++at)
        many += ",nothing";
    CHECK(fault(many).type == "too_many_columns");
    CHECK(fault(many).loc == location{"query", "order"});
}

TEST_CASE("select names columns in the asked order") {
    CHECK(read("select=total,id").columns == std::vector<std::uint16_t>{3, 0});
    CHECK(read("select=*").columns.size() == std::size(columns) - 1);
    CHECK(fault("select=id,id").type == "repeated");
    CHECK(fault("select=").type == "unknown_column");
    const auto unknown = fault("select=custmer");
    CHECK(unknown.type == "unknown_column");
    CHECK(unknown.loc == location{"query", "select"});
    CHECK(unknown.msg == "Unknown column 'custmer'; did you mean 'customer'?");
}

TEST_CASE("order takes a direction and where NULLs go") {
    const auto made = read("order=total.desc,customer,placed_at.asc.nullsfirst,status.nullslast");
    REQUIRE(made.order.size() == 4);
    CHECK((made.order[0].column == 3 && made.order[0].descending));
    CHECK((made.order[1].column == 1 && !made.order[1].descending));
    CHECK(made.order[2].nulls == sql::null_order::first);
    CHECK(made.order[3].nulls == sql::null_order::last);
    for (const auto* query :
         {"order=total.down",
          "order=total.desc.desc",
          "order=total.nullslast.desc",
          "order=total.",
          "order=total.desc.",
          "order=total.ascending",
          "order=tags",
          "order=extra",
          "order=total,total.desc",
          "order=nope",
          "order=total.desc.nullslast.x"})
        CHECK(fault(query).loc == location{"query", "order"});
}

TEST_CASE("filters become conditions with values of the column's type") {
    CHECK(filter("id=eq.42") == sql::compare(0, comparison::equal, {any_value{std::int64_t{42}}}));
    CHECK(
        filter("total=gte.1.5") ==
        sql::compare(3, comparison::greater_equal, {any_value{scaled_decimal{150, 2}}})
    );
    CHECK(
        filter("customer=neq.a.b") ==
        sql::compare(1, comparison::not_equal, {any_value{std::string{"a.b"}}})
    );
    CHECK(filter("customer=eq.").values.front() == any_value{std::string{}});
    CHECK(filter("status=eq.placed").values.front() == any_value{std::string{"placed"}});
    CHECK(
        filter("open=is.true") ==
        sql::negation(sql::compare(7, comparison::is_distinct, {any_value{true}}))
    );
    CHECK(
        filter("open=not.is.false") == sql::compare(7, comparison::is_distinct, {any_value{false}})
    );
    CHECK(filter("open=is.unknown") == sql::compare(7, comparison::is_null));
    CHECK(filter("day=is.not_null") == sql::compare(7 + 3, comparison::is_not_null));
    CHECK(filter("tags=is.null") == sql::compare(4, comparison::is_null));
    CHECK(filter("small=lt.-128").values.front() == any_value{std::int64_t{-128}});
    CHECK(filter("day=lte.2024-05-01").values.front() == any_value{date{19844}});
    CHECK(
        filter("placed_at=gt.1970-01-01T00:00:01Z").values.front() ==
        any_value{timestamp{1'000'000}}
    );
    CHECK(
        filter("placed_at=gt.1970-01-01T01:00:01%2B01:00").values.front() ==
        any_value{timestamp{1'000'000}}
    );
    CHECK(filter("ratio=gt.1e3").values.front() == any_value{1000.0});
    CHECK(filter("extra=not.is.null").negated);
    CHECK(filter("id=not.not.eq.1") == filter("id=eq.1"));
}

TEST_CASE("a star in a pattern is any text, everything else itself") {
    CHECK(
        filter("customer=like.*a%25_\\*").values.front() == any_value{std::string{"%a\\%\\_\\\\%"}}
    );
    CHECK(filter("customer=ilike.x").how == comparison::ilike);
}

TEST_CASE("in takes plain and quoted values") {
    const auto made = filter(R"(customer=in.(a,"b,c","d\"e",,"",f g))");
    REQUIRE(made.values.size() == 6);
    CHECK(made.values[1] == any_value{std::string{"b,c"}});
    CHECK(made.values[2] == any_value{std::string{"d\"e"}});
    CHECK(made.values[3] == any_value{std::string{}});
    CHECK(made.values[5] == any_value{std::string{"f g"}});
    CHECK(filter("id=in.(1,2,3)").values.size() == 3);
    CHECK(filter("id=in.()").values.empty());
    CHECK(filter("customer=in.(a,)").values.size() == 2);
    for (const auto* query :
         {"id=in.1,2",
          "id=in.(1,2",
          R"(customer=in.("a))",
          R"(customer=in.("a"b))",
          R"(customer=in.(a"b))",
          R"(customer=in.("a\))",
          "id=in.(1,x)",
          "id=in.(1,)"})
        CHECK(fault(query).type == "value");
    std::string many = "id=in.(0";
    for (int at = 1; at < 500; ++at)
        many += ",1";
    CHECK(filter(many + ")").values.size() == 500);
    CHECK(fault(many + ",1)").type == "too_many_values");
}

TEST_CASE("the same column may be filtered twice, and all filters must hold") {
    const auto made = read("total=gt.1&total=lt.5&customer=eq.x");
    CHECK(made.where.is == sql::condition::form::all_of);
    CHECK(made.where.parts.size() == 3);
}

TEST_CASE("operators are limited by the column's type") {
    for (const auto* query :
         {"id=like.1",
          "tags=eq.a",
          "extra=eq.1",
          "status=gt.draft",
          "open=lt.true",
          "code=gt.x",
          "raw=gt.x",
          "tags=in.(a)",
          "total=ilike.1"}) {
        CHECK(fault(query).type == "operator");
    }
    CHECK(
        fault("id=eqq.1").msg ==
        "A filter is operator.value; 'eqq' is no operator; did you mean 'eq'?"
    );
    CHECK(fault("id=1").type == "operator");
    CHECK(fault("id=eq").type == "operator");
    CHECK(fault("id=").type == "operator");
    CHECK(fault("id=not.").type == "operator");
}

TEST_CASE("literals that are no value of the column are refused at the column") {
    for (const auto* query :
         {"id=eq.x",
          "id=eq.1.0",
          "id=eq.9223372036854775808",
          "small=eq.128",
          "total=eq.1.234",
          "total=eq.99999999999.00",
          "open=eq.1",
          "open=is.maybe",
          "id=is.true",
          "day=eq.2024-02-30",
          "placed_at=eq.2024-05-01",
          "code=eq.1",
          "status=eq.gone",
          "raw=eq.!",
          "ratio=eq.",
          "id=eq.1%20"}) {
        const auto found = fault(query);
        CHECK(found.type == "value");
        CHECK(found.loc.size() == 2);
    }
}

TEST_CASE("unknown parameters are refused with the nearest name, private columns like them") {
    const auto unknown = fault("limmit=1");
    CHECK(unknown.type == "unknown_parameter");
    CHECK(unknown.loc == location{"query", "limmit"});
    CHECK(unknown.msg == "Unknown parameter 'limmit'; did you mean 'limit'?");
    CHECK(fault("margin=gt.0").msg == fault("margin=nonsense").msg);
    CHECK(fault("margin=gt.0").type == "unknown_parameter");
    CHECK(fault("select=margin").type == "unknown_column");
    CHECK(fault("order=margin").type == "unknown_column");
    CHECK(fault("margi=gt.0").msg.find("margin") == std::string::npos);
    CHECK(fault("x%27%3B%20drop%20table=eq.1").type == "unknown_parameter");
}

TEST_CASE("all faults are reported at once") {
    CHECK(refused("limit=x&order=nope&id=eq.x&foo=1&select=bar").size() == 5);
    CHECK(fault("limit=1&limit=2").type == "repeated");
}

TEST_CASE("a query has at most fifty filters") {
    std::string query = "id=eq.1";
    for (int at = 1; at < 50; ++at)
        query += "&id=eq.1";
    CHECK(read(query).where.parts.size() == 50);
    CHECK(fault(query + "&id=eq.1").type == "too_many_conditions");
}

TEST_CASE("routes without parameters refuse them by name") {
    CHECK_NOTHROW(refuse_parameters({}));
    CHECK_THROWS_AS(refuse_parameters(split_target("/a?b=c").query), validation_error);
}

} // namespace list_query_cases
