// SPDX-License-Identifier: Apache-2.0
// What stands around a route costs a request: CPU time of a router alone and with everything a
// service puts around it, and memory after a million requests of a million callers.
#include <weir/core/log.hpp>
#include <weir/http/cors.hpp>
#include <weir/http/gzip.hpp>
#include <weir/http/identity.hpp>
#include <weir/http/metrics.hpp>
#include <weir/http/rate_limit.hpp>
#include <weir/http/request_log.hpp>
#include <weir/http/router.hpp>
#include <weir/http/security_headers.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "measure.hpp"

namespace {

using namespace weir;
using namespace weir::http;

// What a browser's request has besides, behind a proxy.
request asked_by(std::string user, std::string address) {
    request made;
    made.method = "GET";
    made.target = "/api/v1/orders/0f6c8d2e-4a8b-4c6f-9c59-1d9a1f0f7a11?select=id,customer";
    made.remote_address = "10.0.0.1";
    for (const auto& [name, value] : {
             std::pair<std::string_view, std::string>{"Host", "orders.example.com"},
             {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},
             {"Accept", "application/json"},
             {"Accept-Encoding", "gzip, deflate, br"},
             {"Origin", "https://app.example.com"},
             {"Sec-Fetch-Site", "cross-site"},
             {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
             {"X-Forwarded-User", std::move(user)},
             {"X-Forwarded-Email", "lena@example.com"},
             {"X-Real-Ip", std::move(address)},
         })
        made.headers.add(name, value);
    return made;
}

request asked() {
    return asked_by("7312885", "198.51.100.7");
}

void add_routes(router& to) {
    to.add("GET", "/api/v1/orders/{key}", [](const request&) {
        auto made = json_response(200, std::string(400, 'x'));
        made.headers.add("ETag", "\"1f0f7a11\"");
        return made;
    });
}

/// A layer of a service's, alone or in its place.
struct layers {
    router routes;
    rate_limits limits{
        {.per_caller = {.per_second = 1'000'000},
         .per_address = {.per_second = 1'000'000},
         .trusts_proxy = true}
    };
    http::metrics counts{std::span<const table* const>{}};
    logger log{{
        .write =
            [](void*, std::string_view line) noexcept {
                bench::keep(line);
                return true;
            },
        .state = nullptr,
    }};

    layers() { add_routes(routes); }

    void add_gzip() { routes.put_around(gzip_answers()); }

    void add_rates() { limits.watch(routes); }

    void add_cors() { routes.put_around(cors({.origins = {"https://app.example.com"}})); }

    void add_headers() { routes.put_around(security_headers({.strict_transport = true})); }

    void add_identity() {
        routes.identify_with([](const request& from) {
            return identify(from.headers, from.remote_address, {.trusted = true});
        });
    }

    void add_metrics() { counts.watch(routes); }

    void add_log() { log_requests(routes, log, {}); }

    void add_all() {
        add_gzip();
        add_rates();
        add_cors();
        add_headers();
        add_identity();
        add_log();
        add_metrics();
    }
};

double measured(const char* name, void (layers::*add)()) {
    layers of;
    if (add != nullptr)
        (of.*add)();
    return bench::measure(name, [&] { bench::keep(of.routes.handle(asked())); });
}

std::size_t resident_kilobytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::strtoull(line.c_str() + 6, nullptr, 10);
    return 0;
}

void measure_memory() {
    layers of;
    of.add_all();
    std::size_t before = 0;
    for (std::size_t at = 0; at <= 1'000'000; ++at) {
        const auto name = std::to_string(at);
        bench::keep(of.routes.handle(asked_by(
            name,
            "10." + std::to_string(at >> 16U) + "." + std::to_string((at >> 8U) % 256) + "." +
                std::to_string(at % 256)
        )));
        if (at == 1'000)
            before = resident_kilobytes();
    }
    std::printf(
        "resident after 1,000 and after 1,000,000 requests of as many callers: %zu kB, %zu kB\n",
        before,
        resident_kilobytes()
    );
}

} // namespace

int main() {
    const auto making = bench::measure("making the request", [] { bench::keep(asked()); });
    const auto alone = measured("a router alone", nullptr);
    measured("  gzip, which leaves a short answer alone", &layers::add_gzip);
    measured("  rates of caller and address", &layers::add_rates);
    measured("  origins", &layers::add_cors);
    measured("  security headers", &layers::add_headers);
    measured("  the caller's identity", &layers::add_identity);
    measured("  metrics", &layers::add_metrics);
    measured("  an access line, written nowhere", &layers::add_log);
    const auto all = measured("everything", &layers::add_all);
    std::printf("a router: %.3f us; what stands around it: %.3f us\n", alone - making, all - alone);
    measure_memory();
}
