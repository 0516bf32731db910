// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document of schemas, written by the code that services run (weir/http/openapi/).
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "model.hpp"

namespace weir::gen {

/// What the document says besides the tables' facts; empty: as a service says it.
struct openapi_words {
    std::string title{};
    std::string version{};
    std::string base{};
};

/// The document of the tables of the first `given` schemas; absent when relations point to more
/// tables than the generator can hold at once (1024).
[[nodiscard]] std::optional<std::string> emit_openapi(
    const std::deque<schema_model>& schemas, std::size_t given, const openapi_words& words
);

} // namespace weir::gen
