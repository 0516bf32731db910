// SPDX-License-Identifier: Apache-2.0
// A server that goes away, comes back, and changes its mind about passwords.
#include <weir/lakebase/session.hpp>

#include <atomic>
#include <mutex>

#include "fixture.hpp"

using namespace test;
using weir::secret;
using weir::lakebase::password_need;

namespace {

/// The passwords asked for, and why.
struct counted_password {
    std::mutex guard;
    std::string current = "first-password";
    int connects = 0;
    int refusals = 0;

    weir::lakebase::password_provider provider() {
        return [this](password_need need) {
            const std::lock_guard hold{guard};
            ++(need == password_need::refused ? refusals : connects);
            return secret{std::string_view{current}};
        };
    }
};

weir::lakebase::options over_tcp(const own_postgres_server& server) {
    return {
        .host = "127.0.0.1",
        .port = server->port(),
        .user = "weir_scram",
        .schema = "app_data",
        .kept = 1,
        .overflow = 0
    };
}

} // namespace

TEST_CASE("a restarted server is found again") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    server->as_superuser("create schema app_data authorization weir_app");
    auto how = server->options("app_data");
    how.connect_attempts = 50;
    pool connections{how};
    auto session = connections.session(nobody{});
    (void)session.execute(
        ddl("create table @{place}\"things\" (id bigint primary key, name text)"), {}, deadline{}
    );

    std::atomic<bool> stop{false};
    std::atomic<int> done{0};
    std::atomic<int> lost{0};
    std::atomic<int> other{0};
    std::vector<std::thread> users;
    for (int number = 0; number < 4; ++number) {
        users.emplace_back([&, number] {
            auto own = connections.session(nobody{});
            for (int time = 0; !stop; ++time) {
                try {
                    const auto id = std::to_string(number * 1'000'000 + time);
                    change(own, "insert into @{place}\"things\" values ($1, 'x')", with({id}));
                    ++done;
                } catch (const weir::connection_error&) {
                    ++lost;
                } catch (const std::exception&) {
                    ++other;
                }
            }
        });
    }
    REQUIRE(eventually([&] { return done > 100; }));
    server.restart();
    const int before = done;
    CHECK(eventually([&] { return done > before + 100; }));
    stop = true;
    for (auto& user : users)
        user.join();
    CHECK(other == 0);
    // At most what was under way when the server went: connecting waits for it to come back.
    CHECK(lost <= 4);
    CHECK(std::stoi(one(session, "select count(*) from @{place}\"things\"")) >= done);
}

TEST_CASE("a server that is not there is a retryable error, and no connection is leaked") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    auto how = server->options("public");
    how.connect_attempts = 2;
    pool connections{how};
    auto session = connections.session(nobody{});
    CHECK(one(session, "select 1") == "1");
    server.stop();
    for (int time = 0; time < 20; ++time) {
        const auto gone = failure_of<weir::connection_error>([&] { one(session, "select 1"); });
        CHECK(gone.retryable());
        CHECK_FALSE(gone.outcome_unknown());
        CHECK_FALSE(gone.server_text().empty());
    }
    CHECK(connections.statistics().in_use == 0);
    CHECK(connections.statistics().failed_connects >= 20);
    server.start();
    CHECK(one(session, "select 1") == "1");
}

TEST_CASE("a server that is away is left alone, and found again once its pause is over") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    std::atomic<int> logins{0};
    std::chrono::steady_clock::time_point now{};
    auto how = server->options("public");
    how.connect_attempts = 2;
    how.breaker = {.failures = 3, .pause = 1s, .now = [&] { return now; }};
    pool connections{how, [&](weir::lakebase::password_need) {
                         ++logins;
                         return weir::secret{};
                     }};
    auto session = connections.session(nobody{});
    CHECK(one(session, "select 1") == "1");
    server.stop();
    const auto fail = [&] {
        const auto gone = failure_of<weir::connection_error>([&] { one(session, "select 1"); });
        CHECK(gone.retryable());
        CHECK_FALSE(gone.outcome_unknown());
    };
    fail();
    CHECK(connections.circuit() == weir::breaker_state::closed);
    fail();
    CHECK(connections.circuit() == weir::breaker_state::open);
    const auto before = connections.statistics().failed_connects;
    CHECK(before == 3);
    for (int time = 0; time < 100; ++time)
        fail();
    CHECK(connections.statistics().failed_connects == before);
    CHECK(connections.statistics().in_use == 0);
    CHECK(logins == 4);
    server.start();
    fail();
    now += 1s;
    CHECK(one(session, "select 1") == "1");
    CHECK(connections.circuit() == weir::breaker_state::closed);
}

TEST_CASE("a server that refuses is not left alone") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    auto how = server->options("public");
    how.user = "nobody_of_that_name";
    how.breaker = {.failures = 1};
    pool connections{how};
    auto session = connections.session(nobody{});
    for (int time = 0; time < 3; ++time)
        CHECK_THROWS_AS(one(session, "select 1"), weir::authentication_error);
    CHECK(connections.circuit() == weir::breaker_state::closed);
}

TEST_CASE("the password is asked for before each connect, and again when it is refused") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    counted_password password;
    pool connections{over_tcp(server), password.provider()};
    auto session = connections.session(nobody{});
    CHECK(one(session, "select current_user") == "weir_scram");
    CHECK(password.connects == 1);
    CHECK(one(session, "select 1") == "1");
    CHECK(password.connects == 1);

    // Rotated: connections that exist stay, new ones use the new password.
    server->as_superuser("alter role weir_scram password 'second-password'");
    CHECK(one(session, "select 1") == "1");
    server->as_superuser(
        "select pg_terminate_backend(" + one(session, "select pg_backend_pid()") + ", 5000)"
    );
    {
        const std::lock_guard hold{password.guard};
        password.current = "second-password";
    }
    CHECK(one(session, "select 1") == "1");
    CHECK(password.connects == 2);
    CHECK(password.refusals == 0);

    // A stale password: the provider hears that it was refused, once, and may know better.
    server->as_superuser("alter role weir_scram password 'third-password'");
    server->as_superuser(
        "select pg_terminate_backend(" + one(session, "select pg_backend_pid()") + ", 5000)"
    );
    const auto refused = failure_of<weir::authentication_error>([&] { one(session, "select 1"); });
    CHECK(refused.sqlstate() == "28P01");
    CHECK(std::string_view{refused.what()}.find("second-password") == std::string_view::npos);
    CHECK(refused.server_text().find("second-password") == std::string_view::npos);
    CHECK(password.refusals == 1);
    CHECK(connections.statistics().in_use == 0);
    {
        const std::lock_guard hold{password.guard};
        password.current = "third-password";
    }
    CHECK(one(session, "select 1") == "1");
}

TEST_CASE("a provider's own failure reaches the caller and leaks no connection") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    pool connections{over_tcp(server), [](password_need) -> secret {
                         throw weir::connection_error{"no token today"};
                     }};
    auto session = connections.session(nobody{});
    for (int time = 0; time < 3; ++time) {
        CHECK_THROWS_AS(one(session, "select 1"), weir::connection_error);
    }
    CHECK(connections.statistics().in_use == 0);
}

TEST_CASE("a wrong database name is a setting to correct") {
    auto how = postgres_server::shared().options("app_data");
    how.database = "not_there";
    pool connections{how};
    auto session = connections.session(nobody{});
    const auto refused = failure_of<weir::configuration_error>([&] { one(session, "select 1"); });
    CHECK(refused.sqlstate() == "3D000");
}
