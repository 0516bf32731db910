// SPDX-License-Identifier: Apache-2.0
// The grammar of types: `array<struct<code:string!,amount:decimal(12,2)!>>` as a tree of words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics.hpp"
#include "model.hpp"

namespace weir::gen {

struct field_text;

/// One type as written: `decimal` with numbers, `array` with parts, `struct` with fields, or a
/// plain word.
struct type_text {
    located_text word{};
    /// The whole type, arguments included.
    range at{};
    std::vector<located<std::uint32_t>> numbers{};
    // Without {}: clang would need the complete types here.
    std::vector<type_text> parts;
    std::vector<field_text> fields;
};

struct field_text {
    located_text name{};
    type_text type{};
    bool required = false;
};

/// Reads a type; absent after reporting what does not fit. `at` is where the text's first byte
/// stands.
[[nodiscard]] std::optional<type_text> parse_type(std::string_view text, range at, diagnostics& to);

/// A type in the schema's words: `decimal(12,2)`, `array<string>`.
[[nodiscard]] std::string words_of(const type_model& type);

} // namespace weir::gen
