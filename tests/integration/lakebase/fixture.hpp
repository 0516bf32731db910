// SPDX-License-Identifier: Apache-2.0
// Short words for the tests of sessions on PostgreSQL.
#pragma once

#include <weir/lakebase/session.hpp>

#include <catch.hpp>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;
using weir::deadline;
using weir::nobody;
using weir::lakebase::pool;

using table_of_text = std::vector<std::vector<std::optional<std::string>>>;

inline constexpr weir::column_type text_type{};

inline weir::sql::statement query(std::string_view text) {
    return {.text = text, .table = "things", .verb = weir::sql::verb::select};
}

inline weir::sql::statement write(std::string_view text) {
    return {.text = text, .table = "things", .verb = weir::sql::verb::insert};
}

inline weir::sql::statement ddl(std::string_view text) {
    return {.text = text, .table = "things", .verb = weir::sql::verb::ddl};
}

inline weir::sql::arguments with(std::initializer_list<std::optional<std::string_view>> values) {
    weir::sql::arguments arguments;
    for (const auto& value : values) {
        if (value) {
            arguments.add_text(*value, text_type);
        } else {
            arguments.add_null(text_type);
        }
    }
    return arguments;
}

inline table_of_text all(weir::lakebase::rows rows) {
    table_of_text found;
    while (const auto row = rows.next()) {
        auto& fields = found.emplace_back();
        for (const auto& field : *row) {
            if (field.is_null) {
                fields.emplace_back();
            } else {
                fields.emplace_back(std::string{field.text});
            }
        }
    }
    return found;
}

/// The first field of the first row.
template <class Session>
std::string one(Session& session, std::string_view text, weir::sql::arguments arguments = {}) {
    return all(session.execute(query(text), arguments, deadline{})).at(0).at(0).value();
}

template <class Session>
void change(Session& session, std::string_view text, weir::sql::arguments arguments = {}) {
    (void)session.execute(write(text), arguments, deadline{});
}

/// Waits until `claim` holds; tests fail when it takes longer than `most`.
template <class Claim>
bool eventually(Claim&& claim, std::chrono::milliseconds most = 10s) {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!claim()) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

/// The error of the given type that `action` throws.
template <class Error, class Action>
Error failure_of(Action&& action) {
    try {
        action();
    } catch (const Error& failure) {
        return failure;
    }
    FAIL("nothing was thrown");
    throw;
}

/// A pool on a schema with the table `things (id bigint primary key, name text)`.
struct things {
    explicit things(std::string_view purpose, weir::lakebase::options how = {})
        : schema(postgres_server::shared(), purpose), connections(merged(std::move(how))) {
        auto session = connections.session(nobody{});
        (void)session.execute(
            ddl("create table @{place}\"things\" (id bigint primary key, name text)"),
            {},
            deadline{}
        );
    }

    own_schema schema;
    pool connections;

private:
    [[nodiscard]] weir::lakebase::options merged(weir::lakebase::options how) const {
        const auto where = schema.options();
        how.host = where.host;
        how.port = where.port;
        if (how.user.empty())
            how.user = where.user;
        how.schema = where.schema;
        return how;
    }
};

} // namespace test
