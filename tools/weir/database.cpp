// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <limits>

namespace weir::ops {

namespace {

std::string trimmed(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

} // namespace

database::database(const std::string& connection_string)
    : link_(::PQconnectdb(connection_string.c_str())) {
    if (::PQstatus(link_.get()) != CONNECTION_OK)
        throw database_error{trimmed(::PQerrorMessage(link_.get())), ""};
    ::PQsetNoticeProcessor(link_.get(), [](void*, const char*) {}, nullptr);
    // An index may take hours to build. Row policies must not hide rows from a migration.
    run("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; "
        "set weir.scope = 'all'");
}

lakebase::detail::pq_answer database::checked(PGresult* received) {
    lakebase::detail::pq_answer answer{received};
    const auto status = ::PQresultStatus(received);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
        status == PGRES_SINGLE_TUPLE || status == PGRES_COPY_IN)
        return answer;
    const char* const code = ::PQresultErrorField(received, PG_DIAG_SQLSTATE);
    throw database_error{
        trimmed(::PQerrorMessage(link_.get())), code == nullptr ? std::string{} : code
    };
}

text_rows
database::query(const std::string& text, std::initializer_list<std::string_view> arguments) {
    std::vector<std::string> kept{arguments.begin(), arguments.end()};
    std::vector<const char*> values;
    values.reserve(kept.size());
    for (const auto& each : kept)
        values.push_back(each.c_str());
    const auto answer = checked(::PQexecParams(
        link_.get(),
        text.c_str(),
        static_cast<int>(values.size()),
        nullptr,
        values.data(),
        nullptr,
        nullptr,
        0
    ));
    text_rows rows;
    std::vector<text_field> fields;
    for (int at = 0; at < answer.rows(); ++at) {
        answer.view_fields(at, fields);
        auto& row = rows.emplace_back();
        for (const auto& field : fields)
            row.emplace_back(field.text);
    }
    return rows;
}

void database::stream(
    const std::string& text, const std::function<void(std::span<const text_field>)>& each
) {
    if (::PQsendQuery(link_.get(), text.c_str()) == 0 || ::PQsetSingleRowMode(link_.get()) == 0)
        throw database_error{trimmed(::PQerrorMessage(link_.get())), ""};
    std::exception_ptr failed;
    std::vector<text_field> fields;
    while (auto* const received = ::PQgetResult(link_.get())) {
        try {
            const auto answer = checked(received);
            for (int at = 0; !failed && at < answer.rows(); ++at) {
                answer.view_fields(at, fields);
                each(fields);
            }
        } catch (...) {
            if (!failed)
                cancel();
            // What follows the cancellation is its own error.
            failed = failed ? failed : std::current_exception();
        }
    }
    if (failed)
        std::rethrow_exception(failed);
}

void database::copy_in(const std::string& text, const std::function<std::string_view()>& feed) {
    static_cast<void>(checked(::PQexec(link_.get(), text.c_str())));
    std::exception_ptr failed;
    try {
        for (auto piece = feed(); !piece.empty(); piece = feed()) {
            // libpq counts in int.
            constexpr std::size_t most = std::numeric_limits<int>::max() / 4;
            for (; !piece.empty(); piece.remove_prefix(std::min(most, piece.size()))) {
                const auto size = static_cast<int>(std::min(most, piece.size()));
                if (::PQputCopyData(link_.get(), piece.data(), size) != 1)
                    throw database_error{trimmed(::PQerrorMessage(link_.get())), ""};
            }
        }
    } catch (...) {
        failed = std::current_exception();
    }
    ::PQputCopyEnd(link_.get(), failed ? "the input failed" : nullptr);
    while (auto* const received = ::PQgetResult(link_.get())) {
        try {
            static_cast<void>(checked(received));
        } catch (const database_error&) {
            if (!failed)
                failed = std::current_exception();
        }
    }
    if (failed)
        std::rethrow_exception(failed);
}

void database::cancel() const noexcept {
    auto* const handle = ::PQgetCancel(link_.get());
    if (handle == nullptr)
        return;
    std::array<char, 256> refusal{};
    // A refusal means that nothing runs any more.
    (void)::PQcancel(handle, refusal.data(), static_cast<int>(refusal.size()));
    ::PQfreeCancel(handle);
}

std::uint64_t database::run(const std::string& text) {
    return checked(::PQexec(link_.get(), text.c_str())).affected_rows();
}

} // namespace weir::ops
