// SPDX-License-Identifier: Apache-2.0
// On behalf of users: what a service with `run_as: user` tables asks of the workspace, and what
// grants and row filters of the workspace make of it.
#include <weir/app/warehouse_backend.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/sql/place.hpp>
#include <weir/sql/unity_policies.hpp>
#include <weir/warehouse/catalog.hpp>
#include <weir/workspace/current_user.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <specimens.weir.hpp>
#include <string_view>

#include "support.hpp"

namespace {

using namespace test;
namespace ws = weir::workspace;
namespace wh = weir::warehouse;

const weir::caller ada{.id = "ada", .email = "ada@example.com", .token = weir::secret{"dapi-ada"}};
const weir::caller bob{.id = "bob", .email = "bob@example.com", .token = weir::secret{"dapi-bob"}};
const weir::caller carl{.id = "carl"};

/// The notes of ada and bob, of which each sees their own by the table's row filter.
struct filtered_notes {
    filtered_notes() {
        for (const auto* const user : {"ada", "bob"})
            declare(
                client,
                "/admin/identities",
                R"({"token":"dapi-)" + std::string{user} + R"(","user":")" + user +
                    R"(@example.com"})"
            );
        for (const auto* const statement :
             {"CREATE SCHEMA IF NOT EXISTS users_test.app_data",
              "DROP TABLE IF EXISTS users_test.app_data.bare_notes",
              "CREATE TABLE users_test.app_data.bare_notes (slug STRING NOT NULL, text STRING)",
              "INSERT INTO users_test.app_data.bare_notes VALUES ('ada-1', 'a'), ('ada-2', 'b'), "
              "('bob-1', 'c')",
              "CREATE OR REPLACE FUNCTION users_test.app_data.own(slug STRING) RETURNS BOOLEAN "
              "RETURN startswith(current_user(), split_part(slug, '-', 1)) -- the owner",
              "ALTER TABLE users_test.app_data.bare_notes SET ROW FILTER users_test.app_data.own "
              "ON (slug)"})
            workspace_process::shared().execute(statement);
        facts.access.rule = weir::access_rule::run_as_user;
    }

    weir::table facts = weir::table_of<specimens::bare_note>;
    ws::client client{config_of(workspace_process::shared())};
    weir::app::warehouse_backend backend{
        client, {.warehouse_id = "local", .catalog = "users_test"}
    };
    weir::http::sessions sessions = backend.sessions(weir::nobody{.name = "service"});
};

using notes_of_caller = weir::repository<specimens::bare_note, weir::any_caller_session>;

} // namespace

TEST_CASE("a table that runs as its user shows and changes that user's rows alone") {
    filtered_notes on;
    const weir::http::session_purpose purpose{.of = &on.facts, .request_id = "r-1"};
    auto adas = on.sessions.for_caller(ada, purpose);
    auto bobs = on.sessions.for_caller(bob, purpose);
    notes_of_caller mine{adas};
    notes_of_caller theirs{bobs};
    CHECK(mine.count() == 2);
    CHECK(theirs.count() == 1);
    CHECK_FALSE(theirs.find({"ada-1"}).has_value());
    CHECK_FALSE(theirs.update({"ada-1"}, {.text = "stolen"}).has_value());
    CHECK_FALSE(theirs.remove({"ada-1"}));
    CHECK(
        theirs.remove_all(std::vector<specimens::bare_note_key>{{"ada-1"}, {"bob-1"}}).count == 1
    );
    CHECK(mine.update({"ada-1"}, {.text = "changed"})->text == "changed");
    CHECK(mine.list().size() == 2);
    CHECK(mine.insert({.slug = "ada-3"}).slug == "ada-3");
    CHECK(mine.count() == 3);
}

TEST_CASE("a user without a token is told to bring one, and tables of the service need none") {
    filtered_notes on;
    CHECK_THROWS_AS(on.sessions.for_caller(carl, {.of = &on.facts}), weir::authentication_error);
    auto as_service = on.sessions.for_caller(carl, {.of = &weir::table_of<specimens::bare_note>});
    CHECK(notes_of_caller{as_service}.count() == 0);
    auto expired = carl;
    expired.token = weir::secret{"no-such-token"};
    auto session = on.sessions.for_caller(expired, {.of = &on.facts});
    CHECK_THROWS_AS(notes_of_caller{session}.count(), weir::authentication_error);
}

