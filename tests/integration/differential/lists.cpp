// SPDX-License-Identifier: Apache-2.0
// Random tables, rows and lists, on PostgreSQL, on the embedded engine and now and then on a SQL
// warehouse of the local workspace: the answers are the same byte for byte. What may differ is
// listed in docs/capabilities.md, and nothing else is left out. No literal of a request is in a
// statement.
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/read_routes.hpp>
#include <weir/http/router.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/sql/insert.hpp>

#include <catch.hpp>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#ifdef WEIR_TEST_WITH_WAREHOUSE
#include <warehouse_fixture.hpp>
#endif

#include "../http/watched_session.hpp"
#include "random_table.hpp"

namespace lists_cases {

using namespace test;

namespace {

/// An answer. Cursors are sealed with a nonce each: they are told apart from the body, which keeps
/// their names.
struct told {
    int status = 0;
    std::string body{};
    std::string next{};
    std::string previous{};
};

/// Takes a member's text out of a body.
std::string taken_out(std::string& body, std::string_view name) {
    const auto member = "\"" + std::string{name} + "\":\"";
    const auto found = body.rfind(member);
    if (found == std::string::npos)
        return {};
    const auto begin = found + member.size();
    const auto end = body.find('"', begin);
    auto text = body.substr(begin, end - begin);
    body.erase(begin, end - begin);
    return text;
}

/// A request: a query string, or a body; where a list was left, an engine's own cursor.
struct list_request {
    std::string query{};
    std::string body{};
    std::string_view accept = "application/json";
};

/// A table on one backend, behind its routes; dropped in the end.
class served {
public:
    template <class Backend>
    served(
        Backend& on,
        const weir::table& of,
        const std::vector<std::vector<cell>>& rows,
        statement_watch& watch
    )
        : drop_([&on, &of] { drop(on.session(weir::nobody{}), of); }),
          reads_(
              weir::http::sessions{
                  [&on, &watch] {
                      return weir::any_session{watched_calls{on.session(weir::nobody{}), watch}};
                  },
                  [&on, &watch](const weir::caller& who) {
                      return weir::any_caller_session{watched_calls{on.session(who), watch}};
                  },
              },
              of,
              [](const weir::http::request&, weir::sql::arguments&, weir::text_format) {},
              options()
          ) {
        auto session = on.session(weir::nobody{});
        const weir::table* const tables[]{&of};
        weir::create_tables(session, tables);
        const auto columns = weir::sql::choose_columns(of, weir::sql::is_inserted);
        const auto text = weir::sql::written(session.dialect(), [&](weir::sql::writer& out) {
            weir::sql::write_insert(out, of, columns, {.back = weir::sql::returning::nothing});
        });
        for (const auto& row : rows) {
            weir::sql::arguments arguments;
            for (const auto position : columns)
                add_cell(arguments, row[position], of.columns[position].type, session.dialect());
            session.execute({text, of.name, weir::sql::verb::insert}, arguments, weir::deadline{});
        }
        routes_.add("GET", "/rows", [this](const weir::http::request& asked) {
            return reads_.list(asked);
        });
        routes_.add("POST", "/rows", [this](const weir::http::request& asked) {
            return reads_.query(asked);
        });
    }

    served(const served&) = delete;
    served(served&&) = delete;
    served& operator=(const served&) = delete;
    served& operator=(served&&) = delete;

    ~served() { drop_(); }

    [[nodiscard]] told ask(const list_request& put) const {
        weir::http::request asked;
        asked.method = put.body.empty() ? "GET" : "POST";
        asked.target = put.body.empty() ? "/rows?" + put.query : "/rows";
        asked.body = put.body;
        asked.request_id = "same";
        asked.headers.add("Accept", put.accept);
        auto answer = routes_.handle(std::move(asked));
        told made{.status = answer.status, .body = std::move(answer.body)};
        if (answer.stream) {
            while (answer.stream.pull(made.body))
                continue;
        }
        made.next = taken_out(made.body, "next_cursor");
        made.previous = taken_out(made.body, "prev_cursor");
        return made;
    }

private:
    static weir::http::table_options options() { return {}; }

    template <class Session>
    static void drop(Session session, const weir::table& of) {
        const auto text = weir::sql::written(session.dialect(), [&](weir::sql::writer& out) {
            out.put("drop table ").name(of);
        });
        session.execute({text, of.name, weir::sql::verb::ddl}, {}, weir::deadline{});
    }

