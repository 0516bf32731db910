// SPDX-License-Identifier: Apache-2.0
#include <weir/http/identity.hpp>

#include <catch.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace identity_cases {

namespace {

using namespace weir::http;

headers forwarded() {
    headers sent;
    sent.add("X-Forwarded-User", "4711");
    sent.add("X-Forwarded-Email", "ada@example.com");
    sent.add("X-Forwarded-Preferred-Username", "Ada");
    sent.add("X-Real-Ip", "10.1.2.3");
    return sent;
}

} // namespace

TEST_CASE("a trusted proxy's headers make the caller") {
    const auto who = identify(forwarded(), "127.0.0.1", {.trusted = true});
    REQUIRE(who);
    CHECK(who->id == "4711");
    CHECK(who->email == "ada@example.com");
    CHECK(who->name == "Ada");
    CHECK(who->address == "10.1.2.3");
    CHECK(who->actor() == "ada@example.com");
    CHECK(who->groups.empty());
}

TEST_CASE("without trust the headers are ignored") {
    CHECK_FALSE(identify(forwarded(), "127.0.0.1", {}));
    const auto local = identify(forwarded(), "127.0.0.1", {.trusted = false, .local_user = "dev"});
    REQUIRE(local);
    CHECK(local->id == "dev");
    CHECK(local->email.empty());
    CHECK(local->address == "127.0.0.1");
}

TEST_CASE("a trusted request without a user is nobody's, whatever the local user is") {
    CHECK_FALSE(identify({}, "127.0.0.1", {.trusted = true, .local_user = "dev"}));
}

TEST_CASE("an identity sent twice or not as plain text is nobody's") {
    auto twice = forwarded();
    twice.add("x-forwarded-user", "admin");
    CHECK_FALSE(identify(twice, "", {.trusted = true}));
    for (const auto& id :
         {std::string{},
          std::string{"  "},
          std::string{"a\rb"},
          std::string{"\xff"},
          std::string(256, 'x')}) {
        headers sent;
        sent.add("X-Forwarded-User", id);
        CHECK_FALSE(identify(sent, "", {.trusted = true}));
    }
}

TEST_CASE("a lone user id is enough, and the connection's address stands in") {
    headers sent;
    sent.add("X-Forwarded-User", "4711");
    const auto who = identify(sent, "10.0.0.9", {.trusted = true});
    REQUIRE(who);
    CHECK(who->address == "10.0.0.9");
    CHECK(who->actor() == "4711");
}

TEST_CASE("groups come from the header that is trusted for them, and from no other") {
    auto sent = forwarded();
    sent.add("X-Groups", " support , admins,,");
    CHECK(identify(sent, "", {.trusted = true})->groups.empty());
    const trust_settings trust{.trusted = true, .groups = {.header = "X-Groups"}};
    CHECK(identify(sent, "", trust)->groups == std::vector<std::string>{"support", "admins"});
    // Without trust they are whatever a client likes.
    CHECK(identify(sent, "", {.local_user = "dev", .groups = trust.groups})->groups.empty());
    sent.add("X-Groups", "owners");
    CHECK(identify(sent, "", trust)->groups.empty());
}

TEST_CASE("groups come from a claim of the user's token") {
    const auto groups = [](const std::string& payload, const std::string& claim = "groups") {
        std::string token = "e30.";
        weir::append_base64url(token, std::as_bytes(std::span{payload}));
        auto sent = forwarded();
        sent.add("X-Forwarded-Access-Token", token + ".c2ln");
        return identify(sent, "", {.trusted = true, .groups = {.claim = claim}})->groups;
    };
    using list = std::vector<std::string>;
    CHECK(
        groups(R"({"sub":"x","groups":["support","a \"b\""],"exp":1})") ==
        list{"support", "a \"b\""}
    );
    CHECK(groups(R"({"role":"admins"})", "role") == list{"admins"});
    CHECK(groups(R"({"groups":[1,null,"support",{"groups":"no"}]})") == list{"support"});
    CHECK(groups(R"({"other":["support"],"in":{"groups":["no"]}})").empty());
    CHECK(groups(R"({"groups":["support")").empty());
    CHECK(groups("no object").empty());
    auto without_token = forwarded();
    CHECK(identify(without_token, "", {.trusted = true, .groups = {.claim = "groups"}})
              ->groups.empty());
    without_token.add("X-Forwarded-Access-Token", "dapi0123");
    CHECK(identify(without_token, "", {.trusted = true, .groups = {.claim = "groups"}})
              ->groups.empty());
}

} // namespace identity_cases
