// SPDX-License-Identifier: Apache-2.0
// The members of a struct: count, names, each in turn, one by position. Names and pointers come
// from Boost.Describe, positions from Boost.PFR; both from member_list_of for structs too wide for
// them. Costs <boost/describe/members.hpp> and <boost/pfr/core.hpp>, about 0.2 s once; one fold per
// type and visitor.
#pragma once

#include <weir/table/member_list.hpp>

#include <boost/describe/members.hpp>
#include <boost/pfr/core.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir {

namespace detail {

/// Whether generated code lists the members of `T` itself.
template <class T>
concept listed = requires { typename member_list_of<T>::pointers; };

template <class List>
struct described_members;

template <template <class...> class List, class... Descriptors>
struct described_members<List<Descriptors...>> {
    using pointers = member_list<Descriptors::pointer...>;
    static constexpr std::size_t count = sizeof...(Descriptors);
    static constexpr std::array<std::string_view, count> names{Descriptors::name...};
};

template <class T>
struct members_of
    : described_members<boost::describe::describe_members<T, boost::describe::mod_public>> {};

template <listed T>
struct members_of<T> {
    using pointers = typename member_list_of<T>::pointers;
    static constexpr std::size_t count = length_of(pointers{});
    static_assert(
        std::size(member_list_of<T>::names) == count,
        "weir: member_list_of<T> has not as many names as members; generate the header again"
    );
    static constexpr std::array<std::string_view, count> names = [] {
        std::array<std::string_view, count> copy;
        for (std::size_t at = 0; at < count; ++at)
            copy[at] = member_list_of<T>::names[at];
        return copy;
    }();
};

/// Storage whose members have addresses, though no T is ever made: what is compared is where they
/// lie.
template <class T>
struct specimen {
    union storage {
        char unused;
        T value;

        constexpr storage() : unused{} {}

        constexpr ~storage() {}
    };

    inline static storage holder{};
};

/// Whether both libraries see the same members in the same order. By address, since neither may be
/// wrong about two members of one type either.
template <class T, auto... Pointers, std::size_t... Positions>
constexpr bool same_members(
    member_list<Pointers...> /*unused*/, std::index_sequence<Positions...> /*unused*/
) {
    if constexpr (boost::pfr::tuple_size_v<T> != sizeof...(Pointers)) {
        return false;
    } else {
        return (
            (static_cast<const void*>(
                 __builtin_addressof(boost::pfr::get<Positions>(specimen<T>::holder.value))
             ) == static_cast<const void*>(__builtin_addressof(specimen<T>::holder.value.*Pointers))
            ) &&
            ...
        );
    }
}

template <class T>
inline constexpr bool members_agree = same_members<T>(
    typename members_of<T>::pointers{}, std::make_index_sequence<members_of<T>::count>{}
);

template <listed T>
inline constexpr bool members_agree<T> = true;

template <class Value, class Visit, auto... Pointers, std::size_t... Positions>
constexpr void visit_members(
    Value& value,
    Visit& visit,
    member_list<Pointers...> /*unused*/,
    std::index_sequence<Positions...> /*unused*/
) {
    // An initializer list, not a fold: clang stops folds at 256 operands.
    const int done[]{
        0, (visit(std::integral_constant<std::size_t, Positions>{}, value.*Pointers), 0)...
    };
    static_cast<void>(done);
}

template <class Visit, auto... Pointers, std::size_t... Positions>
constexpr void visit_pointers(
    Visit& visit, member_list<Pointers...> /*unused*/, std::index_sequence<Positions...> /*unused*/
) {
    const int done[]{0, (visit(Positions, Pointers), 0)...};
    static_cast<void>(done);
}

template <std::size_t Position, auto Pointer>
struct indexed_pointer {};

template <class Pointers, class Positions>
struct indexed_pointers;

/// One class per struct that every position is looked up in: a list would be walked for each.
template <auto... Pointers, std::size_t... Positions>
struct indexed_pointers<member_list<Pointers...>, std::index_sequence<Positions...>>
    : indexed_pointer<Positions, Pointers>... {};

template <std::size_t Position, auto Pointer>
constexpr auto pointer_at(const indexed_pointer<Position, Pointer>& /*unused*/) {
    return Pointer;
}

/// Where a type is told from others by address, at compile time and at run time.
template <class T>
inline constexpr char type_tag = 0;

} // namespace detail

/// A struct whose members are known: BOOST_DESCRIBE_STRUCT names them, or generated code lists
/// them.
template <class T>
concept described =
    std::is_class_v<T> && (detail::listed<T> || boost::describe::has_describe_members<T>::value);

/// How many members `T` has.
template <described T>
inline constexpr std::size_t member_count = detail::members_of<T>::count;

/// The members' names, in declaration order.
template <described T>
inline constexpr const std::array<std::string_view, member_count<T>>& member_names =
    detail::members_of<T>::names;

/// Calls `visit(position, member)` for each member, in declaration order.
///
/// `position` is a std::integral_constant. A visitor that takes it as std::size_t is compiled once
/// per member type, one that takes it as auto once per member: prefer the first.
template <class T, class Visit>
    requires described<std::remove_const_t<T>>
constexpr void for_each_member(T& value, Visit&& visit) {
    using plain = std::remove_const_t<T>;
    static_assert(
        detail::members_agree<plain>,
        "weir: BOOST_DESCRIBE_STRUCT must name every member of this struct, in declaration order"
    );
    detail::visit_members(
        value,
        visit,
        typename detail::members_of<plain>::pointers{},
        std::make_index_sequence<member_count<plain>>{}
    );
}

/// Calls `visit(position, pointer)` with a pointer to each member, in declaration order; compiled
/// once per member type. For visitors that walk many values of `T` member by member.
template <described T, class Visit>
constexpr void for_each_member_pointer(Visit&& visit) {
    detail::visit_pointers(
        visit,
        typename detail::members_of<T>::pointers{},
        std::make_index_sequence<member_count<T>>{}
    );
}

/// The member at a position, counted from 0. Each position costs wide structs a compile-time
/// search: visit all members rather than asking for many.
template <std::size_t Position, class T>
    requires described<std::remove_const_t<T>>
[[nodiscard]] constexpr auto& member_at(T& value) {
    using plain = std::remove_const_t<T>;
    static_assert(Position < member_count<plain>, "weir: this struct has fewer members");
    static_assert(
        detail::members_agree<plain>,
        "weir: BOOST_DESCRIBE_STRUCT must name every member of this struct, in declaration order"
    );
    if constexpr (detail::listed<plain>) {
        constexpr detail::indexed_pointers<
            typename detail::members_of<plain>::pointers,
            std::make_index_sequence<member_count<plain>>>
            pointers{};
        return value.*detail::pointer_at<Position>(pointers);
    } else {
        return boost::pfr::get<Position>(value);
    }
}

/// The type of the member at a position.
template <described T, std::size_t Position>
using member_type = std::remove_cvref_t<decltype(member_at<Position>(std::declval<T&>()))>;

} // namespace weir
