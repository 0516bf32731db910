// SPDX-License-Identifier: Apache-2.0
// Upserts of many rows and changes by condition, on every backend.
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "backends.hpp"

namespace many_cases {

using namespace weir;
using namespace weir::test;
namespace c = tutorial::well_columns;

namespace {

const caller ann{.id = "ann", .email = "ann@example.com"};
const caller bob{.id = "bob"};

constexpr std::int64_t first = 4'200'000'001;

tutorial::well_create a_well(std::int64_t number, std::string name) {
    return {.api10 = first + number, .wellname = std::move(name)};
}

template <class Rows>
std::string names_of(const Rows& rows) {
    std::string names;
    for (const auto& row : rows)
        names += row.wellname + ' ';
    return names;
}

} // namespace

TEMPLATE_TEST_CASE(
    "an upsert of many creates and replaces, and says how many are new",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<tutorial::well, decltype(session)> wells{session};
    const auto old = wells.insert({.api10 = first + 1, .wellname = "old", .oileur = 5.0});
    const auto done = wells.upsert_all({a_well(2, "two"), a_well(1, "one"), a_well(0, "zero")});
    CHECK(done.created == 2);
    CHECK(names_of(done.rows) == "two one zero ");
    CHECK(done.rows[1].record_uuid == old.record_uuid);
    CHECK_FALSE(done.rows[1].oileur.has_value());
    CHECK(done.rows[1].updated_at.has_value());
    CHECK_FALSE(done.rows[0].updated_at.has_value());
    CHECK(wells.upsert_all({}).rows.empty());
    try {
        wells.upsert_all({a_well(5, "a"), a_well(6, "b"), a_well(5, "c")});
        FAIL("accepted");
    } catch (const validation_error& failed) {
        REQUIRE(failed.broken().size() == 1);
        CHECK(failed.broken()[0].loc == location{std::size_t{2}, std::string{"api10"}});
    }
    CHECK(wells.count() == 3);
}

TEMPLATE_TEST_CASE(
    "an upsert of many writes nothing when one row is deleted or somebody else's",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<tutorial::well, decltype(session)> wells{session};
    wells.insert(a_well(0, "zero"));
    wells.remove({first});
    CHECK_THROWS_AS(wells.upsert_all({a_well(1, "one"), a_well(0, "new")}), conflict_error);
    CHECK_THROWS_AS(wells.insert_ignoring({a_well(1, "one"), a_well(0, "new")}), conflict_error);
    CHECK(wells.count() == 0);

    auto anns = backend.session(ann);
    auto bobs = backend.session(bob);
    repository<field_ops::order, decltype(anns)> mine{anns};
    repository<field_ops::order, decltype(bobs)> theirs{bobs};
    const auto order = mine.insert({});
    CHECK_THROWS_AS(theirs.upsert_all({{}, {.id = order.id}}), conflict_error);
    CHECK_THROWS_AS(theirs.insert_ignoring({{}, {.id = order.id}}), conflict_error);
    CHECK(theirs.count() == 0);
    CHECK(mine.upsert_all({{.id = order.id}, {}}).created == 1);
    CHECK(mine.insert_ignoring({{.id = order.id}, {}}).size() == 1);
}

TEMPLATE_TEST_CASE(
    "an insert that ignores leaves rows that exist as they are",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<tutorial::well, decltype(session)> wells{session};
    wells.insert(a_well(1, "old"));
    CHECK(
        names_of(wells.insert_ignoring({a_well(2, "two"), a_well(1, "new"), a_well(0, "zero")})) ==
        "two zero "
    );
    CHECK(wells.read({first + 1}).wellname == "old");
    CHECK(wells.insert_ignoring({a_well(1, "new"), a_well(0, "new")}).empty());
    CHECK(wells.count() == 3);
}

TEMPLATE_TEST_CASE(
    "an upsert may go by a unique set, for which deleted rows do not count",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::counter, decltype(session)> counters{session};
    const std::uint16_t label[]{1};
    const auto made = counters.upsert_all({{.label = "a"}, {.label = "b"}}, {.by = label});
    CHECK(made.created == 2);
    REQUIRE(made.rows.size() == 2);
    CHECK(made.rows[0].label == "a");
    const auto again = counters.upsert_all({{.label = "c"}, {.label = "a"}}, {.by = label});
    CHECK(again.created == 1);
    CHECK(again.rows.at(1).id == made.rows[0].id);
    CHECK(counters.insert_ignoring({{.label = "a"}, {.label = "d"}}, {.by = label}).size() == 1);
    REQUIRE(counters.remove({made.rows[0].id}));
    const auto fresh = counters.upsert_all({{.label = "a"}}, {.by = label});
    CHECK(fresh.created == 1);
    CHECK_FALSE(fresh.rows.at(0).id == made.rows[0].id);
    const std::uint16_t uuid[]{2};
    CHECK_THROWS_AS(counters.upsert_all({{.label = "a"}}, {.by = uuid}), configuration_error);

    auto anns = backend.session(ann);
    repository<field_ops::user_preference, decltype(anns)> preferences{anns};
    const std::uint16_t user[]{1};
    const auto stored = preferences.upsert_all({{.preferences = {R"({"a":1})"}}}, {.by = user});
    CHECK(stored.created == 1);
    const auto changed = preferences.upsert_all({{.preferences = {R"({"a":2})"}}}, {.by = user});
    CHECK(changed.created == 0);
    CHECK(changed.rows.at(0).id == stored.rows.at(0).id);
    CHECK(preferences.count() == 1);
}

TEMPLATE_TEST_CASE(
    "rows without audit columns are upserted too",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::bare_note, decltype(session)> notes{session};
    notes.insert({.slug = "a", .text = "old"});
    const auto done =
        notes.upsert_all({{.slug = "b", .text = "new"}, {.slug = "a", .text = "new"}});
    CHECK(done.created == 1);
    CHECK(done.rows.at(1).text == "new");
    CHECK(notes.insert_ignoring({{.slug = "a"}, {.slug = "c"}}).size() == 1);
    CHECK(notes.read({"a"}).text == "new");
}

TEMPLATE_TEST_CASE(
    "a change by condition changes what matches and no more than is allowed",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "clerk"});
    repository<tutorial::well, decltype(session)> wells{session};
    for (std::int64_t at = 0; at < 5; ++at)
        wells.insert({.api10 = first + at, .wellname = "W", .oileur = double(at)});
    wells.remove({first + 4});
    CHECK(wells.count_where(c::oileur >= 1.0) == 3);
    CHECK_THROWS_AS(
        wells.update_where(c::oileur >= 1.0, {.wellname = "X"}, {.most_rows = 2}),
        precondition_error
    );
    CHECK_THROWS_AS(wells.remove_where(c::oileur >= 1.0, {.most_rows = 2}), precondition_error);
    CHECK(wells.count({.where = c::wellname == "X"}) == 0);
    CHECK(wells.count() == 4);
    CHECK(wells.update_where(c::oileur >= 1.0, {.wellname = "X"}, {.most_rows = 3}).count == 3);
    CHECK(wells.update_where(c::oileur > 9.0, {.wellname = "X"}, {.most_rows = 0}).count == 0);
    CHECK(wells.remove_where(c::wellname == "X", {.most_rows = 3}).count == 3);
    CHECK(wells.count() == 1);
    CHECK_THROWS_AS(wells.update_where({}, {.wellname = "Z"}), validation_error);
    CHECK_THROWS_AS(wells.remove_where({}), validation_error);
    CHECK_THROWS_AS(wells.update_where(c::oileur > 1.0, {}), validation_error);
    CHECK_THROWS_AS(wells.update_where(c::oileur > 1.0, {.wellname = ""}), validation_error);

    repository<specimens::bare_note, decltype(session)> notes{session};
    notes.insert_all({{.slug = "a"}, {.slug = "b"}});
    CHECK(notes.remove_where(specimens::bare_note_columns::slug == "a").count == 1);
    CHECK(notes.count() == 1);
    repository<specimens::counter, decltype(session)> counters{session};
    CHECK_THROWS_AS(
        counters.update_where(specimens::counter_columns::id == 1, {.label = "x"}), validation_error
    );
}

