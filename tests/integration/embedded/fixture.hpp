// SPDX-License-Identifier: Apache-2.0
// Short words for the tests of sessions on the embedded engine. Without its library the whole
// program is skipped.
#pragma once

#include <weir/embedded/session.hpp>

#include <catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;
using weir::deadline;
using weir::nobody;
using weir::type;
using weir::embedded::database;

using field = std::optional<std::string>;
using table_of_text = std::vector<std::vector<field>>;

inline weir::embedded::options in_memory() {
    return {.path = ":memory:", .library = WEIR_DUCKDB_DEFAULT};
}

/// Exits with Meson's code for a skipped test when there is no engine to test.
inline void need_library() {
    static const bool is_there = [] {
        try {
            const weir::embedded::library loaded{WEIR_DUCKDB_DEFAULT};
            return true;
        } catch (const weir::configuration_error& failure) {
            std::fprintf(stderr, "SKIPPED: %s\n", failure.what());
            std::fflush(stderr);
            std::_Exit(77);
        }
    }();
    static_cast<void>(is_there);
}

/// One argument: its text (absent: NULL) and its type.
struct given {
    field text{};
    weir::column_type type{};
};

inline given text(std::string_view value) {
    return {std::string{value}, {}};
}

inline given whole(std::int64_t value) {
    return {std::to_string(value), {.kind = type::int64}};
}

inline weir::sql::arguments with(const std::vector<given>& values) {
    weir::sql::arguments arguments;
    for (const auto& value : values) {
        if (value.text) {
            arguments.add_text(*value.text, value.type);
        } else {
            arguments.add_null(value.type);
        }
    }
    return arguments;
}

inline table_of_text all(weir::embedded::rows rows) {
    table_of_text found;
    while (const auto row = rows.next()) {
        auto& fields = found.emplace_back();
        for (const auto& each : *row)
            fields.push_back(each.is_null ? field{} : field{std::string{each.text}});
    }
    return found;
}

template <class Session>
weir::embedded::rows
run(Session& session,
    std::string_view sql,
    const std::vector<given>& values = {},
    deadline until = {}) {
    // The types of the arguments must outlive the call, and `values` does.
    const auto arguments = with(values);
    return session.execute({.text = sql, .table = "things"}, arguments, until);
}

template <class Session>
table_of_text
rows_of(Session& session, std::string_view sql, const std::vector<given>& values = {}) {
    return all(run(session, sql, values));
}

/// The first field of the first row; `NULL` when it is.
template <class Session>
std::string one(Session& session, std::string_view sql, const std::vector<given>& values = {}) {
    return rows_of(session, sql, values).at(0).at(0).value_or("NULL");
}

/// The SQLSTATE a statement is refused with.
template <class Session>
std::string refusal(Session& session, std::string_view sql, const std::vector<given>& values = {}) {
    try {
        static_cast<void>(run(session, sql, values));
    } catch (const weir::error& failure) {
        return std::string{failure.sqlstate()};
    }
    return "accepted";
}

/// A fresh database in memory and a session on it.
struct fresh {
    fresh() : base((need_library(), in_memory())) {}

    database base;
    weir::embedded::session_for<nobody> session = base.session(nobody{.name = "tester"});
};

} // namespace test
