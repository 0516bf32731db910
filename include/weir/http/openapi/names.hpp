// SPDX-License-Identifier: Apache-2.0
// What the parts of an OpenAPI document are called, and what a service says about itself. Light.
#pragma once

#include <weir/core/error.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weir::http {

/// What a document says besides what the tables' facts do. The defaults are what
/// `weir-gen openapi` prints.
struct openapi_options {
    /// Empty: the names of the schemas the tables come from.
    std::string title{};
    std::string description{};
    /// The version of the described interface.
    std::string version = "1.0.0";
    /// As the tables were added: table_options::base and table_options::max_rows.
    std::string base = "/api/v1";
    std::size_t max_rows = 10'000;
    /// Whether the service answers `/livez` and `<base>/healthcheck`.
    bool health = true;
    /// Whether it has the records API for other tables than those opened to it.
    bool records = false;
    /// Whether the jobs table is among the tables: its jobs can be cancelled.
    bool jobs = false;
};

namespace openapi {

using tables = std::span<const table* const>;

/// Names of components and operations. Rows are called as their structs are; everything else has a
/// dot in its name, so that nothing a schema declares clashes with it.
/// Lifetime: refers to the tables.
class names {
public:
    explicit names(tables all)
        : qualified_(std::any_of(all.begin(), all.end(), [&](const table* each) {
              return each->space != all.front()->space;
          })) {}

    /// `well`; with tables of several schemas `field_ops.well`.
    [[nodiscard]] std::string row(const table& of) const {
        return in_space(of, of.row.empty() ? of.name : of.row);
    }

    /// What belongs to a row: `well_create` is a struct in C++ too.
    [[nodiscard]] std::string row(const table& of, std::string_view suffix) const {
        return row(of).append(suffix);
    }

    /// A type declared in the table's schema.
    [[nodiscard]] std::string type(const table& of, std::string_view name) const {
        return in_space(of, name);
    }

    /// `list_wells`, `get_well`.
    [[nodiscard]] std::string operation(std::string_view verb, const table& of, bool many) const {
        std::string made{verb};
        made.push_back('_');
        if (qualified_)
            made.append(of.space).push_back('_');
        return made.append(many || of.row.empty() ? of.name : of.row);
    }

    /// How the table's operations are grouped.
    [[nodiscard]] std::string tag(const table& of) const { return in_space(of, of.name); }

private:
    [[nodiscard]] std::string in_space(const table& of, std::string_view name) const {
        std::string made;
        if (qualified_)
            made.append(of.space).push_back('.');
        return made.append(name);
    }

    bool qualified_;
};

/// `#/components/<section>/<name>`.
[[nodiscard]] inline std::string reference(std::string_view section, std::string_view name) {
    std::string made{"#/components/"};
    return made.append(section).append("/").append(name);
}

} // namespace openapi

} // namespace weir::http
