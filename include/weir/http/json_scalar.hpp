// SPDX-License-Identifier: Apache-2.0
// Scalars and map entries of conditions out of JSON. Costs json/reader.hpp and
// condition_builder.hpp.
#pragma once

#include <weir/http/condition_builder.hpp>
#include <weir/json/reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/column.hpp>
#include <weir/table/value_path.hpp>

#include <string>
#include <string_view>

namespace weir::http::detail {

/// Reads a scalar's text if JSON of that kind may spell the type: numbers as numbers or strings,
/// booleans as booleans, the rest as strings. Otherwise passes over the value and answers false;
/// `in.failed()` tells text that is not JSON at all.
[[nodiscard]] inline bool
read_scalar_text(json::reader& in, const column_type& of, std::string_view& text) {
    const bool is_number = of.kind <= type::decimal;
    switch (in.peek()) {
    case json::token::number:
        if (is_number)
            return in.read_number(text);
        break;
    case json::token::string:
        if (of.kind != type::boolean)
            return in.read_string(text);
        break;
    case json::token::boolean:
        if (of.kind == type::boolean) {
            bool value = false;
            if (!in.read_bool(value))
                return false;
            text = value ? "true" : "false";
            return true;
        }
        break;
    default:
        break;
    }
    static_cast<void>(in.skip_value());
    return false;
}

/// Reads `{"key":"value"}` as the entries a map is compared with. False when something was told, or
/// the text is not JSON.
[[nodiscard]] inline bool read_entries(
    json::reader& in, condition_builder& build, sql::condition& made, const value_path& at
) {
    const auto& type = build.type_of(made);
    if (!sql::can_contain(type, made.how)) {
        static_cast<void>(in.skip_value());
        return build.refuse(
            at, "value", build.column_words(made.column) + " is compared by keys only"
        );
    }
    bool all_good = true;
    std::string_view text;
    if (!in.enter_object())
        return false;
    while (in.next_member(text)) {
        const std::string key{text};
        const value_path entry{at, key};
        const bool good = build.add_key(made, key, entry);
        if (!good && build.budget().is_spent())
            return false;
        std::string_view value;
        if (read_scalar_text(in, *type.element, value)) {
            all_good = good && build.add_entry_value(made, value, entry) && all_good;
        } else if (!in.failed()) {
            all_good = build.refuse_value(made, *type.element, entry);
        }
    }
    return all_good && !in.failed();
}

} // namespace weir::http::detail
