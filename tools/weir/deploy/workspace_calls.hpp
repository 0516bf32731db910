// SPDX-License-Identifier: Apache-2.0
// Calls by which a deployment is looked at and changed; changes can be told instead of made.
#pragma once

#include <weir/workspace/client.hpp>

#include <optional>
#include <string>
#include <string_view>
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
    /// `only_tells`: no call that changes anything is made, it is printed.
    workspace_calls(workspace::client& at, bool only_tells) : at_(&at), only_tells_(only_tells) {}

    [[nodiscard]] workspace::client& client() const noexcept { return *at_; }

    [[nodiscard]] bool only_tells() const noexcept { return only_tells_; }

    /// Absent where nothing of that path is there.
    ///
    /// Errors: as client::send() but not_found_error.
    [[nodiscard]] std::optional<json_part> find(const std::string& path) const;

    /// Errors: as client::send().
    [[nodiscard]] json_part read(const std::string& path) const;

    /// `shown`: what is printed in place of a long body. Empty where it is only told.
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
    bool only_tells_;
};

} // namespace weir::ops
