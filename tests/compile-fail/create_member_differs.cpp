// SPDX-License-Identifier: Apache-2.0
// A create struct with a member of another type than the row's.
#include <weir/data/row_values.hpp>

#include <optional>

#include "shop.hpp"

struct entry {
    std::int64_t id{};
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(entry, (), (id, name))

struct entry_create {
    std::int64_t id{};
#ifdef WEIR_EXPECT_ERROR
    std::optional<std::string> name{};
#else
    std::string name{};
#endif
};

BOOST_DESCRIBE_STRUCT(entry_create, (), (id, name))

template <>
inline constexpr weir::table weir::table_of<entry>{
    .name = "entries",
    .columns = shop::item_columns,
    .key = shop::item_key_columns,
    .audit = false,
};

template <>
struct weir::row_types<entry> {
    using create = entry_create;
    using update = shop::item_update;
    using key = shop::item_key;
};

entry made(entry_create given) {
    return weir::detail::make_row<entry>(std::move(given), {}, {});
}
