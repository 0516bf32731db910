// SPDX-License-Identifier: Apache-2.0
// What the log keeps of a failure that clients only see as "Internal server error": why, never
// whose values. Costs core/log.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/route_name.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

namespace detail {

struct failure_story {
    std::string what{};
    /// What was thrown below one of weir's: a driver's, in the words of a server.
    std::string driver{};
    std::string sqlstate{};
    std::string server_text{};
    std::string where{};
};

/// Whether what a server says about such a failure is about its own things: names, rights,
/// connections, resources. Everything else may be about values.
/// Source: PostgreSQL manual, Appendix A.
[[nodiscard]] inline bool is_about_names(std::string_view sqlstate) {
    constexpr std::array<std::string_view, 11> classes{
        "08", "25", "26", "28", "3D", "3F", "42", "53", "55", "57", "58"
    };
    return std::find(classes.begin(), classes.end(), sqlstate.substr(0, 2)) != classes.end();
}

/// Whether a quotation behind that text is a name: `column "x"`.
[[nodiscard]] inline bool introduces_name(std::string_view before) {
    for (const std::string_view word :
         {"column ", "constraint ", "index ", "relation ", "schema ", "table "})
        if (before.ends_with(word))
            return true;
    return false;
}

/// Appends the first line of a server's text without what may be a value: what it quotes or puts in
/// brackets, but for names, and numbers. Values may hold quotes and brackets themselves, so each
/// goes as far as the last that could end it. The lines after it are about rows.
inline void append_without_values(std::string& out, std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    text = text.substr(0, text.find('\n'));
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char each = text[at];
        if (each >= '0' && each <= '9') {
            if (out.empty() || out.back() != '#')
                out.push_back('#');
            continue;
        }
        if (each != '"' && each != '\'' && each != '`' && each != '(') {
            out.push_back(each);
            continue;
        }
        const bool is_name = each != '(' && introduces_name(text.substr(0, at));
        const auto end = is_name ? text.find(each, at + 1) : text.rfind(each == '(' ? ')' : each);
        const bool is_closed = end != std::string_view::npos && end > at;
        out.append(is_name && is_closed ? text.substr(at, end - at + 1) : std::string_view{"…"});
        if (!is_closed)
            return;
        at = end;
    }
}

/// What the log keeps of what a server said.
[[nodiscard]] inline std::string kept_of_server(std::string_view sqlstate, std::string_view text) {
    if (is_about_names(sqlstate))
        return std::string{text};
    // Words of a schema's own functions, which may be made of anything.
    if (sqlstate.starts_with("P0"))
        return {};
    std::string kept;
    append_without_values(kept, text);
    return kept;
}

[[nodiscard]] inline std::string kept_of_server(const error& failed) {
    return kept_of_server(failed.sqlstate(), failed.server_text());
}

// Outermost first; the innermost server text and place win, being nearest to the cause.
inline void tell(const std::exception_ptr& thrown, failure_story& story) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& failed) {
        const auto* const ours = dynamic_cast<const error*>(&failed);
        auto& told = ours == nullptr && !story.where.empty() ? story.driver : story.what;
        told.append(told.empty() ? "" : ": ").append(failed.what());
        if (ours != nullptr) {
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

/// Writes a failure with every detail it carries; of a server's text what is no value. The request
/// is named by its id and route, for its path and query may hold values too.
inline void log_failure(
    const logger& log, const request& asked, const problem& told, const std::exception_ptr& thrown
) {
    detail::failure_story story;
    detail::tell(thrown, story);
    for (auto* const said : {&story.server_text, &story.driver})
        *said = detail::kept_of_server(story.sqlstate, *said);
    log.error(
        "request failed",
        {
            {"request_id", asked.request_id},
            {"method", asked.method},
            {"route", asked.route == nullptr ? std::string_view{} : asked.route->pattern},
            {"status", told.status},
            {"code", told.code},
            {"what", story.what},
            {"sqlstate", story.sqlstate},
            {"driver", story.driver},
            {"server_text", story.server_text},
            {"where", story.where},
        }
    );
}

} // namespace weir::http
