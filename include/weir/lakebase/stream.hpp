// SPDX-License-Identifier: Apache-2.0
// The rows of a query, fetched as they are read: a cursor in a read-only unit of work. Costs
// <libpq-fe.h> and <thread>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/text_field.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/result.hpp>
#include <weir/lakebase/unit.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::lakebase {

/// The rows of one query in constant memory, all of one snapshot. Satisfies `weir::result`; needs
/// its session no longer, but holds a connection until the last row or its own end.
///
/// A cursor, because it takes the statement and its arguments as they are: COPY takes no arguments,
/// and libpq's single-row mode cannot be left half-way without cancelling. Batches grow until they
/// weigh about 256 KiB, so the first rows come early and wide rows do not fill the memory. Four
/// round trips to the first row, one for each batch, one at the end.
///
/// Errors:   next() throws as session_for::execute() does; nothing follows then.
/// Threads:  not two at once.
/// Lifetime: must not outlive its pool.
template <class Who>
class row_stream {
public:
    row_stream(
        pool& from,
        Who who,
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until
    )
        : table_(statement.table),
          unit_(std::in_place, from, std::move(who), until, unit_options{.read_only = true}) {
        std::string declare{"DECLARE weir_rows NO SCROLL CURSOR FOR "};
        declare += statement.text;
        unit_->execute({declare, table_, sql::verb::select}, arguments, until);
        fetch();
    }

    /// The next row, absent after the last. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        while (true) {
            if (!batch_)
                return std::nullopt;
            if (const auto row = batch_->next()) {
                for (const auto& field : *row)
                    weight_ += field.text.size() + sizeof(text_field);
                return row;
            }
            if (!unit_) {
                batch_.reset();
                return std::nullopt;
            }
            grow();
            fetch();
        }
    }

    [[nodiscard]] static constexpr std::uint64_t affected_rows() noexcept { return 0; }

private:
    static constexpr std::size_t first_rows = 32;
    static constexpr std::size_t most_rows = 4'096;
    static constexpr std::size_t batch_bytes = 256 * 1024;

    void grow() {
        if (weight_ * 2 <= batch_bytes)
            rows_ = std::min(rows_ * 2, most_rows);
        if (weight_ > batch_bytes)
            rows_ = std::max<std::size_t>(rows_ / 2, 1);
        weight_ = 0;
    }

    void fetch() {
        batch_.reset();
        try {
            auto got = unit_->run_plainly(
                "FETCH FORWARD " + std::to_string(rows_) + " FROM weir_rows", table_
            );
            const bool is_last = static_cast<std::size_t>(got.rows()) < rows_;
            batch_.emplace(std::move(got));
            // Nothing more to come: others may have the connection before these rows are read.
            if (is_last)
                unit_.reset();
        } catch (...) {
            unit_.reset();
            throw;
        }
    }

    std::string table_;
    std::optional<unit_for<Who>> unit_;
    std::optional<rows> batch_{};
    std::size_t rows_ = first_rows;
    // Of the rows of this batch, in memory.
    std::size_t weight_ = 0;
};

} // namespace weir::lakebase
