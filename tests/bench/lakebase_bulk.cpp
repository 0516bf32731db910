// SPDX-License-Identifier: Apache-2.0
// Four ways to insert many rows of nine columns: unnest of arrays, COPY, VALUES of many rows,
// jsonb_to_recordset. On bare libpq, so that only the ways differ; writing the text is part of
// each. Needs WEIR_TEST_PG.
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "measure.hpp"

namespace {

using row = std::array<std::string, 9>;
constexpr std::size_t width = std::tuple_size_v<row>;

constexpr std::array<const char*, width> names{
    "id", "name", "code", "amount", "price", "active", "created", "note", "tag"
};
constexpr std::array<const char*, width> types{
    "bigint", "text", "text", "integer", "float8", "boolean", "timestamptz", "text", "text"
};

std::vector<row> make_rows(std::size_t count) {
    std::vector<row> rows(count);
    for (std::size_t at = 0; at < count; ++at) {
        const auto number = std::to_string(at);
        rows[at] = {
            number,
            "SMITH " + number + "-15H",
            "AB-" + number,
            number,
            number + ".5",
            at % 2 == 0 ? "t" : "f",
            "2024-05-01 10:20:30.123456+00",
            "a note, \"quoted\", of some length",
            "x"
        };
    }
    return rows;
}

class server_link {
public:
    server_link(const test::postgres_server& server, const std::string& schema)
        : link_(
              PQconnectdb(("host='" + server.host() + "' port=" + std::to_string(server.port()) +
                           " user=weir_app dbname=databricks_postgres options='-c search_path=" +
                           schema + "'")
                              .c_str()),
              &PQfinish
          ) {}

    void execute(const std::string& text, const std::vector<std::string>& arguments = {}) {
        std::vector<const char*> pointers;
        pointers.reserve(arguments.size());
        for (const auto& argument : arguments)
            pointers.push_back(argument.c_str());
        check(PQexecParams(
            link_.get(),
            text.c_str(),
            static_cast<int>(pointers.size()),
            nullptr,
            pointers.data(),
            nullptr,
            nullptr,
            0
        ));
    }

    void copy(const std::string& text, const std::string& data) {
        check(PQexec(link_.get(), text.c_str()));
        if (PQputCopyData(link_.get(), data.data(), static_cast<int>(data.size())) != 1 ||
            PQputCopyEnd(link_.get(), nullptr) != 1) {
            fail();
        }
        while (auto* result = PQgetResult(link_.get()))
            check(result);
    }

private:
    [[noreturn]] void fail() const {
        std::fputs(PQerrorMessage(link_.get()), stderr);
        std::exit(1);
    }

    void check(PGresult* result) const {
        const auto status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
            fail();
        }
    }

    std::unique_ptr<PGconn, decltype(&PQfinish)> link_;
};

void append_escaped(std::string& out, std::string_view text) {
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            out.push_back('\\');
        out.push_back(letter);
    }
}

void by_unnest(server_link& link, const std::vector<row>& rows) {
    std::string text = "insert into t select * from unnest(";
    std::vector<std::string> arguments(width);
    for (std::size_t column = 0; column < width; ++column) {
        if (column != 0)
            text += ", ";
        text += "$" + std::to_string(column + 1) + "::" + types[column] + "[]";
        auto& array = arguments[column];
        array.push_back('{');
        for (const auto& one : rows) {
            if (array.size() > 1)
                array.push_back(',');
            array.push_back('"');
            append_escaped(array, one[column]);
            array.push_back('"');
        }
        array.push_back('}');
    }
    link.execute(text + ")", arguments);
}

void by_copy(server_link& link, const std::vector<row>& rows) {
    std::string data;
    for (const auto& one : rows) {
        for (std::size_t column = 0; column < width; ++column) {
            if (column != 0)
                data.push_back('\t');
            for (const char letter : one[column]) {
                if (letter == '\t' || letter == '\n' || letter == '\r' || letter == '\\') {
                    data.push_back('\\');
                }
                data.push_back(letter);
            }
        }
        data.push_back('\n');
    }
    link.copy("copy t from stdin", data);
}

