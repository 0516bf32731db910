// SPDX-License-Identifier: Apache-2.0
// Rows of the jobs table between instances of a service: claims, leases, owners, retention.
#include <weir/data/create_tables.hpp>
#include <weir/data/job_records.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fixture.hpp"

using namespace test;
using weir::claimed_job;
using weir::job_state;

namespace {

constexpr weir::table jobs = weir::job_table({.space = "test", .place = "place"});

struct desk {
    explicit desk(std::string_view purpose)
        : schema(postgres_server::shared(), purpose), connections(schema.options()) {
        auto session = connections.session(nobody{});
        const std::array<const weir::table*, 1> tables{&jobs};
        weir::create_tables(session, tables);
        // What is there stays, policies too.
        weir::create_tables(session, tables);
    }

    [[nodiscard]] weir::any_session for_nobody() {
        return weir::any_session{connections.session(nobody{})};
    }

    [[nodiscard]] weir::any_session of(const std::string& user) {
        return weir::any_session{
            connections.session(weir::caller{.id = user, .email = user + "@example.com"})
        };
    }

    std::string add(const std::string& user, std::string_view input = "1") {
        auto session = of(user);
        return records.add(session, {.kind = "count", .input = input, .request_id = "r-1"});
    }

    std::optional<claimed_job> claim(std::chrono::milliseconds lease = 1h) {
        auto session = for_nobody();
        const std::vector<std::string> kinds{"other", "count"};
        return records.claim(session, kinds, lease, deadline{});
    }

    [[nodiscard]] std::string look(const std::string& what) const {
        return schema.server().as_superuser(
            "select " + what + " from \"" + schema.name() + "\".weir_jobs"
        );
    }

    own_schema schema;
    pool connections;
    weir::job_records records{jobs, 1h};
};

} // namespace

TEST_CASE("jobs are claimed in the order they came, each once, with all they need") {
    desk on{"claims"};
    const auto first = on.add("ada", R"({"a": [1, "x"]})");
    const auto second = on.add("bob");
    auto session = on.for_nobody();
    const std::vector<std::string> others{"other"};
    CHECK_FALSE(on.records.claim(session, others, 1h, deadline{}));
    CHECK_FALSE(on.records.claim(session, {}, 1h, deadline{}));

    const auto job = on.claim();
    REQUIRE(job);
    CHECK(job->id == first);
    CHECK(job->kind == "count");
    CHECK(job->owner == "ada");
    CHECK(job->actor == "ada@example.com");
    CHECK(job->request_id == "r-1");
    CHECK(job->input == R"({"a": [1, "x"]})");
    CHECK(job->attempts == 1);
    CHECK_FALSE(job->saved);
    CHECK_FALSE(job->cancel_requested);
    CHECK(on.claim()->id == second);
    CHECK_FALSE(on.claim());
}

TEST_CASE("a job that another claims at the same time is passed over, not waited for") {
    desk on{"passed_over"};
    on.add("ada");
    const auto second = on.add("ada");
    auto holding = on.connections.session(nobody{});
    auto unit = holding.begin(deadline{});
    (void)unit.execute(
        {.text = "select 1 from @{place}\"weir_jobs\" order by due_at limit 1 for update",
         .table = "weir_jobs",
         .reach = weir::sql::reach::everybody},
        {},
        deadline{}
    );
    CHECK(on.claim()->id == second);
    unit.rollback();
}

TEST_CASE("a job may not begin before its delay, and is claimed again once its lease has ended") {
    desk on{"leases"};
    auto session = on.of("ada");
    static_cast<void>(
        on.records.add(session, {.kind = "count", .input = "1", .request_id = "r", .delay = 1h})
    );
    CHECK_FALSE(on.claim());
    const auto id = on.add("ada");
    const auto lost = on.claim(0ms);
    REQUIRE(lost);
    CHECK(on.records.save(session, *lost, R"({"at": 7})", deadline{}));
    const auto mine = on.claim();
    REQUIRE(mine);
    CHECK(mine->id == id);
    CHECK(mine->attempts == 2);
    CHECK(mine->saved == R"({"at": 7})");
    CHECK(mine->holder != lost->holder);
    CHECK(on.look("count(*)") == "2");

    // Whoever has lost it writes nothing any more, in whichever way.
    auto nobodys = on.for_nobody();
    CHECK_FALSE(on.records.renew(nobodys, *lost, 1h, 50, "late", deadline{}));
    CHECK_FALSE(on.records.save(nobodys, *lost, "8", deadline{}));
    CHECK_FALSE(on.records.finish(nobodys, *lost, {.result = "8"}, deadline{}));
    CHECK_FALSE(on.records.give_back(nobodys, *lost, 0ms, true, deadline{}));

    CHECK(on.records.renew(nobodys, *mine, 1h, 50, "half", deadline{}));
    CHECK(on.look("max(message)") == "half");
    CHECK(on.records.finish(nobodys, *mine, {.result = "[1]", .link = "/x"}, deadline{}));
    CHECK_FALSE(on.records.finish(nobodys, *mine, {.result = "[2]"}, deadline{}));
    CHECK(on.look("string_agg(result::text || link || progress, ',')") == "[1]/x100");
}

