// SPDX-License-Identifier: Apache-2.0
#include "result_writer.hpp"

#include <weir/core/binary.hpp>
#include <weir/embedded/session.hpp>
#include <weir/json/writer.hpp>

#include <charconv>
#include <cstddef>

namespace local_workspace {

namespace {

namespace embedded = weir::embedded;

std::string_view type_name(const embedded::sql_type& of) {
    switch (of.kind) {
    case weir::type::boolean:
        return "BOOLEAN";
    case weir::type::int8:
        return "BYTE";
    case weir::type::int16:
        return "SHORT";
    case weir::type::int32:
        return "INT";
    case weir::type::int64:
        return "LONG";
    case weir::type::float32:
        return "FLOAT";
    case weir::type::float64:
        return "DOUBLE";
    case weir::type::decimal:
        return "DECIMAL";
    case weir::type::date:
        return "DATE";
    case weir::type::timestamp:
        return "TIMESTAMP";
    case weir::type::timestamp_ntz:
        return "TIMESTAMP_NTZ";
    case weir::type::binary:
        return "BINARY";
    case weir::type::json:
        return "VARIANT";
    case weir::type::array:
        return "ARRAY";
    case weir::type::map:
        return "MAP";
    case weir::type::structure:
        return "STRUCT";
    default:
        return "STRING";
    }
}

// Times have milliseconds, as warehouses give them.
std::string_view shortened(std::string_view text, const embedded::sql_type& of) {
    const auto point = text.find('.');
    if (point == std::string_view::npos ||
        (of.kind != weir::type::timestamp && of.kind != weir::type::timestamp_ntz))
        return text;
    return text.substr(0, point + 4);
}

void refuse_wide(std::string_view text, const embedded::sql_type& of) {
    if (of.kind != weir::type::int64 || text.size() < 19)
        return;
    std::int64_t read = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), read).ec != std::errc{})
        throw failure_of("ARITHMETIC_OVERFLOW", "22003", "BIGINT overflow");
}

void append_csv(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out.push_back('"');
    for (const char c : text) {
        if (c == '"')
            out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

} // namespace

result_column describe_column(const embedded::result_column& from) {
    result_column made{.name = from.name};
    made.type_name = type_name(from.type);
    if (from.type.kind == weir::type::int32) {
        made.type_text = "INT";
    } else if (from.type.kind == weir::type::int64) {
        made.type_text = "BIGINT";
    } else {
        embedded::append_databricks_type(made.type_text, from.type);
        // Manifests name fields without quotes.
        std::erase(made.type_text, '`');
    }
    if (from.type.kind == weir::type::decimal) {
        made.precision = from.type.precision;
        made.scale = from.type.scale;
    }
    return made;
}

bool chunk_writer::add(
    std::span<const weir::text_field> row, const std::vector<embedded::sql_type>& types
) {
    if (order_->row_limit && into_->rows >= *order_->row_limit)
        return cut();
    line_.clear();
    order_->format == result_format::csv ? write_csv(row, types) : write_json(row, types);
    const auto size = static_cast<std::int64_t>(line_.size());
    if (order_->byte_limit && bytes_ + size > *order_->byte_limit)
        return cut();
    bytes_ += size;
    if (order_->inline_limit && bytes_ > *order_->inline_limit)
        throw statement_failure{
            "BAD_REQUEST",
            "Inline byte limit exceeded. Statements executed with disposition=INLINE can have "
            "a result size of at most " +
                std::to_string(*order_->inline_limit) +
                " bytes. Please execute the statement with disposition=EXTERNAL_LINKS if you "
                "want to download the full result.",
            {}
        };
    auto& chunk = chunk_for(line_.size());
    if (order_->format == result_format::json_array)
        chunk.data.push_back(chunk.row_count == 0 ? '[' : ',');
    chunk.data += line_;
    ++chunk.row_count;
    ++into_->rows;
    return true;
}

void chunk_writer::finish() {
    if (order_->format == result_format::json_array)
        for (auto& each : into_->chunks)
            each.data.push_back(']');
}

bool chunk_writer::cut() {
    into_->truncated = true;
    return false;
}

result_chunk& chunk_writer::chunk_for(std::size_t size) {
    auto& chunks = into_->chunks;
    const bool is_full = !chunks.empty() &&
                         (static_cast<std::size_t>(chunks.back().row_count) >= order_->chunk_rows ||
                          chunks.back().data.size() + size > order_->chunk_bytes);
    if (chunks.empty() || is_full) {
        chunks.push_back({.row_offset = into_->rows});
        if (chunks.size() == 1 && order_->format == result_format::csv)
            write_header();
    }
    return chunks.back();
}

void chunk_writer::append_value(
    std::string& out, std::string_view text, const embedded::sql_type& of
) const {
    if (of.kind == weir::type::timestamp || of.kind == weir::type::timestamp_ntz) {
        out += shortened(text, of);
        if (of.kind == weir::type::timestamp && out.back() != 'Z')
            out.push_back('Z');
    } else if (of.kind == weir::type::binary && order_->hex_binary) {
        std::vector<std::byte> bytes;
        static_cast<void>(weir::parse_base64(text, bytes));
        weir::append_hex(out, bytes);
    } else {
        out += text;
    }
}

void chunk_writer::write_json(
    std::span<const weir::text_field> row, const std::vector<embedded::sql_type>& types
) {
    line_.push_back('[');
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0)
            line_.push_back(',');
        if (row[i].is_null) {
            line_ += "null";
            continue;
        }
        refuse_wide(row[i].text, types[i]);
        value_.clear();
        append_value(value_, row[i].text, types[i]);
        weir::json::append_json_string(line_, value_);
    }
    line_.push_back(']');
}

