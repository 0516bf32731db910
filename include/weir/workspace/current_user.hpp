// SPDX-License-Identifier: Apache-2.0
// Who a token belongs to. Costs client.hpp.
#pragma once

#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>

#include <string>
#include <vector>

namespace weir::workspace {

struct current_user {
    std::string id{};
    /// An e-mail address; of a service principal its client id.
    std::string user_name{};
    std::string display_name{};
    bool active = false;
    /// Names of groups.
    std::vector<std::string> groups{};
    /// From the answer's header, where the gateway sends it.
    std::string workspace_id{};
};

/// Whoever the client's credentials, or the given bearer, belong to.
///
/// Errors: as client::send(), and decode_error.
[[nodiscard]] inline current_user read_current_user(client& at, const call_options& with = {}) {
    const auto got = at.send(detail::make_call("GET", "/api/2.0/preview/scim/v2/Me", with));
    current_user found;
    read_answer(got, "current user", [&](const std::string& name, json::reader& in) {
        if (name == "id") {
            take(in, found.id);
        } else if (name == "userName") {
            take(in, found.user_name);
        } else if (name == "displayName") {
            take(in, found.display_name);
        } else if (name == "active") {
            take(in, found.active);
        } else if (name == "groups") {
            for_each_element(in, [&](json::reader& group) {
                for_each_member(group, [&](const std::string& key, json::reader& value) {
                    if (key == "display") {
                        take(value, found.groups.emplace_back());
                    } else {
                        value.skip_value();
                    }
                });
            });
        } else {
            in.skip_value();
        }
    });
    for (const auto* name : {"x-databricks-org-id", "x-databricks-workspace-id"})
        if (const auto id = got.fields.find(name); id && found.workspace_id.empty())
            found.workspace_id = *id;
    return found;
}

} // namespace weir::workspace
