// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's words for types as weir's DDL spells them. Costs <string>.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace weir::sql {

/// A type of PostgreSQL's `format_type` as write_type() spells it: `character varying(20)` is
/// `varchar(20)`.
[[nodiscard]] inline std::string declared_type(std::string_view formatted) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> words{{
        {"character varying", "varchar"},
        {"character", "char"},
        {"timestamp with time zone", "timestamptz"},
        {"timestamp without time zone", "timestamp"},
    }};
    for (const auto& [theirs, ours] : words) {
        if (!formatted.starts_with(theirs))
            continue;
        const auto rest = formatted.substr(theirs.size());
        if (rest.empty() || rest.front() == '(' || rest.front() == '[')
            return std::string{ours}.append(rest);
    }
    return std::string{formatted};
}

} // namespace weir::sql
