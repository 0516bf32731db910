// SPDX-License-Identifier: Apache-2.0
// The background jobs of a service: their table, their routes and what runs them. Costs
// app/job_runner.hpp and http/job_routes.hpp.
#pragma once

#include <weir/app/backends.hpp>
#include <weir/app/job_context.hpp>
#include <weir/app/job_runner.hpp>
#include <weir/app/settings.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/data/job_records.hpp>
#include <weir/http/custom_route.hpp>
#include <weir/http/job_routes.hpp>
#include <weir/http/metrics.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/table/jobs.hpp>
#include <weir/table/table.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::app {

/// Lifetime: the backends and the log outlive it. Threads: safe.
class job_desk {
public:
    /// Where jobs are kept; nullptr: nowhere, since a SQL warehouse cannot.
    [[nodiscard]] static const backends::opened* place(const backends& among) {
        return among.serving(table{.backend = backend::lakebase});
    }

    /// `on`: place(). `served`: the tables whose schema they share. `options`: of the rows that
    /// jobs work with.
    job_desk(
        const backends& among,
        const backends::opened& on,
        std::span<const table* const> served,
        std::vector<job_kind> kinds,
        http::table_options options,
        const settings& by,
        const logger& log
    )
        : facts_(job_table(beside(served))), records_(facts_, by.jobs.kept), from_(on.sessions),
          options_(options), per_caller_(by.jobs.per_caller),
          runner_(
              records_,
              std::move(kinds),
              {.on =
                   [&among, first = &on.sessions](const table* of) {
                       if (of == nullptr)
                           return first;
                       const auto* const found = among.serving(*of);
                       return found != nullptr ? &found->sessions : nullptr;
                   },
               .options = std::move(options)},
              {.workers = by.jobs.workers, .lease = by.jobs.lease, .poll = by.jobs.poll, .log = &log
              }
          ) {}

    /// Lifetime: as this.
    [[nodiscard]] const table& facts() const noexcept { return facts_; }

    [[nodiscard]] const job_records& records() const noexcept { return records_; }

    [[nodiscard]] job_runner& runner() noexcept { return runner_; }

    void add_routes(http::router& to) {
        http::add_jobs(to, from_, records_, options_, [this] { runner_.wake(); });
        // Whoever takes a job may have a unit of work, which has committed by now.
        to.observe_answers([this](const http::answered_request& seen) {
            if (seen.answered.status == 202)
                runner_.wake();
        });
    }

    /// Takes a job for the caller of a route, in the route's unit of work if it has one.
    ///
    /// Errors: configuration_error for a kind that was not made known, validation_error for input
    ///         that is no JSON, authentication_error where the caller is not known. The answer is
    ///         429 where as many of the caller's wait or run as may: about as many, for those who
    ///         ask at once are counted at once.
    [[nodiscard]] http::response accept(
        http::route_context& in,
        std::string_view kind,
        std::string_view input,
        std::chrono::milliseconds delay
    ) const {
        if (!runner_.knows(kind))
            throw configuration_error{"No job is called '" + std::string{kind} + "'"};
        detail::require_json(input, "input");
        if (per_caller_ != 0 &&
            records_.open_of_caller(in.session(), in.asked().until) >= per_caller_)
            return refuse(in.asked());
        const new_job asked{
            .kind = kind, .input = input, .request_id = in.asked().request_id, .delay = delay
        };
        return http::accept_job(in.session(), records_, asked, in.asked().until, options_.base);
    }

    void write_metrics(http::metrics_writer& to) const {
        const auto now = runner_.counts();
        to.single("weir_jobs_running", "gauge", "Jobs that run in this process.", now.running);
        to.family("weir_jobs_total", "counter", "Jobs that this process has worked on.");
        to.sample("weir_jobs_total", {{"end", "completed"}}, now.completed);
        to.sample("weir_jobs_total", {{"end", "failed"}}, now.failed);
        to.sample("weir_jobs_total", {{"end", "cancelled"}}, now.cancelled);
        to.sample("weir_jobs_total", {{"end", "given_back"}}, now.given_back);
    }

private:
    [[nodiscard]] http::response refuse(const http::request& asked) const {
        auto made = http::problem_response(
            {429,
             "too_many_jobs",
             "At most " + std::to_string(per_caller_) + " jobs of one caller wait or run at once",
             {},
             {}},
            asked.request_id
        );
        made.headers.add("Retry-After", "10");
        return made;
    }

    static table beside(std::span<const table* const> served) {
        table made{.backend = backend::lakebase, .place = "app_data"};
        for (const auto* each : served)
            if (each->backend == backend::lakebase)
                return *each;
        if (!served.empty())
            made.space = served.front()->space;
        return made;
    }

    table facts_;
    job_records records_;
    http::sessions from_;
    http::table_options options_;
    std::size_t per_caller_;
    job_runner runner_;
};

} // namespace weir::app
