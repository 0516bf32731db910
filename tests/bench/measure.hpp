// SPDX-License-Identifier: Apache-2.0
// CPU time of a piece of work: warmed up, sampled, median and spread, one line each.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <ctime>

namespace weir::bench {

/// Keeps the compiler from leaving out work whose result nobody reads.
template <class T>
void keep(const T& value) {
    asm volatile(""
                 :
                 : "g"(&value)
                 : "memory"); // NOLINT(hicpp-no-assembler): there is no other way
}

[[nodiscard]] inline double cpu_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Runs `work` for about 0.6 s of CPU time and prints the median of 15 samples. Answers it, in
/// microseconds.
template <class Work>
double measure(const char* name, Work&& work) {
    constexpr double sample_microseconds = 30'000;
    std::size_t rounds = 1;
    for (;;) {
        const auto start = cpu_microseconds();
        for (std::size_t round = 0; round < rounds; ++round)
            work();
        if (cpu_microseconds() - start > sample_microseconds)
            break;
        rounds *= 2;
    }
    std::array<double, 15> samples{};
    for (auto& sample : samples) {
        const auto start = cpu_microseconds();
        for (std::size_t round = 0; round < rounds; ++round)
            work();
        sample = (cpu_microseconds() - start) / static_cast<double>(rounds);
    }
    std::sort(samples.begin(), samples.end());
    const auto median = samples[samples.size() / 2];
    std::printf("%-58s %10.3f us  (%.3f .. %.3f)\n", name, median, samples.front(), samples.back());
    return median;
}

inline void compare(const char* name, double ours, double other) {
    std::printf("  => %s: %.1fx\n", name, other / ours);
}

} // namespace weir::bench
