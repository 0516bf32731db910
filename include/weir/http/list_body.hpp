// SPDX-License-Identifier: Apache-2.0
// A list's query as a body, for what is too long for a URL: the URL's parameters as members, and
// `where`. Costs embedding.hpp and json_conditions.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/condition_builder.hpp>
#include <weir/http/embedding.hpp>
#include <weir/http/json_conditions.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/target.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// What a body asks.
struct list_body {
    list_query asked{};
    std::vector<embedding> embedded{};
};

namespace detail {

/// A parameter's text out of JSON: a string or a number, or strings joined by commas. False when it
/// is something else, which was passed over.
[[nodiscard]] inline bool read_parameter_text(json::reader& in, std::string& out) {
    std::string_view text;
    switch (in.peek()) {
    case json::token::string:
        if (!in.read_string(text))
            return false;
        out = text;
        return true;
    case json::token::number:
        if (!in.read_number(text))
            return false;
        out = text;
        return true;
    case json::token::array: {
        bool all_text = in.enter_array();
        bool is_first = true;
        while (in.next_element()) {
            if (in.peek() != json::token::string) {
                all_text = in.skip_value() && false;
                continue;
            }
            if (in.read_string(text)) {
                out.append(is_first ? "" : ",").append(text);
                is_first = false;
            }
        }
        return all_text && !in.failed();
    }
    default:
        static_cast<void>(in.skip_value());
        return false;
    }
}

/// Reads the members of a body; one per call of read().
class list_body_reader {
public:
    list_body_reader(const table& of, std::string_view body, row_limits limits)
        : of_(&of), parameters_(of, limits, "body"), build_(of, parameters_.broken(), "body"),
          in_(body), body_(body) {}

    [[nodiscard]] list_body read() {
        sql::condition where;
        if (build_.budget().takes_body(body_.size()))
            read_members(where);
        if (in_.failed())
            throw validation_error{{json::not_json(in_, {std::string{"body"}})}};
        auto embedded = read_embedded();
        return {parameters_.finish(std::move(where)), std::move(embedded)};
    }

private:
    void read_members(sql::condition& where) {
        static const location body{"body"};
        const value_path root{body};
        if (in_.peek() != json::token::object) {
            if (in_.skip_value() && in_.finish())
                build_.refuse(root, "dict_type", "A query is an object");
            return;
        }
        in_.enter_object();
        std::string_view member;
        std::vector<std::string> seen;
        while (in_.next_member(member)) {
            const std::string name{member};
            const value_path here{root, shortened(name)};
            if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
                build_.refuse(
                    here, "repeated", "'" + std::string{shortened(name)} + "' is given twice"
                );
                in_.skip_value();
            } else if (name == "where") {
                if (!json_conditions{build_, in_}.read(where, here))
                    return;
            } else {
                read_parameter(name, here);
            }
            seen.push_back(name);
        }
        in_.finish();
    }

    void read_parameter(const std::string& name, const value_path& here) {
        std::string text;
        const query_parameter given{name, {}};
        const bool embeds = asks_to_embed(*of_, {&given, 1});
        if (!embeds && !list_reader::is_parameter(name)) {
            parameters_.refuse_member(name);
            in_.skip_value();
        } else if (read_parameter_text(in_, text)) {
            if (embeds) {
                embedding_.push_back({name, std::move(text)});
            } else {
                parameters_.take(name, text);
            }
        } else if (!in_.failed()) {
            build_.refuse(
                here, "type", "'" + name + "' is a string, a number or a list of strings"
            );
        }
    }

    // What is wrong is told at `body`, where it stands.
    [[nodiscard]] std::vector<embedding> read_embedded() {
        try {
            return read_embeddings(*of_, embedding_, [](std::span<const query_parameter>) {});
        } catch (const validation_error& wrong) {
            for (auto each : wrong.broken()) {
                each.loc.front() = std::string{"body"};
                parameters_.broken().push_back(std::move(each));
            }
            return {};
        }
    }

    const table* of_;
    list_reader parameters_;
    condition_builder build_;
    json::reader in_;
    std::string_view body_;
    std::vector<query_parameter> embedding_{};
};

} // namespace detail

/// Reads the query of a list out of a body:
/// `{"where": {…}, "select": ["a"], "order": ["a.desc"], "limit": 10, "include": ["lines"],
/// "lines.limit": 5, …}`. Filters of embedded rows are spelled as in URLs.
///
/// Errors: validation_error with every violation, at `body` and the members' names.
[[nodiscard]] inline list_body
read_list_body(const table& of, std::string_view body, row_limits limits) {
    return detail::list_body_reader{of, body, limits}.read();
}

/// The same of a page.
[[nodiscard]] inline list_body read_list_body(const table& of, std::string_view body) {
    return read_list_body(of, body, page_limits(of));
}

} // namespace weir::http
