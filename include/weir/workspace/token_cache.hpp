// SPDX-License-Identifier: Apache-2.0
// A token that is fetched anew before it expires: in the background, once for everybody who waits.
// Costs <condition_variable>, <functional>, <random>, <thread>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/core/secret.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

namespace weir::workspace {

/// A token and how long it lives from when it was asked for.
struct fresh_token {
    secret text{};
    std::chrono::milliseconds life{};
};

/// Gets a token from wherever it is minted, by the deadline. Throws what went wrong.
using token_source = std::function<fresh_token(deadline until)>;

struct token_cache_options {
    /// A token is renewed in the last half of its life, but at most this long before its end.
    std::chrono::milliseconds renew_ahead = std::chrono::minutes{20};
    /// A token is not used in the last quarter of its life, but at most this long before its end:
    /// some services refuse one that has 30 s left.
    std::chrono::milliseconds unused_end = std::chrono::seconds{40};
    /// After a renewal failed, or gave nothing better, while the old token is still good: the
    /// longest time to the next try, of which up to half is left away by chance, so that instances
    /// do not ask together.
    std::chrono::milliseconds failure_pause = std::chrono::minutes{1};
    /// How long a renewal in the background may take; the destructor waits for it.
    std::chrono::milliseconds background_span = std::chrono::seconds{8};
    /// Where failures in the background are told. Lifetime: longer than the cache.
    const logger* log = nullptr;
    std::function<deadline::clock::time_point()> now = [] { return deadline::clock::now(); };
};

/// Keeps one token. Threads: any number at once; one fetch runs at a time, and while the old token
/// is good nobody waits for it.
class token_cache {
public:
    explicit token_cache(token_source source, token_cache_options options = {})
        : source_(std::move(source)), options_(std::move(options)) {}

    token_cache(const token_cache&) = delete;
    token_cache(token_cache&&) = delete;
    token_cache& operator=(const token_cache&) = delete;
    token_cache& operator=(token_cache&&) = delete;

    ~token_cache() {
        if (background_.joinable())
            background_.join();
    }

    /// A token that is good now.
    ///
    /// Errors: what the source throws when there is no good token; timeout_error when somebody
    /// else's fetch takes longer than `until`.
    [[nodiscard]] secret get(deadline until) {
        std::unique_lock lock{mutex_};
        for (;;) {
            const auto now = options_.now();
            if (!text_.empty() && now < unused_from_) {
                if (now >= renew_from_ && now >= next_try_ && !is_fetching_)
                    renew_in_background();
                return text_;
            }
            if (!is_fetching_)
                return fetch_here(lock, until);
            const auto awaited = fetches_;
            if (!fetched_.wait_until(lock, until.at(), [&] { return fetches_ != awaited; }))
                throw timeout_error{"No token in time: another request's fetch is still running"};
            // One failure answers everybody who waited for that fetch, but those who have more time
            // than it had.
            const bool had_as_long = fetched_until_ + std::chrono::seconds{1} >= until.at();
            if (failure_ && had_as_long && (text_.empty() || options_.now() >= unused_from_))
                std::rethrow_exception(failure_);
        }
    }

    /// Renews in the background what is due, without being asked for a token: for who wants it
    /// ready before somebody needs it. Nothing before the first get().
    void renew_if_due() {
        const std::lock_guard lock{mutex_};
        const auto now = options_.now();
        if (!text_.empty() && !is_fetching_ && now >= renew_from_ && now >= next_try_)
            renew_in_background();
    }

    /// When there is something to renew; the far future before the first token.
    [[nodiscard]] deadline::clock::time_point renewal_due() const {
        const std::lock_guard lock{mutex_};
        return text_.empty() ? deadline::clock::time_point::max()
                             : std::max(renew_from_, next_try_);
    }

    /// Tells that a token was refused: the next get() fetches another, unless that has happened.
    void refuse(const secret& token) {
        const std::lock_guard lock{mutex_};
        if (text_ == token)
            text_ = secret{};
    }

