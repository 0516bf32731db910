// SPDX-License-Identifier: Apache-2.0
// How a column's type is spelled in each dialect: in DDL, in casts of parameters, and in the
// schemas of from_json. Costs what identifier.hpp costs.
#pragma once

#include <weir/sql/identifier.hpp>
#include <weir/table/column.hpp>

#include <cstddef>
#include <string_view>

namespace weir::sql {

/// Where a type name stands.
enum class type_use : std::uint8_t {
    /// A column's declaration: lengths and scales matter.
    declaration,
    /// A value on its way: lengths are left out, because a cast to varchar(n) would cut silently
    /// what an assignment refuses.
    value,
};

constexpr void
write_type(sink& out, const column_type& type, dialect spoken, type_use use = type_use::value);

namespace detail {

constexpr void write_length(sink& out, std::string_view name, std::size_t length) {
    out.append(name);
    out.append('(');
    out.append_number(length);
    out.append(')');
}

constexpr void write_decimal(sink& out, std::string_view name, const column_type& type) {
    out.append(name);
    out.append('(');
    out.append_number(type.precision);
    out.append(',');
    out.append_number(type.scale);
    out.append(')');
}

constexpr void write_postgres_type(sink& out, const column_type& of, type_use use) {
    const bool declared = use == type_use::declaration;
    switch (of.kind) {
    case type::int8:
    case type::int16:
        return out.append("smallint");
    case type::int32:
        return out.append("integer");
    case type::int64:
        return out.append("bigint");
    case type::float32:
        return out.append("real");
    case type::float64:
        return out.append("double precision");
    case type::decimal:
        return declared ? write_decimal(out, "numeric", of) : out.append("numeric");
    case type::string:
    case type::enumeration:
        return out.append("text");
    case type::varchar:
        return declared ? write_length(out, "varchar", of.length) : out.append("text");
    case type::fixed_char:
        return declared ? write_length(out, "char", of.length) : out.append("bpchar");
    case type::boolean:
        return out.append("boolean");
    case type::date:
        return out.append("date");
    case type::timestamp:
        return out.append("timestamptz");
    case type::timestamp_ntz:
        return out.append("timestamp");
    case type::binary:
        return out.append("bytea");
    case type::uuid:
        return out.append("uuid");
    case type::array:
        if (is_native_array(of)) {
            write_postgres_type(out, *of.element, use);
            return out.append("[]");
        }
        return out.append("jsonb");
    case type::json:
    case type::map:
    case type::structure:
        return out.append("jsonb");
    }
}

constexpr void write_databricks_type(sink& out, const column_type& of, type_use use) {
    const bool declared = use == type_use::declaration;
    switch (of.kind) {
    case type::int8:
        return out.append("TINYINT");
    case type::int16:
        return out.append("SMALLINT");
    case type::int32:
        return out.append("INT");
    case type::int64:
        return out.append("BIGINT");
    case type::float32:
        return out.append("FLOAT");
    case type::float64:
        return out.append("DOUBLE");
    case type::decimal:
        return write_decimal(out, "DECIMAL", of);
    case type::varchar:
        return declared ? write_length(out, "VARCHAR", of.length) : out.append("STRING");
    case type::fixed_char:
        return declared ? write_length(out, "CHAR", of.length) : out.append("STRING");
    case type::string:
    case type::enumeration:
    case type::uuid:
    case type::json:
        return out.append("STRING");
    case type::boolean:
        return out.append("BOOLEAN");
    case type::date:
        return out.append("DATE");
    case type::timestamp:
        return out.append("TIMESTAMP");
    case type::timestamp_ntz:
        return out.append("TIMESTAMP_NTZ");
    case type::binary:
        return out.append("BINARY");
    // Lengths inside containers are weir's to check: from_json knows no VARCHAR.
    case type::array:
        out.append("ARRAY<");
        write_databricks_type(out, *of.element, type_use::value);
        return out.append('>');
    case type::map:
        out.append("MAP<");
        write_databricks_type(out, *of.key, type_use::value);
        out.append(", ");
        write_databricks_type(out, *of.element, type_use::value);
        return out.append('>');
    case type::structure:
        // Without NOT NULL: a required field would forbid NULL for the whole struct.
        out.append("STRUCT<");
        for (std::size_t at = 0; at < of.field_count; ++at) {
            if (at != 0)
                out.append(", ");
            write_identifier(out, of.fields[at].name, dialect::databricks);
            out.append(": ");
            write_databricks_type(out, of.fields[at].type, type_use::value);
        }
        return out.append('>');
    }
}

} // namespace detail

/// Writes a type's name: `numeric(12,2)`, `text[]`, `ARRAY<STRUCT<`code`: STRING>>`.
constexpr void write_type(sink& out, const column_type& type, dialect spoken, type_use use) {
    if (spoken == dialect::postgres) {
        detail::write_postgres_type(out, type, use);
    } else {
        detail::write_databricks_type(out, type, use);
    }
}

} // namespace weir::sql
