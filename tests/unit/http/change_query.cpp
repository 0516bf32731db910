// SPDX-License-Identifier: Apache-2.0
#include <weir/http/change_query.hpp>

#include <catch.hpp>
#include <cstdint>
#include <field_ops.weir.hpp>
#include <string>
#include <vector>

namespace change_query_cases {

using namespace weir;
using namespace weir::http;

namespace {

constexpr const table& orders = table_of<field_ops::order>;
constexpr const table& wells = table_of<field_ops::well>;
constexpr const table& preferences_table = table_of<field_ops::user_preference>;

template <class Read>
std::string refused(const Read& read) {
    try {
        static_cast<void>(read());
        return "accepted";
    } catch (const validation_error& failed) {
        std::string types;
        for (const auto& each : failed.broken())
            types += each.type + ' ';
        return types;
    }
}

std::string change_refused(std::vector<query_parameter> query) {
    return refused([&] { return read_change_query(orders, query); });
}

} // namespace

TEST_CASE("a change takes filters and dry_run") {
    const std::vector<query_parameter> query{{"status", "eq.draft"}, {"dry_run", "true"}};
    const auto read = read_change_query(orders, query);
    CHECK(read.is_dry_run);
    CHECK_FALSE(read.where.is_always());
    CHECK(change_refused({{"status", "eq.draft"}, {"dry_run", "false"}}) == "accepted");
    CHECK(change_refused({}) == "filter_required ");
    CHECK(change_refused({{"dry_run", "true"}}) == "filter_required ");
    CHECK(
        change_refused({{"dry_run", "yes"}, {"dry_run", "true"}, {"limit", "1"}}) ==
        "choice repeated unknown_parameter "
    );
    CHECK(change_refused({{"margin", "gt.0"}}) == "unknown_parameter ");
    CHECK(change_refused({{"status", "eq." + std::string(9000, 'x')}}) == "query_too_long ");
}

TEST_CASE("an insert takes on_conflict with a resolution only") {
    const preferences merge{.resolution = resolution::merge};
    const auto by = [&](const table& of, std::string value) {
        const std::vector<query_parameter> query{{"on_conflict", std::move(value)}};
        return read_insert_query(of, query, merge);
    };
    CHECK(by(wells, "api10") == std::vector<std::uint16_t>{0});
    CHECK(by(wells, "api14") == std::vector<std::uint16_t>{1});
    CHECK(by(preferences_table, " user_id ") == std::vector<std::uint16_t>{1});
    CHECK(read_insert_query(wells, {}, merge) == std::vector<std::uint16_t>{0});
    for (const auto* const bad : {"wellname", "api10,api14", "nothing", "", ",", "api10,api10"}) {
        CAPTURE(bad);
        CHECK(refused([&] { return by(wells, bad); }) == "on_conflict ");
    }
    CHECK(refused([&] {
              return read_insert_query(preferences_table, {}, merge);
          }) == "on_conflict ");
    const std::vector<query_parameter> query{{"on_conflict", "api10"}, {"other", ""}};
    CHECK(refused([&] {
              return read_insert_query(wells, query, {});
          }) == "on_conflict unknown_parameter ");
    CHECK(refused([&] { return read_insert_query(preferences_table, {}, {}); }) == "accepted");
}

} // namespace change_query_cases
