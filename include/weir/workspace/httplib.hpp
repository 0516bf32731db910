// SPDX-License-Identifier: Apache-2.0
// The one place that names cpp-httplib, behind the check that saves from its silent ABI break.
#pragma once

#include <httplib.h>

// Debian's 0.11 is a shared library built with OpenSSL: without the macro, class layouts differ
// from the library's and the program corrupts memory. Later versions are compiled into the program.
#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT) && !defined(CPPHTTPLIB_VERSION_NUM)
#error                                                                                             \
    "weir: compile with the flags of cpp-httplib: pkg-config --cflags cpp-httplib, or Meson's dependency('cpp-httplib')"
#endif
