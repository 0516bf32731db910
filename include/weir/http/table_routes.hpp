// SPDX-License-Identifier: Apache-2.0
// What add_table<Row>(router, sessions) does, for the files that compile routes. Costs what
// read_routes.hpp and many_routes.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/add_table.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/many_routes.hpp>
#include <weir/http/read_routes.hpp>
#include <weir/http/request.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/http/write_guard.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/row.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

template <class Row>
void add_table(router& routes, sessions from, table_options options) {
    static_assert(check_keyed_row<Row>());
    constexpr const table& facts = table_of<Row>;
    if (facts.api.path.empty())
        throw configuration_error{
            "Table '" + std::string{facts.name} + "' has no `api:` in its schema"
        };
    using writes = detail::many_handlers<Row>;
    const auto reading =
        std::make_shared<const detail::read_handlers>(from, facts, &writes::bind_key, options);
    const auto guard = std::make_shared<const detail::write_guard>(from, facts, options);
    const auto writing = std::make_shared<const writes>(std::move(from), std::move(options));
    const auto& all = writing->path();
    const auto one = all + "/{key}";
    const auto add =
        [&](std::string_view method, const std::string& pattern, bool takes_body, auto call) {
            detail::add_json_route(
                routes,
                method,
                pattern,
                takes_body,
                [guard, writing, call](const request& asked) {
                    return guard->answer(asked, [&](const request& admitted) {
                        return ((*writing).*call)(admitted);
                    });
                }
            );
        };
    detail::add_read_routes(routes, facts, all, reading);
    if (facts.api.offered.has(operations::create))
        add("POST", all, true, &writes::insert);
    if (facts.api.offered.has(operations::update)) {
        add("PATCH", one, true, &writes::update);
        add("PUT", one, true, &writes::replace);
        add("PATCH", all, true, &writes::update_where);
        add("PATCH", all + "/batch", true, &writes::batch);
    }
    if (facts.api.offered.has(operations::remove)) {
        add("DELETE", one, false, &writes::remove);
        add("DELETE", all, false, &writes::remove_where);
        if constexpr (sql::keeps_deleted(facts))
            add("POST", one + "/restore", false, &writes::restore);
        add("POST", one + "/purge", false, &writes::purge);
    }
}

} // namespace weir::http
