// SPDX-License-Identifier: Apache-2.0
// The rows a statement gave. They are decoded one by one, and the chunks after the first are
// fetched while those before them are read. Costs chunk_source.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text_field.hpp>
#include <weir/warehouse/answer.hpp>
#include <weir/warehouse/chunk_source.hpp>
#include <weir/warehouse/row_reader.hpp>
#include <weir/warehouse/sliced_rows.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// Satisfies `weir::result`. It needs its session no longer, but must not outlive the warehouse.
///
/// Errors:  next() throws connection_error, timeout_error and the like where a chunk after the
/// first
///          cannot be fetched, and decode_error where rows are missing.
/// Threads: distinct objects safe, a shared object unsafe.
class rows {
public:
    /// A query's. Errors: decode_error where the platform has cut the result.
    rows(answer given, std::optional<chunk_source> more)
        : shape_(given.shape.value_or(result_shape{})), more_(std::move(more)) {
        if (shape_.is_truncated) {
            throw decode_error{"The result is larger than the platform delivers; ask for fewer rows"
            };
        }
        current_.emplace(std::move(given.first), shape_.columns.size());
        if (more_)
            more_->prefetch();
    }

    /// A query's in slices.
    explicit rows(std::unique_ptr<sliced_rows<rows>> slices) : slices_(std::move(slices)) {}

    /// A write's: it gives no rows.
    explicit rows(std::uint64_t affected) : affected_(affected) {}

    /// The next row, absent after the last. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        if (slices_)
            return slices_->next();
        while (current_) {
            if (auto row = current_->next()) {
                ++given_;
                return row;
            }
            current_.reset();
            if (!more_)
                break;
            if (auto found = more_->next())
                current_.emplace(std::move(*found), shape_.columns.size());
        }
        if (given_ < shape_.rows)
            throw decode_error{"The result has fewer rows than the warehouse announced"};
        return std::nullopt;
    }

    /// Rows inserted, updated, deleted or merged; 0 for a query.
    [[nodiscard]] std::uint64_t affected_rows() const noexcept { return affected_; }

    /// The columns of a query; none for anything else, and for one in slices. Lifetime: as this
    /// object.
    [[nodiscard]] const std::vector<result_column>& columns() const noexcept {
        return shape_.columns;
    }

private:
    result_shape shape_{};
    std::optional<chunk_source> more_{};
    std::optional<row_reader> current_{};
    std::uint64_t given_ = 0;
    std::uint64_t affected_ = 0;
    std::unique_ptr<sliced_rows<rows>> slices_{};
};

/// What a write answered: its one row has a column for it, wherever that stands. 0 where it tells
/// none, as for DDL. Errors: decode_error.
[[nodiscard]] inline std::uint64_t affected_rows_of(answer given) {
    const auto shape = given.shape.value_or(result_shape{});
    std::size_t at = 0;
    while (at < shape.columns.size() && shape.columns[at].name != "num_affected_rows")
        ++at;
    if (at == shape.columns.size())
        return 0;
    row_reader reader{std::move(given.first), shape.columns.size()};
    const auto row = reader.next();
    if (!row)
        detail::throw_unreadable("a write has no count of rows");
    const auto text = (*row)[at].text;
    std::uint64_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
        detail::throw_unreadable("num_affected_rows is no number");
    return count;
}

} // namespace weir::warehouse
