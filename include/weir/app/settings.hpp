// SPDX-License-Identifier: Apache-2.0
// What a service is told from outside (design 7), typed. Every problem is found at once; secrets
// never print. Costs what environment.hpp, http/router.hpp and workspace/config.hpp cost.
#pragma once

#include <weir/app/environment.hpp>
#include <weir/core/breaker.hpp>
#include <weir/core/log.hpp>
#include <weir/core/secret.hpp>
#include <weir/http/cors.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/identity.hpp>
#include <weir/http/rate_limit.hpp>
#include <weir/http/records/name_patterns.hpp>
#include <weir/http/request_log.hpp>
#include <weir/http/target.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/table/identifier.hpp>
#include <weir/workspace/config.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace weir::app {

/// How to reach Lakebase.
struct lakebase_settings {
    /// Which setting chose this: `DATABASE_URL`, `PGHOST` or `LAKEBASE_HOST`.
    std::string chosen_by{};
    /// A host name, an address, or the folder of a unix socket.
    std::string host{};
    std::uint16_t port = 5432;
    std::string database{"databricks_postgres"};
    std::string user{};
    secret password{};
    /// As libpq spells it; empty: verify-full for a remote host, none on this machine.
    std::string sslmode{};
    /// A file of certificates; empty: the system's.
    std::string sslrootcert{};
    std::string application_name{"weir"};
    /// What a workspace mints the passwords for, where `password` is none: an endpoint's path, else
    /// an instance's name.
    std::string endpoint{};
    std::string instance{};

    /// Whether its passwords come from a workspace.
    [[nodiscard]] bool mints_passwords() const noexcept {
        return password.empty() && !(endpoint.empty() && instance.empty());
    }
};

