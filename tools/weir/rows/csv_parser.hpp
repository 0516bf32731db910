// SPDX-License-Identifier: Apache-2.0
// One record of CSV after the other, from text that need not be there whole. Source: RFC 4180 2.
// Light: string, vector.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// Takes records from the front of a text. Lines end in LF or CRLF; a quoted field may hold both.
class csv_parser {
public:
    struct field {
        std::string_view text{};
        /// Empty text in quotes is text; without them it is no value.
        bool is_quoted = false;
    };

    /// Parses the first record of `text`. `is_all`: nothing follows it. Answers how many bytes the
    /// record has, with the end of its line; 0: it does not end here, give more.
    [[nodiscard]] std::size_t parse(std::string_view text, bool is_all);

    /// What the last record holds; a line without a character has none. Lifetime: until the next
    /// parse().
    [[nodiscard]] const std::vector<field>& fields() const noexcept { return fields_; }

    /// Why the last record is no CSV; empty: it is. Lifetime: static.
    [[nodiscard]] std::string_view problem() const noexcept { return problem_; }

private:
    struct piece {
        std::size_t begin = 0;
        std::size_t end = 0;
        bool is_quoted = false;
    };

    [[nodiscard]] bool take_field(std::string_view text, std::size_t& at, bool is_all);
    [[nodiscard]] bool take_quoted(std::string_view text, std::size_t& at, bool is_all);

    std::string texts_{};
    std::vector<piece> pieces_{};
    std::vector<field> fields_{};
    std::string_view problem_{};
};

} // namespace weir::ops
