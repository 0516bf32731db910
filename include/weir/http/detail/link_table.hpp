// SPDX-License-Identifier: Apache-2.0
// The connections of a server, and which of them have something to tell. Linux.
#pragma once

#include <weir/http/detail/readiness.hpp>
#include <weir/http/detail/socket.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <sys/eventfd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::http::detail {

class link;

/// What workers are given to do (worker_pool). Threads: shared object safe.
class link_table {
public:
    link_table() : keeper_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    /// Where a link is to be watched.
    [[nodiscard]] int epoll() const noexcept { return ready_.epoll(); }

    /// A key that no other link has or had.
    [[nodiscard]] std::uint64_t next_key() noexcept { return next_key_++; }

    /// Before its first event.
    void add(std::uint64_t key, std::shared_ptr<link> added) {
        const std::lock_guard lock{mutex_};
        links_.emplace(key, std::move(added));
        count_.store(links_.size());
    }

    /// Lets go of a link that is over. Does nothing where it has been done.
    void remove(link& over) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return count_.load(); }

    /// All links there are now.
    [[nodiscard]] std::vector<std::shared_ptr<link>> all() const {
        std::vector<std::shared_ptr<link>> found;
        const std::lock_guard lock{mutex_};
        found.reserve(links_.size());
        for (const auto& each : links_)
            found.push_back(each.second);
        return found;
    }

    using event = readiness::event;

    [[nodiscard]] std::size_t wait(std::chrono::milliseconds time, std::span<event> room) noexcept {
        return ready_.wait(time, room);
    }

    /// Has a link see what happened to it, and lets go of it when it is over.
    void serve(const event& happened) noexcept;

    [[nodiscard]] bool is_pending() const noexcept { return ready_.is_pending(); }

    void call_one() noexcept { ready_.call_one(); }

    void end() noexcept { ready_.end(); }

    // ---------------------------------------------------------------- for the keeper

    /// Readable once it is called.
    [[nodiscard]] const descriptor& keeper() const noexcept { return keeper_; }

    void call_keeper() noexcept { ring(keeper_); }

    /// Nobody waits for events: the keeper has to look every few milliseconds.
    void all_busy() noexcept {
        if (!keeper_looks_.load() && !keeper_looks_.exchange(true))
            call_keeper();
    }

    [[nodiscard]] bool keeper_looks() const noexcept { return keeper_looks_.load(); }

    /// It need not look any more; it asks once more whether all are busy then.
    void keeper_rests() noexcept { keeper_looks_.store(false); }

private:
    [[nodiscard]] std::shared_ptr<link> find(std::uint64_t key) const noexcept {
        const std::lock_guard lock{mutex_};
        const auto place = links_.find(key);
        return place == links_.end() ? nullptr : place->second;
    }

    readiness ready_{};
    descriptor keeper_;
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::shared_ptr<link>> links_;
    // The size of `links_`.
    std::atomic<std::size_t> count_{0};
    std::atomic<std::uint64_t> next_key_{readiness::first_key};
    // As long as no worker has begun to wait.
    std::atomic<bool> keeper_looks_{true};
};

} // namespace weir::http::detail
