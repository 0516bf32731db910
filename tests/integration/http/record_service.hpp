// SPDX-License-Identifier: Apache-2.0
// The records API on an empty database, of whichever backend record_service.cpp was compiled for:
// the same tests run on all of them.
#pragma once

#include <weir/data/caller.hpp>
#include <weir/http/response.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

struct record_setup {
    /// What may be reached and made; empty: everything in the service's own schema.
    std::string reachable{};
    std::string creatable{};
    bool has_backend = true;
    /// Whether failures are kept in an api_log in the service's own schema.
    bool has_log = false;
    weir::workspace::timed_cache_options metadata{};
};

class record_service {
public:
    explicit record_service(record_setup how = {});
    ~record_service();

    record_service(const record_service&) = delete;
    record_service(record_service&&) = delete;
    record_service& operator=(const record_service&) = delete;
    record_service& operator=(record_service&&) = delete;

    /// Whether PostgreSQL is behind it.
    [[nodiscard]] static bool is_lakebase();

    /// Whether nothing holds rows that were looked for before they are changed.
    [[nodiscard]] static bool is_warehouse();

    [[nodiscard]] const std::string& catalog() const;
    [[nodiscard]] const std::string& schema() const;

    /// `"catalog":"…","schema":"…","table":"…"`, for bodies.
    [[nodiscard]] std::string at(std::string_view table) const;

    /// `catalog=…&schema=…&table=…`, for queries.
    [[nodiscard]] std::string query(std::string_view table) const;

    /// Who makes the requests from now on.
    void as(std::optional<weir::caller> who);

    /// Asks `/api/v1/records/<path>`. From any number of threads.
    weir::http::response
    ask(std::string_view method, std::string_view path, std::string_view body = "");

    /// `POST write` of a body's members beside the table's names.
    weir::http::response write(std::string_view table, std::string_view members);
    weir::http::response update(std::string_view table, std::string_view members);
    weir::http::response remove(std::string_view table, std::string_view members);
    weir::http::response read(std::string_view table, std::string_view parameters = "");

    /// Executes a statement behind the routes' back. `@{=…}` places, as `place()` gives them.
    void execute(const std::string& text);

    /// The place of the service's own schema, for execute().
    [[nodiscard]] std::string place() const;

    /// The statements of all requests since the last call.
    std::vector<std::string> take_statements();

    /// Ends the api_log, so that all of it is written; how many rows it lost.
    std::uint64_t end_log();

    /// Rows of a query behind the routes' back, a text for each field; absent for NULL.
    std::vector<std::vector<std::optional<std::string>>> select(const std::string& text);

    /// How many of a table's rows are there, deleted ones too.
    std::uint64_t rows_of(std::string_view table);

private:
    struct parts;

    std::unique_ptr<parts> parts_;
};

} // namespace test
