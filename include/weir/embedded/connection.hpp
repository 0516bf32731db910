// SPDX-License-Identifier: Apache-2.0
// One connection to the engine with its prepared statements: translates, binds, runs. Costs
// translate.hpp and rows.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/embedded/duckdb_api.hpp>
#include <weir/embedded/engine_error.hpp>
#include <weir/embedded/rows.hpp>
#include <weir/embedded/translate.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::embedded {

namespace detail {

/// What kind of failure a text names at its start; duckdb_prepare gives no other sign.
[[nodiscard]] inline duck::error_type error_type_of(std::string_view text) noexcept {
    using enum duck::error_type;
    constexpr std::pair<std::string_view, duck::error_type> starts[]{
        {"Binder", binder},
        {"Catalog", catalog},
        {"Parser", parser},
        {"Syntax", syntax},
        {"Conversion", conversion},
        {"Out of Range", out_of_range},
        {"Constraint", constraint},
        {"TransactionContext", transaction},
        {"INTERRUPT", interrupt},
        {"Not implemented", not_implemented},
        {"Invalid Input", invalid_input},
        {"Permission", permission},
        {"Dependency", dependency},
        {"IO", io},
    };
    for (const auto& [start, kind] : starts)
        if (text.starts_with(start))
            return kind;
    return internal;
}

/// A column's type as a parameter's: containers and everything spelled as text are text.
[[nodiscard]] inline sql_type parameter_type_of(const column_type& of) {
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::float32:
    case type::float64:
    case type::boolean:
    case type::date:
    case type::timestamp:
    case type::timestamp_ntz:
        return {.kind = of.kind};
    case type::decimal:
        return {.kind = type::decimal, .precision = of.precision, .scale = of.scale};
    default:
        return {.kind = type::string};
    }
}

/// A prepared statement of the library.
class prepared_statement {
public:
    prepared_statement(
        const duck::api& api, duck::connection on, const std::string& sql, std::string_view table
    )
        : api_(&api) {
        if (api.prepare(on, sql.c_str(), &handle_) != duck::state::success) {
            const char* const reason = api.prepare_error(handle_);
            const std::string text{reason != nullptr ? reason : ""};
            api.destroy_prepare(&handle_);
            throw_engine_error(error_type_of(text), text, table);
        }
    }

    ~prepared_statement() {
        if (handle_ != nullptr)
            api_->destroy_prepare(&handle_);
    }

    prepared_statement(const prepared_statement&) = delete;
    prepared_statement(prepared_statement&&) = delete;
    prepared_statement& operator=(const prepared_statement&) = delete;
    prepared_statement& operator=(prepared_statement&&) = delete;

    /// Binds the text of an argument (absent: NULL) to `$position` as a value of the type.
    /// Errors: validation_error 22018 when the text is no such value.
    void bind(
        std::size_t position,
        std::optional<std::string_view> text,
        const sql_type& as,
        std::string_view table
    ) {
        const auto outcome =
            text ? bind_text(position, *text, as) : api_->bind_null(handle_, position);
        if (outcome != duck::state::success) {
            refusal{"", table}.bad_value(
                "22018", "value", "Argument " + std::to_string(position) + " is not of its type"
            );
        }
    }

    [[nodiscard]] duck::prepared handle() const noexcept { return handle_; }

private:
    template <class T>
    [[nodiscard]] static bool parse(std::string_view text, T& out) {
        return parse_text(text, out, text_format::statement_api);
    }

