// SPDX-License-Identifier: Apache-2.0
// The metadata part of a generated header: columns, indexes, relations, tables as constants.
#pragma once

#include "model.hpp"
#include "writer.hpp"

namespace weir::gen {

/// `namespace facts { … }`, inside the schema's namespace.
void emit_facts(writer& to, const schema_model& schema, const sources& files);

/// The specialisations that tie types to their facts, outside every namespace.
void emit_specialisations(writer& to, const schema_model& schema, const sources& files);

} // namespace weir::gen
