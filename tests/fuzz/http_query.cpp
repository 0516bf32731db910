// SPDX-License-Identifier: Apache-2.0
// Any text as the target of a list, for a table with a column of every type: only
// validation_error leaves, what is accepted stays inside the table and can be asked of both
// dialects.
#include <weir/core/utf8.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/target.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using namespace weir;
using namespace weir::http;
using fuzz::require;

constexpr std::string_view labels[]{"no", "light grey", "dark"};
constexpr column_type text_element{.kind = type::string};
constexpr column_type number_element{.kind = type::decimal, .precision = 38, .scale = 10};
constexpr column columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "tiny", .type = {.kind = type::int8}},
    {.name = "small", .type = {.kind = type::int16}},
    {.name = "whole", .type = {.kind = type::int32}},
    {.name = "single", .type = {.kind = type::float32}},
    {.name = "twice", .type = {.kind = type::float64}},
    {.name = "exact", .type = {.kind = type::decimal, .precision = 12, .scale = 2}},
    {.name = "words", .type = {.kind = type::string}, .nullable = false},
    {.name = "brief", .type = {.kind = type::varchar, .length = 10}},
    {.name = "code", .type = {.kind = type::fixed_char, .length = 3}},
    {.name = "truth", .type = {.kind = type::boolean}},
    {.name = "day", .type = {.kind = type::date}},
    {.name = "moment", .type = {.kind = type::timestamp}},
    {.name = "wall", .type = {.kind = type::timestamp_ntz}},
    {.name = "bytes", .type = {.kind = type::binary}},
    {.name = "other", .type = {.kind = type::uuid}},
    {.name = "document", .type = {.kind = type::json}},
    {.name = "colour", .type = {.kind = type::enumeration, .labels = labels}},
    {.name = "names", .type = {.kind = type::array, .element = &text_element}},
    {.name = "amounts",
     .type = {.kind = type::map, .element = &number_element, .key = &text_element}},
    {.name = "secret", .type = {.kind = type::string}, .is_private = true},
};
constexpr std::uint16_t key[]{0};
constexpr sort_column usual_order[]{{.column = 7, .descending = true}};
constexpr table specimens{
    .name = "specimens",
    .place = "app_data",
    .columns = columns,
    .key = key,
    .audit = false,
    .soft_delete = false,
    .api = {.path = "specimens", .default_limit = 20, .max_limit = 200, .order_by = usual_order},
};

void is_told(const validation_error& refused) {
    require(!refused.broken().empty(), "a refusal names what is wrong");
    for (const auto& each : refused.broken()) {
        require(!each.type.empty() && !each.loc.empty(), "a violation has a type and a place");
        require(!each.msg.empty() && is_valid_utf8(each.msg), "a violation is told in UTF-8");
        require(!each.msg.ends_with("did you mean 'secret'?"), "private columns are not proposed");
    }
}

std::optional<target_parts> split(std::string_view target) {
    try {
        return split_target(target);
    } catch (const validation_error& refused) {
        is_told(refused);
        return std::nullopt;
    }
}

void is_spelled_again(const target_parts& parts) {
    std::string target = parts.path + '?';
    for (const auto& each : parts.query) {
        require(is_valid_utf8(each.name) && is_valid_utf8(each.value), "a query is UTF-8");
        append_percent_encoded(target, each.name);
        target.push_back('=');
        append_percent_encoded(target, each.value);
        target.push_back('&');
    }
    const auto again = split(target);
    require(again && again->path == parts.path, "a path is spelled again");
    require(
        std::equal(
            again->query.begin(),
            again->query.end(),
            parts.query.begin(),
            parts.query.end(),
            [](const query_parameter& a, const query_parameter& b) {
                return a.name == b.name && a.value == b.value;
            }
        ),
        "a query is spelled again"
    );
}

void decodes(std::string_view text) {
    std::string decoded;
    if (!percent_decode(text, decoded))
        return;
    require(is_valid_utf8(decoded) && decoded.size() <= text.size(), "decoded text is UTF-8");
    require(decoded.find('\0') == std::string::npos, "decoded text holds no NUL");
    std::string encoded;
    append_percent_encoded(encoded, decoded);
    std::string again;
    require(percent_decode(encoded, again) && again == decoded, "encoding is undone");
}

bool is_answered(std::size_t position) {
    return position < specimens.columns.size() && is_answer_column(specimens.columns[position]);
}

void conditions_stay_inside(const sql::condition& asked, std::size_t depth, std::size_t& count) {
    if (asked.is != sql::condition::form::compare) {
        require(depth <= condition_budget::most_depth, "groups are bounded");
        require(asked.values.empty(), "a group has no values");
        for (const auto& part : asked.parts)
            conditions_stay_inside(part, depth + 1, count);
        return;
    }
    ++count;
    require(asked.parts.empty(), "a comparison has no parts");
    require(is_answered(asked.column), "filtered columns are the table's public ones");
    require(
        takes_operator(specimens.columns[asked.column].type, asked.how),
        "a comparison is one of the column's type"
    );
    require(asked.values.size() <= 2 * condition_budget::most_values, "values are bounded");
    require(
        std::none_of(
            asked.values.begin(),
            asked.values.end(),
            [](const any_value& value) { return is_null(value); }
        ),
        "no value is NULL"
    );
}

void stays_inside(const list_query& asked) {
    require(asked.limit_rows <= specimens.api.max_limit, "a limit is bounded");
    require(asked.offset_rows <= INT32_MAX, "an offset is bounded");
    require(
        !asked.columns.empty() &&
            std::all_of(asked.columns.begin(), asked.columns.end(), is_answered),
        "answered columns are the table's public ones"
    );
    for (const auto& term : asked.order)
        require(is_answered(term.column), "ordered columns are the table's public ones");
    require(asked.where.is == sql::condition::form::all_of, "filters must all hold");
    std::size_t comparisons = 0;
    conditions_stay_inside(asked.where, 0, comparisons);
    require(comparisons <= condition_budget::most_conditions, "filters are bounded");
}

void can_be_asked(const list_query& asked, sql::dialect spoken) {
    const sql::list_shape shape{
        .columns = asked.columns,
        .where = &asked.where,
        .order = asked.order,
        .has_offset = true,
    };
    std::size_t placeholders = 0;
    try {
        static_cast<void>(sql::written(spoken, [&](sql::writer& out) {
            sql::write_list(out, specimens, shape);
            placeholders = out.parameters();
        }));
    } catch (const validation_error& refused) {
        require(
            refused.broken().size() == 1 && refused.broken().front().type == "too_many_values",
            "only too many values are refused this late"
        );
        return;
    }
    sql::arguments bound;
    sql::bind_condition(bound, specimens, asked.where, spoken);
    sql::bind_row_number(bound, asked.limit_rows, spoken);
    sql::bind_row_number(bound, asked.offset_rows, spoken);
    require(bound.size() == placeholders, "every placeholder has its value");
    for (std::size_t at = 0; at < bound.size(); ++at)
        require(is_valid_utf8(bound.text(at).value()), "arguments are UTF-8");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    decodes(text);
    const auto parts = split(text);
    if (!parts)
        return 0;
    is_spelled_again(*parts);
    std::optional<list_query> asked;
    try {
        asked = read_list_query(specimens, parts->query);
    } catch (const validation_error& refused) {
        is_told(refused);
        return 0;
    }
    stays_inside(*asked);
    can_be_asked(*asked, sql::dialect::postgres);
    can_be_asked(*asked, sql::dialect::databricks);
    return 0;
}
