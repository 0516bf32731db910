// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

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

#include <cstdio>
#include <cstdlib>
#include <field_ops.weir.hpp>
#include <freight.weir.hpp>
#include <tutorial.weir.hpp>
#include <utility>

namespace test {

namespace {

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

} // namespace

struct service::parts {
    backend on{};
    weir::http::router routes{};
    std::optional<weir::caller> who{};
};

service::service(weir::http::table_options options) : parts_(std::make_unique<parts>()) {
    auto& [on, routes, who] = *parts_;
    auto session = on.session(weir::nobody{});
    weir::create_tables<tutorial::tables>(session);
    weir::create_tables<freight::tables>(session);
    const weir::table* const tables[]{
        &weir::table_of<field_ops::order>,
        &weir::table_of<field_ops::order_line>,
        &weir::table_of<field_ops::user_preference>,
    };
    weir::create_tables(session, tables);
    const auto from = weir::http::sessions_of(on, weir::nobody{.name = "service"});
    weir::http::add_table<tutorial::well>(routes, from, options);
    weir::http::add_table<field_ops::order>(routes, from, options);
    weir::http::add_table<field_ops::order_line>(routes, from, options);
    weir::http::add_table<field_ops::user_preference>(routes, from, options);
    weir::http::add_table<freight::shipper>(routes, from, options);
    weir::http::add_table<freight::consignment>(routes, from, options);
    weir::http::add_health(routes, {weir::http::database_component("database", from)});
    // A request that says who asks keeps it, for tests in many threads.
    routes.identify_with([this](const weir::http::request& asked) {
        return asked.caller ? asked.caller : parts_->who;
    });
}

service::~service() = default;

bool service::is_lakebase() {
#ifdef WEIR_TEST_ON_LAKEBASE
    return true;
#else
    return false;
#endif
}

void service::as(std::optional<weir::caller> who) {
    parts_->who = std::move(who);
}

weir::http::response service::ask(
    std::string_view method,
    std::string_view path,
    std::string_view body,
    std::initializer_list<weir::http::header> headers
) {
    weir::http::request asked;
    asked.method = method;
    asked.target = path.starts_with("/livez") ? std::string{path} : "/api/v1" + std::string{path};
    asked.body = body;
    for (const auto& field : headers)
        asked.headers.add(field.name, field.value);
    if (!body.empty() && !asked.headers.find("Content-Type"))
        asked.headers.add("Content-Type", "application/json");
    return parts_->routes.handle(std::move(asked));
}

weir::http::response
service::ask_as(const std::optional<weir::caller>& who, weir::http::request asked) const {
    asked.caller = who;
    return parts_->routes.handle(std::move(asked));
}

std::uint64_t service::execute(std::string_view text) {
    auto session = parts_->on.session(weir::nobody{});
    return session.execute({text, "", weir::sql::verb::update}, {}, weir::deadline{})
        .affected_rows();
}

weir::http::router& service::routes() {
    return parts_->routes;
}

} // namespace test
