// SPDX-License-Identifier: Apache-2.0
// What Unity Catalog knows of a table. Light: map, string, vector.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir::workspace {

struct column_info {
    std::string name{};
    /// As SQL spells it: `decimal(10,2)`.
    std::string type_text{};
    /// DECIMAL LONG STRING …
    std::string type_name{};
    std::int64_t position = 0;
    bool nullable = true;
    std::string comment{};
    /// The function that masks it; empty: none.
    std::string mask_function{};
};

struct table_info {
    std::string full_name{};
    std::string table_type{};
    std::string data_source_format{};
    std::string comment{};
    std::string owner{};
    /// In the order of their positions, as the catalog sends them.
    std::vector<column_info> columns{};
    /// Declared, never enforced; empty: none.
    std::vector<std::string> primary_key{};
    std::map<std::string, std::string> properties{};
    /// The function that filters its rows; empty: none.
    std::string row_filter_function{};
};

} // namespace weir::workspace
