// SPDX-License-Identifier: Apache-2.0
// What docs/warehouse.md quotes.
#include <weir/sql/past.hpp>
#include <weir/sql/statements.hpp>

#include <field_ops.weir.hpp>
#include <iostream>
#include <tutorial.weir.hpp>

#include "fixture.hpp"

using namespace test;
namespace c = tutorial::well_columns;

TEST_CASE("a repository on a warehouse as documented") {
    constexpr std::int64_t smith = 4'200'000'001;
    constexpr std::int64_t doe = 4'200'000'003;
    constexpr std::int64_t roe = 4'200'000'005;
    const on_warehouse on;
    const auto environment = [&](std::string_view name) -> std::optional<std::string> {
        if (name == "DATABRICKS_HOST")
            return on.workspace.url();
        if (name == "DATABRICKS_TOKEN")
            return "dapi-local";
        if (name == "DATABRICKS_WAREHOUSE_ID")
            return "local";
        return std::nullopt;
    };
    const std::string home;
    // clang-format off
    weir::workspace::client client{weir::workspace::config::from(environment, home)};
    weir::warehouse::workspace_transport over{client};
    weir::warehouse::warehouse house{over, {.warehouse_id = client.configuration().warehouse_id}};
    auto session = house.session(weir::nobody{.name = "nightly job"}, {.request_id = "run-17"});
    weir::create_tables<tutorial::tables>(session);
    weir::repository<tutorial::well, decltype(session)> wells{session};
    wells.insert_all({{.api10 = smith, .wellname = "SMITH 1-15H"}, {.api10 = doe, .wellname = "DOE 3"}});
    const std::vector<weir::keyed_update<tutorial::well>> changes{
        {{smith}, {.oileur = 120'000.0}},
        {{doe}, {.wellname = "DOE 3H", .oileur = weir::null}},
        {{roe}, {.oileur = 1.0}},
    };
    const auto done = wells.update_all(changes);
    CHECK(done.count == 2);
    CHECK(done.absent[0].api10 == roe);
    auto rows = session.stream({.text = "select wellname, oileur from @{app_data}`wells` order by wellname"}, {}, {});
    while (const auto row = rows.next())
        std::cout << (*row)[0].text << '\n';
    // clang-format on
    CHECK(wells.list({.where = c::oileur > 100'000}).size() == 1);
    CHECK(wells.remove_all(std::vector<tutorial::well_key>{{smith}, {doe}}).count == 2);
}

TEST_CASE("the past of a table is the warehouse's to tell, and one that cannot says so") {
    on_warehouse on;
    const auto text =
        weir::sql::written(weir::sql::dialect::databricks, [](weir::sql::writer& out) {
            weir::sql::write_find_past(out, weir::table_of<field_ops::well>, {});
        });
    CHECK(text.find(" timestamp as of :p1 as t") != std::string::npos);
    on.write("create or replace table past_t (id BIGINT)");
    CHECK(on.refusal("select * from past_t timestamp as of '2024-05-01' as t").second == "0A000");
}
