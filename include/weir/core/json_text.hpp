// SPDX-License-Identifier: Apache-2.0
// A JSON document kept as its text. Light: string.
#pragma once

#include <string>

namespace weir {

/// The value of a `json` column. Whoever puts text in vouches that it is JSON; databases check it
/// again.
struct json_text {
    std::string text{};

    friend bool operator==(const json_text&, const json_text&) = default;
};

} // namespace weir
