// SPDX-License-Identifier: Apache-2.0
// What the log keeps of a failure that clients only see as "Internal server error". Costs
// core/log.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace weir::http {

namespace detail {

struct failure_story {
    std::string what{};
    std::string sqlstate{};
    std::string server_text{};
    std::string where{};
};

// Outermost first; the innermost server text and place win, being nearest to the cause.
inline void tell(const std::exception_ptr& thrown, failure_story& story) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& failed) {
        if (!story.what.empty())
            story.what += ": ";
        story.what += failed.what();
        if (const auto* ours = dynamic_cast<const error*>(&failed)) {
            if (!ours->sqlstate().empty())
                story.sqlstate = ours->sqlstate();
            if (!ours->server_text().empty())
                story.server_text = ours->server_text();
            story.where =
                std::string{ours->where().file_name()} + ':' + std::to_string(ours->where().line());
        }
        if (const auto* nested = dynamic_cast<const std::nested_exception*>(&failed);
            nested != nullptr && nested->nested_ptr() != nullptr)
            tell(nested->nested_ptr(), story);
    } catch (...) {
        story.what += story.what.empty() ? "not a std::exception" : ": not a std::exception";
    }
}

} // namespace detail

/// Writes a failure with every detail it carries, server text included.
inline void log_failure(
    const logger& log, const request& asked, const problem& told, const std::exception_ptr& thrown
) {
    detail::failure_story story;
    detail::tell(thrown, story);
    log.error(
        "request failed",
        {
            {"request_id", asked.request_id},
            {"method", asked.method},
            {"path", asked.path},
            {"status", told.status},
            {"code", told.code},
            {"what", story.what},
            {"sqlstate", story.sqlstate},
            {"server_text", story.server_text},
            {"where", story.where},
        }
    );
}

} // namespace weir::http
