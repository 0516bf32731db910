// SPDX-License-Identifier: Apache-2.0
#include <weir/core/joint_work.hpp>

#include <array>
#include <catch.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using weir::joint_work;

namespace {

void await_others() {
    if (auto* const others = joint_work::current())
        others->await_others();
}

char letter(char first, std::size_t at) {
    return static_cast<char>(first + static_cast<char>(at));
}

/// What pieces tell before and after they wait for each other.
std::string told_by(joint_work& work, std::size_t pieces) {
    std::string told;
    work.run(pieces, [&](std::size_t at) {
        told += letter('a', at);
        await_others();
        told += letter('A', at);
    });
    return told;
}

/// Needs so many stack frames, and gives their number.
std::size_t depth(std::size_t frames) { // NOLINT(misc-no-recursion)
    std::array<std::size_t, 32> used{};
    used.fill(frames);
    const volatile std::size_t* const kept = used.data();
    return frames == 0 ? 0 : depth(frames - 1) + (kept[0] == frames ? 1U : 0U);
}

} // namespace

TEST_CASE("pieces go on when all have come as far, in that order after the last one") {
    joint_work work;
    CHECK(told_by(work, 4) == "abcdDABC");
    CHECK(told_by(work, 2) == "abBA");
    // With the stacks of before.
    CHECK(told_by(work, 5) == "abcdeEABCD");
}

TEST_CASE("a piece without others waits for nobody") {
    joint_work work;
    CHECK(told_by(work, 1) == "aA");
    work.run(1, [](std::size_t) { CHECK(joint_work::current() == nullptr); });
    CHECK(told_by(work, 0).empty());
}

TEST_CASE("outside of pieces there is nothing to be a piece of") {
    joint_work work;
    std::size_t inside = 0;
    work.run(3, [&](std::size_t) { inside += joint_work::current() == &work ? 1U : 0U; });
    CHECK(inside == 3);
    CHECK(joint_work::current() == nullptr);
}

TEST_CASE("nobody waits for a piece that is over") {
    joint_work work;
    std::string told;
    work.run(6, [&](std::size_t at) {
        told += letter('a', at);
        if (at % 2 == 0)
            await_others();
        told += letter('A', at);
    });
    CHECK(told == "abBcdDefFACE");
}

TEST_CASE("who comes again does not pause again") {
    joint_work work;
    std::string told;
    work.run(3, [&](std::size_t at) {
        for (const char first : {'a', 'p', 'A'}) {
            told += letter(first, at);
            await_others();
        }
    });
    CHECK(told == "abcrCpAqB");
}

TEST_CASE("pieces throw and catch before they wait and after") {
    joint_work work;
    std::vector<std::string> caught(8);
    const auto fail = [](const std::string& why) -> std::string {
        try {
            throw std::runtime_error{why};
        } catch (const std::runtime_error& failed) {
            return failed.what();
        }
    };
    work.run(caught.size(), [&](std::size_t at) {
        caught[at] = fail("before ") + std::to_string(at);
        await_others();
        caught[at] += fail(" after");
    });
    for (std::size_t at = 0; at < caught.size(); ++at)
        CHECK(caught[at] == "before " + std::to_string(at) + " after");
}

TEST_CASE("a piece has a deep stack of its own") {
    joint_work work;
    std::size_t reached = 0;
    work.run(4, [&](std::size_t) {
        reached += depth(200);
        await_others();
        reached += depth(200);
    });
    CHECK(reached == 4UL * 2 * 200);
}

TEST_CASE("each thread has pieces of its own") {
    std::vector<std::thread> threads;
    std::vector<std::string> told(4);
    for (auto& one : told)
        threads.emplace_back([&one] {
            joint_work work;
            for (int time = 0; time < 50; ++time)
                one = told_by(work, 8);
        });
    for (auto& each : threads)
        each.join();
    for (const auto& one : told)
        CHECK(one == "abcdefghHABCDEFG");
}