// SQL NULL is the text null. Source: databricks.md 3.5.
void chunk_writer::write_csv(
    std::span<const weir::text_field> row, const std::vector<embedded::sql_type>& types
) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0)
            line_.push_back(',');
        if (row[i].is_null) {
            line_ += "null";
            continue;
        }
        refuse_wide(row[i].text, types[i]);
        value_.clear();
        append_value(value_, row[i].text, types[i]);
        append_csv(line_, value_);
    }
    line_ += "\r\n";
}

void chunk_writer::write_header() {
    auto& out = into_->chunks.back().data;
    for (std::size_t i = 0; i < into_->columns.size(); ++i) {
        if (i != 0)
            out.push_back(',');
        append_csv(out, into_->columns[i].name);
    }
    out += "\r\n";
}

statement_result counted(
    const statement_order& order,
    const std::vector<std::pair<std::string_view, std::uint64_t>>& counts
) {
    statement_result made;
    std::vector<std::string> texts;
    std::vector<weir::text_field> row;
    std::vector<embedded::sql_type> types;
    for (const auto& [name, count] : counts) {
        made.columns.push_back({std::string{name}, "LONG", "BIGINT"});
        texts.push_back(std::to_string(count));
        types.push_back({.kind = weir::type::int64});
    }
    for (const auto& text : texts)
        row.push_back({text, false});
    chunk_writer writer{order, made};
    writer.add(row, types);
    writer.finish();
    return made;
}

statement_result told(
    const statement_order& order,
    const std::vector<std::string_view>& columns,
    const std::vector<std::vector<std::optional<std::string>>>& rows
) {
    statement_result made;
    const std::vector<embedded::sql_type> types(columns.size(), {.kind = weir::type::string});
    for (const auto name : columns)
        made.columns.push_back({std::string{name}, "STRING", "STRING"});
    chunk_writer writer{order, made};
    std::vector<weir::text_field> fields;
    for (const auto& row : rows) {
        fields.clear();
        for (const auto& each : row)
            fields.push_back({each ? std::string_view{*each} : std::string_view{}, !each});
        if (!writer.add(fields, types))
            break;
    }
    writer.finish();
    return made;
}

} // namespace local_workspace
