// SPDX-License-Identifier: Apache-2.0
// What the routes of the records API have in common: the table found, work that may begin again,
// the right to do it, the way to the typed routes. Costs records/directory.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/http/records/body.hpp>
#include <weir/http/records/directory.hpp>
#include <weir/http/records/failure.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/row_session.hpp>
#include <weir/sql/sink.hpp>
#include <weir/sql/type_name.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// What clients may write of a table, as failures tell it.
[[nodiscard]] inline std::vector<expected_column> expected_of(const table& of) {
    std::vector<expected_column> made;
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (!is_payload_column(of, at))
            continue;
        const auto& column = of.columns[at];
        auto& added = made.emplace_back();
        added.name = column.name;
        added.nullable = column.nullable;
        sql::sink into{added.type};
        sql::write_type(into, column.type, sql::dialect::databricks, sql::type_use::declaration);
    }
    return made;
}

/// Answers requests about tables that a directory finds. Threads: any number at once.
class record_route {
public:
    explicit record_route(std::shared_ptr<record_directory> in) : in_(std::move(in)) {}

protected:
    [[nodiscard]] record_directory& directory() const noexcept { return *in_; }

    /// Finds a table and calls `work(target, session)`; with what is true now once more when the
    /// database says that what is known of it is not.
    ///
    /// Errors: not_found_error for a table that is not there.
    template <class Work>
    response on_table(
        const record_address& at, const request& asked, std::uint16_t operation, const Work& work
    ) const {
        auto target = found(at, asked, operation);
        try {
            return answer(target, asked, work);
        } catch (const statement_error& failed) {
            if (target.declared != nullptr || !record_directory::says_absent(failed))
                throw;
        }
        in_->forget(at);
        target = found(at, asked, operation);
        return answer(target, asked, work);
    }

    template <class Work>
    static response answer(const record_target& target, const request& asked, const Work& work) {
        auto session = record_directory::open(*target.from, *target.of, asked);
        auto made = work(target, session);
        tell_typed_route(made, target);
        return made;
    }

    /// Refuses what a declared table does not offer.
    static void require_offer(const record_target& target, std::uint16_t operation) {
        if (target.declared == nullptr)
            return;
        if (!target.of->api.path.empty() && !target.of->api.offered.has(operation))
            throw permission_error{"This table does not offer that"};
        const auto& options = target.declared->options;
        const bool is_write = operation != operations::list;
        if (is_write && options != nullptr && options->hooks_of(*target.of) != nullptr)
            throw told_failure{
                {501,
                 "not_supported",
                 "The application's own rules run around writes of this table: use its typed route",
                 {},
                 {},
                 {}}
            };
    }

    /// Changes of rows that were looked for before take turns where nothing holds them meanwhile:
    /// what such a change tells is then what happened.
    ///
    /// Errors: timeout_error.
    [[nodiscard]] std::unique_lock<std::timed_mutex>
    take_turn(const any_session_base& session, const record_address& at, deadline until) const {
        if (session.dialect() == sql::dialect::postgres || session.has_units())
            return {};
        return in_->turns().take(at.full(), until);
    }

private:
    [[nodiscard]] record_target
    found(const record_address& at, const request& asked, std::uint16_t operation) const {
        auto target = in_->find(at, asked);
        if (target.of == nullptr)
            record_directory::refuse_absent(at);
        require_offer(target, operation);
        return target;
    }

    // Source: RFC 9745, RFC 8288.
    static void tell_typed_route(response& made, const record_target& target) {
        if (target.declared == nullptr || target.declared->path.empty())
            return;
        made.headers.add("Deprecation", "@1767225600");
        made.headers.add("Link", "<" + target.declared->path + R"(>; rel="successor-version")");
    }

    std::shared_ptr<record_directory> in_;
};

} // namespace weir::http::detail
