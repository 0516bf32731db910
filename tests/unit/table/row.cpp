// SPDX-License-Identifier: Apache-2.0
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <catch.hpp>

#include "depot.hpp"

namespace {

// The least row: described, a table, one column of the member's name.
struct least {
    int id{};
};

BOOST_DESCRIBE_STRUCT(least, (), (id))

struct least_key {
    int id{};
};

BOOST_DESCRIBE_STRUCT(least_key, (), (id))

struct undescribed {
    int id{};
};

struct without_table {
    int id{};
};

BOOST_DESCRIBE_STRUCT(without_table, (), (id))

struct misspelt {
    int iD{};
};

BOOST_DESCRIBE_STRUCT(misspelt, (), (iD))

struct longer {
    int id{};
    int more{};
};

BOOST_DESCRIBE_STRUCT(longer, (), (id, more))

struct audited {
    int id{};
    weir::uuid record_uuid{};
    bool is_deleted{};
    weir::timestamp inserted_at{};
    std::string inserted_by{};
    std::optional<weir::timestamp> updated_at{};
    std::optional<std::string> updated_by{};
    std::optional<weir::timestamp> deleted_at{};
    std::optional<std::string> deleted_by{};
};

BOOST_DESCRIBE_STRUCT(
    audited,
    (),
    (id,
     record_uuid,
     is_deleted,
     inserted_at,
     inserted_by,
     updated_at,
     updated_by,
     deleted_at,
     deleted_by)
)

struct half_audited {
    int id{};
    weir::uuid record_uuid{};
};

BOOST_DESCRIBE_STRUCT(half_audited, (), (id, record_uuid))

constexpr weir::column id_column{
    .name = "id", .type = {.kind = weir::type::int32}, .nullable = false
};
constexpr weir::column columns[]{id_column};
constexpr weir::column audited_columns[]{
    id_column,
    weir::audit_columns[0],
    weir::audit_columns[1],
    weir::audit_columns[2],
    weir::audit_columns[3],
    weir::audit_columns[4],
    weir::audit_columns[5],
    weir::audit_columns[6],
    weir::audit_columns[7],
};
constexpr weir::column half_audited_columns[]{id_column, weir::audit_columns[0]};
constexpr std::uint16_t key[]{0};
constexpr std::uint16_t far_key[]{1};

template <int Which>
struct variant_row {
    int id{};

    BOOST_DESCRIBE_CLASS(variant_row, (), (id), (), ())
};

using key_not_a_column = variant_row<0>;
using key_undeclared = variant_row<1>;
using key_of_others = variant_row<2>;
using without_key = variant_row<3>;

} // namespace

template <>
inline constexpr weir::table weir::table_of<least>{
    .name = "least", .columns = columns, .key = key, .audit = false
};

template <>
struct weir::row_types<least> {
    using key = least_key;
};

template <>
inline constexpr weir::table weir::table_of<undescribed>{.name = "undescribed", .columns = columns};
template <>
inline constexpr weir::table weir::table_of<misspelt>{.name = "misspelt", .columns = columns};
template <>
inline constexpr weir::table weir::table_of<longer>{.name = "longer", .columns = columns};
template <>
inline constexpr weir::table weir::table_of<audited>{.name = "audited", .columns = audited_columns};
template <>
inline constexpr weir::table weir::table_of<half_audited>{
    .name = "half_audited", .columns = half_audited_columns
};

template <>
inline constexpr weir::table weir::table_of<key_not_a_column>{
    .name = "key_not_a_column", .columns = columns, .key = far_key
};

template <>
struct weir::row_types<key_not_a_column> {
    using key = least_key;
};

template <>
inline constexpr weir::table weir::table_of<key_undeclared>{
    .name = "key_undeclared", .columns = columns, .key = key
};

template <>
inline constexpr weir::table weir::table_of<key_of_others>{
    .name = "key_of_others", .columns = columns, .key = key
};

template <>
struct weir::row_types<key_of_others> {
    using key = misspelt;
};

template <>
inline constexpr weir::table weir::table_of<without_key>{.name = "without_key", .columns = columns};

template <>
struct weir::row_types<without_key> {
    using key = least_key;
};

static_assert(weir::row<least>);
static_assert(weir::check_row<least>());
static_assert(weir::has_table<undescribed>);
static_assert(!weir::row<undescribed>, "a table, but no description");
static_assert(!weir::row<without_table>, "described, but no table");
static_assert(!weir::row<misspelt>, "a member spelled otherwise than its column");
static_assert(!weir::row<longer>, "more members than columns");

static_assert(weir::keyed_row<least>);
static_assert(weir::check_keyed_row<least>());
static_assert(!weir::keyed_row<without_key>, "a table without key");
static_assert(!weir::keyed_row<key_undeclared>, "a key, but no struct for it");
static_assert(!weir::keyed_row<key_of_others>, "a key struct of other columns");
static_assert(!weir::keyed_row<key_not_a_column>, "a key that is no column");

static_assert(weir::audited_row<audited>);
static_assert(!weir::audited_row<least>, "no audit columns");
static_assert(!weir::audited_row<half_audited>, "some audit columns");
static_assert(!weir::audited_row<depot::item>, "a table with audit switched off");

static_assert(weir::row<depot::item>);
static_assert(weir::keyed_row<depot::item>);
static_assert(std::is_same_v<weir::create_of<depot::item>, depot::item_create>);
static_assert(std::is_same_v<weir::update_of<depot::item>, depot::item_update>);
static_assert(std::is_same_v<weir::key_of<depot::item>, depot::item_key>);

TEST_CASE("members of partial structs find their columns by name") {
    constexpr auto& of_update = weir::columns_of_members<depot::item, depot::item_update>;
    STATIC_REQUIRE(of_update == std::array<std::uint16_t, 5>{2, 3, 6, 17, 18});
    constexpr auto& of_key = weir::columns_of_members<depot::item, depot::item_key>;
    STATIC_REQUIRE(of_key == std::array<std::uint16_t, 1>{0});
    constexpr auto& of_row = weir::columns_of_members<depot::item, depot::item>;
    for (std::size_t at = 0; at < of_row.size(); ++at)
        CHECK(of_row[at] == at);
}
