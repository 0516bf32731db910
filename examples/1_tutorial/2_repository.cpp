// SPDX-License-Identifier: Apache-2.0
// Step 2: a repository stores rows and finds them again; here on the engine in process.
#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>

#include <cstdio>
#include <tutorial.weir.hpp>

namespace c = tutorial::well_columns;

int main() {
    weir::embedded::database database{{.path = ":memory:"}};
    auto session = database.session(weir::nobody{.name = "tutorial"});
    weir::create_tables<tutorial::tables>(session);

    weir::repository<tutorial::well, decltype(session)> wells{session};
    const tutorial::well smith = wells.insert({.api10 = 4201234567, .wellname = "SMITH 1-15H"});
    wells.insert({.api10 = 4201234568, .wellname = "JONES 2", .oileur = 250'000.0});
    wells.update({.api10 = smith.api10}, {.oileur = 120'000.0});

    for (const auto& well : wells.list({.where = c::oileur > 100'000 and c::wellname.like("SM%")}))
        std::printf("%s, changed by %s\n", well.wellname.c_str(), well.updated_by->c_str());
}
