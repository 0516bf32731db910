// SPDX-License-Identifier: Apache-2.0
// Records on their way into one insert: what a client gave and what weir fills, gathered column by
// column for PostgreSQL and object by object for a warehouse. Costs json/record_reader.hpp
// and data/row_values.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_array.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/row_values.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/record_reader.hpp>
#include <weir/json/value_reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// How values of a statement that takes many rows are spelled.
[[nodiscard]] constexpr json::value_spelling spelling_of_rows(sql::dialect spoken) noexcept {
    return spoken == sql::dialect::postgres ? json::value_spelling::postgres
                                            : json::value_spelling::json;
}

namespace detail {

/// The time of a stamp as a value of a column, which may hold times without an offset.
inline void
append_moment(std::string& out, timestamp at, const column_type& of, text_format format) {
    if (of.kind == type::timestamp_ntz) {
        append_text(out, timestamp_ntz{at.microseconds}, format);
    } else if (of.kind == type::date) {
        date day;
        set_to_now(day, at);
        append_text(out, day, format);
    } else {
        append_text(out, at, format);
    }
}

} // namespace detail

/// Gathers rows of one table. Lifetime: refers to the facts and to the stamp's actor.
class record_batch {
public:
    /// `owner`: who fills the owner column, where the table has one.
    record_batch(
        const table& of, sql::dialect spoken, const audit_stamp& stamp, std::string_view owner = {}
    )
        : of_(&of), spoken_(spoken), columns_(of.columns.size()), fixed_(of.columns.size()) {
        for (std::size_t at = 0; at < of.columns.size(); ++at)
            fixed_[at] = fixed_value(at, stamp, owner);
    }

    /// Adds a row of sound values, as spelling_of_rows() says.
    void add(std::span<const json::record_value> values) {
        if (!is_postgres())
            begin_object();
        for (std::size_t at = 0; at < values.size(); ++at) {
            if (values[at].is_given) {
                put(at, values[at].is_null ? nullptr : &values[at].text);
            } else if (of_->columns[at].generated == generated_by::uuid) {
                scratch_.clear();
                append_value(scratch_, uuid::random());
                put(at, &scratch_);
            } else if (of_->columns[at].has_default()) {
                put(at, &default_text(at));
            }
        }
        ++rows_;
    }

    [[nodiscard]] std::size_t size() const noexcept { return rows_; }

    /// How many bytes the values that were given have.
    [[nodiscard]] std::size_t bytes() const noexcept {
        std::size_t sum = objects_.size();
        for (const auto& each : columns_)
            sum += each.elements.size();
        return sum;
    }

    /// The columns that an insert of these rows names, in the table's order.
    [[nodiscard]] std::vector<std::uint16_t> columns() const {
        std::vector<std::uint16_t> named;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            if (columns_[at].is_named || fixed_[at] || is_uuid(at))
                named.push_back(static_cast<std::uint16_t>(at));
        }
        return named;
    }

    /// Gives every row its record_uuid: rising, so that rows which came together keep their order.
    /// For once, before bind().
    void identify() {
        uuids_.resize(rows_);
        std::generate(uuids_.begin(), uuids_.end(), &uuid::random);
        std::sort(uuids_.begin(), uuids_.end());
    }

    [[nodiscard]] std::span<const uuid> uuids() const noexcept { return uuids_; }

    /// Adds rows `first` to `last` (all of them for PostgreSQL) as sql::write_insert() of columns()
    /// takes many.
    void bind(sql::arguments& to, std::size_t first, std::size_t last) const {
        if (is_postgres()) {
            for (const auto at : columns())
                to.add_written(sql::text_type, [&](std::string& out) { append_array(out, at); });
        } else {
            to.add_written(sql::text_type, [&](std::string& out) {
                append_objects(out, first, last);
            });
        }
    }

