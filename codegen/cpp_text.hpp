// SPDX-License-Identifier: Apache-2.0
// Types and values of the model as C++ text.
#pragma once

#include <weir/core/int128.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model.hpp"

namespace weir::gen {

/// Spells types and values inside one schema's namespace.
class cpp_speller {
public:
    explicit cpp_speller(const schema_model& in);

    /// `std::optional` excluded: `weir::decimal<12, 2>`, `std::vector<std::string>`,
    /// `order_status`.
    [[nodiscard]] std::string type(const type_model& of) const;

    /// What a row or a structure holds: optional where NULL may stand.
    [[nodiscard]] std::string member_type(const column_model& of) const;

    /// A complete expression of type(of).
    [[nodiscard]] std::string expression(const value& what, const type_model& of) const;

    /// A member's initialiser with its braces: `{}`, `{order_status::draft}`.
    [[nodiscard]] std::string initialiser(const column_model& of, bool with_default) const;

    /// A name declared in schema `space`, qualified where members or another schema would hide it.
    [[nodiscard]] std::string name(std::string_view space, std::string_view local) const;

    /// The enumerator that stands for a label.
    [[nodiscard]] static std::string enumerator(const enumeration& of, std::size_t label);

private:
    std::string space_;
    std::set<std::string, std::less<>> hidden_;
};

/// Text as a C++ string literal, quotes included.
[[nodiscard]] std::string cpp_string(std::string_view text);

/// A constant of type int128, or narrower where it fits.
[[nodiscard]] std::string cpp_integer(int128 value);

/// The shortest literal of a double or, with its suffix, of a float.
[[nodiscard]] std::string cpp_real(double value, bool is_float);

} // namespace weir::gen
