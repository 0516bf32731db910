// SPDX-License-Identifier: Apache-2.0
// Rows related to rows at hand, on every backend.
#include <weir/data/any_session.hpp>
#include <weir/data/relations.hpp>
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <vector>

#include "backends.hpp"

namespace relations_cases {

using namespace weir;
using namespace weir::test;

namespace {

const caller ann{.id = "ann"};
const caller bob{.id = "bob"};

namespace c = field_ops::order_line_columns;

field_ops::order_line_create a_line(uuid order, std::int32_t number) {
    return {
        .order_id = order,
        .line_no = number,
        .sku = "pump",
        .quantity = number,
        .unit_price = decimal<12, 2>::from_unscaled(100),
    };
}

} // namespace

TEMPLATE_TEST_CASE(
    "children come per parent, in order, limited per parent",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(ann);
    repository<field_ops::order, decltype(session)> orders{session};
    repository<field_ops::order_line, decltype(session)> lines{session};
    const std::vector three{orders.insert({}), orders.insert({}), orders.insert({})};
    lines.insert_all({a_line(three[0].id, 1), a_line(three[0].id, 2), a_line(three[0].id, 3)});
    lines.insert_all({a_line(three[2].id, 1)});

    const auto found = children_of<field_ops::order_line>(
        session, three, {.order = {descending(c::line_no)}, .limit_rows = 2}
    );
    REQUIRE(found.size() == 3);
    REQUIRE(found[0].size() == 2);
    CHECK(found[0][0].line_no == 3);
    CHECK(found[0][1].line_no == 2);
    CHECK(found[1].empty());
    CHECK(found[2].size() == 1);
    CHECK(
        children_of<field_ops::order_line>(session, three, {.where = c::quantity > 2})[0].size() ==
        1
    );
    const std::vector twice{three[2], three[2]};
    CHECK(children_of<field_ops::order_line>(session, twice)[1].size() == 1);
    CHECK(children_of<field_ops::order_line>(session, std::vector<field_ops::order>{}).empty());

    auto strangers = backend.session(bob);
    CHECK(children_of<field_ops::order_line>(strangers, three)[0].empty());
}

TEMPLATE_TEST_CASE(
    "parents come per child, absent where the caller sees none",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(ann);
    repository<field_ops::order, decltype(session)> orders{session};
    repository<field_ops::order_line, decltype(session)> lines{session};
    const auto first = orders.insert({});
    const auto second = orders.insert({});
    const auto stored =
        lines.insert_all({a_line(first.id, 1), a_line(first.id, 2), a_line(second.id, 1)});

    const auto found = parents_of<field_ops::order>(session, stored);
    REQUIRE(found.size() == 3);
    CHECK(found[0]->id == first.id);
    CHECK(found[1]->id == first.id);
    CHECK(found[2]->id == second.id);
    orders.remove({second.id});
    CHECK_FALSE(parents_of<field_ops::order>(session, stored)[2].has_value());
    auto strangers = backend.session(bob);
    CHECK_FALSE(parents_of<field_ops::order>(strangers, stored)[0].has_value());
}

} // namespace relations_cases
