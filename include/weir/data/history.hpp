// SPDX-License-Identifier: Apache-2.0
// The history of a table in C++: the old versions of a row, and whether the history is still the
// one that was written. Costs data/history_keeper.hpp and data/row_values.hpp; link libcrypto.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/time.hpp>
#include <weir/data/history_keeper.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/sql/history.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/history.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A row as it once was.
template <class Row>
struct old_version {
    Row row;
    /// 1 for the first version kept of a key.
    std::int64_t version = 0;
    /// `update`, `delete`, `restore` or `purge`: what ended this version.
    std::string operation{};
    /// The row was so from `from` until just before `to`.
    timestamp from{};
    timestamp to{};
    /// Who ended it.
    std::string by{};
};

/// Which of a row's versions, newest first. In versions.
struct history_options {
    std::uint64_t limit = 100;
    std::uint64_t offset = 0;
    std::optional<deadline> until{};
};

/// The old versions of a row that is there now, deleted or not, for this caller; versions that were
/// somebody else's then are left out. None of a row that was deleted for good.
///
/// Errors: the session's; decode_error for a version that does not fit the row any more.
template <keyed_row Row, session Session>
[[nodiscard]] std::vector<old_version<Row>>
read_history(Session& session, const key_of<Row>& key, const history_options& options = {}) {
    static_assert(
        table_of<Row>.history,
        "weir: this table keeps no history; write `history: true` in its schema"
    );
    table_reader rows{session, table_of<Row>, options.until};
    const auto format = rows.format();
    auto found = rows.versions(
        [&](sql::arguments& arguments, text_format spelled) {
            detail::bind_key<Row>(arguments, key, spelled);
        },
        options.limit,
        options.offset
    );
    std::vector<old_version<Row>> versions;
    while (const auto fields = found.next()) {
        const auto& given = *fields;
        const auto& of = table_of<Row>;
        versions.push_back({
            .row = detail::read_row<Row>(given.subspan(sql::listed_history.size()), format),
            .version = detail::read_history_value<std::int64_t>(given[0].text, of, format),
            .operation = std::string{given[1].text},
            .from = detail::read_history_value<timestamp>(given[2].text, of, format),
            .to = detail::read_history_value<timestamp>(given[3].text, of, format),
            .by = std::string{given[4].text},
        });
    }
    return versions;
}

/// What is wrong with a version, or with a row.
enum class history_fault : std::uint8_t {
    /// The version is not what its hash says: something in it was changed.
    altered,
    /// The version does not continue the one before: one between them was removed, put in, or the
    /// order was changed.
    broken_chain,
    /// The row was changed after its newest version ended, or has none: the newest versions were
    /// removed, or the row was changed past its history.
    newest_missing,
    /// The row is gone, and no version says that it was deleted for good.
    row_missing,
};

/// Where a history is not what was written.
struct history_finding {
    history_fault fault{};
    /// The key's parts, as the database spells them.
    std::vector<std::string> key{};
    /// The version in question; 0: the row itself.
    std::int64_t version = 0;
};

/// What verify_history() came to.
struct history_report {
    std::vector<history_finding> findings{};
    /// How many versions were read.
    std::uint64_t versions = 0;
    /// The newest hash of the last key read; of one row the value to note elsewhere: found again
    /// later as a `history_previous` or as the newest, nothing up to it was rewritten.
    std::string newest_hash{};

    [[nodiscard]] bool is_sound() const noexcept { return findings.empty(); }
};

namespace detail {

/// Walks the versions of all keys, in order, and compares each with the one before.
class history_walk {
public:
    history_walk(const table& of, text_format format) : of_(&of), kept_(of), format_(format) {}

    [[nodiscard]] const history_table& kept() const noexcept { return kept_; }

    void take(std::span<const text_field> fields) {
        const held_row row{fields};
        auto key = row.key(*of_);
        if (key != key_) {
            finish_key();
            key_ = std::move(key);
            last_ = {};
        }
        ++report_.versions;
        check(row, fields);
    }

    void finish_key() {
        if (!key_.empty())
            check_row();
    }

    void add(history_fault fault, std::vector<std::string> key, std::int64_t version) {
        report_.findings.push_back({fault, std::move(key), version});
    }

    [[nodiscard]] history_report take_report() { return std::move(report_); }

private:
    struct link {
        std::int64_t version = 0;
        std::string operation{};
        timestamp from{};
        timestamp to{};
        std::string hash{};
        /// Of the row itself; absent: it is not there.
        std::optional<timestamp> changed{};
        std::optional<timestamp> inserted{};
    };

    [[nodiscard]] std::string_view text(const held_row& row, history_role role) const {
        return row.text(kept_.position(role));
    }

    [[nodiscard]] timestamp time(const held_row& row, history_role role) const {
        return read_history_value<timestamp>(text(row, role), *of_, format_);
    }

