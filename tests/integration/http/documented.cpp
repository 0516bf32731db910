// SPDX-License-Identifier: Apache-2.0
// The blocks ```http of the documentation, executed: a request, perhaps its body, and the answer,
// where … stands for anything. The blocks of one page follow one another in one service.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "service.hpp"

using namespace test;

namespace {

struct exchange {
    std::size_t line = 0;
    std::string method{};
    std::string path{};
    std::string body{};
    int status = 0;
    std::string answer{};
};

/// What a client's library does to a URL before it is sent.
std::string encoded(std::string_view path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view unsafe = " \"{}<>\\^`|";
    std::string out;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && unsafe.find(c) == std::string_view::npos) {
            out += c;
            continue;
        }
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

bool is_status_line(std::string_view line) {
    return line.size() >= 3 && line.find_first_not_of("0123456789") == 3 &&
           (line.size() == 3 || line[3] == ' ');
}

std::vector<exchange> exchanges_of(const std::string& page) {
    std::vector<exchange> found;
    std::ifstream file{page};
    REQUIRE(file);
    bool inside = false;
    bool answered = true;
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.starts_with("```")) {
            inside = !inside && line == "```http";
            REQUIRE(answered);
            continue;
        }
        if (!inside || line.empty())
            continue;
        const bool is_request =
            !is_status_line(line) && answered && line[0] >= 'A' && line[0] <= 'Z';
        if (is_request) {
            const auto space = line.find(' ');
            found.push_back(
                {.line = number, .method = line.substr(0, space), .path = line.substr(space + 1)}
            );
            answered = false;
        } else if (is_status_line(line)) {
            found.back().status = std::stoi(line.substr(0, 3));
            found.back().answer = line.substr(std::min<std::size_t>(4, line.size()));
            answered = true;
        } else {
            (answered ? found.back().answer : found.back().body) += line;
        }
    }
    return found;
}

/// Whether `text` is `pattern` where each … of it may be anything.
bool is_like(std::string_view text, std::string_view pattern) {
    constexpr std::string_view anything = "…";
    auto at = pattern.find(anything);
    if (at == std::string_view::npos)
        return text == pattern;
    if (!text.starts_with(pattern.substr(0, at)))
        return false;
    text.remove_prefix(at);
    pattern.remove_prefix(at + anything.size());
    for (at = pattern.find(anything); at != std::string_view::npos; at = pattern.find(anything)) {
        const auto there = text.find(pattern.substr(0, at));
        if (there == std::string_view::npos)
            return false;
        text.remove_prefix(there + at);
        pattern.remove_prefix(at + anything.size());
    }
    return text.ends_with(pattern);
}

/// Where the build says the pages are, else those of the present folder.
std::string docs_folder() {
    const char* const folder = std::getenv("WEIR_DOCS"); // NOLINT(concurrency-mt-unsafe)
    return folder == nullptr ? "docs" : folder;
}

void run(std::string_view page) {
    service on;
    on.as(ada());
    std::size_t executed = 0;
    for (const auto& each : exchanges_of(docs_folder() + "/" + std::string{page})) {
        const auto answer = on.ask(each.method, encoded(each.path), each.body);
        INFO("docs/" << page << ":" << each.line << ": " << each.method << " " << each.path);
        INFO("answered " << answer.status << " " << answer.body);
        CHECK(answer.status == each.status);
        CHECK(is_like(answer.body, each.answer));
        ++executed;
    }
    CHECK(executed > 0);
}

} // namespace

TEST_CASE("the query language does what its page says") {
    run("query.md");
}
