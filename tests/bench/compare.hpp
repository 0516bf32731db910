// SPDX-License-Identifier: Apache-2.0
// Several ways of doing one thing, side by side: short turns whose order rotates, ratios within one
// round, quartiles. For machines that are shared, where a slow spell multiplies every figure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <vector>

#include "measure.hpp"

namespace weir::bench {

/// How many calls a turn has, and how many turns each way gets.
struct turns {
    std::size_t calls = 100;
    std::size_t rounds = 240;
};

inline double quantile(std::vector<double> of, double share) {
    std::sort(of.begin(), of.end());
    return of[static_cast<std::size_t>(share * static_cast<double>(of.size() - 1))];
}

struct way {
    const char* name;
    std::function<void()> call;
    std::vector<double> cpu{};
    std::vector<double> wall{};

    void turn(std::size_t calls) {
        using clock = std::chrono::steady_clock;
        const auto start = cpu_microseconds();
        for (std::size_t time = 0; time < calls; ++time) {
            const auto began = clock::now();
            call();
            wall.push_back(std::chrono::duration<double, std::micro>{clock::now() - began}.count());
        }
        cpu.push_back((cpu_microseconds() - start) / static_cast<double>(calls));
    }
};

/// The first is ours; each later one is what it is held against.
inline void compare(const char* what, std::vector<way> ways, turns in = {}) {
    for (auto& one : ways) {
        for (std::size_t time = 0; time < 2 * in.calls; ++time)
            one.call();
    }
    for (std::size_t round = 0; round < in.rounds; ++round) {
        for (std::size_t at = 0; at < ways.size(); ++at)
            ways[(round + at) % ways.size()].turn(in.calls);
    }
    for (const auto& one : ways) {
        std::printf(
            "%-16s %-16s %6.2f | %6.2f | %6.2f us CPU (quartiles), p50 %.0f us, p99 %.0f us\n",
            what,
            one.name,
            quantile(one.cpu, 0.25),
            quantile(one.cpu, 0.5),
            quantile(one.cpu, 0.75),
            quantile(one.wall, 0.5),
            quantile(one.wall, 0.99)
        );
    }
    // A slow spell can last a whole run and hit one side only, in either direction: sides that
    // differ more than any difference in their own work could explain are told apart, not divided.
    const auto slowest = [&] {
        double most = 0;
        for (const auto& one : ways)
            most = std::max(most, quantile(one.cpu, 0.25));
        return most;
    }();
    for (const auto& one : ways) {
        const auto low = quantile(one.cpu, 0.25);
        if (quantile(one.cpu, 0.75) > 1.25 * low || slowest > 3 * low) {
            std::printf("  => no ratio: the machine is too busy (%s), run again\n", one.name);
            return;
        }
    }
    for (std::size_t other = 1; other < ways.size(); ++other) {
        std::vector<double> ratios(in.rounds);
        for (std::size_t round = 0; round < in.rounds; ++round) {
            ratios[round] = ways[0].cpu[round] / ways[other].cpu[round];
        }
        std::printf(
            "  => %s / %s: median of the rounds %.3f, of the lower quartiles %.3f\n",
            ways[0].name,
            ways[other].name,
            quantile(ratios, 0.5),
            quantile(ways[0].cpu, 0.25) / quantile(ways[other].cpu, 0.25)
        );
    }
}

} // namespace weir::bench