    std::function<void()> drop_;
    weir::http::detail::read_handlers reads_;
    weir::http::router routes_{};
};

/// A cursor and an offset exclude each other.
std::string without_offset(std::string query) {
    const auto found = query.find("offset=");
    if (found != std::string::npos)
        query.erase(found, query.find('&', found) - found);
    return query;
}

std::size_t setting(const char* name, std::size_t otherwise) {
    const char* const text = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace

TEST_CASE("a list of a random table is the same on every backend") {
    const own_schema schema{postgres_server::shared(), "differential"};
    weir::lakebase::pool pool{schema.options()};
    weir::embedded::database database;
    const auto seed = setting("WEIR_TEST_SEED", 20261124);
    const auto tables = setting("WEIR_TEST_TABLES", 300);
    const auto lists = setting("WEIR_TEST_LISTS", 6);
    std::size_t with_rows = 0;
    std::size_t refused = 0;
    std::size_t turned = 0;
    std::size_t statements = 0;
#ifdef WEIR_TEST_WITH_WAREHOUSE
    // A statement there is a call: fewer tables say as much, for the engine is the same.
    constexpr std::size_t warehouse_tables = 20;
    own_warehouse warehouse;
#endif
    for (std::size_t number = 0; number < tables; ++number) {
        chance with{seed + number};
        const random_table made{with, number};
        const weir::table* const facts[]{&made.facts()};
        statement_watch watch{facts};
        std::vector<std::vector<cell>> rows;
        for (auto count = with.below(25); count > 0; --count)
            rows.push_back(made.row(with, rows.size()));
        std::deque<served> backends;
        backends.emplace_back(pool, made.facts(), rows, watch);
        backends.emplace_back(database, made.facts(), rows, watch);
#ifdef WEIR_TEST_WITH_WAREHOUSE
        if (number % (tables / warehouse_tables + 1) == 0)
            backends.emplace_back(warehouse, made.facts(), rows, watch);
#endif
        // The answers to one question, each backend's with its own cursor; the first is
        // PostgreSQL's.
        const auto compare = [&](const list_request& put, const std::vector<std::string>& cursors) {
            std::vector<told> answers;
            for (std::size_t at = 0; at < backends.size(); ++at) {
                auto own = put;
                if (!cursors.empty())
                    own.query += "&cursor=" + cursors[at];
                answers.push_back(backends[at].ask(own));
                const auto& expected = answers.front();
                const auto& answer = answers.back();
                INFO(
                    "WEIR_TEST_SEED=" << seed << ", table " << number << ", backend " << at << ", "
                                      << put.accept << ": " << put.query << put.body
                );
                REQUIRE(answer.status == expected.status);
                REQUIRE(answer.body == expected.body);
                REQUIRE(answer.next.empty() == expected.next.empty());
                REQUIRE(answer.previous.empty() == expected.previous.empty());
                REQUIRE(expected.status < 500);
            }
            return answers;
        };
        for (std::size_t list = 0; list < lists; ++list) {
            list_request put;
            if (with.one_in(3)) {
                put.body = random_body(with, made.facts(), rows);
            } else {
                put.query = random_query(with, made.facts(), rows);
                put.accept = with.of<std::string_view>(
                    {put.accept, put.accept, "application/x-ndjson", "text/csv"}
                );
                // Streamed without an order, rows come as each database has them.
                if (put.accept != list_request{}.accept &&
                    put.query.find("order=") == std::string::npos)
                    put.query += put.query.empty() ? "order=id" : "&order=id";
            }
            auto answers = compare(put, {});
            with_rows += answers.front().body.starts_with("{\"data\":[{") ? 1U : 0U;
            refused += answers.front().status == 200 ? 0U : 1U;
            // From page to page, back and forth: each engine by its own cursors.
            for (int step = 0; step < 4 && put.body.empty(); ++step) {
                const bool back = with.one_in(3);
                std::vector<std::string> cursors;
                for (const auto& each : answers)
                    cursors.push_back(back ? each.previous : each.next);
                if (cursors.front().empty())
                    break;
                answers = compare({.query = without_offset(put.query)}, cursors);
                REQUIRE(answers.front().status == 200);
                ++turned;
            }
        }
        const auto strange = watch.strange();
        CAPTURE(strange);
        REQUIRE(strange.empty());
        statements += watch.statements();
    }
    // Mostly sound questions, many of them with answers: else nothing was compared.
    CHECK(refused * 10 < tables * lists);
    CHECK(with_rows * 8 > tables * lists);
    CHECK(turned * 20 > tables * lists);
    CHECK(statements > tables * lists);
}

} // namespace lists_cases
