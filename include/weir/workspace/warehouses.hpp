// SPDX-License-Identifier: Apache-2.0
// SQL warehouses: what they are doing, and starting them. Costs client.hpp.
#pragma once

#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/target.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::workspace {

struct warehouse_info {
    std::string id{};
    std::string name{};
    /// STARTING RUNNING STOPPING STOPPED DELETING DELETED
    std::string state{};
    std::string cluster_size{};
    std::string warehouse_type{};
    bool is_serverless = false;
    /// 0: never stops by itself.
    std::int64_t auto_stop_minutes = 0;
    /// HEALTHY DEGRADED FAILED; empty: not told.
    std::string health{};
    std::string health_summary{};

    [[nodiscard]] bool is_running() const noexcept { return state == "RUNNING"; }
};

namespace detail {

inline void take_health(json::reader& in, warehouse_info& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "status") {
            take(value, out.health);
        } else if (name == "summary") {
            take(value, out.health_summary);
        } else {
            value.skip_value();
        }
    });
}

inline void take_warehouse(const std::string& name, json::reader& in, warehouse_info& out) {
    if (name == "id") {
        take(in, out.id);
    } else if (name == "name") {
        take(in, out.name);
    } else if (name == "state") {
        take(in, out.state);
    } else if (name == "cluster_size") {
        take(in, out.cluster_size);
    } else if (name == "warehouse_type") {
        take(in, out.warehouse_type);
    } else if (name == "enable_serverless_compute") {
        take(in, out.is_serverless);
    } else if (name == "auto_stop_mins") {
        take(in, out.auto_stop_minutes);
    } else if (name == "health") {
        take_health(in, out);
    } else {
        in.skip_value();
    }
}

} // namespace detail

/// Errors: not_found_error for an unknown id, else as client::send().
[[nodiscard]] inline warehouse_info
read_warehouse(client& at, std::string_view id, const call_options& with = {}) {
    auto path = target{"/api/2.0/sql/warehouses"}.segment(id).take();
    warehouse_info found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "warehouse",
        [&](const std::string& name, json::reader& in) { detail::take_warehouse(name, in, found); }
    );
    return found;
}

/// The warehouses the caller may see.
[[nodiscard]] inline std::vector<warehouse_info>
list_warehouses(client& at, const call_options& with = {}) {
    std::vector<warehouse_info> found;
    const auto got = at.send(detail::make_call("GET", "/api/2.0/sql/warehouses", with));
    static_cast<void>(read_page(got, "warehouses", "warehouses", [&](json::reader& in) {
        auto& next = found.emplace_back();
        for_each_member(in, [&](const std::string& name, json::reader& value) {
            detail::take_warehouse(name, value, next);
        });
    }));
    return found;
}

/// Asks a warehouse to start and returns at once: read_warehouse() tells when it runs. One that
/// runs or starts already is left alone.
inline void start_warehouse(client& at, std::string_view id, const call_options& with = {}) {
    auto path = target{"/api/2.0/sql/warehouses"}.segment(id).literal("/start").take();
    auto asked = detail::make_call("POST", std::move(path), with);
    asked.retries_when_ambiguous = true;
    static_cast<void>(at.send(asked));
}

} // namespace weir::workspace
