// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <weir/data/create_tables.hpp>
#include <weir/http/health.hpp>
#include <weir/http/table_routes.hpp>
#include <weir/table/idempotency.hpp>

#include <atomic>
#include <field_ops.weir.hpp>
#include <freight.weir.hpp>
#include <tutorial.weir.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "answer_watch.hpp"
#include "backend.hpp"
#include "statement_watch.hpp"
#include "watched_session.hpp"

namespace test {

namespace {

void replace_all(std::string& in, std::string_view from, std::string_view to) {
    for (auto at = in.find(from); at != std::string::npos; at = in.find(from, at + to.size()))
        in.replace(at, from.size(), to);
}

/// A statement of field_ops without what compares an owner with the caller.
std::string without_predicates(std::string_view text) {
    std::string bare{text};
    for (const std::string owner : {R"("customer")", R"("user_id")"}) {
        for (const std::string alias : {"t.", "h.", "n.", "g.", "o.", "a1.", "a2."})
            replace_all(bare, alias + owner + " = $1", "$1::text is not null");
        replace_all(bare, "t." + owner + " = excluded." + owner, "true");
        replace_all(bare, "o." + owner + " is distinct from r." + owner, "false");
    }
    return bare;
}

/// What the sessions of a service share.
struct session_state {
    std::atomic<service::crash> next_crash{service::crash::never};
    statement_watch* watch = nullptr;
};

/// A unit of work whose connection may break at the worst moment.
template <class Unit>
class breaking_unit : public watched_unit<Unit> {
public:
    breaking_unit(Unit held, session_state& shared)
        : watched_unit<Unit>(std::move(held), *shared.watch), shared_(&shared) {}

    void commit() {
        const auto when = shared_->next_crash.exchange(service::crash::never);
        if (when != service::crash::before_commit)
            this->held_.commit();
        if (when != service::crash::never)
            throw weir::connection_error{"The connection broke", {.outcome_unknown = true}};
    }

private:
    session_state* shared_;
};

/// A session whose units of work may break.
template <class Session>
class breaking_session : public watched_calls<Session> {
public:
    breaking_session(Session held, session_state& shared)
        : watched_calls<Session>(std::move(held), *shared.watch), shared_(&shared) {}

    auto begin(weir::deadline until) {
        if constexpr (requires { this->held_.begin_writing(until); }) {
            return breaking_unit{this->held_.begin_writing(until), *shared_};
        } else {
            return breaking_unit{this->held_.begin(until), *shared_};
        }
    }

private:
    session_state* shared_;
};

} // namespace

template <class Tables>
void add_facts(std::vector<const weir::table*>& to) {
    Tables::for_each([&]<class Row>(std::type_identity<Row> /*unused*/) {
        to.push_back(&weir::table_of<Row>);
    });
}

/// The tables whose names statements may hold.
std::vector<const weir::table*> known_tables() {
    static constexpr auto answers = weir::idempotency_table(weir::table_of<field_ops::order>);
    std::vector<const weir::table*> all{&answers};
    add_facts<tutorial::tables>(all);
    add_facts<field_ops::tables>(all);
    add_facts<freight::tables>(all);
    return all;
}

/// The tables that have routes.
std::vector<const weir::table*> served_tables() {
    return {
        &weir::table_of<tutorial::well>,
        &weir::table_of<field_ops::order>,
        &weir::table_of<field_ops::order_line>,
        &weir::table_of<field_ops::user_preference>,
        &weir::table_of<freight::shipper>,
        &weir::table_of<freight::consignment>,
    };
}

struct service::parts {
    statement_watch watch{known_tables()};
    answer_watch answers{served_tables()};
    std::shared_ptr<backend> on{};
    weir::http::router routes{};
    std::optional<weir::caller> who{};
    session_state shared{.watch = &watch};
    bool has_units = true;

    parts() = default;
    parts(const parts&) = delete;
    parts(parts&&) = delete;
    parts& operator=(const parts&) = delete;
    parts& operator=(parts&&) = delete;

