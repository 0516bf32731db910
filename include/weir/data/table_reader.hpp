// SPDX-License-Identifier: Apache-2.0
// Reads of a table whose facts are known at run time, as rows of text: what repository and the
// routes have in common. Costs sql/list.hpp and <chrono>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/page_rows.hpp>
#include <weir/data/read_request.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/history.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/order.hpp>
#include <weir/sql/past.hpp>
#include <weir/sql/select.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/where.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

namespace detail {

/// Whom a session works for; nullptr: nobody.
template <class Session>
[[nodiscard]] const caller* caller_of(const Session& session) {
    if constexpr (caller_session<Session>) {
        return &session.caller();
    } else if constexpr (requires { session.known_caller(); }) {
        return session.known_caller();
    } else {
        return nullptr;
    }
}

/// Whether somebody is in one of the groups.
[[nodiscard]] inline bool is_in_any(const caller* who, std::span<const std::string_view> groups) {
    return who != nullptr &&
           std::find_first_of(
               who->groups.begin(), who->groups.end(), groups.begin(), groups.end()
           ) != who->groups.end();
}

/// Whose rows a caller reads: everybody's for groups with `read_all`, on the table itself or, with
/// `via`, on the table whose rule decides; else the caller's.
[[nodiscard]] inline sql::scope readable_scope(const table& of, const caller* who) {
    const auto* at = &of;
    for (std::size_t depth = 0; depth <= sql::max_access_depth; ++depth) {
        if (is_in_any(who, at->access.read_all))
            return sql::scope::all;
        if (at->access.rule != access_rule::via)
            break;
        at = &at->relations[at->access.via].target();
    }
    return sql::scope::caller;
}

/// Whose rows a caller may delete for good: everybody's for groups with `purge`, else the caller's.
[[nodiscard]] inline sql::scope purgeable_scope(const table& of, const caller* who) {
    return is_in_any(who, of.access.purge) ? sql::scope::all : sql::scope::caller;
}

/// Reads rows as of a time by `read(time)`, or as they are where it is absent. Delta refuses a time
/// after a table's last change, since another change may still come before it: there the rows are
/// as they are.
template <class Read>
[[nodiscard]] auto read_as_of(std::optional<timestamp> then, const Read& read) {
    try {
        return read(then);
    } catch (const statement_error& refused) {
        if (!then || refused.sqlstate() != sql::after_last_change)
            throw;
    }
    return read(std::optional<timestamp>{});
}

/// The one number of a count.
/// Errors: decode_error when it is none.
template <class Result>
[[nodiscard]] std::uint64_t read_count(const table& of, Result& counted, text_format format) {
    std::int64_t rows = 0;
    const auto fields = counted.next();
    if (!fields || fields->empty() || !parse_text(fields->front().text, rows, format))
        throw decode_error{"A count of table '" + std::string{of.name} + "' gave no number"};
    return static_cast<std::uint64_t>(rows);
}

} // namespace detail

template <class Session>
class table_reader;

/// In streamed_rows.hpp.
template <class Session>
[[nodiscard]] auto stream_rows_of(table_reader<Session>& reader, const read_request& asked);

/// Reads a table on a session, with the table's isolation in every statement.
///
/// Errors:   the session's; authentication_error for a table with `access` on a session for nobody.
/// Lifetime: borrows the session and the facts; results as the session's.
/// Threads:  as the session, one at a time.
template <class Session>
class table_reader {
public:
    /// `until`: absent, each call has the default span from its own start.
    table_reader(Session& session, const table& of, std::optional<deadline> until = {})
        : session_(&session), of_(&of), until_(until), who_(detail::caller_of(session)) {
        if (of.access.rule != access_rule::open && who_ == nullptr)
            throw authentication_error{"This table is for known callers only"};
    }

    [[nodiscard]] const table& facts() const noexcept { return *of_; }

    [[nodiscard]] text_format format() const { return sql::format_of(session_->dialect()); }

    /// The rows asked for; a field per column. From a position backwards, the last comes first.
    [[nodiscard]] auto select(const read_request& asked) {
        return list(asked, [this](const read_request& /*unused*/, const auto&... call) {
            return session_->execute(call...);
        });
    }

    /// The same rows as a page: always in the list's order, knowing where the pages beside it
    /// begin.
    ///
    /// Errors: validation_error for a position of another order.
    [[nodiscard]] auto page(const read_request& asked) {
        page_shape shape{
            .of = of_,
            .whole_order = sql::whole_order(*of_, asked.order),
            .columns = {},
            .limit_rows = asked.limit_rows.value_or(UINT64_MAX),
            .has_offset = asked.offset_rows != 0,
            .from = asked.from,
            .format = format(),
        };
        shape.columns = detail::columns_of_page(*of_, asked.columns, shape.whole_order);
        auto wider = asked;
        wider.columns = shape.columns.selected;
        // One more, to know whether there is more.
        if (wider.limit_rows && *wider.limit_rows != 0)
            ++*wider.limit_rows;
        auto found = select(wider);
        return page_rows<decltype(found)>{std::move(found), std::move(shape)};
    }

