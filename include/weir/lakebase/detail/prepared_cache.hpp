// SPDX-License-Identifier: Apache-2.0
// Which statements a connection has prepared, and which of them to give up first. Costs <list> and
// <unordered_map>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir::lakebase::detail {

/// Statement text to the name it is prepared under, bounded; the least recently used goes first.
class prepared_cache {
public:
    explicit prepared_cache(std::size_t limit) : limit_(limit) {}

    /// The name `text` is prepared under, or nothing. Lifetime: until it is evicted or forgotten.
    [[nodiscard]] const std::string* find(std::string_view text) {
        const auto found = places_.find(text);
        if (found == places_.end())
            return nullptr;
        order_.splice(order_.begin(), order_, found->second);
        return &found->second->name;
    }

    /// A name no statement of this connection ever had.
    [[nodiscard]] std::string next_name() { return "w" + std::to_string(++last_name_); }

    /// Makes room for one more: takes out the name of the least recently used statement if there is
    /// none.
    [[nodiscard]] std::optional<std::string> evict_if_full() {
        if (order_.size() < limit_)
            return std::nullopt;
        auto name = std::move(order_.back().name);
        places_.erase(order_.back().text);
        order_.pop_back();
        return name;
    }

    /// Notes that `text`, which is not in the cache, is prepared under `name`.
    const std::string& add(std::string_view text, std::string name) {
        order_.push_front({std::string{text}, std::move(name)});
        places_.emplace(order_.front().text, order_.begin());
        return order_.front().name;
    }

    /// Forgets `text`, if it is there.
    void forget(std::string_view text) {
        const auto found = places_.find(text);
        if (found == places_.end())
            return;
        const auto place = found->second;
        places_.erase(found);
        order_.erase(place);
    }

    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

private:
    struct entry {
        std::string text;
        std::string name;
    };

    std::size_t limit_;
    std::uint64_t last_name_ = 0;
    // Most recently used first. List nodes never move, so the map's keys may refer into them.
    std::list<entry> order_;
    std::unordered_map<std::string_view, std::list<entry>::iterator> places_;
};

} // namespace weir::lakebase::detail
