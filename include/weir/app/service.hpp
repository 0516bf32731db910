// SPDX-License-Identifier: Apache-2.0
// A whole service: settings, backend, routes, listener, signals. Costs libpq-fe.h, httplib,
// nghttp2.h and <thread>: include it in one file.
#pragma once

#include <weir/app/api_log_door.hpp>
#include <weir/app/backends.hpp>
#include <weir/app/deferred_read.hpp>
#include <weir/app/freed_memory.hpp>
#include <weir/app/job_context.hpp>
#include <weir/app/job_desk.hpp>
#include <weir/app/records_door.hpp>
#include <weir/app/settings.hpp>
#include <weir/app/signals.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/core/seal.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/drift.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/http/add_table.hpp>
#include <weir/http/api_log.hpp>
#include <weir/http/cors.hpp>
#include <weir/http/custom_route.hpp>
#include <weir/http/deferred_answers.hpp>
#include <weir/http/docs_page.hpp>
#include <weir/http/failure_log.hpp>
#include <weir/http/gzip.hpp>
#include <weir/http/health.hpp>
#include <weir/http/metrics.hpp>
#include <weir/http/openapi.hpp>
#include <weir/http/postgrest.hpp>
#include <weir/http/rate_limit.hpp>
#include <weir/http/records.hpp>
#include <weir/http/request_log.hpp>
#include <weir/http/router.hpp>
#include <weir/http/row_cache.hpp>
#include <weir/http/security_headers.hpp>
#include <weir/http/server.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/table/row.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

// The files of the /docs page are part of a build only where they have been fetched.
#if __has_include(<weir_swagger_ui.hpp>)
#include <weir_swagger_ui.hpp>
#endif

namespace weir::app {

namespace detail {

[[nodiscard]] inline http::docs_files docs_files_of_this_build() noexcept {
#if __has_include(<weir_swagger_ui.hpp>)
    return http::swagger_ui_files();
#else
    return {};
#endif
}

} // namespace detail

/// Serves the tables of one or more schemas until SIGTERM or SIGINT.
///
/// Errors:   none thrown for settings, backends or a taken port: run() reports them and answers 1.
/// Threads:  make it in main before any other thread, so that all of them leave signals to run().
class service {
public:
    explicit service(settings chosen)
        : settings_(std::move(chosen)),
          log_(descriptor_sink(1), settings_.log_level, settings_.log_format) {
        routes_.log_to(log_);
        identify_with({});
    }

    service(const service&) = delete;
    service(service&&) = delete;
    service& operator=(const service&) = delete;
    service& operator=(service&&) = delete;
    ~service() = default;

    /// Serves every table in `Tables` (a generated `table_list`): its routes if it has `api:`, and
    /// the table itself, created at start where it is absent. `options` are those of all its
    /// routes: `{.hooks = {weir::share(weir::hooks<order>{…})}}`. The schema's `<name>.weir.cpp`
    /// is linked, or table_routes.hpp included.
    template <class Tables>
    void serve(http::table_options options = {}) {
        // One key for all tables, so that a cursor of another table is known for what it is.
        if (settings_.cursor_key.empty())
            settings_.cursor_key = sealer::random_key();
        if (options.cursor_key.empty())
            options.cursor_key = settings_.cursor_key;
        if (!options.caches)
            options.caches = caches_;
        const auto shared = std::make_shared<const http::table_options>(std::move(options));
        std::size_t hooked = 0;
        Tables::for_each([&]<class Row>(std::type_identity<Row> /*unused*/) {
            served_table added{&table_of<Row>, nullptr, shared};
            if constexpr (!table_of<Row>.api.path.empty()) {
                added.add_routes =
                    [](http::router& to, const http::sessions& from, const http::table_options& how
                    ) { http::add_table<Row>(to, from, how); };
            }
            for (const auto& hooks : shared->hooks)
                hooked += hooks != nullptr && &hooks->of() == &table_of<Row> ? 1U : 0U;
            tables_.push_back(added);
        });
        hooks_.insert(hooks_.end(), shared->hooks.begin(), shared->hooks.end());
        if (hooked != shared->hooks.size())
            settings_.problems.emplace_back("serve(): hooks were given for a table not served here"
            );
    }

