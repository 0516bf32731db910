// SPDX-License-Identifier: Apache-2.0
// Wish: "Some of what I am asked takes minutes. Answer at once, work on, and tell how it goes."
#include <weir/app/service.hpp>

#include <chrono>
#include <field_ops.weir.hpp>
#include <string>
#include <vector>

using field_ops::order_line;

namespace {

/// Walks through the orders named in the input and adds a line to each.
weir::app::job_result add_surcharges(weir::app::job_context& job) {
    const auto orders = job.read_input<std::vector<weir::uuid>>();
    // Where an attempt before this one has come to.
    std::size_t done = job.saved() ? std::stoul(*job.saved()) : 0;
    for (; done < orders.size(); ++done) {
        job.stop_here();
        job.progress(static_cast<int>(100 * done / orders.size()), "adding lines");
        if (!job.rows<order_line>().find({.order_id = orders[done], .line_no = 99}))
            job.rows<order_line>().insert(
                {.order_id = orders[done], .line_no = 99, .sku = "SURCHARGE", .quantity = 1}
            );
        job.save(std::to_string(done + 1));
    }
    return {.value = R"({"orders": )" + std::to_string(done) + "}"};
}

/// The line and the job's end take effect together: once, whatever dies.
weir::app::job_result add_one_surcharge(weir::app::job_context& job) {
    const auto order = job.read_input<weir::uuid>();
    job.rows<order_line>().insert(
        {.order_id = order, .line_no = 98, .sku = "SURCHARGE", .quantity = 1}
    );
    std::string link = "/api/v1/order-lines/";
    weir::append_uuid(link, order);
    return {.link = link + ",98"};
}

/// Counts to the input, ten times a second.
weir::app::job_result count_up(weir::app::job_context& job) {
    const auto goal = job.read_input<int>();
    for (int at = 0; at < goal; ++at) {
        job.progress(100 * at / goal);
        job.wait(std::chrono::milliseconds{100});
    }
    return {.value = R"({"attempts": )" + std::to_string(job.attempt()) + "}"};
}

} // namespace

int main() {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<field_ops::tables>();

    service.job("surcharges", add_surcharges);
    service.job("surcharge", add_one_surcharge, {.in_unit = true});
    service.job("count", count_up, {.most_attempts = 5});
    for (const auto* name : {"surcharges", "surcharge", "count"})
        service.route(
            "POST",
            std::string{"/api/v1/"} + name,
            [&service, name](weir::http::route_context& in) {
                return service.start_job(in, name, in.asked().body);
            }
        );

    return service.run();
}
