// SPDX-License-Identifier: Apache-2.0
// JSON rows cut down to what a `select` names and called as it calls them, from text to text. Costs
// json/reader.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/postgrest/select.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::postgrest {

/// Whether a `select` wants rows otherwise than weir writes them for its columns and relations:
/// under other names, or relations alone.
[[nodiscard]] inline bool reshapes(std::span<const selected> items) noexcept {
    const auto is_column = [](const selected& each) { return !each.is_relation; };
    return std::none_of(items.begin(), items.end(), is_column) ||
           std::any_of(items.begin(), items.end(), [](const selected& each) {
               return each.name != each.shown || (each.is_relation && reshapes(each.items));
           });
}

/// Rewrites rows that weir wrote.
class projection {
public:
    /// `strips_nulls`: members that are null are left out.
    /// Lifetime: `items` must outlive this.
    projection(std::span<const selected> items, bool strips_nulls)
        : items_(items), strips_nulls_(strips_nulls) {}

    /// Appends an array of rows, or one row.
    /// Errors: throws decode_error for text that holds neither.
    void append(std::string& out, std::string_view rows) const {
        json::reader in{rows, json::reader::most_depth};
        if (!append_value(out, in, items_) || !in.finish())
            throw decode_error{"An answer is no JSON"};
    }

private:
    bool append_value(std::string& out, json::reader& in, std::span<const selected> items) const {
        if (in.peek() == json::token::null) {
            out += "null";
            return in.read_null();
        }
        if (in.peek() == json::token::object)
            return append_row(out, in, items);
        bool is_first = true;
        if (!in.enter_array())
            return false;
        out.push_back('[');
        while (in.next_element()) {
            if (!is_first)
                out.push_back(',');
            is_first = false;
            if (!append_value(out, in, items))
                return false;
        }
        out.push_back(']');
        return !in.failed();
    }

    bool append_row(std::string& out, json::reader& in, std::span<const selected> items) const {
        const bool has_all = std::any_of(items.begin(), items.end(), [](const selected& each) {
            return each.is_everything();
        });
        bool is_first = true;
        std::string_view name;
        if (!in.enter_object())
            return false;
        out.push_back('{');
        while (in.next_member(name)) {
            const auto found = std::find_if(items.begin(), items.end(), [&](const selected& each) {
                return each.name == name;
            });
            const bool is_left_out = found == items.end() && !has_all;
            if (is_left_out || (strips_nulls_ && in.peek() == json::token::null)) {
                if (!in.skip_value())
                    return false;
                continue;
            }
            if (!is_first)
                out.push_back(',');
            is_first = false;
            json::append_json_string(out, found == items.end() ? name : found->shown);
            out.push_back(':');
            if (found != items.end() && found->is_relation) {
                if (!append_value(out, in, found->items))
                    return false;
                continue;
            }
            std::string_view value;
            if (!in.read_raw(value))
                return false;
            out += value;
        }
        out.push_back('}');
        return !in.failed();
    }

    std::span<const selected> items_;
    bool strips_nulls_;
};

} // namespace weir::http::postgrest
