// SPDX-License-Identifier: Apache-2.0
// Database instances, the provisioned generation of Lakebase: where they are. Costs client.hpp.
#pragma once

#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/target.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct database_instance {
    std::string name{};
    std::string uid{};
    /// STARTING AVAILABLE DELETING STOPPED UPDATING FAILING_OVER
    std::string state{};
    std::string capacity{};
    /// Host names, port 5432.
    std::string read_write_dns{};
    std::string read_only_dns{};
    bool is_stopped = false;
};

namespace detail {

inline void
take_database_instance(const std::string& name, json::reader& in, database_instance& out) {
    if (name == "name") {
        take(in, out.name);
    } else if (name == "uid") {
        take(in, out.uid);
    } else if (name == "state") {
        take(in, out.state);
    } else if (name == "capacity") {
        take(in, out.capacity);
    } else if (name == "read_write_dns") {
        take(in, out.read_write_dns);
    } else if (name == "read_only_dns") {
        take(in, out.read_only_dns);
    } else if (name == "effective_stopped" || name == "stopped") {
        take(in, out.is_stopped);
    } else {
        in.skip_value();
    }
}

} // namespace detail

/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline database_instance
read_database_instance(client& at, std::string_view name, const call_options& with = {}) {
    auto path = target{"/api/2.0/database/instances"}.segment(name).take();
    database_instance found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "database instance",
        [&](const std::string& member, json::reader& in) {
            detail::take_database_instance(member, in, found);
        }
    );
    return found;
}

/// All instances the caller may see, all pages.
[[nodiscard]] inline std::vector<database_instance>
list_database_instances(client& at, const call_options& with = {}) {
    std::vector<database_instance> found;
    std::string page;
    do {
        auto path = target{"/api/2.0/database/instances"}.query("page_token", page).take();
        const auto got = at.send(detail::make_call("GET", std::move(path), with));
        page = read_page(got, "database instances", "database_instances", [&](json::reader& in) {
            auto& next = found.emplace_back();
            for_each_member(in, [&](const std::string& name, json::reader& value) {
                detail::take_database_instance(name, value, next);
            });
        });
    } while (!page.empty());
    return found;
}

} // namespace weir::workspace
