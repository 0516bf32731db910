// SPDX-License-Identifier: Apache-2.0
// Calls by which a deployment is looked at and changed; changes can be told instead of made.
#pragma once

#include <weir/workspace/client.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::ops {

/// Part of a JSON answer; what is absent is empty.
class json_part {
public:
    json_part() = default;

    explicit json_part(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] json_part operator[](std::string_view name) const;
    [[nodiscard]] std::vector<json_part> items() const;
    [[nodiscard]] std::vector<std::string> names() const;

    /// A text, or a number as it is spelled.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_true() const { return text_ == "true"; }

private:
    std::string text_{};
};

class workspace_calls {
public:
    /// `tell`: is given each call that would change something, of which none is made then; nothing:
    /// they are made.
    explicit workspace_calls(
        workspace::client& at, std::function<void(const std::string& call)> tell = {}
    )
        : at_(&at), tell_(std::move(tell)) {}

    [[nodiscard]] workspace::client& client() const noexcept { return *at_; }

    [[nodiscard]] bool only_tells() const noexcept { return static_cast<bool>(tell_); }

    /// Absent where nothing of that path is there.
    ///
    /// Errors: as client::send() but not_found_error.
    [[nodiscard]] std::optional<json_part> find(const std::string& path) const;

    /// Errors: as client::send().
    [[nodiscard]] json_part read(const std::string& path) const;

    /// `shown`: what is told in place of a long body. Empty where it is only told.
    ///
    /// Errors: as client::send().
    json_part change(
        std::string_view method,
        const std::string& path,
        std::string body,
        std::string_view shown = {}
    ) const;

private:
    workspace::client* at_;
    std::function<void(const std::string&)> tell_;
};

} // namespace weir::ops
