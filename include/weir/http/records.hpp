// SPDX-License-Identifier: Apache-2.0
// The records API: rows of any table by `catalog`, `schema` and `table` in the request, as clients
// of the well-known service know it. Costs data/record_changes.hpp and http/filter_array.hpp;
// include it in one file.
#pragma once

#include <weir/http/answers.hpp>
#include <weir/http/records/change.hpp>
#include <weir/http/records/directory.hpp>
#include <weir/http/records/failure.hpp>
#include <weir/http/records/options.hpp>
#include <weir/http/records/read.hpp>
#include <weir/http/records/write.hpp>
#include <weir/http/router.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace weir::http {

/// Adds `<base>/records/write`, `read`, `update` and `delete`. Answers what tells how its cache of
/// undeclared tables does.
///
/// Errors:   throws configuration_error when a path is taken.
/// Lifetime: what the options refer to outlives the router.
inline std::function<workspace::timed_cache_statistics()>
add_records(router& routes, records_options how) {
    const auto base = how.base + "/records/";
    const auto tables = std::make_shared<detail::record_directory>(std::move(how));
    const auto add =
        [&](std::string_view method, std::string_view name, bool takes_body, auto answer) {
            detail::add_json_route(
                routes,
                method,
                base + std::string{name},
                takes_body,
                [answer = std::move(answer)](const request& asked) {
                    return detail::in_words_of_records([&] { return answer(asked); });
                }
            );
        };
    add("POST", "write", true, detail::record_write{tables});
    add("GET", "read", false, detail::record_read{tables});
    add("PUT", "update", true, detail::record_update{tables});
    add("DELETE", "delete", true, detail::record_delete{tables});
    add("POST", "delete", true, detail::record_delete{tables});
    return [tables] { return tables->statistics(); };
}

} // namespace weir::http
