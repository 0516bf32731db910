// SPDX-License-Identifier: Apache-2.0
// Jobs that an administrator declares: runs take the time and end as they were told to. Source:
// databricks.md 6.1.
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "services.hpp"

namespace local_workspace {

namespace {

using weir::http::request;

struct job {
    std::string name{};
    std::int64_t duration_ms = 0;
    std::string result_state = "SUCCESS";
    std::string message{};
};

struct job_run {
    std::int64_t job_id = 0;
    std::int64_t start_ms = 0;
    std::int64_t cancelled_ms = 0;
    std::string token{};
};

/// Threads: may be shared.
class job_board {
public:
    explicit job_board(const workspace_clock& clock) : clock_(&clock) {}

    void declare(const json_value& body) {
        const auto id = body.integer("job_id");
        if (!id)
            throw invalid("job_id is required");
        job made{.name = body.string("name")};
        made.duration_ms = body.integer("duration_ms").value_or(0);
        if (auto state = body.string("result_state"); !state.empty())
            made.result_state = std::move(state);
        made.message = body.string("state_message");
        const std::lock_guard lock{mutex_};
        jobs_[*id] = std::move(made);
    }

    std::string run_now(const json_value& body) {
        const auto id = body.integer("job_id");
        if (!id)
            throw invalid("job_id is required");
        const auto token = body.string("idempotency_token");
        if (token.size() > 64)
            throw invalid("idempotency_token must have at most 64 characters");
        if (body.find("job_parameters") != nullptr &&
            (body.find("notebook_params") != nullptr || body.find("jar_params") != nullptr ||
             body.find("python_params") != nullptr || body.find("sql_params") != nullptr))
            throw invalid("job_parameters cannot be given together with other parameters");
        const std::lock_guard lock{mutex_};
        if (!jobs_.contains(*id))
            throw invalid("Job " + std::to_string(*id) + " does not exist.");
        if (!token.empty())
            for (const auto& [run_id, of] : runs_)
                if (of.token == token && of.job_id == *id)
                    return started(run_id);
        const auto run_id = ++last_run_;
        runs_[run_id] = {*id, clock_->now_ms(), 0, token};
        return started(run_id);
    }

    std::string get(std::int64_t run_id) {
        const std::lock_guard lock{mutex_};
        return describe(run_id, find(run_id));
    }

    std::string list(std::int64_t job_id) {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> made;
        for (const auto& [run_id, of] : runs_)
            if (job_id == 0 || of.job_id == job_id)
                made.push_back(describe(run_id, of));
        return json_object{}.add_raw("runs", json_array(made)).text();
    }

    void cancel(std::int64_t run_id) {
        const std::lock_guard lock{mutex_};
        auto& of = find(run_id);
        if (!is_over(of))
            of.cancelled_ms = clock_->now_ms();
    }

    std::string get_job(std::int64_t job_id) {
        const std::lock_guard lock{mutex_};
        const auto found = jobs_.find(job_id);
        if (found == jobs_.end())
            throw invalid("Job " + std::to_string(job_id) + " does not exist.");
        return json_object{}
            .add("job_id", job_id)
            .add("settings", json_object{}.add("name", found->second.name))
            .text();
    }

private:
    static std::string started(std::int64_t run_id) {
        return json_object{}.add("run_id", run_id).add("number_in_job", run_id).text();
    }

    job_run& find(std::int64_t run_id) {
        const auto found = runs_.find(run_id);
        if (found == runs_.end())
            throw invalid("Run " + std::to_string(run_id) + " does not exist.");
        return found->second;
    }

    bool is_over(const job_run& of) const {
        return of.cancelled_ms != 0 ||
               clock_->now_ms() >= of.start_ms + jobs_.at(of.job_id).duration_ms;
    }

    std::string describe(std::int64_t run_id, const job_run& of) const {
        const auto& from = jobs_.at(of.job_id);
        const bool over = is_over(of);
        json_object state;
        json_object status;
        state.add("life_cycle_state", over ? "TERMINATED" : "RUNNING");
        status.add("state", over ? "TERMINATED" : "RUNNING");
        if (over) {
            const bool good = of.cancelled_ms == 0 && from.result_state == "SUCCESS";
            const auto result = of.cancelled_ms != 0 ? std::string{"CANCELED"} : from.result_state;
            state.add("result_state", result);
            const auto* const code = of.cancelled_ms != 0 ? "USER_CANCELED"
                                     : good               ? "SUCCESS"
                                                          : "RUN_EXECUTION_ERROR";
            status.add(
                "termination_details",
                json_object{}
                    .add("code", code)
                    .add("type", good ? "SUCCESS" : "CLIENT_ERROR")
                    .add("message", from.message)
            );
        }
        state.add("state_message", over ? from.message : "In run")
            .add("user_cancelled_or_timedout", of.cancelled_ms != 0);
        const auto end = !over                  ? 0
                         : of.cancelled_ms != 0 ? of.cancelled_ms
                                                : of.start_ms + from.duration_ms;
        return json_object{}
            .add("run_id", run_id)
            .add("job_id", of.job_id)
            .add("run_name", from.name)
            .add("state", state)
            .add("status", status)
            .add("start_time", of.start_ms)
            .add("end_time", end)
            .add("setup_duration", 0)
            .add("execution_duration", over ? end - of.start_ms : 0)
            .add("run_type", "JOB_RUN")
            .text();
    }

    const workspace_clock* clock_;
    std::mutex mutex_;
    std::map<std::int64_t, job> jobs_;
    std::map<std::int64_t, job_run> runs_;
    std::int64_t last_run_ = 0;
};

std::int64_t number(const call& from, std::string_view name) {
    const auto text = from.query(name);
    std::int64_t read = 0;
    const auto outcome = std::from_chars(text.data(), text.data() + text.size(), read);
    if (outcome.ec != std::errc{} || outcome.ptr != text.data() + text.size())
        throw invalid(std::string{name} + " must be a number");
    return read;
}

} // namespace

void add_jobs_routes(api& to, workspace& of) {
    const auto board = std::make_shared<job_board>(of.clock);
    to.add_open("POST", "/admin/jobs", [board](const request& asked) {
        const auto body = parse_json(asked.body);
        if (!body)
            throw bad_request("The body must be JSON");
        board->declare(*body);
        return answer(json_object{});
    });
    for (const std::string base : {"/api/2.2/jobs", "/api/2.1/jobs"}) {
        to.add("POST", base + "/run-now", [board](const call& from) {
            return answer(board->run_now(from.body));
        });
        to.add("GET", base + "/runs/get", [board](const call& from) {
            return answer(board->get(number(from, "run_id")));
        });
        to.add("GET", base + "/runs/list", [board](const call& from) {
            return answer(board->list(from.query("job_id").empty() ? 0 : number(from, "job_id")));
        });
        to.add("POST", base + "/runs/cancel", [board](const call& from) {
            board->cancel(from.body.integer("run_id").value_or(0));
            return answer(json_object{});
        });
        to.add("GET", base + "/get", [board](const call& from) {
            return answer(board->get_job(number(from, "job_id")));
        });
    }
}

} // namespace local_workspace