TEST_CASE("a job given back begins again, and counts as an attempt or not") {
    desk on{"given_back"};
    on.add("ada");
    auto session = on.for_nobody();
    CHECK(on.records.give_back(session, *on.claim(), 0ms, false, deadline{}));
    CHECK(on.look("state || attempts") == "pending0");
    CHECK(on.records.give_back(session, *on.claim(), 0ms, true, deadline{}));
    const auto third = on.claim();
    CHECK(third->attempts == 2);
    CHECK(on.records.give_back(session, *third, 1h, true, deadline{}));
    CHECK_FALSE(on.claim());
}

TEST_CASE("only its owner cancels a job, and only one that is not over") {
    desk on{"cancels"};
    auto ada = on.of("ada");
    auto bob = on.of("bob");
    auto session = on.for_nobody();
    const auto id = on.add("ada");
    CHECK_FALSE(on.records.cancel(bob, id, deadline{}));
    CHECK_THROWS_AS(on.records.cancel(session, id, deadline{}), weir::authentication_error);
    CHECK_THROWS_AS(
        on.records.add(session, {.kind = "count", .input = "1"}), weir::authentication_error
    );
    CHECK(on.records.cancel(ada, id, deadline{}));
    CHECK(on.look("state") == "cancelled");
    CHECK(on.look("due_at is null and finished_at is not null and expires_at > now()") == "t");
    CHECK_FALSE(on.records.cancel(ada, id, deadline{}));
    CHECK_FALSE(on.claim());

    const auto running = on.add("ada");
    const auto job = on.claim();
    const std::vector<std::string> ids{id, running};
    CHECK(on.records.cancelled_among(session, {}, deadline{}).empty());
    CHECK(on.records.cancel(ada, running, deadline{}));
    CHECK(on.look("count(*) filter (where state = 'running' and due_at is not null)") == "1");
    const auto found = on.records.cancelled_among(session, ids, deadline{});
    CHECK(std::set<std::string>(found.begin(), found.end()) == std::set<std::string>{id, running});
    // What is given back then is not begun again.
    CHECK(on.records.give_back(session, *job, 0ms, true, deadline{}));
    CHECK(on.look("count(*) filter (where state = 'cancelled' and due_at is null)") == "2");
    CHECK_FALSE(on.claim());
}

TEST_CASE("the database itself keeps jobs from whoever is not their owner") {
    desk on{"job_policies"};
    on.add("ada");
    const auto seen_by = [&](weir::any_session session) {
        auto rows = session.execute(
            {.text = "select count(*) from @{place}\"weir_jobs\"", .table = "weir_jobs"},
            {},
            deadline{}
        );
        return std::string{rows.next()->front().text};
    };
    CHECK(seen_by(on.of("ada")) == "1");
    CHECK(seen_by(on.of("bob")) == "0");
    CHECK(seen_by(on.for_nobody()) == "0");
}

TEST_CASE("jobs are forgotten once they have expired, a few at a time") {
    desk on{"forgotten"};
    const weir::job_records at_once{jobs, 0ms};
    auto session = on.for_nobody();
    for (int at = 0; at < 3; ++at) {
        on.add("ada");
        const auto job = on.claim();
        const job_state state = at == 0 ? job_state::failed : job_state::completed;
        CHECK(at_once.finish(session, *job, {.state = state}, deadline{}));
    }
    on.add("ada");
    CHECK(on.records.purge_expired(session, 2, deadline{}) == 2);
    CHECK(on.records.purge_expired(session, 2, deadline{}) == 1);
    CHECK(on.records.purge_expired(session, 2, deadline{}) == 0);
    CHECK(on.look("state") == "pending");
}
