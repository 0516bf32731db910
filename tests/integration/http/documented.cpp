// SPDX-License-Identifier: Apache-2.0
// The blocks ```http of the documentation, executed: a request, perhaps its headers and body, and
// the answer, perhaps its headers, where … stands for anything. `<ETag>` in a request is the last
// one answered, `<version>` the same without its quotes. The blocks of one page follow one another
// in one service.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service.hpp"

using namespace test;

namespace {

struct exchange {
    std::size_t line = 0;
    std::string method{};
    std::string path{};
    std::vector<weir::http::header> headers{};
    std::string body{};
    int status = 0;
    std::vector<weir::http::header> answer_headers{};
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
    return line.size() >= 3 &&
           line.substr(0, 3).find_first_not_of("0123456789") == std::string_view::npos &&
           (line.size() == 3 || line[3] == ' ');
}

/// Where the value of a header line begins; npos when it is none.
std::size_t header_value(std::string_view line) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos || line[0] < 'A' || line[0] > 'Z' ||
        line.substr(0, colon).find_first_of(" /?={[\"") != std::string_view::npos)
        return std::string_view::npos;
    return colon + 2;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
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
        if (const auto value = header_value(line); value != std::string_view::npos) {
            auto& headers = answered ? found.back().answer_headers : found.back().headers;
            headers.push_back({line.substr(0, value - 2), line.substr(value)});
            continue;
        }
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
    const auto who = weir::caller{.id = "ada", .groups = {"admins"}};
    std::size_t executed = 0;
    std::string tag = "\"none\"";
    for (auto each : exchanges_of(docs_folder() + "/" + std::string{page})) {
        replace_all(each.body, "<version>", tag.substr(1, tag.size() - 2));
        for (auto& header : each.headers)
            replace_all(header.value, "<ETag>", tag);
        weir::http::request asked;
        asked.method = each.method;
        asked.target = "/api/v1" + encoded(each.path);
        asked.body = each.body;
        for (const auto& header : each.headers)
            asked.headers.add(header.name, header.value);
        if (!each.body.empty() && !asked.headers.find("Content-Type"))
            asked.headers.add("Content-Type", "application/json");
        const auto answer = on.ask_as(who, std::move(asked));
        INFO("docs/" << page << ":" << each.line << ": " << each.method << " " << each.path);
        INFO("answered " << answer.status << " " << answer.body);
        CHECK(answer.status == each.status);
        CHECK(is_like(answer.body, each.answer));
        for (const auto& header : each.answer_headers) {
            INFO(header.name);
            CHECK(is_like(answer.headers.find(header.name).value_or("(none)"), header.value));
        }
        if (const auto told = answer.headers.find("ETag"))
            tag = *told;
        ++executed;
    }
    CHECK(executed > 0);
}

} // namespace

TEST_CASE("the query language does what its page says") {
    run("query.md");
}

TEST_CASE("relations are embedded as their page says", "[units]") {
    run("relations.md");
}

TEST_CASE("what goes wrong is answered as its page says") {
    run("errors.md");
}

TEST_CASE("writes do what their page says", "[units]") {
    run("writes.md");
}
