// SPDX-License-Identifier: Apache-2.0
// Answers of weir's routes in PostgREST's shape: bare arrays, `Content-Range`, its error body.
// Costs json/reader.hpp. Source: PostgREST documentation, "Pagination and Count", "Singular or
// Plural", "Errors".
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/postgrest/projection.hpp>
#include <weir/http/postgrest/question.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/response.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http::postgrest {

namespace detail {

/// A body of one of weir's routes, taken apart. Views of it.
struct page_parts {
    /// An array of rows, or one row; empty: the answer told none.
    std::string_view rows{};
    std::optional<std::uint64_t> count{};
    std::optional<std::uint64_t> total{};
};

/// Errors: throws decode_error for what is no such body.
[[nodiscard]] inline page_parts take_apart(std::string_view body) {
    page_parts made;
    if (body.empty())
        return made;
    json::reader in{body, json::reader::most_depth};
    const auto read_number = [&](std::optional<std::uint64_t>& out) {
        std::string_view text;
        std::uint64_t number = 0;
        if (!in.read_number(text) ||
            std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
            return false;
        out = number;
        return true;
    };
    // A row by itself may have columns called like the members of a page: an array tells.
    bool is_page = false;
    bool is_sound = in.enter_object();
    std::string_view name;
    while (is_sound && in.next_member(name)) {
        if (name == "data" && in.peek() == json::token::array) {
            is_page = true;
            is_sound = in.read_raw(made.rows);
        } else if (name == "count" && in.peek() == json::token::number) {
            is_sound = read_number(made.count);
        } else if (name == "total" && in.peek() == json::token::number) {
            is_sound = read_number(made.total);
        } else {
            is_sound = in.skip_value();
        }
    }
    if (!is_sound || !in.finish())
        throw decode_error{"An answer is no JSON"};
    if (!is_page)
        return {.rows = body, .count = 1};
    return made;
}

/// `0-9/573`; `*/573` when the page is empty, `0-9/*` when nobody counted.
[[nodiscard]] inline std::string
content_range(std::uint64_t offset, std::uint64_t count, std::optional<std::uint64_t> total) {
    std::string made =
        count == 0 ? "*" : std::to_string(offset) + "-" + std::to_string(offset + count - 1);
    return made + "/" + (total ? std::to_string(*total) : "*");
}

/// What PostgREST would call a problem; clients look at some of these.
[[nodiscard]] inline std::string_view code_of(const problem& told) noexcept {
    switch (told.status) {
    case 400:
        return "PGRST100";
    case 401:
        return "PGRST301";
    case 403:
        return "42501";
    case 404:
        return "PGRST205";
    case 405:
        return "PGRST117";
    case 406:
        return "PGRST107";
    case 409:
        return "23505";
    case 416:
        return "PGRST103";
    case 503:
        return "PGRST000";
    case 504:
        return "PGRST003";
    default:
        return told.status >= 500 ? "XX000" : "PGRST100";
    }
}

inline void append_text_or_null(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += "null";
    } else {
        json::append_json_string(out, text);
    }
}

} // namespace detail

/// A problem in PostgREST's error body.
[[nodiscard]] inline response error_answer(
    int status,
    std::string_view code,
    std::string_view message,
    std::string_view details = {},
    std::string_view hint = {}
) {
    std::string body = "{\"code\":";
    json::append_json_string(body, code);
    body += ",\"details\":";
    detail::append_text_or_null(body, details);
    body += ",\"hint\":";
    detail::append_text_or_null(body, hint);
    body += ",\"message\":";
    json::append_json_string(body, message);
    body.push_back('}');
    return json_response(status, std::move(body));
}

/// The same for what weir's own routes would tell.
[[nodiscard]] inline response error_answer(const problem& told) {
    std::string details;
    for (const auto& each : told.errors) {
        details += details.empty() ? "" : "; ";
        details += each.msg;
    }
    return error_answer(told.status, detail::code_of(told), told.message, details);
}

