// SPDX-License-Identifier: Apache-2.0
// Passwords of Lakebase that a workspace mints, renewed in the background before they expire. Costs
// workspace/lakebase_credentials.hpp.
#pragma once

#include <weir/app/settings.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/log.hpp>
#include <weir/core/secret.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/lakebase_credentials.hpp>
#include <weir/workspace/token_cache.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

namespace weir::app {

/// The password of the service's own role: minted when somebody first connects, renewed ten minutes
/// before its end (at fifty of sixty) whether somebody connects then or not. While renewals fail
/// the old one is in use for as long as it is good, and connections that are open stay.
///
/// Threads: any number at once, which share one mint.
class lakebase_passwords {
public:
    /// Lifetime: client and log longer than this.
    lakebase_passwords(workspace::client& from, const lakebase_settings& chosen, const logger& log)
        : cache_(source_of(from, chosen), {.renew_ahead = std::chrono::minutes{10}, .log = &log}),
          refresher_([this](const std::stop_token& stop) { keep_fresh(stop); }) {}

    /// A password that is good now. Where the server refused one - it was taken back, or somebody
    /// set another - a new one is minted for everybody who was refused, once in five seconds.
    ///
    /// Errors: those of the credentials' call; connecting fails with them.
    [[nodiscard]] secret give(lakebase::password_need why) {
        // The pool gives up connecting after as long.
        const auto until = deadline::in(std::chrono::seconds{10});
        if (why == lakebase::password_need::refused)
            forget_refused(until);
        return cache_.get(until);
    }

    /// How often one was asked for.
    [[nodiscard]] std::uint64_t fetches() const { return cache_.fetches(); }

private:
    static workspace::token_source
    source_of(workspace::client& from, const lakebase_settings& chosen) {
        return chosen.endpoint.empty() ? workspace::instance_passwords(from, chosen.instance)
                                       : workspace::endpoint_passwords(from, chosen.endpoint);
    }

    void forget_refused(deadline until) {
        constexpr std::chrono::seconds pause{5};
        // Who was refused at the same time waits, and then gets what this one had minted.
        const std::lock_guard lock{refusing_};
        const auto now = deadline::clock::now();
        if (now < next_refusal_)
            return;
        next_refusal_ = now + pause;
        cache_.refuse(cache_.get(until));
    }

    void keep_fresh(const std::stop_token& stop) {
        // The first mint is somebody's who connects; looking is cheaper than being told of it.
        constexpr std::chrono::seconds longest{5};
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock{mutex};
        while (!stop.stop_requested()) {
            const auto left = cache_.renewal_due() - deadline::clock::now();
            const auto pause =
                std::clamp<deadline::clock::duration>(left, std::chrono::milliseconds{20}, longest);
            stopped.wait_for(lock, stop, pause, [] { return false; });
            if (!stop.stop_requested())
                cache_.renew_if_due();
        }
    }

    workspace::token_cache cache_;
    std::mutex refusing_;
    deadline::clock::time_point next_refusal_{};
    // Last: it ends before what it renews.
    std::jthread refresher_;
};

} // namespace weir::app
