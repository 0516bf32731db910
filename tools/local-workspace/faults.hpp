// SPDX-License-Identifier: Apache-2.0
// Faults on demand: what an administrator asked to go wrong, and which requests it befalls.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"
#include "json.hpp"

namespace local_workspace {

enum class fault_kind {
    /// Answers with a status and an error instead of handling the request.
    status,
    /// Waits before the request is handled.
    latency,
    /// Waits until the faults are cleared, a minute at most.
    hold,
    /// Ends the connection without handling the request.
    drop_before,
    /// Handles the request and ends the connection instead of answering.
    drop_after,
    /// Sends the head and half of the answer's body.
    truncate,
    /// Answers as for an expired token.
    expired_token,
    /// The statement fails with a conflict of Delta, not having run.
    delta_conflict,
};

struct fault {
    fault_kind kind = fault_kind::status;
    /// Empty: any.
    std::string method{};
    /// The path's beginning.
    std::string path{};
    /// What the request's body, or the statement, must hold.
    std::string contains{};
    /// Requests it lets pass first, and how many it then befalls; negative: all.
    std::int64_t after = 0;
    std::int64_t times = 1;
    int status = 503;
    std::string error_code{};
    std::string message{};
    std::string retry_after{};
    std::int64_t latency_ms = 0;
    std::string condition{};
    std::int64_t hits = 0;
    /// How often the faults had been cleared when it struck.
    std::uint64_t round = 0;
};

/// Threads: may be shared.
class faults {
public:
    /// Errors: refusal 400 for what is no fault.
    void add(const json_value& described);
    void clear();
    /// Waits until `struck` is cleared, a minute at most.
    void hold(const fault& struck);
    [[nodiscard]] std::string describe() const;

    /// What befalls a request, and counts it.
    [[nodiscard]] std::optional<fault>
    take(std::string_view method, std::string_view path, std::string_view body);

    /// What befalls a statement, and counts it.
    [[nodiscard]] std::optional<statement_failure> take_conflict(std::string_view statement);

private:
    template <class Matches>
    std::optional<fault> take_first(Matches matches);

    mutable std::mutex mutex_;
    std::vector<fault> asked_;
    std::condition_variable cleared_;
    std::uint64_t round_ = 0;
};

} // namespace local_workspace
