// SPDX-License-Identifier: Apache-2.0
// Runs one statement on the embedded engine and answers as a SQL warehouse would: columns with
// Databricks types, rows as text in chunks, failures with their condition and SQLSTATE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace local_workspace {

/// A statement that failed. Source: databricks.md 3.4.
class statement_failure : public std::runtime_error {
public:
    statement_failure(std::string error_code, const std::string& message, std::string sqlstate)
        : std::runtime_error(message), error_code_(std::move(error_code)),
          sqlstate_(std::move(sqlstate)) {}

    [[nodiscard]] const std::string& error_code() const noexcept { return error_code_; }

    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

private:
    std::string error_code_;
    std::string sqlstate_;
};

/// A failure as warehouses word it: `[CONDITION] text. SQLSTATE: 42601`.
[[nodiscard]] statement_failure
failure_of(std::string_view condition, std::string_view sqlstate, std::string_view text);

/// What a warehouse can and this workspace cannot.
[[nodiscard]] statement_failure unsupported(std::string_view what);

/// What its user lacks the right for.
[[nodiscard]] statement_failure insufficient(std::string_view what);

struct result_column {
    std::string name{};
    /// `LONG`, `STRING`: as manifests name types.
    std::string type_name{};
    /// `BIGINT`, `DECIMAL(10,2)`.
    std::string type_text{};
    int precision = 0;
    int scale = 0;
};

struct result_chunk {
    std::int64_t row_offset = 0;
    std::int64_t row_count = 0;
    /// JSON_ARRAY: `[["1",null],…]`; CSV: lines.
    std::string data{};
};

struct statement_result {
    std::vector<result_column> columns{};
    std::vector<result_chunk> chunks{};
    std::int64_t rows = 0;
    bool truncated = false;
};

struct parameter {
    /// Empty: by its ordinal.
    std::string name{};
    std::int64_t ordinal = 0;
    std::string type{};
    std::optional<std::string> value{};
};

enum class result_format { json_array, csv };

struct statement_order {
    std::string text{};
    std::vector<parameter> parameters{};
    std::string catalog{};
    std::string schema{};
    std::string user{};
    std::optional<std::int64_t> row_limit{};
    std::optional<std::int64_t> byte_limit{};
    /// Bytes of all rows; more is a failure.
    std::optional<std::int64_t> inline_limit{};
    std::size_t chunk_rows = 100'000;
    std::size_t chunk_bytes = 4U << 20U;
    bool hex_binary = false;
    bool in_session = false;
    result_format format = result_format::json_array;
    /// The workspace's time, in milliseconds since 1970, where a change keeps the table's past;
    /// empty: it keeps none.
    std::function<std::int64_t()> past_clock{};
};

/// What a running statement is cancelled by. Threads: may be shared.
class cancellation {
public:
    void cancel() {
        const std::lock_guard lock{mutex_};
        cancelled_ = true;
        if (interrupt_)
            interrupt_();
    }

    [[nodiscard]] bool is_cancelled() const {
        const std::lock_guard lock{mutex_};
        return cancelled_;
    }

    /// What cancel() calls while a statement runs; an empty function: nothing runs.
    void watch(std::function<void()> interrupt) {
        const std::lock_guard lock{mutex_};
        interrupt_ = std::move(interrupt);
    }

private:
    mutable std::mutex mutex_;
    bool cancelled_ = false;
    std::function<void()> interrupt_;
};

struct table_column {
    result_column shape{};
    bool nullable = true;
    std::string comment{};
    /// As a table's definition says it: `varchar(20)`, where results have STRING.
    std::string declared_type{};
    /// As it was written; empty: none.
    std::string default_text{};
    bool is_identity = false;
};

struct table_description {
    bool is_view = false;
    std::string comment{};
    std::vector<table_column> columns{};
};

class access_rules;

/// Threads: may be shared.
class engine {
public:
    /// The workspace's owner may do everything with every table.
    ///
    /// Errors: weir::configuration_error when the engine is missing or the file cannot be opened.
    engine(const std::string& path, const std::string& library, const std::string& owner);
    ~engine();

    engine(const engine&) = delete;
    engine(engine&&) = delete;
    engine& operator=(const engine&) = delete;
    engine& operator=(engine&&) = delete;

    /// Errors: statement_failure.
    [[nodiscard]] statement_result run(const statement_order& order, cancellation& cancel);

    /// Absent: no such table. Names are compared in lower case.
    [[nodiscard]] std::optional<table_description>
    describe(const std::string& catalog, const std::string& schema, const std::string& table);

    /// The names of a schema's tables that the user may read.
    [[nodiscard]] std::vector<std::string>
    tables_of(const std::string& catalog, const std::string& schema, const std::string& user);

    /// Who may do what with which table.
    [[nodiscard]] const access_rules& access() const noexcept;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace local_workspace