    void check(const held_row& row, std::span<const text_field> fields) {
        link now{
            .version =
                read_history_value<std::int64_t>(text(row, history_role::version), *of_, format_),
            .operation = std::string{text(row, history_role::operation)},
            .from = time(row, history_role::from),
            .to = time(row, history_role::to),
            .hash = std::string{text(row, history_role::hash)},
        };
        const auto live = kept_.facts().columns.size();
        for (std::size_t at = live; at < live + sql::live_stamps.size(); ++at) {
            if (row.is_null(at))
                continue;
            const auto stamp = read_history_value<timestamp>(row.text(at), *of_, format_);
            if (at == live)
                now.inserted = stamp;
            if (!now.changed || now.changed->microseconds < stamp.microseconds)
                now.changed = stamp;
        }
        if (history_hash(kept_, fields, format_) != now.hash)
            add(history_fault::altered, key_, now.version);
        if (now.version != last_.version + 1 || text(row, history_role::previous) != last_.hash ||
            (last_.version != 0 && now.from.microseconds < last_.to.microseconds))
            add(history_fault::broken_chain, key_, now.version);
        report_.newest_hash = now.hash;
        last_ = std::move(now);
    }

    [[nodiscard]] bool ends_row() const {
        return last_.operation == name_of(history_operation::purge) ||
               (last_.operation == name_of(history_operation::remove) && !sql::keeps_deleted(*of_));
    }

    /// The row itself must go on where its newest version ended.
    void check_row() {
        if (!last_.changed) {
            if (!ends_row())
                add(history_fault::row_missing, key_, 0);
            return;
        }
        const auto ended = last_.to.microseconds;
        const auto changed = last_.changed->microseconds;
        if (ends_row()) {
            // The key was used again: by a row that has not been changed yet.
            if (changed != last_.inserted->microseconds)
                add(history_fault::newest_missing, key_, 0);
            return;
        }
        // A clock that went back leaves a stamp before the version's end, which then is as near to
        // its beginning as can be.
        const bool was_set_back = ended == last_.from.microseconds + 1 && changed <= ended;
        if (changed != ended && !was_set_back)
            add(history_fault::newest_missing, key_, 0);
    }

    const table* of_;
    history_table kept_;
    text_format format_;
    history_report report_{};
    std::vector<std::string> key_{};
    link last_{};
};

template <session Session, class BindKey>
[[nodiscard]] history_report verify_history(
    Session& session,
    const table& of,
    bool of_one,
    const BindKey& bind_key,
    std::optional<deadline> until
) {
    history_walk walk{of, sql::format_of(session.dialect())};
    sql::arguments arguments;
    bind_key(arguments, sql::format_of(session.dialect()));
    const auto run = [&](const auto& write) {
        const auto text = sql::written(session.dialect(), write);
        return session.execute(
            {text, of.name, sql::verb::select, sql::reach::everybody},
            arguments,
            until.value_or(deadline{})
        );
    };
    {
        auto entries =
            run([&](sql::writer& out) { sql::write_entries(out, walk.kept(), of, of_one); });
        while (const auto fields = entries.next())
            walk.take(*fields);
        walk.finish_key();
    }
    auto unkept = run([&](sql::writer& out) { sql::write_unkept(out, of, of_one); });
    while (const auto fields = unkept.next()) {
        std::vector<std::string> key;
        for (const auto& part : *fields)
            key.emplace_back(part.text);
        walk.add(history_fault::newest_missing, std::move(key), 0);
    }
    return walk.take_report();
}

} // namespace detail

/// Whether the history of a table is the one that was written: reads all of it, whoever's rows they
/// are, and compares every version with its hash, with the one before and the newest with the row.
///
/// Found: a version that was altered, removed, put in or moved, and newest versions that were
/// removed; and a row that was changed or removed past its history, as far as its stamps tell. Not
/// found: the whole history of a row that was deleted for good being removed, and a chain whose
/// hashes somebody computed anew to its end; note `newest_hash` elsewhere against that. Rows that
/// were changed before the table had a history are found as `newest_missing`.
///
/// Statements: two, and all versions are read; run it where nothing else writes, or in a unit of
///             work that sees one state of both tables, since a change between the two is no fault.
/// Errors:     the session's.
template <keyed_row Row, session Session>
[[nodiscard]] history_report verify_history(Session& session, std::optional<deadline> until = {}) {
    static_assert(
        table_of<Row>.history,
        "weir: this table keeps no history; write `history: true` in its schema"
    );
    return detail::verify_history(
        session, table_of<Row>, false, [](sql::arguments&, text_format) {}, until
    );
}

/// The same of one row.
template <keyed_row Row, session Session>
[[nodiscard]] history_report
verify_history(Session& session, const key_of<Row>& key, std::optional<deadline> until = {}) {
    static_assert(
        table_of<Row>.history,
        "weir: this table keeps no history; write `history: true` in its schema"
    );
    return detail::verify_history(
        session,
        table_of<Row>,
        true,
        [&](sql::arguments& arguments, text_format format) {
            detail::bind_key<Row>(arguments, key, format);
        },
        until
    );
}

} // namespace weir
