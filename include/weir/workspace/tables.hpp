// SPDX-License-Identifier: Apache-2.0
// Tables of Unity Catalog and their columns. Costs client.hpp.
#pragma once

#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/table_info.hpp>
#include <weir/workspace/target.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

namespace detail {

inline void take_function_name(json::reader& in, std::string& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "function_name") {
            take(value, out);
        } else {
            value.skip_value();
        }
    });
}

[[nodiscard]] inline column_info read_column(json::reader& in) {
    column_info found;
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "name") {
            take(value, found.name);
        } else if (name == "type_text") {
            take(value, found.type_text);
        } else if (name == "type_name") {
            take(value, found.type_name);
        } else if (name == "position") {
            take(value, found.position);
        } else if (name == "nullable") {
            take(value, found.nullable);
        } else if (name == "comment") {
            take(value, found.comment);
        } else if (name == "mask") {
            take_function_name(value, found.mask_function);
        } else {
            value.skip_value();
        }
    });
    return found;
}

inline void take_primary_key(json::reader& in, std::vector<std::string>& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name != "primary_key_constraint") {
            value.skip_value();
            return;
        }
        for_each_member(value, [&](const std::string& key, json::reader& part) {
            if (key == "child_columns") {
                take(part, out);
            } else {
                part.skip_value();
            }
        });
    });
}

inline void take_table(const std::string& name, json::reader& in, table_info& out) {
    if (name == "full_name") {
        take(in, out.full_name);
    } else if (name == "table_type") {
        take(in, out.table_type);
    } else if (name == "data_source_format") {
        take(in, out.data_source_format);
    } else if (name == "comment") {
        take(in, out.comment);
    } else if (name == "owner") {
        take(in, out.owner);
    } else if (name == "columns") {
        take_each(in, out.columns, read_column);
    } else if (name == "table_constraints") {
        for_each_element(in, [&](json::reader& each) { take_primary_key(each, out.primary_key); });
    } else if (name == "properties") {
        take(in, out.properties);
    } else if (name == "row_filter") {
        take_function_name(in, out.row_filter_function);
    } else {
        in.skip_value();
    }
}

} // namespace detail

/// A table by `catalog.schema.table`, its names without quotes.
///
/// Errors: not_found_error when it does not exist or the caller may not know of it, else as
/// client::send().
[[nodiscard]] inline table_info
read_table(client& at, std::string_view full_name, const call_options& with = {}) {
    auto path = target{"/api/2.1/unity-catalog/tables"}.segment(full_name).take();
    table_info found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "table",
        [&](const std::string& name, json::reader& in) { detail::take_table(name, in, found); }
    );
    return found;
}

/// The same; absent when there is none that the caller may know of.
[[nodiscard]] inline std::optional<table_info>
find_table(client& at, std::string_view full_name, const call_options& with = {}) {
    try {
        return read_table(at, full_name, with);
    } catch (const not_found_error&) {
        return std::nullopt;
    }
}

} // namespace weir::workspace
