// SPDX-License-Identifier: Apache-2.0
// The source of an app as it is uploaded: what weir pack made, with app.yaml of one environment.
#pragma once

#include <map>
#include <string>

#include "deploy/deployment.hpp"

namespace weir::ops {

/// Contents by name.
using source_files = std::map<std::string, std::string>;

/// `packed`: the folder that weir pack made.
///
/// Errors: configuration_error where it is none.
[[nodiscard]] source_files source_of(const std::string& packed, const deployment& of);

/// Where they go: a folder of the user's that only these contents have, so that what is there is
/// known by its name.
[[nodiscard]] std::string
source_folder(const std::string& user, const deployment& of, const source_files& files);

} // namespace weir::ops
