// SPDX-License-Identifier: Apache-2.0
// The SQL Statement Execution API 2.0. Source: databricks.md 3.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "clock.hpp"
#include "engine.hpp"
#include "json.hpp"
#include "warehouses.hpp"

namespace local_workspace {

/// What an administrator may change while the workspace runs.
struct statement_settings {
    std::int64_t inline_limit = 26'214'400;
    std::size_t chunk_rows = 100'000;
    std::size_t chunk_bytes = 4U << 20U;
    /// Seconds that links to results live.
    std::int64_t link_life = 899;
    bool hex_binary = false;
    /// Whether changes keep the past of their tables, for time travel.
    bool keeps_past = false;
};

/// Answered instead of running a statement, by fault injection.
using statement_fault = std::function<std::optional<statement_failure>(const std::string& text)>;

/// Threads: may be shared.
class statements {
public:
    statements(engine& runs_on, warehouses& of, const workspace_clock& clock, std::string base_url)
        : engine_(&runs_on), warehouses_(&of), clock_(&clock), base_url_(std::move(base_url)) {}

    /// Cancels what still runs and waits for it.
    ~statements();

    statements(const statements&) = delete;
    statements(statements&&) = delete;
    statements& operator=(const statements&) = delete;
    statements& operator=(statements&&) = delete;

    void fail_by(statement_fault fault) { fault_ = std::move(fault); }

    [[nodiscard]] statement_settings settings() const;
    void change(const statement_settings& to);

    // The calls; each gives the body of its answer. Errors: refusal.
    [[nodiscard]] std::string execute(const json_value& body, const std::string& user);
    [[nodiscard]] std::string get(const std::string& id, const std::string& user);
    [[nodiscard]] std::string
    chunk(const std::string& id, std::string_view index, const std::string& user);
    void cancel(const std::string& id, const std::string& user);
    void close(const std::string& id, const std::string& user);

    [[nodiscard]] std::string open_session(const json_value& body);
    void close_session(const std::string& id);

    /// What an external link leads to.
    struct link_content {
        int status = 200;
        std::string content_type{};
        std::string data{};
    };

    [[nodiscard]] link_content follow(
        const std::string& id,
        std::string_view index,
        std::string_view expires,
        std::string_view signed_by
    ) const;

private:
    struct entry;
    struct session;

    [[nodiscard]] std::shared_ptr<entry> find(const std::string& id, const std::string& user);
    void run(const std::shared_ptr<entry>& of, std::chrono::steady_clock::time_point from);
    void forget_old();
    [[nodiscard]] std::string describe(entry& of) const;
    [[nodiscard]] std::string describe_chunk(const entry& of, std::size_t index) const;
    [[nodiscard]] statement_order read_order(const json_value& body) const;

    engine* engine_;
    warehouses* warehouses_;
    const workspace_clock* clock_;
    std::string base_url_;
    statement_fault fault_;

    mutable std::mutex settings_mutex_;
    statement_settings settings_;

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<entry>> known_;
    std::map<std::string, std::shared_ptr<session>> sessions_;
    std::condition_variable idle_;
    std::size_t running_ = 0;
};

} // namespace local_workspace