    /// Whatever was asked of this service, nothing of it was in a statement, and every answer is
    /// one that the document describes.
    ~parts() {
        for (const auto& each : watch.strange())
            FAIL_CHECK("a statement holds a word that is not its writer's: " << each);
        for (const auto& each : answers.undescribed())
            FAIL_CHECK("the OpenAPI document knows no such answer: " << each);
    }

    [[nodiscard]] weir::http::sessions sessions();

    /// Adds the routes of every table.
    void add_tables(const weir::http::table_options& options);

    weir::http::response answer(weir::http::request asked) {
        const auto method = asked.method;
        const auto target = asked.target;
        auto made = routes.handle(std::move(asked));
        answers.see(method, target, made);
        return made;
    }
};

weir::http::sessions service::parts::sessions() {
    return {
        [this] {
            auto session = on->session(weir::nobody{.name = "service"});
            if (!has_units || is_warehouse)
                return weir::any_session{watched_calls{std::move(session), watch}};
            return weir::any_session{breaking_session{std::move(session), shared}};
        },
        [this](const weir::caller& asking) {
            if (!has_units || is_warehouse)
                return weir::any_caller_session{watched_calls{on->session(asking), watch}};
            return weir::any_caller_session{breaking_session{on->session(asking), shared}};
        },
    };
}

void service::parts::add_tables(const weir::http::table_options& options) {
    const auto from = sessions();
    weir::http::add_table<tutorial::well>(routes, from, options);
    weir::http::add_table<field_ops::order>(routes, from, options);
    weir::http::add_table<field_ops::order_line>(routes, from, options);
    weir::http::add_table<field_ops::user_preference>(routes, from, options);
    weir::http::add_table<freight::shipper>(routes, from, options);
    weir::http::add_table<freight::consignment>(routes, from, options);
    weir::http::add_health(routes, {weir::http::database_component("database", from)});
    // A request that says who asks keeps it, for tests in many threads.
    routes.identify_with([this](const weir::http::request& asked) {
        return asked.caller ? asked.caller : who;
    });
}

service::service(weir::http::table_options options, bool has_units)
    : parts_(std::make_unique<parts>()) {
    parts_->has_units = has_units;
    parts_->on = std::make_shared<backend>();
    auto session = parts_->on->session(weir::nobody{});
    weir::create_tables<tutorial::tables>(session);
    weir::create_tables<freight::tables>(session);
    const weir::table* const tables[]{
        &weir::table_of<field_ops::order>,
        &weir::table_of<field_ops::order_line>,
        &weir::table_of<field_ops::user_preference>,
    };
    weir::create_tables(session, tables);
    parts_->add_tables(options);
}

service::service(service& beside, weir::http::table_options options)
    : parts_(std::make_unique<parts>()) {
    parts_->on = beside.parts_->on;
    parts_->add_tables(options);
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
    return parts_->answer(std::move(asked));
}

weir::http::response
service::ask_as(const std::optional<weir::caller>& who, weir::http::request asked) const {
    asked.caller = who;
    return parts_->answer(std::move(asked));
}

std::uint64_t service::execute(std::string_view text) {
    auto session = parts_->on->session(weir::nobody{});
    return session
        .execute(
            {text, "", weir::sql::verb::update, weir::sql::reach::everybody}, {}, weir::deadline{}
        )
        .affected_rows();
}

void service::keep_only(layers kept) {
    if (!kept.predicates)
        parts_->watch.change_with(&without_predicates);
    if (kept.policies)
        return;
    for (const std::string table :
         {R"("orders")", R"("orders_history")", R"("order_lines")", R"("user_preferences")"})
        execute("alter table @{app_data}" + table + " disable row level security");
}

void service::crash_next_commit(crash when) {
    parts_->shared.next_crash = when;
}

weir::http::router& service::routes() {
    return parts_->routes;
}

weir::http::sessions service::sessions() {
    return parts_->sessions();
}

} // namespace test
