// SPDX-License-Identifier: Apache-2.0
// libpq behind values that clean up after themselves, and failures that are thrown. Costs
// <libpq-fe.h>, which is C.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/sql/statement.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <poll.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::lakebase::detail {

/// What libpq or the server said about something that failed; translated before it leaves.
class pq_failure : public std::runtime_error {
public:
    pq_failure(const std::string& text, std::string sqlstate)
        : std::runtime_error(text), sqlstate_(std::move(sqlstate)) {}

    /// Empty when it is not the server that refused.
    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

private:
    std::string sqlstate_;
};

/// The result of one statement.
class pq_answer {
public:
    pq_answer() = default;

    explicit pq_answer(PGresult* received) noexcept : received_(received) {}

    [[nodiscard]] explicit operator bool() const noexcept { return received_ != nullptr; }

    [[nodiscard]] ExecStatusType status() const noexcept {
        return ::PQresultStatus(received_.get());
    }

    [[nodiscard]] int rows() const noexcept { return ::PQntuples(received_.get()); }

    /// Rows inserted, updated or deleted; for a query the rows it gave.
    [[nodiscard]] std::uint64_t affected_rows() const noexcept {
        std::uint64_t count = 0;
        for (const char* digit = ::PQcmdTuples(received_.get()); *digit != '\0'; ++digit)
            count = count * 10 + static_cast<std::uint64_t>(*digit - '0');
        return count;
    }

    /// Refers to the fields of a row. Lifetime: as long as the answer.
    void view_fields(int row, std::vector<text_field>& out) const {
        const auto* const from = received_.get();
        out.resize(static_cast<std::size_t>(::PQnfields(from)));
        int at = 0;
        for (auto& field : out) {
            const auto length = static_cast<std::size_t>(::PQgetlength(from, row, at));
            // Only what is empty may be NULL: most fields are spared the question.
            const bool is_null = length == 0 && ::PQgetisnull(from, row, at) != 0;
            field = {{::PQgetvalue(from, row, at), length}, is_null};
            ++at;
        }
    }

    /// Throws pq_failure unless the statement was done.
    void require_done() const {
        switch (status()) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_EMPTY_QUERY:
            return;
        default:
            break;
        }
        const char* const code = ::PQresultErrorField(received_.get(), PG_DIAG_SQLSTATE);
        throw pq_failure{::PQresultErrorMessage(received_.get()), code == nullptr ? "" : code};
    }

private:
    struct clear {
        void operator()(PGresult* received) const noexcept { ::PQclear(received); }
    };

    std::unique_ptr<PGresult, clear> received_{};
};

/// A prepared statement with its arguments. Lifetime: both outlive the call they are given to.
struct prepared_call {
    const std::string& name;
    const sql::arguments& arguments;
};

/// One connection. Errors: pq_failure, from everything that talks to the server.
///
/// Threads: not two at once, but for cancel() and cut().
class pq_link {
public:
    explicit pq_link(const std::string& connection_string)
        : link_(::PQconnectdb(connection_string.c_str())) {
        if (!is_open())
            throw pq_failure{::PQerrorMessage(link_.get()), ""};
        // Every field of an error; and notices are nobody's business.
        ::PQsetErrorVerbosity(link_.get(), PQERRORS_VERBOSE);
        ::PQsetNoticeProcessor(link_.get(), [](void*, const char*) {}, nullptr);
        // Made now: another thread may not look into a connection that is in use.
        cancel_.reset(::PQgetCancel(link_.get()));
    }

    [[nodiscard]] bool is_open() const noexcept {
        return is_usable_ && ::PQstatus(link_.get()) == CONNECTION_OK;
    }

    [[nodiscard]] int socket() const noexcept { return ::PQsocket(link_.get()); }

    [[nodiscard]] int backend() const noexcept { return ::PQbackendPID(link_.get()); }

    /// Asks the server to cancel what runs; blocks while it asks, and tells not whether it could.
    void cancel() const noexcept {
        char why[256];
        ::PQcancel(cancel_.get(), why, sizeof why);
    }

    /// Whether the server has hung up while nothing was asked of it. One system call.
    [[nodiscard]] bool has_hung_up() noexcept {
        pollfd asked{.fd = socket(), .events = POLLIN, .revents = 0};
        if (asked.fd < 0)
            return true;
        if (::poll(&asked, 1, 0) == 0)
            return false;
        // Something arrived unasked: a notice is read away, the end of the connection fails.
        if (::PQconsumeInput(link_.get()) == 0)
            return true;
        while (auto* told = ::PQnotifies(link_.get()))
            ::PQfreemem(told);
        // What was read may have been the reason for the end that follows.
        return !is_open() || ::poll(&asked, 1, 0) != 0;
    }

    /// Runs text that takes no arguments: one statement or several.
    pq_answer run(const char* text) {
        pq_answer received{::PQexec(link_.get(), text)};
        return done(std::move(received));
    }

    void prepare(const std::string& name, const std::string& text) {
        (void)done(pq_answer{::PQprepare(link_.get(), name.c_str(), text.c_str(), 0, nullptr)});
    }

    pq_answer execute(const prepared_call& asked) {
        if (!send(asked))
            throw_own();
        return read_answers(0, [](const pq_answer&) { return false; });
    }

