// SPDX-License-Identifier: Apache-2.0
// A session for nobody on a table whose rows belong to callers.
#include <weir/data/repository.hpp>

#include <fake_session.hpp>

#include "shop.hpp"

namespace shop {

struct note {
    std::int64_t id{};
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(note, (), (id, name))

struct note_create {
    std::int64_t id{};
};

BOOST_DESCRIBE_STRUCT(note_create, (), (id))

struct note_update {};

BOOST_DESCRIBE_STRUCT(note_update, (), ())

} // namespace shop

template <>
inline constexpr weir::table weir::table_of<shop::note>{
    .name = "notes",
    .columns = shop::item_columns,
    .key = shop::item_key_columns,
    .audit = false,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

template <>
struct weir::row_types<shop::note> {
    using create = shop::note_create;
    using update = shop::note_update;
    using key = shop::item_key;
};

#ifdef WEIR_EXPECT_ERROR
using who = weir::nobody;
#else
using who = weir::caller;
#endif

std::size_t size_of_repository =
    sizeof(weir::repository<shop::note, weir::test::fake_session<who>>);
