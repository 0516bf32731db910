// SPDX-License-Identifier: Apache-2.0
// Versions of rows: what tells one state of a row from every other, and what a write may demand of
// it. Costs json/row_writer.hpp.
//
// Of an audited table a version is the row's uuid and the time of its last change, which no two
// changes share (sql/row_state.hpp). Of any other table it is a hash of the row as clients see it:
// a row that returns to earlier values returns to the earlier version.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/core/int128.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/time.hpp>
#include <weir/core/uuid.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/row_state.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A version as opaque text of letters, digits, `+` and `/`: an entity tag, a member of a batch.
struct row_version {
    std::string text{};

    friend bool operator==(const row_version&, const row_version&) = default;
};

/// The same, of a row of `Row`.
template <class Row>
struct version {
    row_version untyped{};

    friend bool operator==(const version&, const version&) = default;
};

/// What a write demands of the row as it stands (RFC 9110, 13.1: If-Match and If-None-Match).
struct row_demand {
    /// The row is in one of these versions; empty: no demand.
    std::vector<row_version> one_of{};
    /// The row is in none of these.
    std::vector<row_version> none_of{};

    [[nodiscard]] bool is_any() const noexcept { return one_of.empty() && none_of.empty(); }

    [[nodiscard]] bool is_met_by(const row_version& found) const {
        return (one_of.empty() || std::find(one_of.begin(), one_of.end(), found) != one_of.end()) &&
               std::find(none_of.begin(), none_of.end(), found) == none_of.end();
    }
};

/// The same of a row of `Row`; a version by itself demands that the row still is in it.
template <class Row>
class precondition {
public:
    /// No demand.
    precondition() = default;

    explicit precondition(row_demand demanded) : demanded_(std::move(demanded)) {}

    // Converting on purpose: `wells.update(key, changes, version_of(well))`.
    template <class Other>
    precondition(version<Other> seen) {
        static_assert(
            std::same_as<Row, Other>,
            "weir: this version is one of a row of another table; take version_of() the row itself"
        );
        demanded_.one_of.push_back(std::move(seen.untyped));
    }

    /// Lifetime: as this.
    [[nodiscard]] const row_demand& untyped() const noexcept { return demanded_; }

private:
    row_demand demanded_{};
};

namespace detail {

/// Bytes of a stamped version: the uuid, then the microseconds of `updated_at`, largest first.
inline constexpr std::size_t stamped_version_bytes = 24;
/// What stands for a row that was never changed; no time is that early.
inline constexpr std::int64_t never_changed = INT64_MIN;

[[nodiscard]] inline row_version
version_of_stamps(const uuid& record, std::optional<timestamp> updated) {
    std::array<std::byte, stamped_version_bytes> bytes{};
    for (std::size_t at = 0; at < record.bytes.size(); ++at)
        bytes[at] = static_cast<std::byte>(record.bytes[at]);
    auto rest = static_cast<std::uint64_t>(updated ? updated->microseconds : never_changed);
    for (std::size_t at = bytes.size(); at > record.bytes.size(); rest >>= 8U)
        bytes[--at] = static_cast<std::byte>(rest & 0xFFU);
    row_version made;
    append_base64(made.text, bytes);
    return made;
}

struct row_stamps {
    uuid record{};
    std::optional<timestamp> updated{};
};

/// Reads a stamped version; absent when the text is none.
[[nodiscard]] inline std::optional<row_stamps> stamps_of_version(const row_version& given) {
    std::vector<std::byte> bytes;
    if (!parse_base64(given.text, bytes) || bytes.size() != stamped_version_bytes)
        return std::nullopt;
    row_stamps made;
    std::uint64_t rest = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (at < made.record.bytes.size()) {
            made.record.bytes[at] = std::to_integer<std::uint8_t>(bytes[at]);
        } else {
            rest = rest << 8U | std::to_integer<std::uint64_t>(bytes[at]);
        }
    }
    const auto microseconds = static_cast<std::int64_t>(rest);
    if (microseconds == never_changed)
        return made;
    if (microseconds < min_timestamp.microseconds || microseconds > max_timestamp.microseconds)
        return std::nullopt;
    made.updated = timestamp{microseconds};
    return made;
}

/// Of the row as clients see it, as JSON. FNV-1a with 128 bits, of which 96 are kept: enough that
/// no two states of a row meet by chance; against malice the statement compares the values too.
/// Source: RFC 9923.
[[nodiscard]] inline row_version version_of_content(std::string_view json) {
    using word = uint128;
    constexpr word prime = (word{1} << 88U) + 0x13BU;
    word hash = (word{0x6C62272E07BB0142U} << 64U) + 0x62B821756295C58DU;
    for (const char each : json)
        hash = (hash ^ static_cast<unsigned char>(each)) * prime;
    std::array<std::byte, 12> bytes{};
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(static_cast<std::uint8_t>(hash >> 120U));
        hash <<= 8U;
    }
    row_version made;
    append_base64(made.text, bytes);
    return made;
}