void by_values(server_link& link, const std::vector<row>& rows) {
    // 65,535 parameters at most.
    constexpr std::size_t most = 65'535 / width;
    for (std::size_t start = 0; start < rows.size(); start += most) {
        const auto end = std::min(rows.size(), start + most);
        std::string text = "insert into t values ";
        std::vector<std::string> arguments;
        arguments.reserve((end - start) * width);
        for (auto at = start; at < end; ++at) {
            text += at == start ? "(" : ",(";
            for (std::size_t column = 0; column < width; ++column) {
                if (column != 0)
                    text.push_back(',');
                arguments.push_back(rows[at][column]);
                text += "$" + std::to_string(arguments.size());
            }
            text.push_back(')');
        }
        link.execute(text, arguments);
    }
}

void by_json(server_link& link, const std::vector<row>& rows) {
    std::string json = "[";
    for (const auto& one : rows) {
        json += json.size() == 1 ? "{" : ",{";
        for (std::size_t column = 0; column < width; ++column) {
            if (column != 0)
                json.push_back(',');
            json.append("\"").append(names[column]).append("\":\"");
            append_escaped(json, one[column]);
            json.push_back('"');
        }
        json.push_back('}');
    }
    json.push_back(']');
    std::string text = "insert into t select * from jsonb_to_recordset($1::jsonb) as r(";
    for (std::size_t column = 0; column < width; ++column) {
        text.append(column == 0 ? "" : ", ")
            .append(names[column])
            .append(" ")
            .append(types[column]);
    }
    link.execute(text + ")", {json});
}

struct way {
    const char* name;
    void (*insert)(server_link&, const std::vector<row>&);
    std::vector<double> wall{};
    std::vector<double> cpu{};
};

double median(std::vector<double> of) {
    std::sort(of.begin(), of.end());
    return of[of.size() / 2];
}

} // namespace

int main() {
    const auto& server = test::postgres_server::shared();
    const test::own_schema schema{server, "bulk"};
    server_link link{server, schema.name()};
    std::string create = "create table t (";
    for (std::size_t column = 0; column < width; ++column) {
        create.append(column == 0 ? "" : ", ")
            .append(names[column])
            .append(" ")
            .append(types[column]);
    }
    link.execute(create + ", primary key (id))");
    for (const std::size_t count : {std::size_t{1'000}, std::size_t{10'000}}) {
        const auto rows = make_rows(count);
        std::array<way, 4> ways{
            {{"unnest", by_unnest}, {"copy", by_copy}, {"values", by_values}, {"json", by_json}}
        };
        const int turns = count > 1'000 ? 9 : 21;
        for (int turn = 0; turn <= turns; ++turn) {
            for (auto& one : ways) {
                link.execute("truncate t");
                const auto start = std::chrono::steady_clock::now();
                const auto cpu_start = weir::bench::cpu_microseconds();
                one.insert(link, rows);
                const auto cpu = weir::bench::cpu_microseconds() - cpu_start;
                const std::chrono::duration<double, std::milli> took =
                    std::chrono::steady_clock::now() - start;
                // The first turn warms up.
                if (turn == 0)
                    continue;
                one.wall.push_back(took.count());
                one.cpu.push_back(cpu / 1'000);
            }
        }
        std::printf("%zu rows of %zu columns, median of %d\n", count, width, turns);
        for (const auto& one : ways) {
            std::printf(
                "  %-8s %8.2f ms wall (best %8.2f)  %7.2f ms client CPU\n",
                one.name,
                median(one.wall),
                *std::min_element(one.wall.begin(), one.wall.end()),
                median(one.cpu)
            );
        }
    }
    return 0;
}