    /// Adds a route of one's own beside the generated ones. Unless it is a GET, it runs in one unit
    /// of work: committed when it answers 2xx, else undone.
    ///
    ///     service.route("POST", "/api/v1/orders/{key}/place", [](weir::http::route_context& in) {
    ///         …
    ///     });
    void route(std::string method, std::string pattern, http::custom_handler answer) {
        custom_.push_back({std::move(method), std::move(pattern), std::move(answer)});
    }

    /// Makes a kind of background job known, for start_job(). Jobs are kept in a table of the
    /// database: what is begun is ended, here or by another instance, whatever dies.
    ///
    ///     service.job("report", [](weir::app::job_context& job) -> weir::app::job_result {
    ///         …
    ///     });
    void job(std::string name, job_handler run, job_options how = {}) {
        const bool is_taken = std::any_of(kinds_.begin(), kinds_.end(), [&](const auto& each) {
            return each.name == name;
        });
        if (is_taken)
            settings_.problems.emplace_back("job(): two jobs are called '" + name + "'");
        kinds_.push_back({std::move(name), std::move(run), how});
    }

    /// Takes a job for the caller of a route of one's own: 202 with `Location` of the job. It may
    /// begin once the route's unit of work, if any, has committed, and `delay` is over. `input` is
    /// JSON.
    ///
    /// Errors: authentication_error where the caller is not known, validation_error for input that
    ///         is no JSON, configuration_error for an unknown name, and where no database is there
    ///         to keep jobs.
    [[nodiscard]] http::response start_job(
        http::route_context& in,
        std::string_view name,
        std::string_view input,
        std::chrono::milliseconds delay = {}
    ) const {
        if (!jobs_)
            throw configuration_error{"Jobs are kept in Lakebase, and none is configured"};
        return jobs_->accept(in, name, input, delay);
    }

    /// The workspace that the settings name, for handlers of routes and jobs.
    ///
    /// Errors: configuration_error where they name none, and before run().
    [[nodiscard]] workspace::client& workspace() const {
        auto* const found = backends_ ? backends_->workspace() : nullptr;
        if (found == nullptr)
            throw configuration_error{"No workspace is configured: set DATABRICKS_HOST"};
        return *found;
    }

    /// Asks `resolve` for the groups of each request's caller, besides those the settings find:
    /// for `read_all` and `purge`. It runs before every request's route, so it should remember what
    /// it knows; what it throws fails the request. Since it may take long, rows are not read
    /// together then (router::answer_jointly()).
    ///
    ///     service.groups_with([](const weir::caller& who) { return directory.groups_of(who.id);
    ///     });
    void groups_with(std::function<std::vector<std::string>(const caller& who)> resolve) {
        identify_with(std::move(resolve));
    }

    /// How `WEIR_MIGRATE=apply` changes tables: migrate() of app/migrate.hpp. A service that is
    /// told to apply and was given none does not start.
    using migrator = std::function<void(
        const settings& chosen,
        std::span<const table* const> tables,
        const logger& log,
        const std::stop_token& stop
    )>;

    void migrate_with(migrator how) { migrate_ = std::move(how); }

    /// The router, for routes that need no session.
    [[nodiscard]] http::router& routes() noexcept { return routes_; }

    /// The service's log, one line each on stdout.
    [[nodiscard]] const logger& log() const noexcept { return log_; }

    /// The same for a program's arguments: `--check` tells what was chosen and what is wrong, and
    /// ends with 0 or 1, opening nothing; any other is refused with 2.
    int run(int count, const char* const* arguments) {
        if (count <= 1)
            return run();
        if (count != 2 || std::string_view{arguments[1]} != "--check") {
            std::fputs("usage: [--check]  (settings come from the environment)\n", stderr);
            return 2;
        }
        for (const auto& each : settings_.chosen)
            std::printf("%s\n", each.c_str());
        if (tell_problems())
            return 1;
        std::puts("the settings are complete");
        return 0;
    }

