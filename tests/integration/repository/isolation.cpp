// SPDX-License-Identifier: Apache-2.0
// Whose rows are whose, through every call of a repository, on every backend.
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <vector>

#include "backends.hpp"

namespace isolation_cases {

using namespace weir;
using namespace weir::test;

namespace {

const caller ann{.id = "ann", .email = "ann@example.com"};
const caller bob{.id = "bob"};
const caller support{.id = "sue", .groups = {"support"}};

field_ops::order_line_create a_line(uuid order, std::int32_t number) {
    return {
        .order_id = order,
        .line_no = number,
        .sku = "pump",
        .quantity = 1,
        .unit_price = decimal<12, 2>::from_unscaled(100),
    };
}

} // namespace

TEMPLATE_TEST_CASE(
    "another caller's rows are absent in every call",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(ann);
    auto bobs = backend.session(bob);
    repository<field_ops::order, decltype(anns)> mine{anns};
    repository<field_ops::order, decltype(bobs)> theirs{bobs};
    const auto order = mine.insert({});
    CHECK(order.customer == "ann");
    CHECK(order.inserted_by == "ann@example.com");
    const field_ops::order_key key{order.id};

    CHECK_FALSE(theirs.find(key).has_value());
    CHECK_FALSE(theirs.find(key, sql::deleted::include).has_value());
    CHECK(theirs.list().empty());
    CHECK(theirs.count() == 0);
    CHECK(theirs.existing(std::vector{key}).empty());
    CHECK_FALSE(theirs.update(key, {.status = field_ops::order_status::cancelled}).has_value());
    CHECK_FALSE(theirs.replace(key, {}).has_value());
    CHECK_FALSE(theirs.remove(key));
    CHECK_FALSE(theirs.purge(key));
    CHECK_THROWS_AS(theirs.upsert({.id = order.id}), conflict_error);
    mine.remove(key);
    CHECK_FALSE(theirs.restore(key).has_value());
    CHECK_FALSE(theirs.purge(key));
    const auto untouched = mine.restore(key);
    REQUIRE(untouched.has_value());
    CHECK(untouched->status == field_ops::order_status::draft);
    CHECK(untouched->customer == "ann");
}

TEMPLATE_TEST_CASE(
    "children belong to whom their parent belongs",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(ann);
    auto bobs = backend.session(bob);
    repository<field_ops::order, decltype(anns)> orders{anns};
    repository<field_ops::order_line, decltype(anns)> mine{anns};
    repository<field_ops::order_line, decltype(bobs)> theirs{bobs};
    const auto order = orders.insert({});
    mine.insert(a_line(order.id, 1));
    const field_ops::order_line_key key{.order_id = order.id, .line_no = 1};

    CHECK_THROWS_AS(theirs.insert(a_line(order.id, 2)), not_found_error);
    CHECK_THROWS_AS(theirs.insert_all({a_line(order.id, 2)}), not_found_error);
    CHECK_THROWS_AS(mine.insert(a_line(uuid::random(), 1)), not_found_error);
    CHECK_THROWS_AS(mine.insert(a_line(order.id, 1)), conflict_error);
    CHECK_FALSE(theirs.find(key).has_value());
    CHECK(theirs.count() == 0);
    CHECK_FALSE(theirs.update(key, {.quantity = 9}).has_value());
    CHECK_FALSE(theirs.remove(key));
    CHECK_FALSE(theirs.purge(key));
    CHECK(mine.read(key).quantity == 1);
    CHECK(mine.update(key, {.quantity = 3})->quantity == 3);
    CHECK(mine.count() == 1);
    orders.remove({order.id});
    CHECK(mine.count() == 0);
}

TEMPLATE_TEST_CASE(
    "a group with read_all reads every row and changes none",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(ann);
    auto sues = backend.session(support);
    repository<field_ops::order, decltype(anns)> mine{anns};
    repository<field_ops::order, decltype(sues)> seen{sues};
    const auto order = mine.insert({});
    CHECK(seen.find({order.id}).has_value());
    CHECK(seen.count() == 1);
    CHECK_FALSE(seen.update({order.id}, {.status = field_ops::order_status::cancelled}).has_value()
    );
    CHECK_FALSE(seen.remove({order.id}));
}

TEMPLATE_TEST_CASE(
    "a unique value of another caller is a conflict that shows nothing of the row",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto anns = backend.session(ann);
    repository<field_ops::user_preference, decltype(anns)> mine{anns};
    const auto stored = mine.insert({.preferences = json_text{R"({"theme":"dark"})"}});
    CHECK(stored.user_id == "ann");
    CHECK(stored.id != 0);
    CHECK(stored.created_at != timestamp{});
    try {
        mine.insert({});
        FAIL("accepted");
    } catch (const conflict_error& failed) {
        CHECK(std::string{failed.what()}.find("ann") == std::string::npos);
    }
}

TEMPLATE_TEST_CASE(
    "a unit of work takes effect at commit, and not at all without",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto session = backend.session(ann);
    {
        auto unit = session.begin(deadline{});
        repository<field_ops::order, decltype(unit)> orders{unit};
        repository<field_ops::order_line, decltype(unit)> lines{unit};
        const auto order = orders.insert({});
        lines.insert_all({a_line(order.id, 1), a_line(order.id, 2)});
        CHECK(lines.count() == 2);
    }
    repository<field_ops::order, decltype(session)> orders{session};
    CHECK(orders.count() == 0);
    auto unit = session.begin(deadline{});
    repository<field_ops::order, decltype(unit)>{unit}.insert({});
    unit.commit();
    CHECK(orders.count() == 1);
}

TEST_CASE("a session of a known type does what an erased one does") {
    embedded::database database{{.path = ":memory:"}};
    auto session = database.session(ann);
    create_tables<served_tables>(session);
    repository<field_ops::user_preference, decltype(session)> preferences{session};
    CHECK(preferences.insert({}).user_id == "ann");
    auto unit = session.begin(deadline{});
    repository<field_ops::user_preference, decltype(unit)> in_unit{unit};
    CHECK(in_unit.count() == 1);
    unit.rollback();
}

} // namespace isolation_cases
