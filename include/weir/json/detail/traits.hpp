// SPDX-License-Identifier: Apache-2.0
// Which shape of JSON a C++ type takes. Costs <map>, <optional>, <vector>.
#pragma once

#include <weir/core/decimal.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <type_traits>
#include <vector>

namespace weir::json::detail {

template <class T>
inline constexpr bool is_optional = false;

template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;

/// A vector of bytes is one binary value, not an array.
template <class T>
inline constexpr bool is_vector<std::vector<T>> = !std::is_same_v<T, std::byte>;

template <class T>
inline constexpr bool is_map = false;

template <class Key, class Value>
inline constexpr bool is_map<std::map<Key, Value>> = true;

template <class T>
inline constexpr bool is_decimal = false;

template <int Precision, int Scale>
inline constexpr bool is_decimal<decimal<Precision, Scale>> = true;

/// Whether values of a type are spelled without quotes.
template <class T>
inline constexpr bool is_bare = std::is_arithmetic_v<T> || is_decimal<T>;

} // namespace weir::json::detail
