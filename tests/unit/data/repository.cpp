// SPDX-License-Identifier: Apache-2.0
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <cstddef>
#include <fake_session.hpp>
#include <field_ops.weir.hpp>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace repository_cases {

using namespace weir;
using namespace weir::test;

static_assert(session<fake_session<nobody>> && !caller_session<fake_session<nobody>>);
static_assert(caller_session<fake_session<caller>>);
static_assert(caller_session<any_caller_session> && !caller_session<any_session>);
static_assert(transactional_session<any_session> && unit_of_work<any_unit_for<caller>>);

namespace {

timestamp at_epoch() {
    return {};
}

using preferences_of_fake = repository<field_ops::user_preference, fake_session<caller>>;

/// Whether weir makes the values of a column up.
bool is_random(const column& of) {
    return of.audit == audit_role::record_uuid || of.generated == generated_by::uuid;
}

/// Compares what is bound for rows that are not composed with what is bound for the composed ones.
template <class Row>
void check_bound_alike(const std::vector<create_of<Row>>& given) {
    const audit_stamp stamp{{1'700'000'000'123'456}, "a \"quoted\" actor"};
    std::vector<Row> made;
    for (const auto& each : given)
        made.push_back(weir::detail::make_row<Row>(each, stamp, "ann"));
    sql::arguments composed;
    weir::detail::bind_arrays<Row>(composed, std::span<const Row>{made}, sql::is_inserted);
    sql::arguments created;
    weir::detail::bind_created<Row>(created, given, stamp, "ann");
    constexpr auto columns = sql::chosen_columns<Row, sql::is_inserted>;
    REQUIRE(composed.size() == columns.size());
    REQUIRE(created.size() == columns.size());
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const auto& column = table_of<Row>.columns[columns[at]];
        INFO(column.name);
        if (!is_random(column)) {
            CHECK(created.text(at) == composed.text(at));
            continue;
        }
        std::vector<uuid> uuids;
        REQUIRE(parse_text(*created.text(at), uuids, text_format::postgres));
        CHECK(uuids.size() == given.size());
        CHECK(std::set<uuid>(uuids.begin(), uuids.end()).size() == given.size());
    }
}

} // namespace

TEST_CASE("each call of a repository that lives long has a deadline of its own") {
    fake_database database;
    fake_session<nobody> session{database, {}, sql::dialect::postgres};
    repository<field_ops::well, fake_session<nobody>> wells{session};
    (void)wells.find({1});
    (void)wells.find({1});
    REQUIRE(database.statements.size() == 2);
    CHECK(database.statements[0].until.at() < database.statements[1].until.at());
}

TEST_CASE("a repository made for a request keeps the request's deadline") {
    fake_database database;
    fake_session<nobody> session{database, {}, sql::dialect::postgres};
    const deadline until = deadline::in(std::chrono::milliseconds{5});
    repository<field_ops::well, fake_session<nobody>> wells{session, {.until = until}};
    (void)wells.find({1});
    CHECK(database.statements.at(0).until.at() == until.at());
}

TEST_CASE("the caller's id is the first argument of every statement on a table with an owner") {
    fake_database database;
    fake_session<caller> session{database, {.id = "ann"}, sql::dialect::postgres};
    preferences_of_fake preferences{session, {.clock = at_epoch}};
    const field_ops::user_preference_key key{1};
    (void)preferences.find(key);
    (void)preferences.list();
    database.answers.push_back({.rows = {{"7"}}});
    CHECK(preferences.count() == 7);
    (void)preferences.update(key, {.preferences = json_text{"{}"}});
    (void)preferences.remove(key);
    (void)preferences.restore(key);
    (void)preferences.purge(key);
    REQUIRE(database.statements.size() >= 7);
    for (const auto& statement : database.statements) {
        INFO(statement.text);
        REQUIRE_FALSE(statement.arguments.empty());
        CHECK(statement.arguments.front() == "ann");
        CHECK(statement.text.find("\"user_id\" = $1") != std::string::npos);
    }
}

TEST_CASE("values travel as arguments, never in the text") {
    fake_database database;
    fake_session<nobody> session{database, {.name = "me"}, sql::dialect::databricks};
    repository<field_ops::well, fake_session<nobody>> wells{session, {.clock = at_epoch}};
    CHECK_THROWS_AS(
        wells.insert({.api10 = 4201234567, .api14 = 1, .wellname = "canary'"}), conflict_error
    );
    REQUIRE(database.statements.size() == 1);
    CHECK(database.statements[0].text.find("canary") == std::string::npos);
    CHECK(database.statements[0].text.find("4201234567") == std::string::npos);
}

TEST_CASE("a result that does not fit the row is a decode error that names table and column") {
    fake_database database;
    fake_session<caller> session{database, {.id = "ann"}, sql::dialect::postgres};
    preferences_of_fake preferences{session};
    std::vector<std::optional<std::string>> fields(12, "x");
    database.answers.push_back({.rows = {fields}});
    try {
        (void)preferences.find({1});
        FAIL("accepted");
    } catch (const decode_error& failed) {
        const std::string said = failed.what();
        CHECK(said.find("user_preferences") != std::string::npos);
        CHECK(said.find("'id'") != std::string::npos);
    }
    database.answers.push_back({.rows = {{"1"}}});
    CHECK_THROWS_AS(preferences.find({1}), decode_error);
}

TEST_CASE("many rows are bound without being composed as they would be if they were") {
    check_bound_alike<field_ops::well>({
        {.api10 = 4201234567, .api14 = -1, .wellname = "NULL", .oileur = 0.1},
        {.api10 = 4201234568, .api14 = 2, .wellname = "a, {b} \"c\\", .spuddate = "01/15/2024"},
        {.api10 = 4201234569, .api14 = 3, .wellname = "", .wellspacing = std::nullopt},
    });
    check_bound_alike<field_ops::user_preference>({{.preferences = json_text{R"({"a": [1]})"}}});
    field_ops::order_create full;
    full.total = *decimal<12, 2>::parse("12.50");
    full.ship_to = field_ops::address{.street = "Main St, 1", .city = "Midland", .zip = {}};
    full.tags = std::vector<std::string>{"a b", "c"};
    full.extras = std::map<std::string, std::string>{{"k", "v"}};
    full.placed_at = timestamp{1};
    check_bound_alike<field_ops::order>({full, {}});
    field_ops::order_line_create line{.order_id = uuid::random(), .line_no = 1, .sku = "x"};
    line.discounts->push_back({.code = "d", .amount = {}});
    check_bound_alike<field_ops::order_line>({line});
    check_bound_alike<field_ops::well>({field_ops::well_create{}});
}

TEST_CASE("many rows that are not composed keep the uuids that are given") {
    const auto known = uuid::random();
    const std::vector<field_ops::order_create> given{{}, {.id = known}, {}};
    sql::arguments bound;
    weir::detail::bind_created<field_ops::order>(bound, given, {}, "ann");
    std::vector<uuid> ids;
    REQUIRE(parse_text(*bound.text(0), ids, text_format::postgres));
    REQUIRE(ids.size() == 3);
    CHECK(ids[1] == known);
    CHECK(ids[0] != ids[2]);
}

TEST_CASE("of many rows one that breaks a rule is named by its place, and nothing is sent") {
    fake_database database;
    fake_session<nobody> session{database, {.name = "me"}, sql::dialect::postgres};
    repository<field_ops::well, fake_session<nobody>> wells{session, {.clock = at_epoch}};
    const field_ops::well_create good{.api10 = 4201234567, .api14 = 1, .wellname = "a"};
    const auto broken = [](auto&& insert) {
        try {
            insert();
        } catch (const validation_error& refused) {
            return refused.broken();
        }
        return violations{};
    };
    const location second{std::size_t{1}, std::string{"wellname"}};
    for (const auto& found :
         {broken([&] { (void)wells.insert_all({good, {.api10 = 4201234568, .wellname = ""}}); }),
          broken([&] { (void)wells.insert_quietly({good, {.api10 = 4201234568, .wellname = ""}}); }
          ),
          broken([&] { (void)wells.upsert_all({good, {.api10 = 4201234568, .wellname = ""}}); })}) {
        REQUIRE(found.size() == 1);
        CHECK(found.front().loc == second);
    }
    CHECK(wells.insert_all({}).empty());
    CHECK(wells.insert_quietly({}) == 0);
    CHECK(database.statements.empty());
}

} // namespace repository_cases
