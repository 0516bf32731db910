// SPDX-License-Identifier: Apache-2.0
// The statements that depend on the table alone, as constants per row type and dialect. What is not
// used is not built. Costs what insert.hpp, select.hpp and update.hpp cost; about 15 ms of
// compile time per statement used (12 columns: g++ 12 takes 14 ms, clang 19 takes 18 ms).
#pragma once

#include <weir/sql/insert.hpp>
#include <weir/sql/select.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/update.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::sql {

/// A statement whose text depends on the table alone.
enum class fixed_statement : std::uint8_t {
    insert,
    insert_many,
    insert_many_quietly,
    upsert,
    upsert_many,
    find,
    exists,
    find_many,
    existing,
    replace,
    remove,
    restore,
    purge,
};

/// The columns a fixed statement sets: inserts all but an identity, replacements what an update may
/// change and the stamps. Lifetime: as the spans' owners.
struct fixed_columns {
    column_indexes inserted{};
    column_indexes replaced{};
};

/// Writes a fixed statement, at compile time or for a run-time table.
constexpr void
write_fixed(writer& out, const table& of, fixed_statement which, const fixed_columns& columns) {
    switch (which) {
    case fixed_statement::insert:
        return write_insert(out, of, columns.inserted);
    case fixed_statement::insert_many:
        return write_insert(out, of, columns.inserted, {.rows = row_count::many});
    case fixed_statement::insert_many_quietly:
        return write_insert(
            out, of, columns.inserted, {.rows = row_count::many, .back = returning::nothing}
        );
    case fixed_statement::upsert:
        return write_insert(out, of, columns.inserted, {.existing = on_conflict::update});
    case fixed_statement::upsert_many:
        return write_insert(
            out, of, columns.inserted, {.rows = row_count::many, .existing = on_conflict::update}
        );
    case fixed_statement::find:
        return write_find(out, of);
    case fixed_statement::exists:
        return write_exists(out, of);
    case fixed_statement::find_many:
        return write_find_many(out, of);
    case fixed_statement::existing:
        return write_existing(out, of);
    case fixed_statement::replace:
        return write_update(out, of, columns.replaced);
    case fixed_statement::remove:
        return write_remove(out, of);
    case fixed_statement::restore:
        return write_restore(out, of);
    case fixed_statement::purge:
        return write_purge(out, of);
    }
}

/// The verb of a fixed statement, for sql::statement.
[[nodiscard]] constexpr verb verb_of(fixed_statement which) noexcept {
    switch (which) {
    case fixed_statement::insert:
    case fixed_statement::insert_many:
    case fixed_statement::insert_many_quietly:
    case fixed_statement::upsert:
    case fixed_statement::upsert_many:
        return verb::insert;
    case fixed_statement::find:
    case fixed_statement::exists:
    case fixed_statement::find_many:
    case fixed_statement::existing:
        return verb::select;
    case fixed_statement::replace:
    case fixed_statement::restore:
        return verb::update;
    case fixed_statement::remove:
    case fixed_statement::purge:
        return verb::remove;
    }
    return verb::select;
}

/// The text that `write(writer&)` writes in a dialect, built now: for run-time tables, and for what
/// depends on more than the table.
template <class Write>
[[nodiscard]] std::string written(dialect spoken, Write&& write) {
    std::string text;
    // Most statements fit; growing to this size would cost five allocations.
    text.reserve(512);
    sink into{text};
    writer out{into, spoken};
    write(out);
    return text;
}

/// The same for a fixed statement.
[[nodiscard]] inline std::string written(dialect spoken, const table& of, fixed_statement which) {
    const auto inserted = choose_columns(of, is_inserted);
    const auto replaced = choose_columns(of, is_replaced);
    return written(spoken, [&](writer& out) {
        write_fixed(out, of, which, {.inserted = inserted, .replaced = replaced});
    });
}

