// SPDX-License-Identifier: Apache-2.0
// What writers of rows say of a result that does not fit its columns. Light.
#pragma once

#include <weir/core/error.hpp>
#include <weir/table/column.hpp>

#include <cstddef>
#include <string>

namespace weir::json::detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_field(const column& of) {
    throw decode_error{
        "Column '" + std::string{of.name} + "' of the result holds no value of its type"
    };
}

[[noreturn, gnu::cold, gnu::noinline]] inline void
refuse_count(std::size_t given, std::size_t wanted) {
    throw decode_error{
        "The result has " + std::to_string(given) + " fields for " + std::to_string(wanted) +
        " columns"
    };
}

} // namespace weir::json::detail
