// SPDX-License-Identifier: Apache-2.0
// cpp-httplib for the listener; the check of its flags is the workspace client's too.
#pragma once

#include <weir/workspace/httplib.hpp>
