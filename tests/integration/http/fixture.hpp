// SPDX-License-Identifier: Apache-2.0
// The tables of the example behind routes, on the embedded engine or on PostgreSQL: the same tests
// run on both.
#pragma once

#include <weir/data/create_tables.hpp>
#include <weir/http/health.hpp>
#include <weir/http/table_routes.hpp>

#ifdef WEIR_TEST_ON_LAKEBASE
#include <weir/lakebase/session.hpp>

#include <postgres_fixture.hpp>
#else
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#endif

#include <catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <field_ops.weir.hpp>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tutorial.weir.hpp>
#include <utility>

namespace test {

#ifdef WEIR_TEST_ON_LAKEBASE

/// A schema of its own on the server of the test run.
class backend {
public:
    backend() : schema_(postgres_server::shared(), "routes"), pool_(schema_.options()) {}

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return pool_.session(std::move(who));
    }

private:
    own_schema schema_;
    weir::lakebase::pool pool_;
};

#else

/// A database in memory.
class backend {
public:
    backend() : database_(open()) {}

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return database_->session(std::move(who));
    }

private:
    static std::unique_ptr<weir::embedded::database> open() {
        try {
            return std::make_unique<weir::embedded::database>();
        } catch (const weir::configuration_error& failure) {
            std::fprintf(stderr, "\n*** SKIPPED: %s\n\n", failure.what());
            std::fflush(stderr);
            std::_Exit(77);
        }
    }

    std::unique_ptr<weir::embedded::database> database_;
};

#endif

inline weir::caller ada() {
    return {.id = "ada", .email = "ada@example.com"};
}

inline weir::caller bob() {
    return {.id = "bob"};
}

/// The tables orders, order_lines, user_preferences of field_ops and wells of the tutorial, empty,
/// behind routes.
class service {
public:
    explicit service(weir::http::table_options options = {}) {
        auto session = backend_.session(weir::nobody{});
        weir::create_tables<tutorial::tables>(session);
        const weir::table* const tables[]{
            &weir::table_of<field_ops::order>,
            &weir::table_of<field_ops::order_line>,
            &weir::table_of<field_ops::user_preference>,
        };
        weir::create_tables(session, tables);
        const auto from = weir::http::sessions_of(backend_, weir::nobody{.name = "service"});
        weir::http::add_table<tutorial::well>(routes_, from, options);
        weir::http::add_table<field_ops::order>(routes_, from, options);
        weir::http::add_table<field_ops::order_line>(routes_, from, options);
        weir::http::add_table<field_ops::user_preference>(routes_, from, options);
        weir::http::add_health(routes_, {weir::http::database_component("database", from)});
        routes_.identify_with([this](const weir::http::request&) { return who_; });
    }

    /// Who makes the requests from now on.
    void as(std::optional<weir::caller> who) { who_ = std::move(who); }

    weir::http::response
    ask(std::string_view method,
        std::string_view path,
        std::string_view body = "",
        std::initializer_list<weir::http::header> headers = {}) {
        weir::http::request asked;
        asked.method = method;
        asked.target =
            path.starts_with("/livez") ? std::string{path} : "/api/v1" + std::string{path};
        asked.body = body;
        for (const auto& field : headers)
            asked.headers.add(field.name, field.value);
        if (!body.empty() && !asked.headers.find("Content-Type"))
            asked.headers.add("Content-Type", "application/json");
        return routes_.handle(std::move(asked));
    }

private:
    backend backend_{};
    weir::http::router routes_{};
    std::optional<weir::caller> who_{};
};

/// The text between `"name":"` and the next quote.
inline std::string text_member(const std::string& json, std::string_view name) {
    const auto start = json.find("\"" + std::string{name} + "\":\"");
    if (start == std::string::npos)
        return {};
    const auto begin = start + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

inline bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace test