    /// How often the source was asked, for metrics.
    [[nodiscard]] std::uint64_t fetches() const {
        const std::lock_guard lock{mutex_};
        return fetches_;
    }

private:
    secret fetch_here(std::unique_lock<std::mutex>& lock, deadline until) {
        is_fetching_ = true;
        fetched_until_ = until.at();
        lock.unlock();
        fresh_token found;
        std::exception_ptr failure;
        const auto asked = options_.now();
        try {
            found = source_(until);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        auto got = found.text;
        finish(std::move(found), asked, failure);
        if (failure)
            std::rethrow_exception(failure);
        return got;
    }

    // Requires the lock.
    void renew_in_background() {
        // The last renewal has ended, or is_fetching_ would tell: nothing is waited for.
        if (background_.joinable())
            background_.join();
        is_fetching_ = true;
        fetched_until_ = {};
        try {
            background_ = std::thread{[this] { renew(); }};
        } catch (const std::system_error&) {
            // No thread to be had: the old token is good still, and there will be another try.
            is_fetching_ = false;
            next_try_ = options_.now() + pause_before_next();
        }
    }

    void renew() noexcept {
        fresh_token found;
        std::exception_ptr failure;
        const auto asked = options_.now();
        try {
            found = source_(deadline::in(options_.background_span));
        } catch (const std::exception& failed) {
            failure = std::current_exception();
            if (options_.log != nullptr)
                options_.log->warning(
                    "token not renewed yet; the old one is in use", {{"reason", failed.what()}}
                );
        } catch (...) {
            failure = std::current_exception();
        }
        const std::lock_guard lock{mutex_};
        finish(std::move(found), asked, failure);
    }

    // Requires the lock.
    void finish(
        fresh_token found, deadline::clock::time_point asked, const std::exception_ptr& failure
    ) {
        is_fetching_ = false;
        ++fetches_;
        failure_ = failure;
        if (failure) {
            next_try_ = options_.now() + pause_before_next();
        } else {
            keep(std::move(found), asked);
        }
        fetched_.notify_all();
    }

    void keep(fresh_token found, deadline::clock::time_point asked) {
        // Beyond a day the end is not worth knowing, and centuries would overflow the clock.
        found.life = std::min<std::chrono::milliseconds>(found.life, std::chrono::hours{24});
        const auto ends = asked + found.life;
        // Some sources give the same token again, and less of its life: what lives longer stays.
        if (!text_.empty() && ends < ends_) {
            next_try_ = options_.now() + pause_before_next();
            return;
        }
        text_ = std::move(found.text);
        ends_ = ends;
        life_ = found.life;
        renew_from_ = ends - std::min(found.life / 2, options_.renew_ahead);
        unused_from_ = ends - std::min(found.life / 4, options_.unused_end);
        next_try_ = {};
    }

    [[nodiscard]] std::chrono::milliseconds pause_before_next() {
        const auto longest = std::min(life_ / 20, options_.failure_pause);
        const auto share = std::uniform_real_distribution<double>{0.5, 1.0}(chance_);
        return std::chrono::duration_cast<std::chrono::milliseconds>(longest * share);
    }

    token_source source_;
    token_cache_options options_;
    mutable std::mutex mutex_{};
    std::condition_variable fetched_{};
    secret text_{};
    std::chrono::milliseconds life_{};
    deadline::clock::time_point ends_{};
    deadline::clock::time_point renew_from_{};
    deadline::clock::time_point unused_from_{};
    deadline::clock::time_point next_try_{};
    std::exception_ptr failure_{};
    deadline::clock::time_point fetched_until_{};
    std::uint64_t fetches_ = 0;
    bool is_fetching_ = false;
    std::minstd_rand chance_{std::random_device{}()};
    std::thread background_{};
};

} // namespace weir::workspace
