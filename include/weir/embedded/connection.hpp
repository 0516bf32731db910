// SPDX-License-Identifier: Apache-2.0
// One connection to the engine with its prepared statements: translates, binds, runs. Costs
// translate.hpp and rows.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/embedded/detail/statement_cache.hpp>
#include <weir/embedded/detail/table_definition.hpp>
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

/// How a query's rows are handed over: all made before the first is read, or made as they are
/// fetched, which keeps the connection busy until the last one. `merge_actions`: a MERGE gives one
/// row of one text for each row it changed: INSERT, UPDATE or DELETE.
enum class delivery : std::uint8_t { whole, streamed, merge_actions };

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
        delivery how,
        Expand&& expand,
        Provide&& provide
    ) {
        write_key(statement.text, arguments);
        if (how == delivery::merge_actions)
            key_.append("\0actions", 8);
        auto* found = cache_.find(key_);
        if (found == nullptr) {
            auto translated = translate(expand(statement.text), named_types(arguments));
            for (const auto& catalog : translated.catalogs)
                provide(catalog);
            if (translated.change)
                return change_check(*translated.change, statement.table);
            if (!translated.lengths.empty())
                return change_lengths(std::move(translated), statement.table);
            if (!translated.is_prepared)
                return run_all(with_comments(std::move(translated)), statement.table);
            if (how == delivery::merge_actions)
                translated.statements[0] += " RETURNING merge_action";
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
        const auto run_prepared =
            how == delivery::streamed ? api_.execute_prepared_streaming : api_.execute_prepared;
        const auto outcome = run_prepared(found->statement->handle(), given.get());
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

    /// A table that is there already keeps the comments it has.
    std::vector<std::string> with_comments(translation of) {
        if (of.comments.empty() || (!of.commented.empty() && !sql_of(of.commented).empty()))
            return std::move(of.statements);
        of.statements.insert(of.statements.end(), of.comments.begin(), of.comments.end());
        return std::move(of.statements);
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
            if (!detail::apply(change, definition, table))
                return rows{};
            auto remade = change.table;
            remade.back() += "__weir_remade";
            const auto old_name = joined_name(change.table);
            const auto new_name = joined_name(remade);
            run("CREATE TABLE " + new_name + definition, table);
            run("INSERT INTO " + new_name + " SELECT * FROM " + old_name, table);
            const auto comments = comments_of(change.table, table);
            run("DROP TABLE " + old_name, table);
            std::string rename{"ALTER TABLE " + new_name + " RENAME TO "};
            append_name(rename, change.table.back());
            run(rename, table);
            for (const auto& each : comments)
                run(each, table);
            return rows{};
        });
    }

    rows change_lengths(translation of, std::string_view table) {
        return together([&] {
            const auto lengths = std::move(of.lengths);
            for (const auto& each : lengths)
                if (each.definition.empty())
                    static_cast<void>(change_check(each, table));
            auto last = run_all(with_comments(std::move(of)), table);
            for (const auto& each : lengths)
                if (!each.definition.empty())
                    static_cast<void>(change_check(each, table));
            return last;
        });
    }

    std::string definition_of(const std::vector<std::string>& parts, std::string_view table) {
        auto found = sql_of(parts);
        if (found.empty()) {
            throw statement_error{
                std::string{table} +
                    ": the table is not in the database; create it, or check the schema's name",
                {.sqlstate = "42P01"}
            };
        }
        return found;
    }

    /// How a table would be made, as DuckDB prints it; empty: there is none.
    std::string sql_of(const std::vector<std::string>& parts) {
        auto found = run("SELECT sql FROM duckdb_tables() WHERE " + is_table(parts), {});
        const auto row = found.next();
        return row ? std::string{(*row)[0].text} : std::string{};
    }

    /// What makes a table's comments anew.
    std::vector<std::string>
    comments_of(const std::vector<std::string>& parts, std::string_view table) {
        std::vector<std::string> made;
        const auto name = joined_name(parts);
        auto of_table =
            run("SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL AND " +
                    is_table(parts),
                table);
        while (const auto row = of_table.next())
            made.push_back(
                "COMMENT ON TABLE " + name + " IS " + detail::quoted_literal((*row)[0].text)
            );
        auto of_columns =
            run("SELECT column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL AND " +
                    is_table(parts),
                table);
        while (const auto row = of_columns.next()) {
            auto column = name + ".";
            append_name(column, (*row)[0].text);
            made.push_back(
                "COMMENT ON COLUMN " + column + " IS " + detail::quoted_literal((*row)[1].text)
            );
        }
        return made;
    }

    /// A condition on duckdb_tables() and duckdb_columns().
    static std::string is_table(const std::vector<std::string>& parts) {
        const auto match = [](std::string_view column, const std::string& value) {
            return " AND lower(" + std::string{column} + ") = lower(" +
                   detail::quoted_literal(value) + ")";
        };
        std::string made{"NOT internal"};
        made += match("table_name", parts.back());
        made += parts.size() < 2 ? " AND schema_name = current_schema()"
                                 : match("schema_name", parts[parts.size() - 2]);
        made += parts.size() < 3 ? " AND database_name = current_database()"
                                 : match("database_name", parts[0]);
        return made;
    }

    const duck::api& api_;
    duck::connection handle_ = nullptr;
    detail::statement_cache cache_;
    std::string key_;
    bool in_transaction_ = false;
};

} // namespace weir::embedded
