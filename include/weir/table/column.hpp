// SPDX-License-Identifier: Apache-2.0
// The facts about one column: its type, its rules, how it is filled. Flat and constexpr; generated
// code and run-time tables both build it, everything else derives from it.
#pragma once

#include <weir/core/int128.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// The kinds of values a column can hold; the table in design 3 maps them to C++, SQL and JSON.
enum class type : std::uint8_t {
    int8,
    int16,
    int32,
    int64,
    float32,
    float64,
    decimal,
    string,
    varchar,
    fixed_char,
    boolean,
    date,
    timestamp,
    timestamp_ntz,
    binary,
    uuid,
    json,
    enumeration,
    array,
    map,
    structure,
};

struct column;

/// A column's type with everything its kind needs. Pointers refer to static or longer-lived facts.
struct column_type {
    type kind = type::string;
    /// decimal: total digits and digits after the point.
    std::uint8_t precision = 0;
    std::uint8_t scale = 0;
    /// varchar, fixed_char: length in characters.
    std::uint32_t length = 0;
    /// The schema's name for an enumeration or a structure declared under `types`; else empty.
    std::string_view name{};
    /// array: the element; map: the value.
    const column_type* element = nullptr;
    /// map: the key, always a scalar.
    const column_type* key = nullptr;
    /// enumeration: the labels, in declaration order; a value's position is its C++ value.
    std::span<const std::string_view> labels{};
    /// structure: `field_count` fields; read them through fields_of().
    const column* fields = nullptr;
    std::size_t field_count = 0;
};

/// Who fills a column when a row is inserted.
enum class generated_by : std::uint8_t { nobody, uuid, identity, now };

/// Which of the eight audit columns a column is.
enum class audit_role : std::uint8_t {
    none,
    record_uuid,
    is_deleted,
    inserted_at,
    inserted_by,
    updated_at,
    updated_by,
    deleted_at,
    deleted_by,
};

/// How a string must be spelled.
enum class string_format : std::uint8_t {
    none,
    email,
    uuid,
    uri,
    date,
    date_time,
    ipv4,
    ipv6,
    hostname,
    /// A date by `format_pattern`, e.g. `MM/DD/YYYY`.
    date_pattern,
};

/// An inclusive limit on a number, a date or a time.
struct bound {
    enum class unit : std::uint8_t { none, exact, real };

    unit is = unit::none;
    /// Integers: the value. decimal: the value times 10^scale. date: days since 1970-01-01.
    /// timestamp, timestamp_ntz: microseconds since 1970-01-01.
    int128 exact = 0;
    /// float32, float64: the value.
    double real = 0;

    static constexpr bound none() { return {}; }

    static constexpr bound of_exact(int128 value) { return {unit::exact, value, 0}; }

    static constexpr bound of_real(double value) { return {unit::real, 0, value}; }
};

inline constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

/// One column of a table, or one field of a structure.
struct column {
    std::string_view name{};
    column_type type{};
    bool nullable = true;
    bool key = false;
    /// Never in JSON, in either direction.
    bool is_private = false;
    /// In answers, never accepted from a payload.
    bool readonly = false;
    generated_by generated = generated_by::nobody;
    audit_role audit = audit_role::none;
    /// The default as JSON text (`640.0`, `"draft"`, `[]`); empty view with data() == nullptr:
    /// none.
    std::string_view default_json{};
    bound min{};
    bound max{};
    /// Strings: characters. binary: bytes.
    std::uint32_t min_length = 0;
    std::uint32_t max_length = unlimited;
    /// array, map: entries.
    std::uint32_t min_items = 0;
    std::uint32_t max_items = unlimited;
    /// RE2 syntax, searched anywhere unless anchored; empty: none.
    std::string_view pattern{};
    string_format format = string_format::none;
    std::string_view format_pattern{};
    /// The column's former name, for migrations.
    std::string_view was{};
    std::string_view description{};
    std::span<const std::string_view> tags{};
    /// Line in the schema file, 1-based; 0: not from a file.
    std::uint32_t line = 0;

    [[nodiscard]] constexpr bool has_default() const noexcept {
        return default_json.data() != nullptr;
    }
};

/// A string, whatever limits its length.
[[nodiscard]] constexpr bool is_text(type kind) noexcept {
    return kind == type::string || kind == type::varchar || kind == type::fixed_char;
}

[[nodiscard]] constexpr bool is_integer(type kind) noexcept {
    return kind == type::int8 || kind == type::int16 || kind == type::int32 || kind == type::int64;
}

/// Whether values of a kind are written as one piece, not as a container.
[[nodiscard]] constexpr bool is_scalar(type kind) noexcept {
    return kind != type::array && kind != type::map && kind != type::structure;
}

/// Whether PostgreSQL keeps a type as a native array (arrays of scalars other than json) instead of
/// jsonb.
[[nodiscard]] constexpr bool is_native_array(const column_type& of) noexcept {
    return of.kind == type::array && is_scalar(of.element->kind) && of.element->kind != type::json;
}

/// The fields of a structure type; empty for any other kind.
[[nodiscard]] constexpr std::span<const column> fields_of(const column_type& of) noexcept {
    return {of.fields, of.field_count};
}

} // namespace weir
