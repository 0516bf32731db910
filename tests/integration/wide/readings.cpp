// SPDX-License-Identifier: Apache-2.0
// A table of WEIR_TEST_COLUMNS columns through the repository and JSON, on both backends.
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <postgres_fixture.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>
#include <wide_readings.weir.hpp>

using namespace weir;

namespace {

using wide::reading;
using wide::reading_create;
using wide::reading_update;

static_assert(member_count<reading> == WEIR_TEST_COLUMNS);

class postgres_backend {
public:
    [[nodiscard]] any_session_for<nobody> session() {
        return any_session_for<nobody>{pool_.session(nobody{.name = "wide"})};
    }

private:
    ::test::own_schema schema_{::test::postgres_server::shared(), "wide"};
    lakebase::pool pool_{schema_.options()};
};

class embedded_backend {
public:
    [[nodiscard]] any_session_for<nobody> session() {
        return any_session_for<nobody>{database_.session(nobody{.name = "wide"})};
    }

private:
    embedded::database database_{{.path = ":memory:"}};
};

/// The table made and empty, and a repository on it.
template <class Backend>
struct readings {
    readings() { create_tables<wide::tables>(session); }

    Backend backend;
    any_session_for<nobody> session = backend.session();
    repository<reading, any_session_for<nobody>> rows{session};
};

/// Some value of each type, another one for each seed.
template <class T>
T value_for(std::size_t seed) {
    const auto n = static_cast<std::int64_t>(seed);
    if constexpr (std::is_same_v<T, bool>) {
        return seed % 2 == 0;
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(n % 100 - 50);
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(n) / 4;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return "s" + std::to_string(seed);
    } else if constexpr (std::is_same_v<T, decimal<12, 2>>) {
        return decimal<12, 2>::from_unscaled(n * 101);
    } else if constexpr (std::is_same_v<T, date>) {
        return date{static_cast<std::int32_t>(n)};
    } else if constexpr (std::is_same_v<T, timestamp> || std::is_same_v<T, timestamp_ntz>) {
        return T{1'714'564'800'123'456 + n};
    } else if constexpr (std::is_same_v<T, std::vector<std::byte>>) {
        return {std::byte{0}, static_cast<std::byte>(seed % 256)};
    } else if constexpr (std::is_same_v<T, uuid>) {
        uuid made{};
        made.bytes[0] = static_cast<std::uint8_t>(seed % 256);
        return made;
    } else if constexpr (std::is_same_v<T, json_text>) {
        return {"[" + std::to_string(seed) + "]"};
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        return {"a" + std::to_string(seed), ",{}\""};
    } else {
        return T{{"k" + std::to_string(seed), 7}};
    }
}

template <class T>
void set(std::optional<T>& member, std::size_t seed) {
    member = value_for<T>(seed);
}

template <class T>
void set(patch<T>& member, std::size_t seed) {
    member = value_for<T>(seed);
}

/// A row with a value in every column.
reading_create full(std::int64_t id) {
    reading_create made{};
    for_each_member(made, [&]<class Member>(std::size_t at, Member& member) {
        if constexpr (requires { set(member, at); })
            set(member, at + static_cast<std::size_t>(id));
    });
    made.id = id;
    made.label = "reading " + std::to_string(id);
    return made;
}

/// The names of the columns in which a row has not what was given.
template <class Part>
std::vector<std::string> differences(const reading& row, const Part& given) {
    std::vector<const void*> members;
    for_each_member(row, [&](std::size_t /*at*/, const auto& member) {
        members.push_back(&member);
    });
    std::vector<std::string> differing;
    for_each_member(given, [&]<class Member>(std::size_t at, const Member& wanted) {
        const auto column = columns_of_members<reading, Part>[at];
        bool same = false;
        if constexpr (requires { wanted.is_absent(); }) {
            using value = typename Member::value_type;
            if (wanted.is_absent())
                return;
            const auto& nullable = table_of<reading>.columns[column].nullable;
            const auto* const found = members[column];
            same = nullable ? *static_cast<const std::optional<value>*>(found) == wanted.value()
                            : *static_cast<const value*>(found) == wanted.value();
        } else {
            same = *static_cast<const Member*>(members[column]) == wanted;
        }
        if (!same)
            differing.emplace_back(table_of<reading>.columns[column].name);
    });
    return differing;
}

const std::vector<std::string> none{};

} // namespace

TEMPLATE_TEST_CASE(
    "a row with a value in every column is stored and found", "", postgres_backend, embedded_backend
) {
    readings<TestType> table;
    const auto given = full(1);
    const auto made = table.rows.insert(given);
    CHECK(differences(made, given) == none);
    CHECK(made.inserted_by == "wide");
    CHECK(made.record_uuid != uuid{});
    const auto found = table.rows.read({1});
    CHECK(differences(found, given) == none);
    CHECK(found.record_uuid == made.record_uuid);
    CHECK_THROWS_AS(table.rows.insert(given), conflict_error);
}

TEMPLATE_TEST_CASE(
    "a row may leave all but its required columns empty", "", postgres_backend, embedded_backend
) {
    readings<TestType> table;
    table.rows.insert({.id = 1, .label = "bare"});
    const auto found = table.rows.read({1});
    CHECK(differences(found, reading_create{.id = 1, .label = "bare"}) == none);
}

TEMPLATE_TEST_CASE(
    "a change of one column, of every column and a replacement all hold",
    "",
    postgres_backend,
    embedded_backend
) {
    readings<TestType> table;
    const auto given = full(1);
    table.rows.insert(given);

    const auto deeper = table.rows.update({1}, {.depth = 12.5});
    REQUIRE(deeper.has_value());
    CHECK(deeper->depth == 12.5);
    CHECK(deeper->updated_by == "wide");
    CHECK(differences(*deeper, given) == std::vector<std::string>{"depth"});

    reading_update every{};
    for_each_member(every, [](std::size_t at, auto& member) { set(member, at + 40); });
    const auto changed = table.rows.update({1}, every);
    REQUIRE(changed.has_value());
    CHECK(differences(*changed, every) == none);
    CHECK(differences(table.rows.read({1}), every) == none);

    const auto replaced = table.rows.replace({1}, full(1));
    REQUIRE(replaced.has_value());
    CHECK(differences(*replaced, full(1)) == none);

    auto other = full(3);
    other.id = 1;
    CHECK(differences(table.rows.upsert(other), other) == none);
    CHECK(differences(table.rows.upsert(full(2)), full(2)) == none);
    CHECK(table.rows.count() == 2);
}

TEMPLATE_TEST_CASE(
    "many rows are stored in one statement and listed a page at a time",
    "",
    postgres_backend,
    embedded_backend
) {
    readings<TestType> table;
    std::vector<reading_create> given;
    for (std::int64_t id = 1; id <= 25; ++id)
        given.push_back(full(id));
    given[3].depth.reset();
    const auto made = table.rows.insert_all(given);
    REQUIRE(made.size() == 25);
    const auto page = table.rows.list({
        .where = wide::reading_columns::depth > 0.0,
        .order = {descending(wide::reading_columns::id)},
        .limit_rows = 10,
        .offset_rows = 15,
    });
    REQUIRE(page.size() == 9);
    for (const auto& row : page)
        CHECK(differences(row, given[static_cast<std::size_t>(row.id) - 1]) == none);
    CHECK(page.front().id == 10);
    CHECK(table.rows.insert_quietly({full(26), full(27)}) == 2);
    CHECK(table.rows.existing(std::vector<wide::reading_key>{{1}, {27}, {28}}).size() == 2);
    CHECK(table.rows.remove({27}));
    CHECK(table.rows.count() == 26);
    CHECK_THROWS_AS(table.rows.insert_all({full(30), full(1)}), conflict_error);
    CHECK(table.rows.count() == 26);
}

TEMPLATE_TEST_CASE(
    "a stored row goes through JSON and comes back as it was",
    "",
    postgres_backend,
    embedded_backend
) {
    readings<TestType> table;
    const auto given = full(1);
    table.rows.insert(given);
    const auto& columns = columns_of_members<reading, reading_create>;
    auto found = table.rows.select({}, columns);
    const auto fields = found.next();
    REQUIRE(fields.has_value());
    const json::row_writer writer{
        table_of<reading>.columns, columns, sql::format_of(table.session.dialect())
    };
    std::string body;
    writer.append(body, *fields);

    json::create_body<reading> read;
    REQUIRE(json::read_creates<reading>(body, read).empty());
    REQUIRE(read.rows.size() == 1);
    table.rows.purge({1});
    CHECK(differences(table.rows.insert(read.rows[0]), given) == none);

    reading_update change{};
    CHECK(json::read_update<reading>(R"({"c283": 1, "depth": null})", change).empty());
    CHECK(change.depth.is_null());
    CHECK_FALSE(change.c283.is_absent());
}

TEST_CASE("everything wrong with a wide body is told by column") {
    json::create_body<reading> read;
    const auto broken = json::read_creates<reading>(
        R"({"id": 1, "depth": 2000000, "c284": "x", "c0": 1, "c283": {}})", read
    );
    std::vector<std::string> where;
    for (const auto& each : broken)
        where.push_back(std::get<std::string>(each.loc.at(1)));
    CHECK(where == std::vector<std::string>{"c284", "c0", "c283", "label", "depth"});
}
