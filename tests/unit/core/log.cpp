// SPDX-License-Identifier: Apache-2.0
#include <weir/core/log.hpp>

#include <algorithm>
#include <array>
#include <catch.hpp>
#include <cstdint>
#include <fcntl.h>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace log_cases {

namespace {

weir::timestamp noon() {
    return *weir::make_timestamp({{2024, 5, 1}, 12, 0, 0, 500'000});
}

std::string line(
    weir::log_format format,
    std::string_view message,
    std::initializer_list<weir::log_field> fields = {}
) {
    std::string out;
    weir::append_log_line(out, format, noon(), weir::log_level::info, message, fields);
    return out;
}

} // namespace

TEST_CASE("a JSON line is one object") {
    REQUIRE(
        line(
            weir::log_format::json,
            "served",
            {{"status", 200},
             {"path", "/wells"},
             {"cached", false},
             {"ms", 1.5},
             {"most", std::numeric_limits<std::uint64_t>::max()},
             {"least", std::numeric_limits<std::int64_t>::min()}}
        ) ==
        R"({"time":"2024-05-01T12:00:00.500000Z","level":"info","message":"served","status":200,)"
        R"("path":"/wells","cached":false,"ms":1.5,"most":18446744073709551615,)"
        R"("least":-9223372036854775808})"
        "\n"
    );
    REQUIRE(
        line(weir::log_format::json, "x", {{"nan", std::numeric_limits<double>::quiet_NaN()}}) ==
        R"({"time":"2024-05-01T12:00:00.500000Z","level":"info","message":"x","nan":"NaN"})"
        "\n"
    );
}

TEST_CASE("a text line is for people") {
    REQUIRE(
        line(
            weir::log_format::text, "served it", {{"status", 200}, {"path", "/a b"}, {"id", "x1"}}
        ) == "2024-05-01T12:00:00.500000Z info served it status=200 path=\"/a b\" id=x1\n"
    );
    REQUIRE(line(weir::log_format::text, "x", {{"empty", ""}}).ends_with("empty=\"\"\n"));
}

TEST_CASE("no text can forge a line, a field or a terminal command") {
    const std::string_view evil = "a\nb\r\t\x1b[31m\"\\\x7f id=1";
    const auto json = line(weir::log_format::json, evil, {{"f", evil}});
    const std::string escaped = R"(a\nb\u000d\u0009\u001b[31m\"\\\u007f id=1)";
    REQUIRE(json.find("\"message\":\"" + escaped + "\"") != std::string::npos);
    REQUIRE(json.find("\"f\":\"" + escaped + "\"") != std::string::npos);
    const auto text = line(weir::log_format::text, evil, {{"f", evil}, {"g", "a=b"}});
    REQUIRE(text.find("f=\"" + escaped + "\"") != std::string::npos);
    REQUIRE(text.find("g=\"a=b\"") != std::string::npos);
    for (const auto& one : {json, text}) {
        REQUIRE(std::count(one.begin(), one.end(), '\n') == 1);
        REQUIRE(std::none_of(one.begin(), one.end() - 1, [](char c) {
            return static_cast<unsigned char>(c) < 0x20;
        }));
    }
}

TEST_CASE("text that is no UTF-8 is made so, and good UTF-8 is kept") {
    REQUIRE(line(weir::log_format::json, "caf\xC3\xA9").find("caf\xC3\xA9") != std::string::npos);
    const auto mended = line(weir::log_format::json, "a\xFFz");
    REQUIRE(mended.find("a\xEF\xBF\xBDz") != std::string::npos);
}

TEST_CASE("a logger writes what is at or above its level") {
    std::string out;
    const weir::logger log{
        weir::string_sink(out), weir::log_level::warning, weir::log_format::text, noon
    };
    log.debug("no");
    log.info("no");
    REQUIRE(out.empty());
    REQUIRE_FALSE(log.writes(weir::log_level::info));
    REQUIRE(log.writes(weir::log_level::error));
    log.warning("first", {{"n", 1}});
    log.error("second");
    REQUIRE(
        out == "2024-05-01T12:00:00.500000Z warning first n=1\n"
               "2024-05-01T12:00:00.500000Z error second\n"
    );
    REQUIRE(log.lost_lines() == 0);
}

TEST_CASE("levels and formats are read by name") {
    weir::log_level level{};
    REQUIRE(weir::parse_log_level("WARN", level));
    REQUIRE(level == weir::log_level::warning);
    REQUIRE(weir::parse_log_level("Warning", level));
    REQUIRE(weir::parse_log_level("debug", level));
    REQUIRE(level == weir::log_level::debug);
    REQUIRE_FALSE(weir::parse_log_level("", level));
    REQUIRE_FALSE(weir::parse_log_level("loud", level));
    weir::log_format format{};
    REQUIRE(weir::parse_log_format("TEXT", format));
    REQUIRE(format == weir::log_format::text);
    REQUIRE(weir::parse_log_format("json", format));
    REQUIRE(format == weir::log_format::json);
    REQUIRE_FALSE(weir::parse_log_format("xml", format));
}

TEST_CASE("lines of many threads do not mix") {
    std::string out;
    const weir::logger log{
        weir::string_sink(out), weir::log_level::info, weir::log_format::text, noon
    };
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&log] {
            for (int i = 0; i < 500; ++i)
                log.info("same line every time");
        });
    }
    for (auto& thread : threads)
        thread.join();
    const std::string one = "2024-05-01T12:00:00.500000Z info same line every time\n";
    REQUIRE(out.size() == one.size() * 2'000);
    for (std::size_t at = 0; at < out.size(); at += one.size()) {
        REQUIRE(out.compare(at, one.size(), one) == 0);
    }
}

TEST_CASE("lines reach a file descriptor whole") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const weir::logger log{
        weir::descriptor_sink(ends[1]), weir::log_level::info, weir::log_format::text, noon
    };
    log.info("through a pipe");
    ::close(ends[1]);
    std::string got(200, '\0');
    const auto size = ::read(ends[0], got.data(), got.size());
    ::close(ends[0]);
    REQUIRE(size > 0);
    got.resize(static_cast<std::size_t>(size));
    REQUIRE(got == "2024-05-01T12:00:00.500000Z info through a pipe\n");
}

TEST_CASE("a line that cannot be written is counted and harms nobody") {
    const weir::logger broken{weir::descriptor_sink(-1)};
    broken.error("lost");
    broken.error("lost too");
    REQUIRE(broken.lost_lines() == 2);
    std::string out;
    const weir::logger mistimed{
        weir::string_sink(out),
        weir::log_level::info,
        weir::log_format::json,
        [] { return weir::timestamp{std::numeric_limits<std::int64_t>::max()}; }
    };
    mistimed.info("never");
    REQUIRE(out.empty());
    REQUIRE(mistimed.lost_lines() == 1);
}

} // namespace log_cases