    /// Executes statements in one round trip, in one transaction: where one fails, those after it
    /// are not executed. Calls `has_left()` when all are sent, and `take(at, answer)` for each that
    /// was done.
    template <class HasLeft, class Take>
    void
    execute_each(std::span<const prepared_call> asked, const HasLeft& has_left, const Take& take) {
        in_pipeline(
            [&] {
                return std::all_of(asked.begin(), asked.end(), [this](const prepared_call& each) {
                    return send(each);
                });
            },
            [&](const auto& is_end) {
                has_left();
                read_all(is_end, take);
            }
        );
    }

    /// Executes in one round trip what is given, prepared calls and texts without arguments, and
    /// gives the answer of the one at `wanted`. Outside a unit of work they are one: what one sets
    /// for the transaction ends with the last, and where one fails none has happened.
    template <class... Asked>
    pq_answer execute_together(std::size_t wanted, const Asked&... asked) {
        pq_answer found;
        in_pipeline(
            [&] { return (send(asked) && ...); },
            [&](const auto& is_end) { found = read_answers(wanted, is_end); }
        );
        return found;
    }

private:
    struct finish {
        void operator()(PGconn* link) const noexcept { ::PQfinish(link); }
    };

    struct free_cancel {
        void operator()(PGcancel* made) const noexcept { ::PQfreeCancel(made); }
    };

    [[noreturn]] void throw_own() const { throw pq_failure{::PQerrorMessage(link_.get()), ""}; }

    pq_answer done(pq_answer received) const {
        if (!received)
            throw_own();
        received.require_done();
        return received;
    }

    [[nodiscard]] bool send(const char* text) {
        return ::PQsendQueryParams(link_.get(), text, 0, nullptr, nullptr, nullptr, nullptr, 0) !=
               0;
    }

    [[nodiscard]] bool send(const prepared_call& asked) {
        pointers_.clear();
        for (std::size_t at = 0; at < asked.arguments.size(); ++at) {
            const auto text = asked.arguments.text(at);
            pointers_.push_back(text ? text->data() : nullptr);
        }
        return ::PQsendQueryPrepared(
                   link_.get(),
                   asked.name.c_str(),
                   static_cast<int>(pointers_.size()),
                   pointers_.data(),
                   nullptr,
                   nullptr,
                   0
               ) != 0;
    }

    /// Reads until nothing more comes, or `is_end` says so; gives the answer at `wanted`, or throws
    /// what the first that failed says.
    template <class IsEnd>
    pq_answer read_answers(std::size_t wanted, const IsEnd& is_end) {
        pq_answer found;
        read_all(is_end, [&](std::size_t at, pq_answer got) {
            if (at == wanted)
                found = std::move(got);
        });
        return done(std::move(found));
    }

    /// The same for all answers: `take(at, answer)`.
    template <class IsEnd, class Take>
    void read_all(const IsEnd& is_end, const Take& take) {
        pq_answer failed;
        std::size_t done_before = 0;
        for (bool was_nothing = false;;) {
            pq_answer got{::PQgetResult(link_.get())};
            if (!got) {
                // In a pipeline there is a nothing between two answers.
                if (was_nothing || !is_open() || ::PQpipelineStatus(link_.get()) == PQ_PIPELINE_OFF)
                    break;
                was_nothing = true;
                continue;
            }
            was_nothing = false;
            if (is_end(got))
                break;
            if (is_copy(got)) {
                // Nobody here feeds a COPY, and nothing else ends it.
                is_usable_ = false;
                break;
            }
            if (is_done(got))
                take(done_before++, std::move(got));
            else if (!failed && got.status() != PGRES_PIPELINE_ABORTED)
                failed = std::move(got);
        }
        if (failed)
            failed.require_done();
    }

    [[nodiscard]] static bool is_done(const pq_answer& got) noexcept {
        const auto status = got.status();
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
               status == PGRES_EMPTY_QUERY;
    }

    [[nodiscard]] static bool is_copy(const pq_answer& got) noexcept {
        const auto status = got.status();
        return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
    }

    /// Sends with `send_all()` and reads with `read(is_end)`, in one round trip.
    template <class Send, class Read>
    void in_pipeline(const Send& send_all, const Read& read) {
        if (::PQenterPipelineMode(link_.get()) == 0)
            throw_own();
        const leaving_pipeline leave{*this};
        std::string unsent;
        if (!send_all())
            unsent = ::PQerrorMessage(link_.get());
        if (::PQpipelineSync(link_.get()) == 0)
            throw_own();
        read([](const pq_answer& got) { return got.status() == PGRES_PIPELINE_SYNC; });
        if (!unsent.empty())
            throw pq_failure{unsent, ""};
    }

    /// Every answer has been read by now; where not, the connection is broken, and found to be.
    struct leaving_pipeline {
        pq_link& of;

        ~leaving_pipeline() {
            if (::PQexitPipelineMode(of.link_.get()) == 0)
                of.is_usable_ = false;
        }
    };

    std::unique_ptr<PGconn, finish> link_;
    std::unique_ptr<PGcancel, free_cancel> cancel_{};
    bool is_usable_ = true;
    // Kept between calls for its memory.
    std::vector<const char*> pointers_{};
};

} // namespace weir::lakebase::detail
