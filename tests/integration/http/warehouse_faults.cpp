// SPDX-License-Identifier: Apache-2.0
// Every fault of the workspace at every call that every verb makes: afterwards the table holds what
// was acknowledged, each row once, and nothing half.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>
#include <workspace_process.hpp>

#include "service.hpp"

namespace warehouse_faults_cases {

using namespace test;

namespace {

const workspace_process& workspace() {
    return workspace_process::shared();
}

/// Wells 1 to 4 of one round, of which 1 and 2 are there when it begins.
class wells_round {
public:
    explicit wells_round(service& on) : on_(&on), base_(4'200'000'000 + 10 * ++rounds()) {
        const auto made = ask("POST", "/wells", "[" + well(1, "one") + "," + well(2, "two") + "]");
        REQUIRE(made.status == 201);
    }

    [[nodiscard]] std::string key(int number) const { return std::to_string(base_ + number); }

    [[nodiscard]] std::string path(int number) const { return "/wells/" + key(number); }

    [[nodiscard]] std::string well(int number, std::string_view name) const {
        return R"({"api10":)" + key(number) + R"(,"wellname":")" + std::string{name} + R"("})";
    }

    /// `api10=in.(…)` of wells 1 and 2.
    [[nodiscard]] std::string both() const { return "api10=in.(" + key(1) + "," + key(2) + ")"; }

    weir::http::response
    ask(std::string_view method,
        const std::string& path,
        const std::string& body = "",
        std::initializer_list<weir::http::header> headers = {}) {
        return on_->ask(method, path, body, headers);
    }

    /// What the table holds of this round: `1:one 2:two`, deleted rows with a minus.
    [[nodiscard]] std::string state() {
        const auto listed =
            ask("GET",
                "/wells?select=api10,wellname,is_deleted&order=api10&deleted=include&api10=gt." +
                    key(0) + "&api10=lt." + key(9));
        REQUIRE(listed.status == 200);
        std::string told;
        const std::string_view start = R"({"api10":)";
        for (auto at = listed.body.find(start); at != std::string::npos;
             at = listed.body.find(start, at + 1)) {
            const auto row = listed.body.substr(at, listed.body.find('}', at) + 1 - at);
            const auto number = std::stoll(row.substr(start.size())) - base_;
            told += (told.empty() ? "" : " ") + std::to_string(number) + ":" +
                    text_member(row, "wellname") + (holds(row, R"("is_deleted":true)") ? "-" : "");
        }
        return told;
    }

private:
    static std::int64_t& rounds() {
        static std::int64_t made = 0;
        return made;
    }

