// SPDX-License-Identifier: Apache-2.0
// Refusals in the shape of a Databricks workspace: an HTTP status, an error code, a message.
// Source: databricks.md 3.9, 8.1.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json.hpp"

namespace local_workspace {

/// Thrown by handlers; becomes the answer.
class refusal : public std::runtime_error {
public:
    refusal(int status, std::string error_code, const std::string& message)
        : std::runtime_error(message), status_(status), error_code_(std::move(error_code)) {}

    [[nodiscard]] int status() const noexcept { return status_; }

    [[nodiscard]] const std::string& error_code() const noexcept { return error_code_; }

    /// Header fields the answer carries besides.
    std::vector<std::pair<std::string, std::string>> fields{};

private:
    int status_;
    std::string error_code_;
};

[[nodiscard]] inline refusal invalid(const std::string& message) {
    return {400, "INVALID_PARAMETER_VALUE", message};
}

[[nodiscard]] inline refusal bad_request(const std::string& message) {
    return {400, "BAD_REQUEST", message};
}

[[nodiscard]] inline refusal not_found(const std::string& message) {
    return {404, "RESOURCE_DOES_NOT_EXIST", message};
}

/// What a workspace can and this one cannot.
[[nodiscard]] inline refusal not_supported(const std::string& what) {
    return {501, "NOT_IMPLEMENTED", "The local workspace does not support " + what};
}

/// The body of a refusal; codes that gateways send as numbers are numbers here too.
[[nodiscard]] inline std::string error_body(std::string_view error_code, std::string_view message) {
    json_object body;
    if (error_code == "401" || error_code == "403") {
        body.add_raw("error_code", error_code);
    } else {
        body.add("error_code", error_code);
    }
    return body.add("message", message).text();
}

} // namespace local_workspace