TEMPLATE_TEST_CASE(
    "a change by condition gives back the rows it changed", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "clerk"});
    repository<tutorial::well, decltype(session)> wells{session};
    for (std::int64_t at = 0; at < 4; ++at)
        wells.insert({.api10 = first + at, .wellname = "X", .oileur = double(at)});
    const auto changed =
        wells.update_where(c::oileur >= 1.0, {.wellname = "Y"}, {.with_rows = true});
    CHECK(changed.count == 3);
    CHECK(names_of(changed.rows) == "Y Y Y ");
    CHECK(changed.rows[0].updated_by == "clerk");
    const auto removed =
        wells.remove_where(c::wellname == "Y", {.most_rows = 3, .with_rows = true});
    CHECK(removed.count == 3);
    REQUIRE(removed.rows.size() == 3);
    CHECK(removed.rows[0].is_deleted);
    CHECK(removed.rows[0].deleted_by == "clerk");
    CHECK(wells.count() == 1);

    repository<specimens::bare_note, decltype(session)> notes{session};
    notes.insert_all({{.slug = "a"}, {.slug = "b"}});
    namespace n = specimens::bare_note_columns;
    CHECK(notes.remove_where(n::slug == "a", {.with_rows = true}).rows.at(0).slug == "a");
}

TEST_CASE("without units of work rows cannot come back from a change by condition") {
    warehouse_backend backend;
    auto session = backend.session(nobody{});
    repository<tutorial::well, decltype(session)> wells{session};
    wells.insert({.api10 = first, .wellname = "X"});
    CHECK_THROWS_AS(
        wells.update_where(c::api10 == first, {.wellname = "Y"}, {.with_rows = true}),
        configuration_error
    );
    CHECK_THROWS_AS(
        wells.remove_where(c::api10 == first, {.with_rows = true}), configuration_error
    );
    CHECK(wells.read({first}).wellname == "X");
}

