// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/failure.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace failure_cases {

using namespace weir::workspace;

TEST_CASE("every shape of refusal is understood") {
    const auto standard = read_refusal(
        404,
        R"({"error_code":"NOT_FOUND","message":"gone","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","domain":"d"},{"@type":"type.googleapis.com/google.rpc.RequestInfo","request_id":"q"},{"@type":"new","x":[1]}]})"
    );
    CHECK(standard.error_code == "NOT_FOUND");
    CHECK(standard.message == "gone");
    CHECK(standard.reason == "R");
    CHECK(standard.request_id == "q");
    CHECK(read_refusal(403, R"({"error_code":403,"message":"m"})").error_code == "403");
    CHECK(read_refusal(400, R"({"error":"plain sentence"})").message == "plain sentence");
    const auto login =
        read_refusal(401, R"({"error":"invalid_client","error_description":"failed"})");
    CHECK(login.error_code == "invalid_client");
    CHECK(login.message == "failed");
    CHECK(read_refusal(401, R"({"errorCode":"E1","errorSummary":"s"})").error_code == "E1");
    const auto scim = read_refusal(404, R"({"detail":"no user","status":"404","scimType":"x"})");
    CHECK(scim.error_code == "SCIM_404");
    CHECK(scim.message == "no user");
    const auto plain = read_refusal(400, "MALFORMED_REQUEST: not json");
    CHECK(plain.error_code == "MALFORMED_REQUEST");
    CHECK(plain.message == "not json");
    CHECK(read_refusal(502, "<html><title>Bad Gateway</title></html>").message == "Bad Gateway");
    CHECK(read_refusal(502, "<html><pre class='x'>inner</pre>").message == "inner");
    CHECK(read_refusal(404, "").message.empty());
    CHECK(read_refusal(500, "{cut").message == "{cut");
    CHECK(read_refusal(500, std::string(5000, 'x')).message.size() == 1024);
    CHECK(read_refusal(400, "[1]").message == "[1]");
}

TEST_CASE("an error code wins over the status") {
    CHECK(
        kind_of(read_refusal(400, R"({"error_code":"RESOURCE_DOES_NOT_EXIST"})")) ==
        refusal_kind::not_found
    );
    CHECK(
        kind_of(read_refusal(400, R"({"error_code":"SOMETHING_NEW"})")) == refusal_kind::bad_request
    );
    CHECK(
        kind_of(read_refusal(503, R"({"error_code":"SOMETHING_NEW"})")) == refusal_kind::unavailable
    );
    CHECK(
        kind_of(read_refusal(
            400, R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Job 7 does not exist."})"
        )) == refusal_kind::not_found
    );
    CHECK(
        kind_of(read_refusal(
            400, R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Job name does not fit"})"
        )) == refusal_kind::bad_request
    );
}

TEST_CASE("a request that was not accepted is told by status or by what is said") {
    CHECK(was_not_accepted(read_refusal(429, "")));
    CHECK(was_not_accepted(read_refusal(503, "")));
    CHECK(was_not_accepted(read_refusal(
        400, R"({"message":"Cluster 1 does not have any associated worker environments"})"
    )));
    CHECK_FALSE(was_not_accepted(read_refusal(500, R"({"message":"deadline exceeded"})")));
}

TEST_CASE("an SQLSTATE is found in the message, if it is one") {
    CHECK(sqlstate_in("[X] text. SQLSTATE: 42P01 (line 1)") == "42P01");
    CHECK(sqlstate_in("text. SQLSTATE: 42").empty());
    CHECK(sqlstate_in("text. SQLSTATE: none!").empty());
    CHECK(sqlstate_in("nothing").empty());
}

TEST_CASE("a code that is no plain word stays out of the message") {
    try {
        raise(
            read_refusal(400, R"({"error_code":"<b>x</b>","message":"m SQLSTATE: 42601"})"),
            "GET /x",
            false,
            true
        );
    } catch (const weir::statement_error& failed) {
        CHECK(std::string_view{failed.what()} == "GET /x: the workspace answered 400");
        CHECK(failed.sqlstate() == "42601");
        CHECK(failed.outcome_unknown());
        REQUIRE(refusal_of(failed) != nullptr);
        CHECK(refusal_of(failed)->error_code == "<b>x</b>");
    }
    CHECK(refusal_of(weir::timeout_error{"t"}) == nullptr);
}

} // namespace failure_cases
