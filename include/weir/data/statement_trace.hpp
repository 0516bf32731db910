// SPDX-License-Identifier: Apache-2.0
// What the statements of one request cost and changed, whichever sessions executed them. Light:
// chrono, functional, string, vector.
#pragma once

#include <weir/sql/statement.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

class statement_trace;

/// A statement that was executed, well or not. Lifetime: the call of the observer.
struct executed_statement {
    const sql::statement& what;
    /// Until its result was there, or the first rows of one that is streamed.
    std::chrono::steady_clock::duration took{};
    bool has_failed = false;
    const statement_trace& of;
};

/// Sees every statement; must not take long and must not throw.
using statement_observer = std::function<void(const executed_statement&)>;

/// Adds up the statements of a request.
///
/// Threads: not two at once. Lifetime: the observers outlive it.
class statement_trace {
public:
    using clock = std::chrono::steady_clock;

    /// A table that was written, and how.
    struct write {
        std::string table;
        sql::verb verb;

        bool operator==(const write&) const = default;
    };

    explicit statement_trace(
        std::string request_id, const std::vector<statement_observer>* observers = nullptr
    )
        : request_id_(std::move(request_id)), observers_(observers) {}

    [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

    [[nodiscard]] clock::duration time() const noexcept { return time_; }

    /// What was written, each once, in the order of the first time.
    [[nodiscard]] const std::vector<write>& writes() const noexcept { return writes_; }

    /// Executes `what` by calling `run`, and adds it. Throws what `run` throws.
    template <class Run>
    auto execute(const sql::statement& what, const Run& run) {
        const auto start = clock::now();
        try {
            auto result = run();
            add(what, clock::now() - start, false);
            return result;
        } catch (...) {
            add(what, clock::now() - start, true);
            throw;
        }
    }

private:
    void add(const sql::statement& what, clock::duration took, bool has_failed) {
        ++count_;
        time_ += took;
        if (what.verb != sql::verb::select && !has_failed) {
            write made{std::string{what.table}, what.verb};
            if (std::find(writes_.begin(), writes_.end(), made) == writes_.end())
                writes_.push_back(std::move(made));
        }
        if (observers_ == nullptr)
            return;
        for (const auto& each : *observers_)
            each({what, took, has_failed, *this});
    }

    std::string request_id_;
    const std::vector<statement_observer>* observers_;
    std::uint64_t count_ = 0;
    clock::duration time_{};
    std::vector<write> writes_{};
};

} // namespace weir
