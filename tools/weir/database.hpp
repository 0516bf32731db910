// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL for work on its tables, with no limit on how long that takes. Costs
// <libpq-fe.h>.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/lakebase/detail/pq_link.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// What the server said about a statement. `what()` may hold names and values of the database: for
/// whoever runs the tool.
class database_error : public std::runtime_error {
public:
    database_error(const std::string& text, std::string sqlstate)
        : std::runtime_error(text), sqlstate_(std::move(sqlstate)) {}

    /// Empty: the connection is lost.
    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

private:
    std::string sqlstate_;
};

/// Rows as texts; NULL is empty.
using text_rows = std::vector<std::vector<std::string>>;

class database {
public:
    /// Errors: database_error.
    explicit database(const std::string& connection_string);

    /// Rows of a query with arguments.
    text_rows
    query(const std::string& text, std::initializer_list<std::string_view> arguments = {});

    /// Runs one statement or several; the rows affected by the last.
    std::uint64_t run(const std::string& text);

    /// The rows of a query one after the other, in constant memory.
    ///
    /// Lifetime: fields until the function returns. Errors: also those of the function; the rows
    /// that are left are then passed over.
    void
    stream(const std::string& text, const std::function<void(std::span<const text_field>)>& each);

    /// Runs `COPY … FROM STDIN` with what `feed` gives until it gives nothing.
    ///
    /// Errors: also those of the function; nothing is copied then.
    void copy_in(const std::string& text, const std::function<std::string_view()>& feed);

    /// Ends the statement that runs, which then fails with SQLSTATE 57014. Threads: from any.
    void cancel() const noexcept;

private:
    struct finish {
        void operator()(PGconn* link) const noexcept { ::PQfinish(link); }
    };

    lakebase::detail::pq_answer checked(PGresult* received);

    std::unique_ptr<PGconn, finish> link_;
};

} // namespace weir::ops
