// SPDX-License-Identifier: Apache-2.0
// Arguments as the named, typed parameters of the Statement Execution API. Costs json/writer.hpp.
#pragma once

#include <weir/json/writer.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/type_name.hpp>

#include <cstddef>
#include <string>

namespace weir::warehouse {

/// All parameters of one statement together.
/// Source: databricks-sql-python, docs/parameters.md; Databricks' own limit is 256 of them.
inline constexpr std::size_t most_parameter_bytes = std::size_t{1024} * 1024;

/// Source: Statement Execution API, `statement`.
inline constexpr std::size_t most_statement_bytes = std::size_t{16} * 1024 * 1024;

namespace detail {

/// The type the platform casts an argument's text to. Bytes are base64 and containers JSON: their
/// statements take them apart (sql/column_text.hpp), so that they travel as STRING.
inline void append_parameter_type(std::string& out, const column_type& of) {
    if (!is_scalar(of.kind) || of.kind == type::binary) {
        out.append("STRING");
        return;
    }
    sql::sink to{out};
    sql::write_type(to, of, sql::dialect::databricks);
}

} // namespace detail

/// Appends `[{"name":"p1","type":"INT","value":"7"},…]`; NULL has a type and no value.
inline void append_parameters(std::string& out, const sql::arguments& arguments) {
    out.push_back('[');
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        out.append(at == 0 ? R"({"name":"p)" : R"(,{"name":"p)");
        out.append(std::to_string(at + 1)).append(R"(","type":")");
        detail::append_parameter_type(out, arguments.type(at));
        out.push_back('"');
        if (const auto text = arguments.text(at)) {
            out.append(R"(,"value":)");
            json::append_json_string(out, *text);
        }
        out.push_back('}');
    }
    out.push_back(']');
}

} // namespace weir::warehouse
