// SPDX-License-Identifier: Apache-2.0
// The same random writes and reads, one after the other, on PostgreSQL and on the embedded engine:
// every answer is the same, and so are the rows at the end.
#include <weir/data/create_tables.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_routes.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/table/idempotency.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <field_ops.weir.hpp>
#include <map>
#include <optional>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <tutorial.weir.hpp>
#include <utility>
#include <vector>

#include "../http/watched_session.hpp"
#include "random_table.hpp"

namespace writes_cases {

using namespace test;

namespace {

// One moment per question, the same for both backends.
weir::timestamp present{1'700'000'000'000'000};

weir::timestamp present_time() {
    return present;
}

/// The text with every UUID as the order in which it was first seen: those that weir makes up
/// differ.
class uuid_names {
public:
    std::string named(std::string_view text) {
        constexpr std::size_t length = 36;
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const auto here = text.substr(at, length);
            weir::uuid parsed;
            if (here.size() == length && here[8] == '-' && weir::parse_uuid(here, parsed)) {
                const auto [found, is_new] = seen_.try_emplace(std::string{here}, seen_.size());
                out += "<uuid " + std::to_string(found->second) + ">";
                at += length;
            } else {
                out += text[at++];
            }
        }
        return out;
    }

private:
    std::map<std::string, std::size_t, std::less<>> seen_{};
};

struct question {
    std::string method{};
    std::string target{};
    std::string body{};
    std::string prefer{};
    std::string who{};
    /// The version last seen of the row, or a stale one.
    enum class condition { none, current, stale, none_match } when = condition::none;
};

/// The tables behind routes on one backend.
class backend_routes {
public:
    template <class Backend>
    backend_routes(Backend& on, statement_watch& watch) {
        auto session = on.session(weir::nobody{});
        weir::create_tables<tutorial::tables>(session);
        const weir::table* const
            tables[]{&weir::table_of<field_ops::order>, &weir::table_of<field_ops::order_line>};
        weir::create_tables(session, tables);
        const weir::http::sessions from{
            [&on, &watch] {
                return weir::any_session{
                    watched_session{on.session(weir::nobody{.name = "service"}), watch}
                };
            },
            [&on, &watch](const weir::caller& who) {
                return weir::any_caller_session{watched_session{on.session(who), watch}};
            },
        };
        weir::http::table_options options;
        options.clock = &present_time;
        weir::http::add_table<tutorial::well>(routes_, from, options);
        weir::http::add_table<field_ops::order>(routes_, from, options);
        weir::http::add_table<field_ops::order_line>(routes_, from, options);
        routes_.identify_with([](const weir::http::request& asked) { return asked.caller; });
    }

    /// Status, header fields and body, comparable with another backend's.
    std::string ask(const question& put) {
        weir::http::request asked;
        asked.method = put.method;
        asked.target = "/api/v1" + put.target;
        asked.body = put.body;
        asked.request_id = "same";
        asked.caller = weir::caller{.id = put.who};
        if (!put.body.empty())
            asked.headers.add("Content-Type", "application/json");
        if (!put.prefer.empty())
            asked.headers.add("Prefer", put.prefer);
        const auto tag = tags_.find(put.target);
        if (put.when == question::condition::stale)
            asked.headers.add("If-Match", "\"stale\"");
        if (put.when == question::condition::none_match)
            asked.headers.add("If-None-Match", "*");
        if (put.when == question::condition::current && tag != tags_.end())
            asked.headers.add("If-Match", tag->second);
        const auto answer = routes_.handle(std::move(asked));
        std::string told = std::to_string(answer.status);
        if (const auto found = answer.headers.find("ETag")) {
            tags_[put.target] = std::string{*found};
            told += " tagged";
        }
        for (const auto* name : {"Location", "Preference-Applied", "Allow", "Content-Range"})
            if (const auto found = answer.headers.find(name))
                told += " " + std::string{name} + "=" + std::string{*found};
        return without_versions(names_.named(told + " " + answer.body));
    }

private:
    // Versions hold the uuid of their row.
    static std::string without_versions(std::string text) {
        constexpr std::string_view member = "\"version\":\"";
        for (auto at = text.find(member); at != std::string::npos; at = text.find(member, at)) {
            at += member.size();
            text.erase(at, text.find('"', at) - at);
        }
        return text;
    }

