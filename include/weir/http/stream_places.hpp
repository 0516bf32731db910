// SPDX-License-Identifier: Apache-2.0
// How many streamed answers run at once: each holds a database connection while its client reads,
// and slow readers must leave some to everybody else. Costs <atomic> and <memory>.
#pragma once

#include <weir/http/body_stream.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weir::http {

/// Places for streamed answers. Copies share them. Threads: safe.
class stream_places {
    struct state;

public:
    explicit stream_places(std::size_t most) : shared_(std::make_shared<state>(most)) {}

    /// A place, given back at the end of its life.
    class place {
    public:
        place(const place&) = delete;
        place(place&&) noexcept = default;
        place& operator=(const place&) = delete;
        place& operator=(place&&) = delete;

        ~place() {
            if (from_ != nullptr)
                from_->free.fetch_add(1);
        }

        /// The same stream, with this place for as long as it lives.
        [[nodiscard]] body_stream hold(body_stream inner) && {
            return body_stream{[held = std::move(*this), inner = std::move(inner)](std::string& out
                               ) mutable { return inner.pull(out); }};
        }

    private:
        friend stream_places;

        explicit place(std::shared_ptr<stream_places::state> from) : from_(std::move(from)) {}

        std::shared_ptr<stream_places::state> from_;
    };

    /// Absent when all are taken.
    [[nodiscard]] std::optional<place> take() const {
        auto free = shared_->free.load();
        while (free > 0)
            if (shared_->free.compare_exchange_weak(free, free - 1))
                return place{shared_};
        return std::nullopt;
    }

private:
    struct state {
        explicit state(std::size_t most) : free(most) {}

        std::atomic<std::size_t> free;
    };

    std::shared_ptr<state> shared_;
};

} // namespace weir::http
