// SPDX-License-Identifier: Apache-2.0
// Wish: "Behind my routes are a job of the workspace, a model, and files of a volume."
#include <weir/app/service.hpp>
#include <weir/workspace/files.hpp>
#include <weir/workspace/jobs.hpp>
#include <weir/workspace/serving.hpp>

#include <chrono>
#include <cstdint>
#include <field_ops.weir.hpp>
#include <map>
#include <string>

namespace {

constexpr std::int64_t nightly_job = 7;
constexpr auto model = "well-notes";
const std::string volume = "/Volumes/oil_gas/production/reports";

/// Starts a run of a job of the workspace and follows it to its end.
weir::app::job_result run_nightly(weir::app::job_context& job, weir::workspace::client& at) {
    // A deadline of its own for each call.
    const auto how = [&] {
        return weir::workspace::call_options{.request_id = job.request_id(), .until = {}};
    };
    // An attempt before this one may have started it: by the token the platform answers that run.
    const auto run = weir::workspace::run_job_now(
        at,
        {.job_id = nightly_job,
         .job_parameters = job.read_input<std::map<std::string, std::string>>(),
         .idempotency_token = job.id()},
        how()
    );
    for (;;) {
        const auto told = weir::workspace::read_job_run(at, run, how());
        if (told.is_over() && told.succeeded())
            return {.value = R"({"run": )" + std::to_string(run) + "}", .link = told.run_page_url};
        if (told.is_over())
            throw weir::http::told_failure{
                {500, "run_failed", "The run ended as " + told.result_state, {}, {}}
            };
        job.progress(50, told.life_cycle_state);
        try {
            job.wait(std::chrono::milliseconds{500});
        } catch (const weir::timeout_error&) {
            // A service that ends leaves the run alone: the job is gone on with.
            if (job.is_cancelled())
                weir::workspace::cancel_job_run(at, run, how());
            throw;
        }
    }
}

/// Asks a model; its answer is the route's.
weir::http::response ask_model(const weir::http::request& asked, weir::workspace::client& at) {
    if (!asked.caller)
        throw weir::authentication_error{"Models are for known callers only"};
    weir::workspace::serving models{at};
    const auto told = models.query(
        model, std::string{asked.body}, {.request_id = asked.request_id, .until = asked.until}
    );
    return weir::http::json_response(200, told.answer.text);
}

/// A file of the caller's own folder.
std::string file_of(const weir::http::request& asked) {
    if (!asked.caller)
        throw weir::authentication_error{"Files are for known callers only"};
    const std::string name{asked.parameter("name")};
    for (const auto& part : {asked.caller->id, name})
        if (part.empty() || part.front() == '.' || part.find('/') != std::string::npos)
            throw weir::validation_error{{{"name", {"path"}, "must be the name of a file"}}};
    return volume + "/" + asked.caller->id + "/" + name;
}

} // namespace

int main() {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<field_ops::tables>();

    service.job("nightly", [&service](weir::app::job_context& job) {
        return run_nightly(job, service.workspace());
    });
    service.route("POST", "/api/v1/nightly", [&service](weir::http::route_context& in) {
        return service.start_job(in, "nightly", in.asked().body);
    });

    // Without a session, which would hold a connection to the database all the while.
    auto& routes = service.routes();
    routes.add("POST", "/api/v1/notes", [&service](const weir::http::request& asked) {
        return ask_model(asked, service.workspace());
    });
    routes.add("PUT", "/api/v1/files/{name}", [&service](const weir::http::request& asked) {
        weir::workspace::write_file(
            service.workspace(),
            file_of(asked),
            std::string{asked.body},
            weir::workspace::existing_file::overwrite,
            {.request_id = asked.request_id, .until = asked.until}
        );
        return weir::http::response{.status = 204};
    });
    routes.add("GET", "/api/v1/files/{name}", [&service](const weir::http::request& asked) {
        weir::http::response found{};
        found.body = weir::workspace::read_file(
            service.workspace(),
            file_of(asked),
            {.request_id = asked.request_id, .until = asked.until}
        );
        found.headers.add("Content-Type", "application/octet-stream");
        return found;
    });
    routes.add("DELETE", "/api/v1/files/{name}", [&service](const weir::http::request& asked) {
        weir::workspace::remove_file(
            service.workspace(),
            file_of(asked),
            {.request_id = asked.request_id, .until = asked.until}
        );
        return weir::http::response{.status = 204};
    });

    return service.run();
}