    /// Listens until SIGTERM or SIGINT, then finishes what runs. The process's exit code: 0, or 1
    /// when the service could not start; the reasons are on stderr.
    int run() {
        try {
            if (settings_.migrate == migrate_mode::apply && !migrate_)
                settings_.problems.emplace_back("WEIR_MIGRATE=apply: this program cannot change "
                                                "tables; it needs service::migrate_with()");
            if (settings_.problems.empty()) {
                detail::keep_freed_memory();
                open_backends();
                return listen();
            }
        } catch (const error& failed) {
            settings_.problems.emplace_back(failed.what());
        }
        tell_problems();
        return 1;
    }

private:
    /// Whether there are any.
    bool tell_problems() const {
        for (const auto& problem : settings_.problems)
            std::fprintf(stderr, "weir: %s\n", problem.c_str());
        return !settings_.problems.empty();
    }

    struct served_table {
        const table* facts;
        void (*add_routes)(
            http::router& to, const http::sessions& from, const http::table_options& how
        );
        std::shared_ptr<const http::table_options> options;
    };

    struct custom_route {
        std::string method;
        std::string pattern;
        http::custom_handler answer;
    };

    void identify_with(std::function<std::vector<std::string>(const caller& who)> resolve) {
        const auto pace = resolve ? http::middleware_pace::own : http::middleware_pace::shared;
        routes_.identify_with(
            [trust = settings_.trust, resolve = std::move(resolve)](const http::request& asked) {
                auto who = http::identify(asked.headers, asked.remote_address, trust);
                if (who && resolve) {
                    auto found = resolve(*who);
                    std::move(found.begin(), found.end(), std::back_inserter(who->groups));
                }
                return who;
            },
            pace
        );
    }

    void open_backends() {
        put_middleware();
        backends_.emplace(settings_, log_);
        for (const auto& each : backends_->all())
            pending_.push_back({&each, {}});
        for (const auto& [facts, add_routes, options] : tables_) {
            const auto* const on = backends_->serving(*facts);
            if (on == nullptr) {
                log_.warning(
                    facts->backend == backend::warehouse
                        ? "table not served: it needs a SQL warehouse, and none is configured"
                        : "table not served: it needs Lakebase, and none is configured",
                    {{"table", facts->name}}
                );
                continue;
            }
            served_.push_back(facts);
            for (auto& each : pending_)
                if (each.on == on)
                    each.tables.push_back(facts);
            if (add_routes != nullptr)
                add_routes(routes_, on->sessions, *options);
        }
        for (const auto& [method, pattern, answer] : custom_) {
            const auto& first = backends_->all().front();
            http::add_route(routes_, method, pattern, first.sessions, answer, {.hooks = hooks_});
        }
        add_jobs();
        add_records();
        if (settings_.postgrest)
            http::add_postgrest(routes_, served_, {.base = *settings_.postgrest});
        std::vector<http::health_component> components;
        for (const auto& each : backends_->all())
            components.push_back(each.health);
        components.push_back(
            {"tables",
             [this](deadline) {
                 if (!tables_are_ready_.load())
                     throw statement_error{"The tables are not ready"};
             },
             "ready"}
        );
        http::add_health(routes_, std::move(components), {.log = &log_});
        auto described = served_;
        if (jobs_)
            described.push_back(&jobs_->facts());
        http::add_openapi(routes_, described, {.records = has_records_, .jobs = jobs_.has_value()});
        http::add_docs(routes_, {.files = detail::docs_files_of_this_build()});
        settings_.request_log.backends = {
            backends_->description_of(sql::dialect::postgres),
            backends_->description_of(sql::dialect::databricks),
        };
        http::log_requests(routes_, log_, settings_.request_log);
        if (settings_.server_timing)
            routes_.put_around(http::server_timing());
        metrics_.emplace(described);
        metrics_->add_source([this](http::metrics_writer& to) { write_metrics(to); });
        http::add_metrics(routes_, *metrics_);
    }

