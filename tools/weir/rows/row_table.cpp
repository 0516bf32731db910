// SPDX-License-Identifier: Apache-2.0
#include "row_table.hpp"

#include <weir/core/error.hpp>
#include <weir/table/identifier.hpp>

#include "../sql_words.hpp"

namespace weir::ops {

database open_for_rows(const target& to) {
    database at{to.connection};
    at.run("set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set extra_float_digits = 1; "
           "set bytea_output = 'hex'");
    return at;
}

const table& named_table(std::span<const table* const> tables, std::string_view name) {
    name_guess guess{name};
    for (const auto* each : tables) {
        if (each->name == name) {
            if (each->backend == backend::lakebase)
                return *each;
            throw configuration_error{
                "the table '" + std::string{name} +
                "' is on a warehouse; rows are moved in and out of tables on Lakebase only"
            };
        }
        guess.consider(each->name);
    }
    std::string why = "no table '" + std::string{name} + "' is declared";
    if (!guess.best().empty())
        why.append("; did you mean '").append(guess.best()).append("'?");
    throw configuration_error{why};
}

std::string full_name(const wanted_tables& wanted, const table& of) {
    return wanted.prefix_of(of.name) + quoted(of.name);
}

} // namespace weir::ops
