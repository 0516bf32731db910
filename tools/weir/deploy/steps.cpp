// SPDX-License-Identifier: Apache-2.0
#include "deploy/steps.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

namespace weir::ops {

namespace {

void tell(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

} // namespace

void steps::run(std::string_view name, const std::function<std::string()>& work) {
    const auto place = "[" + std::to_string(++at_) + "/" + std::to_string(count_) + "] ";
    const std::string step{name};
    constexpr auto hint = "what was done stays; run it again to go on";
    try {
        done_.push_back({step, work()});
        tell(place + step + ": " + done_.back().what);
    } catch (const step_stopped&) {
        tell(place + step + ": stopped; " + hint);
        throw;
    } catch (const error& failed) {
        throw configuration_error{
            "step " + std::to_string(at_) + ", " + step + ", failed: " + failed.what() + "; " + hint
        };
    }
}

void waiting::until_ready(std::string_view what, const std::function<std::string()>& look) const {
    const auto end = std::chrono::steady_clock::now() + most_;
    std::chrono::milliseconds pause{100};
    std::string told;
    for (;;) {
        const auto state = look();
        if (state.empty())
            return;
        if (state != told)
            tell("      " + std::string{what} + ": " + state);
        told = state;
        if (std::chrono::steady_clock::now() >= end)
            throw timeout_error{std::string{what} + " is still " + state};
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{5000});
    }
}

} // namespace weir::ops
