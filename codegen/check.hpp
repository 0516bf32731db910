// SPDX-License-Identifier: Apache-2.0
// The rules a resolved schema must keep; one small function per rule, every violation reported.
#pragma once

#include <deque>

#include "diagnostics.hpp"
#include "model.hpp"

namespace weir::gen {

/// Checks the schemas of a run, each by itself and against each other.
void check(const std::deque<schema_model>& schemas, diagnostics& to);

// The parts of check(), by subject.

/// Every name: can it stand in C++ and on its backend, is it the only one of its kind?
void check_names(const schema_model& schema, diagnostics& to);

/// Types, rules, defaults, generated values: what one column says about itself.
void check_columns(const schema_model& schema, diagnostics& to);

/// Keys, unique sets, indexes, checks, access, api: what a table says about its columns.
void check_tables(const schema_model& schema, diagnostics& to);

/// What a table's backend cannot do.
void check_backends(const schema_model& schema, diagnostics& to);

/// What the history of a table needs: a name, columns, and that no change passes it by.
void check_history(const schema_model& schema, diagnostics& to);

/// Relations, and what follows from them across tables and schemas.
void check_relations(const std::deque<schema_model>& schemas, diagnostics& to);

} // namespace weir::gen
