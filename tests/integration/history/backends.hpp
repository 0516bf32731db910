// SPDX-License-Identifier: Apache-2.0
// The two backends every history test runs on, each with its tables made and empty, and a clock
// that the test moves. Sessions are erased, so that each repository compiles once for both.
#pragma once

#include <weir/core/time.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>

#include <atomic>
#include <cstdint>
#include <ledger.weir.hpp>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using served_tables =
    weir::table_list<ledger::contract, ledger::clause, ledger::meter, ledger::note>;

inline const weir::caller anna{.id = "anna", .email = "anna@example.com"};
inline const weir::caller bert{.id = "bert", .email = "bert@example.com"};
inline const weir::caller carl{.id = "carl", .email = "carl@example.com", .groups = {"auditors"}};

/// `text` with the place of the tables where `@H.` stands.
inline std::string placed(std::string text, std::string_view place) {
    for (auto found = text.find("@H."); found != std::string::npos; found = text.find("@H."))
        text.replace(found, 3, place);
    return text;
}

/// A schema on PostgreSQL of the test's own.
class postgres_backend {
public:
    postgres_backend() {
        auto session = pool_.session(weir::nobody{});
        weir::create_tables<served_tables>(session);
    }

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return weir::any_session_for<Who>{pool_.session(who)};
    }

    /// Executes text as somebody whom no row policy binds.
    void tamper(std::string text) {
        schema_.server().as_superuser(placed(std::move(text), '"' + schema_.name() + "\"."));
    }

private:
    own_schema schema_{postgres_server::shared(), "history"};
    weir::lakebase::pool pool_{schema_.options()};
};

class embedded_backend {
public:
    embedded_backend() {
        auto session = database_.session(weir::nobody{});
        weir::create_tables<served_tables>(session);
    }

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return weir::any_session_for<Who>{database_.session(who)};
    }

    /// Executes text that nothing of weir stands before.
    void tamper(std::string text) {
        database_.session(weir::nobody{})
            .execute(
                {placed(std::move(text), "@{ledger}"), "history", weir::sql::verb::update},
                {},
                weir::deadline{}
            );
    }

private:
    weir::embedded::database database_{{.path = ":memory:"}};
};

/// Seconds since 2026-01-01, as the repositories of a test see it.
inline std::atomic<std::int64_t>& seconds() {
    static std::atomic<std::int64_t> now{0};
    return now;
}

inline weir::timestamp at(std::int64_t second) {
    constexpr std::int64_t start = 1'767'225'600'000'000;
    return {start + second * 1'000'000};
}

inline weir::timestamp clock() {
    return at(seconds());
}

template <class Row, class Session>
weir::repository<Row, Session> rows(Session& session) {
    return weir::repository<Row, Session>{session, {.clock = &clock}};
}

/// What a statement gives, NULL as "-". `@H` stands for the place of the tables.
template <class Session>
std::vector<std::string> ask(Session& session, const std::string& text, weir::sql::verb does = {}) {
    std::vector<std::string> given;
    const auto asked = placed(text, "@{ledger}");
    auto result = session.execute(
        {asked, "history", does, weir::sql::reach::everybody}, {}, weir::deadline{}
    );
    while (const auto fields = result.next()) {
        std::string line;
        for (const auto& field : *fields)
            line.append(line.empty() ? "" : "|").append(field.is_null ? "-" : field.text);
        given.push_back(line);
    }
    return given;
}

} // namespace test
