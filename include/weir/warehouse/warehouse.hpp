// SPDX-License-Identifier: Apache-2.0
// A SQL warehouse that sessions execute statements on: limits, retries of what is safe, results of
// any size. Costs result.hpp and statement_call.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/place.hpp>
#include <weir/sql/statement.hpp>
#include <weir/warehouse/cancel_point.hpp>
#include <weir/warehouse/chunk_source.hpp>
#include <weir/warehouse/errors.hpp>
#include <weir/warehouse/options.hpp>
#include <weir/warehouse/result.hpp>
#include <weir/warehouse/sliced_rows.hpp>
#include <weir/warehouse/statement_call.hpp>
#include <weir/warehouse/transport.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace weir::warehouse {

template <class Who>
class session_for;

/// One warehouse. Makes no call by itself, and keeps no connection.
///
/// Lifetime: the transport must outlive it; it must outlive its sessions and their rows.
/// Threads:  may be shared.
class warehouse {
public:
    /// Errors: configuration_error.
    warehouse(transport& over, options how) : over_(&over), how_(std::move(how)) {
        detail::check_options(how_);
    }

    warehouse(const warehouse&) = delete;
    warehouse(warehouse&&) = delete;
    warehouse& operator=(const warehouse&) = delete;
    warehouse& operator=(warehouse&&) = delete;
    ~warehouse() = default;

    /// A session for a `weir::caller` or `weir::nobody`; defined in session.hpp. `as` may name the
    /// request it is for, and a user on whose behalf the platform is to act.
    template <class Who>
    [[nodiscard]] session_for<Who> session(Who who, call_identity as = {});

    /// What sessions do; see session_for::execute().
    [[nodiscard]] rows execute(
        const sql::statement& statement,
        const sql::arguments& arguments,
        std::string_view actor,
        const call_identity& as,
        cancel_point& stop,
        deadline until
    ) {
        return *run(statement, arguments, actor, as, stop, until, false);
    }

    /// The same for a query that may come in slices.
    [[nodiscard]] rows execute_sliced(
        const sql::statement& statement,
        const sql::arguments& arguments,
        std::string_view actor,
        const call_identity& as,
        const std::shared_ptr<cancel_point>& stop,
        deadline until,
        std::unique_ptr<query_slices> slices
    ) {
        auto whole = run(statement, arguments, actor, as, *stop, until, slices != nullptr);
        if (whole)
            return std::move(*whole);
        return rows{std::make_unique<sliced_rows<rows>>(
            std::move(slices),
            [this, table = std::string{statement.table}, by = std::string{actor}, as, stop, until](
                const std::string& text, const sql::arguments& given
            ) { return execute({.text = text, .table = table}, given, by, as, *stop, until); },
            how_.slice_rows
        )};
    }

private:
    using milliseconds = std::chrono::milliseconds;

    // ------------------------------------------------------------ before the call

    [[nodiscard]] std::string expand(std::string_view text) {
        return sql::expand_places(text, sql::dialect::databricks, [&](std::string_view place) {
            return prefix_of(place);
        });
    }

    [[nodiscard]] std::string prefix_of(std::string_view place) {
        const std::lock_guard lock{mutex_};
        const auto known = prefixes_.find(place);
        if (known != prefixes_.end())
            return known->second;
        auto prefix =
            sql::resolve_place(place, sql::dialect::databricks, [&](std::string_view name) {
                return variable(name);
            });
        return prefixes_.emplace(place, std::move(prefix)).first->second;
    }

    [[nodiscard]] std::optional<std::string> variable(std::string_view name) const {
        if (how_.variables)
            return how_.variables(name);
        const char* const value = std::getenv(std::string{name}.c_str());
        return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
    }

    // The platform would refuse these too, after they have crossed the network.
    static void refuse_beyond_limits(
        std::string_view text, std::string_view table, const sql::arguments& arguments
    ) {
        const auto on = detail::about(table);
        if (arguments.size() > sql::max_parameters(sql::dialect::databricks)) {
            throw statement_error{
                on + "a statement may have 255 parameters on a warehouse, and this one has " +
                    std::to_string(arguments.size()),
                {.sqlstate = "54023"}
            };
        }
        if (arguments.bytes() > most_parameter_bytes) {
            throw statement_error{
                on + "the values of a statement may have 1 MiB together on a warehouse; give fewer "
                     "rows at a time",
                {.sqlstate = "54000"}
            };
        }
        if (text.size() > most_statement_bytes) {
            throw statement_error{
                on + "a statement's text may have 16 MiB on a warehouse", {.sqlstate = "54001"}
            };
        }
    }

    // ------------------------------------------------------------ the call

    /// Absent, where that is `may_be_absent`: the result is neither for answers nor for links.
    [[nodiscard]] std::optional<rows>
    run(const sql::statement& statement,
        const sql::arguments& arguments,
        std::string_view actor,
        const call_identity& as,
        cancel_point& stop,
        deadline until,
        bool may_be_absent) {
        const auto text = expand(statement.text);
        refuse_beyond_limits(text, statement.table, arguments);
        statement_call calls{*over_, how_, as, stop};
        const auto position = as.deferral ? as.deferral->begun++ : 0;
        execution wanted{
            .text = text,
            .arguments = arguments,
            .tags = {{
                {"weir.request_id", as.request_id},
                {"weir.table", statement.table},
                {"weir.caller", actor},
            }},
        };
        if (statement.verb == sql::verb::select && was_too_large(text)) {
            if (!are_links_reachable() && may_be_absent)
                return std::nullopt;
            if (are_links_reachable())
                wanted.delivered = disposition::external_links;
        }
        for (unsigned tries = 1;; ++tries) {
            wanted.held = held_for(how_.wait, until.left());
            auto given = calls.run(statement, wanted, until, position);
            if (given.state == statement_state::succeeded)
                return rows_or_none(std::move(given), statement, as, until, may_be_absent);
            if (is_too_large(given, statement, wanted)) {
                remember_too_large(text);
                if (are_links_reachable()) {
                    wanted.delivered = disposition::external_links;
                    continue;
                }
                if (may_be_absent)
                    return std::nullopt;
                throw_too_large(statement.table);
            }
            if (!is_conflict(given) || !may_try_again(tries, stop, until))
                throw_end(given, statement);
        }
    }

