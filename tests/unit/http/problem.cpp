// SPDX-License-Identifier: Apache-2.0
#include <weir/http/problem.hpp>

#include <catch.hpp>
#include <string>

namespace problem_cases {

namespace {

using namespace weir;
using namespace weir::http;

} // namespace

TEST_CASE("each kind of error has its status and code") {
    CHECK(problem_of(validation_error{{}}).status == 400);
    CHECK(problem_of(authentication_error{"who are you"}).status == 401);
    CHECK(problem_of(permission_error{"no"}).status == 403);
    CHECK(problem_of(not_found_error{"no"}).status == 404);
    CHECK(problem_of(conflict_error{"no"}).status == 409);
    CHECK(problem_of(precondition_error{"no"}).status == 412);
    CHECK(problem_of(statement_error{"no"}).status == 500);
    CHECK(problem_of(connection_error{"no"}).status == 503);
    CHECK(problem_of(timeout_error{"no"}).status == 504);
    CHECK(problem_of(decode_error{"no"}).status == 500);
    CHECK(problem_of(configuration_error{"no"}).status == 500);
    CHECK(problem_of(std::make_exception_ptr(conflict_error{"no"})).code == "conflict");
    CHECK(problem_of(std::make_exception_ptr(42)).code == "internal");
}

TEST_CASE("a refused statement is the client's fault where its data was") {
    CHECK(problem_of(statement_error{"x", {.sqlstate = "22003"}}).status == 400);
    CHECK(problem_of(statement_error{"x", {.sqlstate = "23514"}}).status == 400);
    CHECK(problem_of(statement_error{"x", {.sqlstate = "53300"}}).status == 503);
    CHECK(problem_of(statement_error{"x", {.sqlstate = "42P01"}}).status == 500);
}

TEST_CASE("our own credentials failing is not the caller's 401") {
    CHECK(problem_of(authentication_error{"x", {.sqlstate = "28P01"}}).status == 503);
    CHECK(problem_of(authentication_error{"x", {.server_text = "token"}}).status == 503);
}

TEST_CASE("internal failures never show their words") {
    CHECK(problem_of(statement_error{"insert into wells"}).message == "Database operation failed");
    CHECK(problem_of(connection_error{"host db1"}).message == "Database operation failed");
    CHECK(problem_of(decode_error{"column x"}).message == "Internal server error");
    CHECK(problem_of(configuration_error{"PGHOST"}).message == "Internal server error");
}

TEST_CASE("an error body is the one shape") {
    const validation_error failed{
        {{"int_type", {"body", "data", std::size_t{0}, "order_id"}, "an \"integer\""}},
        "Schema validation failed",
        {{"order_id", "BIGINT", false}}
    };
    CHECK(
        problem_body(problem_of(failed), "id-1") ==
        R"({"error":true,"message":"Schema validation failed","details":{"errors":[{"type":"int_type",)"
        R"("loc":["body","data",0,"order_id"],"msg":"an \"integer\""}],"expected_schema":[{"name":"order_id",)"
        R"("type":"BIGINT","nullable":false}]},"type":"about:blank","title":"Bad Request","status":400,)"
        R"("code":"validation","request_id":"id-1"})"
    );
    CHECK(
        problem_body({}, "id-2") ==
        R"({"error":true,"message":"Internal server error","details":{"errors":[]},"type":"about:blank",)"
        R"("title":"Internal Server Error","status":500,"code":"internal","request_id":"id-2"})"
    );
}

TEST_CASE("503 says when to come back, 401 how to identify") {
    const auto busy = problem_response(problem_of(connection_error{"x"}), "id");
    CHECK(busy.headers.find("Retry-After") == "1");
    CHECK(busy.headers.find("X-Request-ID") == "id");
    CHECK(busy.headers.find("Content-Type") == "application/json");
    const auto unknown = problem_response(problem_of(authentication_error{"x"}), "id");
    CHECK(unknown.headers.find("WWW-Authenticate") == "Bearer");
}

} // namespace problem_cases