    duck::state bind_text(duck::index at, std::string_view text, const sql_type& as) {
        constexpr auto failure = duck::state::failure;
        switch (as.kind) {
        case type::boolean: {
            bool value = false;
            return parse(text, value) ? api_->bind_boolean(handle_, at, value) : failure;
        }
        case type::int8: {
            std::int8_t value = 0;
            return parse(text, value) ? api_->bind_int8(handle_, at, value) : failure;
        }
        case type::int16: {
            std::int16_t value = 0;
            return parse(text, value) ? api_->bind_int16(handle_, at, value) : failure;
        }
        case type::int32: {
            std::int32_t value = 0;
            return parse(text, value) ? api_->bind_int32(handle_, at, value) : failure;
        }
        case type::int64: {
            std::int64_t value = 0;
            return parse(text, value) ? api_->bind_int64(handle_, at, value) : failure;
        }
        case type::float32: {
            float value = 0;
            return parse(text, value) ? api_->bind_float(handle_, at, value) : failure;
        }
        case type::float64: {
            double value = 0;
            return parse(text, value) ? api_->bind_double(handle_, at, value) : failure;
        }
        case type::decimal: {
            int128 value = 0;
            if (!parse_decimal(text, as.precision, as.scale, value))
                return failure;
            const auto bits = static_cast<uint128>(value);
            return api_->bind_decimal(
                handle_,
                at,
                {as.precision,
                 as.scale,
                 {static_cast<std::uint64_t>(bits), static_cast<std::int64_t>(bits >> 64U)}}
            );
        }
        case type::date: {
            date value;
            return parse(text, value) ? api_->bind_date(handle_, at, {value.days}) : failure;
        }
        case type::timestamp: {
            timestamp value;
            return parse(text, value) ? api_->bind_timestamp_tz(handle_, at, {value.microseconds})
                                      : failure;
        }
        case type::timestamp_ntz: {
            timestamp_ntz value;
            return parse(text, value) ? api_->bind_timestamp(handle_, at, {value.microseconds})
                                      : failure;
        }
        default:
            return api_->bind_varchar_length(handle_, at, text.data(), text.size());
        }
    }

    const duck::api* api_;
    duck::prepared handle_ = nullptr;
};

/// Statements ready to run on one connection, the least recently used forgotten first.
class statement_cache {
public:
    struct entry {
        std::string key;
        std::unique_ptr<prepared_statement> statement;
        /// For `$1, $2, …`: the argument's position, or `actor`.
        std::vector<std::size_t> sources;
        std::vector<sql_type> types;
    };

    static constexpr auto actor = std::numeric_limits<std::size_t>::max();

    explicit statement_cache(std::size_t most) : most_(std::max<std::size_t>(most, 1)) {}

    entry* find(std::string_view key) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end())
            return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return &entries_.front();
    }

    entry& add(entry made) {
        if (entries_.size() == most_) {
            by_key_.erase(entries_.back().key);
            entries_.pop_back();
        }
        entries_.push_front(std::move(made));
        by_key_.emplace(entries_.front().key, entries_.begin());
        return entries_.front();
    }

    void clear() noexcept {
        by_key_.clear();
        entries_.clear();
    }

private:
    std::size_t most_;
    std::list<entry> entries_;
    std::unordered_map<std::string_view, std::list<entry>::iterator> by_key_;
};

} // namespace detail

/// A connection. Not for two threads at once.
class connection {
public:
    connection(const duck::api& api, duck::database to, std::size_t most_statements)
        : api_(api), cache_(most_statements) {
        if (api_.connect(to, &handle_) != duck::state::success) {
            throw connection_error{"The embedded engine gave no connection", {.sqlstate = "08001"}};
        }
    }

    ~connection() {
        cache_.clear();
        api_.disconnect(&handle_);
    }

    connection(const connection&) = delete;
    connection(connection&&) = delete;
    connection& operator=(const connection&) = delete;
    connection& operator=(connection&&) = delete;

    [[nodiscard]] duck::connection handle() const noexcept { return handle_; }

    /// Whether a transaction that begin() opened is still open.
    [[nodiscard]] bool in_transaction() const noexcept { return in_transaction_; }

    void begin() {
        run("BEGIN TRANSACTION", {});
        in_transaction_ = true;
    }

    void commit() {
        in_transaction_ = false;
        run("COMMIT", {});
    }

    void rollback() {
        in_transaction_ = false;
        run("ROLLBACK", {});
    }

    /// Runs DuckDB's own SQL, without parameters.
    rows run(const std::string& sql, std::string_view table) {
        auto given = std::make_unique<duck::result>();
        const auto outcome = api_.query(handle_, sql.c_str(), given.get());
        return take(outcome, std::move(given), table);
    }

