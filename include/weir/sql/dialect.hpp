// SPDX-License-Identifier: Apache-2.0
// The two SQL dialects weir writes. Costs nothing.
#pragma once

#include <weir/core/text_format.hpp>

#include <cstddef>
#include <cstdint>

namespace weir::sql {

/// The SQL a session understands. The embedded engine and the local workspace speak `databricks`.
enum class dialect : std::uint8_t { postgres, databricks };

/// How arguments and results of a dialect are spelled.
[[nodiscard]] constexpr text_format format_of(dialect spoken) noexcept {
    return spoken == dialect::postgres ? text_format::postgres : text_format::statement_api;
}

/// Most parameters one statement may carry.
/// Source: PostgreSQL protocol, Bind message (16-bit count); Databricks refuses more than 256, weir
/// keeps to 255.
[[nodiscard]] constexpr std::size_t max_parameters(dialect spoken) noexcept {
    return spoken == dialect::postgres ? 65535 : 255;
}

} // namespace weir::sql
