// SPDX-License-Identifier: Apache-2.0
// Row types as one type: every table of a schema, named at once. Costs <type_traits>.
#pragma once

#include <cstddef>
#include <type_traits>

namespace weir {

/// Rows of several tables; generated code makes one per schema, `field_ops::tables`.
template <class... Rows>
struct table_list {
    static constexpr std::size_t size = sizeof...(Rows);

    /// Calls `visit(std::type_identity<Row>{})` for each row type, in order.
    template <class Visit>
    static constexpr void for_each(Visit&& visit) {
        (visit(std::type_identity<Rows>{}), ...);
    }
};

/// One list out of several: the tables of a service with more than one schema file.
template <class... Lists>
struct joined_tables;

template <class... Rows>
struct joined_tables<table_list<Rows...>> {
    using type = table_list<Rows...>;
};

template <class... First, class... Second, class... Others>
struct joined_tables<table_list<First...>, table_list<Second...>, Others...>
    : joined_tables<table_list<First..., Second...>, Others...> {};

/// `table_list`s joined into one, in order.
template <class... Lists>
using join_tables = typename joined_tables<Lists...>::type;

} // namespace weir
