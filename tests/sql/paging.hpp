// SPDX-License-Identifier: Apache-2.0
// Positions in lists of wells, and the predicates they become, for tests.
#pragma once

#include <weir/sql/condition.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/list.hpp>

#include <span>
#include <string>
#include <vector>

#include "listing.hpp"

namespace weir::test {

inline constexpr sql::order_term by_name[]{{.column = 2}};
inline constexpr sql::order_term by_name_down[]{{.column = 2, .descending = true}};
inline constexpr sql::order_term by_oil[]{{.column = 6}};
inline constexpr sql::order_term by_oil_down[]{{.column = 6, .descending = true}};
inline constexpr sql::order_term by_oil_nulls_first[]{{.column = 6, .nulls = sql::null_order::first}
};

/// The statement of a page of wells' keys between ` where ` and ` and t."is_deleted"`, and its
/// order.
struct paging {
    listing in;

    [[nodiscard]] std::string
    page(std::span<const sql::order_term> order, const sql::list_position& from) const {
        const auto text = in.list<well>({.columns = api10_only, .order = order, .from = &from});
        const auto start = text.find(" where ") + 7;
        return text.substr(start);
    }

    [[nodiscard]] std::vector<std::string>
    values(std::span<const sql::order_term> order, const sql::list_position& from) const {
        sql::arguments bound;
        sql::bind_position(bound, table_of<well>, {.order = order, .from = &from}, in.spoken);
        std::vector<std::string> texts;
        for (std::size_t at = 0; at < bound.size(); ++at)
            texts.emplace_back(bound.text(at).value());
        return texts;
    }
};

inline any_value text(const char* value) {
    return any_value{std::string{value}};
}

inline any_value number(std::int64_t value) {
    return any_value{value};
}

} // namespace weir::test
