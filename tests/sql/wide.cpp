// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <algorithm>
#include <array>
#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

struct wide_row {};

constexpr std::size_t width = 1000;

constexpr auto names = [] {
    std::array<std::array<char, 5>, width> made{};
    for (std::size_t at = 0; at < width; ++at) {
        made[at] = {
            'c',
            static_cast<char>('0' + at / 100),
            static_cast<char>('0' + at / 10 % 10),
            static_cast<char>('0' + at % 10),
            '\0',
        };
    }
    return made;
}();

constexpr auto columns = [] {
    std::array<weir::column, width> made{};
    for (std::size_t at = 0; at < width; ++at) {
        made[at].name = {names[at].data(), 4};
        made[at].key = at == 0;
        made[at].nullable = at != 0;
    }
    return made;
}();

constexpr std::uint16_t key[]{0};

} // namespace

template <>
inline constexpr weir::table weir::table_of<wide_row>{
    .name = "wide",
    .backend = weir::backend::warehouse,
    .place = "lake",
    .columns = columns,
    .key = key,
    .audit = false,
    .soft_delete = false,
};

namespace {

using statements = weir::sql::statements<wide_row, weir::sql::dialect::databricks>;

bool has_one_parameter(std::string_view text) {
    return text.find(":p1,") != std::string_view::npos &&
           text.find(":p2") == std::string_view::npos;
}

} // namespace

TEST_CASE("a row of 1,000 columns reaches a warehouse as one JSON parameter") {
    using weir::sql::binding;
    using weir::sql::dialect;
    const auto& wide = weir::table_of<wide_row>;
    REQUIRE(weir::sql::insert_binding(wide, dialect::databricks, width) == binding::json_rows);
    REQUIRE(weir::sql::insert_binding(wide, dialect::databricks, 255) == binding::each_value);
    REQUIRE(weir::sql::insert_binding(wide, dialect::databricks, 256) == binding::json_rows);
    REQUIRE(weir::sql::insert_binding(wide, dialect::postgres, width) == binding::each_value);
    REQUIRE(weir::sql::update_binding(wide, dialect::databricks, width) == binding::json_rows);
    REQUIRE(has_one_parameter(statements::insert));
    REQUIRE(has_one_parameter(statements::upsert));
    REQUIRE(has_one_parameter(statements::replace));
}

TEST_CASE("a wide update merges, because UPDATE takes no FROM on a warehouse") {
    const std::string_view text = statements::replace;
    REQUIRE(text.starts_with(
        "merge into @{lake}`wide` as m using (with incoming as (select x.* from (select "
        "explode(from_json(:p1, 'ARRAY<STRUCT<`c000`: STRING, `c001`: STRING,"
    ));
    REQUIRE(
        text.find(") select r.* from incoming as r join @{lake}`wide` as t on t.`c000` = r.`c000`) "
                  "as s on m.`c000` = s.`c000` when matched then update set `c001` = s.`c001`, "
        ) != std::string_view::npos
    );
    REQUIRE(text.ends_with("`c999` = s.`c999`"));
}