    /// How many rows match; or matched at a time.
    [[nodiscard]] std::uint64_t count(
        const sql::condition* where,
        sql::deleted removed = sql::deleted::exclude,
        std::optional<timestamp> as_of = {}
    ) {
        const auto seen = visible(removed);
        auto counted = detail::read_as_of(as_of, [&](std::optional<timestamp> then) {
            auto arguments = caller_arguments(seen.rows);
            bind_moment(arguments, then);
            bind_where(arguments, where);
            return run(
                [&](sql::writer& out) {
                    sql::write_count(out, *of_, where, seen, then.has_value());
                },
                arguments
            );
        });
        return detail::read_count(*of_, counted, format());
    }

    /// The row with a key, all columns. `bind_key(arguments, format)` adds the key's parts.
    template <class BindKey>
    [[nodiscard]] auto find(const BindKey& bind_key, sql::deleted removed = sql::deleted::exclude) {
        const auto seen = visible(removed);
        auto arguments = caller_arguments(seen.rows);
        bind_key(arguments, format());
        const auto text = sql::written(session_->dialect(), [&](sql::writer& out) {
            sql::write_find(out, *of_, seen);
        });
        return execute(text, arguments, true);
    }

    /// The same as it was at a time.
    template <class BindKey>
    [[nodiscard]] auto find_as_of(timestamp then, const BindKey& bind_key) {
        return detail::read_as_of(then, [&](std::optional<timestamp> moment) {
            if (!moment)
                return find(bind_key);
            const auto seen = visible(sql::deleted::exclude);
            auto arguments = caller_arguments(seen.rows);
            bind_moment(arguments, moment);
            bind_key(arguments, format());
            return run([&](sql::writer& out) { sql::write_find_past(out, *of_, seen); }, arguments);
        });
    }

    /// The old versions of the row with a key, newest first: sql::listed_history, then the row's
    /// columns. For a table with history.
    template <class BindKey>
    [[nodiscard]] auto
    versions(BindKey&& bind_key, std::uint64_t limit_rows, std::uint64_t offset_rows) {
        const auto rows = detail::readable_scope(*of_, who_);
        auto arguments = caller_arguments(rows);
        std::forward<BindKey>(bind_key)(arguments, format());
        sql::bind_row_number(arguments, limit_rows, session_->dialect());
        sql::bind_row_number(arguments, offset_rows, session_->dialect());
        return run([&](sql::writer& out) { sql::write_versions(out, *of_, rows); }, arguments);
    }

private:
    friend auto stream_rows_of<Session>(table_reader& reader, const read_request& asked);

    // `execute` is given what is read then, which may be without its time, and the statement.
    template <class Execute>
    [[nodiscard]] auto list(const read_request& asked, const Execute& execute) {
        const auto read = [&](const read_request& wanted) {
            const auto made = detail::write_request(
                *of_, wanted, visible(wanted.removed), caller_id(), session_->dialect()
            );
            return execute(
                wanted,
                sql::statement{made.text, of_->name, sql::verb::select, sql::reach_of(*of_)},
                made.arguments,
                until_.value_or(deadline{})
            );
        };
        return detail::read_as_of(asked.as_of, [&](std::optional<timestamp> then) {
            if (then == asked.as_of)
                return read(asked);
            auto present = asked;
            present.as_of = then;
            return read(present);
        });
    }

    [[nodiscard]] std::string_view caller_id() const {
        return who_ != nullptr ? std::string_view{who_->id} : std::string_view{};
    }

    [[nodiscard]] sql::visibility visible(sql::deleted removed) const {
        return {detail::readable_scope(*of_, who_), removed};
    }

    [[nodiscard]] sql::arguments caller_arguments(sql::scope rows) const {
        return detail::arguments_for(*of_, rows, caller_id());
    }

    void bind_moment(sql::arguments& arguments, std::optional<timestamp> then) const {
        detail::bind_moment(arguments, then, session_->dialect());
    }

    void bind_where(sql::arguments& arguments, const sql::condition* where) const {
        detail::bind_where(arguments, *of_, where, session_->dialect());
    }

    template <class Write>
    auto run(Write&& write, const sql::arguments& arguments) {
        return execute(
            sql::written(session_->dialect(), std::forward<Write>(write)), arguments, false
        );
    }

    auto execute(std::string_view text, const sql::arguments& arguments, bool is_point) {
        return session_->execute(
            {text, of_->name, sql::verb::select, sql::reach_of(*of_), is_point},
            arguments,
            until_.value_or(deadline{})
        );
    }

    Session* session_;
    const table* of_;
    std::optional<deadline> until_;
    const caller* who_;
};

} // namespace weir
