// SPDX-License-Identifier: Apache-2.0
// Date patterns (`MM/DD/YYYY`) as regular expressions. Light.
#pragma once

#include <string>
#include <string_view>

namespace weir::http::openapi {

/// A date pattern's spelling as a regular expression: `MM/DD/YYYY` is `^[01][0-9]/…$`.
[[nodiscard]] inline std::string expression_of_date_pattern(std::string_view pattern) {
    static constexpr std::string_view special = "^$\\.*+?()[]{}|";
    std::string made{"^"};
    while (!pattern.empty()) {
        if (pattern.starts_with("YYYY")) {
            made += "[0-9]{4}";
            pattern.remove_prefix(4);
        } else if (pattern.starts_with("MM")) {
            made += "(0[1-9]|1[0-2])";
            pattern.remove_prefix(2);
        } else if (pattern.starts_with("DD")) {
            made += "(0[1-9]|[12][0-9]|3[01])";
            pattern.remove_prefix(2);
        } else {
            if (special.find(pattern.front()) != std::string_view::npos)
                made += '\\';
            made += pattern.front();
            pattern.remove_prefix(1);
        }
    }
    return made + '$';
}

} // namespace weir::http::openapi
