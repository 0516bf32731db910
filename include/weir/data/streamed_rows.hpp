// SPDX-License-Identifier: Apache-2.0
// The rows of a table as they come. Costs table_reader.hpp and <memory>.
#pragma once

#include <weir/data/list_slices.hpp>
#include <weir/data/query_slices.hpp>
#include <weir/data/table_reader.hpp>

#include <memory>
#include <utility>

namespace weir {

/// What reader.select(asked) gives, in constant memory; the rows need neither the reader nor its
/// session.
///
/// Errors: as select(); also when a later row is read.
template <class Session>
[[nodiscard]] auto stream_rows_of(table_reader<Session>& reader, const read_request& asked) {
    auto& session = *reader.session_;
    return reader.list(
        asked,
        [&]([[maybe_unused]] const read_request& wanted, const auto&... call) {
            if constexpr (requires { session.stream_sliced(call..., nullptr); }) {
                // Only the whole statement gives these in their order.
                const bool is_whole =
                    session.dialect() == sql::dialect::postgres || wanted.offset_rows != 0 ||
                    (wanted.from && wanted.from->towards == sql::direction::backward);
                std::unique_ptr<query_slices> slices;
                if (!is_whole)
                    slices = std::make_unique<list_slices>(
                        *reader.of_,
                        wanted,
                        reader.visible(wanted.removed),
                        reader.caller_id(),
                        session.dialect()
                    );
                return session.stream_sliced(call..., std::move(slices));
            } else {
                return session.stream(call...);
            }
        }
    );
}

} // namespace weir
