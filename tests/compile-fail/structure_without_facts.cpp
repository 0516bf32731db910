// SPDX-License-Identifier: Apache-2.0
// A row with a nested struct for which no facts were generated.
#include <weir/table/validate.hpp>

#include "shop.hpp"

struct place {
    std::string city{};
};

BOOST_DESCRIBE_STRUCT(place, (), (city))

struct depot {
    place at{};
};

BOOST_DESCRIBE_STRUCT(depot, (), (at))

constexpr weir::column place_fields[]{{.name = "city", .type = {.kind = weir::type::string}}};
constexpr weir::column depot_columns[]{
    {.name = "at", .type = {.kind = weir::type::structure, .fields = place_fields, .field_count = 1}
    },
};

#ifndef WEIR_EXPECT_ERROR
template <>
inline constexpr std::span<const weir::column> weir::structure_fields<place>{place_fields};
#endif

template <>
inline constexpr weir::table weir::table_of<depot>{.name = "depots", .columns = depot_columns};

weir::violations check(const depot& given) {
    return weir::validate(given);
}
