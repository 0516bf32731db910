// SPDX-License-Identifier: Apache-2.0
// What sessions and units of work share: being cancelled from another thread, and refusing NUL.
// Costs <atomic>.
#pragma once

#include <weir/core/error.hpp>
#include <weir/lakebase/detail/statement_watch.hpp>
#include <weir/sql/statement.hpp>

#include <atomic>
#include <cstddef>
#include <string_view>

namespace weir::lakebase::detail {

/// What another thread needs to cancel the statement that a session runs. Its address is the
/// statement's owner.
class cancel_point {
public:
    cancel_point() = default;

    /// Lifetime: nothing may run or be cancelled meanwhile.
    cancel_point(cancel_point&& other) noexcept : cancelled_(other.cancelled_.load()) {}

    cancel_point(const cancel_point&) = delete;
    cancel_point& operator=(const cancel_point&) = delete;
    cancel_point& operator=(cancel_point&&) = delete;
    ~cancel_point() = default;

    void enter(watched_statement& running) { running_.store(&running); }

    void leave() { running_.store(nullptr); }

    void cancel() {
        cancelled_.store(true);
        if (auto* running = running_.load())
            running->cancel(this);
    }

    [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_.load(); }

    void refuse_if_cancelled() const {
        if (is_cancelled())
            throw timeout_error{"The session was cancelled"};
    }

private:
    std::atomic<bool> cancelled_{false};
    std::atomic<watched_statement*> running_{nullptr};
};

/// PostgreSQL cannot store NUL in a text, and a driver that takes C strings would cut it off
/// silently.
inline void refuse_nul(const sql::arguments& arguments) {
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        const auto text = arguments.text(at);
        if (text && text->find('\0') != std::string_view::npos) {
            throw validation_error{{{"string_nul", {}, "A text may not hold the NUL character"}}};
        }
    }
}

} // namespace weir::lakebase::detail
