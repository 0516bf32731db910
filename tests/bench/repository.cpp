// SPDX-License-Identifier: Apache-2.0
// A row read by key and a row inserted through a repository, with validation, audit columns and
// decoding, beside the same prepared statement on plain libpqxx, its fields converted one by one.
// CPU of this process per call. Needs WEIR_TEST_PG.
#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/sql/place.hpp>

#include <pqxx/pqxx>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <postgres_fixture.hpp>
#include <string>
#include <tutorial.weir.hpp>

#include "compare.hpp"

namespace {

std::size_t consumed = 0;

/// What a hand-written program would make of the fields.
struct plain_well {
    std::int64_t api10 = 0;
    std::string wellname;
    std::optional<double> oileur;
    std::string record_uuid;
    bool is_deleted = false;
    std::string inserted_at;
    std::string inserted_by;
    std::optional<std::string> updated_at;
    std::optional<std::string> updated_by;
    std::optional<std::string> deleted_at;
    std::optional<std::string> deleted_by;
};

std::optional<std::string> optional_text(const pqxx::field& from) {
    if (from.is_null())
        return std::nullopt;
    return std::string{from.c_str(), from.size()};
}

plain_well read_plain(const pqxx::result& rows) {
    const auto row = rows.at(0);
    plain_well made;
    made.api10 = row[0].as<std::int64_t>();
    made.wellname = row[1].as<std::string>();
    if (!row[2].is_null())
        made.oileur = row[2].as<double>();
    made.record_uuid = row[3].as<std::string>();
    made.is_deleted = row[4].as<bool>();
    made.inserted_at = row[5].as<std::string>();
    made.inserted_by = row[6].as<std::string>();
    made.updated_at = optional_text(row[7]);
    made.updated_by = optional_text(row[8]);
    made.deleted_at = optional_text(row[9]);
    made.deleted_by = optional_text(row[10]);
    return made;
}

template <weir::sql::fixed_statement Which>
std::string text_on(const test::own_schema& schema) {
    const std::string_view text =
        weir::sql::statements<tutorial::well, weir::sql::dialect::postgres>::write<Which>();
    return weir::sql::expand_places(text, weir::sql::dialect::postgres, [&](std::string_view) {
        return "\"" + schema.name() + "\".";
    });
}

} // namespace

int main() {
    using weir::sql::fixed_statement;
    const test::own_schema schema{test::postgres_server::shared(), "bench"};
    weir::lakebase::pool pool{schema.options()};
    auto session = pool.session(weir::nobody{.name = "bench"});
    weir::create_tables<tutorial::tables>(session);
    weir::repository<tutorial::well, decltype(session)> wells{session};

    const auto link = std::make_unique<pqxx::connection>(
        weir::lakebase::detail::connection_string(
            schema.options(), weir::secret{}, std::chrono::milliseconds{10'000}
        )
            .reveal()
    );
    link->prepare("read", text_on<fixed_statement::find>(schema));
    link->prepare("insert", text_on<fixed_statement::insert>(schema));

    std::int64_t next = 1'000'000'000;
    const auto weir_insert = [&] {
        consumed += wells.insert({.api10 = ++next, .wellname = "SMITH 1-15H", .oileur = 1234.5})
                        .wellname.size();
    };
    const auto plain_insert = [&] {
        // A hand-written service makes the audit values too.
        std::string id;
        weir::append_text(id, weir::uuid::random(), weir::text_format::postgres);
        std::string now;
        weir::append_text(now, weir::now(), weir::text_format::postgres);
        const char* const null = nullptr;
        pqxx::nontransaction work{*link};
        consumed += read_plain(work.exec_prepared(
                                   "insert",
                                   ++next,
                                   "SMITH 1-15H",
                                   1234.5,
                                   id,
                                   false,
                                   now,
                                   "bench",
                                   null,
                                   null,
                                   null,
                                   null
                               ))
                        .wellname.size();
    };
    std::int64_t turn = 0;
    const auto next_key = [&] { return 1'000'000'001 + turn++ % 200; };
    const auto weir_read = [&] { consumed += wells.read({next_key()}).wellname.size(); };
    const auto plain_read = [&] {
        pqxx::nontransaction work{*link};
        consumed += read_plain(work.exec_prepared("read", next_key())).wellname.size();
    };
    std::printf("unix socket, 11 columns\n");
    weir::bench::compare("insert", {{"repository", weir_insert}, {"libpqxx", plain_insert}});
    weir::bench::compare("read by key", {{"repository", weir_read}, {"libpqxx", plain_read}});
    std::printf("(%zu bytes read)\n", consumed);
    return 0;
}
