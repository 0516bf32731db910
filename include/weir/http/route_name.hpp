// SPDX-License-Identifier: Apache-2.0
// How a route is called in logs and metrics. Light.
#pragma once

#include <string>

namespace weir::http {

/// What a route was added as.
struct route_name {
    std::string method;
    std::string pattern;
};

} // namespace weir::http
