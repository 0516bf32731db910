// SPDX-License-Identifier: Apache-2.0
// The api_log: a row of a table for every request that failed, written behind the requests' back.
// Costs <thread> and data/record_changes.hpp.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/record_changes.hpp>
#include <weir/http/api_log/scrub.hpp>
#include <weir/http/api_log/trace.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weir::http {

/// The columns of the api_log, as the well-known service has them.
inline constexpr std::array<column, 15> api_log_columns{{
    {.name = "log_id", .type = {.kind = type::string}, .nullable = false},
    {.name = "timestamp", .type = {.kind = type::timestamp}},
    {.name = "level", .type = {.kind = type::string}},
    {.name = "endpoint", .type = {.kind = type::string}},
    {.name = "method", .type = {.kind = type::string}},
    {.name = "status_code", .type = {.kind = type::int32}},
    {.name = "error_type", .type = {.kind = type::string}},
    {.name = "error_message", .type = {.kind = type::string}},
    {.name = "stack_trace", .type = {.kind = type::string}},
    {.name = "request_body", .type = {.kind = type::string}},
    {.name = "user", .type = {.kind = type::string}},
    {.name = "catalog", .type = {.kind = type::string}},
    {.name = "schema", .type = {.kind = type::string}},
    {.name = "table_name", .type = {.kind = type::string}},
    {.name = "execution_time_ms", .type = {.kind = type::float64}},
}};

/// A table of the service and where its requests go, so that a row can name it.
struct logged_table {
    const table* of = nullptr;
    std::string catalog{};
    std::string schema{};
    /// Of its routes.
    std::string path{};
};

struct api_log_options {
    /// Where the table is.
    std::string place{};
    backend on = backend::lakebase;
    std::vector<logged_table> tables{};
    /// Rows that wait; beyond, the newest are lost.
    std::size_t most_waiting = 1'000;
    /// Rows of one insert.
    std::size_t batch = 100;
    /// How long a row waits for others.
    std::chrono::milliseconds pause{500};
    /// How long an insert may take; also how long the end waits for what still waits.
    std::chrono::milliseconds patience{3'000};
    now_function clock = &now;
    /// Lifetime: outlives the api_log.
    const logger* log = nullptr;
};

/// Keeps failures in a table, made at the first of them where it is absent.
///
/// A request hands its row over and goes on. A row that finds no place, or whose insert fails, is
/// lost, counted, and told to the log.
///
/// Threads:  safe. Lifetime: `to` outlives it.
class api_log {
public:
    api_log(sessions to, api_log_options how)
        : to_(std::move(to)), how_(std::move(how)), facts_{
                                                        .name = "api_log",
                                                        .backend = how_.on,
                                                        .place = how_.place,
                                                        .columns = api_log_columns,
                                                        .audit = false,
                                                        .soft_delete = false,
                                                    } {
        for (const auto& each : how_.tables)
            names_.add(*each.of);
        writer_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }

    api_log(const api_log&) = delete;
    api_log(api_log&&) = delete;
    api_log& operator=(const api_log&) = delete;
    api_log& operator=(api_log&&) = delete;

    /// Writes what waits, as long as `patience` lasts.
    ~api_log() { stop(); }

    /// Takes what happened to a request. Never waits.
    void see(const answered_request& seen) {
        auto made = entry_of(seen);
        {
            const std::lock_guard lock{mutex_};
            if (waiting_.size() < how_.most_waiting) {
                waiting_.push_back(std::move(made));
            } else {
                ++lost_;
                ++untold_;
            }
        }
        changed_.notify_one();
    }

    /// Writes what waits and takes no more.
    void stop() {
        if (!writer_.joinable())
            return;
        writer_.request_stop();
        changed_.notify_all();
        writer_.join();
    }

    /// Rows that could not be kept.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(); }

    [[nodiscard]] std::uint64_t written() const noexcept { return written_.load(); }

private:
    struct entry {
        timestamp at{};
        std::string endpoint{};
        std::string method{};
        int status = 0;
        failure_trace failure{};
        std::string body{};
        std::optional<std::string> user{};
        std::optional<std::string> catalog{};
        std::optional<std::string> schema{};
        std::optional<std::string> table{};
        double milliseconds = 0;
    };

    // ------------------------------------------------------------ on the request's thread

