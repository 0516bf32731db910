// SPDX-License-Identifier: Apache-2.0
// The light part of weir at once: values, errors, rows, conditions, callers. What costs more
// is included by name: table/validate.hpp (RE2), data/session.hpp (<chrono>), data/repository.hpp,
// lakebase/, embedded/, http/, app/.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/caller.hpp>
#include <weir/generated.hpp>
#include <weir/sql/condition.hpp>
#include <weir/sql/container_condition.hpp>
#include <weir/table/row.hpp>
#include <weir/version.hpp>
