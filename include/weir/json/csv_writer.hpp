// SPDX-License-Identifier: Apache-2.0
// Rows of a result as CSV: database text in, lines out, by the facts of the columns; values are
// spelled as in JSON. Costs what row_writer.hpp costs.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/core/text_format.hpp>
#include <weir/json/detail/refuse.hpp>
#include <weir/json/detail/respell.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::json {

/// Appends one field of a CSV line, in quotes where it needs them; an empty text always has them,
/// so that it is not taken for NULL. Source: RFC 4180 2.
inline void append_csv_field(std::string& out, std::string_view text) {
    if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos) {
        out.append(text);
        return;
    }
    out.push_back('"');
    while (true) {
        const auto quote = text.find('"');
        out.append(text.substr(0, quote));
        if (quote == std::string_view::npos)
            break;
        out.append("\"\"");
        text.remove_prefix(quote + 1);
    }
    out.push_back('"');
}

/// Writes rows whose fields are the given columns, in that order; private columns are passed over.
///
/// Shape: values as in JSON, without its quotes; arrays, maps, structures and documents are JSON
///        text. NULL is an empty field, empty text is `""`; in a line of one field NULL is `""`
///        too, for readers skip empty lines. Lines end in CRLF.
/// Lifetime: refers to the columns. Threads: distinct objects safe.
class csv_writer {
public:
    csv_writer(
        std::span<const column> columns,
        column_indexes selected,
        text_format format,
        json::numbers numbers = numbers::plain
    )
        : how_{format, numbers} {
        columns_.reserve(selected.size());
        for (const auto position : selected) {
            columns_.push_back(&columns[position]);
            if (is_answer_column(columns[position]))
                ++shown_;
        }
    }

    /// Appends the names of the columns as a line.
    void append_header(std::string& out) const {
        bool is_first = true;
        for (const auto* each : columns_) {
            if (!is_answer_column(*each))
                continue;
            separate(out, is_first);
            append_csv_field(out, each->name);
        }
        out.append("\r\n");
    }

    /// Appends one row as a line.
    ///
    /// Errors: throws decode_error, as row_writer::append(); `out` then ends where it ended before.
    void append(std::string& out, std::span<const text_field> fields) {
        const auto start = out.size();
        if (fields.size() != columns_.size())
            detail::refuse_count(fields.size(), columns_.size());
        bool is_first = true;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            const auto& of = *columns_[at];
            if (!is_answer_column(of))
                continue;
            separate(out, is_first);
            if (fields[at].is_null) {
                if (shown_ == 1)
                    out.append("\"\"");
            } else if (!append_value(out, fields[at].text, of.type)) {
                out.resize(start);
                detail::refuse_field(of);
            }
        }
        out.append("\r\n");
    }

private:
    static void separate(std::string& out, bool& is_first) {
        if (!is_first)
            out.push_back(',');
        is_first = false;
    }

    bool append_value(std::string& out, std::string_view text, const column_type& type) {
        switch (type.kind) {
        case type::string:
        case type::varchar:
        case type::fixed_char:
        case type::enumeration:
            append_csv_field(out, text);
            return true;
        default:
            break;
        }
        scratch_.clear();
        if (!detail::respell(scratch_, text, type, how_))
            return false;
        std::string_view spelled = scratch_;
        // Times, binary, uuid, numbers as strings: nothing between their quotes is escaped. A
        // document that is a text keeps them: it is JSON.
        if (is_scalar(type.kind) && type.kind != type::json && spelled.starts_with('"'))
            spelled = spelled.substr(1, spelled.size() - 2);
        append_csv_field(out, spelled);
        return true;
    }

    detail::respelling how_;
    std::vector<const column*> columns_{};
    // Columns that are not private.
    std::size_t shown_ = 0;
    std::string scratch_{};
};

} // namespace weir::json
