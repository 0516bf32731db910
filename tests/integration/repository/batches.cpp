// SPDX-License-Identifier: Apache-2.0
// Changes of many rows by key, each in its own way, on every backend.
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "backends.hpp"

namespace batches_cases {

using namespace weir;
using namespace weir::test;

namespace {

const caller ann{.id = "ann", .email = "ann@example.com"};
const caller bob{.id = "bob"};

constexpr std::int64_t first = 4'200'000'001;

} // namespace

TEMPLATE_TEST_CASE(
    "an update of many sets what each row says, NULL too, and tells the keys that are not there",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "svc"});
    repository<tutorial::well, decltype(session)> wells{session};
    wells.insert({.api10 = first, .wellname = "one", .oileur = 1.0});
    wells.insert({.api10 = first + 1, .wellname = "two", .oileur = 2.0});
    wells.insert({.api10 = first + 2, .wellname = "three", .oileur = 3.0});
    const std::vector<keyed_update<tutorial::well>> changes{
        {{first + 7}, {.wellname = "nobody"}},
        {{first}, {.wellname = "uno"}},
        {{first + 1}, {.oileur = null}},
        {{first + 2}, {.wellname = "tres", .oileur = 33.0}},
    };
    const auto done = wells.update_all(changes);
    CHECK(done.count == 3);
    REQUIRE(done.absent.size() == 1);
    CHECK(done.absent[0].api10 == first + 7);
    const auto one = wells.read({first});
    CHECK(one.wellname == "uno");
    CHECK(one.oileur == 1.0);
    CHECK(one.updated_by == "svc");
    CHECK(one.updated_at.has_value());
    CHECK(wells.read({first + 1}).wellname == "two");
    CHECK_FALSE(wells.read({first + 1}).oileur.has_value());
    CHECK(wells.read({first + 2}).oileur == 33.0);
    CHECK(wells.update_all({}).count == 0);
    CHECK(wells.count() == 3);
}

TEMPLATE_TEST_CASE(
    "an update of many that breaks a rule changes nothing",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<tutorial::well, decltype(session)> wells{session};
    using changes = std::vector<keyed_update<tutorial::well>>;
    wells.insert({.api10 = first, .wellname = "one"});
    CHECK_THROWS_AS(
        wells.update_all(changes{{{first}, {.wellname = "x"}}, {{first}, {.wellname = "y"}}}),
        validation_error
    );
    CHECK_THROWS_AS(wells.update_all(changes{{{first}, {}}}), validation_error);
    try {
        wells.update_all(changes{{{first}, {.wellname = "x"}}, {{first + 1}, {.oileur = -1.0}}});
        FAIL("accepted");
    } catch (const validation_error& failed) {
        CHECK(failed.broken().at(0).loc == location{std::size_t{1}, std::string{"oileur"}});
    }
    CHECK(wells.read({first}).wellname == "one");

    repository<specimens::counter, decltype(session)> counters{session};
    using labels = std::vector<keyed_update<specimens::counter>>;
    const auto a = counters.insert({.label = "a"});
    const auto b = counters.insert({.label = "b"});
    const auto c = counters.insert({.label = "c"});
    CHECK_THROWS_AS(
        counters.update_all(labels{{{a.id}, {.label = "x"}}, {{b.id}, {.label = "c"}}}),
        conflict_error
    );
    CHECK_THROWS_AS(
        counters.update_all(labels{{{a.id}, {.label = "y"}}, {{b.id}, {.label = "y"}}}),
        conflict_error
    );
    CHECK(counters.read({a.id}).label == "a");
    CHECK(counters.update_all(labels{{{c.id}, {.label = "d"}}}).count == 1);
}

TEMPLATE_TEST_CASE(
    "a removal of many tells the keys that were not there",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "svc"});
    repository<tutorial::well, decltype(session)> wells{session};
    for (std::int64_t at = 0; at < 4; ++at)
        wells.insert({.api10 = first + at, .wellname = "w"});
    wells.remove({first});
    using keys = std::vector<tutorial::well_key>;
    const auto done = wells.remove_all(keys{{first}, {first + 1}, {first + 2}, {first + 9}});
    CHECK(done.count == 2);
    REQUIRE(done.absent.size() == 2);
    CHECK(done.absent[0].api10 == first);
    CHECK(done.absent[1].api10 == first + 9);
    CHECK(wells.count() == 1);
    CHECK(wells.find({first + 1}, sql::deleted::only)->deleted_by == "svc");
    CHECK_THROWS_AS(wells.remove_all(keys{{first + 3}, {first + 3}}), validation_error);

    repository<specimens::bare_note, decltype(session)> notes{session};
    notes.insert({.slug = "a"});
    notes.insert({.slug = "b"});
    using slugs = std::vector<specimens::bare_note_key>;
    const auto gone = notes.remove_all(slugs{{"a"}, {"z"}});
    CHECK(gone.count == 1);
    REQUIRE(gone.absent.size() == 1);
    CHECK(gone.absent[0].slug == "z");
    CHECK(notes.count() == 1);
}

TEMPLATE_TEST_CASE(
    "changes of many see the caller's own rows only",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(ann);
    auto bobs = backend.session(bob);
    repository<field_ops::user_preference, decltype(anns)> mine{anns};
    repository<field_ops::user_preference, decltype(bobs)> theirs{bobs};
    const auto stored = mine.insert({});
    const field_ops::user_preference_key key{detail::key_of_row(stored)};
    const std::vector<keyed_update<field_ops::user_preference>> change{
        {key, {.preferences = json_text{"{}"}}}
    };
    CHECK(theirs.update_all(change).absent.size() == 1);
    CHECK(theirs.remove_all(std::vector{key}).count == 0);
    CHECK(mine.update_all(change).count == 1);
    CHECK(mine.remove_all(std::vector{key}).count == 1);
}

} // namespace batches_cases
