// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/host.hpp>

#include <catch.hpp>
#include <string_view>

namespace host_cases {

using namespace weir::workspace;

TEST_CASE("a host is https unless it says otherwise, and loses path, query and slash") {
    CHECK(parse_host("dbc-1.cloud.databricks.com").origin == "https://dbc-1.cloud.databricks.com");
    CHECK(parse_host("https://h.net/").origin == "https://h.net");
    CHECK(parse_host("https://h.net:8443/sql/x?o=1#top").origin == "https://h.net:8443");
    CHECK(parse_host("http://127.0.0.1:18080").origin == "http://127.0.0.1:18080");
    CHECK(parse_host("h.net/?next=http://other").origin == "https://h.net");
}

TEST_CASE("a pasted URL tells workspace and account") {
    CHECK(parse_host("https://h.net/?o=123").workspace_id == "123");
    CHECK(parse_host("https://h.net/x?a=acc&workspace_id=7#x?o=9").workspace_id == "7");
    CHECK(parse_host("https://h.net/?account_id=acc").account_id == "acc");
    CHECK(parse_host("https://h.net/?w=name").workspace_id == "name");
    CHECK(parse_host("https://h.net/?o=text").workspace_id.empty());
}

TEST_CASE("what is no web address is refused") {
    for (const auto* text : {"", "https://", "ftp://h", "a b", "user@h", "h\n"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_host(text), weir::configuration_error);
    }
}

TEST_CASE("account consoles are told by their prefix") {
    CHECK(is_account_console("https://accounts.cloud.databricks.com"));
    CHECK(is_account_console("https://accounts-dod.cloud.databricks.mil"));
    CHECK_FALSE(is_account_console("https://accountsx.net"));
    CHECK_FALSE(is_account_console("http://127.0.0.1:1"));
}

} // namespace host_cases
