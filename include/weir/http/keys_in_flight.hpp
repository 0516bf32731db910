// SPDX-License-Identifier: Apache-2.0
// The ids whose requests run now in this process: repetitions wait here, without a connection of
// the database. Costs <condition_variable>.
#pragma once

#include <weir/core/deadline.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace weir::http {

/// Threads: safe.
class keys_in_flight {
public:
    /// Holds an id until destroyed. Lifetime: must not outlive what it came from.
    class turn {
    public:
        turn(keys_in_flight& in, std::string id) : in_(&in), id_(std::move(id)) {}

        turn(turn&& other) noexcept
            : in_(std::exchange(other.in_, nullptr)), id_(std::move(other.id_)) {}

        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        turn& operator=(turn&&) = delete;

        ~turn() {
            if (in_ != nullptr)
                in_->leave(id_);
        }

        /// Whether the id is held: nobody else had it until the deadline.
        explicit operator bool() const noexcept { return in_ != nullptr; }

    private:
        friend keys_in_flight;

        turn() = default;

        keys_in_flight* in_ = nullptr;
        std::string id_{};
    };

    /// Waits until nobody else holds the id; an empty turn when the deadline passes first.
    [[nodiscard]] turn enter(const std::string& id, deadline until) {
        std::unique_lock lock{mutex_};
        if (!left_.wait_until(lock, until.at(), [&] { return !held_.contains(id); }))
            return {};
        held_.insert(id);
        return {*this, id};
    }

private:
    void leave(const std::string& id) {
        {
            const std::lock_guard lock{mutex_};
            held_.erase(id);
        }
        left_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable left_;
    std::set<std::string> held_;
};

} // namespace weir::http
