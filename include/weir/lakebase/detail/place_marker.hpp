// SPDX-License-Identifier: Apache-2.0
// Puts the session's schema where a statement's text says `@{place}`. Light: string.
#pragma once

#include <weir/core/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::lakebase::detail {

/// `text` with each `@{…}` outside quotes replaced by `qualifier` (`"app_data".`).
///
/// Errors: statement_error when a marker does not end.
[[nodiscard]] inline std::string expand_place(std::string_view text, std::string_view qualifier) {
    std::string expanded;
    expanded.reserve(text.size() + 4 * qualifier.size());
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (quote != '\0') {
            if (letter == quote)
                quote = '\0';
        } else if (letter == '\'' || letter == '"') {
            quote = letter;
        } else if (letter == '@' && text.substr(at).starts_with("@{")) {
            const auto end = text.find('}', at);
            if (end == std::string_view::npos) {
                throw statement_error{"A place marker in a statement does not end"};
            }
            expanded.append(qualifier);
            at = end;
            continue;
        }
        expanded.push_back(letter);
    }
    return expanded;
}

} // namespace weir::lakebase::detail
