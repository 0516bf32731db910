// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's own log of statements, while requests of every kind bring literals that nothing else
// looks like: they are in the parameters and nowhere else. What is sent to either
// engine in all the other tests, statement_watch.hpp reads.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>

#include "service.hpp"

using namespace test;

namespace {

constexpr std::string_view log_file = "current_setting('data_directory') || '/../server.log'";

/// Makes the server log every statement of the ordinary role's new connections.
class logged_statements {
public:
    logged_statements() {
        server_.as_superuser("alter role weir_app set log_statement = 'all'");
        server_.as_superuser("alter role weir_app set log_parameter_max_length = -1");
        start_ =
            server_.as_superuser("select (pg_stat_file(" + std::string{log_file} + ")).size::text");
    }

    logged_statements(const logged_statements&) = delete;
    logged_statements(logged_statements&&) = delete;
    logged_statements& operator=(const logged_statements&) = delete;
    logged_statements& operator=(logged_statements&&) = delete;

    ~logged_statements() { stop(); }

    /// What was logged since; other tests may be in it.
    [[nodiscard]] std::string text() const {
        return server_.as_superuser(
            "select encode(pg_read_binary_file(" + std::string{log_file} + ", " + start_ +
            ", 1000000000), 'escape')"
        );
    }

private:
    void stop() noexcept {
        try {
            server_.as_superuser("alter role weir_app reset log_statement");
            server_.as_superuser("alter role weir_app reset log_parameter_max_length");
        } catch (const std::exception& failure) {
            std::fputs(failure.what(), stderr);
        }
    }

    const postgres_server& server_ = postgres_server::shared();
    std::string start_{};
};

constexpr std::string_view markers[]{
    "zq7marker", "7481516", "7481-05-16", "a7481516-0000", "ZQ7marker"
};

bool holds_marker(std::string_view line) {
    for (const auto marker : markers)
        if (line.find(marker) != std::string_view::npos)
            return true;
    return false;
}

void ask_in_every_way(service& on) {
    for (const auto* query :
         {"customer=eq.zq7marker",
          "customer=not.neq.zq7marker",
          "customer=gt.zq7marker&customer=gte.zq7marker&customer=lt.zq7marker&customer=lte."
          "zq7marker",
          "customer=like.zq7marker*&customer=ilike.*ZQ7marker",
          "customer=in.(zq7marker,%22zq7marker,%22)&id=in.(a7481516-0000-4000-8000-000000000000)",
          "customer=isdistinct.zq7marker&id=neq.a7481516-0000-4000-8000-000000000000",
          "tags=cs.%7Bzq7marker%7D&tags=cd.%7Bzq7marker%7D&tags=not.ov.%7Bzq7marker%7D",
          "extras=cs.%7Bzq7marker%7D&extras=cd.%7Bzq7marker%7D&extras=ov.%7Bzq7marker%7D",
          "extras=cs.%7B%22zq7marker%22:%22zq7marker%22%7D",
          "extras=not.cd.%7B%22zq7marker%22:%22zq7marker%22%7D",
          "extras=ov.%7B%22zq7marker%22:%22zq7marker%22,%22b%22:%22zq7marker%22%7D",
          "or=(total.eq.7481516.25,not.and(total.gt.7481516,placed_at.lt.7481-05-16T00:00:00Z))",
          "limit=748&offset=7481516&count=exact&total=lt.7481516",
          "include=lines&lines.sku=eq.zq7marker&lines.quantity=in.(7481,7481516)",
          "customer=eq.'%20or%20'zq7marker'='zq7marker"}) {
        CAPTURE(query);
        const auto answer = on.ask("GET", "/orders?" + std::string{query});
        CAPTURE(answer.body);
        CHECK(answer.status == 200);
    }
    for (const auto* where :
         {R"({"customer":"zq7marker","total":[7481516,"7481516.25"]})",
          R"({"not":{"tags":{"cs":["zq7marker"]},"extras":{"ov":{"zq7marker":"zq7marker"}}}})",
          R"({"or":[{"column":"customer","op":"ilike","value":"*zq7marker*"},{"customer":null}]})"
         }) {
        const auto answer =
            on.ask("POST", "/orders/query", R"({"where":)" + std::string{where} + "}");
        CAPTURE(answer.body);
        CHECK(answer.status == 200);
    }
    const auto created = on.ask(
        "POST",
        "/orders",
        R"({"total":"7481516.25","tags":["zq7marker"],"extras":{"zq7marker":"zq7marker"}})"
    );
    REQUIRE(created.status == 201);
    const auto one = "/orders/" + text_member(created.body, "id");
    CHECK(on.ask("PATCH", one, R"({"tags":["ZQ7marker"],"total":7481516})").status == 200);
    CHECK(on.ask("GET", "/orders/a7481516-0000-4000-8000-000000000000").status == 404);
    CHECK(on.ask("DELETE", one).status == 204);
}

} // namespace

TEST_CASE("what a request brings is in the parameters of statements and nowhere else") {
    const logged_statements log;
    service on;
    on.as(ada());
    ask_in_every_way(on);
    const auto text = log.text();
    std::size_t statements = 0;
    std::size_t parameters = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.find("DETAIL:  parameters: ") != std::string_view::npos) {
            parameters += holds_marker(line) ? 1U : 0U;
        } else {
            statements += line.find("execute ") != std::string_view::npos ? 1U : 0U;
            CAPTURE(line);
            CHECK_FALSE(holds_marker(line));
        }
    }
    // Else the log was not read, or not written.
    CHECK(statements > 20);
    CHECK(parameters > 20);
}