    service* on_;
    std::int64_t base_;
};

struct verb {
    std::string_view name;
    /// What the table holds once it is done.
    std::string_view after;
    /// Whether weir finds out by itself what became of it, whatever was lost.
    bool is_settled;
    std::function<weir::http::response(wells_round&)> ask;
    /// What it is answered when it is repeated although it was done; 0: as the first time.
    int repeated = 0;
    /// What the table holds before it, and what makes that of the two wells there are.
    std::string_view before = "1:one 2:two";
    std::function<void(wells_round&)> prepare = [](wells_round&) {};
};

const std::vector<verb>& verbs() {
    static const std::vector<verb> all{
        {"insert one",
         "1:one 2:two 3:new",
         true,
         [](wells_round& in) { return in.ask("POST", "/wells", in.well(3, "new")); },
         409},
        {"insert many",
         "1:one 2:two 3:new 4:newer",
         true,
         [](wells_round& in) {
             return in.ask(
                 "POST", "/wells", "[" + in.well(3, "new") + "," + in.well(4, "newer") + "]"
             );
         },
         409},
        {"upsert",
         "1:up 2:two 3:new",
         false,
         [](wells_round& in) {
             return in.ask(
                 "POST",
                 "/wells",
                 "[" + in.well(1, "up") + "," + in.well(3, "new") + "]",
                 {{"Prefer", "resolution=merge-duplicates"}}
             );
         }},
        {"insert ignoring",
         "1:one 2:two 3:new",
         true,
         [](wells_round& in) {
             return in.ask(
                 "POST",
                 "/wells",
                 "[" + in.well(1, "up") + "," + in.well(3, "new") + "]",
                 {{"Prefer", "resolution=ignore-duplicates"}}
             );
         }},
        {"update",
         "1:put 2:two",
         false,
         [](wells_round& in) { return in.ask("PUT", in.path(1), R"({"wellname":"put"})"); }},
        {"create by PUT",
         "1:one 2:two 3:put",
         false,
         [](wells_round& in) { return in.ask("PUT", in.path(3), R"({"wellname":"put"})"); }},
        {"patch",
         "1:changed 2:two",
         false,
         [](wells_round& in) { return in.ask("PATCH", in.path(1), R"({"wellname":"changed"})"); }},
        {"patch by filter",
         "1:all 2:all",
         false,
         [](wells_round& in) {
             return in.ask("PATCH", "/wells?" + in.both(), R"({"wellname":"all"})");
         }},
        {"delete",
         "1:one- 2:two",
         false,
         [](wells_round& in) { return in.ask("DELETE", in.path(1)); },
         404},
        {"delete by filter",
         "1:one- 2:two-",
         false,
         [](wells_round& in) { return in.ask("DELETE", "/wells?" + in.both()); }},
        {.name = "restore",
         .after = "1:one 2:two",
         .is_settled = false,
         .ask = [](wells_round& in) { return in.ask("POST", in.path(1) + "/restore"); },
         .repeated = 404,
         .before = "1:one- 2:two",
         .prepare = [](wells_round& in) { in.ask("DELETE", in.path(1)); }},
        {"read", "1:one 2:two", true, [](wells_round& in) { return in.ask("GET", in.path(1)); }},
        {"list",
         "1:one 2:two",
         true,
         [](wells_round& in) {
             return in.ask("GET", "/wells?" + in.both() + "&order=api10&count=exact");
         }},
    };
    return all;
}

struct fault {
    std::string_view members;
    /// Whether the platform says, or the client can know, that nothing has happened.
    bool is_plain;
};

constexpr fault faults[]{
    {R"("kind":"status","status":429,"retry_after":"0")", true},
    {R"("kind":"status","status":503,"retry_after":"0")", true},
    {R"("kind":"status","status":503)", true},
    {R"("kind":"status","status":500)", false},
    {R"("kind":"status","status":504)", false},
    {R"("kind":"latency","latency_ms":20)", true},
    {R"("kind":"drop_before")", false},
    {R"("kind":"drop_after")", false},
    {R"("kind":"truncate")", false},
    {R"("kind":"expired_token")", true},
    {R"("kind":"delta_conflict")", true},
};

/// Lets the call after `calls` others fail.
void inject(const fault& what, int calls) {
    workspace().add_fault(
        R"({"path":"/api/2.0/sql/statements","after":)" + std::to_string(calls) + "," +
        std::string{what.members} + "}"
    );
}

bool has_succeeded(const weir::http::response& answer) {
    return answer.status / 100 == 2;
}

} // namespace

TEST_CASE("after every fault at every call of every verb the table holds what was acknowledged") {
    service on;
    for (const auto& verb : verbs()) {
        for (const auto& fault : faults) {
            for (int calls = 0;; ++calls) {
                wells_round in{on};
                verb.prepare(in);
                inject(fault, calls);
                const auto answer = verb.ask(in);
                const bool has_struck = holds(workspace().faults(), R"("hits":1)");
                workspace().clear_faults();
                INFO(verb.name << " with " << fault.members << " at call " << calls);
                INFO(answer.status << " " << answer.body);
                const auto now = in.state();
                if (has_succeeded(answer)) {
                    CHECK(now == verb.after);
                } else {
                    // Only where it cannot be known, and then it is said; never half of it.
                    CHECK_FALSE(fault.is_plain);
                    CHECK_FALSE(verb.is_settled);
                    CHECK((answer.status == 503 || answer.status == 504));
                    CHECK(holds(answer.body, R"("code":"outcome_unknown")"));
                    CHECK_FALSE(answer.headers.find("Retry-After"));
                    CHECK((now == verb.before || now == verb.after));
                    const auto again = verb.ask(in);
                    INFO("again: " << again.status << " " << again.body);
                    const bool was_there = now == verb.after && again.status == verb.repeated;
                    CHECK((has_succeeded(again) || was_there));
                    CHECK(in.state() == verb.after);
                }
                if (!has_struck)
                    break;
                REQUIRE(calls < 20);
            }
        }
    }
}

TEST_CASE("after every fault at every call of a batch each change is what its result tells") {
    service on;
    for (const auto& fault : faults) {
        for (int calls = 0;; ++calls) {
            wells_round in{on};
            const auto change = [&] {
                return in.ask(
                    "PATCH",
                    "/wells/batch",
                    R"([{"key":)" + in.key(1) + R"(,"set":{"wellname":"uno"}},{"key":)" +
                        in.key(2) + R"(,"set":{"wellname":"dos"}}])"
                );
            };
            inject(fault, calls);
            const auto answer = change();
            const bool has_struck = holds(workspace().faults(), R"("hits":1)");
            workspace().clear_faults();
            INFO(fault.members << " at call " << calls << ": " << answer.body);
            const auto now = in.state();
            CHECK((has_succeeded(answer) || !fault.is_plain));
            for (const int number : {1, 2}) {
                const auto name = std::string{number == 1 ? "uno" : "dos"};
                const auto key = R"({"key":)" + in.key(number);
                if (holds(answer.body, key + R"(,"status":200)")) {
                    CHECK(holds(now, std::to_string(number) + ":" + name));
                } else {
                    CHECK_FALSE(fault.is_plain);
                    CHECK(holds(answer.body, R"("code":"outcome_unknown")"));
                }
            }
            CHECK(has_succeeded(change()));
            CHECK(in.state() == "1:uno 2:dos");
            if (!has_struck)
                break;
            REQUIRE(calls < 20);
        }
    }
}

TEST_CASE("a change of a version is made once, or is told not to have been made") {
    service on;
    for (const auto& fault : faults) {
        wells_round in{on};
        INFO(fault.members);
        const auto seen = in.ask("GET", in.path(1));
        const std::string tag{seen.headers.find("ETag").value_or("")};
        const auto change = [&] {
            return in.ask("PATCH", in.path(1), R"({"wellname":"changed"})", {{"If-Match", tag}});
        };
        inject(fault, 0);
        const auto answer = change();
        workspace().clear_faults();
        INFO(answer.status << " " << answer.body);
        if (has_succeeded(answer)) {
            CHECK(in.state() == "1:changed 2:two");
            continue;
        }
        CHECK_FALSE(fault.is_plain);
        const bool was_done = in.state() == "1:changed 2:two";
        CHECK(change().status == (was_done ? 412 : 200));
        CHECK(in.state() == "1:changed 2:two");
    }
}

} // namespace warehouse_faults_cases
