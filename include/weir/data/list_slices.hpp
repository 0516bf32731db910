// SPDX-License-Identifier: Apache-2.0
// A list of a table in slices, each found by the position of the row before it. Costs
// page_rows.hpp and read_request.hpp.
#pragma once

#include <weir/data/page_rows.hpp>
#include <weir/data/query_slices.hpp>
#include <weir/data/read_request.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/order.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Owns what it was asked for. Rows that change meanwhile may be missed or shown as they are by
/// then, none twice.
class list_slices final : public query_slices {
public:
    /// Without an offset, forwards. Lifetime: the facts must outlive it.
    list_slices(
        const table& of,
        const read_request& asked,
        sql::visibility seen,
        std::string_view caller_id,
        sql::dialect spoken
    )
        : of_(&of), whole_(sql::whole_order(of, asked.order)),
          columns_(detail::columns_of_page(of, asked.columns, whole_)),
          where_(asked.where != nullptr ? std::optional{*asked.where} : std::nullopt),
          asked_(asked), left_(asked.limit_rows), seen_(seen), caller_id_(caller_id),
          spoken_(spoken) {
        asked_.columns = columns_.selected;
        asked_.where = where_ ? &*where_ : nullptr;
    }

    [[nodiscard]] std::string next(sql::arguments& arguments, std::uint64_t rows) override {
        asked_.limit_rows = left_ ? std::min(rows, *left_) : rows;
        if (*asked_.limit_rows == 0)
            return {};
        auto made = detail::write_request(*of_, asked_, seen_, caller_id_, spoken_);
        arguments = std::move(made.arguments);
        return std::move(made.text);
    }

    [[nodiscard]] std::span<const text_field>
    take(std::span<const text_field> row, bool last) override {
        if (left_)
            --*left_;
        if (last)
            asked_.from =
                detail::position_of_row(*of_, whole_, columns_, row, sql::format_of(spoken_));
        return row.first(columns_.answered);
    }

private:
    const table* of_;
    std::vector<sql::order_term> whole_;
    detail::page_columns columns_;
    std::optional<sql::condition> where_;
    read_request asked_;
    std::optional<std::uint64_t> left_;
    sql::visibility seen_;
    std::string caller_id_;
    sql::dialect spoken_;
};

} // namespace weir