    /// What stands around every route, from within.
    void put_middleware() {
        routes_.put_around(
            {[this](http::request& asked, const auto& next) {
                 return defer_ ? defer_(asked, next) : next(asked);
             },
             http::middleware_pace::shared}
        );
        routes_.put_around(http::gzip_answers());
        auto limits = settings_.rates;
        limits.unlimited = {"/livez", "/api/v1/healthcheck"};
        rates_.emplace(std::move(limits));
        rates_->watch(routes_);
        routes_.put_around(http::cors(settings_.cors));
        routes_.put_around(http::security_headers({.strict_transport = settings_.strict_transport})
        );
    }

    void write_metrics(http::metrics_writer& to) const {
        backends_->write_metrics(to);
        constexpr std::string_view limited = "weir_http_rate_limited_total";
        to.family(limited, "counter", "Requests answered 429.");
        to.sample(limited, {{"by", "address"}}, rates_->refused_by_address());
        to.sample(limited, {{"by", "caller"}}, rates_->refused_by_caller());
        if (jobs_)
            jobs_->write_metrics(to);
        if (api_log_) {
            to.single("weir_api_log_written_total", "counter", "Rows kept.", api_log_->written());
            to.single("weir_api_log_lost_total", "counter", "Rows lost.", api_log_->lost());
        }
        write_caches(to);
        to.single("weir_log_lost_lines_total", "counter", "Log lines lost.", log_.lost_lines());
        if (server_ == nullptr)
            return;
        const auto now = server_->statistics();
        to.single("weir_http_connections", "gauge", "Open connections.", now.connections);
        to.family("weir_http_workers", "gauge", "Threads that answer requests.");
        to.sample("weir_http_workers", {{"state", "busy"}}, now.workers - now.idle_workers);
        to.sample("weir_http_workers", {{"state", "idle"}}, now.idle_workers);
        to.single(
            "weir_http_waiting_requests", "gauge", "Requests that wait for a thread.", now.waiting
        );
        to.single("weir_http_waiting_bytes", "gauge", "What they hold.", now.waiting_bytes);
        constexpr std::string_view wait = "weir_http_longest_wait_seconds";
        to.family(wait, "gauge", "How long the first of them has waited.");
        to.seconds(wait, {}, now.longest_wait);
        to.single(
            "weir_http_turned_away_total",
            "counter",
            "Requests answered 503 because they waited too long, or too much waited.",
            now.turned_away
        );
        constexpr std::string_view own = "weir_http_listener_answers_total";
        to.family(own, "counter", "Answers of the listener, which no route made.");
        server_->own_answers().for_each([&](const std::string& status, std::uint64_t count) {
            to.sample(own, {{"status", status}}, count);
        });
    }

    void add_jobs() {
        auto* const warehouse = backends_->warehouse();
        const bool defers =
            warehouse != nullptr && std::any_of(served_.begin(), served_.end(), [](const auto* of) {
                return of->api.async;
            });
        if (kinds_.empty() && !defers)
            return;
        const auto* const on = job_desk::place(*backends_);
        if (on == nullptr) {
            log_.warning("no jobs: they are kept in Lakebase, and none is configured");
            return;
        }
        if (warehouse != nullptr)
            job(std::string{http::deferred_kind}, [this, warehouse](job_context& of) {
                return finish_read(of, routes_, *warehouse);
            });
        jobs_.emplace(
            *backends_,
            *on,
            served_,
            std::move(kinds_),
            http::table_options{
                .cursor_key = settings_.cursor_key, .caches = caches_, .hooks = hooks_
            },
            settings_,
            log_
        );
        jobs_->add_routes(routes_);
        if (warehouse != nullptr)
            defer_ =
                http::deferred_answers(on->sessions, jobs_->records(), http::table_options{}.base);
        for (auto& each : pending_)
            if (each.on == on)
                each.tables.push_back(&jobs_->facts());
    }

