// SPDX-License-Identifier: Apache-2.0
#include "record_service.hpp"

#include <weir/data/create_tables.hpp>
#include <weir/http/api_log.hpp>
#include <weir/http/records.hpp>
#include <weir/http/router.hpp>

#include <catch.hpp>
#include <field_ops.weir.hpp>
#include <mutex>
#include <utility>

#include "backend.hpp"

namespace test {

namespace {

/// What was asked of the database.
class statement_list {
public:
    void see(std::string_view text) {
        const std::lock_guard lock{mutex_};
        seen_.emplace_back(text);
    }

    std::vector<std::string> take() {
        const std::lock_guard lock{mutex_};
        return std::exchange(seen_, {});
    }

private:
    std::mutex mutex_{};
    std::vector<std::string> seen_{};
};

/// A session whose statements are listed.
template <class Session>
class listed_session {
public:
    listed_session(Session held, statement_list& to) : held_(std::move(held)), to_(&to) {}

    [[nodiscard]] weir::sql::dialect dialect() const { return held_.dialect(); }

    [[nodiscard]] std::string_view actor() const { return held_.actor(); }

    [[nodiscard]] const weir::caller& caller() const
        requires weir::caller_session<Session>
    {
        return held_.caller();
    }

    auto execute(
        const weir::sql::statement& text, const weir::sql::arguments& with, weir::deadline until
    ) {
        to_->see(text.text);
        return held_.execute(text, with, until);
    }

    [[nodiscard]] std::size_t most_argument_bytes() const {
        return weir::most_argument_bytes(held_);
    }

    /// What a warehouse's fixture erases cannot say that it has none.
    auto begin(weir::deadline until)
        requires(!test::is_warehouse && weir::transactional_session<Session>)
    {
        auto unit = weir::detail::begin_to_write(held_, until);
        return listed_session<decltype(unit)>{std::move(unit), *to_};
    }

    void commit()
        requires weir::unit_of_work<Session>
    {
        held_.commit();
    }

    void rollback()
        requires weir::unit_of_work<Session>
    {
        held_.rollback();
    }

private:
    Session held_;
    statement_list* to_;
};

/// Declared tables of the tests: those of the examples, opened to the records API or not.
struct declared_tables {
    weir::table wells = weir::table_of<field_ops::well>;
    weir::table preferences = weir::table_of<field_ops::user_preference>;
    weir::table orders = weir::table_of<field_ops::order>;

    declared_tables() {
        for (auto* each : {&wells, &preferences, &orders}) {
            each->place = "app_data";
            each->api.records_v1 = each != &orders;
        }
    }
};

} // namespace

struct record_service::parts {
    backend on{};
    declared_tables declared{};
    statement_list list{};
    weir::http::router routes{};
    std::optional<weir::caller> who{};
    std::string catalog{};
    std::string schema{};
    std::optional<weir::http::api_log> log{};
};

record_service::record_service(record_setup how) : parts_(std::make_unique<parts>()) {
    auto& on = *parts_;
    on.catalog = on.on.catalog();
    on.schema = on.on.schema();
    const weir::http::sessions from{
        [&on] {
            return weir::any_session{
                listed_session{on.on.session(weir::nobody{.name = "service"}), on.list}
            };
        },
        [&on](const weir::caller& asking) {
            return weir::any_caller_session{listed_session{on.on.session(asking), on.list}};
        },
    };
    auto session = on.on.session(weir::nobody{});
    const weir::table* const tables[]{
        &on.declared.wells, &on.declared.preferences, &on.declared.orders
    };
    weir::create_tables(session, tables);
    weir::http::records_options options;
    const auto everything = on.catalog + "." + on.schema + ".*";
    options.reachable =
        weir::http::name_patterns{how.reachable.empty() ? everything : how.reachable};
    options.creatable =
        weir::http::name_patterns{how.creatable.empty() ? everything : how.creatable};
    options.metadata = std::move(how.metadata);
    if (how.has_backend) {
        if (is_lakebase() || !test::is_warehouse)
            options.lakebase = from;
        if (!is_lakebase())
            options.warehouse = from;
    }
    options.is_embedded = !is_lakebase() && !test::is_warehouse;
    // Where tables of one place are: the schema of the pool, the fixture's catalog, or the engine's
    // own.
    const auto catalog = test::is_warehouse ? on.catalog : std::string{"databricks_postgres"};
    const auto schema = is_lakebase() ? on.schema : std::string{"app_data"};
    for (const auto* each : tables)
        options.declared.push_back(
            {each, catalog, schema, from, nullptr, "/api/v1/" + std::string{each->api.path}}
        );
    weir::http::add_records(on.routes, std::move(options));
    if (how.has_log) {
        const auto marked = place();
        on.log.emplace(
            from,
            weir::http::api_log_options{
                .place = marked.substr(2, marked.size() - 3),
                .on = is_lakebase() ? weir::backend::lakebase : weir::backend::warehouse,
                .tables = {{&on.declared.wells, on.catalog, on.schema, "/api/v1/wells"}},
            }
        );
        on.routes.observe_failures([&on](const auto& seen) { on.log->see(seen); });
    }
    on.routes.identify_with([&on](const weir::http::request&) { return on.who; });
}

record_service::~record_service() = default;

bool record_service::is_lakebase() {
#ifdef WEIR_TEST_ON_LAKEBASE
    return true;
#else
    return false;
#endif
}

bool record_service::is_warehouse() {
    return test::is_warehouse;
}

const std::string& record_service::catalog() const {
    return parts_->catalog;
}

const std::string& record_service::schema() const {
    return parts_->schema;
}

std::string record_service::at(std::string_view table) const {
    return R"("catalog":")" + catalog() + R"(","schema":")" + schema() + R"(","table":")" +
           std::string{table} + R"(")";
}