    weir::http::router routes_{};
    uuid_names names_{};
    std::map<std::string, std::string, std::less<>> tags_{};
};

std::string well_key(chance& with) {
    return std::to_string(4'200'000'000 + with.below(8));
}

std::string json_text(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

std::string well(chance& with, bool has_key) {
    std::string body{"{"};
    if (has_key)
        body += "\"api10\":" + well_key(with) + ",";
    body += "\"wellname\":" +
            json_text(with.of<std::string>({"SMITH", "Jones 1", "", "é_%", "null", "100% O'Neil"}));
    if (with.one_in(2))
        body += ",\"oileur\":" + with.of<std::string>({"1", "2.5", "null", "-1", "\"x\"", "1e3"});
    return body + "}";
}

std::string order_key(chance& with) {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(with.below(6));
}

std::string order(chance& with, bool has_key) {
    std::string body{"{"};
    if (has_key)
        body += "\"id\":" + json_text(order_key(with)) + ",";
    body += "\"total\":" + with.of<std::string>({"\"1.50\"", "2", "\"0.00\"", "\"-1\"", "12.345"});
    if (with.one_in(3))
        body += with.of<std::string>(
            {R"(,"status":"placed","placed_at":"2024-05-01T10:00:00.5Z")",
             R"(,"status":"placed")",
             R"(,"status":"lost")",
             R"(,"status":"cancelled","placed_at":"2024-05-01T10:00:00+02:00")"}
        );
    if (with.one_in(3))
        body += with.of<std::string>(
            {R"(,"tags":["b","a"],"extras":{"z":"1","a b":"é\""})",
             R"(,"ship_to":{"zip":"12345","street":"Main","city":"Waco"})",
             R"(,"ship_to":{"street":"Main"})",
             R"(,"tags":[null])"}
        );
    return body + "}";
}

std::string line(chance& with) {
    return "{\"order_id\":" + json_text(order_key(with)) +
           ",\"line_no\":" + std::to_string(1 + with.below(3)) +
           ",\"sku\":" + json_text(with.of<std::string>({"A", "b"})) +
           ",\"quantity\":" + with.of<std::string>({"1", "5", "0"}) +
           R"(,"unit_price":"1.00","discounts":[{"amount":"0.10","code":"x"}]})";
}

question random_question(chance& with) {
    question made;
    made.who = with.of<std::string>({"ada", "bob"});
    made.prefer = with.of<std::string>(
        {"", "", "return=minimal", "return=representation", "numbers=string", "max-affected=2"}
    );
    made.when = with.of<question::condition>(
        {question::condition::none,
         question::condition::none,
         question::condition::current,
         question::condition::stale}
    );
    const auto kind = with.below(3);
    const std::string all = kind == 0 ? "/wells" : kind == 1 ? "/orders" : "/order-lines";
    const auto row = [&](bool has_key) {
        return kind == 0 ? well(with, has_key) : kind == 1 ? order(with, has_key) : line(with);
    };
    const auto one = all + "/" +
                     (kind == 0   ? well_key(with)
                      : kind == 1 ? order_key(with)
                                  : order_key(with) + "," + std::to_string(1 + with.below(3)));
    const std::string filter = with.of<std::string>(
        {kind == 0   ? "oileur=gt.1"
         : kind == 1 ? "total=gte.2"
                     : "line_no=eq.1",
         kind == 0   ? "wellname=like.*e*"
         : kind == 1 ? "status=in.(placed,cancelled)"
                     : "sku=neq.A",
         "is_deleted=eq.false"}
    );
    const std::string change =
        kind == 0 ? with.of<std::string>({R"({"oileur":7})", R"({"wellname":"X","oileur":null})"})
        : kind == 1
            ? with.of<std::string>({R"({"total":"9.99"})", R"({"tags":["t"],"status":"placed"})"})
            : with.of<std::string>({R"({"quantity":9})", R"({"quantity":0})"});
    const std::string inside = with.of<std::string>(
        {"?include=lines",
         "?include=lines&lines.order=quantity.desc&lines.limit=1",
         "?include=lines.order&lines.select=sku,quantity&lines.quantity=gt.1",
         "?include=lines&lines.or=(sku.eq.A,quantity.lt.5)&lines.offset=1",
         "?include=lines.order.lines&lines.order.lines.select=line_no&count=exact",
         "?include=lines&lines.quantity=gt.many"}
    );
    const std::string above = with.of<std::string>(
        {"?include=order",
         "?include=order.lines&order.select=id&order.total=gt.2",
         "?include=order&order.limit=1"}
    );
    const auto fill = [&](std::string method, std::string target, std::string body = {}) {
        made.method = std::move(method);
        made.target = std::move(target);
        made.body = std::move(body);
    };
    switch (with.below(16)) {
    case 0:
    case 1:
        made.when = question::condition::none;
        fill("POST", all, row(true));
        break;
    case 2: {
        made.when = question::condition::none;
        std::string rows;
        for (auto count = with.below(4); count > 0; --count)
            rows += (rows.empty() ? "" : ",") + row(true);
        fill("POST", all, "[" + rows + "]");
        break;
    }
    case 3:
    case 4: {
        made.when = question::condition::none;
        made.prefer = with.of<std::string>(
            {"resolution=merge-duplicates",
             "resolution=ignore-duplicates",
             "resolution=merge-duplicates, return=minimal"}
        );
        fill("POST", all, with.one_in(2) ? row(true) : "[" + row(true) + "," + row(true) + "]");
        break;
    }
    case 5:
    case 6:
        fill("PATCH", one, change);
        break;
    case 7:
        if (with.one_in(3))
            made.when = question::condition::none_match;
        fill("PUT", one, kind == 2 ? line(with) : row(false));
        break;
    case 8:
        fill("DELETE", one);
        break;
    case 9:
        fill("POST", one + (with.one_in(3) ? "/purge" : "/restore"));
        break;
    case 10:
        made.when = question::condition::none;
        fill("PATCH", all + "?" + filter + (with.one_in(3) ? "&dry_run=true" : ""), change);
        break;
    case 11:
        made.when = question::condition::none;
        if (with.one_in(2))
            fill("DELETE", all + "?" + filter);
        else
            fill("GET", all + "?deleted=include&count=exact&" + filter);
        break;
    case 12: {
        made.when = question::condition::none;
        const auto item = [&] {
            const std::string key =
                kind == 0   ? well_key(with)
                : kind == 1 ? json_text(order_key(with))
                            : "{\"order_id\":" + json_text(order_key(with)) + ",\"line_no\":1}";
            return "{\"key\":" + key + ",\"set\":" + change + "}";
        };
        fill("PATCH", all + "/batch", "[" + item() + "," + item() + "]");
        break;
    }
    case 13:
    case 14:
        // Rows with rows inside: those that refer to them, those they refer to.
        made.when = question::condition::none;
        if (kind == 0)
            fill("GET", all);
        else
            fill("GET", (with.one_in(2) ? all : one) + (kind == 1 ? inside : above));
        break;
    default:
        made.when = question::condition::none;
        made.prefer.clear();
        fill("GET", one);
        break;
    }
    return made;
}

// A row that breaks a check and has a key that is taken: which the database finds first is its own
// affair (docs/capabilities.md).
bool breaks_two_rules(std::string_view one, std::string_view other) {
    const auto is_check = [](std::string_view told) {
        return told.find(R"("type":"check")") != std::string_view::npos;
    };
    return (is_check(one) && other.starts_with("409")) ||
           (is_check(other) && one.starts_with("409"));
}

/// The tables whose names statements may hold.
std::vector<const weir::table*> tables() {
    static constexpr auto answers = weir::idempotency_table(weir::table_of<field_ops::order>);
    return {
        &answers,
        &weir::table_of<tutorial::well>,
        &weir::table_of<field_ops::order>,
        &weir::table_of<field_ops::order_line>,
    };
}

std::size_t setting(const char* name, std::size_t otherwise) {
    const char* const text = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace

TEST_CASE("random writes are answered alike on PostgreSQL and on the embedded engine") {
    const auto seed = setting("WEIR_TEST_SEED", 20261124);
    const auto rounds = setting("WEIR_TEST_TABLES", 10);
    std::map<std::string, std::size_t> statuses;
    for (std::size_t round = 0; round < rounds; ++round) {
        const own_schema schema{postgres_server::shared(), "differential"};
        weir::lakebase::pool pool{schema.options()};
        weir::embedded::database database;
        statement_watch watch{tables()};
        backend_routes on_lakebase{pool, watch};
        backend_routes on_embedded{database, watch};
        chance with{seed + round};
        std::string before;
        for (std::size_t number = 0; number < 150; ++number) {
            present.microseconds += 1'000'000;
            const auto put = random_question(with);
            const auto expected = on_lakebase.ask(put);
            const auto answer = on_embedded.ask(put);
            INFO(
                "WEIR_TEST_SEED=" << seed << ", round " << round << ", " << put.who << ": "
                                  << put.method << " " << put.target << " " << put.body << " ("
                                  << put.prefer << ")\nafter " << before
            );
            if (!breaks_two_rules(expected, answer))
                REQUIRE(answer == expected);
            REQUIRE(expected.front() < '5');
            before = put.method + " " + put.target + " " + put.body + " (" + put.prefer + ") -> " +
                     expected;
            ++statuses[expected.substr(0, 3)];
        }
        for (const auto* who : {"ada", "bob"}) {
            for (const auto* table : {"/wells", "/orders", "/order-lines"}) {
                const question all{
                    .method = "GET", .target = std::string{table} + "?deleted=include", .who = who
                };
                CHECK(on_embedded.ask(all) == on_lakebase.ask(all));
            }
        }
        const auto strange = watch.strange();
        CAPTURE(strange);
        CHECK(strange.empty());
        CHECK(watch.statements() > 300);
    }
    // Something of everything happened.
    for (const auto* status : {"200", "201", "204", "400", "403", "404", "409", "412"})
        CHECK(statuses[status] > 0);
}

} // namespace writes_cases
