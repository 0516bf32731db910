// SPDX-License-Identifier: Apache-2.0
// Background jobs over HTTP: the answer that takes one, and the routes by which its owner asks how
// it goes and cancels it. Costs what read_routes.hpp costs.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_format.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/job_records.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/read_routes.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/column.hpp>
#include <weir/table/jobs.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

namespace detail {

/// A job as its owner sees it.
struct shown_job {
    job_state state;
    /// JSON.
    std::string body;
};

/// Errors: not_found_error where the session's caller has no such job.
[[nodiscard]] inline shown_job
show_job(any_session_base& on, const table& facts, std::string_view id, deadline until) {
    table_reader reader{on, facts, until};
    auto found = reader.find([&](sql::arguments& arguments, text_format /*unused*/) {
        arguments.add_text(id, facts.columns.front().type);
    });
    const auto fields = found.next();
    if (!fields)
        throw_absent(facts);
    const auto state = (*fields)[static_cast<std::size_t>(job_column::state)].text;
    const auto at = std::find(job_states.begin(), job_states.end(), state) - job_states.begin();
    shown_job made{.state = static_cast<job_state>(at), .body = {}};
    json::row_writer{facts.columns, reader.format()}.append(made.body, *fields);
    return made;
}

/// Reads the id of a job out of a path. Errors: validation_error.
inline void bind_job(const request& asked, sql::arguments& to, text_format /*unused*/) {
    static constexpr column_type as_uuid{.kind = type::uuid};
    const auto text = asked.parameter("key");
    uuid read;
    if (!parse_text(text, read, text_format::postgres))
        throw validation_error{{{"uuid_parsing", {std::string{"path"}}, "A job's id is a UUID"}}};
    to.add_written(as_uuid, [&](std::string& out) { append_uuid(out, read); });
}

} // namespace detail

/// Takes a job for the session's caller and says so: 202 with `Location`, `Retry-After` and the job
/// as its route shows it. In a unit of work the job is there when that commits.
///
/// Errors: authentication_error where the caller is not known.
[[nodiscard]] inline response accept_job(
    any_session_base& on,
    const job_records& jobs,
    const new_job& asked,
    deadline until,
    std::string_view base = "/api/v1"
) {
    const auto id = jobs.add(on, asked, until);
    auto made = json_response(202, detail::show_job(on, jobs.facts(), id, until).body);
    made.headers.add("Location", std::string{base}.append("/jobs/").append(id));
    made.headers.add("Retry-After", "1");
    return made;
}

/// Adds `GET <base>/jobs`, `POST <base>/jobs/query`, `GET <base>/jobs/{key}` as tables have them,
/// for the caller's jobs, and `DELETE <base>/jobs/{key}`: 200 with a job that is cancelled, 202
/// with one that runs and was told to end, 409 for one that is over in another way.
///
/// `on_cancel` is called after one that runs was told to.
/// Lifetime: `of` refers to facts that outlive the router.
inline void add_jobs(
    router& routes,
    const sessions& from,
    const job_records& of,
    const table_options& options,
    std::function<void()> on_cancel
) {
    const auto& facts = of.facts();
    const auto reading =
        std::make_shared<const detail::read_handlers>(from, facts, &detail::bind_job, options);
    const auto all = options.base + "/" + std::string{facts.api.path};
    detail::add_read_routes(routes, facts, all, reading);
    detail::add_json_route(
        routes,
        "DELETE",
        all + "/{key}",
        false,
        [from, of, on_cancel = std::move(on_cancel)](const request& asked) {
            sql::arguments id;
            detail::bind_job(asked, id, text_format::postgres);
            auto session = detail::open_session(from, of.facts(), asked);
            const bool did = of.cancel(session, *id.text(0), asked.until);
            auto job = detail::show_job(session, of.facts(), *id.text(0), asked.until);
            if (!did && job.state != job_state::cancelled)
                throw conflict_error{"The job is over already"};
            const bool still_runs = job.state == job_state::running;
            auto made = json_response(still_runs ? 202 : 200, std::move(job.body));
            if (still_runs) {
                made.headers.add("Retry-After", "1");
                on_cancel();
            }
            return made;
        }
    );
}

} // namespace weir::http
