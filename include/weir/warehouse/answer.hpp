// SPDX-License-Identifier: Apache-2.0
// What the Statement Execution API answers: how a statement stands, what its result looks like, and
// where in the text its rows begin. The rows themselves are left for row_reader.hpp. Costs
// json/reader.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/json/reader.hpp>
#include <weir/warehouse/transport.hpp>
#include <weir/workspace/json_object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// One column of a result.
struct result_column {
    std::string name{};
    /// `BIGINT`, `DECIMAL(10,2)`, `ARRAY<INT>`
    std::string type_text{};
};

/// What a result will be, known before its rows.
struct result_shape {
    std::vector<result_column> columns{};
    std::uint64_t chunks = 0;
    std::uint64_t rows = 0;
    /// The platform cut it.
    bool is_truncated = false;
};

enum class statement_state : std::uint8_t {
    pending,
    running,
    succeeded,
    failed,
    canceled,
    /// It was executed, and its result is gone.
    closed,
    unknown,
};

[[nodiscard]] constexpr bool is_over(statement_state state) noexcept {
    return state != statement_state::pending && state != statement_state::running &&
           state != statement_state::unknown;
}

/// Why a statement failed, in the platform's words.
struct statement_failure {
    std::string error_code{};
    std::string message{};
    std::string sql_state{};
};

/// A part of a result: rows in the text, or links to them.
struct chunk {
    /// On the heap, because `rows` refers into it.
    std::unique_ptr<const std::string> body{};
    /// Stands before the array of rows; absent: there are none here.
    std::optional<json::reader> rows{};
    /// Objects around the array.
    unsigned depth = 0;

    struct link {
        std::uint64_t chunk_index = 0;
        storage_link at{};
    };

    std::vector<link> links{};
};

struct answer {
    std::string statement_id{};
    statement_state state = statement_state::unknown;
    statement_failure failure{};
    std::optional<result_shape> shape{};
    chunk first{};
};

namespace detail {

[[noreturn]] inline void throw_unreadable(std::string_view what) {
    throw decode_error{"The warehouse's answer is no statement result: " + std::string{what}};
}

[[nodiscard]] constexpr statement_state state_named(std::string_view name) noexcept {
    if (name == "PENDING")
        return statement_state::pending;
    if (name == "RUNNING")
        return statement_state::running;
    if (name == "SUCCEEDED")
        return statement_state::succeeded;
    if (name == "FAILED")
        return statement_state::failed;
    if (name == "CANCELED")
        return statement_state::canceled;
    if (name == "CLOSED")
        return statement_state::closed;
    return statement_state::unknown;
}

inline void read_status(json::reader& in, answer& out) {
    workspace::for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "state") {
            std::string state;
            workspace::take(value, state);
            out.state = state_named(state);
        } else if (name == "sql_state") {
            workspace::take(value, out.failure.sql_state);
        } else if (name == "error") {
            workspace::for_each_member(value, [&](const std::string& part, json::reader& text) {
                if (part == "error_code")
                    workspace::take(text, out.failure.error_code);
                else if (part == "message")
                    workspace::take(text, out.failure.message);
                else
                    text.skip_value();
            });
        } else {
            value.skip_value();
        }
    });
}

inline void read_columns(json::reader& in, std::vector<result_column>& out) {
    workspace::for_each_element(in, [&](json::reader& element) {
        auto& made = out.emplace_back();
        workspace::for_each_member(element, [&](const std::string& name, json::reader& value) {
            if (name == "name")
                workspace::take(value, made.name);
            else if (name == "type_text")
                workspace::take(value, made.type_text);
            else
                value.skip_value();
        });
    });
}

[[nodiscard]] inline result_shape read_shape(json::reader& in) {
    result_shape made;
    workspace::for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "total_chunk_count") {
            workspace::take(value, made.chunks);
        } else if (name == "total_row_count") {
            workspace::take(value, made.rows);
        } else if (name == "truncated") {
            workspace::take(value, made.is_truncated);
        } else if (name == "schema") {
            workspace::for_each_member(value, [&](const std::string& part, json::reader& inner) {
                if (part == "columns")
                    read_columns(inner, made.columns);
                else
                    inner.skip_value();
            });
        } else {
            value.skip_value();
        }
    });
    return made;
}

[[nodiscard]] inline chunk::link read_link(json::reader& in) {
    chunk::link made;
    workspace::for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "chunk_index") {
            workspace::take(value, made.chunk_index);
        } else if (name == "external_link") {
            workspace::take(value, made.at.url);
        } else if (name == "http_headers") {
            workspace::for_each_member(value, [&](const std::string& field, json::reader& text) {
                auto& [key, content] = made.at.fields.emplace_back();
                key = field;
                workspace::take(text, content);
            });
        } else {
            value.skip_value();
        }
    });
    return made;
}

/// Reads a `result`; false: stopped before the rows, because everything else is known.
inline bool read_result(json::reader& in, chunk& out, unsigned depth, bool may_stop) {
    if (in.peek() != json::token::object) {
        in.skip_value();
        return true;
    }
    in.enter_object();
    std::string_view name;
    while (in.next_member(name)) {
        if (name == "external_links") {
            workspace::take_each(in, out.links, read_link);
        } else if (name == "data_array" && in.peek() == json::token::array) {
            out.rows = in;
            out.depth = depth;
            if (may_stop)
                return false;
            in.skip_value();
        } else {
            in.skip_value();
        }
    }
    return true;
}

} // namespace detail

/// Reads the answer to execute or get. Mostly the rows come last, and are then not touched here.
/// Errors: decode_error.
[[nodiscard]] inline answer read_answer(std::string body) {
    answer made;
    made.first.body = std::make_unique<const std::string>(std::move(body));
    json::reader in{*made.first.body};
    if (in.peek() != json::token::object)
        detail::throw_unreadable("it is no JSON object");
    in.enter_object();
    std::string_view name;
    while (in.next_member(name)) {
        if (name == "statement_id") {
            workspace::take(in, made.statement_id);
        } else if (name == "status") {
            detail::read_status(in, made);
        } else if (name == "manifest" && in.peek() == json::token::object) {
            made.shape = detail::read_shape(in);
        } else if (name == "result") {
            const bool may_stop = made.shape && made.state == statement_state::succeeded;
            if (!detail::read_result(in, made.first, 2, may_stop))
                return made;
        } else {
            in.skip_value();
        }
    }
    if (in.failed() || !in.finish())
        detail::throw_unreadable(in.error().what);
    return made;
}

/// Reads the answer to a call for one chunk. Errors: decode_error.
[[nodiscard]] inline chunk read_chunk(std::string body) {
    chunk made;
    made.body = std::make_unique<const std::string>(std::move(body));
    json::reader in{*made.body};
    if (in.peek() != json::token::object)
        detail::throw_unreadable("a chunk is no JSON object");
    // Links can come after an array of rows in theory only; rows are never read twice.
    if (detail::read_result(in, made, 1, true) && (in.failed() || !in.finish()))
        detail::throw_unreadable(in.error().what);
    return made;
}

/// Takes what a link held: the array of rows itself.
[[nodiscard]] inline chunk chunk_of_rows(std::string body) {
    chunk made;
    made.body = std::make_unique<const std::string>(std::move(body));
    made.rows.emplace(*made.body);
    return made;
}

} // namespace weir::warehouse
