// SPDX-License-Identifier: Apache-2.0
// Names and texts in the engine's SQL. Light.
#pragma once

#include <weir/embedded/types.hpp>

#include <string>
#include <string_view>

namespace local_workspace {

[[nodiscard]] inline std::string in_quotes(std::string_view name) {
    std::string out;
    weir::embedded::append_name(out, name);
    return out;
}

[[nodiscard]] inline std::string literal(std::string_view text) {
    std::string out;
    weir::embedded::append_literal(out, text);
    return out;
}

} // namespace local_workspace