    /// Executes a Databricks statement. `expand(text)` replaces its place markers,
    /// `provide(catalog)` makes a catalog exist; both run only when the statement is prepared.
    template <class Expand, class Provide>
    rows execute(
        const sql::statement& statement,
        const sql::arguments& arguments,
        std::string_view actor,
        Expand&& expand,
        Provide&& provide
    ) {
        write_key(statement.text, arguments);
        auto* found = cache_.find(key_);
        if (found == nullptr) {
            auto translated = translate(expand(statement.text), named_types(arguments));
            for (const auto& catalog : translated.catalogs)
                provide(catalog);
            if (translated.change)
                return change_check(*translated.change, statement.table);
            if (!translated.is_prepared)
                return run_all(translated.statements, statement.table);
            found = &prepare(std::move(translated), arguments, statement.table);
        }
        for (std::size_t i = 0; i < found->sources.size(); ++i) {
            const auto source = found->sources[i];
            found->statement->bind(
                i + 1,
                source == detail::statement_cache::actor ? std::optional{actor}
                                                         : arguments.text(source),
                found->types[i],
                statement.table
            );
        }
        auto given = std::make_unique<duck::result>();
        const auto outcome = api_.execute_prepared(found->statement->handle(), given.get());
        return take(outcome, std::move(given), statement.table);
    }

private:
    rows take(duck::state outcome, std::unique_ptr<duck::result> given, std::string_view table) {
        if (outcome == duck::state::success)
            return rows{api_, std::move(given)};
        const auto kind = api_.result_error_type(given.get());
        const char* const reason = api_.result_error(given.get());
        const std::string text{reason != nullptr ? reason : ""};
        api_.destroy_result(given.get());
        throw_engine_error(kind, text, table);
    }

