// SPDX-License-Identifier: Apache-2.0
// Projects and endpoints, the autoscaling generation of Lakebase: where they are. Costs client.hpp.
#pragma once

#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/target.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct postgres_project {
    /// `projects/orders`
    std::string name{};
    std::string uid{};
    std::string display_name{};
    std::int64_t pg_version = 0;
};

struct postgres_endpoint {
    /// `projects/orders/branches/production/endpoints/primary`
    std::string name{};
    std::string uid{};
    /// INIT ACTIVE IDLE DEGRADED; IDLE: scaled to zero, it wakes with a connection.
    std::string current_state{};
    /// Host names, port 5432; empty: none of that kind.
    std::string host{};
    std::string read_only_host{};
    std::string read_write_pooled_host{};
};

namespace detail {

inline void take_project(const std::string& name, json::reader& in, postgres_project& out) {
    if (name == "name") {
        take(in, out.name);
    } else if (name == "uid") {
        take(in, out.uid);
    } else if (name == "status" || name == "spec") {
        for_each_member(in, [&](const std::string& key, json::reader& value) {
            if (key == "display_name") {
                take(value, out.display_name);
            } else if (key == "pg_version") {
                take(value, out.pg_version);
            } else {
                value.skip_value();
            }
        });
    } else {
        in.skip_value();
    }
}

inline void take_hosts(json::reader& in, postgres_endpoint& out) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "host") {
            take(value, out.host);
        } else if (name == "read_only_host") {
            take(value, out.read_only_host);
        } else if (name == "read_write_pooled_host") {
            take(value, out.read_write_pooled_host);
        } else {
            value.skip_value();
        }
    });
}

inline void take_endpoint(const std::string& name, json::reader& in, postgres_endpoint& out) {
    if (name == "name") {
        take(in, out.name);
    } else if (name == "uid") {
        take(in, out.uid);
    } else if (name == "status") {
        for_each_member(in, [&](const std::string& key, json::reader& value) {
            if (key == "current_state") {
                take(value, out.current_state);
            } else if (key == "hosts") {
                take_hosts(value, out);
            } else {
                value.skip_value();
            }
        });
    } else {
        in.skip_value();
    }
}

} // namespace detail

/// A project by its name, `projects/P`.
///
/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline postgres_project
read_postgres_project(client& at, std::string_view name, const call_options& with = {}) {
    auto path = target{"/api/2.0/postgres"}.segments(name).take();
    postgres_project found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "project",
        [&](const std::string& member, json::reader& in) {
            detail::take_project(member, in, found);
        }
    );
    return found;
}

/// All projects the caller may see, all pages.
[[nodiscard]] inline std::vector<postgres_project>
list_postgres_projects(client& at, const call_options& with = {}) {
    std::vector<postgres_project> found;
    std::string page;
    do {
        auto path = target{"/api/2.0/postgres/projects"}.query("page_token", page).take();
        const auto got = at.send(detail::make_call("GET", std::move(path), with));
        page = read_page(got, "projects", "projects", [&](json::reader& in) {
            auto& next = found.emplace_back();
            for_each_member(in, [&](const std::string& name, json::reader& value) {
                detail::take_project(name, value, next);
            });
        });
    } while (!page.empty());
    return found;
}

/// An endpoint by its name, `projects/P/branches/B/endpoints/E`: what LAKEBASE_ENDPOINT holds.
///
/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline postgres_endpoint
read_postgres_endpoint(client& at, std::string_view name, const call_options& with = {}) {
    auto path = target{"/api/2.0/postgres"}.segments(name).take();
    postgres_endpoint found;
    read_answer(
        at.send(detail::make_call("GET", std::move(path), with)),
        "endpoint",
        [&](const std::string& member, json::reader& in) {
            detail::take_endpoint(member, in, found);
        }
    );
    return found;
}

} // namespace weir::workspace
