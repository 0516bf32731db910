// SPDX-License-Identifier: Apache-2.0
// What docs/writes.md quotes, on every backend.
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <cstdint>

#include "backends.hpp"

namespace documented_cases {

using namespace weir;
using namespace weir::test;
namespace c = tutorial::well_columns;

TEMPLATE_TEST_CASE("writes as documented", "", postgres_backend, embedded_backend) {
    constexpr std::int64_t smith = 4'200'000'001;
    constexpr std::int64_t doe = 4'200'000'003;
    TestType backend;
    auto session = backend.session(nobody{});
    repository<tutorial::well, decltype(session)> wells{session};
    wells.insert({.api10 = smith, .wellname = "SMITH 1-15H"});
    // clang-format off
    const auto seen = version_of(wells.read({smith}));
    wells.update({smith}, {.oileur = 2.0}, seen);
    CHECK(wells.read({smith}).oileur == 2.0);
    CHECK_THROWS_AS(wells.update({smith}, {.oileur = 3.0}, seen), precondition_error);
    CHECK(wells.read({smith}).oileur == 2.0);
    const auto merged = wells.upsert_all({{.api10 = smith, .wellname = "SMITH 1"}, {.api10 = doe, .wellname = "DOE 3"}});
    CHECK(merged.created == 1);
    wells.insert_ignoring({{.api10 = smith, .wellname = "ignored"}});
    wells.update_where(c::oileur.is_null(), {.oileur = 0.0}, {.most_rows = 10});
    const auto gone = wells.remove_where(c::wellname.like("DOE%"), {.with_rows = true});
    // clang-format on
    CHECK(gone.count == 1);
    CHECK(wells.read({smith}).oileur == 0.0);
    CHECK(wells.read({smith}).wellname == "SMITH 1");
}

} // namespace documented_cases
