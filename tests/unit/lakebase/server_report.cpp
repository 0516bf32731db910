// SPDX-License-Identifier: Apache-2.0
#include <weir/lakebase/detail/server_report.hpp>

#include <catch.hpp>

using weir::lakebase::detail::read_report;
using weir::lakebase::detail::sqlstate_of_refusal;

TEST_CASE("a verbose error text gives its facts") {
    const auto facts = read_report("ERROR:  23505: duplicate key\n"
                                   "DETAIL:  Key (id)=(1) already exists.\n"
                                   "SCHEMA NAME:  s\n"
                                   "TABLE NAME:  orders\n"
                                   "COLUMN NAME:  id\n"
                                   "CONSTRAINT NAME:  orders_pkey\n"
                                   "LOCATION:  f, x.c:1\n");
    CHECK(facts.sqlstate == "23505");
    CHECK(facts.table == "orders");
    CHECK(facts.column == "id");
    CHECK(facts.constraint == "orders_pkey");
}

TEST_CASE("a value that looks like a fact is none") {
    const auto facts = read_report("ERROR:  23514: new row violates check constraint \"c\"\n"
                                   "DETAIL:  Failing row contains (1, x\n"
                                   "SCHEMA NAME:  fake\n"
                                   "COLUMN NAME:  fake).\n"
                                   "SCHEMA NAME:  s\n"
                                   "TABLE NAME:  orders\n"
                                   "CONSTRAINT NAME:  c\n");
    CHECK(facts.column.empty());
    CHECK(facts.constraint == "c");
}

TEST_CASE("other texts give nothing") {
    for (const auto* text :
         {"", "x", "ERROR:  ", "ERROR:  2350", "ERROR:  23 05: x", "a:  b:  c"}) {
        CAPTURE(text);
        const auto facts = read_report(text);
        CHECK(facts.sqlstate.empty());
        CHECK(facts.constraint.empty());
    }
}

TEST_CASE("the reason of a refused connection is recognised") {
    CHECK(
        sqlstate_of_refusal("connection to server at \"h\" failed: FATAL:  password authentication "
                            "failed for user \"u\"") == "28P01"
    );
    CHECK(sqlstate_of_refusal("FATAL:  the database system is starting up") == "57P03");
    CHECK(sqlstate_of_refusal("FATAL:  sorry, too many clients already") == "53300");
    CHECK(sqlstate_of_refusal("FATAL:  database \"x\" does not exist") == "3D000");
    CHECK(sqlstate_of_refusal("FATAL:  role \"x\" does not exist") == "28000");
    CHECK(sqlstate_of_refusal("Connection refused\n\tIs the server running?").empty());
}
