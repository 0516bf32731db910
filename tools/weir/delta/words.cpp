// SPDX-License-Identifier: Apache-2.0
#include "words.hpp"

#include "../sql_words.hpp"

namespace weir::ops {

std::string name_list(const std::vector<std::string>& names) {
    std::string made;
    for (const auto& each : names)
        made.append(made.empty() ? "" : ", ").append(quoted(each, sql::dialect::databricks));
    return made;
}

spelled primary_key_text(const std::vector<std::string>& columns) {
    return spelled{"primary key (" + name_list(columns) + ")"};
}

spelled foreign_key_text(
    const std::vector<std::string>& columns,
    std::string_view target,
    const std::vector<std::string>& target_columns
) {
    return spelled{
        "foreign key (" + name_list(columns) + ") references " + std::string{target} + " (" +
        name_list(target_columns) + ")"
    };
}

std::string unfilled_property(std::string_view column) {
    return "weir.unfilled." + std::string{column};
}

} // namespace weir::ops
