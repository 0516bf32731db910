// SPDX-License-Identifier: Apache-2.0
// weir's version, for code that must know; tests keep it the same as in meson.build and
// CHANGELOG.md.
#pragma once

// NOLINTBEGIN(modernize-macro-to-enum): for #if
#define WEIR_VERSION_MAJOR 0
#define WEIR_VERSION_MINOR 1
#define WEIR_VERSION_PATCH 0
// NOLINTEND(modernize-macro-to-enum)
