// SPDX-License-Identifier: Apache-2.0
#include <weir/core/uuid.hpp>

#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <array>
#include <catch.hpp>
#include <set>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace uuid_cases {

namespace {

std::string text_of(const weir::uuid& value) {
    std::string out;
    weir::append_uuid(out, value);
    return out;
}

} // namespace

TEST_CASE("UUID text is read in either case and written in lower case") {
    constexpr auto read = [] {
        weir::uuid value;
        if (!weir::parse_uuid("123E4567-e89B-12d3-A456-426614174000", value))
            throw 0;
        return value;
    }();
    STATIC_REQUIRE(read.bytes[0] == 0x12);
    STATIC_REQUIRE(read.bytes[15] == 0x00);
    REQUIRE(text_of(read) == "123e4567-e89b-12d3-a456-426614174000");
    REQUIRE(text_of(weir::uuid{}) == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("what is no UUID is refused") {
    weir::uuid value = weir::uuid::random();
    const auto before = value;
    for (const std::string_view text : {
             "",
             "123e4567-e89b-12d3-a456-42661417400",
             "123e4567-e89b-12d3-a456-4266141740000",
             "123e4567e89b12d3a456426614174000",
             "{123e4567-e89b-12d3-a456-426614174000}",
             "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
             "123e4567-e89b-12d3-a456_426614174000",
             "123e4567-e89b-12d3a-456-426614174000",
             "g23e4567-e89b-12d3-a456-426614174000",
             "123e4567-e89b-12d3-a456-42661417400g",
             "123e4567-e89b-12d3-a456-42661417400 ",
             " 23e4567-e89b-12d3-a456-426614174000",
             "-23e4567-e89b-12d3-a456-426614174000",
             "123e4567-e89b-12d3-a456-4266141740\xC3\xA9",
         }) {
        CAPTURE(text);
        CHECK_FALSE(weir::parse_uuid(text, value));
        CHECK(value == before);
    }
}

TEST_CASE("random UUIDs are of version 4, variant 1, and agree with Boost.UUID on their text") {
    const boost::uuids::string_generator parse;
    for (int i = 0; i < 1'000; ++i) {
        const auto value = weir::uuid::random();
        const auto text = text_of(value);
        const auto boosts = parse(text);
        REQUIRE(boosts.version() == boost::uuids::uuid::version_random_number_based);
        REQUIRE(boosts.variant() == boost::uuids::uuid::variant_rfc_4122);
        REQUIRE(std::equal(boosts.begin(), boosts.end(), value.bytes.begin()));
        REQUIRE(to_string(boosts) == text);
        weir::uuid again;
        REQUIRE(weir::parse_uuid(text, again));
        REQUIRE(again == value);
    }
}

TEST_CASE("every free bit of random UUIDs is set about half of the time") {
    constexpr int rounds = 4'000;
    std::array<int, 128> set{};
    for (int i = 0; i < rounds; ++i) {
        const auto value = weir::uuid::random();
        for (std::size_t bit = 0; bit < 128; ++bit) {
            set[bit] += (value.bytes[bit / 8] >> (7 - bit % 8)) & 1;
        }
    }
    for (std::size_t bit = 0; bit < 128; ++bit) {
        const bool fixed = (bit >= 48 && bit < 52) || bit == 64 || bit == 65;
        CAPTURE(bit);
        if (fixed) {
            CHECK((set[bit] == 0 || set[bit] == rounds));
        } else {
            // Eight standard deviations: a false alarm once in 10^15 runs.
            CHECK(std::abs(set[bit] - rounds / 2) < 253);
        }
    }
}

TEST_CASE("threads draw different UUIDs") {
    std::array<std::vector<weir::uuid>, 4> drawn;
    std::vector<std::thread> threads;
    for (auto& mine : drawn) {
        threads.emplace_back([&mine] {
            for (int i = 0; i < 2'000; ++i)
                mine.push_back(weir::uuid::random());
        });
    }
    for (auto& thread : threads)
        thread.join();
    std::set<weir::uuid> all;
    for (const auto& mine : drawn)
        all.insert(mine.begin(), mine.end());
    REQUIRE(all.size() == 8'000);
}

TEST_CASE("a forked child does not draw its parent's UUIDs") {
    // So that both processes hold a pool that is only partly used.
    (void)weir::uuid::random();
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    const auto mine = weir::uuid::random();
    if (child == 0) {
        const auto sent = ::write(ends[1], mine.bytes.data(), mine.bytes.size());
        ::_exit(sent == 16 ? 0 : 1);
    }
    weir::uuid theirs;
    REQUIRE(::read(ends[0], theirs.bytes.data(), theirs.bytes.size()) == 16);
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    ::close(ends[0]);
    ::close(ends[1]);
    REQUIRE(theirs != mine);
}

TEST_CASE("UUIDs order as their text does") {
    std::vector<weir::uuid> values(200);
    for (auto& value : values)
        value = weir::uuid::random();
    std::sort(values.begin(), values.end());
    REQUIRE(std::is_sorted(values.begin(), values.end(), [](const auto& left, const auto& right) {
        return text_of(left) < text_of(right);
    }));
}

} // namespace uuid_cases
