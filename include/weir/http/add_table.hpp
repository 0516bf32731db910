// SPDX-License-Identifier: Apache-2.0
// The routes of one table (design 5), declared: what compiles them is table_routes.hpp, which a
// generated `<name>.weir.cpp` includes for the tables of its schema. Costs router.hpp,
// sessions.hpp and table_options.hpp.
#pragma once

#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>

namespace weir::http {

/// Adds the routes of a table under `<base>/<api path>`: those operations its schema offers.
///
/// A file that includes no more than this one links `<name>.weir.cpp`; one that includes
/// table_routes.hpp compiles the routes itself, in some ten seconds.
///
/// Errors: throws configuration_error when the table has no `api:`, or its path is taken.
/// Lifetime: what `from` refers to outlives the router.
template <class Row>
void add_table(router& routes, sessions from, table_options options = {});

} // namespace weir::http
