// SPDX-License-Identifier: Apache-2.0
#include <weir/table/row.hpp>

#include <all_types.weir.hpp>
#include <bank.weir.hpp>
#include <catch.hpp>
#include <empty.weir.hpp>
#include <field_ops.weir.hpp>
#include <hidden.weir.hpp>
#include <shop.weir.hpp>
#include <thin.weir.hpp>
#include <type_traits>
#include <wide.weir.hpp>

namespace {

template <class... Lists>
constexpr bool are_tables(Lists... /*unused*/) {
    bool all = true;
    (Lists::for_each([&all]<class Row>(std::type_identity<Row> /*unused*/) {
         all = all && weir::check_keyed_row<Row>() &&
               weir::columns_of_members<Row, weir::create_of<Row>>.size() <=
                   weir::table_of<Row>.columns.size() &&
               weir::columns_of_members<Row, weir::update_of<Row>>.size() <=
                   weir::table_of<Row>.columns.size();
     }),
     ...);
    return all;
}

static_assert(are_tables(
    all_types::tables{},
    bank::tables{},
    empty::tables{},
    field_ops::tables{},
    hidden::tables{},
    shop::tables{},
    thin::tables{},
    wide::tables{}
));

// What may be embedded names the table and the relation behind it, in both directions and across
// files.
constexpr const auto& orders = weir::table_of<field_ops::order>;
constexpr const auto& lines = weir::table_of<field_ops::order_line>;
static_assert(&orders.api.include[0].of() == &lines && orders.api.include[0].is_many);
static_assert(&weir::relation_of(orders, orders.api.include[0]) == lines.relations.data());
static_assert(&lines.api.include[0].of() == &orders && !lines.api.include[0].is_many);
static_assert(&weir::relation_of(lines, lines.api.include[0]) == lines.relations.data());
static_assert(weir::find_inclusion(orders, "order") == nullptr);
static_assert(&weir::find_inclusion(weir::table_of<bank::account>, "invoices")->of() == &weir::table_of<shop::invoice>);
static_assert(std::is_same_v<
              weir::row_types<bank::account>::included,
              weir::table_list<shop::invoice, bank::account>>);

} // namespace

TEST_CASE("defaults of the schema are defaults of the create struct") {
    const all_types::scalar_create made{};
    CHECK(made.tiny == -1);
    CHECK(made.whole == 70000);
    CHECK(made.big == std::numeric_limits<std::int64_t>::min());
    CHECK(made.ratio == 0.1F);
    CHECK(made.exact_ratio == 1000.0);
    CHECK(made.money->unscaled() == 10);
    CHECK(
        made.huge->unscaled() / weir::make_int128(0, 10'000'000'000'000'000'000U) ==
        1'234'567'890'123'456'789
    );
    CHECK(made.note == "say \"hi\"\n");
    CHECK(made.code == "no");
    CHECK_FALSE(made.letter.has_value());
    CHECK(made.active);
    CHECK(made.born->days == 19782);
    CHECK(made.seen_at->microseconds == 1'714'558'830'500'000);
    CHECK(made.local_at->microseconds == 1'714'558'830'000'000);
    CHECK(made.image->size() == 2);
    CHECK(made.token->bytes[1] == 0x3e);
    CHECK(made.extra.text == R"({"a": [1, "1", true, null], "b": 0.50})");
    CHECK(made.maybe->text == "null");
    CHECK(made.day == all_types::weekday::no);
    CHECK(made.size == all_types::scalar_size::m);
    CHECK(made.spud == "05/01/2024");

    const all_types::container_create held{};
    CHECK(held.words == std::vector<std::string>{"a", "b"});
    CHECK(held.numbers == std::vector<std::int32_t>{});
    CHECK(held.prices.at("a").unscaled() == 150);
    CHECK(held.home.longitude == 2.5);
    CHECK(held.home.label == "here");
}

TEST_CASE("facts carry the rules of named types and of the column itself") {
    constexpr auto& columns = weir::table_of<all_types::scalar>.columns;
    constexpr auto& nick = columns[weir::find_column(columns, "nick")];
    static_assert(nick.min_length == 1 && nick.max_length == 10 && nick.pattern == "^\\w");
    static_assert(nick.description == "A name for people." && nick.tags[0] == "pii");
    constexpr auto& money = columns[weir::find_column(columns, "money")];
    static_assert(money.default_json == "0.10" && money.min.exact == -100);
    constexpr auto& day = columns[weir::find_column(columns, "day")];
    static_assert(day.type.labels[3] == "no" && day.default_json == "\"no\"");
}

TEST_CASE("relations name their tables across schemas and in circles") {
    CHECK(weir::table_of<shop::invoice>.relations[0].target().name == "accounts");
    CHECK(&weir::table_of<bank::account>.relations[0].target() == &weir::table_of<bank::account>);
}

TEST_CASE("labels that are no identifiers keep their text") {
    using all_types::weekday;
    constexpr auto labels = weir::enumeration_labels<weekday>;
    CHECK(labels[static_cast<std::size_t>(weekday::v12h)] == "12h");
    CHECK(labels[static_cast<std::size_t>(weekday::in_transit)] == "in-transit");
    CHECK(labels[static_cast<std::size_t>(weekday::default_)] == "default");
}
