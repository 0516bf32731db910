// SPDX-License-Identifier: Apache-2.0
// Wish: "My rule does not fit the schema; report it with the others."
#include <weir/data/create_tables.hpp>
#include <weir/data/hooks.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/table_routes.hpp>

#include <cstdio>
#include <tutorial.weir.hpp>

namespace c = tutorial::well_columns;

int main() {
    const auto rules = weir::share(weir::hooks<tutorial::well>{
        .validate_create =
            [](const tutorial::well_create& given, weir::refusals& broken) {
                if (given.wellname.ends_with(" "))
                    broken.refuse(
                        c::wellname, "trailing_space", "A name ends in a letter or digit"
                    );
                if (given.oileur && *given.oileur > 0 && given.wellname.starts_with("DRY "))
                    broken.refuse(c::oileur, "dry_hole", "A dry hole gives no oil");
            },
    });

    weir::embedded::database database{{.path = ":memory:"}};
    auto session = database.session(weir::nobody{.name = "recipe"});
    weir::create_tables<tutorial::tables>(session);

    weir::http::router router;
    weir::http::add_table<tutorial::well>(
        router, weir::http::sessions_of(database), {.hooks = {rules}}
    );
    weir::http::request asked;
    asked.method = "POST";
    asked.target = "/api/v1/wells";
    asked.headers.add("Content-Type", "application/json");
    asked.body = R"({"api10": 7, "wellname": "DRY HOLE ", "oileur": 3.5})";
    std::printf("%s\n", router.handle(asked).body.c_str());

    // The same rules where there is no HTTP.
    try {
        weir::with_hooks<tutorial::well>(session, *rules, [](auto& wells) {
            wells.insert({.api10 = 4'201'234'567, .wellname = "DRY HOLE", .oileur = 1.0});
        });
    } catch (const weir::validation_error& refused) {
        std::printf("%s: %s\n", refused.what(), refused.broken().front().msg.c_str());
    }
}