std::string record_service::query(std::string_view table) const {
    return "catalog=" + catalog() + "&schema=" + schema() + "&table=" + std::string{table};
}

void record_service::as(std::optional<weir::caller> who) {
    parts_->who = std::move(who);
}

weir::http::response
record_service::ask(std::string_view method, std::string_view path, std::string_view body) {
    weir::http::request asked;
    asked.method = method;
    asked.target = "/api/v1/records/" + std::string{path};
    asked.body = body;
    if (!body.empty())
        asked.headers.add("Content-Type", "application/json");
    return parts_->routes.handle(std::move(asked));
}

weir::http::response record_service::write(std::string_view table, std::string_view members) {
    return ask("POST", "write", "{" + at(table) + "," + std::string{members} + "}");
}

weir::http::response record_service::update(std::string_view table, std::string_view members) {
    return ask("PUT", "update", "{" + at(table) + "," + std::string{members} + "}");
}

weir::http::response record_service::remove(std::string_view table, std::string_view members) {
    return ask("DELETE", "delete", "{" + at(table) + "," + std::string{members} + "}");
}

weir::http::response record_service::read(std::string_view table, std::string_view parameters) {
    return ask(
        "GET", "read?" + query(table) + (parameters.empty() ? "" : "&") + std::string{parameters}
    );
}

void record_service::execute(const std::string& text) {
    auto session = parts_->on.session(weir::nobody{});
    static_cast<void>(session.execute({text, "", weir::sql::verb::ddl}, {}, weir::deadline{}));
}

std::string record_service::place() const {
    return is_lakebase() ? "@{=" + schema() + "}" : "@{=" + catalog() + "." + schema() + "}";
}

std::vector<std::string> record_service::take_statements() {
    return parts_->list.take();
}

std::uint64_t record_service::end_log() {
    parts_->log->stop();
    return parts_->log->lost();
}

std::vector<std::vector<std::optional<std::string>>> record_service::select(const std::string& text
) {
    auto session = parts_->on.session(weir::nobody{});
    auto found = session.execute({text, "", weir::sql::verb::select}, {}, weir::deadline{});
    std::vector<std::vector<std::optional<std::string>>> rows;
    while (const auto fields = found.next()) {
        auto& row = rows.emplace_back();
        for (const auto& each : *fields)
            row.push_back(
                each.is_null ? std::nullopt : std::optional<std::string>{std::string{each.text}}
            );
    }
    return rows;
}

std::uint64_t record_service::rows_of(std::string_view table) {
    const auto rows = select("select count(*) from " + place() + std::string{table});
    REQUIRE(rows.size() == 1);
    return std::stoull(*rows.front().front());
}

} // namespace test
