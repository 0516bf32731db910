// SPDX-License-Identifier: Apache-2.0
// Keeps the old versions of rows about to change, in the unit of work that changes them. One
// function for all tables: it needs their facts only. Costs sql/history.hpp and
// json/row_writer.hpp; link libcrypto.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/sha256.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_array.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/session.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/history.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/history.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir {

/// What ends a version of a row.
enum class history_operation : std::uint8_t { update, remove, restore, purge };

/// How a history spells it.
[[nodiscard]] constexpr std::string_view name_of(history_operation operation) noexcept {
    constexpr std::string_view names[]{"update", "delete", "restore", "purge"};
    return names[static_cast<std::size_t>(operation)];
}

namespace detail {

[[noreturn]] inline void throw_meanwhile(const table& of) {
    throw conflict_error{
        "Rows of table '" + std::string{of.name} + "' changed meanwhile; try again",
        {.sqlstate = "40001", .retryable = true}
    };
}

/// A row of a result that outlives it.
class held_row {
public:
    explicit held_row(std::span<const text_field> fields) {
        values_.reserve(fields.size());
        for (const auto& field : fields)
            values_.push_back({std::string{field.text}, field.is_null});
    }

    [[nodiscard]] std::string_view text(std::size_t at) const noexcept { return values_[at].text; }

    [[nodiscard]] bool is_null(std::size_t at) const noexcept { return values_[at].is_null; }

    void add(std::string text) { values_.push_back({std::move(text), false}); }

    /// Lifetime: until the row changes.
    [[nodiscard]] std::vector<text_field> fields() const {
        std::vector<text_field> all;
        all.reserve(values_.size());
        for (const auto& each : values_)
            all.push_back({each.text, each.is_null});
        return all;
    }

    [[nodiscard]] std::vector<std::string> key(const table& of) const {
        std::vector<std::string> parts;
        for (const auto position : of.key)
            parts.push_back(values_[position].text);
        return parts;
    }

private:
    struct value {
        std::string text;
        bool is_null = false;
    };

    std::vector<value> values_{};
};

template <class T>
[[nodiscard]] T read_history_value(std::string_view text, const table& of, text_format format) {
    T value{};
    if (!parse_text(text, value, format))
        throw decode_error{
            "The history of table '" + std::string{of.name} + "' holds a value that is none"
        };
    return value;
}

template <class T>
[[nodiscard]] std::string history_text(const T& value, text_format format) {
    std::string out;
    append_text(out, value, format);
    return out;
}

/// The hash of a version: of everything that is kept about it but the hash, as one JSON object.
/// `fields`: the columns of the history, in order, at least to the last but one.
[[nodiscard]] inline std::string
history_hash(const history_table& kept, std::span<const text_field> fields, text_format format) {
    const auto told = kept.facts().columns.size() - 1;
    std::string document;
    json::row_writer{kept.facts().columns.first(told), format}.append(document, fields.first(told));
    return sha256_hex(document);
}

/// When a row began to be as it is, as far as its stamps tell.
[[nodiscard]] inline timestamp
last_stamp(const table& of, const held_row& row, text_format format) {
    timestamp last{};
    bool is_first = true;
    for (const auto role : sql::live_stamps) {
        const auto at = find_column(of.columns, role);
        if (row.is_null(at))
            continue;
        const auto stamp = read_history_value<timestamp>(row.text(at), of, format);
        if (is_first || stamp.microseconds > last.microseconds)
            last = stamp;
        is_first = false;
    }
    return last;
}

} // namespace detail

/// Keeps what a unit of work is about to change. Made for one change: one object, one `change()`.
///
/// Statements: the rows, locked; the newest versions of their keys; the insert. None but the first
///             where no row is found.
/// Errors:     the session's.
/// Lifetime:   borrows the unit and the facts.
template <session Session>
class history_keeper {
public:
    /// `unit`: a session whose statements are part of a unit of work.
    history_keeper(Session& unit, const table& of, audit_stamp stamp, deadline until)
        : unit_(&unit), of_(&of), stamp_(stamp), until_(until),
          change_(detail::history_text(uuid::random(), format())) {}

    /// Locks the rows that `write_lock(writer&)` selects with the arguments given, and keeps each
    /// as it is. Gives how many there were.
    template <class WriteLock>
    std::uint64_t keep(
        const WriteLock& write_lock, const sql::arguments& arguments, history_operation operation
    ) {
        auto rows = read(sql::verb::select, write_lock, arguments);
        if (rows.empty())
            return 0;
        const history_table kept{*of_};
        const auto before = newest(rows);
        for (auto& row : rows)
            complete(row, kept, before, operation);
        const auto stored = execute(
                                sql::verb::insert,
                                [&](sql::writer& out) { sql::write_keep(out, kept, *of_); },
                                bind_rows(rows, kept.facts(), told_columns(kept))
        )
                                .affected_rows();
        if (stored != rows.size())
            detail::throw_meanwhile(*of_);
        count_ += stored;
        return stored;
    }

    /// Tells how many rows the change then changed, and gives that number back: what was kept for
    /// none is forgotten.
    ///
    /// Errors: conflict_error when it is another number of rows than were kept.
    std::uint64_t holds_for(std::uint64_t changed) {
        if (changed == 0) {
            forget();
        } else if (changed != count_) {
            detail::throw_meanwhile(*of_);
        }
        return changed;
    }

    /// Takes back what was kept: the change was refused, and the unit goes on.
    void forget() {
        if (std::exchange(count_, 0) == 0)
            return;
        sql::arguments arguments;
        bind_change(arguments);
        execute(
            sql::verb::remove, [&](sql::writer& out) { sql::write_forget(out, *of_); }, arguments
        );
    }

