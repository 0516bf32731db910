// SPDX-License-Identifier: Apache-2.0
// The job that a read on a warehouse has become: it waits for the statement that was left running,
// and makes the request again on its result. Costs http/deferred_answers.hpp.
#pragma once

#include <weir/app/job_context.hpp>
#include <weir/app/warehouse_backend.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/http/deferred_answers.hpp>
#include <weir/http/request_unit.hpp>
#include <weir/http/router.hpp>
#include <weir/warehouse/left_statement.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weir::app {

namespace detail {

/// Waits for a statement; false where its result is gone.
/// Errors: timeout_error where the job is to end; cancelled by its owner, it takes the statement
///         with it.
[[nodiscard]] inline bool
wait_for(const job_context& job, warehouse_backend& on, const statement_deferral::place& at) {
    auto statement = on.left(at.statement_id, job.request_id());
    const auto end = statement.wait(job.stop());
    if (end == warehouse::left_statement::outcome::stopped && job.is_cancelled())
        statement.cancel();
    job.stop_here();
    return end == warehouse::left_statement::outcome::over;
}

} // namespace detail

/// What a request answers that was left at its deadline; whatever it does not find done it leaves
/// running again at its own.
///
/// Errors: those of the warehouse; timeout_error where the job is to end.
[[nodiscard]] inline job_result
finish_read(job_context& job, const http::router& routes, warehouse_backend& on) {
    const auto asked = http::read_deferred(job.input());
    std::optional<statement_deferral::place> left;
    if (job.saved())
        left = http::read_statement(*job.saved());
    for (;;) {
        auto again = http::deferred_again(asked, job.caller());
        again.request_id = job.request_id();
        again.client_left = job.stop();
        again.routes = &routes;
        const auto deferral = std::make_shared<statement_deferral>();
        deferral->is_wanted = true;
        if (left && detail::wait_for(job, on, *left))
            deferral->resumed = std::move(left);
        again.deferral = deferral;
        auto answer = routes.handle(std::move(again));
        if (deferral->left) {
            left = std::move(deferral->left);
            job.save(http::saved_statement(*left));
        } else if (http::is_done(answer)) {
            return {.value = std::move(answer.body)};
        } else {
            job.stop_here();
            return {.error = std::move(answer.body)};
        }
    }
}

} // namespace weir::app
