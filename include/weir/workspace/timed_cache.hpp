// SPDX-License-Identifier: Apache-2.0
// What was fetched a while ago and is good still, by key: one fetch for everybody who asks for the
// same, and a limit to how much is kept. Costs <condition_variable>, <functional>, <list>, <map>,
// <set>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>

#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace weir::workspace {

struct timed_cache_options {
    /// How long a value is good.
    std::chrono::milliseconds life = std::chrono::minutes{5};
    /// How long it is remembered that there is none, which a fetch tells by not_found_error; 0: not
    /// at all.
    std::chrono::milliseconds absence{0};
    /// Values and absences kept; beyond, those whose life is over go, else the one unused for
    /// longest.
    std::size_t most = 1000;
    /// Bytes of all values together, where they have `bytes()`; a value of more than an eighth is
    /// told and not kept. An absence takes none.
    std::size_t most_bytes = std::numeric_limits<std::size_t>::max();
    std::function<deadline::clock::time_point()> now = [] { return deadline::clock::now(); };
};

/// What a cache has done.
struct timed_cache_statistics {
    /// Values and absences kept now, some perhaps beyond their life.
    std::size_t kept = 0;
    /// Of values that have `bytes()`.
    std::size_t bytes = 0;
    /// Answered by a value that was kept.
    std::uint64_t hits = 0;
    /// Answered by an absence that was kept.
    std::uint64_t absences = 0;
    /// Answered by somebody else's fetch, which was under way.
    std::uint64_t shared = 0;
    std::uint64_t fetches = 0;
    /// Values dropped within their life, for want of room.
    std::uint64_t evicted = 0;
};

/// A key for what depends on who asks.
struct identity_key {
    /// Of the caller; never a secret. Empty: the service itself.
    std::string identity{};
    std::string name{};

    friend bool operator==(const identity_key&, const identity_key&) = default;
    friend auto operator<=>(const identity_key&, const identity_key&) = default;
};

/// Keeps values by key. Threads: any number at once.
template <class Value, class Key = std::string>
class timed_cache {
public:
    explicit timed_cache(timed_cache_options options = {}) : options_(std::move(options)) {}

    /// The value of a key: kept, or fetched by `fetch()`, or by whoever is fetching it already.
    ///
    /// Errors: what the fetch throws, also to those who waited for it; of that only a
    /// not_found_error is kept, where options say so. timeout_error when somebody else's fetch
    /// takes longer than `until`.
    template <class Fetch>
    [[nodiscard]] std::shared_ptr<const Value> get(const Key& key, deadline until, Fetch&& fetch) {
        std::unique_lock lock{mutex_};
        for (;;) {
            const auto found = kept_.find(key);
            if (found != kept_.end() && options_.now() < found->second.good_until) {
                uses_.splice(uses_.end(), uses_, found->second.use);
                if (found->second.absence) {
                    ++done_.absences;
                    std::rethrow_exception(found->second.absence);
                }
                ++done_.hits;
                return found->second.value;
            }
            const auto running = running_.find(key);
            if (running == running_.end())
                return fetch_here(lock, key, fetch);
            const auto awaited = running->second;
            if (!changed_.wait_until(lock, until.at(), [&] { return awaited->is_over; }))
                throw timeout_error{"Not in time: another request's fetch is still running"};
            if (awaited->value) {
                ++done_.shared;
                return awaited->value;
            }
            // Who had less time than this one failed for itself alone.
            if (!awaited->ran_out_of_time)
                std::rethrow_exception(awaited->failure);
        }
    }

    /// The next get() of that key fetches it, whoever may be fetching it now.
    void forget(const Key& key) {
        const std::lock_guard lock{mutex_};
        if (const auto found = kept_.find(key); found != kept_.end())
            drop(found);
        running_.erase(key);
    }

    /// The same for every key that `is_stale(key)` picks.
    template <class Choice>
    void forget_if(const Choice& is_stale) {
        const std::lock_guard lock{mutex_};
        for (auto each = kept_.begin(); each != kept_.end();)
            each = is_stale(each->first) ? drop(each) : std::next(each);
        std::erase_if(running_, [&](const auto& each) { return is_stale(each.first); });
    }

