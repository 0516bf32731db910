// SPDX-License-Identifier: Apache-2.0
// Results by column: a struct of vectors, filled some thousand rows at a time, for code that
// computes rather than serves. Costs data/codec.hpp and table/row.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/text_format.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/session.hpp>
#include <weir/table/members.hpp>
#include <weir/table/row.hpp>
#include <weir/table/table.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir {

/// A column that may hold NULLs, its values one after the other as computing wants them.
template <class T>
struct nullable_vector {
    /// A default value where there is NULL.
    std::vector<T> values{};
    /// 1 where there is NULL; as long as `values`.
    std::vector<std::uint8_t> is_null{};
};

namespace detail {

/// What one member of a struct of vectors holds; none for any other type.
template <class Member>
struct column_vector;

template <class T>
struct column_vector<std::vector<T>> {
    using value = T;

    static void clear(std::vector<T>& of) { of.clear(); }

    static void append(std::vector<T>& to, T&& value, bool /*is_null*/) {
        to.push_back(std::move(value));
    }
};

template <class T>
struct column_vector<nullable_vector<T>> {
    using value = std::optional<T>;

    static void clear(nullable_vector<T>& of) {
        of.values.clear();
        of.is_null.clear();
    }

    static void append(nullable_vector<T>& to, std::optional<T>&& value, bool is_null) {
        to.values.push_back(value ? *std::move(value) : T{});
        to.is_null.push_back(is_null ? 1U : 0U);
    }
};

[[nodiscard]] constexpr std::size_t integer_bytes(type kind) noexcept {
    switch (kind) {
    case type::int8:
        return 1;
    case type::int16:
        return 2;
    case type::int32:
        return 4;
    case type::int64:
        return 8;
    default:
        return 0;
    }
}

template <class T>
struct column_value {
    /// Whether every value of a column's type is a T: the type itself, a wider number, or any
    /// scalar as the text the database spells.
    static bool holds(const column_type& of) {
        if constexpr (std::signed_integral<T>) {
            const auto bytes = integer_bytes(of.kind);
            return bytes != 0 && bytes <= sizeof(T);
        } else if constexpr (std::same_as<T, double>) {
            return of.kind == type::float64 || of.kind == type::float32;
        } else if constexpr (std::same_as<T, std::string>) {
            return is_scalar(of.kind);
        } else {
            return member_of_kind<T>::holds(of);
        }
    }
};

template <class T>
struct column_value<std::optional<T>> : column_value<T> {};

template <class T>
inline constexpr bool holds_column_vectors = false;

template <described T>
inline constexpr bool holds_column_vectors<T> =
    []<std::size_t... At>(std::index_sequence<At...> /*unused*/) {
        return (requires { typename column_vector<member_type<T, At>>::value; } && ...);
    }(std::make_index_sequence<member_count<T>>{});

} // namespace detail

/// A struct whose members are vectors of values, named as the columns they are for:
/// `std::vector<double>`, `std::vector<std::optional<date>>`, `nullable_vector<double>`. A column
/// may have NULLs only for the latter two.
template <class T>
concept column_vectors = described<T> && member_count<T> != 0 && detail::holds_column_vectors<T>;

/// The positions of the columns that `Columns` names, in its order.
///
/// Errors: decode_error naming every member that has no column or not the type of its column.
template <column_vectors Columns>
[[nodiscard]] std::vector<std::uint16_t> positions_of(const table& of) {
    std::vector<std::uint16_t> found;
    std::string misfits;
    for_each_member_pointer<Columns>([&]<class Member>(std::size_t at, Member Columns::*) {
        const auto name = member_names<Columns>[at];
        const auto position = find_column(of.columns, name);
        const bool is_there = position != of.columns.size();
        using value = typename detail::column_vector<Member>::value;
        if (!is_there || !detail::column_value<value>::holds(of.columns[position].type)) {
            misfits.append(misfits.empty() ? "" : ", ").append("'").append(name);
            misfits.append(is_there ? "' (of another type)" : "' (no such column)");
        }
        found.push_back(static_cast<std::uint16_t>(position));
    });
    if (!misfits.empty())
        throw decode_error{"Columns of table '" + std::string{of.name} + "': " + misfits};
    return found;
}

/// A result's rows as batches of columns.
///
/// Lifetime: owns the result; borrows the facts.
/// Threads:  as the result.
template <column_vectors Columns, result Result>
class column_batches {
public:
    /// The fields of `rows` are the columns of positions_of<Columns>(of), in that order.
    column_batches(Result rows, const table& of, text_format format)
        : rows_(std::move(rows)), of_(&of), positions_(positions_of<Columns>(of)), format_(format) {
    }

    /// Replaces what `out` holds by the next rows, `most_rows` at most; its memory is used again.
    /// False: there were none left, and `out` is empty.
    ///
    /// Errors: decode_error naming the column whose value does not fit or is NULL where the vector
    /// takes none; those of the result. `out` is then not to be used.
    [[nodiscard]] bool next(Columns& out, std::size_t most_rows = 65'536) {
        for_each_member(out, []<class Member>(std::size_t, Member& column) {
            detail::column_vector<Member>::clear(column);
        });
        std::size_t taken = 0;
        while (!is_over_ && taken < most_rows) {
            const auto fields = rows_.next();
            if (!fields) {
                is_over_ = true;
                break;
            }
            take(*fields, out);
            ++taken;
        }
        return taken != 0;
    }

private:
    void take(std::span<const text_field> fields, Columns& out) {
        if (fields.size() != positions_.size())
            throw decode_error{
                "A result of table '" + std::string{of_->name} + "' has " +
                std::to_string(fields.size()) + " columns instead of " +
                std::to_string(positions_.size())
            };
        for_each_member(out, [&]<class Member>(std::size_t at, Member& column) {
            const auto& of = of_->columns[positions_[at]];
            typename detail::column_vector<Member>::value value{};
            if (!parse_field(fields[at], value, of.type, format_))
                refuse(of, fields[at].is_null);
            detail::column_vector<Member>::append(column, std::move(value), fields[at].is_null);
        });
    }

    [[noreturn]] void refuse(const column& of, bool is_null) const {
        throw decode_error{
            "Column '" + std::string{of.name} + "' of table '" + std::string{of_->name} +
            (is_null ? "' is NULL, and the vector takes none: use nullable_vector"
                     : "' holds a value that does not fit its type")
        };
    }

    Result rows_;
    const table* of_;
    std::vector<std::uint16_t> positions_;
    text_format format_;
    bool is_over_ = false;
};

} // namespace weir
