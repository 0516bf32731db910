// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include <weir/embedded/session.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <map>

#include "json.hpp"

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
    {"22003", "ARITHMETIC_OVERFLOW", "22003"},
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

[[noreturn]] void throw_failure(const weir::error& thrown) {
    std::string text{thrown.what()};
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

std::string upper(std::string_view text) {
    return embedded::detail::upper(text);
}

bool is_word(const token& at, std::string_view word) {
    return at.kind == token_kind::word && upper(at.text) == word;
}

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

// Bytes of one token in the statement, for the markers only.
struct marker {
    std::size_t offset;
    std::size_t length;
    std::size_t argument;
};

/// The statement with `:p1, :p2, …` in place of its markers, and the arguments in that order.
class bound_statement {
public:
    bound_statement(const statement_order& order, const std::vector<token>& tokens) {
        std::vector<marker> markers;
        std::int64_t positions = 0;
        for (const auto& each : tokens) {
            if (each.kind == token_kind::parameter) {
                if (const auto* given = named(order, each.text))
                    markers.push_back({each.offset, each.text.size() + 1, argument_of(*given)});
                // Others are left for the translator: in `STRUCT<a:INT>` they are types.
            } else if (each.is_symbol("?")) {
                const auto* given = at_position(order, ++positions);
                if (given == nullptr)
                    throw failure_of(
                        "UNBOUND_SQL_PARAMETER",
                        "42P02",
                        "Found the unbound parameter: _" + std::to_string(each.offset)
                    );
                markers.push_back({each.offset, 1, argument_of(*given)});
            }
        }
        std::size_t from = 0;
        for (const auto& each : markers) {
            text_.append(order.text, from, each.offset - from);
            text_ += ":p" + std::to_string(each.argument + 1);
            from = each.offset + each.length;
        }
        text_.append(order.text, from);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    [[nodiscard]] const weir::sql::arguments& arguments() const noexcept { return arguments_; }

    void put_before(const std::string& start) { text_ = start + text_; }

private:
    // Parameters' names are compared without case, as identifiers are.
    static const parameter* named(const statement_order& order, std::string_view name) {
        for (const auto& each : order.parameters)
            if (!each.name.empty() && upper(each.name) == upper(name))
                return &each;
        return nullptr;
    }

    static const parameter* at_position(const statement_order& order, std::int64_t position) {
        for (const auto& each : order.parameters)
            if (each.name.empty() && each.ordinal == position)
                return &each;
        return nullptr;
    }

    std::size_t argument_of(const parameter& given) {
        const auto [known, added] = positions_.try_emplace(&given, positions_.size());
        if (added) {
            const auto& type = types_.emplace_back(type_of(given));
            if (given.value) {
                arguments_.add_text(*given.value, type);
            } else {
                arguments_.add_null(type);
            }
        }
        return known->second;
    }

    static weir::column_type type_of(const parameter& given) {
        if (given.type.empty() || upper(given.type) == "VOID")
            return {.kind = weir::type::string};
        embedded::sql_type read;
        try {
            read = embedded::parse_schema(given.type);
        } catch (const weir::error& unknown) {
            throw failure_of(
                "UNSUPPORTED_DATATYPE",
                "0A000",
                "Unsupported data type of a parameter: " + given.type
            );
        }
        switch (read.kind) {
        case weir::type::array:
        case weir::type::map:
        case weir::type::structure:
        case weir::type::json:
        case weir::type::binary:
            throw failure_of(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                "42K09",
                "Parameters cannot be of type " + given.type + "; pass text and convert it"
            );
        default:
            return {.kind = read.kind, .precision = read.precision, .scale = read.scale};
        }
    }

    std::string text_;
    std::deque<weir::column_type> types_;
    std::map<const parameter*, std::size_t> positions_;
    weir::sql::arguments arguments_;
};

// ---------------------------------------------------------------- results

std::string_view type_name(const embedded::sql_type& of) {
    switch (of.kind) {
    case weir::type::boolean:
        return "BOOLEAN";
    case weir::type::int8:
        return "BYTE";
    case weir::type::int16:
        return "SHORT";
    case weir::type::int32:
        return "INT";
    case weir::type::int64:
        return "LONG";
    case weir::type::float32:
        return "FLOAT";
    case weir::type::float64:
        return "DOUBLE";
    case weir::type::decimal:
        return "DECIMAL";
    case weir::type::date:
        return "DATE";
    case weir::type::timestamp:
        return "TIMESTAMP";
    case weir::type::timestamp_ntz:
        return "TIMESTAMP_NTZ";
    case weir::type::binary:
        return "BINARY";
    case weir::type::json:
        return "VARIANT";
    case weir::type::array:
        return "ARRAY";
    case weir::type::map:
        return "MAP";
    case weir::type::structure:
        return "STRUCT";
    default:
        return "STRING";
    }
}

result_column describe_column(const embedded::result_column& from) {
    result_column made{.name = from.name};
    made.type_name = type_name(from.type);
    if (from.type.kind == weir::type::int32) {
        made.type_text = "INT";
    } else if (from.type.kind == weir::type::int64) {
        made.type_text = "BIGINT";
    } else {
        embedded::append_databricks_type(made.type_text, from.type);
        // Manifests name fields without quotes.
        std::erase(made.type_text, '`');
    }
    if (from.type.kind == weir::type::decimal) {
        made.precision = from.type.precision;
        made.scale = from.type.scale;
    }
    return made;
}

/// Collects rows into chunks within the order's limits.
class chunk_writer {
public:
    chunk_writer(const statement_order& order, statement_result& into)
        : order_(&order), into_(&into) {}

    /// Requires the columns in the result. False: no more rows are wanted.
    bool add(std::span<const weir::text_field> row, const std::vector<embedded::sql_type>& types) {
        if (order_->row_limit && into_->rows >= *order_->row_limit)
            return cut();
        line_.clear();
        order_->format == result_format::csv ? write_csv(row, types) : write_json(row, types);
        const auto size = static_cast<std::int64_t>(line_.size());
        if (order_->byte_limit && bytes_ + size > *order_->byte_limit)
            return cut();
        bytes_ += size;
        if (order_->inline_limit && bytes_ > *order_->inline_limit)
            throw statement_failure{
                "BAD_REQUEST",
                "Inline byte limit exceeded. Statements executed with disposition=INLINE can have "
                "a result size of at most " +
                    std::to_string(*order_->inline_limit) +
                    " bytes. Please execute the statement with disposition=EXTERNAL_LINKS if you "
                    "want to download the full result.",
                {}
            };
        auto& chunk = chunk_for(line_.size());
        if (order_->format == result_format::json_array)
            chunk.data.push_back(chunk.row_count == 0 ? '[' : ',');
        chunk.data += line_;
        ++chunk.row_count;
        ++into_->rows;
        return true;
    }

    void finish() {
        if (order_->format == result_format::json_array)
            for (auto& each : into_->chunks)
                each.data.push_back(']');
    }

private:
    bool cut() {
        into_->truncated = true;
        return false;
    }

    result_chunk& chunk_for(std::size_t size) {
        auto& chunks = into_->chunks;
        const bool is_full =
            !chunks.empty() &&
            (static_cast<std::size_t>(chunks.back().row_count) >= order_->chunk_rows ||
             chunks.back().data.size() + size > order_->chunk_bytes);
        if (chunks.empty() || is_full) {
            chunks.push_back({.row_offset = into_->rows});
            if (chunks.size() == 1 && order_->format == result_format::csv)
                write_header();
        }
        return chunks.back();
    }

    // Times have milliseconds, as warehouses give them.
    static std::string_view shortened(std::string_view text, const embedded::sql_type& of) {
        const auto point = text.find('.');
        if (point == std::string_view::npos ||
            (of.kind != weir::type::timestamp && of.kind != weir::type::timestamp_ntz))
            return text;
        return text.substr(0, point + 4);
    }

    void append_value(std::string& out, std::string_view text, const embedded::sql_type& of) const {
        if (of.kind == weir::type::timestamp || of.kind == weir::type::timestamp_ntz) {
            out += shortened(text, of);
            if (of.kind == weir::type::timestamp && out.back() != 'Z')
                out.push_back('Z');
        } else if (of.kind == weir::type::binary && order_->hex_binary) {
            std::vector<std::byte> bytes;
            static_cast<void>(weir::parse_base64(text, bytes));
            weir::append_hex(out, bytes);
        } else {
            out += text;
        }
    }

    static void refuse_wide(std::string_view text, const embedded::sql_type& of) {
        if (of.kind != weir::type::int64 || text.size() < 19)
            return;
        std::int64_t read = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), read).ec != std::errc{})
            throw failure_of("ARITHMETIC_OVERFLOW", "22003", "BIGINT overflow");
    }

    void write_json(
        std::span<const weir::text_field> row, const std::vector<embedded::sql_type>& types
    ) {
        line_.push_back('[');
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i != 0)
                line_.push_back(',');
            if (row[i].is_null) {
                line_ += "null";
                continue;
            }
            refuse_wide(row[i].text, types[i]);
            value_.clear();
            append_value(value_, row[i].text, types[i]);
            weir::json::append_json_string(line_, value_);
        }
        line_.push_back(']');
    }

    void append_csv(std::string& out, std::string_view text) const {
        if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
            out += text;
            return;
        }
        out.push_back('"');
        for (const char c : text) {
            if (c == '"')
                out.push_back('"');
            out.push_back(c);
        }
        out.push_back('"');
    }

    // SQL NULL is the text null. Source: databricks.md 3.5.
    void
    write_csv(std::span<const weir::text_field> row, const std::vector<embedded::sql_type>& types) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i != 0)
                line_.push_back(',');
            if (row[i].is_null) {
                line_ += "null";
                continue;
            }
            refuse_wide(row[i].text, types[i]);
            value_.clear();
            append_value(value_, row[i].text, types[i]);
            append_csv(line_, value_);
        }
        line_ += "\r\n";
    }

    void write_header() {
        auto& out = into_->chunks.back().data;
        for (std::size_t i = 0; i < into_->columns.size(); ++i) {
            if (i != 0)
                out.push_back(',');
            append_csv(out, into_->columns[i].name);
        }
        out += "\r\n";
    }

    const statement_order* order_;
    statement_result* into_;
    std::int64_t bytes_ = 0;
    std::string line_;
    std::string value_;
};