[[noreturn]] inline void throw_moved(const table& of) {
    throw precondition_error{
        "The row of table '" + std::string{of.name} +
        "' is not in the version asked for; read it again"
    };
}

} // namespace detail

/// The version of a row of text, all columns in the table's order.
///
/// Errors: decode_error when a field is no value of its column.
[[nodiscard]] inline row_version
version_of_fields(const table& of, std::span<const text_field> fields, text_format format) {
    if (!sql::has_stamped_states(of)) {
        std::string body;
        json::row_writer{of.columns, format}.append(body, fields);
        return detail::version_of_content(body);
    }
    const auto& record = fields[find_column(of.columns, audit_role::record_uuid)];
    const auto& updated = fields[find_column(of.columns, audit_role::updated_at)];
    uuid id{};
    timestamp at{};
    if (!parse_text(record.text, id, format) ||
        (!updated.is_null && !parse_text(updated.text, at, format)))
        throw decode_error{
            "The audit columns of table '" + std::string{of.name} + "' hold no version"
        };
    return detail::version_of_stamps(id, updated.is_null ? std::nullopt : std::optional{at});
}

/// The version of a row as a session gave it.
template <row Row>
[[nodiscard]] version<Row> version_of(const Row& of) {
    if constexpr (sql::has_stamped_states(table_of<Row>)) {
        constexpr auto record = find_column(table_of<Row>.columns, audit_role::record_uuid);
        constexpr auto updated = find_column(table_of<Row>.columns, audit_role::updated_at);
        return {detail::version_of_stamps(member_at<record>(of), member_at<updated>(of))};
    } else {
        std::string body;
        json::append_json(body, of);
        return {detail::version_of_content(body)};
    }
}

namespace detail {

/// The states a write demands, as its statement takes them.
class demanded_states {
public:
    demanded_states() = default;

    /// Of an audited table. `is_possible()` is false when none of the versions asked for can be one
    /// of its rows.
    [[nodiscard]] static demanded_states stamped(const row_demand& demanded) {
        demanded_states made;
        made.count_.one_of = made.add_all(demanded.one_of);
        made.count_.none_of = made.add_all(demanded.none_of);
        made.is_possible_ = demanded.one_of.empty() || made.count_.one_of != 0;
        return made;
    }

    /// Of any other table: that the row still holds what was read just now.
    [[nodiscard]] static demanded_states
    of_values(const table& of, sql::dialect spoken, std::span<const text_field> fields) {
        demanded_states made;
        made.count_.one_of = 1;
        for (std::size_t at = 0; at < of.columns.size(); ++at) {
            if (!sql::is_state_column(of, at))
                continue;
            auto& added = made.values_.emplace_back(
                value{std::nullopt, &sql::state_type(of.columns[at].type, spoken)}
            );
            if (!fields[at].is_null)
                added.text = std::string{fields[at].text};
        }
        return made;
    }

    [[nodiscard]] sql::expected_states count() const noexcept { return count_; }

    [[nodiscard]] bool is_possible() const noexcept { return is_possible_; }

    /// Adds the states' arguments; they follow the key's.
    void bind(sql::arguments& arguments, text_format format) const {
        for (const auto& each : stamps_) {
            arguments.add_written(
                audit_column(audit_role::record_uuid).type,
                [&](std::string& out) { append_text(out, each.record, format); }
            );
            const auto& type = audit_column(audit_role::updated_at).type;
            if (each.updated) {
                arguments.add_written(type, [&](std::string& out) {
                    append_text(out, *each.updated, format);
                });
            } else {
                arguments.add_null(type);
            }
        }
        for (const auto& each : values_) {
            if (each.text) {
                arguments.add_text(*each.text, *each.type);
            } else {
                arguments.add_null(*each.type);
            }
        }
    }

private:
    struct value {
        std::optional<std::string> text;
        const column_type* type;
    };

    std::size_t add_all(const std::vector<row_version>& versions) {
        const auto before = stamps_.size();
        for (const auto& each : versions) {
            if (const auto found = stamps_of_version(each))
                stamps_.push_back(*found);
        }
        return stamps_.size() - before;
    }

    sql::expected_states count_{};
    bool is_possible_ = true;
    std::vector<row_stamps> stamps_{};
    std::vector<value> values_{};
};

} // namespace detail

} // namespace weir
