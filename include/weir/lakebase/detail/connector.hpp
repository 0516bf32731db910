// SPDX-License-Identifier: Apache-2.0
// Opens connections: asks for the password, tries again where that may help, says what went wrong.
// Costs <libpq-fe.h> and <random>.
#pragma once

#include <weir/core/breaker.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/lakebase/detail/connection.hpp>
#include <weir/lakebase/detail/pq_link.hpp>
#include <weir/lakebase/detail/server_report.hpp>
#include <weir/lakebase/detail/statement_watch.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/lakebase/sqlstate.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>

namespace weir::lakebase::detail {

/// Evenly between 0 and 1.
inline double random_share() {
    thread_local std::minstd_rand source{std::random_device{}()};
    return std::uniform_real_distribution<double>{0, 1}(source);
}

[[noreturn]] inline void throw_late() {
    throw timeout_error{
        "The deadline passed before a database connection was there",
        {.sqlstate = {}, .server_text = {}, .retryable = true}
    };
}

/// Opens the connections of a pool. Threads: shared object safe.
class connector {
public:
    /// Lifetime: `to` must outlive this object.
    connector(const options& to, password_provider password)
        : options_(to), password_(std::move(password)), breaker_(to.breaker) {}

    /// Opens a connection; tries again while the server is unreachable or starting, and once with
    /// another password when it refuses the first.
    ///
    /// Errors: connection_error, at once while the circuit is open; authentication_error,
    /// configuration_error, timeout_error; what the providers of user and password throw.
    std::unique_ptr<connection> connect(watched_statement& watch, watchdog& dog, deadline until) {
        auto need = password_need::connect;
        for (std::size_t attempt = 1;; ++attempt) {
            if (until.has_passed())
                throw_late();
            auto leave = breaker_.enter();
            if (!leave)
                throw_open();
            const auto user = options_.user.empty() ? options_.find_user() : options_.user;
            const auto password = password_ ? password_(need) : secret{};
            try {
                auto made = open(user, password, watch, dog, until);
                leave->succeeded();
                return made;
            } catch (const error& failure) {
                ++failures_;
                // A server that refuses is alive.
                if (failure.kind() == error_kind::connection) {
                    leave->failed();
                } else {
                    leave->succeeded();
                }
                const bool refused = failure.kind() == error_kind::authentication;
                if (refused && password_ && need == password_need::connect) {
                    need = password_need::refused;
                    continue;
                }
                if (!failure.retryable() || attempt >= options_.connect_attempts)
                    throw;
                const auto pause = backoff(attempt);
                if (steady::now() + pause >= until.at())
                    throw;
                std::this_thread::sleep_for(pause);
            }
        }
    }

    /// Attempts that failed.
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_.load(); }

    [[nodiscard]] breaker_state circuit() const { return breaker_.state(); }

private:
    [[noreturn]] static void throw_open() {
        throw connection_error{
            "The database could not be reached several times in a row; it is tried again shortly",
            {.sqlstate = "08001", .server_text = {}, .retryable = true}
        };
    }

    std::unique_ptr<connection> open(
        const std::string& user,
        const secret& password,
        watched_statement& watch,
        watchdog& dog,
        deadline until
    ) const {
        const auto text = connection_string(options_, password, until.left(), user);
        try {
            return std::make_unique<connection>(options_, text, watch, dog);
        } catch (const pq_failure& failure) {
            // libpq tells no code of a refused connection.
            const auto sqlstate = sqlstate_of_refusal(failure.what());
            if (!sqlstate.empty())
                throw_refusal(sqlstate, failure.what(), {});
            std::throw_with_nested(connection_error{
                "Could not connect to the database " + options_.database + " at " +
                    (options_.host.empty() ? "the local socket" : options_.host),
                {.sqlstate = "08001", .server_text = failure.what(), .retryable = true}
            });
        }
    }

    /// Full jitter: anything up to 100 ms, then 200 ms, 400 ms, at most 2 s.
    static std::chrono::milliseconds backoff(std::size_t attempt) {
        const auto doublings = std::min<std::size_t>(attempt - 1, 5);
        const auto longest = std::min(2'000.0, 100.0 * static_cast<double>(1U << doublings));
        return std::chrono::milliseconds{static_cast<std::int64_t>(longest * random_share())};
    }

    const options& options_;
    password_provider password_;
    breaker breaker_;
    std::atomic<std::uint64_t> failures_{0};
};

} // namespace weir::lakebase::detail
