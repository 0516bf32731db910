// SPDX-License-Identifier: Apache-2.0
// How to reach a Lakebase (or any PostgreSQL) database, and how many connections to keep. Costs
// <chrono> and <functional>.
#pragma once

#include <weir/core/breaker.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::lakebase {

/// How much of TLS is asked of the server.
enum class ssl_mode : std::uint8_t {
    /// `verify_full` for a remote host, none for a unix socket or a loopback address.
    automatic,
    disable,
    require,
    verify_ca,
    verify_full,
};

/// Why a password is asked for.
enum class password_need : std::uint8_t {
    connect,
    /// The server refused the one given last: a remembered token should be minted anew.
    refused,
};

/// Gives the password before each connect; an empty secret means none. May be called from several
/// threads at once.
using password_provider = std::function<secret(password_need)>;

/// The mode that libpq calls by this name; empty: automatic.
///
/// Errors: configuration_error, also for `allow` and `prefer`, which may fall back to no TLS
/// silently.
[[nodiscard]] inline ssl_mode ssl_mode_named(std::string_view name) {
    if (name.empty())
        return ssl_mode::automatic;
    if (name == "disable")
        return ssl_mode::disable;
    if (name == "require")
        return ssl_mode::require;
    if (name == "verify-ca")
        return ssl_mode::verify_ca;
    if (name == "verify-full")
        return ssl_mode::verify_full;
    throw configuration_error{
        "The TLS mode of Lakebase is none of disable, require, verify-ca, verify-full"
    };
}

