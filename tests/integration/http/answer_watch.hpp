// SPDX-License-Identifier: Apache-2.0
// Holds every answer of a test's service against the OpenAPI document of its tables: a status that
// the document does not give the operation, or a media type, is one that clients do not know.
#pragma once

#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/table/table.hpp>

#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// Threads: safe.
class answer_watch {
public:
    explicit answer_watch(std::span<const weir::table* const> tables);

    /// Notes an answer. Paths and methods that the document does not have are not its affair.
    void
    see(std::string_view method, std::string_view target, const weir::http::response& answered);

    /// Answers so far that the document does not describe.
    [[nodiscard]] std::set<std::string> undescribed() const;

private:
    /// The media types of each status.
    using answers = std::map<int, std::set<std::string>>;

    struct operation {
        std::string method{};
        /// With `{key}` for a part that may be anything.
        std::vector<std::string> path{};
        answers known{};
    };

    [[nodiscard]] const operation* find(std::string_view method, std::string_view path) const;

    std::vector<operation> operations_{};
    mutable std::mutex guard_{};
    std::set<std::string> undescribed_{};
};

} // namespace test
