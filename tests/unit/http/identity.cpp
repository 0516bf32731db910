// SPDX-License-Identifier: Apache-2.0
#include <weir/http/identity.hpp>

#include <catch.hpp>
#include <string>

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