    /// The same for every key; those who ask meanwhile do not wait until all is thrown away.
    void forget_all() {
        entries thrown_away;
        decltype(uses_) uses;
        decltype(ends_) ends;
        const std::lock_guard lock{mutex_};
        kept_.swap(thrown_away);
        uses_.swap(uses);
        ends_.swap(ends);
        bytes_ = 0;
        running_.clear();
    }

    [[nodiscard]] timed_cache_statistics statistics() const {
        const std::lock_guard lock{mutex_};
        auto made = done_;
        made.kept = kept_.size();
        made.bytes = bytes_;
        return made;
    }

private:
    struct entry {
        std::shared_ptr<const Value> value;
        /// What is thrown instead.
        std::exception_ptr absence;
        deadline::clock::time_point good_until;
        std::size_t bytes = 0;
        /// Its place among all uses.
        std::list<const Key*>::iterator use{};
    };

    using entries = std::map<Key, entry>;

    struct fetching {
        std::shared_ptr<const Value> value{};
        std::exception_ptr failure{};
        bool is_over = false;
        bool is_absent = false;
        bool ran_out_of_time = false;
    };

    template <class Fetch>
    std::shared_ptr<const Value>
    fetch_here(std::unique_lock<std::mutex>& lock, const Key& key, Fetch&& fetch) {
        const auto mine = std::make_shared<fetching>();
        running_.emplace(key, mine);
        ++done_.fetches;
        lock.unlock();
        try {
            mine->value = std::make_shared<const Value>(fetch());
        } catch (const timeout_error&) {
            mine->failure = std::current_exception();
            mine->ran_out_of_time = true;
        } catch (const not_found_error&) {
            mine->failure = std::current_exception();
            mine->is_absent = true;
        } catch (...) {
            mine->failure = std::current_exception();
        }
        lock.lock();
        mine->is_over = true;
        // Else it was to be forgotten meanwhile.
        if (const auto running = running_.find(key);
            running != running_.end() && running->second == mine) {
            running_.erase(running);
            if (mine->value) {
                keep(
                    key, {mine->value, {}, options_.now() + options_.life, bytes_of(*mine->value)}
                );
            } else if (mine->is_absent && options_.absence.count() > 0) {
                keep(key, {{}, mine->failure, options_.now() + options_.absence});
            }
        }
        changed_.notify_all();
        if (mine->failure)
            std::rethrow_exception(mine->failure);
        return mine->value;
    }

    [[nodiscard]] static std::size_t bytes_of(const Value& of) {
        if constexpr (requires { of.bytes(); }) {
            return of.bytes();
        } else {
            return 0;
        }
    }

    entries::iterator drop(entries::iterator what) {
        bytes_ -= what->second.bytes;
        uses_.erase(what->second.use);
        ends_.erase({what->second.good_until, &what->first});
        return kept_.erase(what);
    }

    void keep(const Key& key, entry made) {
        if (made.bytes > options_.most_bytes / 8)
            return;
        if (const auto old = kept_.find(key); old != kept_.end())
            drop(old);
        const auto now = options_.now();
        while (!kept_.empty() &&
               (kept_.size() >= options_.most || bytes_ > options_.most_bytes - made.bytes)) {
            const bool is_over = ends_.begin()->first <= now;
            done_.evicted += is_over ? 0U : 1U;
            drop(kept_.find(is_over ? *ends_.begin()->second : *uses_.front()));
        }
        const auto place = kept_.emplace(key, std::move(made)).first;
        place->second.use = uses_.insert(uses_.end(), &place->first);
        ends_.emplace(place->second.good_until, &place->first);
        bytes_ += place->second.bytes;
    }

    timed_cache_options options_;
    mutable std::mutex mutex_{};
    std::condition_variable changed_{};
    entries kept_{};
    // The keys of what is kept, the one unused for longest first, and by the end of their lives.
    std::list<const Key*> uses_{};
    std::set<std::pair<deadline::clock::time_point, const Key*>> ends_{};
    std::size_t bytes_ = 0;
    std::map<Key, std::shared_ptr<fetching>> running_{};
    timed_cache_statistics done_{};
};

} // namespace weir::workspace
