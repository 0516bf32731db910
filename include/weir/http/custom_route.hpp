// SPDX-License-Identifier: Apache-2.0
// Routes of an application's own beside the generated ones: with a session for the caller, rows of
// any table in one unit of work, and JSON in and out. Costs data/repository.hpp and json/.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/session_view.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/http/request.hpp>
#include <weir/http/request_unit.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/page_writer.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/table/row.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// What a route of an application's own works with. Lifetime: the call of the route.
/// Threads:  not two at once.
class route_context {
public:
    route_context(const request& asked, const sessions& from, const table_options& options)
        : asked_(&asked), options_(&options), session_(open(asked, from)) {}

    route_context(const route_context&) = delete;
    route_context(route_context&&) = delete;
    route_context& operator=(const route_context&) = delete;
    route_context& operator=(route_context&&) = delete;
    ~route_context() = default;

    [[nodiscard]] const request& asked() const noexcept { return *asked_; }

    /// A parameter of the route's pattern, decoded.
    [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept {
        return asked_->parameter(name);
    }

    /// Who asks; nullptr: nobody known.
    [[nodiscard]] const weir::caller* caller() const noexcept {
        return asked_->caller ? &*asked_->caller : nullptr;
    }

    /// The caller's session, for statements of one's own; in the route's unit of work if it has
    /// one.
    [[nodiscard]] any_session_base& session() noexcept { return session_; }

    /// The rows of a table, as the caller sees them and by the request's deadline; with the hooks
    /// of the table.
    ///
    /// Errors: authentication_error for a table with `access` when nobody is known.
    template <class Row>
    [[nodiscard]] auto rows() {
        repository_options how{
            .clock = options_->clock,
            .until = asked_->until,
            .hooks = options_->hooks_of(table_of<Row>),
            .at = {},
        };
        if constexpr (table_of<Row>.access.rule == access_rule::open) {
            return repository<Row, any_session>{session_, std::move(how)};
        } else {
            if (caller() == nullptr)
                throw authentication_error{"This table is for known callers only"};
            if (!known_)
                known_.emplace(session_view<weir::caller>{session_});
            return repository<Row, any_caller_session>{*known_, std::move(how)};
        }
    }

    /// A parameter of the pattern as the key of a table: its parts joined by commas.
    /// Errors: validation_error.
    template <class Row>
    [[nodiscard]] key_of<Row> read_key(std::string_view name = "key") const {
        key_of<Row> key{};
        json::require_sound(json::parse_key<Row>(parameter(name), key));
        return key;
    }

    /// The body as a row to insert, checked by the rules of its table.
    /// Errors: validation_error with every violation.
    template <class Row>
    [[nodiscard]] create_of<Row> read_create() const {
        auto read = read_creates<Row>();
        if (read.is_array)
            throw validation_error{{{"dict_type", {std::string{"body"}}, "A row must be an object"}}
            };
        return std::move(read.rows.front());
    }

    /// The same for one row or an array of them.
    template <class Row>
    [[nodiscard]] json::create_body<Row> read_creates() const {
        json::create_body<Row> body;
        json::require_sound(
            json::read_creates<Row>(asked_->body, body, {.max_rows = options_->max_rows})
        );
        return body;
    }

    /// The body as changes of a row. Errors: validation_error with every violation.
    template <class Row>
    [[nodiscard]] update_of<Row> read_changes() const {
        update_of<Row> changes{};
        json::require_sound(json::read_update<Row>(asked_->body, changes));
        return changes;
    }

private:
    static any_session open(const request& asked, const sessions& from) {
        if (asked.within != nullptr)
            return asked.within->join();
        const auto purpose = purpose_of(asked);
        return asked.caller ? any_session{from.for_caller(*asked.caller, purpose)}
                            : from.for_nobody(purpose);
    }

    const request* asked_;
    const table_options* options_;
    any_session session_;
    std::optional<any_caller_session> known_{};
};

/// A row as an answer.
template <row Row>
[[nodiscard]] response row_response(int status, const Row& row) {
    std::string body;
    json::append_json(body, row);
    return json_response(status, std::move(body));
}

/// Rows as an answer in the shape of a list: `{"data": […], "count": n}`.
template <row Row>
[[nodiscard]] response rows_response(int status, std::span<const Row> rows) {
    std::string body;
    json::page_writer page{body};
    for (const auto& row : rows)
        page.append(row);
    page.end_rows();
    page.close();
    return json_response(status, std::move(body));
}

/// Answers a route of an application's own. Whatever it throws becomes a response, as everywhere.
using custom_handler = std::function<response(route_context&)>;

/// Adds a route of an application's own. Unless it is a GET, it runs in one unit of work where the
/// backend has them: committed when it answers 2xx, else undone.
///
/// Errors:   as router::add().
/// Lifetime: what `from` refers to outlives the router.
inline void add_route(
    router& routes,
    std::string_view method,
    std::string_view pattern,
    sessions from,
    custom_handler answer,
    table_options options = {}
) {
    const bool reads = method == "GET";
    routes.add(
        method,
        pattern,
        [reads, from = std::move(from), answer = std::move(answer), options = std::move(options)](
            const request& asked
        ) {
            const auto run = [&](const request& admitted) {
                route_context context{admitted, from, options};
                return answer(context);
            };
            if (reads)
                return run(asked);
            const auto purpose = purpose_of(asked);
            auto session = asked.caller ? any_session{from.for_caller(*asked.caller, purpose)}
                                        : from.for_nobody(purpose);
            if (!session.has_units())
                return run(asked);
            return answer_in_unit(session, asked, run);
        }
    );
}

} // namespace weir::http
