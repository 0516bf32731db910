// SPDX-License-Identifier: Apache-2.0
// Answers kept under the keys of requests: claimed before a write, completed with it, given again
// to whoever repeats it. Costs data/any_session.hpp and sql/statements.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/codec.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/update.hpp>
#include <weir/table/idempotency.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// What is kept under a key.
struct idempotency_record {
    /// Fingerprint of the request the key was first sent with.
    std::string request{};
    /// 0: it still runs.
    std::int32_t status = 0;
    std::optional<std::string> headers{};
    /// Absent: it was too long to keep, or there was none.
    std::optional<std::string> body{};
    timestamp expires_at{};
};

/// The records beside one table. Ids are texts of fixed length, fingerprints of keys.
///
/// Errors:  the session's.
/// Threads: safe.
class idempotency_records {
public:
    /// `served`: the table whose writes the records are about.
    explicit idempotency_records(const table& served) : facts_(idempotency_table(served)) {}

    /// Takes an id for a request that runs now; false where it is taken. PostgreSQL waits for a
    /// unit of work that has taken it and is not over; after false such a unit must be rolled back.
    bool claim(
        any_session_base& on,
        std::string_view id,
        std::string_view request,
        timestamp expires_at,
        deadline until
    ) const {
        sql::arguments arguments;
        arguments.add_text(id, type_of(idempotency_column::id));
        arguments.add_text(request, type_of(idempotency_column::request));
        const auto format = sql::format_of(on.dialect());
        add_argument(arguments, std::int32_t{0}, type_of(idempotency_column::status), format);
        arguments.add_null(type_of(idempotency_column::headers));
        arguments.add_null(type_of(idempotency_column::body));
        add_argument(arguments, expires_at, type_of(idempotency_column::expires_at), format);
        const auto columns = sql::choose_columns(facts_, sql::is_inserted);
        const auto write = [&](sql::writer& out) {
            sql::write_insert(out, facts_, columns, {.back = sql::returning::nothing});
        };
        try {
            return run(on, sql::verb::insert, write, arguments, until).affected_rows() != 0;
        } catch (const conflict_error& taken) {
            if (taken.sqlstate() != "23505")
                throw;
            return false;
        }
    }

    [[nodiscard]] std::optional<idempotency_record>
    find(any_session_base& on, std::string_view id, deadline until) const {
        sql::arguments arguments;
        arguments.add_text(id, type_of(idempotency_column::id));
        auto found = run(
            on,
            sql::verb::select,
            [&](sql::writer& out) { sql::write_find(out, facts_); },
            arguments,
            until
        );
        const auto fields = found.next();
        if (!fields)
            return std::nullopt;
        const auto format = sql::format_of(on.dialect());
        idempotency_record read;
        const auto take = [&](idempotency_column which, auto& to) {
            return parse_field(
                (*fields)[static_cast<std::size_t>(which)], to, type_of(which), format
            );
        };
        if (fields->size() != facts_.columns.size() ||
            !take(idempotency_column::request, read.request) ||
            !take(idempotency_column::status, read.status) ||
            !take(idempotency_column::headers, read.headers) ||
            !take(idempotency_column::body, read.body) ||
            !take(idempotency_column::expires_at, read.expires_at))
            throw decode_error{"A record of table 'weir_idempotency' does not fit its columns"};
        return read;
    }

    /// Keeps the answer to a request that has claimed the id.
    void complete(
        any_session_base& on, std::string_view id, const idempotency_record& made, deadline until
    ) const {
        constexpr std::array<std::uint16_t, 4> columns{
            static_cast<std::uint16_t>(idempotency_column::status),
            static_cast<std::uint16_t>(idempotency_column::headers),
            static_cast<std::uint16_t>(idempotency_column::body),
            static_cast<std::uint16_t>(idempotency_column::expires_at),
        };
        const auto format = sql::format_of(on.dialect());
        sql::arguments arguments;
        add_argument(arguments, made.status, type_of(idempotency_column::status), format);
        add_argument(arguments, made.headers, type_of(idempotency_column::headers), format);
        add_argument(arguments, made.body, type_of(idempotency_column::body), format);
        add_argument(arguments, made.expires_at, type_of(idempotency_column::expires_at), format);
        arguments.add_text(id, type_of(idempotency_column::id));
        run(
            on,
            sql::verb::update,
            [&](sql::writer& out) {
                sql::write_update(out, facts_, columns, {}, sql::returning::nothing);
            },
            arguments,
            until
        );
    }

    /// Gives an id free.
    void forget(any_session_base& on, std::string_view id, deadline until) const {
        sql::arguments arguments;
        arguments.add_text(id, type_of(idempotency_column::id));
        run(
            on,
            sql::verb::remove,
            [&](sql::writer& out) { sql::write_purge(out, facts_); },
            arguments,
            until
        );
    }

    /// Gives an id free whose record has expired by `now`; one that was claimed again stays.
    void
    forget_expired(any_session_base& on, std::string_view id, timestamp now, deadline until) const {
        sql::arguments arguments;
        arguments.add_text(id, type_of(idempotency_column::id));
        add_expiry(arguments, on, now);
        run(
            on,
            sql::verb::remove,
            [&](sql::writer& out) {
                out.put("delete from ").name(facts_).put(" where ").name(facts_.columns[0].name);
                out.put(" = ").parameter(out.take()).put(" and ");
                write_expired(out);
            },
            arguments,
            until
        );
    }

    /// Deletes records that have expired by `now`, at most `limit_rows` of them.
    std::uint64_t purge_expired(
        any_session_base& on, timestamp now, std::size_t limit_rows, deadline until
    ) const {
        sql::arguments arguments;
        add_expiry(arguments, on, now);
        return run(
                   on,
                   sql::verb::remove,
                   [&](sql::writer& out) {
                       const auto& id = facts_.columns[0].name;
                       out.put("delete from ").name(facts_).put(" where ").name(id);
                       out.put(" in (select ").name(id).put(" from ").name(facts_).put(" where ");
                       write_expired(out);
                       out.put(" limit ").number(limit_rows).put(")");
                   },
                   arguments,
                   until
        )
            .affected_rows();
    }

private:
    [[nodiscard]] const column_type& type_of(idempotency_column which) const noexcept {
        return facts_.columns[static_cast<std::size_t>(which)].type;
    }

    void add_expiry(sql::arguments& arguments, any_session_base& on, timestamp now) const {
        add_argument(
            arguments, now, type_of(idempotency_column::expires_at), sql::format_of(on.dialect())
        );
    }

    void write_expired(sql::writer& out) const {
        const auto& column =
            facts_.columns[static_cast<std::size_t>(idempotency_column::expires_at)];
        out.name(column.name).put(" <= ");
        out.parameter(out.take());
    }

    template <class Write>
    any_result
    run(any_session_base& on,
        sql::verb does,
        const Write& write,
        const sql::arguments& arguments,
        deadline until) const {
        const auto text = sql::written(on.dialect(), write);
        return on.execute({text, facts_.name, does}, arguments, until);
    }

    table facts_;
};

} // namespace weir
