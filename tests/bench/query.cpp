// SPDX-License-Identifier: Apache-2.0
// The query layer: from a query string or body to statement text and arguments, per request.
#include <weir/http/list_body.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/target.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "../sql/field_ops_facts.hpp"
#include "../unit/table/allocations.hpp"
#include "measure.hpp"

namespace {

using namespace weir;

const table& wells = table_of<test::well>;

constexpr std::string_view three =
    "/api/v1/wells?oileur=gt.100000&wellname=like.SMITH*&api10=lt.4300000000";
constexpr std::string_view grouped =
    "/api/v1/wells?or=(oileur.gt.100000,and(wellname.like.SMITH*,api10.lt.4300000000))";
constexpr std::string_view listed =
    "/api/v1/wells?select=api10,wellname&order=oileur.desc&limit=50&oileur=gt.100000&"
    "wellname=like.SMITH*&api10=in.(4200000001,4200000002,4200000003,4200000004)";
constexpr std::string_view body =
    R"({"where":{"oileur":{"gt":100000},"wellname":{"like":"SMITH*"},"api10":{"lt":4300000000}}})";

void write(const http::list_query& query, sql::dialect spoken) {
    const sql::list_shape shape{
        .columns = query.columns,
        .where = &query.where,
        .order = query.order,
    };
    const auto text =
        sql::written(spoken, [&](sql::writer& out) { sql::write_list(out, wells, shape); });
    sql::arguments arguments;
    sql::bind_condition(arguments, wells, query.where, spoken);
    sql::bind_row_number(arguments, query.limit_rows, spoken);
    bench::keep(text);
    bench::keep(arguments);
}

template <class Read>
void run(const char* name, sql::dialect spoken, Read&& read) {
    const auto one = [&] { write(read(), spoken); };
    one();
    const auto before = allocations();
    one();
    const auto made = allocations() - before;
    bench::measure(name, one);
    std::printf("  %zu allocations\n", made);
}

template <class Read>
void run_part(const char* name, Read&& read) {
    const auto before = allocations();
    read();
    const auto made = allocations() - before;
    bench::measure(name, read);
    std::printf("  %zu allocations\n", made);
}

http::list_query read(std::string_view target) {
    return http::read_list_query(wells, http::split_target(target).query);
}

} // namespace

int main() {
    run("three conditions, PostgreSQL", sql::dialect::postgres, [] { return read(three); });
    run("three conditions, Databricks", sql::dialect::databricks, [] { return read(three); });
    run("three conditions in groups, PostgreSQL", sql::dialect::postgres, [] {
        return read(grouped);
    });
    run("three conditions, select, order, in, PostgreSQL", sql::dialect::postgres, [] {
        return read(listed);
    });
    run("three conditions in a body, PostgreSQL", sql::dialect::postgres, [] {
        return http::read_list_body(wells, body).asked;
    });
    run_part("  of which: the target split and decoded", [] {
        bench::keep(http::split_target(three));
    });
    const auto parts = http::split_target(three);
    run_part("  of which: the query read", [&] {
        bench::keep(http::read_list_query(wells, parts.query));
    });
    const auto query = read(three);
    run_part("  of which: the statement written and bound", [&] {
        write(query, sql::dialect::postgres);
    });
}
