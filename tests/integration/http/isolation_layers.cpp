// SPDX-License-Identifier: Apache-2.0
// Each of the two layers that keep callers apart holds alone; without both, everything shows.
#include "isolation.hpp"

using namespace test;

namespace {

const std::vector<std::string> none{};

/// Whether something was found that says all of this.
bool is_found(
    const std::vector<std::string>& leaks, std::string_view table, std::string_view what
) {
    for (const auto& each : leaks) {
        if (holds(each, "'" + std::string{table} + "'") && holds(each, what))
            return true;
    }
    return false;
}

} // namespace

TEST_CASE("without row policies the predicates of the statements hold alone") {
    service on;
    on.keep_only({.policies = false});
    CHECK(leaks_of(on) == none);
}

TEST_CASE("without predicates the row policies hold alone") {
    service on;
    on.keep_only({.predicates = false});
    CHECK(leaks_of(on) == none);
}

TEST_CASE("without both layers every kind of leak is found, so that the tests above can fail") {
    service on;
    on.keep_only({.predicates = false, .policies = false});
    const auto leaks = leaks_of(on);
    for (const auto* table : {"orders", "order_lines", "user_preferences"}) {
        INFO(table);
        CHECK(is_found(leaks, table, "GET"));
        CHECK(is_found(leaks, table, "found rows"));
        CHECK(is_found(leaks, table, "/{key} answered 200"));
        CHECK(is_found(leaks, table, "the row was changed"));
    }
    CHECK(is_found(leaks, "orders", "PATCH"));
    CHECK(is_found(leaks, "orders", "/history answered 200"));
    CHECK(is_found(leaks, "order_lines", "put a row below another caller's"));
}
