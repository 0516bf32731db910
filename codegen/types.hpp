// SPDX-License-Identifier: Apache-2.0
// Resolves named types and columns: the part of the reader that knows what a type is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "diagnostics.hpp"
#include "model.hpp"
#include "shape.hpp"
#include "type_text.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// Every named type of every schema of a run, resolved when first needed.
class types {
public:
    explicit types(const sources& files, diagnostics& to) : files_(&files), to_(&to) {}

    /// Makes the entries of a file's `types` known; `to` receives the enumerations and structures.
    void declare(const node& named_types, schema_model& to);

    /// Resolves everything declared, in the order of declaration.
    void resolve_all();

    /// Reads one column of a table or field of a structure. `owner` prefixes the names of inline
    /// types.
    [[nodiscard]] column_model
    read_column(const node& written, schema_model& in, const std::string& owner, bool is_field);

private:
    enum class state : std::uint8_t { untouched, being_resolved, done };

    struct declaration {
        located_text name{};
        const node* from = nullptr;
        schema_model* in = nullptr;
        types::state state = state::untouched;
        std::optional<type_model> type{};
        /// A plain scalar type with rules: where to look for rules a column does not give.
        bool is_alias = false;
    };

    struct resolved {
        std::optional<type_model> type{};
        const declaration* alias = nullptr;
    };

    [[nodiscard]] declaration* find(const schema_model& in, std::string_view name);
    void resolve(declaration& what);
    void resolve_enumeration(declaration& what, const mapping& from);
    void resolve_structure(declaration& what, const mapping& from);
    [[nodiscard]] resolved
    type_of(const type_text& written, schema_model& in, const std::string& inline_name);
    [[nodiscard]] resolved named(const type_text& written, schema_model& in);
    [[nodiscard]] std::optional<type_model> sized(const type_text& written);
    [[nodiscard]] std::optional<type_model>
    container(const type_text& written, schema_model& in, const std::string& inline_name);
    [[nodiscard]] std::optional<type_model>
    inline_structure(const type_text& written, schema_model& in, const std::string& name);
    [[nodiscard]] std::optional<type_model>
    inline_enumeration(const mapping& from, schema_model& in, const std::string& name);
    [[nodiscard]] resolved
    column_type(const mapping& from, const node& map, schema_model& in, const std::string& name);
    void read_rules(column_model& to, const node& map, const declaration* alias);
    void unknown(const type_text& written, const schema_model& in);

    const sources* files_;
    diagnostics* to_;
    /// By schema, then by name; a vector keeps the order of declaration.
    std::map<std::string, std::map<std::string, declaration, std::less<>>, std::less<>> by_schema_;
    std::vector<declaration*> order_;
};

} // namespace weir::gen
