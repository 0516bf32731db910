// SPDX-License-Identifier: Apache-2.0
// One connection to the server: prepares, executes, translates failures. Costs <libpq-fe.h>.
#pragma once

#include <weir/core/error.hpp>
#include <weir/lakebase/detail/pq_link.hpp>
#include <weir/lakebase/detail/prepared_cache.hpp>
#include <weir/lakebase/detail/server_report.hpp>
#include <weir/lakebase/detail/shared_trips.hpp>
#include <weir/lakebase/detail/statement_watch.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/lakebase/sqlstate.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/place.hpp>
#include <weir/sql/row_policies.hpp>
#include <weir/sql/statement.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::lakebase::detail {

/// What a call needs to know besides its statement.
struct call {
    std::string_view table{};
    /// Losing the connection leaves the outcome open: a write outside a unit of work, or a commit.
    bool ambiguous = false;
    /// Whether the statement is part of a unit of work, which a failure of any statement ends.
    bool in_unit = false;
    const void* owner = nullptr;
    steady::time_point due{};
    /// What begins the unit of work whose first statement it is; nullptr: it has begun, or there is
    /// none.
    const char* begin = nullptr;
    /// What row policies are told for it; nullptr: nothing, or what the unit of work was told.
    const sql::arguments* told = nullptr;
    /// What they are told again after it, in a unit of work.
    const sql::arguments* told_after = nullptr;
};

/// Throws what the loss of a connection means, with the driver's exception nested.
[[noreturn]] inline void
throw_lost(const call& of, interference met, std::string_view driver_text) {
    error_detail detail{
        .sqlstate = "08006",
        .server_text = std::string{driver_text},
        .retryable = !of.ambiguous,
        .outcome_unknown = of.ambiguous,
    };
    if (met != interference::none) {
        std::throw_with_nested(timeout_error{
            about(of.table) + "the deadline passed and the server did not react to the cancel",
            std::move(detail)
        });
    }
    std::throw_with_nested(connection_error{
        about(of.table) + (of.ambiguous
                               ? "the connection broke during a write, which may or may not "
                                 "have happened"
                               : "the connection to the database broke; try again"),
        std::move(detail)
    });
}

/// Throws what a statement stopped from outside means, with the driver's exception nested.
[[noreturn]] inline void
throw_stopped(const call& of, interference met, std::string_view server_text) {
    std::throw_with_nested(timeout_error{
        about(of.table) + (met == interference::cancelled
                               ? "the statement was cancelled"
                               : "the deadline passed; the statement was "
                                 "cancelled"),
        {.sqlstate = "57014", .server_text = std::string{server_text}}
    });
}

/// A connection, its prepared statements and its place under the watchdog. Not for two threads at
/// once.
class connection {
public:
    /// Errors: pq_failure; translated by the pool, which knows what to try again.
    /// Lifetime: the options, `watch` and `dog` must outlive this object.
    connection(
        const options& to, const secret& connection_string, watched_statement& watch, watchdog& dog
    )
        : link_(connection_string.reveal()), to_(to), prepared_(to.prepared), watch_(watch),
          dog_(dog) {}

    connection(const connection&) = delete;
    connection(connection&&) = delete;
    connection& operator=(const connection&) = delete;
    connection& operator=(connection&&) = delete;

    ~connection() = default;

    /// Executes one statement, prepared on this connection once. Without a transaction block of its
    /// own: BEGIN and COMMIT would be two more round trips, about twice the time.
    ///
    /// Errors: the types of core/error.hpp; is_broken() tells whether the connection is lost.
    pq_answer
    execute(const sql::statement& statement, const sql::arguments& arguments, const call& of) {
        return guarded(of, [&](bool& sent) {
            if (statement.verb == sql::verb::ddl && arguments.size() == 0) {
                // Run once and hardly ever again; may be several statements.
                const auto text = placed(statement.text);
                sent = true;
                return link_.run(text.c_str());
            }
            try {
                return send(statement, arguments, of, sent);
            } catch (const pq_failure& refused) {
                if (!is_stale_plan(refused))
                    throw;
                // Refused before it ran: the table changed under the plan, or the server forgot it.
                prepared_.forget(statement.text);
                tells_.clear();
                if (of.in_unit)
                    throw;
            }
            sent = false;
            return send(statement, arguments, of, sent);
        });
    }

    /// Executes the reads of a trip in one round trip, and keeps there the answers that came. Row
    /// policies are told before each read whose it is, unless it is the same caller's as before.
    ///
    /// Errors: as execute(), of the first that failed; those after it have no answer either.
    void execute_each(shared_trips::trip& trip, const call& of) {
        (void)guarded(of, [&](bool&) {
            const auto party = trip.party();
            try {
                std::vector<prepared_call> calls;
                // Whose answers they have.
                std::vector<std::optional<std::size_t>> seats;
                const sql::arguments* told = nullptr;
                calls.reserve(2 * party.size());
                seats.reserve(2 * party.size());
                // A trip has no more seats than the cache: none of these puts out another.
                for (std::size_t seat = 0; seat < party.size(); ++seat) {
                    const auto& each = *party[seat];
                    if (each.told != nullptr && (told == nullptr || *told != *each.told)) {
                        told = each.told;
                        calls.push_back({prepared_to_tell(), *told});
                        seats.emplace_back();
                    }
                    calls.push_back({name_of(each.asked.text), each.with});
                    seats.emplace_back(seat);
                }
                link_.execute_each(
                    calls,
                    [&] { trip.has_left(); },
                    [&](std::size_t at, pq_answer got) {
                        if (seats[at])
                            trip.take(*seats[at], std::move(got));
                    }
                );
            } catch (const pq_failure& refused) {
                if (is_stale_plan(refused)) {
                    for (const auto* each : party)
                        prepared_.forget(each->asked.text);
                    tells_.clear();
                }
                throw;
            }
            return pq_answer{};
        });
    }