    /// The statement's text and the types of its arguments: both decide the prepared statement.
    void write_key(std::string_view text, const sql::arguments& arguments) {
        key_.assign(text);
        key_.push_back('\0');
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const auto& kind = arguments.type(i);
            key_.push_back(static_cast<char>(kind.kind));
            if (kind.kind != type::decimal)
                continue;
            key_.push_back(static_cast<char>(kind.precision));
            key_.push_back(static_cast<char>(kind.scale));
        }
    }

    [[nodiscard]] static std::vector<parameter_type> named_types(const sql::arguments& arguments) {
        std::vector<parameter_type> made;
        made.reserve(arguments.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            made.push_back(
                {"p" + std::to_string(i + 1), detail::parameter_type_of(arguments.type(i))}
            );
        }
        return made;
    }

    detail::statement_cache::entry&
    prepare(translation translated, const sql::arguments& arguments, std::string_view table) {
        detail::statement_cache::entry made{
            .key = key_, .statement = {}, .sources = {}, .types = {}
        };
        for (const auto& name : translated.parameters) {
            if (name == current_user_parameter) {
                made.sources.push_back(detail::statement_cache::actor);
                made.types.push_back({.kind = type::string});
                continue;
            }
            // translate() let only p1…pn through.
            std::size_t number = 0;
            for (const char digit : std::string_view{name}.substr(1)) {
                number = number * 10 + static_cast<std::size_t>(digit - '0');
            }
            made.sources.push_back(number - 1);
            made.types.push_back(detail::parameter_type_of(arguments.type(number - 1)));
        }
        made.statement = std::make_unique<detail::prepared_statement>(
            api_, handle_, translated.statements[0], table
        );
        return cache_.add(std::move(made));
    }

    /// Several statements take effect together.
    rows run_all(const std::vector<std::string>& statements, std::string_view table) {
        if (statements.size() == 1)
            return run(statements[0], table);
        return together([&] {
            rows last;
            for (const auto& each : statements)
                last = run(each, table);
            return last;
        });
    }

    template <class Work>
    rows together(Work work) {
        if (in_transaction_)
            return work();
        begin();
        try {
            auto given = work();
            commit();
            return given;
        } catch (...) {
            if (in_transaction_)
                rollback();
            throw;
        }
    }

    // ------------------------------------------------------------ CHECK constraints

    /// Makes the table anew with one constraint more or less; DuckDB has no ALTER for it. The rows
    /// are checked.
    rows change_check(const check_change& change, std::string_view table) {
        return together([&] {
            auto definition = definition_of(change.table, table);
            // "CREATE TABLE schema.name(" is the library's own spelling; what is kept begins at the
            // parenthesis.
            definition.erase(0, opening_of(definition));
            const auto marker =
                std::string{"CHECK(("} + "(" + literal(change.name) + " IS NOT NULL)";
            const auto at = definition.find(marker);
            if (change.definition.empty()) {
                if (at == std::string::npos)
                    return rows{};
                remove_constraint(definition, at);
            } else {
                if (at != std::string::npos) {
                    throw statement_error{
                        std::string{table} + ": the constraint " + change.name + " exists already",
                        {.sqlstate = "42710"}
                    };
                }
                definition.insert(definition.rfind(')'), ", " + change.definition);
            }
            auto remade = change.table;
            remade.back() += "__weir_remade";
            const auto old_name = joined(change.table);
            const auto new_name = joined(remade);
            run("CREATE TABLE " + new_name + definition, table);
            run("INSERT INTO " + new_name + " SELECT * FROM " + old_name, table);
            run("DROP TABLE " + old_name, table);
            std::string rename{"ALTER TABLE " + new_name + " RENAME TO "};
            append_name(rename, change.table.back());
            return run(rename, table);
        });
    }

    std::string definition_of(const std::vector<std::string>& parts, std::string_view table) {
        const auto match = [](std::string_view column, const std::string& value) {
            return " AND lower(" + std::string{column} + ") = lower(" + literal(value) + ")";
        };
        std::string sql{"SELECT sql FROM duckdb_tables() WHERE NOT temporary"};
        sql += match("table_name", parts.back());
        sql += parts.size() < 2 ? " AND schema_name = current_schema()"
                                : match("schema_name", parts[parts.size() - 2]);
        sql += parts.size() < 3 ? " AND database_name = current_database()"
                                : match("database_name", parts[0]);
        auto found = run(sql, table);
        const auto row = found.next();
        if (!row) {
            throw statement_error{
                std::string{table} +
                    ": the table is not in the database; create it, or check the schema's name",
                {.sqlstate = "42P01"}
            };
        }
        return std::string{(*row)[0].text};
    }

    /// Where the column list of a CREATE TABLE opens: the first parenthesis outside quotes.
    [[nodiscard]] static std::size_t opening_of(std::string_view definition) {
        bool quoted = false;
        for (std::size_t i = 0; i < definition.size(); ++i) {
            if (definition[i] == '"')
                quoted = !quoted;
            if (definition[i] == '(' && !quoted)
                return i;
        }
        return definition.size();
    }

    /// Cuts out the CHECK that begins at `at`, with the comma before it.
    static void remove_constraint(std::string& definition, std::size_t at) {
        std::size_t depth = 0;
        char quote = '\0';
        auto end = definition.find('(', at);
        do {
            const char c = definition[end];
            if (quote != '\0') {
                if (c == quote)
                    quote = '\0';
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(') {
                ++depth;
            } else if (c == ')') {
                --depth;
            }
            ++end;
        } while (depth != 0 && end < definition.size());
        const auto comma = definition.rfind(',', at);
        definition.erase(comma, end - comma);
    }

    [[nodiscard]] static std::string literal(std::string_view text) {
        std::string made;
        append_literal(made, text);
        return made;
    }

    [[nodiscard]] static std::string joined(const std::vector<std::string>& parts) {
        std::string made;
        for (const auto& part : parts) {
            if (!made.empty())
                made.push_back('.');
            append_name(made, part);
        }
        return made;
    }

    const duck::api& api_;
    duck::connection handle_ = nullptr;
    detail::statement_cache cache_;
    std::string key_;
    bool in_transaction_ = false;
};

} // namespace weir::embedded
