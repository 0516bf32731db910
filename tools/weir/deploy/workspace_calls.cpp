// SPDX-License-Identifier: Apache-2.0
#include "deploy/workspace_calls.hpp"

#include <weir/core/error.hpp>
#include <weir/workspace/json_object.hpp>

namespace weir::ops {

json_part json_part::operator[](std::string_view name) const {
    json_part found;
    json::reader in{text_, json::reader::most_depth};
    workspace::for_each_member(in, [&](const std::string& each, json::reader& value) {
        json_text spelled;
        workspace::take(value, spelled);
        if (each == name)
            found = json_part{spelled.text};
    });
    return found;
}

std::vector<json_part> json_part::items() const {
    std::vector<json_part> found;
    json::reader in{text_, json::reader::most_depth};
    workspace::for_each_element(in, [&](json::reader& value) {
        json_text spelled;
        workspace::take(value, spelled);
        found.emplace_back(spelled.text);
    });
    return found;
}

std::vector<std::string> json_part::names() const {
    std::vector<std::string> found;
    json::reader in{text_, json::reader::most_depth};
    workspace::for_each_member(in, [&](const std::string& each, json::reader& value) {
        found.push_back(each);
        value.skip_value();
    });
    return found;
}

std::string json_part::text() const {
    std::string found;
    json::reader in{text_, json::reader::most_depth};
    workspace::take(in, found);
    return found;
}

std::optional<json_part> workspace_calls::find(const std::string& path) const {
    try {
        return read(path);
    } catch (const not_found_error&) {
        return std::nullopt;
    }
}

json_part workspace_calls::read(const std::string& path) const {
    return json_part{at_->send({.method = "GET", .path = path}).body};
}

json_part workspace_calls::change(
    std::string_view method, const std::string& path, std::string body, std::string_view shown
) const {
    if (tell_) {
        tell_(std::string{method} + ' ' + path + ' ' + (shown.empty() ? body : std::string{shown}));
        return {};
    }
    return json_part{at_->send({.method = method, .path = path, .body = std::move(body)}).body};
}

} // namespace weir::ops