TEST_CASE("what is not granted to a user is refused, and not told") {
    filtered_notes on;
    workspace_process::shared().execute(
        "GRANT SELECT ON TABLE users_test.app_data.bare_notes TO `ada@example.com`"
    );
    const weir::http::session_purpose purpose{.of = &on.facts};
    auto adas = on.sessions.for_caller(ada, purpose);
    auto bobs = on.sessions.for_caller(bob, purpose);
    CHECK(notes_of_caller{adas}.count() == 2);
    CHECK_THROWS_AS(notes_of_caller{adas}.remove({"ada-1"}), weir::permission_error);
    CHECK_THROWS_AS(notes_of_caller{bobs}.count(), weir::permission_error);

    wh::workspace_transport over{on.client};
    wh::warehouse house{over, {.warehouse_id = "local"}};
    wh::catalog tables{on.client, house};
    const std::string name = "users_test.app_data.bare_notes";
    CHECK_NOTHROW(tables.describe(name, {.bearer = "dapi-ada"}));
    CHECK_THROWS_AS(tables.describe(name, {.bearer = "dapi-bob"}), weir::permission_error);
    auto seen = tables.query(name, {}, {.bearer = "dapi-ada"});
    std::size_t count = 0;
    while (seen.next())
        ++count;
    CHECK(count == 2);
}

TEST_CASE("who reads beside the service sees by the row filter what the schema says is theirs") {
    filtered_notes on;
    for (const auto* const statement :
         {"ALTER TABLE users_test.app_data.bare_notes DROP ROW FILTER",
          "DELETE FROM users_test.app_data.bare_notes",
          "INSERT INTO users_test.app_data.bare_notes VALUES ('ada@example.com', 'a'), "
          "('bob@example.com', 'c')"})
        workspace_process::shared().execute(statement);
    auto owned = weir::table_of<specimens::bare_note>;
    owned.access = {.rule = weir::access_rule::owner, .owner = 0};
    const std::array<const weir::table*, 1> tables{&owned};
    const auto service = ws::read_current_user(on.client).user_name;
    for (const auto& each : weir::sql::unity_policies(tables, service)) {
        auto statement =
            weir::sql::expand_places(each, weir::sql::dialect::databricks, [](std::string_view) {
                return std::string_view{"users_test.app_data."};
            });
        std::replace(statement.begin(), statement.end(), '\n', ' ');
        workspace_process::shared().execute(statement);
    }
    const weir::http::session_purpose purpose{.of = &on.facts};
    auto adas = on.sessions.for_caller(ada, purpose);
    CHECK(notes_of_caller{adas}.count() == 1);
    CHECK(notes_of_caller{adas}.find({"ada@example.com"}).has_value());
    auto bobs = on.sessions.for_caller(bob, purpose);
    CHECK_FALSE(notes_of_caller{bobs}.find({"ada@example.com"}).has_value());
    auto as_service = on.sessions.for_caller(carl, {.of = &weir::table_of<specimens::bare_note>});
    CHECK(notes_of_caller{as_service}.count() == 2);
}

TEST_CASE("a late read is left to run where its table says so, though its client did not") {
    filtered_notes on;
    const auto& at = workspace_process::shared();
    at.change(R"({"cold_start_ms": 1500})");
    for (const bool is_async : {false, true}) {
        CAPTURE(is_async);
        at.stop_warehouse();
        auto facts = weir::table_of<specimens::bare_note>;
        facts.api.async = is_async;
        const auto deferral = std::make_shared<weir::statement_deferral>();
        auto session = on.sessions.for_caller(carl, {.of = &facts, .deferral = deferral});
        notes_of_caller notes{
            session, {.until = weir::deadline::in(std::chrono::milliseconds{300})}
        };
        CHECK_THROWS_AS(notes.count(), weir::error);
        CHECK(deferral->left.has_value() == is_async);
    }
    at.change(R"({"cold_start_ms": 0})");
    auto session = on.sessions.for_caller(carl, {.of = &weir::table_of<specimens::bare_note>});
    CHECK(notes_of_caller{session}.count() == 0);
}
