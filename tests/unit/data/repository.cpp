// SPDX-License-Identifier: Apache-2.0
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <fake_session.hpp>
#include <field_ops.weir.hpp>
#include <string>
#include <vector>

using namespace weir;
using namespace weir::test;

static_assert(session<fake_session<nobody>> && !caller_session<fake_session<nobody>>);
static_assert(caller_session<fake_session<caller>>);
static_assert(caller_session<any_caller_session> && !caller_session<any_session>);
static_assert(transactional_session<any_session> && unit_of_work<any_unit_for<caller>>);

namespace {

timestamp at_epoch() {
    return {};
}

using preferences_of_fake = repository<field_ops::user_preference, fake_session<caller>>;

} // namespace

TEST_CASE("each call of a repository that lives long has a deadline of its own") {
    fake_database database;
    fake_session<nobody> session{database, {}, sql::dialect::postgres};
    repository<field_ops::well, fake_session<nobody>> wells{session};
    (void)wells.find({1});
    (void)wells.find({1});
    REQUIRE(database.statements.size() == 2);
    CHECK(database.statements[0].until.at() < database.statements[1].until.at());
}

TEST_CASE("a repository made for a request keeps the request's deadline") {
    fake_database database;
    fake_session<nobody> session{database, {}, sql::dialect::postgres};
    const deadline until = deadline::in(std::chrono::milliseconds{5});
    repository<field_ops::well, fake_session<nobody>> wells{session, {.until = until}};
    (void)wells.find({1});
    CHECK(database.statements.at(0).until.at() == until.at());
}

TEST_CASE("the caller's id is the first argument of every statement on a table with an owner") {
    fake_database database;
    fake_session<caller> session{database, {.id = "ann"}, sql::dialect::postgres};
    preferences_of_fake preferences{session, {.clock = at_epoch}};
    const field_ops::user_preference_key key{1};
    (void)preferences.find(key);
    (void)preferences.list();
    database.answers.push_back({.rows = {{"7"}}});
    CHECK(preferences.count() == 7);
    (void)preferences.update(key, {.preferences = json_text{"{}"}});
    (void)preferences.remove(key);
    (void)preferences.restore(key);
    (void)preferences.purge(key);
    REQUIRE(database.statements.size() >= 7);
    for (const auto& statement : database.statements) {
        INFO(statement.text);
        REQUIRE_FALSE(statement.arguments.empty());
        CHECK(statement.arguments.front() == "ann");
        CHECK(statement.text.find("\"user_id\" = $1") != std::string::npos);
    }
}

TEST_CASE("values travel as arguments, never in the text") {
    fake_database database;
    fake_session<nobody> session{database, {.name = "me"}, sql::dialect::databricks};
    repository<field_ops::well, fake_session<nobody>> wells{session, {.clock = at_epoch}};
    CHECK_THROWS_AS(
        wells.insert({.api10 = 4201234567, .api14 = 1, .wellname = "canary'"}), conflict_error
    );
    REQUIRE(database.statements.size() == 1);
    CHECK(database.statements[0].text.find("canary") == std::string::npos);
    CHECK(database.statements[0].text.find("4201234567") == std::string::npos);
}

TEST_CASE("a result that does not fit the row is a decode error that names table and column") {
    fake_database database;
    fake_session<caller> session{database, {.id = "ann"}, sql::dialect::postgres};
    preferences_of_fake preferences{session};
    std::vector<std::optional<std::string>> fields(12, "x");
    database.answers.push_back({.rows = {fields}});
    try {
        (void)preferences.find({1});
        FAIL("accepted");
    } catch (const decode_error& failed) {
        const std::string said = failed.what();
        CHECK(said.find("user_preferences") != std::string::npos);
        CHECK(said.find("'id'") != std::string::npos);
    }
    database.answers.push_back({.rows = {{"1"}}});
    CHECK_THROWS_AS(preferences.find({1}), decode_error);
}
