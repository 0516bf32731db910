// SPDX-License-Identifier: Apache-2.0
// Versions of rows and writes that demand them, on every backend.
#include <weir/data/repository.hpp>
#include <weir/data/versions.hpp>

#include <atomic>
#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "backends.hpp"

namespace versions_cases {

using namespace weir;
using namespace weir::test;

namespace {

constexpr timestamp noon{1'714'564'800'123'456};

timestamp at_noon() {
    return noon;
}

std::atomic<std::int64_t> ticks{0};

// A clock that goes back a second at each reading.
timestamp backwards() {
    return {noon.microseconds - 1'000'000 * ++ticks};
}

template <class Session>
repository<tutorial::well, Session> wells_of(Session& session, now_function clock = at_noon) {
    return repository<tutorial::well, Session>{session, {.clock = clock}};
}

tutorial::well_create a_well(std::int64_t api10, std::string name = "SMITH 1-15H") {
    return {.api10 = api10, .wellname = std::move(name), .oileur = 1.5};
}

constexpr std::int64_t first = 4'201'234'567;

// How many of several threads succeed in what only one may do.
template <class Write>
int winners(std::size_t threads, const Write& write) {
    std::atomic<int> won{0};
    std::atomic<int> failed{0};
    std::atomic<std::size_t> ready{0};
    std::vector<std::thread> running;
    for (std::size_t at = 0; at < threads; ++at) {
        running.emplace_back([&, at] {
            ++ready;
            while (ready != threads)
                std::this_thread::yield();
            try {
                if (write(at))
                    ++won;
            } catch (const precondition_error&) {
            } catch (const std::exception&) {
                ++failed;
            }
        });
    }
    for (auto& each : running)
        each.join();
    CHECK(failed == 0);
    return won;
}

} // namespace

TEMPLATE_TEST_CASE(
    "every change moves the version on, even by a clock that stands still or goes back",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    const auto clock = GENERATE(at_noon, backwards);
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session, clock);
    std::set<std::string> seen;
    const auto remember = [&seen](const tutorial::well& row) {
        return seen.insert(version_of(row).untyped.text).second;
    };
    CHECK(remember(wells.insert(a_well(first))));
    auto last = wells.read({first}).inserted_at;
    for (int round = 0; round < 3; ++round) {
        CHECK(remember(*wells.update({first}, {.oileur = 2.0})));
        CHECK(remember(*wells.replace({first}, a_well(first))));
        CHECK(remember(wells.upsert(a_well(first))));
        CHECK(remember(wells.upsert_all({a_well(first)}).rows.at(0)));
        CHECK(
            wells.update_where(tutorial::well_columns::api10 == first, {.oileur = 2.0}).count == 1
        );
        CHECK(remember(wells.read({first})));
        REQUIRE(wells.remove({first}));
        CHECK(remember(*wells.restore({first})));
        const auto now = wells.read({first}).updated_at;
        REQUIRE(now.has_value());
        CHECK(*now > last);
        last = *now;
    }
    REQUIRE(wells.purge({first}));
    CHECK(remember(wells.insert(a_well(first))));
}

TEMPLATE_TEST_CASE(
    "a write that demands a version changes that version only",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    const auto made = wells.insert(a_well(first));
    const auto before = version_of(made);
    CHECK(version_of(wells.read({first})) == before);
    const auto changed = wells.update({first}, {.oileur = 2.0}, before);
    REQUIRE(changed.has_value());
    CHECK_THROWS_AS(wells.update({first}, {.oileur = 3.0}, before), precondition_error);
    CHECK_THROWS_AS(wells.update({first}, {}, before), precondition_error);
    CHECK_THROWS_AS(wells.replace({first}, a_well(first), before), precondition_error);
    CHECK_THROWS_AS(wells.remove({first}, before), precondition_error);
    CHECK_THROWS_AS(wells.purge({first}, before), precondition_error);
    CHECK(wells.read({first}).oileur == 2.0);
    const auto now = version_of(*changed);
    CHECK(wells.remove({first}, now));
    CHECK_FALSE(wells.remove({first}, now));
    CHECK_FALSE(wells.update({first}, {.oileur = 4.0}, now).has_value());
    CHECK_THROWS_AS(wells.restore({first}, before), precondition_error);
    const auto restored = wells.restore({first}, now);
    REQUIRE(restored.has_value());
    CHECK_THROWS_AS(wells.update({first}, {.oileur = 5.0}, now), precondition_error);
    CHECK(wells.purge({first}, version_of(*restored)));
    CHECK_FALSE(wells.purge({first}, version_of(*restored)));
}

TEMPLATE_TEST_CASE(
    "a write may demand one of several versions, or none of them",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    const auto one = version_of(wells.insert(a_well(first))).untyped;
    const auto two = version_of(*wells.update({first}, {.oileur = 2.0})).untyped;
    using demand = precondition<tutorial::well>;
    CHECK_THROWS_AS(
        wells.update({first}, {.oileur = 3.0}, demand{row_demand{.none_of = {one, two}}}),
        precondition_error
    );
    CHECK_THROWS_AS(
        wells.update({first}, {.oileur = 3.0}, demand{row_demand{.one_of = {{"nonsense"}}}}),
        precondition_error
    );
    CHECK_FALSE(
        wells.update(
                 {first + 1}, {.oileur = 3.0}, demand{row_demand{.one_of = {{"nonsense"}}}}
        ).has_value()
    );
    CHECK(wells.read({first}).oileur == 2.0);
    CHECK(wells.update(
                   {first}, {.oileur = 3.0}, demand{row_demand{.one_of = {one, {"x"}, two}}}
    ).has_value());
    CHECK(wells.update(
                   {first}, {.oileur = 4.0}, demand{row_demand{.none_of = {one, two, {"x"}}}}
    ).has_value());
}

TEMPLATE_TEST_CASE(
    "of many writers with one version exactly one wins",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    wells.insert(a_well(first));
    constexpr std::size_t writers = 4;
    for (int round = 0; round < 25; ++round) {
        CAPTURE(round);
        const auto seen = version_of(wells.read({first}));
        CHECK(winners(writers, [&](std::size_t at) {
                  auto own = backend.session(nobody{});
                  auto rows = wells_of(own);
                  if (at % 2 == 0)
                      return rows.update({first}, {.oileur = double(at)}, seen).has_value();
                  return rows.replace({first}, a_well(first, std::to_string(at)), seen).has_value();
              }) == 1);
        CHECK_FALSE(version_of(wells.read({first})) == seen);
    }
    const auto seen = version_of(wells.read({first}));
    CHECK(winners(writers, [&](std::size_t at) {
              auto own = backend.session(nobody{});
              auto rows = wells_of(own);
              return at % 2 == 0 ? rows.remove({first}, seen)
                                 : rows.update({first}, {.oileur = 9.0}, seen).has_value();
          }) == 1);
}

TEMPLATE_TEST_CASE(
    "rows without audit columns have versions by their values",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::bare_note, decltype(session)> notes{session};
    const auto empty = version_of(notes.insert({.slug = "a"}));
    CHECK(version_of(notes.read({"a"})) == empty);
    const auto filled = version_of(*notes.update({"a"}, {.text = "one"}, empty));
    CHECK_FALSE(filled == empty);
    CHECK_THROWS_AS(notes.update({"a"}, {.text = "two"}, empty), precondition_error);
    CHECK_THROWS_AS(notes.remove({"a"}, empty), precondition_error);
    CHECK_FALSE(notes.update({"b"}, {.text = "two"}, empty).has_value());
    CHECK(version_of(*notes.update({"a"}, {.text = null}, filled)) == empty);
    CHECK(notes.remove({"a"}, empty));
    CHECK_FALSE(notes.remove({"a"}, empty));
}

TEMPLATE_TEST_CASE(
    "of many writers of a row without audit columns exactly one wins",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::bare_note, decltype(session)> notes{session};
    notes.insert({.slug = "a", .text = "start"});
    for (int round = 0; round < 25; ++round) {
        CAPTURE(round);
        const auto seen = version_of(notes.read({"a"}));
        CHECK(winners(4, [&](std::size_t at) {
                  auto own = backend.session(nobody{});
                  repository<specimens::bare_note, decltype(own)> rows{own};
                  const auto text = std::to_string(round) + "." + std::to_string(at);
                  return rows.update({"a"}, {.text = text}, seen).has_value();
              }) == 1);
    }
}

} // namespace versions_cases