TEMPLATE_TEST_CASE(
    "a change by condition sees the caller's own rows only",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(caller{.id = "ann", .groups = {"support"}});
    auto bobs = backend.session(bob);
    repository<field_ops::order, decltype(anns)> mine{anns};
    repository<field_ops::order, decltype(bobs)> theirs{bobs};
    mine.insert({});
    const auto other = theirs.insert({});
    namespace o = field_ops::order_columns;
    const auto drafts = o::status == field_ops::order_status::draft;
    CHECK(mine.count() == 2);
    CHECK(mine.count_where(drafts) == 1);
    CHECK(
        mine.update_where(drafts, {.tags = std::vector<std::string>{"x"}}, {.most_rows = 1})
            .count == 1
    );
    CHECK(mine.remove_where(drafts).count == 1);
    CHECK(theirs.read({other.id}).tags == other.tags);
}

TEMPLATE_TEST_CASE(
    "those who may purge delete everybody's rows for good",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(ann);
    auto admins = backend.session(caller{.id = "root", .groups = {"admins"}});
    repository<field_ops::order, decltype(anns)> mine{anns};
    repository<field_ops::order, decltype(admins)> all{admins};
    const auto order = mine.insert({});
    CHECK_FALSE(all.find({order.id}).has_value());
    CHECK_THROWS_AS(all.purge({order.id}, version<field_ops::order>{{"x"}}), precondition_error);
    CHECK(all.purge({order.id}, version_of(order)));
    CHECK_FALSE(mine.find({order.id}, sql::deleted::include).has_value());
}

} // namespace many_cases
