// SPDX-License-Identifier: Apache-2.0
// The Databricks functions the embedded engine knows, each with the DuckDB text that stands for it.
// What is not in this list is refused. Constant data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::embedded {

/// One spelling of a call. `text` is what DuckDB gets: `%1`…`%9` an argument, `%*` all with commas
/// between, `%|` all with `||` between; empty: the same name and arguments.
struct function_rule {
    std::string_view name;
    std::uint8_t least = 0;
    std::uint8_t most = 0;
    std::string_view text{};
};

inline constexpr std::uint8_t any_number = 255;

/// Sorted by subject, not by name: a look-up happens once per prepared statement.
/// Source: Databricks SQL reference, built-in functions; each was compared with the engine's own
/// meaning.
inline constexpr function_rule function_rules[]{
    // Conditions
    {"coalesce", 1, any_number},
    {"if", 3, 3, "CASE WHEN %1 THEN %2 ELSE %3 END"},
    {"iff", 3, 3, "CASE WHEN %1 THEN %2 ELSE %3 END"},
    {"ifnull", 2, 2, "coalesce(%*)"},
    {"isnan", 1, 1},
    {"isnotnull", 1, 1, "(%1 IS NOT NULL)"},
    {"isnull", 1, 1, "(%1 IS NULL)"},
    {"nullif", 2, 2},
    {"nullifzero", 1, 1, "nullif(%1, 0)"},
    {"nvl", 2, 2, "coalesce(%*)"},
    {"nvl2", 3, 3, "CASE WHEN %1 IS NOT NULL THEN %2 ELSE %3 END"},
    {"greatest", 2, any_number},
    {"least", 2, any_number},
    {"raise_error", 1, 1, "error(%1)"},
    {"zeroifnull", 1, 1, "coalesce(%1, 0)"},

    // Numbers
    {"abs", 1, 1},
    {"acos", 1, 1},
    {"asin", 1, 1},
    {"atan", 1, 1},
    {"atan2", 2, 2},
    {"cbrt", 1, 1},
    {"ceil", 1, 1},
    {"ceiling", 1, 1},
    {"cos", 1, 1},
    {"degrees", 1, 1},
    {"exp", 1, 1},
    {"floor", 1, 1},
    {"ln", 1, 1},
    {"log10", 1, 1},
    {"log2", 1, 1},
    {"mod", 2, 2, "(%1 % weir_divisor(%2))"},
    {"pi", 0, 0},
    {"pow", 2, 2},
    {"power", 2, 2, "pow(%*)"},
    {"radians", 1, 1},
    {"rand", 0, 0, "random()"},
    {"random", 0, 0},
    {"round", 1, 2},
    {"sign", 1, 1},
    {"signum", 1, 1, "sign(%1)"},
    {"sin", 1, 1},
    {"sqrt", 1, 1},
    {"tan", 1, 1},
    {"pmod",
     2,
     2,
     "CASE WHEN (%1 % weir_divisor(%2)) < 0 THEN ((%1 % weir_divisor(%2)) + %2) % "
     "weir_divisor(%2) ELSE (%1 % weir_divisor(%2)) END"},
    {"try_divide", 2, 2, "(%1 / nullif(%2, 0))"},

    // Text
    {"ascii", 1, 1},
    {"char_length", 1, 1, "length(%1)"},
    {"character_length", 1, 1, "length(%1)"},
    {"chr", 1, 1},
    // DuckDB's own concat() skips NULL.
    {"concat", 1, any_number, "(%|)"},
    {"concat_ws", 2, any_number},
    {"contains", 2, 2},
    {"endswith", 2, 2, "ends_with(%*)"},
    {"instr", 2, 2},
    {"lcase", 1, 1, "lower(%1)"},
    {"left", 2, 2},
    {"len", 1, 1, "length(%1)"},
    {"length", 1, 1},
    {"levenshtein", 2, 2},
    {"locate", 2, 2, "instr(%2, %1)"},
    {"lower", 1, 1},
    {"lpad", 2, 2, "lpad(%1, %2, ' ')"},
    {"lpad", 3, 3},
    {"ltrim", 1, 1},
    {"md5", 1, 1},
    {"position", 1, 1},
    {"regexp_extract", 2, 2, "regexp_extract(%1, %2, 1)"},
    {"regexp_extract", 3, 3},
    {"regexp_like", 2, 2, "regexp_matches(%*)"},
    {"regexp_replace", 3, 3, "regexp_replace(%*, 'g')"},
    {"repeat", 2, 2},
    {"replace", 2, 2, "replace(%1, %2, '')"},
    {"replace", 3, 3},
    {"reverse", 1, 1},
    {"right", 2, 2},
    {"rpad", 2, 2, "rpad(%1, %2, ' ')"},
    {"rpad", 3, 3},
    {"rtrim", 1, 1},
    {"sha", 1, 1, "sha1(%1)"},
    {"sha1", 1, 1},
    {"split", 2, 2, "regexp_split_to_array(%*)"},
    {"split_part", 3, 3},
    {"startswith", 2, 2, "starts_with(%*)"},
    {"substr", 2, 3, "substring(%*)"},
    {"substring", 1, 3},
    {"translate", 3, 3},
    {"trim", 1, 1},
    {"ucase", 1, 1, "upper(%1)"},
    {"upper", 1, 1},
    {"uuid", 0, 0, "CAST(uuid() AS VARCHAR)"},

    // Bytes
    {"base64", 1, 1},
    {"hex", 1, 1},
    {"unbase64", 1, 1, "from_base64(%1)"},
    {"unhex", 1, 1},

    // Aggregates and windows
    {"any_value", 1, 1},
    {"approx_count_distinct", 1, 1},
    {"array_agg", 1, 1, "coalesce(list(%1) FILTER (WHERE %1 IS NOT NULL), [])"},
    {"avg", 1, 1},
    {"bool_and", 1, 1},
    {"bool_or", 1, 1},
    {"collect_list", 1, 1, "coalesce(list(%1) FILTER (WHERE %1 IS NOT NULL), [])"},
    {"collect_set", 1, 1, "coalesce(list(DISTINCT %1) FILTER (WHERE %1 IS NOT NULL), [])"},
    {"corr", 2, 2},
    {"count", 1, 1},
    {"count_if", 1, 1},
    {"covar_pop", 2, 2},
    {"covar_samp", 2, 2},
    {"cume_dist", 0, 0},
    {"dense_rank", 0, 0},
    {"every", 1, 1, "bool_and(%1)"},
    {"first", 1, 1},
    {"first_value", 1, 1},
    {"lag", 1, 3},
    {"last", 1, 1},
    {"last_value", 1, 1},
    {"lead", 1, 3},
    {"listagg", 1, 1, "string_agg(%1, '')"},
    {"listagg", 2, 2, "string_agg(%*)"},
    {"max", 1, 1},
    {"max_by", 2, 2},
    {"mean", 1, 1, "avg(%1)"},
    {"median", 1, 1},
    {"min", 1, 1},
    {"min_by", 2, 2},
    {"mode", 1, 1},
    {"nth_value", 2, 2},
    {"ntile", 1, 1},
    {"percent_rank", 0, 0},
    {"percentile", 2, 2, "quantile_cont(CAST(%1 AS DOUBLE), %2)"},
    {"rank", 0, 0},
    {"row_number", 0, 0},
    {"std", 1, 1, "stddev(%1)"},
    {"stddev", 1, 1},
    {"stddev_pop", 1, 1},
    {"stddev_samp", 1, 1},
    {"string_agg", 1, 1, "string_agg(%1, '')"},
    {"string_agg", 2, 2},
    {"sum", 1, 1},
    {"var_pop", 1, 1},
    {"var_samp", 1, 1},
    {"variance", 1, 1},

    // Dates and times
    {"add_months", 2, 2, "CAST(%1 + to_months(CAST(%2 AS INTEGER)) AS DATE)"},
    {"curdate", 0, 0, "current_date"},
    {"current_date", 0, 0, "current_date"},
    {"current_timestamp", 0, 0, "now()"},
    {"current_timezone", 0, 0, "'UTC'"},
    {"date_add", 2, 2, "(CAST(%1 AS DATE) + CAST(%2 AS INTEGER))"},
    {"date_diff", 2, 2, "date_diff('day', CAST(%2 AS DATE), CAST(%1 AS DATE))"},
    {"date_sub", 2, 2, "(CAST(%1 AS DATE) - CAST(%2 AS INTEGER))"},
    {"date_trunc", 2, 2, "CAST(date_trunc(%*) AS TIMESTAMPTZ)"},
    {"dateadd", 2, 2, "(CAST(%1 AS DATE) + CAST(%2 AS INTEGER))"},
    {"datediff", 2, 2, "date_diff('day', CAST(%2 AS DATE), CAST(%1 AS DATE))"},
    {"day", 1, 1},
    {"dayofmonth", 1, 1},
    {"dayofweek", 1, 1, "(dayofweek(%1) + 1)"},
    {"dayofyear", 1, 1},
    {"hour", 1, 1},
    {"last_day", 1, 1},
    {"localtimestamp", 0, 0, "CAST(now() AS TIMESTAMP)"},
    {"make_date", 3, 3},
    {"minute", 1, 1},
    {"month", 1, 1},
    {"now", 0, 0},
    {"quarter", 1, 1},
    {"second", 1, 1},
    {"timestamp_micros", 1, 1, "make_timestamptz(%1)"},
    {"to_date", 1, 1, "CAST(%1 AS DATE)"},
    {"to_timestamp", 1, 1, "CAST(%1 AS TIMESTAMPTZ)"},
    {"to_timestamp_ntz", 1, 1, "CAST(%1 AS TIMESTAMP)"},
    {"unix_micros", 1, 1, "epoch_us(%1)"},
    {"weekday", 1, 1, "(isodow(%1) - 1)"},
    {"weekofyear", 1, 1},
    {"year", 1, 1},

    // Arrays and maps
    {"array", 0, any_number, "[%*]"},
    {"array_append", 2, 2, "list_append(%*)"},
    {"array_contains", 2, 2, "list_contains(%*)"},
    // DuckDB's own list_distinct and list_intersect lose the order, and its list_contains finds
    // nothing in NULL, where Databricks knows nothing.
    {"array_distinct",
     1,
     1,
     "list_filter(%1, lambda \"weir x\", \"weir i\": list_position(%1, \"weir x\") = \"weir i\")"},
    {"array_except",
     2,
     2,
     "CASE WHEN %2 IS NOT NULL THEN list_filter(list_filter(%1, lambda \"weir x\", \"weir i\": "
     "list_position(%1, \"weir x\") = \"weir i\"), lambda \"weir y\": NOT list_contains(%2, "
     "\"weir y\")) END"},
    {"array_intersect",
     2,
     2,
     "CASE WHEN %2 IS NOT NULL THEN list_filter(list_filter(%1, lambda \"weir x\", \"weir i\": "
     "list_position(%1, \"weir x\") = \"weir i\"), lambda \"weir y\": list_contains(%2, "
     "\"weir y\")) END"},
    {"array_join", 2, 2, "array_to_string(%*)"},
    {"array_max", 1, 1, "list_max(%1)"},
    {"array_min", 1, 1, "list_min(%1)"},
    {"array_position", 2, 2, "coalesce(list_position(%*), 0)"},
    {"array_size", 1, 1, "len(%1)"},
    {"array_sort", 1, 1, "list_sort(%1)"},
    {"arrays_overlap", 2, 2, "list_has_any(%*)"},
    {"explode", 1, 1, "unnest(%1)"},
    {"filter", 2, 2, "list_filter(%*)"},
    {"flatten", 1, 1},
    {"get", 2, 2, "list_extract(%1, %2 + 1)"},
    {"inline", 1, 1, "unnest(%1, max_depth := 2)"},
    {"map_concat", 1, any_number},
    {"map_contains_key", 2, 2, "map_contains(%*)"},
    {"map_entries", 1, 1},
    {"map_from_arrays", 2, 2, "map(%*)"},
    {"map_keys", 1, 1},
    {"map_values", 1, 1},
    {"sequence", 2, 2, "generate_series(%*)"},
    {"size", 1, 1, "weir_size(%1)"},
    {"cardinality", 1, 1, "weir_size(%1)"},
    {"slice", 3, 3, "list_slice(%1, %2, %2 + %3 - 1)"},
    {"sort_array", 1, 1, "list_sort(%1)"},
    {"transform", 2, 2, "list_transform(%*)"},

    // JSON
    {"get_json_object", 2, 2, "json_extract_string(CAST(%1 AS JSON), %2)"},
    {"parse_json", 1, 1, "CAST(%1 AS JSON)"},
    {"try_parse_json", 1, 1, "TRY_CAST(%1 AS JSON)"},
};

/// The rule for a call, by lower-case name and number of arguments; nullptr: no such call.
[[nodiscard]] constexpr const function_rule*
find_function(std::string_view name, std::size_t arguments) noexcept {
    for (const auto& rule : function_rules) {
        if (rule.name == name && arguments >= rule.least &&
            (rule.most == any_number || arguments <= rule.most)) {
            return &rule;
        }
    }
    return nullptr;
}

/// Whether any call of that name is known.
[[nodiscard]] constexpr bool is_function(std::string_view name) noexcept {
    for (const auto& rule : function_rules)
        if (rule.name == name)
            return true;
    return false;
}

} // namespace weir::embedded
