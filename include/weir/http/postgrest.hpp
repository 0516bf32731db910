// SPDX-License-Identifier: Apache-2.0
// A second door to a router's tables, in PostgREST's shape, for the clients of that family. It asks
// the tables' own routes, so that conditions, isolation, validation and hooks are theirs. Costs
// json/reader.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/postgrest/answer.hpp>
#include <weir/http/postgrest/question.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

struct postgrest_options {
    /// Where the tables are found, by name: `/rest/v1/orders`.
    std::string base = "/rest/v1";
    /// Where their own routes are: table_options::base.
    std::string routes = "/api/v1";
};

namespace postgrest::detail {

/// Answers for all tables.
class door {
public:
    door(std::span<const table* const> tables, postgrest_options options)
        : tables_(tables.begin(), tables.end()), options_(std::move(options)) {
        std::erase_if(tables_, [](const table* each) { return each->api.path.empty(); });
    }

    [[nodiscard]] response answer(const request& asked) const {
        try {
            return answer_or_throw(asked);
        } catch (const error& failed) {
            const auto told = problem_of(failed);
            // What is not the client's is the router's to log.
            if (told.status >= 500)
                throw;
            return error_answer(told);
        }
    }

private:
    [[nodiscard]] response answer_or_throw(const request& asked) const {
        const auto name = asked.parameter("table");
        const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const table* each) {
            return each->name == name;
        });
        if (found == tables_.end())
            return error_answer(404, "PGRST205", "There is no such table");
        const auto& of = **found;
        if (const auto profile = profile_of(asked); !profile.empty() && !is_schema_of(of, profile))
            return error_answer(406, "PGRST106", "The schema asked for is not served here");
        const auto path = options_.routes + "/" + std::string{of.api.path};
        const auto question = ask_of(of, asked, path);
        if (!question.is_acceptable)
            return error_answer(406, "PGRST107", "None of these media types is available");
        return answer_to(question, asked.routes->handle(question.asked));
    }

    [[nodiscard]] static std::string_view profile_of(const request& asked) {
        const bool reads = asked.method == "GET" || asked.method == "HEAD";
        return asked.headers.find(reads ? "Accept-Profile" : "Content-Profile").value_or("");
    }

    // `app_data`, or the last part of `${UC_CATALOG:-main}.production`; the schema file's name too.
    [[nodiscard]] static bool is_schema_of(const table& of, std::string_view profile) {
        const auto place = of.place.substr(of.place.rfind('.') + 1);
        return profile == place || profile == of.space || profile == "public";
    }

    std::vector<const table*> tables_;
    postgrest_options options_;
};

} // namespace postgrest::detail

/// Adds `GET POST PATCH DELETE <base>/{table}` for tables whose own routes the same router has:
/// bare arrays, `Range`, `Prefer`, embedding by `select=*,lines(*)`, PostgREST's error body.
///
/// Errors: throws configuration_error when the path is taken.
/// Lifetime: the tables' facts outlive the router.
inline void add_postgrest(
    router& routes, std::span<const table* const> tables, postgrest_options options = {}
) {
    const auto pattern = options.base + "/{table}";
    const auto door = std::make_shared<const postgrest::detail::door>(tables, std::move(options));
    for (const auto* method : {"GET", "POST", "PATCH", "DELETE"})
        routes.add(method, pattern, [door](const request& asked) { return door->answer(asked); });
}

} // namespace weir::http