    /// Adds the argument by which the change's own statement finds what was kept.
    void bind_change(sql::arguments& arguments) const {
        arguments.add_text(change_, history_column(history_role::change).type);
    }

private:
    struct link {
        std::int64_t version = 0;
        timestamp to{};
        std::string hash{};
    };

    using links = std::map<std::vector<std::string>, link>;

    [[nodiscard]] text_format format() const { return sql::format_of(unit_->dialect()); }

    template <class Write>
    auto execute(
        sql::verb does,
        const Write& write,
        const sql::arguments& arguments,
        sql::reach reach = sql::reach::caller
    ) {
        const auto text = sql::written(unit_->dialect(), write);
        return unit_->execute({text, of_->name, does, reach}, arguments, until_);
    }

    template <class Write>
    [[nodiscard]] std::vector<detail::held_row> read(
        sql::verb does,
        const Write& write,
        const sql::arguments& arguments,
        sql::reach reach = sql::reach::caller
    ) {
        auto found = execute(does, write, arguments, reach);
        std::vector<detail::held_row> rows;
        while (const auto fields = found.next())
            rows.emplace_back(*fields);
        return rows;
    }

    [[nodiscard]] links newest(const std::vector<detail::held_row>& rows) {
        const auto found = read(
            sql::verb::select,
            [&](sql::writer& out) { sql::write_newest(out, *of_); },
            bind_rows(rows, *of_, of_->key),
            // A key that was purged may have been another caller's: its versions count on.
            sql::is_isolated(*of_) ? sql::reach::everybody : sql::reach::open
        );
        links all;
        const auto parts = of_->key.size();
        for (const auto& each : found) {
            std::vector<std::string> key;
            for (std::size_t at = 0; at < parts; ++at)
                key.emplace_back(each.text(at));
            all.emplace(
                std::move(key),
                link{
                    detail::read_history_value<std::int64_t>(each.text(parts), *of_, format()),
                    detail::read_history_value<timestamp>(each.text(parts + 1), *of_, format()),
                    std::string{each.text(parts + 2)}
                }
            );
        }
        return all;
    }

    /// Adds the history's own columns to a row.
    void complete(
        detail::held_row& row,
        const history_table& kept,
        const links& before,
        history_operation operation
    ) const {
        const auto found = before.find(row.key(*of_));
        const link last = found == before.end() ? link{} : found->second;
        auto from = detail::last_stamp(*of_, row, format());
        if (found != before.end())
            from.microseconds = std::max(from.microseconds, last.to.microseconds);
        // No version is without length, and none begins before the last ended, whatever the clock
        // says.
        timestamp to = stamp_.at;
        to.microseconds = std::max(to.microseconds, from.microseconds + 1);
        row.add(detail::history_text(last.version + 1, format()));
        row.add(std::string{name_of(operation)});
        row.add(detail::history_text(from, format()));
        row.add(detail::history_text(to, format()));
        row.add(std::string{stamp_.actor});
        row.add(change_);
        row.add(last.hash);
        row.add(detail::history_hash(kept, row.fields(), format()));
    }

    /// The columns of the history that `keep` brings, at their positions in it.
    [[nodiscard]] std::vector<std::uint16_t> told_columns(const history_table& kept) const {
        std::vector<std::uint16_t> columns{of_->key.begin(), of_->key.end()};
        for (std::size_t at = 0; at < history_columns.size(); ++at)
            columns.push_back(kept.position(static_cast<history_role>(at)));
        return columns;
    }

    /// Binds some columns of rows the way sql::write_rows() takes them.
    [[nodiscard]] sql::arguments bind_rows(
        const std::vector<detail::held_row>& rows, const table& of, column_indexes columns
    ) const {
        sql::arguments arguments;
        if (unit_->dialect() == sql::dialect::databricks) {
            arguments.add_written(sql::text_type, [&](std::string& out) {
                append_objects(out, rows, of, columns);
            });
            return arguments;
        }
        for (const auto column : columns) {
            arguments.add_written(sql::text_type, [&](std::string& out) {
                sql::separator comma{",", "{"};
                for (const auto& row : rows) {
                    out += comma.next();
                    const auto from = out.size();
                    out += row.text(column);
                    detail::quote_array_element(out, from);
                }
                out += '}';
            });
        }
        return arguments;
    }

    void append_objects(
        std::string& out,
        const std::vector<detail::held_row>& rows,
        const table& of,
        column_indexes columns
    ) const {
        const json::row_writer writer{of.columns, columns, format()};
        sql::separator comma{",", "["};
        std::vector<text_field> fields(columns.size());
        for (const auto& row : rows) {
            out += comma.next();
            for (std::size_t at = 0; at < columns.size(); ++at)
                fields[at] = {row.text(columns[at]), row.is_null(columns[at])};
            writer.append(out, fields);
        }
        out += ']';
    }

    Session* unit_;
    const table* of_;
    audit_stamp stamp_;
    deadline until_;
    std::string change_;
    std::uint64_t count_ = 0;
};

namespace detail {

/// The keeper of a table without history: nothing is kept, and nothing is asked for.
struct no_history {
    template <class Session>
    no_history(
        Session& /*unit*/, const table& /*of*/, const audit_stamp& /*stamp*/, deadline /*until*/
    ) {}

    void bind_change(sql::arguments& /*arguments*/) const {}

    void forget() {}

    std::uint64_t holds_for(std::uint64_t changed) { return changed; }
};

template <class Session, bool KeepsHistory>
struct change_keeper_type {
    using type = no_history;
};

template <class Session>
struct change_keeper_type<Session, true> {
    using type = history_keeper<Session>;
};

template <class Session, bool KeepsHistory>
using change_keeper = typename change_keeper_type<Session, KeepsHistory>::type;

} // namespace detail

} // namespace weir