    /// Facts of tables, and rows per table.
    void write_caches(http::metrics_writer& to) const {
        std::vector<std::pair<std::string, workspace::timed_cache_statistics>> all;
        if (known_tables_)
            all.emplace_back("tables", known_tables_());
        caches_->for_each([&](const http::row_cache& each) {
            all.emplace_back("rows of " + std::string{each.facts().name}, each.statistics());
        });
        if (all.empty())
            return;
        to.family("weir_cache_entries", "gauge", "What a cache keeps.");
        for (const auto& [name, of] : all)
            to.sample("weir_cache_entries", {{"cache", name}}, of.kept);
        to.family("weir_cache_bytes", "gauge", "Bytes of the rows that a cache keeps.");
        for (const auto& [name, of] : all)
            to.sample("weir_cache_bytes", {{"cache", name}}, of.bytes);
        constexpr std::string_view lookups = "weir_cache_lookups_total";
        to.family(lookups, "counter", "By what a cache answered with.");
        for (const auto& [name, of] : all) {
            to.sample(lookups, {{"cache", name}, {"by", "value"}}, of.hits);
            to.sample(lookups, {{"cache", name}, {"by", "absence"}}, of.absences);
            to.sample(lookups, {{"cache", name}, {"by", "shared_fetch"}}, of.shared);
            to.sample(lookups, {{"cache", name}, {"by", "fetch"}}, of.fetches);
        }
        to.family("weir_cache_evictions_total", "counter", "Dropped for want of room.");
        for (const auto& [name, of] : all)
            to.sample("weir_cache_evictions_total", {{"cache", name}}, of.evicted);
    }

    void add_records() {
        std::vector<record_source> tables;
        for (const auto& each : tables_)
            tables.push_back({each.facts, each.options});
        auto how = records_of(settings_, *backends_, tables);
        has_records_ = how.has_value();
        if (const auto kept = find_api_log(settings_, *backends_)) {
            api_log_.emplace(kept->to, api_log_options_of(*kept, settings_, tables, log_));
            routes_.observe_failures([this](const auto& seen) { api_log_->see(seen); });
            if (how)
                how->declared.push_back({&api_log_facts, kept->catalog, kept->schema, {}, {}, {}});
        } else if (settings_.api_log) {
            log_.warning("no api_log: set DATABRICKS_LOG_CATALOG and DATABRICKS_LOG_SCHEMA");
        }
        if (how)
            known_tables_ = http::add_records(routes_, std::move(*how));
    }

    /// The tables of one backend that may still be absent.
    struct pending_tables {
        const backends::opened* on;
        std::vector<const table*> tables;
    };

    /// Whether all tables are there now; what one backend refuses keeps no other waiting. No
    /// statement waits long for its database, and none begins once `stop` is asked for.
    [[nodiscard]] bool create_absent_tables(const std::stop_token& stop = {}) {
        std::erase_if(pending_, [&](const auto& each) { return has_created(each, stop); });
        tables_are_ready_.store(pending_.empty());
        return pending_.empty();
    }

    [[nodiscard]] bool has_created(const pending_tables& absent, const std::stop_token& stop) {
        static constexpr std::chrono::seconds patience{5};
        try {
            auto session = absent.on->sessions.for_nobody();
            if (settings_.migrate == migrate_mode::apply &&
                session.dialect() == sql::dialect::postgres)
                migrate_tables(absent.tables, stop);
            create_tables(session, absent.tables, [&stop] {
                return deadline::in(stop.stop_requested() ? std::chrono::seconds{0} : patience);
            });
            if (settings_.migrate != migrate_mode::off)
                check_tables(session, absent.tables);
            return true;
        } catch (const error& failed) {
            log_.error(
                "the tables are not ready",
                {{"backend", absent.on->description},
                 {"what", failed.what()},
                 {"sqlstate", failed.sqlstate()},
                 {"server_text", http::detail::kept_of_server(failed)}}
            );
            return false;
        }
    }

    /// A statement that is refused would be refused again; what cannot be reached is tried again.
    void migrate_tables(std::span<const table* const> tables, const std::stop_token& stop) const {
        try {
            migrate_(settings_, tables, log_, stop);
        } catch (const statement_error& failed) {
            log_.error(
                failed.what(),
                {{"sqlstate", failed.sqlstate()},
                 {"server_text", http::detail::kept_of_server(failed)}}
            );
        }
    }

