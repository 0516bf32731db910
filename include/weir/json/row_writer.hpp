// SPDX-License-Identifier: Apache-2.0
// Rows of a result as JSON objects: database text in, JSON text out, by the facts of the columns,
// without a struct or a DOM in between. Costs core/text_array.hpp.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/core/text_format.hpp>
#include <weir/json/detail/refuse.hpp>
#include <weir/json/detail/respell.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::json {

/// Writes rows whose fields are the given columns, in that order; private columns are passed over.
///
/// Prepared once, used for any number of rows. Distinct and shared constant objects are safe in
/// threads. Lifetime: refers to the columns.
class row_writer {
public:
    /// All columns, in order.
    row_writer(
        std::span<const column> columns, text_format format, json::numbers numbers = numbers::plain
    )
        : how_{format, numbers} {
        reserve(columns.size());
        for (const auto& column : columns)
            add(column);
    }

    /// The selected columns, in the order of the selection.
    row_writer(
        std::span<const column> columns,
        column_indexes selected,
        text_format format,
        json::numbers numbers = numbers::plain
    )
        : how_{format, numbers} {
        reserve(selected.size());
        for (const auto position : selected)
            add(columns[position]);
    }

    /// Appends one row as an object.
    ///
    /// Errors: throws decode_error, naming the column, when there are more or fewer fields than
    /// columns or a text is
    ///         not a value of its column; `out` then ends where it ended before.
    void append(std::string& out, std::span<const text_field> fields) const {
        const auto start = out.size();
        if (fields.size() != steps_.size())
            detail::refuse_count(fields.size(), steps_.size());
        reserve_row(out, fields);
        out.push_back('{');
        for (std::size_t at = 0; at < steps_.size(); ++at) {
            const auto& step = steps_[at];
            if (step.prefix_size == 0)
                continue;
            out.append(prefixes_, step.prefix_start, step.prefix_size);
            const auto& field = fields[at];
            if (field.is_null) {
                out.append("null", 4);
            } else if (!detail::respell(out, field.text, step.of->type, how_)) {
                out.resize(start);
                detail::refuse_field(*step.of);
            }
        }
        out.push_back('}');
    }

private:
    struct member_step {
        const column* of;
        /// `"name":`, with a comma in front unless it is the first; none for a private column.
        std::size_t prefix_start = 0;
        std::size_t prefix_size = 0;
    };

    // Room for what the row takes at least, and for the braces: growing for each field would cost
    // as much as the row.
    void reserve_row(std::string& out, std::span<const text_field> fields) const {
        auto size = out.size() + prefixes_.size() + 4 * fields.size() + 2;
        for (const auto& field : fields)
            size += field.text.size();
        if (size > out.capacity())
            out.reserve(std::max(size, 2 * out.capacity()));
    }

    // A writer is also made for a single row: growing step by step would cost as much as the row.
    void reserve(std::size_t columns) {
        steps_.reserve(columns);
        prefixes_.reserve(columns * 16);
    }

    void add(const column& each) {
        const auto start = prefixes_.size();
        if (is_answer_column(each)) {
            if (start > 0)
                prefixes_.push_back(',');
            append_json_string(prefixes_, each.name);
            prefixes_.push_back(':');
        }
        steps_.push_back({&each, start, prefixes_.size() - start});
    }

    detail::respelling how_;
    std::string prefixes_{};
    std::vector<member_step> steps_{};
};

} // namespace weir::json
