// SPDX-License-Identifier: Apache-2.0
// The rows of a list as a body that is made while it is sent: NDJSON and CSV. Costs
// data/any_session.hpp and json/.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/data/any_session.hpp>
#include <weir/http/accept.hpp>
#include <weir/http/body_stream.hpp>
#include <weir/http/response.hpp>
#include <weir/json/csv_writer.hpp>
#include <weir/json/row_writer.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

namespace detail {

/// A row per line, each a JSON object.
class ndjson_lines {
public:
    explicit ndjson_lines(json::row_writer rows) : rows_(std::move(rows)) {}

    static void begin(std::string& /*out*/) {}

    void append(std::string& out, std::span<const text_field> fields) const {
        rows_.append(out, fields);
        out.push_back('\n');
    }

private:
    json::row_writer rows_;
};

/// A line of names, then a row per line.
class csv_lines {
public:
    explicit csv_lines(json::csv_writer rows) : rows_(std::move(rows)) {}

    void begin(std::string& out) const { rows_.append_header(out); }

    void append(std::string& out, std::span<const text_field> fields) { rows_.append(out, fields); }

private:
    json::csv_writer rows_;
};

/// Makes a body out of rows. The first row is read at once: a statement that fails is a problem
/// and no broken-off answer, and the first row is on its way as soon as it is there.
template <class Lines>
class row_pieces {
public:
    row_pieces(any_result rows, Lines lines) : rows_(std::move(rows)), lines_(std::move(lines)) {
        lines_.begin(first_);
        more_ = append_row(first_);
    }

    bool operator()(std::string& out) {
        if (!is_begun_) {
            is_begun_ = true;
            out += std::exchange(first_, {});
            return more_;
        }
        const auto start = out.size();
        while (more_ && out.size() - start < piece_bytes)
            more_ = append_row(out);
        return more_;
    }

private:
    static constexpr std::size_t piece_bytes = 32 * 1024;

    bool append_row(std::string& out) {
        const auto fields = rows_.next();
        if (fields)
            lines_.append(out, *fields);
        return fields.has_value();
    }

    any_result rows_;
    Lines lines_;
    std::string first_{};
    bool is_begun_ = false;
    bool more_ = true;
};

} // namespace detail

/// How the fields of rows are spelled, and how their lines shall be.
struct line_shape {
    /// Lifetime: as long as the answer's stream.
    std::span<const column> columns;
    /// The fields' columns, in order. Lifetime: until the call returns.
    column_indexes selected;
    text_format format = text_format::postgres;
    json::numbers numbers = json::numbers::plain;
};

/// Answers rows in a streamed form: `media::ndjson` or `media::csv`.
///
/// Errors: those of the first row; later ones break the answer off.
[[nodiscard]] inline response stream_rows(media as, any_result rows, const line_shape& shape) {
    if (as == media::csv) {
        detail::csv_lines lines{
            json::csv_writer{shape.columns, shape.selected, shape.format, shape.numbers}
        };
        return stream_response(
            "text/csv; charset=utf-8; header=present",
            body_stream{detail::row_pieces{std::move(rows), std::move(lines)}}
        );
    }
    detail::ndjson_lines lines{
        json::row_writer{shape.columns, shape.selected, shape.format, shape.numbers}
    };
    return stream_response(
        media_type(media::ndjson),
        body_stream{detail::row_pieces{std::move(rows), std::move(lines)}}
    );
}

} // namespace weir::http