/// How background jobs are worked on.
struct job_settings {
    /// At once, in this process; 0: it only takes them.
    std::size_t workers = 2;
    /// Of one caller, waiting or running; 0: any number.
    std::size_t per_caller = 1'000;
    std::chrono::milliseconds lease{30'000};
    std::chrono::milliseconds poll{1'000};
    /// How long a job is there after its end.
    std::chrono::seconds kept = std::chrono::hours{7 * 24};
};

/// What a service does about tables that are not as its schema says, `WEIR_MIGRATE`.
enum class migrate_mode : std::uint8_t {
    off,
    /// Tells what differs.
    check,
    /// Changes the tables on Lakebase first; see service::migrate_with.
    apply,
};

/// Settings of a service. Defaults are those of design 7.
struct settings {
    std::string host{"127.0.0.1"};
    /// 0 picks a free port.
    std::uint16_t port = 8000;
    /// How long a request may wait for a thread, `WEIR_LONGEST_WAIT_MS`; then it gets 503.
    std::chrono::milliseconds longest_wait{5'000};
    /// A file path or `:memory:`: serve every table from the embedded engine.
    std::optional<std::string> embedded{};
    std::optional<lakebase_settings> lakebase{};
    /// The SQL warehouse of tables declared for one; empty: none.
    std::string warehouse_id{};
    /// Absent where nothing needs a workspace.
    std::optional<weir::workspace::config> workspace{};
    http::trust_settings trust{};
    /// Pages of other origins that may call, `WEIR_CORS_ORIGINS` and its kin.
    http::cors_options cors{};
    /// How often each caller and address may ask, `WEIR_RATE_PER_CALLER` and its kin.
    http::rate_limit_options rates{};
    /// Whether readers come by TLS alone, `WEIR_HSTS`.
    bool strict_transport = false;
    /// Where PostgREST's shape of the tables is served, such as `/rest/v1`; absent: nowhere.
    std::optional<std::string> postgrest{};
    /// Tables that no schema declares and the records API reaches; and those it may make.
    http::name_patterns dynamic_tables{};
    http::name_patterns dynamic_create{};
    /// Whether failed requests are kept in a table, `DATABRICKS_LOGGING_ENABLED`.
    bool api_log = true;
    migrate_mode migrate = migrate_mode::check;
    /// The actor of changes that nobody in particular makes: the service principal, else `weir`.
    std::string actor{"weir"};
    /// Seals the cursors of lists; empty: a random key of this process.
    secret cursor_key{};
    /// Before each backend that is reached over a network.
    breaker_options breaker{.lasting = std::chrono::milliseconds{3'000}};
    job_settings jobs{};
    weir::log_level log_level = weir::log_level::info;
    weir::log_format log_format = weir::log_format::json;
    /// Lines about requests, `WEIR_ACCESS_LOG` and its kin.
    http::request_log_options request_log{.answers = false, .writes = false};
    /// Whether answers tell in `Server-Timing` how long they took.
    bool server_timing = false;
    /// Where the values came from; places in schemas (`${UC_CATALOG:-main}.x`) are resolved with
    /// it.
    environment source{};
    /// The settings that were found, `PGHOST=db.example.com (environment)`, in the order they were
    /// asked for. Of a secret only that it is set.
    std::vector<std::string> chosen{};
    /// What is missing or wrong, a sentence each; a service with problems does not start.
    std::vector<std::string> problems{};

    /// Reads the process's environment, then `.env`. Never throws for a bad setting: see
    /// `problems`.
    static settings from_environment(const environment_options& how = {});

    /// Reads a given environment.
    static settings from(environment source);
};

namespace detail {

/// Every `WEIR_*` setting there is; any other is a mistake.
inline constexpr std::array<std::string_view, 35> known_settings{
    "WEIR_ACCESS_LOG",
    "WEIR_AUDIT_LOG",
    "WEIR_BREAKER_AFTER_MS",
    "WEIR_BREAKER_FAILURES",
    "WEIR_BREAKER_PAUSE_MS",
    "WEIR_CORS_CREDENTIALS",
    "WEIR_CORS_HEADERS",
    "WEIR_CORS_ORIGINS",
    "WEIR_CURSOR_KEY",
    "WEIR_DUCKDB_LIBRARY",
    "WEIR_DYNAMIC_CREATE",
    "WEIR_DYNAMIC_TABLES",
    "WEIR_EMBEDDED",
    "WEIR_GROUPS_CLAIM",
    "WEIR_GROUPS_HEADER",
    "WEIR_HOST",
    "WEIR_HSTS",
    "WEIR_JOB_KEPT_S",
    "WEIR_JOB_LEASE_MS",
    "WEIR_JOB_PER_CALLER",
    "WEIR_JOB_POLL_MS",
    "WEIR_JOB_WORKERS",
    "WEIR_LOCAL_USER",
    "WEIR_LOG_EMAILS",
    "WEIR_LONGEST_WAIT_MS",
    "WEIR_MIGRATE",
    "WEIR_PORT",
    "WEIR_POSTGREST",
    "WEIR_PROFILE",
    "WEIR_RATE_BURST",
    "WEIR_RATE_PER_ADDRESS",
    "WEIR_RATE_PER_CALLER",
    "WEIR_SERVER_TIMING",
    "WEIR_SLOW_STATEMENT_MS",
    "WEIR_TRUST_FORWARDED_HEADERS",
};

/// Reads settings by name and keeps what is wrong with them.
class settings_reader {
public:
    explicit settings_reader(settings& into) : into_(into) {}

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        const auto found = into_.source.all().find(name);
        if (found == into_.source.all().end())
            return std::nullopt;
        const auto& [value, from] = found->second;
        auto told = std::string{name} + "=" + (is_secret(name) ? "…" : value) + " (" + from + ")";
        if (std::find(into_.chosen.begin(), into_.chosen.end(), told) == into_.chosen.end())
            into_.chosen.push_back(std::move(told));
        return std::string_view{value};
    }

    void text(std::string_view name, std::string& into) const {
        if (const auto given = find(name))
            into = *given;
    }

    void port(std::string_view name, std::uint16_t& into) {
        const auto given = find(name);
        if (!given)
            return;
        std::uint16_t read = 0;
        const auto* end = given->data() + given->size();
        const auto [stopped, failed] = std::from_chars(given->data(), end, read);
        if (failed == std::errc{} && stopped == end) {
            into = read;
        } else {
            problem(std::string{name} + " must be a port, 0 to 65535");
        }
    }

    void number(std::string_view name, std::uint32_t least, std::uint32_t most, auto&& take) {
        const auto given = find(name);
        if (!given)
            return;
        std::uint32_t read = 0;
        const auto* end = given->data() + given->size();
        const auto [stopped, failed] = std::from_chars(given->data(), end, read);
        if (failed == std::errc{} && stopped == end && read >= least && read <= most) {
            take(read);
        } else {
            problem(
                std::string{name} + " must be a number from " + std::to_string(least) + " to " +
                std::to_string(most)
            );
        }
    }

    [[nodiscard]] bool flag(std::string_view name, std::string_view usual = "false") {
        const auto given = find(name).value_or(usual);
        if (given != "true" && given != "false")
            problem(std::string{name} + " must be true or false");
        return given == "true";
    }

    void logging() {
        into_.api_log = flag("DATABRICKS_LOGGING_ENABLED", "true");
        if (const auto level = find("LOG_LEVEL");
            level && !parse_log_level(*level, into_.log_level))
            problem("LOG_LEVEL must be debug, info, warning or error");
        if (const auto format = find("LOG_FORMAT");
            format && !parse_log_format(*format, into_.log_format))
            problem("LOG_FORMAT must be json or text");
        const std::string_view usual = find("DATABRICKS_APP_NAME") ? "true" : "false";
        into_.request_log.answers = flag("WEIR_ACCESS_LOG", usual);
        into_.request_log.writes = flag("WEIR_AUDIT_LOG", usual);
        into_.request_log.emails = flag("WEIR_LOG_EMAILS");
        into_.server_timing = flag("WEIR_SERVER_TIMING");
        number("WEIR_SLOW_STATEMENT_MS", 0, 3'600'000, [&](auto read) {
            into_.request_log.slow_statement = std::chrono::milliseconds{read};
        });
    }

    void listener() {
        if (find("DATABRICKS_APP_NAME"))
            into_.host = "0.0.0.0";
        text("WEIR_HOST", into_.host);
        port("WEIR_PORT", into_.port);
        port("DATABRICKS_APP_PORT", into_.port);
        number("WEIR_LONGEST_WAIT_MS", 1, 60'000, [&](auto read) {
            into_.longest_wait = std::chrono::milliseconds{read};
        });
    }

    void doors() {
        const auto base = find("WEIR_POSTGREST");
        if (!base)
            return;
        into_.postgrest = std::string{*base};
        if (!base->starts_with('/') || base->ends_with('/'))
            problem("WEIR_POSTGREST must be a path such as /rest/v1");
    }

    void migrations() {
        const auto given = find("WEIR_MIGRATE").value_or("check");
        if (given == "off") {
            into_.migrate = migrate_mode::off;
        } else if (given == "apply") {
            into_.migrate = migrate_mode::apply;
        } else if (given != "check") {
            problem("WEIR_MIGRATE must be off, check or apply");
        }
    }

    void records() {
        patterns("WEIR_DYNAMIC_TABLES", into_.dynamic_tables);
        patterns("WEIR_DYNAMIC_CREATE", into_.dynamic_create);
    }

    void identity() {
        into_.trust.trusted =
            flag("WEIR_TRUST_FORWARDED_HEADERS") || find("DATABRICKS_APP_NAME").has_value();
        text("WEIR_LOCAL_USER", into_.trust.local_user);
        text("WEIR_GROUPS_HEADER", into_.trust.groups.header);
        text("WEIR_GROUPS_CLAIM", into_.trust.groups.claim);
        text("DATABRICKS_CLIENT_ID", into_.actor);
    }

    void browsers() {
        auto& cors = into_.cors;
        list("WEIR_CORS_ORIGINS", cors.origins);
        list("WEIR_CORS_HEADERS", cors.headers);
        cors.credentials = flag("WEIR_CORS_CREDENTIALS");
        try {
            (void)http::cors(cors);
        } catch (const configuration_error& failed) {
            problem(std::string{"WEIR_CORS_ORIGINS: "} + failed.what());
        }
        // The platform's proxy takes nothing but TLS.
        into_.strict_transport = flag("WEIR_HSTS", find("DATABRICKS_APP_NAME") ? "true" : "false");
    }

    /// After identity().
    void rates() {
        constexpr std::uint32_t most = 1'000'000;
        auto& into = into_.rates;
        into.trusts_proxy = into_.trust.trusted;
        number("WEIR_RATE_PER_CALLER", 0, most, [&](auto read) {
            into.per_caller.per_second = read;
        });
        number("WEIR_RATE_PER_ADDRESS", 0, most, [&](auto read) {
            into.per_address.per_second = read;
        });
        number("WEIR_RATE_BURST", 1, most, [&](auto read) {
            into.per_caller.burst = read;
            into.per_address.burst = read;
        });
    }

    void cursors() {
        constexpr std::size_t least = 32;
        const auto key = find("WEIR_CURSOR_KEY");
        if (!key)
            return;
        if (key->size() < least)
            problem("WEIR_CURSOR_KEY must have at least 32 characters that nobody can guess");
        into_.cursor_key = secret{*key};
    }

    void jobs() {
        using std::chrono::milliseconds;
        auto& into = into_.jobs;
        number("WEIR_JOB_WORKERS", 0, 100, [&](auto read) { into.workers = read; });
        number("WEIR_JOB_PER_CALLER", 0, 1'000'000, [&](auto read) { into.per_caller = read; });
        number("WEIR_JOB_LEASE_MS", 500, 3'600'000, [&](auto read) {
            into.lease = milliseconds{read};
        });
        number("WEIR_JOB_POLL_MS", 10, 60'000, [&](auto read) { into.poll = milliseconds{read}; });
        number("WEIR_JOB_KEPT_S", 0, 366U * 86'400, [&](auto read) {
            into.kept = std::chrono::seconds{read};
        });
    }

    void breakers() {
        using std::chrono::milliseconds;
        auto& into = into_.breaker;
        number("WEIR_BREAKER_FAILURES", 0, 1'000, [&](auto read) { into.failures = read; });
        number("WEIR_BREAKER_AFTER_MS", 0, 60'000, [&](auto read) {
            into.lasting = milliseconds{read};
        });
        number("WEIR_BREAKER_PAUSE_MS", 1, 60'000, [&](auto read) {
            into.pause = milliseconds{read};
        });
    }

    void backends() {
        if (const auto path = find("WEIR_EMBEDDED")) {
            into_.embedded = *path;
            return;
        }
        warehouse();
        lakebase();
        // What is wrong with a half-made choice has been told.
        if (!into_.lakebase && into_.warehouse_id.empty() && !lacks_host())
            problem("no backend: set WEIR_EMBEDDED (a file or :memory:), one of DATABASE_URL, "
                    "PGHOST, LAKEBASE_HOST, or DATABRICKS_WAREHOUSE_ID");
        const bool needs_workspace =
            !into_.warehouse_id.empty() || (into_.lakebase && into_.lakebase->mints_passwords());
        if (needs_workspace)
            workspace();
        // Asked for by the backends themselves.
        (void)find("LAKEBASE_SCHEMA");
    }

    void refuse_unknown() {
        for (const auto& [name, entry] : into_.source.all()) {
            if (!name.starts_with("WEIR_"))
                continue;
            if (std::find(known_settings.begin(), known_settings.end(), name) !=
                known_settings.end())
                continue;
            std::string message = "unknown setting " + name;
            const auto nearest = nearest_name(name, known_settings);
            if (!nearest.empty())
                message.append("; did you mean ").append(nearest).append("?");
            problem(std::move(message));
        }
    }

private:
    void list(std::string_view name, std::vector<std::string>& into) const {
        http::for_each_item(find(name).value_or(""), [&](auto each) { into.emplace_back(each); });
    }

    void patterns(std::string_view name, http::name_patterns& into) {
        const auto given = find(name);
        if (!given)
            return;
        try {
            into = http::name_patterns{*given};
        } catch (const configuration_error& failed) {
            problem(std::string{name} + ": " + failed.what());
        }
    }

    void problem(std::string message) { into_.problems.push_back(std::move(message)); }

    // Apps get the id by whatever name their app.yaml gives it.
    void warehouse() {
        for (const std::string_view name :
             {"DATABRICKS_WAREHOUSE_ID", "DATABRICKS_SQL_WAREHOUSE_ID", "DATABRICKS_HTTP_PATH"}) {
            if (const auto given = find(name)) {
                into_.warehouse_id = *given;
                return;
            }
        }
        // A profile may name one too.
        if (find("DATABRICKS_CONFIG_PROFILE")) {
            workspace();
            if (into_.workspace)
                into_.warehouse_id = into_.workspace->warehouse_id;
        }
    }

    void workspace() {
        if (into_.workspace)
            return;
        const auto variable = [this](std::string_view name) -> std::optional<std::string> {
            const auto found = find(name);
            return found ? std::optional<std::string>{*found} : std::nullopt;
        };
        try {
            into_.workspace = weir::workspace::config::from(variable, find("HOME").value_or(""));
        } catch (const configuration_error& failed) {
            problem(failed.what());
        }
    }

    /// Whether passwords could be minted, but for no host.
    [[nodiscard]] bool lacks_host() const {
        if (into_.lakebase)
            return false;
        return find("LAKEBASE_ENDPOINT") || find("LAKEBASE_INSTANCE_NAME") ||
               find("LAKEBASE_INSTANCE");
    }

    void lakebase() {
        if (const auto url = find("DATABASE_URL")) {
            url_of_database(*url);
        } else if (find("PGHOST")) {
            lakebase_by_names("PGHOST", {"PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"});
        } else if (find("LAKEBASE_HOST")) {
            lakebase_by_names(
                "LAKEBASE_HOST",
                {"LAKEBASE_PORT", "LAKEBASE_DATABASE", "LAKEBASE_USER", "LAKEBASE_TOKEN"}
            );
        } else if (lacks_host()) {
            problem(
                "Lakebase has an endpoint or instance, but no host: set PGHOST or LAKEBASE_HOST "
                "to its DNS name (an App gets PGHOST with a database resource)"
            );
        }
    }

    /// `names`: port, database, user, password.
    void lakebase_by_names(std::string_view host, const std::array<std::string_view, 4>& names) {
        auto& lakebase = into_.lakebase.emplace();
        lakebase.chosen_by = host;
        text(host, lakebase.host);
        port(names[0], lakebase.port);
        text(names[1], lakebase.database);
        text(names[2], lakebase.user);
        if (const auto password = find(names[3]))
            lakebase.password = secret{*password};
        if (lakebase.user.empty())
            text("DATABRICKS_CLIENT_ID", lakebase.user);
        common_lakebase(lakebase);
        check_lakebase(lakebase);
    }

    void common_lakebase(lakebase_settings& lakebase) {
        text("PGSSLMODE", lakebase.sslmode);
        text("PGSSLROOTCERT", lakebase.sslrootcert);
        text("PGAPPNAME", lakebase.application_name);
        text("LAKEBASE_ENDPOINT", lakebase.endpoint);
        text("LAKEBASE_INSTANCE", lakebase.instance);
        text("LAKEBASE_INSTANCE_NAME", lakebase.instance);
    }

    void check_lakebase(lakebase_settings& lakebase) {
        // An App is given `require`, by which any certificate will do.
        if (find("DATABRICKS_APP_NAME") && lakebase.sslmode == "require")
            lakebase.sslmode = "verify-full";
        try {
            (void)weir::lakebase::ssl_mode_named(lakebase.sslmode);
        } catch (const configuration_error&) {
            problem("PGSSLMODE must be disable, require, verify-ca or verify-full; 'allow' and "
                    "'prefer' would let a connection go unencrypted");
        }
        // Else whoever the workspace says the credentials belong to.
        if (lakebase.user.empty() && !lakebase.mints_passwords())
            problem(lakebase.chosen_by + " is set, but no user: set PGUSER or LAKEBASE_USER");
        const bool is_remote = weir::lakebase::detail::is_remote(lakebase.host);
        if (is_remote && lakebase.password.empty() && !lakebase.mints_passwords())
            problem(
                lakebase.chosen_by +
                " is set, but no way to log in: set LAKEBASE_ENDPOINT, or "
                "LAKEBASE_INSTANCE_NAME for the older generation, to have passwords minted, or a "
                "fixed password"
            );
    }

    /// `postgresql://user:password@host:port/database?sslmode=…`, its parts percent-encoded.
    void url_of_database(std::string_view url) {
        auto& lakebase = into_.lakebase.emplace();
        lakebase.chosen_by = "DATABASE_URL";
        constexpr std::string_view wrong =
            "DATABASE_URL must be postgresql://user:password@host:port/database";
        const auto scheme = url.find("://");
        const auto name = url.substr(0, scheme);
        if (scheme == std::string_view::npos || !(name == "postgres" || name == "postgresql")) {
            problem(std::string{wrong});
            return;
        }
        url.remove_prefix(scheme + 3);
        const auto question = url.find('?');
        const auto options =
            question == std::string_view::npos ? std::string_view{} : url.substr(question + 1);
        url = url.substr(0, question);
        const auto slash = url.find('/');
        const auto authority = url.substr(0, slash);
        bool sound = true;
        const auto decode = [&](std::string_view part) {
            std::string decoded;
            sound = http::percent_decode(part, decoded) && sound;
            return decoded;
        };
        if (slash != std::string_view::npos && slash + 1 < url.size())
            lakebase.database = decode(url.substr(slash + 1));
        const auto at = authority.rfind('@');
        if (at != std::string_view::npos) {
            const auto user = authority.substr(0, at);
            const auto colon = user.find(':');
            lakebase.user = decode(user.substr(0, colon));
            if (colon != std::string_view::npos)
                lakebase.password = secret{decode(user.substr(colon + 1))};
        }
        auto host = authority.substr(at == std::string_view::npos ? 0 : at + 1);
        const auto colon = host.rfind(':');
        if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
            const auto digits = host.substr(colon + 1);
            const auto* end = digits.data() + digits.size();
            const auto [stopped, failed] = std::from_chars(digits.data(), end, lakebase.port);
            sound = sound && failed == std::errc{} && stopped == end;
            host = host.substr(0, colon);
        }
        lakebase.host = decode(host);
        if (!sound || lakebase.host.empty())
            problem(std::string{wrong});
        common_lakebase(lakebase);
        options_of_database(options, lakebase);
        check_lakebase(lakebase);
    }

    void options_of_database(std::string_view options, lakebase_settings& lakebase) {
        while (!options.empty()) {
            const auto end = options.find('&');
            const auto option = options.substr(0, end);
            options = end == std::string_view::npos ? std::string_view{} : options.substr(end + 1);
            const auto equals = option.find('=');
            const auto name = option.substr(0, equals);
            std::string value;
            if (equals == std::string_view::npos ||
                !http::percent_decode(option.substr(equals + 1), value)) {
                problem("DATABASE_URL: an option must be name=value");
            } else if (name == "sslmode") {
                lakebase.sslmode = value;
            } else if (name == "sslrootcert") {
                lakebase.sslrootcert = value;
            } else if (name == "application_name") {
                lakebase.application_name = value;
            } else if (name == "host") {
                lakebase.host = value;
            } else {
                problem(
                    "DATABASE_URL: unknown option '" + std::string{name} +
                    "'; sslmode, sslrootcert, application_name and host are known"
                );
            }
        }
    }

    settings& into_;
};

} // namespace detail

inline settings settings::from(environment source) {
    settings made;
    made.source = std::move(source);
    detail::settings_reader reader{made};
    reader.refuse_unknown();
    reader.listener();
    reader.doors();
    reader.records();
    reader.migrations();
    reader.identity();
    reader.browsers();
    reader.rates();
    reader.cursors();
    reader.logging();
    reader.breakers();
    reader.jobs();
    reader.backends();
    return made;
}

inline settings settings::from_environment(const environment_options& how) {
    try {
        return from(environment::of_process(how));
    } catch (const configuration_error& failed) {
        settings made;
        made.problems.emplace_back(failed.what());
        return made;
    }
}

} // namespace weir::app
