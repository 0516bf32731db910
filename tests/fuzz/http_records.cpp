// SPDX-License-Identifier: Apache-2.0
// Any text as a body of the records API, and as the filters of a read: every answer is one of those
// that are told, in JSON, and every statement takes as many arguments as it names.
#include <weir/http/records.hpp>
#include <weir/http/router.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using namespace weir;
using fuzz::require;

/// Rows of information_schema as either dialect spells them; nothing else has any.
class known_rows {
public:
    known_rows() = default;

    explicit known_rows(bool is_postgres) {
        const auto add = [&](std::string_view name,
                             std::string_view nullable,
                             std::string_view postgres,
                             std::string_view databricks) {
            if (is_postgres) {
                rows_.push_back({name, nullable, "f", postgres, "f", "", "", ""});
            } else {
                rows_.push_back({name, nullable, "false", databricks});
            }
        };
        add("k", "NO", "int8", "BIGINT");
        add("a", "YES", "text", "STRING");
        add("b", "YES", "numeric", "DECIMAL(12,2)");
        add("c", "YES", "_text", "ARRAY<STRING>");
        add("d", "YES", "timestamptz", "TIMESTAMP");
        add("e", "YES", "bytea", "BINARY");
        add("f", "YES", "jsonb", "STRUCT<x: INT, y: MAP<STRING, DOUBLE>>");
        add("g", "YES", "float8", "DOUBLE");
        add("record_uuid", "YES", "uuid", "STRING");
        add("is_deleted", "YES", "bool", "BOOLEAN");
        add("inserted_at", "YES", "timestamptz", "TIMESTAMP");
        add("updated_at", "YES", "timestamptz", "TIMESTAMP");
        add("updated_by", "YES", "text", "STRING");
    }

    std::optional<std::span<const text_field>> next() {
        if (at_ == rows_.size())
            return std::nullopt;
        fields_.clear();
        for (const auto text : rows_[at_])
            fields_.push_back({text, text.empty()});
        ++at_;
        return fields_;
    }

    [[nodiscard]] static std::uint64_t affected_rows() { return 1; }

private:
    std::vector<std::vector<std::string_view>> rows_{};
    std::vector<text_field> fields_{};
    std::size_t at_ = 0;
};

/// The largest number of a placeholder outside quotes.
std::size_t parameters_of(std::string_view text, bool is_postgres) {
    std::size_t most = 0;
    const std::string_view mark = is_postgres ? "$" : ":p";
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\'' || text[at] == '"' || text[at] == '`') {
            at = text.find(text[at], at + 1);
            require(at != std::string_view::npos, "quotes of statements are closed");
            continue;
        }
        if (!text.substr(at).starts_with(mark))
            continue;
        std::size_t number = 0;
        for (at += mark.size(); at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
            number = number * 10 + static_cast<std::size_t>(text[at] - '0');
        most = std::max(most, number);
        --at;
    }
    return most;
}

class checked_session {
public:
    explicit checked_session(sql::dialect spoken) : spoken_(spoken) {}

    [[nodiscard]] sql::dialect dialect() const noexcept { return spoken_; }

    [[nodiscard]] static std::string_view actor() noexcept { return "fuzz"; }

    known_rows
    execute(const sql::statement& given, const sql::arguments& arguments, deadline /*until*/)
        const {
        const bool is_postgres = spoken_ == sql::dialect::postgres;
        require(
            parameters_of(given.text, is_postgres) == arguments.size(),
            "a statement names as many parameters as it has arguments"
        );
        require(
            std::all_of(
                given.text.begin(),
                given.text.end(),
                [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }
            ),
            "a statement is made of its writer's letters"
        );
        return given.table == "information_schema" ? known_rows{is_postgres} : known_rows{};
    }

private:
    sql::dialect spoken_;
};

class caller_session : public checked_session {
public:
    using checked_session::checked_session;

    [[nodiscard]] const weir::caller& caller() const noexcept { return who_; }

private:
    weir::caller who_{.id = "fuzz"};
};

http::router routes_of(sql::dialect spoken) {
    const http::sessions from{
        [spoken] { return any_session{checked_session{spoken}}; },
        [spoken](const caller&) { return any_caller_session{caller_session{spoken}}; },
    };
    http::records_options how;
    how.database = spoken == sql::dialect::postgres ? "c" : "other";
    how.lakebase = from;
    how.warehouse = from;
    how.reachable = http::name_patterns{"c.s.*"};
    how.creatable = http::name_patterns{"c.s.*"};
    http::router made;
    http::add_records(made, std::move(how));
    return made;
}

void ask(
    const http::router& routes, std::string_view method, std::string target, std::string_view body
) {
    http::request asked;
    asked.method = method;
    asked.target = std::move(target);
    asked.body = body;
    asked.headers.add("Content-Type", "application/json");
    const auto answered = routes.handle(std::move(asked));
    // What the database is made to say here never fails.
    static constexpr std::array known{200, 400, 403, 404, 409};
    require(
        std::find(known.begin(), known.end(), answered.status) != known.end(),
        "an answer is one of those told"
    );
    json::reader in{answered.body, json::reader::most_depth};
    require(in.skip_value() && in.finish(), "an answer is JSON");
}

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string made;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        made.push_back('%');
        made.push_back(digits[byte >> 4U]);
        made.push_back(digits[byte & 0xFU]);
    }
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto postgres = routes_of(sql::dialect::postgres);
    static const auto databricks = routes_of(sql::dialect::databricks);
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::string at = R"("catalog":"c","schema":"s","table":"t",)";
    for (const auto* routes : {&postgres, &databricks}) {
        // As a whole body, and as the members behind the table's names.
        for (const auto& body : {std::string{text}, "{" + at + std::string{text} + "}"}) {
            ask(*routes, "POST", "/api/v1/records/write", body);
            ask(*routes, "PUT", "/api/v1/records/update", body);
            ask(*routes, "DELETE", "/api/v1/records/delete", body);
        }
        const auto value = escaped(text);
        for (const auto* name : {"filters", "columns", "limit", "table"})
            ask(*routes,
                "GET",
                "/api/v1/records/read?catalog=c&schema=s&table=t&" + std::string{name} + "=" +
                    value,
                "");
    }
    return 0;
}
