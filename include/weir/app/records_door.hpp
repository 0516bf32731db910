// SPDX-License-Identifier: Apache-2.0
// The records API of a service, by its settings and its tables. Costs http/records.hpp and
// app/backends.hpp.
#pragma once

#include <weir/app/backends.hpp>
#include <weir/app/settings.hpp>
#include <weir/http/records/options.hpp>
#include <weir/http/table_options.hpp>
#include <weir/sql/place.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::app {

namespace detail {

/// The names in a place, one or two. Errors: configuration_error as sql::resolve_place().
[[nodiscard]] inline std::vector<std::string>
names_of_place(std::string_view place, const environment& from) {
    const auto prefix = sql::resolve_place(
        place,
        sql::dialect::postgres,
        [&](std::string_view name) -> std::optional<std::string> {
            const auto found = from.find(name);
            return found ? std::optional<std::string>{*found} : std::nullopt;
        }
    );
    // `"catalog"."schema".`
    std::vector<std::string> names;
    for (const char letter : prefix) {
        if (letter == '.' || names.empty())
            names.emplace_back();
        if (letter != '.' && letter != '"')
            names.back().push_back(letter);
    }
    if (!names.empty())
        names.pop_back();
    return names;
}

/// A declared table as the records API addresses it: those of one place are in the database, those
/// of a warehouse in their catalog, or in whichever is its own.
[[nodiscard]] inline http::declared_record_table
declared_record(const table& of, const settings& by, const std::string& database) {
    auto names = names_of_place(of.place, by.source);
    const bool is_elsewhere = of.backend == backend::warehouse && !by.embedded;
    http::declared_record_table made{.of = &of};
    made.catalog = names.size() > 1 ? names.front() : is_elsewhere ? std::string{} : database;
    made.schema = names.empty() ? std::string{} : names.back();
    const auto moved = by.source.find("LAKEBASE_SCHEMA");
    if (of.backend == backend::lakebase && by.lakebase && !by.embedded) {
        made.catalog = database;
        if (moved)
            made.schema = *moved;
    }
    return made;
}

} // namespace detail

/// The catalog that means Lakebase.
[[nodiscard]] inline std::string database_of(const settings& by) {
    return by.lakebase ? by.lakebase->database : lakebase_settings{}.database;
}

/// A table of a service, with the options of its routes.
struct record_source {
    const table* of = nullptr;
    std::shared_ptr<const http::table_options> options{};
};

/// What the records API of a service is told; absent: it has none, for no table is opened to it.
///
/// Lifetime: the backends outlive its use. Errors: configuration_error.
[[nodiscard]] inline std::optional<http::records_options>
records_of(const settings& by, const backends& on, const std::vector<record_source>& tables) {
    static constexpr table in_lakebase{.backend = backend::lakebase};
    static constexpr table in_warehouse{.backend = backend::warehouse};
    const bool is_open = std::any_of(tables.begin(), tables.end(), [](const auto& each) {
        return each.of->api.records_v1;
    });
    if (!is_open && by.dynamic_tables.empty())
        return std::nullopt;
    http::records_options made;
    made.is_embedded = by.embedded.has_value();
    made.database = database_of(by);
    if (const auto* const serving = on.serving(in_lakebase))
        made.lakebase = serving->sessions;
    if (const auto* const serving = on.serving(in_warehouse))
        made.warehouse = serving->sessions;
    made.reachable = by.dynamic_tables;
    made.creatable = by.dynamic_create;
    for (const auto& [of, options] : tables) {
        auto& added = made.declared.emplace_back(detail::declared_record(*of, by, made.database));
        added.options = options;
        if (!of->api.path.empty())
            added.path = made.base + "/" + std::string{of->api.path};
        if (const auto* const serving = on.serving(*of))
            added.from = serving->sessions;
    }
    return made;
}

} // namespace weir::app
