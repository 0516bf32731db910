// SPDX-License-Identifier: Apache-2.0
// Whether a member's C++ type is the one its column's type asks for (the table in design 3).
// Compile time only; costs <optional>, <string> and <vector>.
#pragma once

#include <weir/table/column.hpp>
#include <weir/table/members.hpp>
#include <weir/table/table.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace weir {

template <int Precision, int Scale>
class decimal;
struct date;
struct timestamp;
struct timestamp_ntz;
struct uuid;
struct json_text;

} // namespace weir

namespace weir::detail {

template <class T>
struct member_of_kind {
    static constexpr bool holds(const column_type& of) {
        if constexpr (std::is_enum_v<T>) {
            return of.kind == type::enumeration && of.labels.size() == enumeration_labels<T>.size();
        } else if constexpr (requires {
                                 typename T::key_type;
                                 typename T::mapped_type;
                             }) {
            return of.kind == type::map && member_of_kind<typename T::key_type>::holds(*of.key) &&
                   member_of_kind<typename T::mapped_type>::holds(*of.element);
        } else if constexpr (described<T>) {
            const auto fields = fields_of(of);
            if (of.kind != type::structure || fields.size() != member_count<T>)
                return false;
            for (std::size_t at = 0; at < fields.size(); ++at) {
                if (fields[at].name != member_names<T>[at])
                    return false;
            }
            return true;
        } else {
            return false;
        }
    }
};

/// A scalar C++ type and the column kinds that hold it.
template <type... Kinds>
struct member_of_kinds {
    static constexpr bool holds(const column_type& of) { return ((of.kind == Kinds) || ...); }
};

template <>
struct member_of_kind<std::int8_t> : member_of_kinds<type::int8> {};

template <>
struct member_of_kind<std::int16_t> : member_of_kinds<type::int16> {};

template <>
struct member_of_kind<std::int32_t> : member_of_kinds<type::int32> {};

template <>
struct member_of_kind<std::int64_t> : member_of_kinds<type::int64> {};

template <>
struct member_of_kind<float> : member_of_kinds<type::float32> {};

template <>
struct member_of_kind<double> : member_of_kinds<type::float64> {};

template <>
struct member_of_kind<std::string>
    : member_of_kinds<type::string, type::varchar, type::fixed_char> {};

template <>
struct member_of_kind<bool> : member_of_kinds<type::boolean> {};

template <>
struct member_of_kind<date> : member_of_kinds<type::date> {};

template <>
struct member_of_kind<timestamp> : member_of_kinds<type::timestamp> {};

template <>
struct member_of_kind<timestamp_ntz> : member_of_kinds<type::timestamp_ntz> {};

template <>
struct member_of_kind<std::vector<std::byte>> : member_of_kinds<type::binary> {};

template <>
struct member_of_kind<uuid> : member_of_kinds<type::uuid> {};

template <>
struct member_of_kind<json_text> : member_of_kinds<type::json> {};

template <int Precision, int Scale>
struct member_of_kind<decimal<Precision, Scale>> {
    static constexpr bool holds(const column_type& of) {
        return of.kind == type::decimal && of.precision == Precision && of.scale == Scale;
    }
};

template <class Element>
struct member_of_kind<std::vector<Element>> {
    static constexpr bool holds(const column_type& of) {
        return of.kind == type::array && member_of_kind<Element>::holds(*of.element);
    }
};

/// Whether a row's member holds the values of a column: std::optional if and only if it may be
/// NULL.
template <class Member>
struct member_of_column {
    static constexpr bool holds(const column& of) {
        return !of.nullable && member_of_kind<Member>::holds(of.type);
    }
};

template <class Value>
struct member_of_column<std::optional<Value>> {
    static constexpr bool holds(const column& of) {
        return of.nullable && member_of_kind<Value>::holds(of.type);
    }
};

template <class Value, class T>
Value member_value(Value T::*);

template <auto... Pointers>
constexpr std::size_t
first_misfit(member_list<Pointers...> /*unused*/, std::span<const column> of) {
    std::size_t at = 0;
    bool fits = true;
    const int done[]{
        0,
        (fits = fits && member_of_column<decltype(member_value(Pointers))>::holds(of[at]),
         at += fits ? 1U : 0U,
         0)...
    };
    static_cast<void>(done);
    return at;
}

/// The position of the first member of a row or structure whose type does not fit; its number of
/// members if all do.
template <class T>
[[nodiscard]] constexpr std::size_t first_misfit(std::span<const column> columns) {
    return first_misfit(typename members_of<T>::pointers{}, columns);
}

} // namespace weir::detail
