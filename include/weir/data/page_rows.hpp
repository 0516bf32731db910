// SPDX-License-Identifier: Apache-2.0
// The rows of one page as they come, and where the pages beside it begin. Costs sql/keyset.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/text_format.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/order.hpp>
#include <weir/table/any_text.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

namespace detail {

/// Rows kept to be read in the opposite order.
class reversed_rows {
public:
    void add(std::span<const text_field> fields) {
        for (const auto& field : fields) {
            fields_.push_back({texts_.size(), field.text.size(), field.is_null});
            texts_.append(field.text);
        }
        ++count_;
        width_ = fields.size();
    }

    /// The last row that was not taken yet. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> take_last() {
        if (count_ == 0)
            return std::nullopt;
        --count_;
        row_.clear();
        for (std::size_t at = count_ * width_; at < (count_ + 1) * width_; ++at) {
            const auto& [from, size, is_null] = fields_[at];
            row_.push_back({std::string_view{texts_}.substr(from, size), is_null});
        }
        return std::span<const text_field>{row_};
    }

private:
    struct reversed_field {
        std::size_t from;
        std::size_t size;
        bool is_null;
    };

    std::string texts_{};
    std::vector<reversed_field> fields_{};
    std::vector<text_field> row_{};
    std::size_t count_ = 0;
    std::size_t width_ = 0;
};

/// Which columns a page's statement selects: those to answer, then those of the order besides.
struct page_columns {
    std::vector<std::uint16_t> selected{};
    /// How many of them are answered.
    std::size_t answered = 0;
    /// Where in a row the values of whole_order() stand.
    std::vector<std::size_t> order_fields{};
};

[[nodiscard]] inline page_columns
columns_of_page(const table& of, column_indexes asked, std::span<const sql::order_term> whole) {
    page_columns made;
    made.selected.assign(asked.begin(), asked.end());
    if (asked.empty()) {
        for (std::size_t at = 0; at < of.columns.size(); ++at)
            made.selected.push_back(static_cast<std::uint16_t>(at));
    }
    made.answered = made.selected.size();
    for (const auto& term : whole) {
        std::size_t at = 0;
        while (at < made.selected.size() && made.selected[at] != term.column)
            ++at;
        if (at == made.selected.size())
            made.selected.push_back(term.column);
        made.order_fields.push_back(at);
    }
    return made;
}

/// Where a row stands in an order: what it has in its columns.
/// Errors: decode_error for a field that holds no value of its column's type.
[[nodiscard]] inline sql::list_position position_of_row(
    const table& of,
    std::span<const sql::order_term> whole,
    const page_columns& columns,
    std::span<const text_field> fields,
    text_format format
) {
    sql::list_position made;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        const auto& column = of.columns[whole[at].column];
        const auto& field = fields[columns.order_fields[at]];
        auto& value = made.values.emplace_back();
        if (field.is_null)
            continue;
        auto read = parse_any(field.text, column.type, format);
        if (!read)
            throw decode_error{
                "Column '" + std::string{column.name} + "' of the result holds no value of its type"
            };
        value = std::move(*read);
    }
    return made;
}

} // namespace detail

/// What a page's rows are read with.
struct page_shape {
    const table* of = nullptr;
    std::vector<sql::order_term> whole_order{};
    detail::page_columns columns{};
    std::uint64_t limit_rows = 0;
    /// Whether rows come before the page although it has no position.
    bool has_offset = false;
    std::optional<sql::list_position> from{};
    text_format format = text_format::postgres;
};

/// A page of text rows, in the list's order in whichever direction it was read. One row more than
/// the page holds is read, to know whether it is the last.
///
/// Errors:   those of the result; decode_error where a column of the order holds no value of its
///           type.
/// Lifetime: as the result.
template <class Result>
class page_rows {
public:
    page_rows(Result found, page_shape shape)
        : found_(std::move(found)), shape_(std::move(shape)),
          is_backward_(shape_.from && shape_.from->towards == sql::direction::backward) {}

    /// The next row of the page: the columns asked for. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        if (!is_backward_)
            return answered(fetch());
        if (!is_kept_) {
            is_kept_ = true;
            while (const auto fields = fetch())
                kept_.add(*fields);
        }
        return answered(kept_.take_last());
    }

    /// After the last row: where the following page begins; absent when there is none.
    [[nodiscard]] const std::optional<sql::list_position>& following() const noexcept {
        return is_backward_ ? near_ : far_;
    }

    /// After the last row: where the page before ends; absent when this is the first.
    [[nodiscard]] const std::optional<sql::list_position>& preceding() const noexcept {
        return is_backward_ ? far_ : near_;
    }

private:
    using row = std::optional<std::span<const text_field>>;

    [[nodiscard]] row answered(row fields) const {
        if (fields)
            fields = fields->first(shape_.columns.answered);
        return fields;
    }

    /// The next row of the statement, which gives them from the position outwards.
    row fetch() {
        if (is_done_ || shape_.limit_rows == 0)
            return std::nullopt;
        const auto fields = found_.next();
        if (!fields || count_ == shape_.limit_rows) {
            is_done_ = true;
            if (fields) {
                far_ = std::move(last_);
            } else if (count_ == 0 && shape_.from) {
                near_ = turned(*shape_.from);
            }
            return std::nullopt;
        }
        ++count_;
        if (count_ == 1 && (shape_.from || shape_.has_offset))
            near_ = position_of(*fields, !is_backward_);
        if (count_ == shape_.limit_rows)
            last_ = position_of(*fields, is_backward_);
        return fields;
    }

    /// The rows on the other side of a position, so that no row is missed and none comes twice.
    [[nodiscard]] static sql::list_position turned(sql::list_position from) {
        from.towards = from.towards == sql::direction::forward ? sql::direction::backward
                                                               : sql::direction::forward;
        from.inclusive = !from.inclusive;
        return from;
    }

    [[nodiscard]] sql::list_position
    position_of(std::span<const text_field> fields, bool backward) const {
        auto made = detail::position_of_row(
            *shape_.of, shape_.whole_order, shape_.columns, fields, shape_.format
        );
        made.towards = backward ? sql::direction::backward : sql::direction::forward;
        return made;
    }

    Result found_;
    page_shape shape_;
    bool is_backward_;
    bool is_done_ = false;
    bool is_kept_ = false;
    std::uint64_t count_ = 0;
    detail::reversed_rows kept_{};
    // On the side the page was read from, and on the other.
    std::optional<sql::list_position> near_{};
    std::optional<sql::list_position> far_{};
    std::optional<sql::list_position> last_{};
};

} // namespace weir
