// SPDX-License-Identifier: Apache-2.0
// Each verb of the records API beside the typed route for the same work, on PostgreSQL: on a table
// that the schema declares, and on one of the same columns that it does not. Requests enter at the
// router, so that no socket is in the figures. CPU of this process and p50 per request. Needs
// WEIR_TEST_PG.
#include <weir/data/create_tables.hpp>
#include <weir/http/records.hpp>
#include <weir/http/router.hpp>
#include <weir/http/table_routes.hpp>
#include <weir/lakebase/session.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <tutorial.weir.hpp>
#include <utility>

#include "compare.hpp"

namespace {

constexpr std::string_view catalog = "databricks_postgres";

/// Two tables of the same columns behind one router.
class service {
public:
    service() : pool_(schema_.options()) {
        wells_.place = "app_data";
        wells_.api.records_v1 = true;
        auto session = pool_.session(weir::nobody{});
        const weir::table* const tables[]{&wells_};
        weir::create_tables(session, tables);
        static_cast<void>(session.execute(
            {"create table @{=" + schema_.name() + "}\"undeclared\" (like @{=" + schema_.name() +
                 "}\"wells\" including all)",
             "",
             weir::sql::verb::ddl},
            {},
            weir::deadline{}
        ));
        const auto from = weir::http::sessions_of(pool_, weir::nobody{.name = "bench"});
        weir::http::add_table<tutorial::well>(routes_, from);
        weir::http::records_options options;
        options.lakebase = from;
        options.reachable =
            weir::http::name_patterns{std::string{catalog} + "." + schema_.name() + ".*"};
        options.declared.push_back(
            {&wells_, std::string{catalog}, schema_.name(), from, nullptr, "/api/v1/wells"}
        );
        weir::http::add_records(routes_, std::move(options));
    }

    /// `"catalog":"…","schema":"…","table":"…",`
    [[nodiscard]] std::string at(std::string_view table) const {
        return R"("catalog":")" + std::string{catalog} + R"(","schema":")" + schema_.name() +
               R"(","table":")" + std::string{table} + R"(",)";
    }

    [[nodiscard]] std::string query(std::string_view table) const {
        return "?catalog=" + std::string{catalog} + "&schema=" + schema_.name() +
               "&table=" + std::string{table};
    }

    /// Ends the program where the answer is no success: a refusal costs less than the work.
    void ask(std::string_view method, std::string target, std::string_view body = {}) const {
        weir::http::request asked;
        asked.method = method;
        asked.target = std::move(target);
        asked.body = body;
        if (!body.empty()) {
            asked.headers.add("Content-Type", "application/json");
            asked.headers.add("Prefer", "return=minimal");
        }
        const auto answered = routes_.handle(std::move(asked));
        if (answered.status >= 300) {
            std::fprintf(
                stderr, "%d from %s: %s\n", answered.status, body.data(), answered.body.c_str()
            );
            std::exit(1);
        }
        weir::bench::keep(answered.body);
    }

private:
    test::own_schema schema_{test::postgres_server::shared(), "records"};
    weir::lakebase::pool pool_;
    weir::table wells_ = weir::table_of<tutorial::well>;
    weir::http::router routes_{};
};

std::string record(std::int64_t key) {
    return R"({"api10":)" + std::to_string(key) + R"(,"wellname":"SMITH 1-15H","oileur":1234.5})";
}

std::string thousand_from(std::int64_t& next) {
    std::string made = "[";
    for (int at = 0; at < 1'000; ++at)
        made += (at == 0 ? "" : ",") + record(++next);
    return made + "]";
}

constexpr std::int64_t first_key = 1'000'000'000;
constexpr std::int64_t rows_read = 200;

} // namespace

int main() {
    const service on;
    const std::string typed = "/api/v1/wells";
    const std::string records = "/api/v1/records/";
    // Tables that two ways fill take turns at keys of their own.
    std::int64_t next = first_key;
    std::int64_t next_undeclared = first_key;
    const auto write = [&](std::string_view table, std::int64_t& key) {
        on.ask(
            "POST", records + "write", "{" + on.at(table) + R"("data":[)" + record(++key) + "]}"
        );
    };
    weir::bench::compare(
        "write of one",
        {{"declared", [&] { write("wells", next); }},
         {"undeclared", [&] { write("undeclared", next_undeclared); }},
         {"typed route", [&] { on.ask("POST", typed, record(++next)); }}}
    );
    std::int64_t turn = 0;
    const auto some_key = [&] { return std::to_string(first_key + 1 + turn++ % rows_read); };
    const auto update = [&](std::string_view table) {
        on.ask(
            "PUT",
            records + "update",
            "{" + on.at(table) + R"("key_column":"api10","key_value":)" + some_key() +
                R"(,"updates":{"oileur":7.5}})"
        );
    };
    weir::bench::compare(
        "update by key",
        {{"declared", [&] { update("wells"); }},
         {"undeclared", [&] { update("undeclared"); }},
         {"typed route", [&] { on.ask("PATCH", typed + "/" + some_key(), R"({"oileur":7.5})"); }}}
    );
    const auto read = [&](std::string_view table) {
        on.ask("GET", records + "read" + on.query(table) + "&limit=100");
    };
    weir::bench::compare(
        "read of 100",
        {{"declared", [&] { read("wells"); }},
         {"undeclared", [&] { read("undeclared"); }},
         {"typed route",
          [&] {
              on.ask(
                  "GET",
                  typed + "?limit=100&count=exact&order=inserted_at,record_uuid&deleted=include"
              );
          }}},
        {.calls = 10, .rounds = 60}
    );
    // Each key goes once.
    std::int64_t removed = first_key + rows_read;
    std::int64_t removed_undeclared = first_key + rows_read;
    const auto remove = [&](std::string_view table, std::int64_t& key) {
        on.ask(
            "POST",
            records + "delete",
            "{" + on.at(table) + R"("key_column":"api10","key_value":)" + std::to_string(++key) +
                "}"
        );
    };
    weir::bench::compare(
        "delete by key",
        {{"declared", [&] { remove("wells", removed); }},
         {"undeclared", [&] { remove("undeclared", removed_undeclared); }},
         {"typed route", [&] { on.ask("DELETE", typed + "/" + std::to_string(++removed)); }}},
        {.calls = 50, .rounds = 100}
    );
    const auto write_many = [&](std::string_view table, std::int64_t& key) {
        on.ask(
            "POST", records + "write", "{" + on.at(table) + R"("data":)" + thousand_from(key) + "}"
        );
    };
    weir::bench::compare(
        "write of 1,000",
        {{"declared", [&] { write_many("wells", next); }},
         {"undeclared", [&] { write_many("undeclared", next_undeclared); }},
         {"typed route", [&] { on.ask("POST", typed, thousand_from(next)); }}},
        {.calls = 2, .rounds = 24}
    );
    return 0;
}