    [[nodiscard]] entry entry_of(const answered_request& seen) const {
        const auto& asked = seen.asked;
        entry made{
            .at = how_.clock(),
            .endpoint =
                asked.path.empty() ? asked.target.substr(0, asked.target.find('?')) : asked.path,
            .method = asked.method,
            .status = seen.answered.status,
            .failure = trace_of(asked.outcome == nullptr ? nullptr : asked.outcome->failure),
            .body = scrubbed_body(asked.body, names_),
            .milliseconds = std::chrono::duration<double, std::milli>(seen.took).count(),
        };
        if (made.failure.type.empty())
            read_answer(seen.answered.body, made.failure);
        if (asked.caller)
            made.user = std::string{asked.caller->actor()};
        name_table(asked, made);
        made.endpoint = detail::cut_text(std::move(made.endpoint), 1'000);
        made.failure.message = detail::cut_text(std::move(made.failure.message), 2'000);
        return made;
    }

    /// Of a refusal without an exception there are the words of the answer.
    static void read_answer(std::string_view body, failure_trace& into) {
        json::reader in{body};
        std::string_view name;
        if (in.peek() != json::token::object || !in.enter_object())
            return;
        while (in.next_member(name)) {
            auto* const to = name == "message" ? &into.message
                             : name == "code"  ? &into.type
                                               : nullptr;
            std::string_view text;
            if (to != nullptr && in.peek() == json::token::string) {
                if (in.read_string(text))
                    to->assign(text);
            } else if (!in.skip_value()) {
                return;
            }
        }
    }

    /// The table of a typed route by its path; else the one that the request names itself.
    void name_table(const request& asked, entry& made) const {
        const bool asks_another = asked.outcome != nullptr && !asked.outcome->inner_path.empty();
        const auto& path = asks_another ? asked.outcome->inner_path : asked.path;
        for (const auto& each : how_.tables) {
            const bool is_its = !each.path.empty() && path.starts_with(each.path) &&
                                (path.size() == each.path.size() || path[each.path.size()] == '/');
            if (!is_its)
                continue;
            made.catalog = each.catalog;
            made.schema = each.schema;
            made.table = std::string{each.of->name};
            return;
        }
        const auto take = [&made](std::string_view name, std::string_view value) {
            auto* const to = name == "catalog"  ? &made.catalog
                             : name == "schema" ? &made.schema
                             : name == "table"  ? &made.table
                                                : nullptr;
            if (to != nullptr)
                *to = detail::cut_text(std::string{value}, 255);
        };
        if (asked.path.find("/records/") == std::string::npos)
            return;
        for (const auto& each : asked.query)
            take(each.name, each.value);
        json::reader in{asked.body};
        std::string_view name;
        if (in.peek() != json::token::object || !in.enter_object())
            return;
        while (in.next_member(name)) {
            const std::string called{name};
            std::string_view text;
            if (in.peek() == json::token::string) {
                if (in.read_string(text))
                    take(called, text);
            } else if (!in.skip_value()) {
                return;
            }
        }
    }

    // ------------------------------------------------------------ on the writer's

    void run(const std::stop_token& stop) {
        std::optional<deadline> end;
        for (;;) {
            std::vector<entry> batch;
            std::uint64_t untold = 0;
            {
                std::unique_lock lock{mutex_};
                changed_.wait(lock, stop, [this] { return !waiting_.empty() || untold_ != 0; });
                // Others may come, and go with it.
                if (!stop.stop_requested())
                    changed_.wait_for(lock, stop, how_.pause, [this] {
                        return waiting_.size() >= how_.batch;
                    });
                const auto count = std::min(waiting_.size(), how_.batch);
                for (std::size_t at = 0; at < count; ++at) {
                    batch.push_back(std::move(waiting_.front()));
                    waiting_.pop_front();
                }
                untold = std::exchange(untold_, 0);
            }
            if (untold != 0)
                tell(untold, "the queue is full");
            if (batch.empty() && stop.stop_requested())
                return;
            if (stop.stop_requested() && !end)
                end = deadline::in(how_.patience);
            if (!batch.empty())
                keep(batch, end.value_or(deadline::in(how_.patience)));
        }
    }

    void keep(const std::vector<entry>& batch, deadline until) {
        try {
            auto session = to_.for_nobody();
            try {
                insert(session, batch, until);
            } catch (const statement_error& failed) {
                constexpr std::string_view absent[]{"42P01", "3F000", "42704"};
                if (std::find(std::begin(absent), std::end(absent), failed.sqlstate()) ==
                    std::end(absent))
                    throw;
                const table* const tables[]{&facts_};
                create_tables(session, tables, until);
                insert(session, batch, until);
            }
            written_ += batch.size();
        } catch (const std::exception& failed) {
            lost_ += batch.size();
            tell(batch.size(), failed.what());
        }
    }

    void insert(any_session_base& session, const std::vector<entry>& batch, deadline until) {
        record_changes changes{session, facts_, until, how_.clock};
        auto rows = changes.begin_batch();
        const bool is_json = session.dialect() == sql::dialect::databricks;
        for (const auto& each : batch)
            rows.add(values_of(each, is_json));
        static_cast<void>(changes.insert(rows));
    }

    [[nodiscard]] static std::vector<json::record_value> values_of(const entry& of, bool is_json) {
        std::vector<json::record_value> made;
        const auto text = [&](const std::optional<std::string>& value) {
            auto& added = made.emplace_back(json::record_value{true, !value.has_value(), {}});
            if (!value)
                return;
            // U+0000 has no place in the database's text.
            std::string plain{*value};
            std::erase(plain, '\0');
            if (is_json) {
                json::append_json_string(added.text, plain);
            } else {
                added.text = std::move(plain);
            }
        };
        const auto number = [&](std::string value) {
            made.push_back({true, false, std::move(value)});
        };
        std::string id;
        append_uuid(id, uuid::random());
        text(id);
        std::string at;
        append_text(at, of.at, is_json ? text_format::statement_api : text_format::postgres);
        text(at);
        text(of.status >= 500 ? "ERROR" : "WARNING");
        text(of.endpoint);
        text(of.method);
        number(std::to_string(of.status));
        text(of.failure.type);
        text(of.failure.message);
        text(of.failure.causes);
        text(of.body);
        text(of.user);
        text(of.catalog);
        text(of.schema);
        text(of.table);
        std::string took;
        append_text(took, of.milliseconds, text_format::statement_api);
        number(std::move(took));
        return made;
    }

    void tell(std::uint64_t count, std::string_view why) const {
        if (how_.log != nullptr)
            how_.log->warning(
                "api_log: rows were lost",
                {{"rows", static_cast<std::int64_t>(count)},
                 {"lost_in_all", static_cast<std::int64_t>(lost_.load())},
                 {"what", why}}
            );
    }

    sessions to_;
    api_log_options how_;
    table facts_;
    kept_out names_{};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<std::uint64_t> written_{0};
    std::mutex mutex_{};
    std::condition_variable_any changed_{};
    std::deque<entry> waiting_{};
    std::uint64_t untold_ = 0;
    // Last: it uses all of the above.
    std::jthread writer_{};
};

} // namespace weir::http
