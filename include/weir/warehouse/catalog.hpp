// SPDX-License-Identifier: Apache-2.0
// Reads of any table of Unity Catalog that the caller may read, without a schema file: its columns
// are asked for and kept a while, its rows come as text, as JSON or by column. Costs
// workspace/tables.hpp (httplib.h), data/table_reader.hpp and data/column_batches.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/sha256.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/column_batches.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/order.hpp>
#include <weir/warehouse/catalog_table.hpp>
#include <weir/warehouse/session.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/tables.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// One column of an order, by name.
struct ordered_by {
    std::string column;
    bool descending = false;
};

/// Which rows of a table, and what of them.
struct table_query {
    /// By name, in this order; empty: all.
    std::vector<std::string> columns{};
    /// Made for the table as it is when it is read: `sql::compare(of.column("oil"), …)`.
    std::function<sql::condition(const catalog_table& of)> where{};
    /// Empty: the order they come in.
    std::vector<ordered_by> order{};
    /// In rows; absent: all of them.
    std::optional<std::uint64_t> limit_rows = 100;
};

/// The rows of a query, with what they are rows of.
///
/// Lifetime: must not outlive the warehouse.
struct table_rows {
    std::shared_ptr<const catalog_table> of;
    /// Positions of the fields' columns in `of->facts().columns`, for json::row_writer and the
    /// like.
    std::vector<std::uint16_t> columns;
    weir::warehouse::rows rows;

    /// The next row, absent after the last. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> next() { return rows.next(); }
};

/// The same by column.
template <column_vectors Columns>
struct table_batches {
    std::shared_ptr<const catalog_table> of;
    column_batches<Columns, weir::warehouse::rows> batches;

    /// As column_batches::next().
    [[nodiscard]] bool next(Columns& out, std::size_t most_rows = 65'536) {
        return batches.next(out, most_rows);
    }
};

/// The tables of a workspace, read through one of its warehouses.
///
/// What a table looks like is kept for five minutes, for each identity by itself: what one may know
/// of it another may not. Rows are never kept, and the platform checks each read.
///
/// Lifetime: the client and the warehouse must outlive it.
/// Threads:  may be shared.
class catalog {
public:
    catalog(workspace::client& at, warehouse& on, workspace::timed_cache_options metadata = {})
        : at_(&at), on_(&on), known_(std::move(metadata)) {}

    /// A table as `as` sees it, by `catalog.schema.table`.
    ///
    /// Errors: validation_error for a name that is none; not_found_error when there is none that
    /// `as` may know of; permission_error; else as workspace::client::send().
    [[nodiscard]] std::shared_ptr<const catalog_table>
    describe(std::string_view full_name, const call_identity& as = {}, deadline until = {}) {
        static_cast<void>(parse_table_name(full_name));
        return known_.get(key_of(full_name, as), until, [&] {
            return catalog_table{workspace::read_table(
                *at_,
                full_name,
                {.bearer = as.bearer,
                 .request_id = as.request_id,
                 .traceparent = as.traceparent,
                 .until = until}
            )};
        });
    }

    /// Rows of a table, a hundred unless `asked` says otherwise.
    ///
    /// Errors: as describe() and session_for::execute(); validation_error for columns that the
    /// table has not.
    [[nodiscard]] table_rows query(
        std::string_view full_name,
        const table_query& asked = {},
        const call_identity& as = {},
        deadline until = {}
    ) {
        return on_known(full_name, as, until, [&](std::shared_ptr<const catalog_table> of) {
            std::vector<std::uint16_t> columns;
            for (const auto& name : asked.columns)
                columns.push_back(of->column(name));
            if (columns.empty())
                for (std::size_t at = 0; at < of->facts().columns.size(); ++at)
                    columns.push_back(static_cast<std::uint16_t>(at));
            auto found = read(*of, asked, columns, as, until);
            return table_rows{std::move(of), std::move(columns), std::move(found)};
        });
    }

    /// Rows of a table by column. What is read is what `Columns` names; `asked.columns` is not
    /// looked at.
    ///
    /// Errors: as query(); decode_error for members that have no column, or another type.
    template <column_vectors Columns>
    [[nodiscard]] table_batches<Columns> query_columns(
        std::string_view full_name,
        const table_query& asked = {},
        const call_identity& as = {},
        deadline until = {}
    ) {
        return on_known(full_name, as, until, [&](std::shared_ptr<const catalog_table> of) {
            auto found = read(*of, asked, positions_of<Columns>(of->facts()), as, until);
            const auto& facts = of->facts();
            return table_batches<Columns>{
                std::move(of),
                {std::move(found), facts, sql::format_of(sql::dialect::databricks)},
            };
        });
    }

    /// What the cache of tables has done.
    [[nodiscard]] workspace::timed_cache_statistics statistics() const {
        return known_.statistics();
    }

private:
    // The token itself is not kept.
    static workspace::identity_key key_of(std::string_view full_name, const call_identity& as) {
        return {
            .identity = as.bearer.empty() ? std::string{} : sha256_hex(as.bearer),
            .name = lowered(full_name),
        };
    }

    /// Reads with what is known of the table, and once more with what is true now when a column
    /// that is known is not there.
    template <class Read>
    [[nodiscard]] std::invoke_result_t<Read&, std::shared_ptr<const catalog_table>> on_known(
        std::string_view full_name, const call_identity& as, deadline until, Read&& read_with
    ) {
        try {
            return read_with(describe(full_name, as, until));
        } catch (const statement_error& refused) {
            if (refused.sqlstate() != "42703")
                throw;
        }
        known_.forget(key_of(full_name, as));
        return read_with(describe(full_name, as, until));
    }

    [[nodiscard]] rows read(
        const catalog_table& of,
        const table_query& asked,
        const std::vector<std::uint16_t>& columns,
        const call_identity& as,
        deadline until
    ) {
        const auto where = asked.where ? asked.where(of) : sql::condition{};
        read_request request{.where = &where, .columns = columns, .limit_rows = asked.limit_rows};
        request.needs_order = !asked.order.empty();
        for (const auto& each : asked.order)
            request.order.push_back(
                {.column = of.column(each.column), .descending = each.descending}
            );
        auto session = on_->session(nobody{}, as);
        return table_reader{session, of.facts(), until}.select(request);
    }

    workspace::client* at_;
    warehouse* on_;
    workspace::timed_cache<catalog_table, workspace::identity_key> known_;
};

} // namespace weir::warehouse