private:
    struct column_values {
        /// PostgreSQL: the elements so far, a comma before each.
        std::string elements{};
        std::size_t count = 0;
        bool is_named = false;
    };

    [[nodiscard]] bool is_postgres() const noexcept { return spoken_ == sql::dialect::postgres; }

    [[nodiscard]] text_format format() const noexcept {
        return is_postgres() ? text_format::postgres : text_format::statement_api;
    }

    [[nodiscard]] bool is_uuid(std::size_t at) const noexcept {
        return of_->columns[at].audit == audit_role::record_uuid;
    }

    template <class T>
    void append_value(std::string& out, const T& value) const {
        if (is_postgres()) {
            append_text(out, value, text_format::postgres);
        } else {
            json::append_json(out, value);
        }
    }

    /// What every row has in a column, spelled; absent: it differs, or nobody fills it.
    [[nodiscard]] std::optional<std::string>
    fixed_value(std::size_t at, const audit_stamp& stamp, std::string_view owner) const {
        const auto& column = of_->columns[at];
        std::string made;
        if (is_owner_column(*of_, at)) {
            append_value(made, owner);
        } else if (column.audit == audit_role::inserted_by) {
            append_value(made, stamp.actor);
        } else if (column.audit == audit_role::is_deleted) {
            append_value(made, false);
        } else if (column.audit == audit_role::inserted_at ||
                   column.generated == generated_by::now) {
            const std::string_view quote = is_postgres() ? "" : "\"";
            made.append(quote);
            detail::append_moment(made, stamp.at, column.type, format());
            made.append(quote);
        } else {
            return std::nullopt;
        }
        return made;
    }

    /// A default of the facts, JSON, as a value that was given.
    [[nodiscard]] const std::string& default_text(std::size_t at) {
        if (defaults_.empty())
            defaults_.resize(columns_.size());
        auto& made = defaults_[at];
        if (made.empty()) {
            const auto& column = of_->columns[at];
            json::reader in{column.default_json};
            violations broken;
            const json::value_reader read{spelling_of_rows(spoken_)};
            const location nowhere;
            static_cast<void>(read.read(
                {in, broken},
                column.type,
                nullptr,
                made,
                value_path{value_path{nowhere}, column.name}
            ));
            if (in.failed() || !broken.empty())
                throw configuration_error{
                    "The default of column '" + std::string{column.name} + "' is no value of it"
                };
        }
        return made;
    }

    void begin_object() {
        starts_.push_back(objects_.size());
        objects_.push_back('{');
    }

    /// nullptr: NULL.
    void put(std::size_t at, const std::string* text) {
        auto& column = columns_[at];
        column.is_named = true;
        if (!is_postgres()) {
            begin_member(objects_, at);
            append_json_member(objects_, text, of_->columns[at].type);
            return;
        }
        pad(column, rows_);
        column.elements.push_back(',');
        const auto from = column.elements.size();
        if (text == nullptr) {
            column.elements.append("NULL");
        } else {
            column.elements.append(*text);
            detail::quote_array_element(column.elements, from);
        }
        ++column.count;
    }

    void begin_member(std::string& out, std::size_t at) const {
        if (out.back() != '{')
            out.push_back(',');
        out.append("\"").append(of_->columns[at].name).append("\":");
    }

    /// Rows that said nothing about a column.
    static void pad(column_values& column, std::size_t rows) {
        for (; column.count < rows; ++column.count)
            column.elements.append(",NULL");
    }

    void append_array(std::string& out, std::size_t at) const {
        out.push_back('{');
        const auto start = out.size();
        if (is_uuid(at)) {
            for (const auto& each : uuids_) {
                out.push_back(',');
                append_uuid(out, each);
            }
        } else if (fixed_[at]) {
            std::string element{*fixed_[at]};
            detail::quote_array_element(element, 0);
            for (std::size_t row = 0; row < rows_; ++row)
                out.append(",").append(element);
        } else {
            out.append(columns_[at].elements);
            for (auto row = columns_[at].count; row < rows_; ++row)
                out.append(",NULL");
        }
        out.erase(start, 1);
        out.push_back('}');
    }

    void append_objects(std::string& out, std::size_t first, std::size_t last) const {
        out.push_back('[');
        for (auto row = first; row < last; ++row) {
            if (row != first)
                out.push_back(',');
            const auto end = row + 1 < starts_.size() ? starts_[row + 1] : objects_.size();
            out.append(objects_, starts_[row], end - starts_[row]);
            for (std::size_t at = 0; at < columns_.size(); ++at) {
                if (is_uuid(at)) {
                    begin_member(out, at);
                    json::append_json(out, uuids_[row]);
                } else if (fixed_[at]) {
                    begin_member(out, at);
                    out.append(*fixed_[at]);
                }
            }
            out.push_back('}');
        }
        out.push_back(']');
    }

    const table* of_;
    sql::dialect spoken_;
    std::vector<column_values> columns_;
    std::vector<std::optional<std::string>> fixed_;
    std::vector<std::string> defaults_{};
    std::vector<uuid> uuids_{};
    /// A warehouse: the rows' objects, open at their ends, and where each starts.
    std::string objects_{};
    std::vector<std::size_t> starts_{};
    std::string scratch_{};
    std::size_t rows_ = 0;
};

} // namespace weir
