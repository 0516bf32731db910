// SPDX-License-Identifier: Apache-2.0
// One broken rule of an input: what kind, where, and a sentence for people.
// Light: string, variant, vector.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

/// Where a value sits in its document: member names and array positions, outermost first.
using location = std::vector<std::variant<std::string, std::size_t>>;

/// One broken rule. `type` is a stable machine name (`missing`, `int_type`, `string_too_long`, …).
struct violation {
    std::string type;
    location loc;
    std::string msg;

    friend bool operator==(const violation&, const violation&) = default;
};

/// Every rule an input broke, in document order; empty means valid.
using violations = std::vector<violation>;

} // namespace weir
