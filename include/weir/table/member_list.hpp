// SPDX-License-Identifier: Apache-2.0
// The members of structs too wide for Boost.Describe (52 members) and Boost.PFR (100): generated
// code lists them, table/members.hpp reads them. Costs nothing.
#pragma once

#include <cstddef>

namespace weir {

/// Pointers to data members, in declaration order.
template <auto... Pointers>
struct member_list {};

template <auto... Pointers>
[[nodiscard]] constexpr std::size_t length_of(member_list<Pointers...> /*unused*/) {
    return sizeof...(Pointers);
}

/// The members of `T`, for structs the Describe macro cannot hold; generated code specialises it:
/// ```
/// template <>
/// struct weir::member_list_of<shop::wide> {
///     using pointers = weir::member_list<&shop::wide::id, &shop::wide::name>;
///     static constexpr std::string_view names[]{"id", "name"};
/// };
/// ```
template <class T>
struct member_list_of;

} // namespace weir
