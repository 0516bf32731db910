// SPDX-License-Identifier: Apache-2.0
// A statement that somebody has left running on a warehouse: waiting for its end, however long that
// takes, and cancelling it. Costs answer.hpp and core/pause.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/pause.hpp>
#include <weir/warehouse/answer.hpp>
#include <weir/warehouse/options.hpp>
#include <weir/warehouse/transport.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace weir::warehouse {

/// Lifetime: the transport and the options outlive it. Threads: not two at once.
class left_statement {
public:
    left_statement(transport& over, const options& how, std::string id, std::string request_id)
        : over_(&over), how_(&how), path_("/api/2.0/sql/statements/" + std::move(id)),
          request_id_(std::move(request_id)) {}

    /// How waiting ended.
    enum class outcome : std::uint8_t {
        /// The statement is over, well or not.
        over,
        /// It was executed, and its result is gone: the platform keeps results for an hour.
        gone,
        /// A stop was requested, whether it is over or not.
        stopped,
    };

    /// Waits for its end. Errors: those of transport::send().
    [[nodiscard]] outcome wait(const std::stop_token& stop) {
        auto pause = how_->first_poll;
        while (!stop.stop_requested()) {
            const auto state = look();
            if (is_over(state))
                return state == statement_state::closed ? outcome::gone : outcome::over;
            pause_for(pause, stop);
            pause = std::min(pause * 2, how_->longest_poll);
        }
        return outcome::stopped;
    }

    /// Errors: those of transport::send(); one that is over stays as it is.
    void cancel() { static_cast<void>(send("POST", "/cancel")); }

private:
    [[nodiscard]] statement_state look() {
        try {
            return read_answer(send("GET", "")).state;
        } catch (const not_found_error&) {
            return statement_state::closed;
        }
    }

    [[nodiscard]] std::string send(std::string_view method, std::string_view action) {
        return over_->send({
            .method = method,
            .path = path_ + std::string{action},
            .until = deadline{},
            .is_repeatable = true,
            .request_id = request_id_,
        });
    }

    transport* over_;
    const options* how_;
    std::string path_;
    std::string request_id_;
};

} // namespace weir::warehouse
