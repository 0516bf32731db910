// SPDX-License-Identifier: Apache-2.0
// Fetches the chunks of one result, in the API's answers or from cloud storage, some of them before
// they are asked for. Costs <future>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/warehouse/answer.hpp>
#include <weir/warehouse/statement_call.hpp>
#include <weir/warehouse/transport.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// Fetches one chunk of a statement's result by its number. Threads: any number at once.
class chunk_fetch {
public:
    chunk_fetch(transport& over, call_identity as, std::string statement_id, deadline until)
        : over_(&over), as_(std::move(as)), statement_id_(std::move(statement_id)), until_(until) {}

    /// Errors: decode_error, those of transport. A link that has expired is asked for anew.
    [[nodiscard]] chunk fetch(std::uint64_t index) const {
        for (unsigned tries = 1;; ++tries) {
            auto found = ask(index);
            if (found.links.empty())
                return found;
            if (auto rows = follow(found.links, index, tries == most_tries))
                return std::move(*rows);
        }
    }

    /// The rows behind the link to a chunk; absent: there is no such link, or it has expired, which
    /// throws when it is the `last` one to be tried.
    [[nodiscard]] std::optional<chunk>
    follow(const std::vector<chunk::link>& links, std::uint64_t index, bool last) const {
        const auto link = std::find_if(links.begin(), links.end(), [&](const chunk::link& each) {
            return each.chunk_index == index;
        });
        if (link == links.end()) {
            if (last)
                detail::throw_unreadable("a chunk has neither rows nor a link");
            return std::nullopt;
        }
        try {
            return chunk_of_rows(over_->fetch(link->at, until_));
        } catch (const permission_error&) {
            if (last)
                throw;
            return std::nullopt;
        }
    }

private:
    static constexpr unsigned most_tries = 3;

    [[nodiscard]] chunk ask(std::uint64_t index) const {
        return read_chunk(over_->send({
            .method = "GET",
            .path = "/api/2.0/sql/statements/" + statement_id_ + "/result/chunks/" +
                    std::to_string(index),
            .until = until_,
            .is_repeatable = true,
            .bearer = as_.bearer,
            .request_id = as_.request_id,
            .traceparent = as_.traceparent,
        }));
    }

    transport* over_;
    call_identity as_;
    std::string statement_id_;
    deadline until_;
};

/// The chunks after the first, in order, `ahead` of them under way while one is read.
///
/// Lifetime: the transport must outlive it; its end waits for what is under way.
/// Threads:  not two at once.
class chunk_source {
public:
    chunk_source(chunk_fetch from, std::uint64_t count, std::size_t ahead)
        : from_(std::make_shared<shared>(std::move(from))), count_(count), ahead_(ahead) {}

    chunk_source(chunk_source&&) noexcept = default;
    chunk_source(const chunk_source&) = delete;
    chunk_source& operator=(const chunk_source&) = delete;
    chunk_source& operator=(chunk_source&&) = delete;

    ~chunk_source() {
        if (from_)
            from_->is_over = true;
    }

    /// Begins with the next chunks; to be called when the one before them begins to be read.
    void prefetch() {
        while (under_way_.size() < ahead_ && asked_ < count_)
            start();
    }

    /// The next chunk, absent after the last. Errors: those of chunk_fetch::fetch().
    [[nodiscard]] std::optional<chunk> next() {
        if (under_way_.empty() && asked_ < count_)
            start();
        if (under_way_.empty())
            return std::nullopt;
        auto first = std::move(under_way_.front());
        under_way_.pop_front();
        auto got = first.get();
        prefetch();
        return got;
    }

private:
    struct shared {
        explicit shared(chunk_fetch with) : fetch(std::move(with)) {}

        chunk_fetch fetch;
        std::atomic<bool> is_over{false};
    };

    void start() {
        // Without a place in the queue for it, there would be nobody to wait for the thread.
        const auto policy = ahead_ == 0 ? std::launch::deferred : std::launch::async;
        under_way_.push_back(std::async(policy, [from = from_, index = asked_] {
            return from->is_over ? chunk{} : from->fetch.fetch(index);
        }));
        ++asked_;
    }

    std::shared_ptr<shared> from_;
    std::uint64_t count_;
    std::size_t ahead_;
    /// The first comes with the statement's answer.
    std::uint64_t asked_ = 1;
    std::deque<std::future<chunk>> under_way_{};
};

} // namespace weir::warehouse
