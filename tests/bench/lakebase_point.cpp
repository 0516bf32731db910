// SPDX-License-Identifier: Apache-2.0
// A row read by key and a row inserted: weir's session beside the same prepared statement on plain
// libpqxx and on bare libpq. CPU of this process per call. A shared machine has slow spells that
// multiply every figure: hence short turns whose order rotates, ratios within one round, and
// quartiles. And what is refused because the server is known to be away. Needs WEIR_TEST_PG.
#include <weir/lakebase/session.hpp>

#include <libpq-fe.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <postgres_fixture.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "compare.hpp"

namespace {

constexpr std::string_view columns = "id, name, code, amount, price, active, created, note, tag";

/// Keeps what the compiler might otherwise leave out.
std::size_t consumed = 0;

/// Values of one column after another, as the server spells them.
std::vector<std::string> values_of(std::int64_t id) {
    return {
        std::to_string(id),
        "SMITH 1-15H",
        "AB-12",
        "42",
        "1234.5",
        "t",
        "2024-05-01 10:20:30.123456+00",
        "a note of some length, as notes are",
        "x"
    };
}

void consume(const pqxx::result& rows) {
    if (rows.size() != 1)
        std::abort();
    for (const auto& row : rows) {
        for (auto field = row.begin(); field != row.end(); ++field)
            consumed += field->size();
    }
}

/// What a statement costs while the server is known to be away, the exception included.
void measure_circuit() {
    weir::lakebase::pool away{{
        .host = "127.0.0.1",
        .port = 1,
        .user = "nobody",
        .connect_attempts = 1,
        .breaker = {.failures = 1, .pause = std::chrono::hours{1}},
    }};
    auto session = away.session(weir::nobody{});
    const auto refused = [&] {
        try {
            (void)session.execute(
                {.text = "select 1", .verb = weir::sql::verb::select}, {}, weir::deadline{}
            );
            std::abort();
        } catch (const weir::connection_error& failure) {
            consumed += failure.sqlstate().size();
        }
    };
    refused();
    if (away.circuit() != weir::breaker_state::open)
        std::abort();
    weir::bench::measure("a statement while the circuit is open", refused);
}

} // namespace

int main() {
    measure_circuit();
    const auto& server = test::postgres_server::shared();
    const test::own_schema schema{server, "bench"};
    weir::lakebase::pool pool{schema.options()};
    auto session = pool.session(weir::nobody{});
    (void)session.execute(
        {.text = "create table @{place}\"t\" (id bigint primary key, name text, code text, amount "
                 "int, price double precision, active boolean, created timestamptz, note text, tag "
                 "text)",
         .verb = weir::sql::verb::ddl},
        {},
        weir::deadline{}
    );
    const std::string qualified = "\"" + schema.name() + "\".\"t\"";
    const std::string returning = " returning " + std::string{columns};
    const std::string read = "select " + std::string{columns} + " from @{place}\"t\" where id = $1";
    const std::string insert =
        "insert into @{place}\"t\" values ($1,$2,$3,$4,$5,$6,$7,$8,$9)" + returning;

    const auto link = std::make_unique<pqxx::connection>(
        weir::lakebase::detail::connection_string(
            schema.options(), weir::secret{}, std::chrono::milliseconds{10'000}
        )
            .reveal()
    );
    const std::string plain_read_text =
        "select " + std::string{columns} + " from " + qualified + " where id = $1";
    const std::string plain_insert_text =
        "insert into " + qualified + " values ($1,$2,$3,$4,$5,$6,$7,$8,$9)" + returning;
    link->prepare("read", plain_read_text);
    link->prepare("insert", plain_insert_text);

    const weir::column_type any{};
    const auto execute =
        [&](weir::sql::verb verb, std::string_view text, const std::vector<std::string>& values) {
            weir::sql::arguments arguments;
            for (const auto& value : values)
                arguments.add_text(value, any);
            auto rows = session.execute(
                {.text = text, .table = "t", .verb = verb}, arguments, weir::deadline{}
            );
            while (const auto row = rows.next()) {
                for (const auto& field : *row)
                    consumed += field.text.size();
            }
        };

    std::int64_t next_id = 0;
    const auto weir_insert = [&] {
        execute(weir::sql::verb::insert, insert, values_of(++next_id));
    };
    const auto plain_insert = [&] {
        const auto v = values_of(++next_id);
        pqxx::nontransaction work{*link};
        consume(work.exec_prepared("insert", v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]));
    };
    std::int64_t read_id = 0;
    const auto next_key = [&] { return std::to_string(read_id++ % 1'000 + 1); };
    const auto weir_read = [&] { execute(weir::sql::verb::select, read, {next_key()}); };
    const auto plain_read = [&] {
        pqxx::nontransaction work{*link};
        consume(work.exec_prepared("read", next_key()));
    };

    const std::unique_ptr<PGconn, decltype(&PQfinish)> bare{
        PQconnectdb(weir::lakebase::detail::connection_string(
                        schema.options(), weir::secret{}, std::chrono::milliseconds{10'000}
        )
                        .reveal()
                        .c_str()),
        &PQfinish
    };
    const auto bare_prepare = [&](const char* name, const std::string& text) {
        PQclear(PQprepare(bare.get(), name, text.c_str(), 0, nullptr));
    };
    bare_prepare("read", plain_read_text);
    bare_prepare("insert", plain_insert_text);
    const auto bare_execute = [&](const char* name, const std::vector<std::string>& values) {
        std::array<const char*, 9> pointers{};
        for (std::size_t at = 0; at < values.size(); ++at)
            pointers[at] = values[at].c_str();
        const std::unique_ptr<PGresult, decltype(&PQclear)> got{
            PQexecPrepared(
                bare.get(),
                name,
                static_cast<int>(values.size()),
                pointers.data(),
                nullptr,
                nullptr,
                0
            ),
            &PQclear
        };
        if (PQntuples(got.get()) != 1)
            std::abort();
        for (int at = 0; at < PQnfields(got.get()); ++at) {
            consumed += static_cast<std::size_t>(PQgetlength(got.get(), 0, at));
        }
    };
    std::printf("unix socket, 9 columns\n");
    weir::bench::compare(
        "insert returning",
        {{"weir", weir_insert},
         {"libpqxx", plain_insert},
         {"libpq", [&] { bare_execute("insert", values_of(++next_id)); }}}
    );
    weir::bench::compare(
        "read by key",
        {{"weir", weir_read},
         {"libpqxx", plain_read},
         {"libpq", [&] { bare_execute("read", {next_key()}); }}}
    );
    std::printf("(%zu bytes read)\n", consumed);
    return 0;
}
