// SPDX-License-Identifier: Apache-2.0
// Enumerations as text: labels come from generated facts, a value is its label's position. Costs
// what <boost/describe/enumerators.hpp> costs, about 0.05 s.
#pragma once

#include <weir/core/text_format.hpp>
#include <weir/table/table.hpp>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/list.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir {

namespace detail {

/// Whether the labels are the described enumerators: as many, valued 0, 1, 2, … in order.
template <class Enumeration>
inline constexpr bool labels_agree = [] {
    if constexpr (boost::describe::has_describe_enumerators<Enumeration>::value) {
        std::size_t expected = 0;
        bool in_order = true;
        [&]<template <class...> class List, class... Enumerators>(List<Enumerators...>) {
            ((in_order = in_order && static_cast<std::size_t>(Enumerators::value) == expected++),
             ...);
        }(boost::describe::describe_enumerators<Enumeration>{});
        return in_order && expected == enumeration_labels<Enumeration>.size();
    } else {
        return true;
    }
}();

} // namespace detail

/// An enumeration with labels: generated code specialises `enumeration_labels` for it.
template <class Enumeration>
concept labelled_enumeration =
    std::is_enum_v<Enumeration> && !enumeration_labels<Enumeration>.empty();

/// The label of a value; empty for a value that has none, as only a cast can make.
/// Lifetime: static.
template <labelled_enumeration Enumeration>
[[nodiscard]] constexpr std::string_view label_of(Enumeration value) noexcept {
    static_assert(
        detail::labels_agree<Enumeration>,
        "weir: this enumeration and its labels differ in number or order; generate the header again"
    );
    const auto labels = enumeration_labels<Enumeration>;
    const auto position = static_cast<std::size_t>(value);
    return position < labels.size() ? labels[position] : std::string_view{};
}

/// Finds the value with a label, spelled exactly so. False leaves `out` alone.
template <labelled_enumeration Enumeration>
[[nodiscard]] constexpr bool find_label(std::string_view label, Enumeration& out) noexcept {
    static_assert(
        detail::labels_agree<Enumeration>,
        "weir: this enumeration and its labels differ in number or order; generate the header again"
    );
    const auto labels = enumeration_labels<Enumeration>;
    for (std::size_t at = 0; at < labels.size(); ++at) {
        if (labels[at] == label) {
            out = static_cast<Enumeration>(at);
            return true;
        }
    }
    return false;
}

/// Appends the label, as both databases spell it. A value without label appends nothing; validate
/// refuses it.
template <labelled_enumeration Enumeration>
void append_text(std::string& out, const Enumeration& value, text_format /*unused*/) {
    out.append(label_of(value));
}

template <labelled_enumeration Enumeration>
[[nodiscard]] bool parse_text(std::string_view text, Enumeration& out, text_format /*unused*/) {
    return find_label(text, out);
}

} // namespace weir
