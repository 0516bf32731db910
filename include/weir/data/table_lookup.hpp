// SPDX-License-Identifier: Apache-2.0
// The facts of tables that no schema declares, as a database's information_schema tells them, and
// whether a schema is there. Costs <charconv> and table/runtime_table.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/headers.hpp>
#include <weir/data/any_session.hpp>
#include <weir/sql/place.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/runtime_table.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// Where a table is that no schema declares.
struct table_place {
    /// Empty where the session's own database is meant: PostgreSQL reaches no other, and the
    /// embedded engine has one without a name.
    std::string catalog{};
    std::string schema{};
    std::string table{};

    /// As table::place, moved by no setting.
    [[nodiscard]] std::string place() const {
        std::string made{sql::fixed_place};
        if (!catalog.empty())
            made.append(catalog).append(".");
        return made.append(schema);
    }
};

namespace detail {

/// Names as information_schema spells them: Unity Catalog knows lower case only.
[[nodiscard]] inline std::string listed_name(std::string_view name, sql::dialect spoken) {
    return spoken == sql::dialect::databricks ? lowered(name) : std::string{name};
}

/// `"information_schema".columns`, of a catalog on a warehouse.
inline sql::writer&
write_information(sql::writer& out, const std::string& catalog, std::string_view view) {
    if (!catalog.empty())
        out.name(catalog).put(".");
    return out.put("information_schema.").put(view);
}

inline void write_columns(sql::writer& out, const std::string& catalog) {
    // Whoever reads a type from PostgreSQL needs its parts. A warehouse does not say in every
    // version which columns have defaults.
    out.put(
        out.is_postgres() ? "select column_name, is_nullable, column_default is not null, "
                            "udt_name, is_identity = 'YES' or is_generated = 'ALWAYS', "
                            "character_maximum_length, numeric_precision, numeric_scale"
                          : "select column_name, is_nullable, false, full_data_type"
    );
    write_information(out.put(" from "), catalog, "columns");
    out.put(" where table_schema = ").parameter(out.take());
    out.put(" and table_name = ").parameter(out.take()).put(" order by ordinal_position");
}

[[nodiscard]] inline std::uint32_t number_of(const text_field& field) {
    std::uint32_t number = 0;
    if (!field.is_null)
        std::from_chars(field.text.data(), field.text.data() + field.text.size(), number);
    return number;
}

/// A type by PostgreSQL's own name for it. What weir has no word for is text.
[[nodiscard]] inline column_type
read_postgres_type(std::string_view name, std::span<const text_field> limits, type_store& into) {
    struct known_type {
        std::string_view name;
        type kind;
    };

    static constexpr std::array<known_type, 17> known{{
        {"int2", type::int16},
        {"int4", type::int32},
        {"int8", type::int64},
        {"float4", type::float32},
        {"float8", type::float64},
        {"numeric", type::decimal},
        {"text", type::string},
        {"varchar", type::varchar},
        {"bpchar", type::fixed_char},
        {"bool", type::boolean},
        {"date", type::date},
        {"timestamptz", type::timestamp},
        {"timestamp", type::timestamp_ntz},
        {"bytea", type::binary},
        {"uuid", type::uuid},
        {"json", type::json},
        {"jsonb", type::json},
    }};
    if (name.starts_with('_')) {
        const text_field none[3]{{{}, true}, {{}, true}, {{}, true}};
        const auto& element =
            into.types.emplace_back(read_postgres_type(name.substr(1), none, into));
        return {.kind = type::array, .element = &element};
    }
    column_type made{.kind = type::string};
    for (const auto& each : known) {
        if (each.name == name)
            made.kind = each.kind;
    }
    if (made.kind == type::varchar || made.kind == type::fixed_char) {
        made.length = number_of(limits[0]);
        // Without a limit it is text by another name.
        if (made.length == 0)
            made.kind = type::string;
    } else if (made.kind == type::decimal) {
        // `numeric` alone holds any number; weir's have 38 digits, here half of them behind the
        // point.
        constexpr std::uint32_t most = 38;
        const bool is_limited = !limits[1].is_null;
        made.precision =
            static_cast<std::uint8_t>(is_limited ? std::min(number_of(limits[1]), most) : most);
        made.scale = static_cast<std::uint8_t>(
            is_limited ? std::min<std::uint32_t>(number_of(limits[2]), made.precision) : most / 2
        );
    }
    return made;
}

inline void add_column(runtime_table& to, std::span<const text_field> fields, sql::dialect spoken) {
    const auto name = fields[0].text;
    // Others are not written into SQL; statements leave them alone.
    if (!is_valid_identifier(name, sql::max_identifier_bytes(spoken)))
        return;
    const auto is_true = [](const text_field& field) {
        return !field.is_null && (field.text == "t" || field.text == "true");
    };
    column made{.name = name};
    made.nullable = fields[1].text != "NO";
    const bool has_default = is_true(fields[2]);
    if (spoken == sql::dialect::postgres) {
        made.type = read_postgres_type(fields[3].text, fields.subspan(5), to.types());
        if (is_true(fields[4]))
            made.generated = generated_by::identity;
    } else {
        made.type = read_type_text(fields[3].text, to.types());
    }
    const auto position = to.facts().columns.size();
    to.add(made);
    if (has_default)
        to.has_database_default(position);
}

} // namespace detail

/// The facts of a table as the session's identity may see it; absent: it sees none.
///
/// Statement: one, of information_schema.columns. Errors: the session's.
[[nodiscard]] inline std::optional<runtime_table>
read_table(any_session_base& session, const table_place& at, deadline until) {
    const auto spoken = session.dialect();
    sql::arguments arguments;
    arguments.add_text(detail::listed_name(at.schema, spoken), sql::text_type);
    arguments.add_text(detail::listed_name(at.table, spoken), sql::text_type);
    const auto text =
        sql::written(spoken, [&](sql::writer& out) { detail::write_columns(out, at.catalog); });
    auto found = session.execute({text, "information_schema", sql::verb::select}, arguments, until);
    std::optional<runtime_table> made;
    while (const auto fields = found.next()) {
        if (!made)
            made.emplace(
                at.table,
                at.place(),
                spoken == sql::dialect::postgres ? backend::lakebase : backend::warehouse
            );
        detail::add_column(*made, *fields, spoken);
    }
    return made;
}

/// Whether a schema is there. Statement: one, of information_schema.schemata.
[[nodiscard]] inline bool
has_schema(any_session_base& session, const table_place& at, deadline until) {
    const auto spoken = session.dialect();
    sql::arguments arguments;
    arguments.add_text(detail::listed_name(at.schema, spoken), sql::text_type);
    const auto text = sql::written(spoken, [&](sql::writer& out) {
        detail::write_information(out.put("select 1 from "), at.catalog, "schemata");
        out.put(" where schema_name = ").parameter(out.take());
    });
    return session.execute({text, "information_schema", sql::verb::select}, arguments, until)
        .next()
        .has_value();
}

} // namespace weir
