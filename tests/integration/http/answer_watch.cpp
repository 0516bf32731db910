// SPDX-License-Identifier: Apache-2.0
#include "answer_watch.hpp"

#include <weir/http/openapi/document.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

namespace test {

namespace {

using document = nlohmann::json;

std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

const document& followed(const document& whole, const document& given) {
    const auto reference = given.find("$ref");
    if (reference == given.end())
        return given;
    return whole.at(document::json_pointer{reference->get<std::string>().substr(1)});
}

bool matches(const std::vector<std::string>& path, const std::vector<std::string>& pattern) {
    return std::equal(
        path.begin(),
        path.end(),
        pattern.begin(),
        pattern.end(),
        [](const std::string& part, const std::string& wanted) {
            return wanted == "{key}" || part == wanted;
        }
    );
}

} // namespace

answer_watch::answer_watch(std::span<const weir::table* const> tables) {
    const auto whole = document::parse(weir::http::openapi_document(tables));
    for (const auto& [path, methods] : whole.at("paths").items()) {
        for (const auto& [method, described] : methods.items()) {
            if (!described.contains("responses"))
                continue;
            operation made{.method = upper(method), .path = parts_of(path)};
            for (const auto& [status, response] : described.at("responses").items()) {
                auto& media = made.known[std::stoi(status)];
                const auto& told = followed(whole, response);
                if (const auto content = told.find("content"); content != told.end())
                    for (const auto& [type, schema] : content->items())
                        media.insert(type);
            }
            operations_.push_back(std::move(made));
        }
    }
    // A name before `{key}`: as the routes are found.
    std::sort(
        operations_.begin(),
        operations_.end(),
        [](const operation& left, const operation& right) {
            const auto general = [](const operation& each) {
                return std::count(each.path.begin(), each.path.end(), "{key}");
            };
            return general(left) < general(right);
        }
    );
}

const answer_watch::operation*
answer_watch::find(std::string_view method, std::string_view path) const {
    const auto parts = parts_of(path);
    const auto found =
        std::find_if(operations_.begin(), operations_.end(), [&](const operation& each) {
            return each.method == method && matches(parts, each.path);
        });
    return found == operations_.end() ? nullptr : &*found;
}

void answer_watch::see(
    std::string_view method, std::string_view target, const weir::http::response& answered
) {
    const auto* const known =
        find(method == "HEAD" ? "GET" : method, target.substr(0, target.find('?')));
    if (known == nullptr)
        return;
    auto told = std::string{method} + " " + std::string{target} + " answered " +
                std::to_string(answered.status);
    const auto status = known->known.find(answered.status);
    bool is_known = status != known->known.end();
    if (const auto type = answered.headers.find("Content-Type"); is_known && type) {
        const std::string media{type->substr(0, type->find(';'))};
        told += " with " + media;
        is_known = status->second.contains(media);
    }
    if (is_known)
        return;
    const std::lock_guard lock{guard_};
    undescribed_.insert(std::move(told));
}

std::set<std::string> answer_watch::undescribed() const {
    const std::lock_guard lock{guard_};
    return undescribed_;
}

} // namespace test
