// SPDX-License-Identifier: Apache-2.0
// The steps of a deployment: shown as they go, and named where one fails.
#pragma once

#include <weir/core/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// A step that another command's exit code ends; it has told why.
struct step_stopped {
    int status = 0;
};

/// A step that was done, and what that was.
struct done_step {
    std::string name{};
    std::string what{};
};

class steps {
public:
    explicit steps(std::size_t count) : count_(count) {}

    /// `work` does what is left to do and says in a word what that was.
    ///
    /// Errors: configuration_error naming the step, for any error of weir's; step_stopped.
    void run(std::string_view name, const std::function<std::string()>& work);

    [[nodiscard]] const std::vector<done_step>& done() const noexcept { return done_; }

private:
    std::size_t count_;
    std::size_t at_ = 0;
    std::vector<done_step> done_{};
};

/// How long to wait for what the platform does by itself.
class waiting {
public:
    explicit waiting(std::chrono::seconds most) : most_(most) {}

    /// Asks `look` again and again until it gives nothing; what it gives is told when it changes.
    ///
    /// Errors: timeout_error naming `what`.
    void until_ready(std::string_view what, const std::function<std::string()>& look) const;

private:
    std::chrono::seconds most_;
};

} // namespace weir::ops
