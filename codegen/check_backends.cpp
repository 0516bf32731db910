// SPDX-License-Identifier: Apache-2.0
#include <weir/table/history.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "check.hpp"

namespace weir::gen {

namespace {

// Source: PostgreSQL 16 manual, 5.5 System Columns.
constexpr std::array<std::string_view, 6> postgres_system_columns{
    "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"
};
// Source: Databricks documentation, "_metadata column" and "change data feed".
constexpr std::array<std::string_view, 4> delta_columns{
    "_metadata", "_change_type", "_commit_version", "_commit_timestamp"
};
// Source: PostgreSQL 16 manual, appendix K: columns per table.
constexpr std::size_t most_postgres_columns = 1600;
// Source: Databricks documentation, "liquid clustering": up to four keys.
constexpr std::size_t most_cluster_columns = 4;

class backend_checks {
public:
    backend_checks(const schema_model& schema, const table_model& of, diagnostics& to)
        : schema_(&schema), of_(&of), to_(&to), what_("table '" + of.name.value + "'") {}

    void all() {
        if (of_->backend.value == backend::lakebase) {
            lakebase();
        } else {
            warehouse();
        }
    }

private:
    void lakebase() {
        if (of_->name.value.starts_with("pg_")) {
            to_->error(
                "backend-name",
                of_->name.at,
                "PostgreSQL keeps names that begin with 'pg_' for itself",
                "choose another"
            );
        }
        for (const auto& each : of_->columns) {
            if (std::find(
                    postgres_system_columns.begin(), postgres_system_columns.end(), each.name.value
                ) != postgres_system_columns.end()) {
                to_->error(
                    "backend-name",
                    each.name.at,
                    "every PostgreSQL table has a system column '" + each.name.value + "'",
                    "choose another name"
                );
            }
            if (each.generated.value == generated_by::identity && each.type &&
                each.type->kind == type::int8) {
                to_->error(
                    "backend-identity",
                    each.generated.at,
                    "an identity column on lakebase cannot be a tinyint",
                    "write type: bigint"
                );
            }
        }
        const auto columns = of_->columns.size() + (of_->history ? history_columns.size() : 0);
        if (columns > most_postgres_columns) {
            to_->error(
                "backend-columns",
                of_->name.at,
                what_ + " has " + std::to_string(columns) +
                    (of_->history ? " columns with those of its history" : " columns") +
                    "; PostgreSQL allows 1600",
                "split it, or use the warehouse"
            );
        }
        if (!of_->cluster_by.empty()) {
            to_->error(
                "backend-cluster-by",
                of_->cluster_by_at,
                "'cluster_by' works on a warehouse only",
                "use 'indexes' on lakebase"
            );
        }
        if (of_->access.rule == access_rule::run_as_user) {
            to_->error(
                "backend-run-as",
                of_->access.by.at,
                "'run_as' works on a warehouse only",
                "use 'owner' or 'via' on lakebase"
            );
        }
    }

    void warehouse() {
        if (!schema_->warehouse_catalog) {
            to_->error(
                "missing-backend",
                of_->backend.at,
                what_ + " is on the warehouse, but 'backends' does not say where that is",
                "add 'backends: {warehouse: {catalog: …, schema: …}}'"
            );
        }
        for (const auto& each : of_->columns) {
            if (std::find(delta_columns.begin(), delta_columns.end(), each.name.value) !=
                delta_columns.end()) {
                to_->error(
                    "backend-name",
                    each.name.at,
                    "Delta tables keep the column name '" + each.name.value + "' for themselves",
                    "choose another"
                );
            }
            // Source: Databricks SQL reference, CREATE TABLE: identity columns are BIGINT.
            if (each.generated.value == generated_by::identity && each.type &&
                each.type->kind != type::int64) {
                to_->error(
                    "backend-identity",
                    each.generated.at,
                    "an identity column on a warehouse must be a bigint",
                    "write type: bigint"
                );
            }
        }
        for (const auto& each : of_->indexes) {
            to_->error(
                "backend-indexes",
                each.at,
                "a warehouse has no indexes",
                "use 'cluster_by', or leave them out"
            );
        }
        if (of_->cluster_by.size() > most_cluster_columns) {
            to_->error(
                "backend-cluster-by",
                of_->cluster_by_at,
                "a warehouse clusters by at most four columns",
                "name the four that queries filter by most"
            );
        }
        for (const auto& each : of_->relations) {
            if (each.on_delete == delete_action::no_action)
                continue;
            to_->error(
                "backend-on-delete",
                each.on_delete_at,
                "a warehouse enforces no foreign keys, so 'on_delete' does nothing",
                "leave it out"
            );
        }
    }

    const schema_model* schema_;
    const table_model* of_;
    diagnostics* to_;
    std::string what_;
};

bool is_place_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Names and `${VAR}` or `${VAR:-default}`, in any order.
bool is_place(std::string_view text) {
    if (text.empty())
        return false;
    while (!text.empty()) {
        if (is_place_character(text.front())) {
            text.remove_prefix(1);
            continue;
        }
        const auto end = text.find('}');
        if (!text.starts_with("${") || end == std::string_view::npos)
            return false;
        auto inside = text.substr(2, end - 2);
        const auto mark = inside.find(":-");
        const auto name = inside.substr(0, mark);
        const auto otherwise =
            mark == std::string_view::npos ? std::string_view{"x"} : inside.substr(mark + 2);
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_place_character))
            return false;
        if (otherwise.empty() ||
            !std::all_of(otherwise.begin(), otherwise.end(), is_place_character))
            return false;
        text.remove_prefix(end + 1);
    }
    return true;
}

void bad_place(const std::optional<located_text>& given, diagnostics& to) {
    if (!given || is_place(given->value) || given->value.empty())
        return;
    to.error(
        "bad-place",
        given->at,
        "'" + given->value + "' names no place",
        "write a name, or \"${VARIABLE:-name}\" to take it from the environment"
    );
}

} // namespace

void check_backends(const schema_model& schema, diagnostics& to) {
    bad_place(schema.lakebase_schema, to);
    bad_place(schema.warehouse_catalog, to);
    bad_place(schema.warehouse_schema, to);
    for (const auto& each : schema.tables)
        backend_checks{schema, each, to}.all();
}

} // namespace weir::gen
