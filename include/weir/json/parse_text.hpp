// SPDX-License-Identifier: Apache-2.0
// Nested values out of a database's JSON text: jsonb, to_json(c). Costs json/read_value.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/read_value.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/value_path.hpp>

#include <string_view>

namespace weir::json {

/// Reads a value that weir or the database itself wrote as JSON.
///
/// More lenient than a client's document: times and numbers in the database's own spelling, members
/// the structure does not know are skipped, and to_json leaves out NULLs. Never lenient about NULL
/// in an array, a map or a required field. Errors: false when the text is no such value; `out` is
/// then unspecified.
template <class T>
[[nodiscard]] bool parse_json_text(std::string_view text, T& out) {
    reader in{text, reader::most_depth};
    violations broken;
    const location nowhere;
    const intake of{in, broken, origin::database};
    return read_value(of, out, value_path{nowhere}) && broken.empty() && in.finish();
}

} // namespace weir::json
