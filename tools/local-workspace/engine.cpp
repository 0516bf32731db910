// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include <weir/embedded/session.hpp>

#include <algorithm>
#include <chrono>

#include "access_rules.hpp"
#include "bound_statement.hpp"
#include "catalog_reader.hpp"
#include "engine_text.hpp"
#include "json.hpp"
#include "result_writer.hpp"
#include "statement_words.hpp"
#include "table_ddl.hpp"
#include "table_facts.hpp"
#include "table_past.hpp"

namespace local_workspace {

namespace {

namespace embedded = weir::embedded;
using weir::embedded::token;
using weir::embedded::token_kind;

// ---------------------------------------------------------------- failures

struct condition {
    std::string_view ours;
    std::string_view name;
    std::string_view sqlstate;
};

// Our SQLSTATE, what a warehouse calls it, and its SQLSTATE. Source: databricks.md 3.4.
constexpr condition conditions[]{
    {"42601", "PARSE_SYNTAX_ERROR", "42601"},
    {"42P01", "TABLE_OR_VIEW_NOT_FOUND", "42P01"},
    {"42703", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"},
    {"3F000", "SCHEMA_NOT_FOUND", "42704"},
    {"42P07", "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"},
    {"42P02", "UNBOUND_SQL_PARAMETER", "42P02"},
    {"42883", "UNRESOLVED_ROUTINE", "42883"},
    {"42804", "DATATYPE_MISMATCH", "42K09"},
    {"22018", "CAST_INVALID_INPUT", "22018"},
    {"22012", "DIVIDE_BY_ZERO", "22012"},
    {"22001", "DELTA_EXCEED_CHAR_VARCHAR_LIMIT", "22001"},
    {"23502", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502"},
    {"23514", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001"},
    {"40001", "DELTA_CONCURRENT_WRITE", "2D521"},
    {"42501", "INSUFFICIENT_PERMISSIONS", "42501"},
    {"0A000", "UNSUPPORTED_FEATURE", "0A000"},
};

/// The column a validation error is about; empty: it names none.
std::string column_of(const weir::error& thrown) {
    if (const auto* broken = dynamic_cast<const weir::validation_error*>(&thrown))
        for (const auto& each : broken->broken())
            for (const auto& step : each.loc)
                if (const auto* name = std::get_if<std::string>(&step))
                    return *name;
    return {};
}

/// What a message says in `(constraint …)`; empty: it names none.
std::string constraint_of(std::string_view message) {
    constexpr std::string_view before = "(constraint ";
    const auto found = message.find(before);
    if (found == std::string_view::npos)
        return {};
    message.remove_prefix(found + before.size());
    return std::string{message.substr(0, message.find(')'))};
}

/// What a warehouse calls a number that is out of range; `text` is the engine's.
std::string_view overflow_of(std::string_view text) {
    if (text.find("DECIMAL(") != std::string_view::npos)
        return "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION";
    if (text.find("can't be cast") != std::string_view::npos)
        return "CAST_OVERFLOW";
    return "ARITHMETIC_OVERFLOW";
}

[[noreturn]] void throw_failure(const weir::error& thrown) {
    std::string text{thrown.what()};
    if (thrown.sqlstate() == "22003")
        throw failure_of(overflow_of(thrown.server_text()), "22003", text);
    if (thrown.sqlstate() == "23502")
        text = "NOT NULL constraint violated for column: " + column_of(thrown);
    if (const auto rule = constraint_of(text); thrown.sqlstate() == "23514" && !rule.empty())
        text = "CHECK constraint " + rule + " violated by row";
    if (thrown.kind() == weir::error_kind::connection)
        throw statement_failure{"INTERNAL_ERROR", "[INTERNAL_ERROR] " + text, "XX000"};
    if (thrown.kind() == weir::error_kind::decode)
        throw failure_of("UNSUPPORTED_FEATURE", "0A000", text);
    for (const auto& each : conditions)
        if (thrown.sqlstate() == each.ours)
            throw failure_of(each.name, each.sqlstate, text);
    throw failure_of(
        "LOCAL_WORKSPACE_ENGINE", thrown.sqlstate().empty() ? "XXKST" : thrown.sqlstate(), text
    );
}

// ---------------------------------------------------------------- text of statements

enum class verb { query, insert, update, remove, merge, ddl, use };

verb verb_of(const std::vector<token>& tokens) {
    if (tokens.empty())
        throw failure_of(
            "PARSE_EMPTY_STATEMENT", "42617", "Syntax error, unexpected empty statement"
        );
    const auto first = upper(tokens.front().text);
    if (first == "WITH") {
        std::size_t depth = 0;
        for (const auto& each : tokens) {
            if (each.is_symbol("("))
                ++depth;
            if (each.is_symbol(")") && depth > 0)
                --depth;
            if (depth == 0)
                for (const std::string_view write : {"INSERT", "UPDATE", "DELETE", "MERGE"})
                    if (is_word(each, write))
                        throw failure_of(
                            "PARSE_SYNTAX_ERROR", "42601", "WITH stands before a query only"
                        );
        }
        return verb::query;
    }
    if (first == "SELECT" || first == "VALUES" || first == "(")
        return verb::query;
    if (first == "INSERT")
        return verb::insert;
    if (first == "UPDATE")
        return verb::update;
    if (first == "DELETE")
        return verb::remove;
    if (first == "MERGE")
        return verb::merge;
    return first == "USE" ? verb::use : verb::ddl;
}

weir::sql::verb weir_verb(verb of) {
    switch (of) {
    case verb::query:
        return weir::sql::verb::select;
    case verb::insert:
        return weir::sql::verb::insert;
    case verb::remove:
        return weir::sql::verb::remove;
    case verb::ddl:
        return weir::sql::verb::ddl;
    default:
        return weir::sql::verb::update;
    }
}

/// Names without a schema are looked up here while it lives.
class current_schema {
public:
    current_schema(embedded::connection& on, std::string_view catalog, std::string_view schema)
        : on_(&on) {
        if (catalog.empty() && schema.empty())
            return;
        std::string place;
        if (!catalog.empty())
            place = in_quotes(lower(catalog)) + ".";
        place += in_quotes(schema.empty() ? "main" : lower(schema));
        try {
            static_cast<void>(on.run("USE " + place, {}));
            used_ = true;
        } catch (const weir::error&) {
            throw failure_of(
                "SCHEMA_NOT_FOUND",
                "42704",
                "The schema `" + std::string{catalog} + "`.`" + std::string{schema} +
                    "` cannot be found"
            );
        }
    }

    current_schema(const current_schema&) = delete;
    current_schema(current_schema&&) = delete;
    current_schema& operator=(const current_schema&) = delete;
    current_schema& operator=(current_schema&&) = delete;

    ~current_schema() {
        if (!used_)
            return;
        try {
            static_cast<void>(on_->run("USE \"WEIR\".\"main\"", {}));
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): it was there before
        }
    }

private:
    embedded::connection* on_;
    bool used_ = false;
};

} // namespace

statement_failure
failure_of(std::string_view condition, std::string_view sqlstate, std::string_view text) {
    std::string message{"["};
    message.append(condition).append("] ").append(text);
    message.append(". SQLSTATE: ").append(sqlstate);
    return {"BAD_REQUEST", message, std::string{sqlstate}};
}

statement_failure unsupported(std::string_view what) {
    return failure_of(
        "UNSUPPORTED_FEATURE", "0A000", "The local workspace does not support " + std::string{what}
    );
}

statement_failure insufficient(std::string_view what) {
    return failure_of(
        "INSUFFICIENT_PERMISSIONS", "42501", "Insufficient privileges: " + std::string{what}
    );
}

struct engine::parts {
    embedded::database database;
    access_rules rules;
    table_facts facts;
    catalog_reader tables{database, rules, facts};
    table_past past;

    parts(embedded::options how, std::string owner)
        : database(std::move(how)), rules(std::move(owner)) {
        load(rules_table, rules);
        load(facts_table, facts);
    }

    statement_result run(const statement_order& order, cancellation& cancel) {
        const auto tokens = embedded::tokenize(order.text);
        const auto kind = verb_of(tokens);
        if (auto told = tables.tell(order, tokens))
            return std::move(*told);
        if (kind == verb::ddl && rules.run(order, tokens)) {
            keep(rules_table, rules.save());
            return {};
        }
        if (auto edits = rules.apply(order, tokens); !edits.empty()) {
            auto allowed = order;
            allowed.text = edited(order.text, std::move(edits));
            return run_for_all(allowed, embedded::tokenize(allowed.text), kind, cancel);
        }
        return run_for_all(order, tokens, kind, cancel);
    }

    /// A statement that is its user's to execute.
    statement_result run_for_all(
        const statement_order& order, const token_list& tokens, verb kind, cancellation& cancel
    ) {
        if (auto informed = tables.with_information_schema(order, tokens))
            return execute(*informed, embedded::tokenize(informed->text), kind, cancel);
        if (kind != verb::ddl) {
            auto done = execute(order, tokens, kind, cancel);
            // The past of a table is kept in tables.
            if (order.past_clock)
                tables.forget();
            return done;
        }
        const auto of = ddl_of(order, tokens);
        // It may have failed halfway.
        const forgetting afterwards{tables};
        auto done = execute(order, tokens, kind, cancel);
        if (facts.note(of))
            keep(facts_table, facts.save());
        // What was dropped has no rules any more.
        if (rules.has_changed())
            keep(rules_table, rules.save());
        return done;
    }

    struct forgetting {
        catalog_reader& of;

        ~forgetting() { of.forget(); }
    };

    /// What a statement is about to do to a table, if Delta lets it.
    table_ddl ddl_of(const statement_order& order, const token_list& tokens) {
        table_ddl of;
        try {
            of = read_table_ddl(order, tokens);
        } catch (const statement_failure&) {
            // The engine has better words for what is no SQL.
            return {};
        }
        if (of.is_if_absent && tables.describe_named(of.table))
            return {};
        std::string type;
        if (of.kind == ddl_kind::set_type) {
            if (const auto found = tables.describe_named(of.table))
                for (const auto& column : found->columns)
                    if (lower(column.shape.name) == of.columns.front().first)
                        type = column.declared_type;
        }
        facts.check(of, type);
        return of;
    }

    // ------------------------------------------------------------ what is kept in the engine's
    // file

    static constexpr std::string_view rules_table = "rules";
    static constexpr std::string_view facts_table = "tables";

    template <class Kept>
    void load(std::string_view table, Kept& into) {
        const auto until = weir::deadline::in(std::chrono::seconds{30});
        const embedded::database::lease held{database, until};
        auto found = held->run(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'weir_access' AND database_name = "
            "'WEIR' AND table_name = " +
                literal(table),
            {}
        );
        if (!found.next())
            return;
        auto kept = held->run("SELECT facts FROM " + place_of(table), {});
        if (const auto row = kept.next())
            into.load((*row)[0].text);
    }

    static std::string place_of(std::string_view table) {
        return "\"WEIR\".\"weir_access\"." + in_quotes(table);
    }

    void keep(std::string_view table, const std::string& json) {
        const auto until = weir::deadline::in(std::chrono::seconds{30});
        const auto turn =
            database.turn_to_write({.text = "keep", .verb = weir::sql::verb::ddl}, until);
        const embedded::database::lease held{database, until};
        static_cast<void>(held->run("CREATE SCHEMA IF NOT EXISTS \"WEIR\".\"weir_access\"", {}));
        static_cast<void>(held->run(
            "CREATE OR REPLACE TABLE " + place_of(table) + " AS SELECT " + literal(json) +
                " AS facts",
            {}
        ));
    }

    // Who may read a table may read its past: that is settled by now.
    statement_result execute(
        const statement_order& order, const token_list& tokens, verb kind, cancellation& cancel
    ) {
        if (auto text = past.resolved(order)) {
            auto resolved = order;
            resolved.text = std::move(*text);
            return execute(resolved, embedded::tokenize(resolved.text), kind, cancel);
        }
        // Without a session nothing remembers it.
        if (kind == verb::use && order.in_session)
            throw failure_of(
                "UNSUPPORTED_FEATURE",
                "0A000",
                "USE in a session; give the session its catalog and schema"
            );
        if (kind == verb::use)
            return {};
        bound_statement bound{order, tokens};
        refuse_places(order.text, tokens);
        if (!order.catalog.empty() || !order.schema.empty())
            bound.put_before("/*" + hex(order.catalog) + "." + hex(order.schema) + "*/");
        const weir::sql::statement statement{bound.text(), {}, weir_verb(kind)};
        const auto until = weir::deadline::in(std::chrono::hours{24});
        const auto turn = database.turn_to_write(statement, until);
        const embedded::database::lease held{database, until};
        const current_schema place{*held, order.catalog, order.schema};
        const watching watched{*this, cancel, *held};
        const auto how =
            kind == verb::merge ? embedded::delivery::merge_actions : embedded::delivery::whole;
        auto rows = database.execute(*held, statement, bound.arguments(), order.user, until, how);
        if (kind != verb::query && kind != verb::merge && order.past_clock)
            past.keep(order, *held, order.past_clock());
        switch (kind) {
        case verb::insert:
            return counted(
                order,
                {{"num_affected_rows", rows.affected_rows()},
                 {"num_inserted_rows", rows.affected_rows()}}
            );
        case verb::update:
        case verb::remove:
            return counted(order, {{"num_affected_rows", rows.affected_rows()}});
        case verb::merge: {
            auto counts = merged(order, rows);
            if (order.past_clock)
                past.keep(order, *held, order.past_clock());
            return counts;
        }
        case verb::query:
            return collect(order, rows, cancel);
        default:
            return {};
        }
    }

    // A comment may hold what the engine would take for the place of a table; other text cannot.
    static void refuse_places(const std::string& text, const std::vector<token>& tokens) {
        for (const std::string_view start : {"@{", "@["}) {
            if (text.find(start) == std::string::npos)
                continue;
            const bool is_quoted =
                std::any_of(tokens.begin(), tokens.end(), [&](const token& each) {
                    return each.text.find(start) != std::string::npos;
                });
            if (!is_quoted)
                throw failure_of(
                    "UNSUPPORTED_FEATURE", "0A000", "A comment with " + std::string{start}
                );
        }
    }

    // Comments hold no text that could end them.
    static std::string hex(const std::string& text) {
        std::string out;
        weir::append_hex(out, std::as_bytes(std::span{text.data(), text.size()}));
        return out;
    }

    static statement_result merged(const statement_order& order, embedded::rows& rows) {
        std::uint64_t updated = 0;
        std::uint64_t removed = 0;
        std::uint64_t inserted = 0;
        while (const auto row = rows.next()) {
            const auto action = (*row)[0].text;
            ++(action == "INSERT" ? inserted : action == "DELETE" ? removed : updated);
        }
        return counted(
            order,
            {{"num_affected_rows", updated + removed + inserted},
             {"num_updated_rows", updated},
             {"num_deleted_rows", removed},
             {"num_inserted_rows", inserted}}
        );
    }

    static statement_result
    collect(const statement_order& order, embedded::rows& rows, const cancellation& cancel) {
        statement_result made;
        std::vector<embedded::sql_type> types;
        for (const auto& column : rows.columns()) {
            made.columns.push_back(describe_column(column));
            types.push_back(column.type);
        }
        chunk_writer writer{order, made};
        while (const auto row = rows.next()) {
            if (!writer.add(*row, types))
                break;
            if (made.rows % 10'000 == 0 && cancel.is_cancelled())
                throw weir::timeout_error{"cancelled"};
        }
        writer.finish();
        return made;
    }

    class watching {
    public:
        watching(parts& in, cancellation& cancel, embedded::connection& on) : cancel_(&cancel) {
            cancel.watch([database = &in.database, &on] { database->interrupt(on); });
            if (cancel.is_cancelled()) {
                cancel.watch({});
                throw weir::timeout_error{"cancelled before it began"};
            }
        }

        watching(const watching&) = delete;
        watching(watching&&) = delete;
        watching& operator=(const watching&) = delete;
        watching& operator=(watching&&) = delete;

        ~watching() { cancel_->watch({}); }

    private:
        cancellation* cancel_;
    };
};

engine::engine(const std::string& path, const std::string& library, const std::string& owner)
    : parts_(std::make_unique<parts>(
          embedded::options{.path = path, .library = library, .connections = 16}, owner
      )) {}

engine::~engine() = default;

statement_result engine::run(const statement_order& order, cancellation& cancel) {
    try {
        return parts_->run(order, cancel);
    } catch (const weir::error& thrown) {
        if (cancel.is_cancelled())
            throw statement_failure{"CANCELLED", "The statement was cancelled", {}};
        throw_failure(thrown);
    }
}

std::optional<table_description>
engine::describe(const std::string& catalog, const std::string& schema, const std::string& table) {
    return parts_->tables.describe(catalog, schema, table);
}

std::vector<std::string>
engine::tables_of(const std::string& catalog, const std::string& schema, const std::string& user) {
    return parts_->tables.tables_of(catalog, schema, user);
}

const access_rules& engine::access() const noexcept {
    return parts_->rules;
}

} // namespace local_workspace
