// SPDX-License-Identifier: Apache-2.0
// What is wrong with a schema, where, and what to write instead; printed the way compilers print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source.hpp"

namespace weir::gen {

enum class severity : std::uint8_t { error, warning };

/// Another place that matters to a diagnostic: the first of two equal names, for one.
struct note {
    range at;
    std::string message;
};

/// One finding. `id` is stable: it is in the documentation, and each has a golden test.
struct diagnostic {
    std::string_view id;
    severity level = severity::error;
    range at;
    std::string message;
    std::string hint{};
    std::vector<note> notes{};
};

/// Collects the findings of a run; nothing stops at the first.
class diagnostics {
public:
    void error(std::string_view id, range at, std::string message, std::string hint = {}) {
        add({id, severity::error, at, std::move(message), std::move(hint), {}});
    }

    void warning(std::string_view id, range at, std::string message, std::string hint = {}) {
        add({id, severity::warning, at, std::move(message), std::move(hint), {}});
    }

    /// The same finding at the same place counts once.
    void add(diagnostic found);

    [[nodiscard]] bool has_errors() const noexcept { return errors_ != 0; }

    [[nodiscard]] bool has_warnings() const noexcept { return found_.size() != errors_; }

    /// Whether an error lies at or around these bytes; later rules stay quiet there.
    [[nodiscard]] bool has_error_in(range at) const;

    /// Lifetime: until the next add().
    [[nodiscard]] std::span<const diagnostic> found() const noexcept { return found_; }

    /// Every finding sorted by position, at most 20, ready for stderr; empty when there is none.
    [[nodiscard]] std::string print(const sources& files) const;

    /// Every finding sorted by position, as a JSON document for programs.
    [[nodiscard]] std::string as_json(const sources& files) const;

private:
    /// Indices of what was found, by position.
    [[nodiscard]] std::vector<std::size_t> sorted() const;

    std::vector<diagnostic> found_;
    std::size_t errors_ = 0;
};

/// "did you mean 'x'?" for the nearest name, else the list of known names when it is short.
[[nodiscard]] std::string
nearest_hint(std::string_view name, std::span<const std::string_view> known);

/// Names as a list for people: `a, b, c`.
[[nodiscard]] std::string listed(std::span<const std::string_view> names);

} // namespace weir::gen
