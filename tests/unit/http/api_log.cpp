// SPDX-License-Identifier: Apache-2.0
#include <weir/http/api_log.hpp>

#include <algorithm>
#include <catch.hpp>
#include <exception>
#include <fake_session.hpp>
#include <field_ops.weir.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace api_log_cases {

using namespace weir;
using namespace weir::http;

TEST_CASE("values of private and personal columns are not kept, wherever they stand") {
    static constexpr std::string_view tags[]{"pii"};
    const column columns[]{
        {.name = "id", .type = {.kind = type::int64}},
        {.name = "email", .type = {.kind = type::string}, .tags = tags},
        {.name = "salt", .type = {.kind = type::string}, .is_private = true},
    };
    table people{.name = "people"};
    people.columns = columns;
    kept_out names;
    names.add(people);
    CHECK(
        scrubbed_body(R"({"id":1,"Email":"a@b.c","salt":{"x":[1]}})", names) ==
        R"({"id":1,"Email":"***","salt":"***"})"
    );
    CHECK(
        scrubbed_body(R"([{"email":"a@b.c"},[{"salt":1}],"a"])", names) ==
        R"([{"email":"***"},[{"salt":"***"}],"a"])"
    );
    CHECK(
        scrubbed_body(R"({"value":"a@b.c","op":"=","column":"email"})", names) ==
        R"({"value":"***","op":"=","column":"email"})"
    );
    CHECK(
        scrubbed_body(
            R"({"key_column":"email","key_values":["a@b.c"],"updates":{"id":2}})", names
        ) == R"({"key_column":"email","key_values":"***","updates":{"id":2}})"
    );
    CHECK(scrubbed_body(R"({"column":"id","value":7})", names) == R"({"column":"id","value":7})");
    CHECK(scrubbed_body("{\"id\":", names) == "(6 bytes that are not kept)");
    CHECK(scrubbed_body("", names).empty());
}

TEST_CASE("a trace tells every cause, its place in the code, and nothing of a server's words") {
    std::exception_ptr thrown;
    try {
        try {
            throw statement_error{
                "The statement failed", {.sqlstate = "42P01", .server_text = "secret detail"}
            };
        } catch (...) {
            std::throw_with_nested(connection_error{"The unit of work ended"});
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    const auto told = trace_of(thrown);
    CHECK(told.type == "connection_error");
    CHECK(told.message == "The unit of work ended");
    CHECK(told.causes.starts_with("connection_error: The unit of work ended\n    at "));
    CHECK(
        told.causes.find("caused by statement_error: The statement failed [42P01]") !=
        std::string::npos
    );
    CHECK(told.causes.find("api_log.cpp:") != std::string::npos);
    CHECK(told.causes.find("secret") == std::string::npos);
    CHECK(trace_of(nullptr).type.empty());
}

TEST_CASE("the words of a driver below a failure of weir's are not kept either") {
    std::exception_ptr thrown;
    try {
        try {
            throw std::runtime_error{"ERROR:  23505: Key (email)=(canary) already exists"};
        } catch (...) {
            std::throw_with_nested(conflict_error{"another row has it", {.sqlstate = "23505"}});
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    const auto told = trace_of(thrown);
    CHECK(told.causes.find("another row has it [23505]") != std::string::npos);
    CHECK(told.causes.find("caused by std::exception") != std::string::npos);
    CHECK(told.causes.find("canary") == std::string::npos);
}

TEST_CASE("a request that asks another route is one row, with that route's table and failure") {
    test::fake_database database;
    const sessions into{
        [&]() -> any_session {
            return any_session{test::fake_session<nobody>{database, {}, sql::dialect::postgres}};
        },
        [](const caller&) -> any_caller_session { throw connection_error{"unused"}; },
    };
    const table orders{.name = "orders"};
    router routes;
    routes.add("GET", "/api/v1/orders", [](const request&) -> response {
        throw statement_error{"it failed in there"};
    });
    routes.add("GET", "/rest/v1/{table}", [](const request& asked) {
        auto inner = asked;
        inner.target = "/api/v1/" + std::string{asked.parameter("table")};
        return asked.routes->handle(std::move(inner));
    });
    api_log kept{
        into,
        {.place = "app_data", .tables = {{&orders, "a_catalog", "app_data", "/api/v1/orders"}}}
    };
    routes.observe_failures([&](const auto& seen) { kept.see(seen); });
    request asked;
    asked.method = "GET";
    asked.target = "/rest/v1/orders";
    CHECK(routes.handle(std::move(asked)).status == 500);
    kept.stop();
    REQUIRE(database.statements.size() == 1);
    const auto& row = database.statements.front().arguments;
    const auto has = [&](std::string_view text) {
        return std::any_of(row.begin(), row.end(), [&](const auto& each) {
            return each && each->find(text) != std::string::npos;
        });
    };
    CHECK(has("/rest/v1/orders"));
    CHECK(has("a_catalog"));
    CHECK(has("statement_error"));
    CHECK(has("it failed in there"));
}

TEST_CASE("an api_log whose database fails loses rows, counts them and says so") {
    std::string lines;
    const logger log{string_sink(lines)};
    const sessions nowhere{
        []() -> any_session { throw connection_error{"refused"}; },
        [](const caller&) -> any_caller_session { throw connection_error{"refused"}; },
    };
    router routes;
    api_log kept{nowhere, {.place = "=x", .most_waiting = 2, .log = &log}};
    routes.observe_failures([&](const auto& seen) { kept.see(seen); });
    for (int at = 0; at < 20; ++at) {
        request asked;
        asked.method = "GET";
        asked.target = "/nothing";
        CHECK(routes.handle(std::move(asked)).status == 404);
    }
    kept.stop();
    CHECK(kept.lost() == 20);
    CHECK(kept.written() == 0);
    CHECK(lines.find("api_log: rows were lost") != std::string::npos);
}

} // namespace api_log_cases
