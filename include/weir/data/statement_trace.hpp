// SPDX-License-Identifier: Apache-2.0
// What the statements of one request cost and changed, whichever sessions executed them. Light:
// chrono, functional, string, vector.
#pragma once

#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
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

    /// What a statement is called in logs: what it does, to which table.
    struct name {
        std::string table;
        sql::verb verb;

        bool operator==(const name&) const = default;
    };

    explicit statement_trace(
        std::string request_id, const std::vector<statement_observer>* observers = nullptr
    )
        : request_id_(std::move(request_id)), observers_(observers) {}

    [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

    [[nodiscard]] clock::duration time() const noexcept { return time_; }

    /// All of them, each once, in the order of the first time.
    [[nodiscard]] const std::vector<name>& names() const noexcept { return names_; }

    /// Those that wrote and did not fail.
    [[nodiscard]] const std::vector<name>& writes() const noexcept { return writes_; }

    /// Rows that were read of their results, or that these say were changed.
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

    void add_rows(std::uint64_t more) noexcept { rows_ += more; }

    /// Whether a session of that dialect was asked.
    [[nodiscard]] bool has_spoken(sql::dialect spoken) const noexcept {
        return spoken_[static_cast<std::size_t>(spoken)];
    }

    void speak(sql::dialect spoken) noexcept { spoken_[static_cast<std::size_t>(spoken)] = true; }

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
        add_name(names_, what);
        if (what.verb != sql::verb::select && !has_failed)
            add_name(writes_, what);
        if (observers_ == nullptr)
            return;
        for (const auto& each : *observers_)
            each({what, took, has_failed, *this});
    }

    static void add_name(std::vector<name>& to, const sql::statement& of) {
        if (std::none_of(to.begin(), to.end(), [&](const name& known) {
                return known.verb == of.verb && known.table == of.table;
            }))
            to.push_back({std::string{of.table}, of.verb});
    }

    std::string request_id_;
    const std::vector<statement_observer>* observers_;
    std::uint64_t count_ = 0;
    clock::duration time_{};
    std::uint64_t rows_ = 0;
    std::vector<name> names_{};
    std::vector<name> writes_{};
    std::array<bool, 2> spoken_{};
};

} // namespace weir