namespace detail {

template <class Row, dialect Spoken, fixed_statement Which>
struct fixed_text {
    static constexpr void write(sink& into) {
        writer out{into, Spoken};
        write_fixed(
            out,
            table_of<Row>,
            Which,
            {.inserted = chosen_columns<Row, is_inserted>,
             .replaced = chosen_columns<Row, is_replaced>}
        );
    }

    static constexpr std::string_view text = constant_text<write>::text;
};

/// A fixed statement of a wide table, written when it is first asked for.
template <class Row, dialect Spoken, fixed_statement Which>
struct late_text {
    /// Lifetime: static.
    operator std::string_view() const {
        static const std::string text = written(Spoken, table_of<Row>, Which);
        return text;
    }
};

/// Compilers take 1.5 s for one statement of 1,000 columns, and clang gives up at a million steps.
inline constexpr std::size_t widest_constant_table = 128;

template <class Row>
inline constexpr bool is_constant_table = table_of<Row>.columns.size() <= widest_constant_table;

/// Not deduced from the text: that would build every statement of a table with the first.
template <class Row, dialect Spoken, fixed_statement Which>
using fixed_text_type =
    std::conditional_t<is_constant_table<Row>, std::string_view, late_text<Row, Spoken, Which>>;

template <class Row, dialect Spoken, fixed_statement Which>
[[nodiscard]] constexpr fixed_text_type<Row, Spoken, Which> fixed_text_of() {
    if constexpr (is_constant_table<Row>) {
        return fixed_text<Row, Spoken, Which>::text;
    } else {
        return {};
    }
}

} // namespace detail

/// The constant statements of a table: `statements<well, dialect::postgres>::find`.
///
/// The writers of insert.hpp, select.hpp and update.hpp say what each does and gives, layout.hpp
/// which arguments it takes. Each is a NUL-terminated std::string_view; of tables with more than
/// 128 columns something that converts to one, because the text is written at the first use.
/// Errors: a statement the table cannot have (a find without key, a restore without soft deletion)
///         does not compile when it is used.
template <class Row, dialect Spoken>
struct statements {
    template <fixed_statement Which>
    using text = detail::fixed_text_type<Row, Spoken, Which>;

    /// One of those below, by its name as a value.
    template <fixed_statement Which>
    static constexpr text<Which> write() {
        return detail::fixed_text_of<Row, Spoken, Which>();
    }

    static constexpr text<fixed_statement::insert> insert = write<fixed_statement::insert>();
    static constexpr text<fixed_statement::insert_many> insert_many =
        write<fixed_statement::insert_many>();
    /// Gives no rows back.
    static constexpr text<fixed_statement::insert_many_quietly> insert_many_quietly =
        write<fixed_statement::insert_many_quietly>();
    static constexpr text<fixed_statement::upsert> upsert = write<fixed_statement::upsert>();
    static constexpr text<fixed_statement::upsert_many> upsert_many =
        write<fixed_statement::upsert_many>();
    static constexpr text<fixed_statement::find> find = write<fixed_statement::find>();
    static constexpr text<fixed_statement::exists> exists = write<fixed_statement::exists>();
    static constexpr text<fixed_statement::find_many> find_many =
        write<fixed_statement::find_many>();
    static constexpr text<fixed_statement::existing> existing = write<fixed_statement::existing>();
    static constexpr text<fixed_statement::replace> replace = write<fixed_statement::replace>();
    static constexpr text<fixed_statement::remove> remove = write<fixed_statement::remove>();
    static constexpr text<fixed_statement::restore> restore = write<fixed_statement::restore>();
    static constexpr text<fixed_statement::purge> purge = write<fixed_statement::purge>();

    /// The columns `insert` and `upsert` take arguments for, in their order.
    static constexpr column_indexes inserted_columns = chosen_columns<Row, is_inserted>;
    /// The columns `replace` takes arguments for before the key, in their order.
    static constexpr column_indexes replaced_columns = chosen_columns<Row, is_replaced>;
};

} // namespace weir::sql
