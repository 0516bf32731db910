// SPDX-License-Identifier: Apache-2.0
// Rows through a repository, on every backend.
#include <weir/core/text.hpp>
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "backends.hpp"

namespace rows_cases {

using namespace weir;
using namespace weir::test;
namespace c = tutorial::well_columns;

namespace {

constexpr timestamp noon{1'714'564'800'123'456};
constexpr timestamp later{1'714'564'900'000'001};

timestamp at_noon() {
    return noon;
}

timestamp at_later() {
    return later;
}

template <class Session>
repository<tutorial::well, Session> wells_of(Session& session, now_function clock = at_noon) {
    return repository<tutorial::well, Session>{session, {.clock = clock}};
}

tutorial::well_create a_well(std::int64_t api10, std::string name = "SMITH 1-15H") {
    return {.api10 = api10, .wellname = std::move(name), .oileur = 1.5};
}

constexpr std::int64_t first = 4'201'234'567;

} // namespace

TEMPLATE_TEST_CASE(
    "an inserted row comes back as stored, with its audit columns filled",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "loader"});
    auto wells = wells_of(session);
    const auto made = wells.insert(a_well(first));
    CHECK(made.api10 == first);
    CHECK(made.wellname == "SMITH 1-15H");
    CHECK(made.oileur == 1.5);
    CHECK(made.record_uuid != uuid{});
    CHECK_FALSE(made.is_deleted);
    CHECK(made.inserted_at == noon);
    CHECK(made.inserted_by == "loader");
    CHECK_FALSE(made.updated_at.has_value());
    CHECK_FALSE(made.updated_by.has_value());
    CHECK_FALSE(made.deleted_at.has_value());
    const auto found = wells.find({first});
    REQUIRE(found.has_value());
    CHECK(found->record_uuid == made.record_uuid);
    CHECK(found->inserted_at == noon);
}

TEMPLATE_TEST_CASE(
    "a row that is not there is absent, and read says so",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    CHECK_FALSE(wells.find({first}).has_value());
    CHECK_THROWS_AS(wells.read({first}), not_found_error);
    CHECK_FALSE(wells.update({first}, {.oileur = 2.0}).has_value());
    CHECK_FALSE(wells.replace({first}, a_well(first)).has_value());
    CHECK_FALSE(wells.remove({first}));
    CHECK_FALSE(wells.restore({first}).has_value());
    CHECK_FALSE(wells.purge({first}));
}

TEMPLATE_TEST_CASE(
    "a second row with a taken key is a conflict and changes nothing",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    wells.insert(a_well(first, "one"));
    CHECK_THROWS_AS(wells.insert(a_well(first, "two")), conflict_error);
    CHECK_THROWS_AS(wells.insert_all({a_well(first + 1), a_well(first, "two")}), conflict_error);
    CHECK(wells.count() == 1);
    CHECK(wells.read({first}).wellname == "one");
}

TEMPLATE_TEST_CASE(
    "broken rules are all told before any statement is sent",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    try {
        wells.insert({.api10 = 1, .wellname = "", .oileur = -1.0});
        FAIL("accepted");
    } catch (const validation_error& failed) {
        CHECK(failed.broken().size() == 3);
    }
    try {
        wells.insert_all({a_well(first), {.api10 = 1, .wellname = "x"}});
        FAIL("accepted");
    } catch (const validation_error& failed) {
        REQUIRE(failed.broken().size() == 1);
        CHECK(failed.broken()[0].loc == location{std::size_t{1}, std::string{"api10"}});
    }
    CHECK(wells.count() == 0);
}

TEMPLATE_TEST_CASE(
    "many rows are stored in one statement and come back in order",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    std::vector<tutorial::well_create> many;
    for (int at = 0; at < 1'000; ++at)
        many.push_back(a_well(first + at, "W \"" + std::to_string(at) + "\", {\\}'--"));
    many[7].oileur.reset();
    const auto stored = wells.insert_all(many);
    REQUIRE(stored.size() == 1'000);
    CHECK(stored[999].api10 == first + 999);
    CHECK(wells.read({first + 999}).wellname == many[999].wellname);
    CHECK_FALSE(wells.read({first + 7}).oileur.has_value());
    CHECK(wells.insert_quietly({a_well(first + 5'000)}) == 1);
    CHECK(wells.count() == 1'001);
    CHECK(wells.insert_all(std::vector<tutorial::well_create>{}).empty());
}

TEMPLATE_TEST_CASE(
    "a partial update changes what is set, clears what is null, and stamps the row",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "editor"});
    wells_of(session).insert(a_well(first));
    auto wells = wells_of(session, at_later);
    const auto changed = wells.update({first}, {.oileur = null});
    REQUIRE(changed.has_value());
    CHECK_FALSE(changed->oileur.has_value());
    CHECK(changed->wellname == "SMITH 1-15H");
    CHECK(changed->updated_at == later);
    CHECK(changed->updated_by == "editor");
    CHECK(changed->inserted_at == noon);
    CHECK_THROWS_AS(wells.update({first}, {.wellname = ""}), validation_error);
    CHECK_THROWS_AS(wells.update({first}, {.wellname = null}), validation_error);
    const auto untouched = wells.update({first}, {});
    REQUIRE(untouched.has_value());
    CHECK(untouched->wellname == "SMITH 1-15H");
}

TEMPLATE_TEST_CASE(
    "a replacement sets every column, the key and the past stay",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    const auto before = wells_of(session).insert(a_well(first));
    auto wells = wells_of(session, at_later);
    const auto after = wells.replace({first}, {.api10 = first, .wellname = "NEW"});
    REQUIRE(after.has_value());
    CHECK(after->wellname == "NEW");
    CHECK_FALSE(after->oileur.has_value());
    CHECK(after->record_uuid == before.record_uuid);
    CHECK(after->inserted_at == noon);
    CHECK(after->updated_at == later);
}

TEMPLATE_TEST_CASE(
    "a deleted row is hidden until it is restored, and gone once purged",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "cleaner"});
    auto wells = wells_of(session, at_later);
    wells.insert(a_well(first));
    CHECK(wells.remove({first}));
    CHECK_FALSE(wells.remove({first}));
    CHECK_FALSE(wells.find({first}).has_value());
    CHECK(wells.count() == 0);
    CHECK(wells.count({.deleted = sql::deleted::include}) == 1);
    const auto hidden = wells.list({.deleted = sql::deleted::only});
    REQUIRE(hidden.size() == 1);
    CHECK(hidden[0].is_deleted);
    CHECK(hidden[0].deleted_at == later);
    CHECK(hidden[0].deleted_by == "cleaner");
    CHECK_FALSE(wells.update({first}, {.oileur = 3.0}).has_value());
    const auto restored = wells.restore({first});
    REQUIRE(restored.has_value());
    CHECK_FALSE(restored->is_deleted);
    CHECK_FALSE(restored->deleted_at.has_value());
    CHECK(wells.find({first}).has_value());
    CHECK(wells.purge({first}));
    CHECK(wells.count({.deleted = sql::deleted::include}) == 0);
}

TEMPLATE_TEST_CASE(
    "an upsert inserts, then replaces the row that has its key",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "sync"});
    const auto inserted = wells_of(session).upsert(a_well(first, "one"));
    CHECK_FALSE(inserted.updated_at.has_value());
    const auto replaced = wells_of(session, at_later).upsert(a_well(first, "two"));
    CHECK(replaced.wellname == "two");
    CHECK(replaced.record_uuid == inserted.record_uuid);
    CHECK(replaced.inserted_at == noon);
    CHECK(replaced.updated_at == later);
    auto wells = wells_of(session);
    wells.remove({first});
    CHECK_THROWS_AS(wells.upsert(a_well(first)), conflict_error);
}

TEMPLATE_TEST_CASE(
    "a list filters, orders with nulls last, pages and counts alike on every backend",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    auto wells = wells_of(session);
    wells.insert_all({
        {.api10 = first, .wellname = "b", .oileur = 3.0},
        {.api10 = first + 1, .wellname = "a", .oileur = {}},
        {.api10 = first + 2, .wellname = "c", .oileur = 1.0},
        {.api10 = first + 3, .wellname = "c%_\\!", .oileur = 2.0},
    });
    const auto names = [](const std::vector<tutorial::well>& rows) {
        std::string all;
        for (const auto& row : rows)
            all += row.wellname + " ";
        return all;
    };
    CHECK(names(wells.list({.order = {c::oileur}})) == "c c%_\\! b a ");
    CHECK(names(wells.list({.order = {descending(c::oileur)}})) == "a b c%_\\! c ");
    CHECK(names(wells.list({.order = {c::wellname}, .limit_rows = 2, .offset_rows = 1})) == "b c ");
    CHECK(names(wells.list({.where = c::oileur > 1.0})) == "b c%_\\! ");
    CHECK(names(wells.list({.where = not(c::oileur > 1.0)})) == "c ");
    CHECK(names(wells.list({.where = c::oileur.is_null() or c::wellname == "b"})) == "b a ");
    CHECK(names(wells.list({.where = c::wellname.like("c%")})) == "c c%_\\! ");
    CHECK(names(wells.list({.where = c::wellname.like("c\\%\\_\\\\!")})) == "c%_\\! ");
    CHECK(names(wells.list({.where = c::wellname.ilike("B")})) == "b ");
    CHECK(names(wells.list({.where = c::api10.in({first, first + 2, 17})})) == "b c ");
    CHECK(wells.list({.where = c::api10.in({})}).empty());
    CHECK(wells.count({.where = c::oileur >= 2.0}) == 2);
    const std::vector<tutorial::well_key> asked{{first}, {first + 1}, {42}};
    CHECK(wells.existing(asked).size() == 2);
}

TEMPLATE_TEST_CASE(
    "SQL in every text field is only ever text",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{.name = "'); drop table wells; --"});
    auto wells = wells_of(session);
    const std::string hostile = R"('; drop table "wells"; -- $1 :p1 @{x} \ ` " /* )";
    wells.insert(a_well(first, hostile));
    const auto found = wells.list({.where = c::wellname == hostile});
    REQUIRE(found.size() == 1);
    CHECK(found[0].wellname == hostile);
    CHECK(found[0].inserted_by == "'); drop table wells; --");
    CHECK(wells.update({first}, {.wellname = hostile + "2"})->wellname == hostile + "2");
    CHECK(wells.list({.where = c::wellname.like(hostile + "%")}).size() <= 1);
}

TEMPLATE_TEST_CASE(
    "an identity is the database's to give, and unique values are kept unique",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::counter, decltype(session)> counters{session};
    const auto one = counters.insert({.label = "a"});
    const auto two = counters.insert({.label = "b"});
    CHECK(one.id != two.id);
    CHECK(counters.read({two.id}).label == "b");
    CHECK_THROWS_AS(counters.insert({.label = "a"}), conflict_error);
    CHECK_THROWS_AS(counters.update({two.id}, {.label = "a"}), error);
    CHECK(counters.read({two.id}).label == "b");
    CHECK(counters.remove({one.id}));
    const auto again = counters.insert({.label = "a"});
    CHECK(again.id != one.id);
    CHECK_THROWS_AS(counters.restore({one.id}), conflict_error);
    const auto many = counters.insert_all({{.label = "x"}, {.label = "y"}});
    REQUIRE(many.size() == 2);
    CHECK(many[0].label == "x");
    CHECK(many[0].id != many[1].id);
    CHECK(many[1].id != 0);
}

TEMPLATE_TEST_CASE(
    "a table without audit columns works, its deletes are for good",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::bare_note, decltype(session)> notes{session};
    notes.insert({.slug = "a", .text = "one"});
    CHECK(notes.upsert({.slug = "a", .text = "two"}).text == "two");
    CHECK(notes.update({"a"}, {.text = null})->text == std::nullopt);
    CHECK(notes.remove({"a"}));
    CHECK(notes.count() == 0);
}

TEMPLATE_TEST_CASE(
    "every type keeps its value, at its limits and as NULL",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::specimen, decltype(session)> specimens{session, {.clock = at_noon}};
    using exact = decimal<38, 10>;
    const auto largest = *exact::parse("9999999999999999999999999999.9999999999");
    specimens::specimen_create full{
        .tiny = std::int8_t{-128},
        .small = std::int16_t{32'767},
        .whole = std::numeric_limits<std::int32_t>::min(),
        .big = std::numeric_limits<std::int64_t>::max(),
        .single = 0.1F,
        .twice = 5e-324,
        .exact = largest,
        .words = "\u00e9\U0001f6e2 \"quoted\" {a,b}\n\t\\",
        .brief = "ten letter",
        .code = "abc",
        .truth = true,
        .day = date{-719'162},
        .moment = timestamp{253'402'300'799'999'999},
        .wall = timestamp_ntz{-62'135'596'800'000'000},
        .bytes = std::vector<std::byte>{std::byte{0}, std::byte{255}, std::byte{92}},
        .other = uuid::random(),
        .document = json_text{R"({"a": [1, null, "x"]})"},
        .colour = specimens::shade::light_grey,
        .numbers = std::vector<std::int64_t>{1, -2, std::numeric_limits<std::int64_t>::min()},
        .names = std::vector<std::string>{"", "NULL", "a,b", "{\"}\\", "null"},
        .days = std::vector<date>{date{0}, date{19'844}},
        .amounts =
            std::map<std::string, exact>{{"k\"1", largest}, {"", *exact::parse("-0.0000000001")}},
        .piece = specimens::part{.code = "p", .weight = largest, .made = noon},
        .pieces = std::vector<specimens::part>{{.code = "q", .weight = {}, .made = {}}},
    };
    const auto stored = specimens.insert(full);
    const auto check_equal = [&](const specimens::specimen& found) {
        CHECK(found.tiny == full.tiny);
        CHECK(found.small == full.small);
        CHECK(found.whole == full.whole);
        CHECK(found.big == full.big);
        CHECK(found.single == full.single);
        CHECK(found.twice == full.twice);
        CHECK((found.exact == full.exact));
        CHECK(found.words == full.words);
        CHECK(found.brief == full.brief);
        CHECK(found.code == full.code);
        CHECK(found.truth == full.truth);
        CHECK((found.day == full.day));
        CHECK((found.moment == full.moment));
        CHECK((found.wall == full.wall));
        CHECK((found.bytes == full.bytes));
        CHECK((found.other == full.other));
        CHECK((found.colour == full.colour));
        CHECK(found.numbers == full.numbers);
        CHECK(found.names == full.names);
        CHECK((found.days == full.days));
        CHECK((found.amounts == full.amounts));
        REQUIRE(found.piece.has_value());
        CHECK(found.piece->code == "p");
        CHECK((found.piece->weight == largest));
        CHECK((found.piece->made == noon));
        REQUIRE(found.pieces.has_value());
        CHECK(found.pieces->at(0).code == "q");
        CHECK_FALSE(found.pieces->at(0).weight.has_value());
        CHECK((found.stamped == noon));
    };
    check_equal(stored);
    check_equal(specimens.read({stored.id}));
    check_equal(specimens.insert_all(std::vector{full})[0]);

    const auto empty = specimens.read({specimens.insert(specimens::specimen_create{}).id});
    CHECK_FALSE(empty.tiny.has_value());
    CHECK_FALSE(empty.names.has_value());
    CHECK_FALSE(empty.piece.has_value());
    CHECK_FALSE(empty.document.has_value());
    CHECK_FALSE(empty.bytes.has_value());

    const auto special = specimens.read({specimens
                                             .insert(
                                                 {.single = -std::numeric_limits<float>::infinity(),
                                                  .twice = std::numeric_limits<double>::infinity()}
                                             )
                                             .id});
    CHECK(special.single == -std::numeric_limits<float>::infinity());
    CHECK(special.twice == std::numeric_limits<double>::infinity());
}

TEMPLATE_TEST_CASE(
    "documents of every kind are kept, one by one and many at once",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::specimen, decltype(session)> specimens{session, {.clock = at_noon}};
    const std::vector<std::string> documents{
        R"("text")", R"("{}")", R"("17")", "17", "true", R"([1,"x"])", R"({"a":"b"})"
    };
    const auto document_of = [](const specimens::specimen& found) {
        auto text = found.document.value().text;
        std::erase(text, ' ');
        return text;
    };
    std::vector<specimens::specimen_create> rows;
    for (const auto& each : documents)
        rows.push_back({.document = json_text{each}});
    const auto inserted = specimens.insert_all(rows);
    REQUIRE(inserted.size() == documents.size());
    std::vector<keyed_update<specimens::specimen>> changes;
    for (std::size_t at = 0; at < documents.size(); ++at) {
        CAPTURE(documents[at]);
        CHECK(document_of(specimens.insert(rows[at])) == documents[at]);
        CHECK(document_of(inserted[at]) == documents[at]);
        changes.push_back(
            {{inserted[at].id},
             {.document = json_text{documents.rbegin()[static_cast<std::ptrdiff_t>(at)]}}}
        );
    }
    CHECK(specimens.update_all(changes).count == documents.size());
    for (std::size_t at = 0; at < documents.size(); ++at) {
        CAPTURE(documents[at]);
        const auto& key = inserted[inserted.size() - 1 - at].id;
        CHECK(document_of(specimens.read({key})) == documents[at]);
        CHECK(
            document_of(specimens.update({key}, {.document = json_text{R"("one")"}}).value()) ==
            R"("one")"
        );
    }
}

} // namespace rows_cases