namespace detail {

/// An error body of weir's as one of PostgREST's.
[[nodiscard]] inline response translate_error(const response& from) {
    problem told{.status = from.status, .code = {}, .message = {}, .errors = {}, .expected = {}};
    json::reader in{from.body, json::reader::most_depth};
    std::string_view text;
    std::string_view name;
    if (in.enter_object()) {
        while (in.next_member(name)) {
            if (name == "message" && in.peek() == json::token::string) {
                if (in.read_string(text))
                    told.message = text;
            } else if (name == "details" && in.enter_object()) {
                while (in.next_member(name)) {
                    if (name != "errors" || !in.enter_array()) {
                        static_cast<void>(in.skip_value());
                        continue;
                    }
                    while (in.next_element()) {
                        if (!in.enter_object())
                            break;
                        while (in.next_member(name)) {
                            if (name != "msg") {
                                static_cast<void>(in.skip_value());
                            } else if (in.read_string(text)) {
                                told.errors.push_back({{}, {}, std::string{text}});
                            }
                        }
                    }
                }
            } else {
                static_cast<void>(in.skip_value());
            }
        }
    }
    auto made = error_answer(told);
    for (const auto* each : {"Allow", "Retry-After", "WWW-Authenticate"})
        if (const auto value = from.headers.find(each))
            made.headers.add(each, *value);
    return made;
}

[[nodiscard]] inline response not_one_row(std::uint64_t rows) {
    return error_answer(
        406, "PGRST116", "One row was asked for", "The answer has " + std::to_string(rows) + " rows"
    );
}

/// The rows as the client wants them.
[[nodiscard]] inline std::string
shape_rows(const question& of, std::string_view rows, bool projects) {
    const bool is_array = rows.starts_with('[');
    std::string shaped;
    if (of.form == form::array && !is_array)
        shaped.push_back('[');
    const auto from = shaped.size();
    if (projects) {
        projection{of.select, of.strips_nulls}.append(shaped, rows);
    } else {
        shaped += rows;
    }
    if (of.form == form::array && !is_array) {
        shaped.push_back(']');
    } else if (of.form == form::object && is_array) {
        shaped = shaped.substr(from + 1, shaped.size() - from - 2);
    }
    return shaped;
}

} // namespace detail

/// Turns the answer of weir's routes to a question into PostgREST's.
/// Errors: throws decode_error if the answer is not one of weir's.
[[nodiscard]] inline response answer_to(const question& of, response given) {
    if (given.status >= 400) {
        // By filter there is no version to be in: more rows match than may be changed.
        if (given.status == 412 && of.form == form::object)
            return error_answer(
                406, "PGRST116", "One row was asked for", "More rows match; none was written"
            );
        if (given.status == 412)
            return error_answer(
                400, "PGRST124", "More rows match than may be changed", "None was written"
            );
        return detail::translate_error(given);
    }
    if (of.form == form::csv)
        return given;
    const bool reads = of.asked.method == "GET";
    const auto parts = detail::take_apart(given.body);
    const auto count = parts.count.value_or(0);
    if (of.form == form::object && of.wants_rows && count != 1)
        return detail::not_one_row(count);
    if (reads && parts.total && of.offset > *parts.total) {
        auto beyond = error_answer(
            416,
            "PGRST103",
            "The range asked for is beyond the rows",
            "The rows end at " + std::to_string(*parts.total)
        );
        beyond.headers.add("Content-Range", detail::content_range(of.offset, 0, parts.total));
        return beyond;
    }

    response made{.status = given.status};
    if (of.wants_rows && !parts.rows.empty()) {
        const bool is_all = of.select.size() == 1 && of.select.front().is_everything();
        const bool projects = of.strips_nulls || (reads ? reshapes(of.select) : !is_all);
        made = json_response(given.status, detail::shape_rows(of, parts.rows, projects));
        if (of.form == form::object)
            made.headers.set("Content-Type", "application/vnd.pgrst.object+json; charset=utf-8");
    } else if (given.status == 200) {
        made.status = 204;
    }
    if (reads) {
        const bool is_partial = parts.total && of.counts && count < *parts.total;
        made.status = is_partial ? 206 : 200;
        made.headers.add("Content-Range", detail::content_range(of.offset, count, parts.total));
    } else if (of.counts) {
        made.headers.add("Content-Range", detail::content_range(0, 0, count));
    }
    for (const auto* each : {"Location", "Preference-Applied", "Idempotent-Replayed"})
        if (const auto value = given.headers.find(each))
            made.headers.add(each, *value);
    return made;
}

} // namespace weir::http::postgrest
