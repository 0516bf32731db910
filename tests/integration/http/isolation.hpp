// SPDX-License-Identifier: Apache-2.0
// The tables of field_ops under weir/testing/isolation.hpp.
#pragma once

#include <weir/testing/isolation.hpp>

#include <field_ops.weir.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service.hpp"

namespace test {

/// What one caller finds out about another's rows.
inline std::vector<std::string> leaks_of(service& on) {
    const weir::table* const tables[]{
        &weir::table_of<field_ops::order>,
        &weir::table_of<field_ops::order_line>,
        &weir::table_of<field_ops::user_preference>,
    };
    const auto ask = [&on](const std::optional<weir::caller>& who, weir::http::request asked) {
        on.as(who);
        return on.ask_as(who, std::move(asked));
    };
    return weir::testing::find_leaks(tables, ask);
}

} // namespace test