    /// Executes text that takes no arguments and is not worth preparing: BEGIN, COMMIT, ROLLBACK.
    pq_answer run(const char* text, const call& of) {
        return guarded(of, [&](bool& sent) {
            if (of.told == nullptr) {
                sent = true;
                return link_.run(text);
            }
            const auto& tells = prepared_to_tell();
            sent = true;
            return link_.execute_together(1, text, prepared_call{tells, *of.told});
        });
    }

    /// Whether the server has hung up while nothing was asked of it. One system call.
    ///
    /// A killed connection looks open until it is used; a write must know before it is sent.
    [[nodiscard]] bool has_hung_up() noexcept { return link_.has_hung_up(); }

    /// Whether the connection must not be used again.
    [[nodiscard]] bool is_broken() const noexcept { return broken_ || !link_.is_open(); }

    /// Has the pool close it: its state is not known any more.
    void distrust() noexcept { broken_ = true; }

    [[nodiscard]] int backend() const noexcept { return link_.backend(); }

    [[nodiscard]] std::size_t prepared_statements() const noexcept { return prepared_.size(); }

private:
    [[nodiscard]] static bool is_stale_plan(const pq_failure& refused) {
        const std::string_view code{refused.sqlstate()};
        return code == "26000" ||
               (code == "0A000" &&
                std::string_view{refused.what()}.find("cached plan") != std::string_view::npos);
    }

    /// A statement's text with the names of schemas where its place markers are.
    [[nodiscard]] std::string placed(std::string_view text) const {
        return sql::expand_places(text, sql::dialect::postgres, [this](std::string_view place) {
            if (!to_.schema.empty() && !place.starts_with(sql::fixed_place))
                return quoted_identifier(to_.schema) + ".";
            return sql::resolve_place(
                place,
                sql::dialect::postgres,
                [this](std::string_view name) -> std::optional<std::string> {
                    return to_.variables ? to_.variables(name) : std::nullopt;
                }
            );
        });
    }

    const std::string& name_of(std::string_view text) {
        if (const auto* known = prepared_.find(text))
            return *known;
        if (const auto old = prepared_.evict_if_full())
            unprepare(*old);
        auto name = prepared_.next_name();
        link_.prepare(name, placed(text));
        return prepared_.add(text, std::move(name));
    }

    /// Executes a statement by its prepared name, and before it what tells the row policies: in one
    /// round trip and, outside a unit of work, one transaction.
    pq_answer send(
        const sql::statement& statement, const sql::arguments& arguments, const call& of, bool& sent
    ) {
        if (of.told == nullptr) {
            const prepared_call asked{name_of(statement.text), arguments};
            sent = true;
            return of.begin == nullptr ? link_.execute(asked)
                                       : link_.execute_together(1, of.begin, asked);
        }
        const prepared_call tells{prepared_to_tell(), *of.told};
        const prepared_call asked{name_of(statement.text), arguments};
        sent = true;
        if (of.begin != nullptr)
            return link_.execute_together(2, of.begin, tells, asked);
        if (of.told_after == nullptr)
            return link_.execute_together(1, tells, asked);
        return link_.execute_together(1, tells, asked, prepared_call{tells.name, *of.told_after});
    }

    /// The name of the statement that tells the row policies. Not in the cache, which could give it
    /// up between its two uses.
    const std::string& prepared_to_tell() {
        if (tells_.empty()) {
            auto name = prepared_.next_name();
            link_.prepare(name, std::string{sql::set_caller_text});
            tells_ = std::move(name);
        }
        return tells_;
    }

    void unprepare(const std::string& name) {
        try {
            (void)link_.run(("deallocate " + name).c_str());
        } catch (const pq_failure& refused) {
            // The server forgot it: so much the better.
            if (refused.sqlstate() != "26000")
                throw;
        }
    }

    /// Runs `action` under the watchdog. `action` sets its argument once the statement may have
    /// reached the server.
    template <class Action>
    pq_answer guarded(const call& of, Action&& action) {
        watch_.start(link_, of.owner, of.due);
        dog_.expect(of.due);
        bool sent = false;
        try {
            auto received = action(sent);
            // It finished before the cancel arrived; what arrives now must not hit the next
            // statement.
            if (watch_.finish() != interference::none)
                broken_ = true;
            return received;
        } catch (const pq_failure& failure) {
            const auto met = watch_.finish();
            auto seen = of;
            seen.ambiguous = of.ambiguous && sent;
            translate(failure, met, seen);
        } catch (...) {
            watch_.finish();
            throw;
        }
    }

    [[noreturn]] void translate(const pq_failure& failure, interference met, const call& of) {
        if (!link_.is_open()) {
            broken_ = true;
            throw_lost(of, met, failure.what());
        }
        const std::string_view sqlstate{failure.sqlstate()};
        if (met != interference::none) {
            if (sqlstate == "57014")
                throw_stopped(of, met, failure.what());
            broken_ = true;
        }
        // The library itself is at odds with the connection: neither can be trusted any more.
        if (sqlstate.empty())
            broken_ = true;
        throw_refusal(sqlstate, failure.what(), of.table);
    }

    pq_link link_;
    const options& to_;
    prepared_cache prepared_;
    // Empty until it is prepared.
    std::string tells_{};
    watched_statement& watch_;
    watchdog& dog_;
    bool broken_ = false;
};

} // namespace weir::lakebase::detail
