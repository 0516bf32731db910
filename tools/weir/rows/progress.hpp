// SPDX-License-Identifier: Apache-2.0
// How far a command is, on a terminal's last line. Light.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weir::ops {

/// `orders 120,000 rows, 61,000 a second, 42 %`; nothing where stderr is no terminal. The line is
/// gone when this ends.
class progress {
public:
    /// `most`: of what tell() is given as `done`; 0: nobody knows.
    progress(std::string what, std::uint64_t most);
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress();

    /// At most ten times a second. `rows`: of this run.
    void tell(std::uint64_t rows, std::uint64_t done);

    /// Removes the line, for something else to be printed.
    void clear();

    /// Rows a second since the start.
    [[nodiscard]] std::uint64_t rate(std::uint64_t rows) const;

private:
    using clock = std::chrono::steady_clock;

    std::string what_;
    std::uint64_t most_;
    bool is_shown_;
    bool has_line_ = false;
    clock::time_point start_ = clock::now();
    clock::time_point last_{};
};

/// `1,250,000`.
[[nodiscard]] std::string grouped(std::uint64_t number);

} // namespace weir::ops
