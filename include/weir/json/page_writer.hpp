// SPDX-License-Identifier: Apache-2.0
// The body of a list: `{"data":[…],"count":2,"next_cursor":"…"}`, written as the rows come. Light.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/json/writer.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::json {

/// Writes a page: rows first, then members about it, then close().
/// Lifetime: refers to `out`.
class page_writer {
public:
    explicit page_writer(std::string& out) : out_(out) { out_.append("{\"data\":["); }

    /// Adds a row out of a result's fields.
    /// Errors: throws decode_error, as row_writer::append().
    void append(const row_writer& rows, std::span<const text_field> fields) {
        begin_row();
        rows.append(out_, fields);
    }

    /// Adds a row out of its struct, without private columns.
    template <class Row>
    void append(const Row& row, json::numbers spelled = numbers::plain) {
        begin_row();
        append_json(out_, row, spelled);
    }

    /// Adds a row that `write(std::string& out)` appends as an object.
    template <class Write>
    void append_written(Write&& write) {
        begin_row();
        std::forward<Write>(write)(out_);
    }

    /// Rows so far.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// Ends the rows and tells how many there are.
    void end_rows() {
        out_.push_back(']');
        member("count", count_);
    }

    /// Adds a member, after end_rows().
    template <class T>
    void member(std::string_view name, const T& value) {
        out_.push_back(',');
        append_json_string(out_, name);
        out_.push_back(':');
        append_json(out_, value);
    }

    void close() { out_.push_back('}'); }

private:
    void begin_row() {
        if (count_ > 0)
            out_.push_back(',');
        ++count_;
    }

    std::string& out_;
    std::size_t count_ = 0;
};

} // namespace weir::json
