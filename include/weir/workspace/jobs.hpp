// SPDX-License-Identifier: Apache-2.0
// Jobs: starting a run, asking how it goes, cancelling it. Costs client.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/uuid.hpp>
#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/object_writer.hpp>
#include <weir/workspace/target.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct job_info {
    std::int64_t job_id = 0;
    std::string name{};
};

struct run_request {
    std::int64_t job_id = 0;
    /// Excludes the kinds below.
    std::map<std::string, std::string> job_parameters{};
    std::map<std::string, std::string> notebook_params{};
    std::vector<std::string> python_params{};
    /// At most 64 characters: asking again with the same one answers the run there is. Empty: a new
    /// one, so that a call whose outcome is unknown can be made again.
    std::string idempotency_token{};
};

struct job_run {
    std::int64_t run_id = 0;
    std::int64_t job_id = 0;
    /// QUEUED PENDING RUNNING TERMINATING TERMINATED SKIPPED INTERNAL_ERROR BLOCKED
    /// WAITING_FOR_RETRY
    std::string life_cycle_state{};
    /// SUCCESS FAILED TIMEDOUT CANCELED …; empty until it is over.
    std::string result_state{};
    std::string state_message{};
    /// Milliseconds since 1970; 0: not yet.
    std::int64_t start_time = 0;
    std::int64_t end_time = 0;
    std::string run_page_url{};

    [[nodiscard]] bool is_over() const noexcept {
        return life_cycle_state == "TERMINATED" || life_cycle_state == "SKIPPED" ||
               life_cycle_state == "INTERNAL_ERROR";
    }

    [[nodiscard]] bool succeeded() const noexcept { return result_state == "SUCCESS"; }
};

namespace detail {

/// The newer `status` where a run has no `state`.
inline void take_run_status(json::reader& in, job_run& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "state" && out.life_cycle_state.empty()) {
            take(value, out.life_cycle_state);
        } else if (name == "termination_details" && out.result_state.empty()) {
            for_each_member(value, [&](const std::string& key, json::reader& part) {
                if (key == "code") {
                    take(part, out.result_state);
                } else if (key == "message" && out.state_message.empty()) {
                    take(part, out.state_message);
                } else {
                    part.skip_value();
                }
            });
        } else {
            value.skip_value();
        }
    });
}

inline void take_run_state(json::reader& in, job_run& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "life_cycle_state") {
            take(value, out.life_cycle_state);
        } else if (name == "result_state") {
            take(value, out.result_state);
        } else if (name == "state_message") {
            take(value, out.state_message);
        } else {
            value.skip_value();
        }
    });
}

} // namespace detail

/// Errors: not_found_error for an unknown job, else as client::send().
[[nodiscard]] inline job_info
read_job(client& at, std::int64_t job_id, const call_options& with = {}) {
    auto path = target{"/api/2.2/jobs/get"}.query("job_id", std::to_string(job_id)).take();
    job_info found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "job",
        [&](const std::string& name, json::reader& in) {
            if (name == "job_id") {
                take(in, found.job_id);
            } else if (name == "settings") {
                for_each_member(in, [&](const std::string& key, json::reader& value) {
                    if (key == "name") {
                        take(value, found.name);
                    } else {
                        value.skip_value();
                    }
                });
            } else {
                in.skip_value();
            }
        }
    );
    return found;
}

/// Starts a run and answers its id.
///
/// Errors: validation_error for parameters that exclude each other or a token too long,
/// not_found_error for an unknown job, else as client::send().
[[nodiscard]] inline std::int64_t
run_job_now(client& at, run_request what, const call_options& with = {}) {
    if (what.idempotency_token.size() > 64)
        throw validation_error{
            {{"too_long", {"idempotency_token"}, "must have at most 64 characters"}}
        };
    if (!what.job_parameters.empty() &&
        !(what.notebook_params.empty() && what.python_params.empty()))
        throw validation_error{
            {{"exclusive", {"job_parameters"}, "cannot be given beside other parameters"}}
        };
    if (what.idempotency_token.empty())
        append_uuid(what.idempotency_token, uuid::random());
    auto asked = detail::make_call("POST", "/api/2.2/jobs/run-now", with);
    asked.body = object_writer{}
                     .number("job_id", what.job_id)
                     .texts_if("job_parameters", what.job_parameters)
                     .texts_if("notebook_params", what.notebook_params)
                     .texts_if("python_params", what.python_params)
                     .text("idempotency_token", what.idempotency_token)
                     .take();
    asked.retries_when_ambiguous = true;
    std::int64_t run_id = 0;
    read_answer(at.send(asked), "run of a job", [&](const std::string& name, json::reader& in) {
        if (name == "run_id") {
            take(in, run_id);
        } else {
            in.skip_value();
        }
    });
    if (run_id == 0)
        throw decode_error{"run of a job: the answer has no run_id"};
    return run_id;
}

/// Errors: not_found_error for an unknown run, else as client::send().
[[nodiscard]] inline job_run
read_job_run(client& at, std::int64_t run_id, const call_options& with = {}) {
    auto path = target{"/api/2.2/jobs/runs/get"}.query("run_id", std::to_string(run_id)).take();
    job_run found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "run of a job",
        [&](const std::string& name, json::reader& in) {
            if (name == "run_id") {
                take(in, found.run_id);
            } else if (name == "job_id") {
                take(in, found.job_id);
            } else if (name == "state") {
                detail::take_run_state(in, found);
            } else if (name == "status") {
                detail::take_run_status(in, found);
            } else if (name == "start_time") {
                take(in, found.start_time);
            } else if (name == "end_time") {
                take(in, found.end_time);
            } else if (name == "run_page_url") {
                take(in, found.run_page_url);
            } else {
                in.skip_value();
            }
        }
    );
    return found;
}

/// Asks for a run to be cancelled and returns at once: read_job_run() tells when it is over.
inline void cancel_job_run(client& at, std::int64_t run_id, const call_options& with = {}) {
    auto asked = detail::make_call("POST", "/api/2.2/jobs/runs/cancel", with);
    asked.body = object_writer{}.number("run_id", run_id).take();
    asked.retries_when_ambiguous = true;
    static_cast<void>(at.send(asked));
}

} // namespace weir::workspace
