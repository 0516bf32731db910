// SPDX-License-Identifier: Apache-2.0
#include "row_table.hpp"

#include <weir/core/error.hpp>
#include <weir/table/identifier.hpp>

#include <charconv>

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
        if (each->name == name)
            return *each;
        guess.consider(each->name);
    }
    std::string why = "no table '" + std::string{name} + "' is declared";
    if (!guess.best().empty())
        why.append("; did you mean '").append(guess.best()).append("'?");
    throw configuration_error{why};
}

std::string full_name(const wanted_tables& wanted, const table& of) {
    const bool is_delta = of.backend == backend::warehouse;
    return wanted.prefix_of(of.name) +
           quoted(of.name, is_delta ? sql::dialect::databricks : sql::dialect::postgres);
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace weir::ops
