// SPDX-License-Identifier: Apache-2.0
// What the client of a service is answered when its warehouse refuses, fails or is away:
// docs/errors.md, "From a SQL warehouse".
#include <weir/core/deadline.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <workspace_process.hpp>

#include "service.hpp"

namespace warehouse_answers_cases {

using namespace test;
using std::chrono::milliseconds;

namespace {

const workspace_process& workspace() {
    return workspace_process::shared();
}

constexpr const char* a_well = "/wells/4200000001";

/// For what is not about time.
constexpr milliseconds patient{30'000};

/// A statement that the service asks for since the requests were looked at last.
std::string next_statement() {
    constexpr std::string_view start = R"("target":"/api/2.0/sql/statements/)";
    for (;;) {
        const auto seen = workspace().take_requests();
        const auto at = seen.find(start);
        if (at != std::string::npos)
            return seen.substr(at + start.size(), 36);
    }
}

/// Asks with more and more patience, until the workspace took the statement and was told that
/// nobody waits for it any more.
template <class Ask>
weir::http::response ask_until_taken(Ask ask) {
    for (milliseconds patience{400};; patience *= 2) {
        static_cast<void>(workspace().take_requests());
        auto answer = ask(patience);
        if (workspace().take_requests().find("/cancel\"") != std::string::npos ||
            patience > milliseconds{30'000})
            return answer;
    }
}

/// A service with one well, and a workspace without faults behind it and after it.
class troubled {
public:
    troubled() {
        REQUIRE(on_.ask("POST", "/wells", R"({"api10":4200000001,"wellname":"A"})").status == 201);
    }

    troubled(const troubled&) = delete;
    troubled(troubled&&) = delete;
    troubled& operator=(const troubled&) = delete;
    troubled& operator=(troubled&&) = delete;

    ~troubled() {
        workspace().clear_faults();
        workspace().change(R"({"cold_start_ms":0})");
    }

    /// Every call that executes a statement ends like this from now on.
    void fail(const std::string& members) {
        workspace().clear_faults();
        workspace().add_fault(
            R"({"method":"POST","path":"/api/2.0/sql/statements","times":-1,)" + members + "}"
        );
    }

    /// Every statement fails with this condition.
    void fail_statements(const std::string& condition) {
        workspace().clear_faults();
        workspace().add_fault(
            R"({"kind":"delta_conflict","times":-1,"condition":")" + condition + R"("})"
        );
    }

    /// Asks with a deadline.
    weir::http::response
    ask(std::string_view method,
        std::string_view path,
        milliseconds patience,
        std::string_view body = "") {
        weir::http::request asked;
        asked.method = method;
        asked.target = "/api/v1" + std::string{path};
        asked.body = body;
        asked.until = weir::deadline::in(patience);
        if (!body.empty())
            asked.headers.add("Content-Type", "application/json");
        return on_.ask_as(std::nullopt, std::move(asked));
    }

    weir::http::response read(milliseconds patience = patient) {
        return ask("GET", a_well, patience);
    }

    weir::http::response change(milliseconds patience = patient) {
        return ask("PATCH", a_well, patience, R"({"wellname":"B"})");
    }

    [[nodiscard]] std::string name() {
        workspace().clear_faults();
        return text_member(on_.ask("GET", a_well).body, "wellname");
    }

private:
    service on_;
};

void require_answer(
    const weir::http::response& answer, int status, std::string_view code, bool comes_back
) {
    INFO(answer.body);
    CHECK(answer.status == status);
    CHECK(holds(answer.body, R"("code":")" + std::string{code} + "\""));
    CHECK(answer.headers.find("Retry-After").has_value() == comes_back);
    // What the platform says is for the log.
    for (const auto* word :
         {"/api/2.0", "Injected", "SQLSTATE", "PERMISSION_DENIED", "local-secret"})
        CHECK_FALSE(holds(answer.body, word));
}

} // namespace

TEST_CASE("a warehouse that refuses the service's rights is answered 403") {
    troubled on;
    on.fail(R"("kind":"status","status":403,"error_code":"PERMISSION_DENIED")");
    require_answer(on.read(), 403, "permission", false);
    require_answer(on.change(), 403, "permission", false);
    on.fail_statements("INSUFFICIENT_PERMISSIONS");
    require_answer(on.read(), 403, "permission", false);
    require_answer(on.change(), 403, "permission", false);
    CHECK(on.name() == "A");
}

TEST_CASE("credentials of the service that are no good are answered 503, not 401") {
    troubled on;
    on.fail(R"("kind":"status","status":401,"error_code":"401")");
    require_answer(on.read(), 503, "authentication", true);
    on.fail(R"("kind":"expired_token")");
    require_answer(on.read(), 503, "authentication", true);
    require_answer(on.change(), 503, "authentication", true);
    CHECK(on.name() == "A");
}

TEST_CASE("a warehouse that is not there is answered 500, a row that is not there 404") {
    troubled on;
    CHECK(on.ask("GET", "/wells/4200000009", patient).status == 404);
    on.fail(R"("kind":"status","status":404,"error_code":"NOT_FOUND")");
    require_answer(on.read(), 500, "configuration", false);
    require_answer(on.change(), 500, "configuration", false);
    CHECK(on.name() == "A");
}

TEST_CASE("a workspace that stays busy is answered 503 with Retry-After") {
    troubled on;
    for (const auto* const members :
         {R"("kind":"status","status":429,"retry_after":"60")",
          R"("kind":"status","status":503,"retry_after":"60")"}) {
        on.fail(members);
        require_answer(on.read(), 503, "connection", true);
        require_answer(on.change(), 503, "connection", true);
    }
    CHECK(on.name() == "A");
}

TEST_CASE("a workspace that answers nothing in time is answered 504, a write with the doubt") {
    troubled on;
    on.fail(R"("kind":"status","status":504)");
    require_answer(on.read(), 504, "timeout", false);
    require_answer(on.change(), 504, "outcome_unknown", false);
    on.fail(R"("kind":"drop_after")");
    require_answer(on.change(), 503, "outcome_unknown", false);
    CHECK(on.name() == "B");
}

TEST_CASE("a statement that fails is answered by what it failed of") {
    troubled on;
    on.fail_statements("TABLE_OR_VIEW_NOT_FOUND");
    require_answer(on.read(), 500, "statement", false);
    on.fail_statements("DELTA_CONCURRENT_APPEND");
    require_answer(on.change(), 409, "conflict", false);
    on.fail_statements("DELTA_VIOLATE_CONSTRAINT_WITH_VALUES");
    require_answer(on.change(), 400, "validation", false);
    CHECK(on.name() == "A");
}

TEST_CASE("a warehouse that starts for longer than the request may take is answered 503") {
    troubled on;
    workspace().change(R"({"cold_start_ms":60000})");
    workspace().stop_warehouse();
    const auto read = ask_until_taken([&](milliseconds patience) { return on.read(patience); });
    require_answer(read, 503, "connection", true);
    const auto change = ask_until_taken([&](milliseconds patience) { return on.change(patience); });
    require_answer(change, 503, "connection", true);
    workspace().change(R"({"cold_start_ms":0})");
    workspace().stop_warehouse();
    CHECK(on.name() == "A");
}

TEST_CASE("a statement that runs for longer than the request may take is answered 504") {
    troubled on;
    on.fail(R"("kind":"hold")");
    require_answer(on.read(milliseconds{200}), 504, "timeout", false);
    CHECK(on.name() == "A");
}

TEST_CASE("a statement that somebody cancels is answered 504") {
    troubled on;
    workspace().change(R"({"cold_start_ms":60000})");
    workspace().stop_warehouse();
    static_cast<void>(workspace().take_requests());
    weir::http::response answer;
    {
        // Below six seconds weir asks from the start, and its calls tell the statement's id.
        std::jthread client{[&] { answer = on.read(milliseconds{5'500}); }};
        workspace().cancel_statement(next_statement());
    }
    require_answer(answer, 504, "timeout", false);
    workspace().change(R"({"cold_start_ms":0})");
    workspace().stop_warehouse();
    CHECK(on.name() == "A");
}

TEST_CASE("a result that is gone is answered 503, a write with the doubt") {
    troubled on;
    for (const bool writes : {false, true}) {
        workspace().clear_faults();
        // While the first question is held, the statement ends and two hours pass.
        workspace().add_fault(R"({"kind":"hold","method":"GET","path":"/api/2.0/sql/statements/"})"
        );
        static_cast<void>(workspace().take_requests());
        weir::http::response answer;
        {
            std::jthread client{[&] {
                answer = writes ? on.change(milliseconds{5'500}) : on.read(milliseconds{5'500});
            }};
            const auto id = next_statement();
            while (!holds(workspace().faults(), R"("hits":1)"))
                std::this_thread::yield();
            workspace().wait_for_statement(id);
            workspace().advance_clock(std::chrono::hours{2});
            workspace().clear_faults();
        }
        require_answer(answer, 503, writes ? "outcome_unknown" : "connection", !writes);
    }
    CHECK(on.name() == "B");
}

} // namespace warehouse_answers_cases
