// SPDX-License-Identifier: Apache-2.0
// SQL warehouses that start and stop, with the cold start a real one takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "clock.hpp"
#include "refusal.hpp"

namespace local_workspace {

/// Threads: may be shared.
class warehouses {
public:
    explicit warehouses(std::string base_url) : base_url_(std::move(base_url)) {}

    void add(const std::string& id, bool is_running) {
        const std::lock_guard lock{mutex_};
        known_[id] = {is_running, {}};
    }

    /// How long a start takes from now on.
    void set_cold_start(std::chrono::milliseconds span) {
        const std::lock_guard lock{mutex_};
        cold_start_ = span;
    }

    /// When statements may run on it: now, or when its start is over; a stopped one starts.
    /// Errors: refusal 404.
    std::chrono::steady_clock::time_point start(const std::string& id) {
        const std::lock_guard lock{mutex_};
        auto& of = find(id);
        if (!of.is_started) {
            of.is_started = true;
            of.running_from = now() + cold_start_;
        }
        return of.running_from;
    }

    void stop(const std::string& id) {
        const std::lock_guard lock{mutex_};
        find(id).is_started = false;
    }

    [[nodiscard]] std::string describe(const std::string& id) {
        const std::lock_guard lock{mutex_};
        static_cast<void>(find(id));
        return describe_locked(id);
    }

    [[nodiscard]] std::vector<std::string> describe_all() {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> made;
        for (const auto& [id, of] : known_)
            made.push_back(describe_locked(id));
        return made;
    }

private:
    using time_point = std::chrono::steady_clock::time_point;

    struct warehouse {
        bool is_started = true;
        time_point running_from{};
    };

    static time_point now() { return std::chrono::steady_clock::now(); }

    warehouse& find(const std::string& id) {
        const auto found = known_.find(id);
        if (found == known_.end())
            throw not_found("SQL warehouse " + id + " does not exist");
        return found->second;
    }

    std::string describe_locked(const std::string& id) {
        const auto& of = find(id);
        const auto* const state = !of.is_started            ? "STOPPED"
                                  : now() < of.running_from ? "STARTING"
                                                            : "RUNNING";
        json_object odbc;
        odbc.add("hostname", base_url_)
            .add("path", "/sql/1.0/warehouses/" + id)
            .add("port", 443)
            .add("protocol", "https");
        json_object made;
        made.add("id", id)
            .add("name", id)
            .add("cluster_size", "2X-Small")
            .add("auto_stop_mins", 0)
            .add("min_num_clusters", 1)
            .add("max_num_clusters", 1)
            .add("num_clusters", of.is_started ? 1 : 0)
            .add("num_active_sessions", 0)
            .add("warehouse_type", "PRO")
            .add("enable_serverless_compute", true)
            .add("state", state)
            .add("odbc_params", odbc)
            .add("health", json_object{}.add("status", "HEALTHY"));
        return made.text();
    }

    std::mutex mutex_;
    std::string base_url_;
    std::chrono::milliseconds cold_start_{0};
    std::map<std::string, warehouse> known_;
};

} // namespace local_workspace
