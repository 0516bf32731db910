// SPDX-License-Identifier: Apache-2.0
// Words that made-up rows are written with. Light.
#pragma once

#include <string>
#include <string_view>

#include "dice.hpp"

namespace weir::ops {

/// A text for a column by its name: `email`, `city`, `phone`, `sku`, `title`. `name`: in lower
/// case. `number`: made part of what is one of a kind anyway, such as an address.
[[nodiscard]] std::string text_for(std::string_view name, dice& by, std::uint64_t number);

/// `maria.lopez17@example.com`. Source: RFC 2606: example.com is nobody's.
[[nodiscard]] std::string email_text(dice& by, std::uint64_t number);

/// A lower-case word.
[[nodiscard]] std::string_view word_text(dice& by);

} // namespace weir::ops
