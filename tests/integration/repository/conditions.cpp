// SPDX-License-Identifier: Apache-2.0
// Typed conditions on what arrays and maps contain, on every backend.
#include <weir/data/repository.hpp>

#include <algorithm>
#include <catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "backends.hpp"

namespace conditions_cases {

using namespace weir;
using namespace weir::test;
namespace c = field_ops::order_columns;

namespace {

field_ops::order_create an_order(
    const char* total,
    std::vector<std::string> tags,
    std::map<std::string, std::string> extras,
    bool is_placed = false
) {
    field_ops::order_create made{.total = *decimal<12, 2>::parse(total)};
    made.tags = std::move(tags);
    made.extras = std::move(extras);
    if (is_placed) {
        made.status = field_ops::order_status::placed;
        made.placed_at = timestamp{1'714'564'800'000'000};
    }
    return made;
}

std::string totals(const std::vector<field_ops::order>& rows) {
    std::vector<std::string> found;
    for (const auto& row : rows) {
        std::string text;
        append_text(text, row.total, text_format::postgres);
        found.push_back(text);
    }
    std::sort(found.begin(), found.end());
    std::string all;
    for (const auto& each : found)
        all.append(all.empty() ? "" : " ").append(each);
    return all;
}

} // namespace

TEMPLATE_TEST_CASE(
    "arrays and maps are asked what they contain",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(caller{.id = "ada"});
    repository<field_ops::order, decltype(session)> orders{session};
    orders.insert(an_order("1.00", {"red", "big"}, {{"colour", "red"}, {"size", "xl"}}));
    orders.insert(an_order("2.00", {"red"}, {{"colour", "blue"}}));
    orders.insert(an_order("3.00", {}, {}, true));
    orders.insert(an_order("4.00", {"other"}, {}, true));

    const auto placed =
        orders.list({.where = c::status == field_ops::order_status::placed and c::total > 3});
    const auto red = orders.list({.where = c::tags.contains({"red"})});
    const auto blue = orders.list({.where = c::extras.contains({{"colour", "blue"}})});
    const auto sized =
        orders.list({.where = c::extras.has_key("size") or c::tags.overlaps({"big"})});
    const auto elsewhere = orders.list({.where = not c::tags.contained_in({"red", "big"})});
    CHECK(totals(placed) == "4.00");
    CHECK(totals(red) == "1.00 2.00");
    CHECK(totals(blue) == "2.00");
    CHECK(totals(sized) == "1.00");
    CHECK(totals(elsewhere) == "4.00");
    CHECK(totals(orders.list({.where = c::extras.keys_in({"colour"})})) == "2.00 3.00 4.00");
    CHECK(totals(orders.list({.where = c::extras.has_any_key({"size", "x"})})) == "1.00");
    CHECK(
        totals(orders.list({.where = c::placed_at.is_distinct_from(timestamp{})})) ==
        "1.00 2.00 3.00 4.00"
    );
}

} // namespace conditions_cases
