// SPDX-License-Identifier: Apache-2.0
// What `WEIR_MIGRATE=apply` does at a service's start. Light; link the library weir-migrate, which
// holds what `weir migrate` is made of.
#pragma once

#include <weir/core/log.hpp>
#include <weir/table/table.hpp>

#include <span>
#include <stop_token>

namespace weir::app {

struct settings;

/// Changes the tables on Lakebase until they are as `tables` say, as `weir migrate` would:
/// `docs/migrations.md`. What would lose values or expose rows is kept as it is, and told; where a
/// change can not be made at all nothing is done, and that is told. Each step is a line in `log`.
///
///     service.migrate_with(weir::app::migrate);
///
/// Errors: connection_error, statement_error, configuration_error; timeout_error where another
///         migration runs or a table stays locked, and where `stop` was asked for.
void migrate(
    const settings& chosen,
    std::span<const table* const> tables,
    const logger& log,
    const std::stop_token& stop
);

} // namespace weir::app
