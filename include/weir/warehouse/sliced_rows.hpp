// SPDX-License-Identifier: Apache-2.0
// The rows of a query in slices, for results that come neither in answers nor by links. Costs
// data/query_slices.hpp and <functional>.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text_field.hpp>
#include <weir/data/query_slices.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace weir::warehouse {

/// Reads one slice after the other. `Rows` are those of one statement.
/// Threads: not two at once.
template <class Rows>
class sliced_rows {
public:
    using execution = std::function<Rows(const std::string& text, const sql::arguments& arguments)>;

    /// Executes the first slice. Errors: those of `execute`.
    sliced_rows(std::unique_ptr<query_slices> of, execution execute, std::uint64_t rows)
        : of_(std::move(of)), execute_(std::move(execute)), rows_(rows) {
        begin();
    }

    /// Errors: those of `execute`, and of its rows.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        if (is_full_ && given_ == rows_)
            begin();
        if (!slice_)
            return std::nullopt;
        auto row = slice_->next();
        if (!row) {
            slice_.reset();
            return row;
        }
        ++given_;
        return of_->take(*row, given_ == rows_);
    }

private:
    void begin() {
        given_ = 0;
        for (;;) {
            sql::arguments arguments;
            const auto text = of_->next(arguments, rows_);
            is_full_ = !text.empty();
            slice_.reset();
            if (text.empty())
                return;
            try {
                slice_ = std::make_unique<Rows>(execute_(text, arguments));
                return;
            } catch (const statement_error& refused) {
                // Too large itself, and not the last resort yet.
                if (refused.sqlstate() != "54000" || rows_ == 1)
                    throw;
                rows_ = std::max<std::uint64_t>(1, rows_ / 2);
            }
        }
    }

    std::unique_ptr<query_slices> of_;
    execution execute_;
    std::uint64_t rows_;
    std::uint64_t given_ = 0;
    /// Whether another slice may follow this one.
    bool is_full_ = false;
    std::unique_ptr<Rows> slice_{};
};

} // namespace weir::warehouse