    // ------------------------------------------------------------ after the call

    /// Rows, or none where their first link leads nowhere and they `may_be_absent`.
    [[nodiscard]] std::optional<rows> rows_or_none(
        answer given,
        const sql::statement& statement,
        const call_identity& as,
        deadline until,
        bool may_be_absent
    ) {
        const bool is_linked = !given.first.links.empty();
        try {
            return rows_of(std::move(given), statement, as, until);
        } catch (const connection_error&) {
            if (!is_linked)
                throw;
        } catch (const timeout_error&) {
            if (!is_linked || until.left() < milliseconds{1'000})
                throw;
        }
        links_closed_until_ = deadline::clock::now() + links_closed_span;
        if (may_be_absent)
            return std::nullopt;
        throw_too_large(statement.table);
    }

    /// Storage that could not be reached is tried again after a while.
    [[nodiscard]] bool are_links_reachable() const {
        return how_.follows_links && deadline::clock::now() >= links_closed_until_.load();
    }

    [[noreturn]] static void throw_too_large(std::string_view table) {
        throw statement_error{
            detail::about(table) + "the result is larger than 25 MiB, and the cloud storage where "
                                   "the platform would put it cannot be reached; ask for less",
            {.sqlstate = "54000"}
        };
    }

    [[nodiscard]] rows rows_of(
        answer given, const sql::statement& statement, const call_identity& as, deadline until
    ) const {
        if (statement.verb != sql::verb::select)
            return rows{count_of(std::move(given), statement.table)};
        const auto chunks = given.shape ? given.shape->chunks : 0;
        const bool is_linked = !given.first.links.empty();
        if (chunks <= 1 && !is_linked)
            return rows{std::move(given), std::nullopt};
        chunk_fetch fetch{*over_, as, given.statement_id, until};
        if (is_linked) {
            auto first = fetch.follow(given.first.links, 0, false);
            given.first = first ? std::move(*first) : fetch.fetch(0);
        }
        const auto ahead = is_linked ? how_.links_ahead : how_.chunks_ahead;
        return rows{std::move(given), chunk_source{std::move(fetch), chunks, ahead}};
    }

    // The write has happened, whatever is wrong with the answer.
    [[nodiscard]] static std::uint64_t count_of(answer given, std::string_view table) {
        try {
            return affected_rows_of(std::move(given));
        } catch (const decode_error& unreadable) {
            throw decode_error{detail::about(table) + unreadable.what(), {.outcome_unknown = true}};
        }
    }

    [[nodiscard]] static bool is_too_large(
        const answer& given, const sql::statement& statement, const execution& wanted
    ) noexcept {
        return given.state == statement_state::failed && is_inline_limit(given.failure) &&
               statement.verb == sql::verb::select && wanted.delivered == disposition::inline_rows;
    }

    // A query that is too large to be inline is executed twice to find out: once in its life.
    [[nodiscard]] bool was_too_large(const std::string& text) {
        const std::lock_guard lock{mutex_};
        return too_large_.contains(std::hash<std::string>{}(text));
    }

    void remember_too_large(const std::string& text) {
        constexpr std::size_t most = 1'000;
        const std::lock_guard lock{mutex_};
        if (too_large_.size() >= most)
            too_large_.clear();
        too_large_.insert(std::hash<std::string>{}(text));
    }

    // Nothing of a write that lost is there, and its own conditions (keys, versions, owners) are
    // part of it: executing it again checks them again.
    [[nodiscard]] static bool is_conflict(const answer& given) {
        return given.state == statement_state::failed &&
               detail::sqlstate_of(given.failure) == "40001";
    }

    [[nodiscard]] bool may_try_again(unsigned tries, cancel_point& stop, deadline until) const {
        if (tries >= how_.conflict_tries)
            return false;
        thread_local std::minstd_rand source{std::random_device{}()};
        const auto longest = how_.conflict_pause.count() << std::min(tries - 1, 16U);
        const milliseconds pause{std::uniform_int_distribution<milliseconds::rep>{0, longest}(source
        )};
        return pause < until.left() && !stop.wait(pause);
    }

    /// Throws what the end of a statement that did not succeed means.
    [[noreturn]] static void throw_end(const answer& given, const sql::statement& statement) {
        const bool writes = statement.verb != sql::verb::select;
        const auto on = detail::about(statement.table);
        switch (given.state) {
        case statement_state::canceled:
            throw timeout_error{
                on + "somebody cancelled the statement on the warehouse", {.sqlstate = "57014"}
            };
        case statement_state::closed:
            throw connection_error{
                on + "the statement was executed, and its result is gone",
                {.sqlstate = "08007", .retryable = !writes, .outcome_unknown = writes}
            };
        default:
            throw_failure(given.failure, statement.table, writes);
        }
    }

    transport* over_;
    options how_;
    std::mutex mutex_{};
    std::map<std::string, std::string, std::less<>> prefixes_{};
    /// Hashes of texts.
    std::set<std::size_t> too_large_{};
    static constexpr std::chrono::minutes links_closed_span{5};
    std::atomic<deadline::clock::time_point> links_closed_until_{};
};

} // namespace weir::warehouse