/// Where the database is and how the pool behaves. Defaults are Lakebase's.
struct options {
    /// A name or address; empty or starting with `/`: the folder of a unix socket.
    std::string host{};
    std::uint16_t port = 5432;
    std::string database = "databricks_postgres";
    /// The PostgreSQL role: a service principal's client id, or a user's e-mail.
    std::string user{};
    /// Asked for the role at every connect where `user` is empty, so it should remember; what it
    /// throws fails the connect.
    std::function<std::string()> find_user{};
    ssl_mode ssl = ssl_mode::automatic;
    /// Debian's libpq 15 does not know `sslrootcert=system`.
    std::string ssl_root_certificate = "/etc/ssl/certs/ca-certificates.crt";
    /// Permits `ssl_mode::disable` to a remote host: the password then travels in the clear.
    bool allow_plaintext = false;
    /// The schema of every table, and the search_path; empty: the place each table's schema file
    /// names, and no search_path. Places that begin with sql::fixed_place stay what they are.
    std::string schema{};
    /// Gives the variables of such places (`${SCHEMA:-app_data}`); empty: there are none.
    std::function<std::optional<std::string>(std::string_view)> variables{};
    std::string application_name = "weir";
    std::chrono::milliseconds connect_timeout{10'000};
    /// How often a connect is tried while the server is unreachable or starting, within the
    /// deadline.
    std::size_t connect_attempts = 3;
    /// Refuses connects at once while the server cannot be reached; off: each caller finds out for
    /// itself.
    breaker_options breaker{.failures = 0};
    /// Connections kept open when idle.
    std::size_t kept = 5;
    /// Connections above that, closed when idle for `overflow_idle`.
    std::size_t overflow = 10;
    std::chrono::seconds overflow_idle{30};
    /// Callers that may wait for a connection; one more is turned away at once.
    std::size_t waiting = 256;
    /// Round trips of reads of single rows under way at once; further such reads wait for one of
    /// them, 4 ms at most, and leave together. 0: one per core.
    std::size_t point_trips = 0;
    /// Connections are closed at this age, less up to a tenth so that they do not all go together.
    /// Source: Lakebase closes them after 24 h idle and may after 3 days in all.
    std::chrono::seconds max_age{24 * 60 * 60};
    /// Prepared statements kept per connection.
    std::size_t prepared = 256;
};

namespace detail {

/// Appends `name='value' ` in libpq's spelling.
inline void append_setting(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append("='");
    for (const char letter : value) {
        if (letter == '\'' || letter == '\\')
            out.push_back('\\');
        out.push_back(letter);
    }
    out.append("' ");
}

/// Appends `-c name=value` as the server splits its start-up options: on blanks that no backslash
/// protects.
inline void append_server_setting(std::string& out, std::string_view name, std::string_view value) {
    out.append("-c ").append(name).push_back('=');
    for (const char letter : value) {
        if (letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\\') {
            out.push_back('\\');
        }
        out.push_back(letter);
    }
    out.push_back(' ');
}

[[nodiscard]] inline std::string quoted_identifier(std::string_view name) {
    std::string quoted{'"'};
    for (const char letter : name) {
        if (letter == '"')
            quoted.push_back('"');
        quoted.push_back(letter);
    }
    quoted.push_back('"');
    return quoted;
}

[[nodiscard]] inline bool is_remote(std::string_view host) noexcept {
    return !(
        host.empty() || host.starts_with('/') || host == "localhost" || host == "::1" ||
        host.starts_with("127.")
    );
}

[[nodiscard]] inline std::string_view ssl_word(const options& to) noexcept {
    switch (to.ssl) {
    case ssl_mode::disable:
        return "disable";
    case ssl_mode::require:
        return "require";
    case ssl_mode::verify_ca:
        return "verify-ca";
    case ssl_mode::verify_full:
        return "verify-full";
    case ssl_mode::automatic:
        break;
    }
    return is_remote(to.host) ? "verify-full" : "disable";
}

/// Refuses options that cannot work, before the first connect does. Errors: configuration_error
/// naming the setting.
inline void check_options(const options& to) {
    const auto refuse = [](const std::string& why) {
        throw configuration_error{"Lakebase " + why};
    };
    const auto check_text = [&](std::string_view name, std::string_view value, bool needed) {
        if (value.find('\0') != std::string_view::npos) {
            refuse(std::string{name} + " holds a NUL character");
        }
        if (needed && value.empty())
            refuse(std::string{name} + " is missing");
    };
    check_text("host", to.host, false);
    check_text("database", to.database, true);
    check_text("user", to.user, !to.find_user);
    check_text("schema", to.schema, false);
    check_text("application name", to.application_name, false);
    check_text("root certificate", to.ssl_root_certificate, false);
    // Source: PostgreSQL's NAMEDATALEN; a longer name would be cut silently.
    if (to.schema.size() > 63)
        refuse("schema has more than 63 bytes");
    if (to.port == 0)
        refuse("port is 0");
    if (to.kept == 0)
        refuse("pool keeps no connection; at least 1 is needed");
    if (to.prepared == 0)
        refuse("statement cache is empty; at least 1 is needed");
    if (to.connect_attempts == 0)
        refuse("connect attempts are 0; at least 1 is needed");
    if (to.connect_timeout <= std::chrono::milliseconds{0})
        refuse("connect timeout is not positive");
    if (to.max_age <= std::chrono::seconds{0})
        refuse("connection age is not positive");
    if (to.ssl == ssl_mode::disable && is_remote(to.host) && !to.allow_plaintext) {
        refuse("connection to a remote host needs TLS: its password would travel in the clear");
    }
}

/// What the server is told at the start of every session.
///
/// Statements and values must mean the same whatever the role's or the database's own settings are:
/// hence each one that the text format depends on. The timeouts stand behind weir's own deadlines,
/// for the case that a cancel does not reach the server.
[[nodiscard]] inline std::string server_settings(const options& to) {
    std::string settings;
    append_server_setting(settings, "TimeZone", "UTC");
    append_server_setting(settings, "DateStyle", "ISO");
    append_server_setting(settings, "IntervalStyle", "iso_8601");
    append_server_setting(settings, "bytea_output", "hex");
    append_server_setting(settings, "extra_float_digits", "1");
    append_server_setting(settings, "standard_conforming_strings", "on");
    // pg_catalog comes first unless it is named; pg_temp would too.
    append_server_setting(
        settings,
        "search_path",
        to.schema.empty() ? std::string{} : quoted_identifier(to.schema) + ",pg_temp"
    );
    const auto longest = std::to_string(deadline::longest_span.count());
    append_server_setting(settings, "statement_timeout", longest);
    append_server_setting(settings, "idle_in_transaction_session_timeout", longest);
    // A client that hung up stops its statement.
    append_server_setting(settings, "client_connection_check_interval", "5000");
    return settings;
}

/// The connection string; `user` empty: that of the options. It holds the password, hence the type.
[[nodiscard]] inline secret connection_string(
    const options& to,
    const secret& password,
    std::chrono::milliseconds timeout,
    std::string_view user = {}
) {
    std::string text;
    // Room for a token, so that no half-written copy of it stays behind in memory.
    text.reserve(2048 + 2 * password.reveal().size());
    if (!to.host.empty())
        append_setting(text, "host", to.host);
    append_setting(text, "port", std::to_string(to.port));
    append_setting(text, "dbname", to.database);
    append_setting(text, "user", user.empty() ? std::string_view{to.user} : user);
    if (!password.empty())
        append_setting(text, "password", password.reveal());
    append_setting(text, "application_name", to.application_name);
    append_setting(text, "client_encoding", "UTF8");
    const auto mode = ssl_word(to);
    append_setting(text, "sslmode", mode);
    if (mode.starts_with("verify"))
        append_setting(text, "sslrootcert", to.ssl_root_certificate);
    append_setting(text, "gssencmode", "disable");
    // libpq counts in seconds and takes 1 for 2.
    const auto wait = std::min(timeout, to.connect_timeout);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    append_setting(text, "connect_timeout", std::to_string(std::max<std::int64_t>(seconds, 2)));
    // A peer that vanished is noticed within half a minute, for statements and cancels alike.
    append_setting(text, "keepalives_idle", "15");
    append_setting(text, "keepalives_interval", "5");
    append_setting(text, "keepalives_count", "3");
    append_setting(text, "tcp_user_timeout", "15000");
    append_setting(text, "options", server_settings(to));
    return secret{std::move(text)};
}

} // namespace detail

} // namespace weir::lakebase
