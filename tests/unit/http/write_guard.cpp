// SPDX-License-Identifier: Apache-2.0
#include <weir/http/write_guard.hpp>

#include <catch.hpp>
#include <fake_session.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace write_guard_cases {

using weir::http::request;
using weir::http::response;
using weir::test::fake_answer;
using weir::test::fake_database;
using weir::test::fake_session;

namespace {

constexpr weir::table things{.name = "things", .place = "shop"};

/// A backend without units of work, as a SQL warehouse is.
struct warehouse {
    fake_database database{};

    weir::http::sessions sessions() {
        return {
            [this] {
                return weir::any_session{fake_session<weir::nobody>{
                    database, weir::nobody{}, weir::sql::dialect::databricks
                }};
            },
            [this](const weir::caller& who) {
                return weir::any_caller_session{
                    fake_session<weir::caller>{database, who, weir::sql::dialect::databricks}
                };
            },
        };
    }

    [[nodiscard]] std::string verbs() const {
        std::string said;
        for (const auto& each : database.statements)
            said += each.text.substr(0, each.text.find(' ')) + " ";
        return said;
    }
};

weir::timestamp noon() {
    return {1'700'000'000'000'000};
}

constexpr const char* later = "2023-11-15T00:00:00.000000Z";

request post(std::string body = "{}") {
    static std::string kept;
    kept = std::move(body);
    request asked;
    asked.method = "POST";
    asked.target = asked.path = "/things";
    asked.body = kept;
    asked.request_id = "r";
    asked.headers.add("Idempotency-Key", "k");
    return asked;
}

weir::http::detail::write_guard guard_of(warehouse& on) {
    return {on.sessions(), things, {.clock = &noon}};
}

const auto make_it = [](const request&) {
    response made{.status = 201, .headers = {}, .body = "made", .stream = {}};
    made.headers.add("Location", "/things/1");
    return made;
};

const auto never = [](const request&) -> response {
    FAIL("it ran");
    return {};
};

std::string fingerprint() {
    return weir::http::detail::request_fingerprint(post());
}

class hooks_of_things : public weir::any_hooks {
public:
    hooks_of_things() : any_hooks(things) {}

    [[nodiscard]] bool surround(write /*what*/) const override { return true; }
};

} // namespace

TEST_CASE("without units of work a key is claimed before the write and completed after it") {
    warehouse on;
    const auto guard = guard_of(on);
    on.database.answers = {{.affected_rows = 1}};
    CHECK(guard.answer(post(), make_it).status == 201);
    CHECK(on.verbs() == "merge update delete ");
    const auto& kept = on.database.statements[1].arguments;
    CHECK(kept[0] == "201");
    CHECK(kept[1] == "Location: /things/1\n");
    CHECK(kept[2] == "made");
    // What has expired is deleted once in a while only.
    on.database.answers = {{.affected_rows = 1}};
    CHECK(guard.answer(post(), make_it).status == 201);
    CHECK(on.verbs() == "merge update delete merge update ");
}

TEST_CASE("without units of work a refused write gives its key free") {
    warehouse on;
    const auto guard = guard_of(on);
    on.database.answers = {{.affected_rows = 1}};
    CHECK(
        guard.answer(post(), [](const request&) { return response{.status = 409}; }).status == 409
    );
    CHECK(on.verbs().starts_with("merge delete "));
    on.database.statements.clear();
    on.database.answers = {{.affected_rows = 1}};
    CHECK_THROWS_AS(
        guard.answer(
            post(), [](const request&) -> response { throw weir::conflict_error{"taken"}; }
        ),
        weir::conflict_error
    );
    CHECK(on.verbs() == "merge delete ");
}

TEST_CASE("without units of work a write of unknown outcome keeps its claim") {
    warehouse on;
    const auto guard = guard_of(on);
    on.database.answers = {{.affected_rows = 1}};
    CHECK_THROWS_AS(
        guard.answer(
            post(),
            [](const request&) -> response {
                throw weir::connection_error{"lost", {.outcome_unknown = true}};
            }
        ),
        weir::connection_error
    );
    CHECK(on.verbs() == "merge ");
}

TEST_CASE("a key whose request runs elsewhere is answered 409, to be tried again") {
    warehouse on;
    const auto guard = guard_of(on);
    on.database.answers = {
        {.affected_rows = 0},
        {.rows = {{"id", fingerprint(), "0", std::nullopt, std::nullopt, later}}},
    };
    const auto made = guard.answer(post(), never);
    CHECK(made.status == 409);
    CHECK(made.headers.find("Retry-After") == "1");
    CHECK(made.body.find("idempotency_key_in_use") != std::string::npos);
}

TEST_CASE("a key whose request is done gives its answer; of another request it is refused") {
    warehouse on;
    const auto guard = guard_of(on);
    const auto answer_with = [&](std::string request_hash, const char* expires_at) {
        on.database.answers = {
            {.affected_rows = 0},
            {.rows =
                 {{"id", std::move(request_hash), "201", "Location: /things/1\n", "made", expires_at
                 }}},
        };
    };
    answer_with(fingerprint(), later);
    const auto again = guard.answer(post(), never);
    CHECK(again.status == 201);
    CHECK(again.body == "made");
    CHECK(again.headers.find("Location") == "/things/1");
    CHECK(again.headers.find("Idempotent-Replayed") == "true");

    answer_with(fingerprint(), later);
    CHECK(guard.answer(post(R"({"a":1})"), never).status == 422);

    // An expired one is gone: the request runs.
    answer_with(fingerprint(), "2023-11-14T00:00:00.000000Z");
    on.database.answers.push_back({.affected_rows = 1});
    on.database.answers.push_back({.affected_rows = 1});
    CHECK_FALSE(guard.answer(post(), make_it).headers.find("Idempotent-Replayed"));
}

TEST_CASE("hooks on a backend without units of work are refused, not skipped") {
    warehouse on;
    const weir::http::detail::write_guard guard{
        on.sessions(), things, {.hooks = {std::make_shared<const hooks_of_things>()}}
    };
    auto asked = post();
    asked.headers = {};
    CHECK_THROWS_AS(guard.answer(asked, never), weir::configuration_error);
    CHECK_THROWS_AS(guard.answer(post(), never), weir::configuration_error);
    CHECK(on.database.statements.empty());
}

TEST_CASE("two sets of hooks for one table are refused") {
    const auto hooks = std::make_shared<const hooks_of_things>();
    const weir::http::table_options options{.hooks = {hooks, hooks}};
    CHECK_THROWS_AS(options.hooks_of(things), weir::configuration_error);
}

TEST_CASE("keys are printable, neither empty nor long, sent once") {
    const auto read = [](std::initializer_list<std::string_view> values) {
        weir::http::headers sent;
        for (const auto value : values)
            sent.add("idempotency-key", value);
        return weir::http::read_idempotency_key(sent);
    };
    CHECK_FALSE(read({}));
    CHECK(read({"a"}) == "a");
    CHECK(read({" \"a b\" "}) == "a b");
    CHECK(read({"\""}) == "\"");
    CHECK(read({std::string(255, '~')}) == std::string(255, '~'));
    for (const auto& bad :
         {std::string{},
          std::string{"\"\""},
          std::string(256, 'x'),
          std::string{"a\x7f"},
          std::string{"\n"}})
        CHECK_THROWS_AS(read({bad}), weir::validation_error);
    CHECK_THROWS_AS(read({"a", "a"}), weir::validation_error);
}

TEST_CASE("requests are told apart by query, body and the fields that mean something") {
    const auto base = fingerprint();
    CHECK(weir::http::detail::request_fingerprint(post("{} ")) != base);
    auto asked = post();
    asked.headers.add("X-Request-ID", "other");
    CHECK(weir::http::detail::request_fingerprint(asked) == base);
    asked.headers.add("Prefer", "return=minimal");
    CHECK(weir::http::detail::request_fingerprint(asked) != base);
    asked = post();
    asked.target += "?a=1";
    CHECK(weir::http::detail::request_fingerprint(asked) != base);
}

TEST_CASE("ids differ by caller, method, path and key") {
    using weir::http::detail::idempotency_id;
    auto asked = post();
    const auto base = idempotency_id(asked, "k");
    CHECK(base.size() == 64);
    CHECK(idempotency_id(asked, "l") != base);
    asked.caller = weir::caller{.id = ""};
    CHECK(idempotency_id(asked, "k") != base);
    asked = post();
    asked.path = "/thingsk";
    CHECK(idempotency_id(asked, "") != base);
    asked.path = "/things";
    asked.method = "PATCH";
    CHECK(idempotency_id(asked, "k") != base);
}

} // namespace write_guard_cases
