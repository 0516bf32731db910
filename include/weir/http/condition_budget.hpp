// SPDX-License-Identifier: Apache-2.0
// How much of conditions one request may ask, in any grammar, counted before any SQL is written.
// Light: string, vector.
#pragma once

#include <weir/core/violation.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::http {

/// Counts the conditions of one request and tells once what was too much.
/// Lifetime: `broken` must outlive it.
class condition_budget {
public:
    /// Bytes of a query string, escapes undone.
    static constexpr std::size_t most_query_bytes = 8 * 1024;
    /// Bytes of a body that holds a query.
    static constexpr std::size_t most_body_bytes = 64 * 1024;
    /// `and`, `or` and `not` inside each other.
    static constexpr std::size_t most_depth = 5;
    /// Comparisons.
    static constexpr std::size_t most_conditions = 50;
    /// Values in the lists of `in`, `cs`, `cd` and `ov`, all together.
    static constexpr std::size_t most_values = 500;

    /// `root`: the part of the request that violations name, `query` or `body`.
    condition_budget(violations& broken, std::string_view root) : broken_(&broken), root_(root) {}

    /// One more comparison; false when that is too many.
    [[nodiscard]] bool take_condition() {
        return ++conditions_ <= most_conditions ||
               spend("too_many_conditions", "At most 50 filters are taken");
    }

    /// One more value of a list.
    [[nodiscard]] bool take_value() {
        return ++values_ <= most_values ||
               spend("too_many_values", "The lists of all filters hold at most 500 values");
    }

    /// One level deeper; every enter() that holds is followed by a leave().
    [[nodiscard]] bool enter() {
        return ++depth_ <= most_depth || spend("too_deep", "Conditions nest at most 5 deep");
    }

    void leave() noexcept { --depth_; }

    [[nodiscard]] bool is_spent() const noexcept { return is_spent_; }

    /// Whether a query of `size` bytes may be read.
    [[nodiscard]] bool takes_query(std::size_t size) {
        return size <= most_query_bytes ||
               spend("query_too_long", "A query has at most 8192 bytes; POST a longer one");
    }

    [[nodiscard]] bool takes_body(std::size_t size) {
        return size <= most_body_bytes ||
               spend("query_too_long", "A query in a body has at most 65536 bytes");
    }

private:
    bool spend(std::string_view type, std::string_view message) {
        if (!is_spent_)
            broken_->push_back({std::string{type}, {std::string{root_}}, std::string{message}});
        is_spent_ = true;
        return false;
    }

    violations* broken_;
    std::string_view root_;
    std::size_t conditions_ = 0;
    std::size_t values_ = 0;
    std::size_t depth_ = 0;
    bool is_spent_ = false;
};

} // namespace weir::http
