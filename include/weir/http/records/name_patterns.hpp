// SPDX-License-Identifier: Apache-2.0
// Which tables a setting means: patterns over `catalog.schema.table`, where `*` stands for any
// letters of a part. Light.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http {

/// How names are compared: Unity Catalog's are the same in any case.
enum class name_case : bool { exact, ignored };

namespace detail {

/// Whether a name is one that a pattern means.
[[nodiscard]] inline bool
matches_name(std::string_view pattern, std::string_view name, name_case letters) noexcept {
    const auto same = [letters](char left, char right) {
        return letters == name_case::exact ? left == right : to_lower(left) == to_lower(right);
    };
    // Where to go on when the letters behind the last `*` turn out to be others.
    auto star = std::string_view::npos;
    std::size_t retry = 0;
    std::size_t at = 0;
    std::size_t in_pattern = 0;
    while (at < name.size()) {
        if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
            star = in_pattern++;
            retry = at;
        } else if (in_pattern < pattern.size() && same(pattern[in_pattern], name[at])) {
            ++in_pattern;
            ++at;
        } else if (star != std::string_view::npos) {
            in_pattern = star + 1;
            at = ++retry;
        } else {
            return false;
        }
    }
    return std::all_of(
        pattern.begin() + static_cast<std::ptrdiff_t>(in_pattern),
        pattern.end(),
        [](char c) { return c == '*'; }
    );
}

} // namespace detail

/// A list of patterns.
class name_patterns {
public:
    name_patterns() = default;

    /// Patterns with commas between them.
    /// Errors: throws configuration_error for one that has not three parts of letters, digits, `_`
    /// and `*`.
    explicit name_patterns(std::string_view list) {
        for_each_item(list, [this](std::string_view item) { add(item); });
    }

    [[nodiscard]] bool match(
        std::string_view catalog, std::string_view schema, std::string_view table, name_case how
    ) const {
        return std::any_of(all_.begin(), all_.end(), [&](const auto& each) {
            return detail::matches_name(each[0], catalog, how) &&
                   detail::matches_name(each[1], schema, how) &&
                   detail::matches_name(each[2], table, how);
        });
    }

    /// Whether a schema is named in full, not by a `*`.
    [[nodiscard]] bool names_schema(std::string_view schema) const {
        return std::any_of(all_.begin(), all_.end(), [&](const auto& each) {
            return each[1].find('*') == std::string::npos && equals_ignoring_case(each[1], schema);
        });
    }

    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

private:
    void add(std::string_view item) {
        const std::string whole{item};
        std::array<std::string, 3> parts;
        std::size_t part = 0;
        for (const char c : item) {
            const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '_' || c == '*';
            if (c == '.' && part < 2 && !parts[part].empty()) {
                ++part;
            } else if (is_word) {
                parts[part].push_back(c);
            } else {
                part = parts.size();
                break;
            }
        }
        if (part != 2 || parts[2].empty())
            throw configuration_error{
                "'" + whole +
                "' must be catalog.schema.table, of letters, digits, underscores and *"
            };
        all_.push_back(std::move(parts));
    }

    std::vector<std::array<std::string, 3>> all_{};
};

} // namespace weir::http
