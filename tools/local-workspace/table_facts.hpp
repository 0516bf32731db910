// SPDX-License-Identifier: Apache-2.0
// What Delta and Unity Catalog keep of tables beside their rows: properties, clustering, keys,
// lengths of texts, defaults as they were written; and what Delta refuses to do with a table.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"
#include "table_ddl.hpp"

namespace local_workspace {

struct table_fact {
    std::map<std::string, std::string> properties{};
    std::vector<std::string> clustering{};
    std::vector<key_fact> keys{};
    /// By name in lower case.
    std::map<std::string, column_fact> columns{};
};

/// Threads: may be shared.
class table_facts {
public:
    /// Refuses what Delta refuses of a statement, before it is executed. `column_type`: of the
    /// column whose type is to change, as its table is now.
    ///
    /// Errors: statement_failure.
    void check(const table_ddl& of, std::string_view column_type) const;

    /// Keeps what a statement has changed. False: nothing.
    bool note(const table_ddl& of);

    /// By `catalog.schema.table`.
    [[nodiscard]] table_fact of(std::string_view table) const;

    /// The facts as JSON, and from it.
    [[nodiscard]] std::string save() const;
    void load(std::string_view json);

private:
    void check_column_is_free(const table_ddl& of, std::string_view column) const;
    void check_type(const table_ddl& of, std::string_view column_type) const;
    void check_key(const table_ddl& of) const;
    void check_dropped_key(const table_ddl& of) const;
    [[nodiscard]] bool has_property(std::string_view table, std::string_view name) const;
    [[nodiscard]] std::string property(std::string_view table, const std::string& name) const;
    void create(const table_ddl& of);
    void rename(const table_ddl& of);
    void rename_column(const table_ddl& of);
    void drop_columns(const table_ddl& of);
    void drop_keys_of(const std::string& table, std::string_view column);
    void drop_key(const std::string& table, const std::function<bool(const key_fact&)>& which);

    mutable std::mutex mutex_;
    std::map<std::string, table_fact, std::less<>> tables_;
};

} // namespace local_workspace