/// One row of counts, as warehouses answer changes. Source: databricks.md 3.6.
statement_result counted(
    const statement_order& order,
    const std::vector<std::pair<std::string_view, std::uint64_t>>& counts
) {
    statement_result made;
    std::vector<std::string> texts;
    std::vector<weir::text_field> row;
    std::vector<embedded::sql_type> types;
    for (const auto& [name, count] : counts) {
        made.columns.push_back({std::string{name}, "LONG", "BIGINT"});
        texts.push_back(std::to_string(count));
        types.push_back({.kind = weir::type::int64});
    }
    for (const auto& text : texts)
        row.push_back({text, false});
    chunk_writer writer{order, made};
    writer.add(row, types);
    writer.finish();
    return made;
}

std::string in_quotes(std::string_view name) {
    std::string out;
    embedded::append_name(out, name);
    return out;
}

std::string literal(std::string_view text) {
    std::string out;
    embedded::append_literal(out, text);
    return out;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
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

struct engine::parts {
    embedded::database database;

    explicit parts(embedded::options how) : database(std::move(how)) {}

    statement_result run(const statement_order& order, cancellation& cancel) {
        const auto tokens = embedded::tokenize(order.text);
        const auto kind = verb_of(tokens);
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
        case verb::merge:
            return merged(order, rows);
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

engine::engine(const std::string& path, const std::string& library)
    : parts_(std::make_unique<parts>(
          embedded::options{.path = path, .library = library, .connections = 16}
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
    const auto until = weir::deadline::in(std::chrono::seconds{30});
    const embedded::database::lease held{parts_->database, until};
    const auto match = [&](std::string_view column, std::string_view value) {
        return " AND lower(" + std::string{column} + ") = " + literal(lower(value));
    };
    const auto where = match("database_name", catalog) + match("schema_name", schema);
    table_description made;
    auto views = held->run(
        "SELECT coalesce(comment, '') FROM duckdb_views() WHERE NOT internal" + where +
            match("view_name", table),
        {}
    );
    auto tables = held->run(
        "SELECT coalesce(comment, '') FROM duckdb_tables() WHERE NOT internal" + where +
            match("table_name", table),
        {}
    );
    if (const auto view = views.next()) {
        made.is_view = true;
        made.comment = (*view)[0].text;
    } else if (const auto found = tables.next()) {
        made.comment = (*found)[0].text;
    } else {
        return std::nullopt;
    }
    const auto shapes =
        held->run(
                "SELECT * FROM " + in_quotes(lower(catalog)) + "." + in_quotes(lower(schema)) +
                    "." + in_quotes(lower(table)) + " LIMIT 0",
                {}
        )
            .columns();
    auto facts = held->run(
        "SELECT is_nullable, coalesce(comment, '') FROM duckdb_columns() WHERE NOT internal" +
            where + match("table_name", table) + " ORDER BY column_index",
        {}
    );
    for (const auto& shape : shapes) {
        table_column column{.shape = describe_column(shape)};
        if (const auto row = facts.next()) {
            column.nullable = (*row)[0].text == "true";
            column.comment = (*row)[1].text;
        }
        made.columns.push_back(std::move(column));
    }
    return made;
}

std::vector<std::string> engine::tables_of(const std::string& catalog, const std::string& schema) {
    const auto until = weir::deadline::in(std::chrono::seconds{30});
    const embedded::database::lease held{parts_->database, until};
    auto rows = held->run(
        "SELECT table_name FROM information_schema.tables WHERE lower(table_catalog) = " +
            literal(lower(catalog)) + " AND lower(table_schema) = " + literal(lower(schema)) +
            " ORDER BY 1",
        {}
    );
    std::vector<std::string> names;
    while (const auto row = rows.next())
        names.emplace_back((*row)[0].text);
    return names;
}

} // namespace local_workspace
