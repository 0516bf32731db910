// SPDX-License-Identifier: Apache-2.0
// A field of a partial update: absent, null, or a value. Costs <optional>.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

namespace weir {

struct null_t {
    explicit constexpr null_t() = default;
};

/// Writes NULL into a nullable column: `{.oileur = weir::null}`.
inline constexpr null_t null{};

/// What an update does to one column: leave it (default), set NULL, or set a value.
template <class T>
class patch {
public:
    using value_type = T;

    constexpr patch() = default;

    constexpr patch(null_t /*unused*/) : present_(true) {}

    // Converting on purpose: an update is written as plainly as a row, {.wellname = "SMITH 2"}.
    // The last term turns away probes that convert to anything, as Boost.PFR sends to count
    // members.
    template <class U>
        requires(!std::is_same_v<std::remove_cvref_t<U>, patch>) && std::is_convertible_v<U&&, T> &&
                    std::is_constructible_v<std::optional<T>, U&&>
    constexpr patch(U&& value) : present_(true), value_(std::forward<U>(value)) {}

    [[nodiscard]] constexpr bool is_absent() const noexcept { return !present_; }

    [[nodiscard]] constexpr bool is_null() const noexcept { return present_ && !value_; }

    [[nodiscard]] constexpr bool has_value() const noexcept { return value_.has_value(); }

    /// Requires has_value().
    [[nodiscard]] constexpr const T& value() const { return *value_; }

    friend constexpr bool operator==(const patch&, const patch&) = default;

private:
    bool present_ = false;
    std::optional<T> value_{};
};

} // namespace weir