    /// Tells the log which tables are not as their schema says; whatever they are, they are served.
    void check_tables(any_session& session, std::span<const table* const> tables) const {
        static constexpr std::chrono::seconds patience{5};
        for (const auto* of : tables) {
            std::string told;
            try {
                for (const auto& each : drift_of(session, *of, deadline::in(patience)))
                    told.append(told.empty() ? "" : "; ").append(each);
            } catch (const error& failed) {
                told.append("it could not be looked at: ").append(failed.what());
            }
            if (!told.empty())
                log_.warning(
                    "a table is not as its schema says",
                    {{"table", of->name}, {"differs", told}, {"see", "weir diff"}}
                );
        }
    }

    /// A database that is down at start is a state, not the end: the service answers, degraded, and
    /// tries on.
    [[nodiscard]] std::jthread keep_creating_tables() {
        return std::jthread{[this](const std::stop_token& stop) {
            constexpr std::chrono::seconds pause{1};
            std::mutex mutex;
            std::condition_variable_any stopped;
            std::unique_lock lock{mutex};
            while (!stop.stop_requested() && !create_absent_tables(stop))
                stopped.wait_for(lock, stop, pause, [] { return false; });
        }};
    }

    int listen() {
        http::server server{routes_, {.longest_wait = settings_.longest_wait}};
        const int port = server.bind(settings_.host, settings_.port);
        server_ = &server;
        std::jthread creating;
        // A migration takes as long as it takes, and requests are answered meanwhile.
        if (settings_.migrate == migrate_mode::apply || !create_absent_tables())
            creating = keep_creating_tables();
        if (jobs_)
            jobs_->runner().start();
        std::promise<void> ended;
        std::jthread serving{[&server, &ended] {
            server.run();
            ended.set_value();
        }};
        const bool is_ipv6 = settings_.host.find(':') != std::string::npos;
        const auto host = is_ipv6 ? "[" + settings_.host + "]" : settings_.host;
        std::printf("listening on http://%s:%d\n", host.c_str(), port);
        std::fflush(stdout);
        std::string chosen;
        for (const auto& each : settings_.chosen)
            chosen.append(chosen.empty() ? "" : ", ").append(each);
        log_.info("settings", {{"chosen", chosen}});
        log_.info("serving", {{"backend", backends_->description()}, {"port", port}});

        const int signal = signals_.wait();
        signals_.release();
        log_.info("stopping", {{"signal", signal}});
        creating.request_stop();
        if (jobs_)
            jobs_->runner().request_stop();
        server.stop();
        bool has_ended = ended.get_future().wait_for(longest_stop) == std::future_status::ready;
        if (jobs_ && !jobs_->runner().stop())
            has_ended = false;
        if (api_log_)
            api_log_->stop();
        if (!has_ended)
            cut_off();
        return 0;
    }

    /// Ends the process although requests still run: whoever stops a service kills it after some
    /// seconds, and these wait for a database that may never answer. What it has not been told to
    /// commit it undoes.
    [[noreturn]] void cut_off() const {
        log_.warning("requests or jobs were cut off: they did not end in time");
        std::fflush(stdout);
        std::_Exit(0);
    }

    /// Design 8: out within 10 s; what waits for the api_log then still has its time.
    static constexpr std::chrono::seconds longest_stop{7};

    // First: it must hold signals back before any thread starts.
    stop_signals signals_;
    settings settings_;
    logger log_;
    http::router routes_;
    std::vector<served_table> tables_;
    std::vector<custom_route> custom_;
    std::vector<job_kind> kinds_;
    std::vector<std::shared_ptr<const any_hooks>> hooks_;
    std::vector<const table*> served_;
    bool has_records_ = false;
    // Before whatever may still write.
    std::shared_ptr<http::row_caches> caches_ = std::make_shared<http::row_caches>();
    std::optional<backends> backends_;
    std::optional<http::rate_limits> rates_;
    std::optional<job_desk> jobs_;
    /// Of a service with jobs and a warehouse.
    http::middleware defer_{};
    std::function<workspace::timed_cache_statistics()> known_tables_;
    std::optional<http::api_log> api_log_;
    std::optional<http::metrics> metrics_;
    /// While it serves, from before its threads begin.
    const http::server* server_ = nullptr;
    std::vector<pending_tables> pending_;
    migrator migrate_;
    std::atomic<bool> tables_are_ready_{false};
};

} // namespace weir::app
