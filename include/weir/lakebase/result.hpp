// SPDX-License-Identifier: Apache-2.0
// The rows a statement gave, as text fields that refer into the driver's buffer. Costs
// <libpq-fe.h>.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/lakebase/detail/pq_link.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace weir::lakebase {

/// All rows of one statement, already received: it needs neither its session nor its connection any
/// more.
///
/// Threads: distinct objects safe, shared object unsafe.
class rows {
public:
    explicit rows(detail::pq_answer received)
        : received_(std::move(received)), count_(received_.rows()) {}

    /// The next row, absent after the last. Nothing is copied.
    /// Lifetime: the span until the next call; the text as long as this object.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        if (position_ == count_)
            return std::nullopt;
        received_.view_fields(position_++, fields_);
        return std::span<const text_field>{fields_};
    }

    /// Rows inserted, updated or deleted; for a query the rows it gave.
    [[nodiscard]] std::uint64_t affected_rows() const { return received_.affected_rows(); }

private:
    // The fields refer to memory that stays where it is when this object moves.
    detail::pq_answer received_;
    int count_;
    int position_ = 0;
    std::vector<text_field> fields_{};
};

} // namespace weir::lakebase
