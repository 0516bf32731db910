// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/engine_error.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace engine_error_cases {

using weir::error_kind;
using weir::embedded::throw_engine_error;
using fault = weir::embedded::duck::error_type;

namespace {

struct meaning {
    error_kind kind;
    std::string sqlstate;
    std::string message;
    bool retryable;

    friend bool operator==(const meaning&, const meaning&) = default;
};

meaning of(fault kind, std::string_view text) {
    try {
        throw_engine_error(kind, text, "orders");
    } catch (const weir::error& failure) {
        CHECK(failure.server_text() == text);
        return {
            failure.kind(), std::string{failure.sqlstate()}, failure.what(), failure.retryable()
        };
    }
}

} // namespace

TEST_CASE("broken constraints say which rule, never which value") {
    CHECK(
        of(fault::constraint,
           "Constraint Error: Duplicate key \"a: secret\" violates primary key constraint.") ==
        meaning{error_kind::conflict, "23505", "orders: another row already has this value", false}
    );
    CHECK(
        of(fault::constraint, "Constraint Error: Violates foreign key constraint because …") ==
        meaning{
            error_kind::conflict,
            "23503",
            "orders: a row it refers to is missing, or other rows still refer to it",
            false
        }
    );
    CHECK(
        of(fault::constraint, "Constraint Error: NOT NULL constraint failed: orders.total") ==
        meaning{error_kind::validation, "23502", "orders: a required value is missing", false}
    );
    CHECK(
        of(fault::constraint,
           "Constraint Error: CHECK constraint failed on table orders with expression "
           "CHECK((('it''s_ok' IS NOT "
           "NULL) AND COALESCE((a > 0), CAST('f' AS BOOLEAN))))") ==
        meaning{
            error_kind::validation,
            "23514",
            "orders: the row breaks a rule of the table (constraint it's_ok)",
            false
        }
    );
    CHECK(
        of(fault::constraint,
           "Constraint Error: CHECK constraint failed on table t with expression "
           "CHECK((('EXCEED_LIMIT_LENGTH' IS NOT "
           "NULL) AND COALESCE(x, y)))") ==
        meaning{
            error_kind::validation,
            "22001",
            "orders: a value does not fit its column (SQLSTATE 22001)",
            false
        }
    );
}

TEST_CASE("a missing value is a violation at its column") {
    try {
        throw_engine_error(
            fault::constraint,
            "Constraint Error: NOT NULL constraint failed: orders.total",
            "orders"
        );
    } catch (const weir::validation_error& failure) {
        REQUIRE(failure.broken().size() == 1);
        CHECK(
            failure.broken()[0] ==
            weir::violation{"missing", {std::string{"total"}}, "A value is required"}
        );
    }
}

TEST_CASE("conflicts between transactions may be retried") {
    for (const std::string_view text :
         {"TransactionContext Error: Conflict on update!",
          "TransactionContext Error: Failed to commit: write-write conflict on key: …",
          "TransactionContext Error: Catalog write-write conflict on create with \"t\""}) {
        const auto found = of(fault::transaction, text);
        CHECK(found.kind == error_kind::conflict);
        CHECK(found.sqlstate == "40001");
        CHECK(found.retryable);
    }
    const auto aborted =
        of(fault::transaction,
           "TransactionContext Error: Current transaction is aborted (please ROLLBACK)");
    CHECK(aborted.sqlstate == "25P02");
    CHECK_FALSE(aborted.retryable);
}

TEST_CASE("writing to two catalogs in one unit of work is explained") {
    CHECK(
        of(fault::transaction,
           "TransactionContext Error: Attempting to write to database \"b\" in a transaction that "
           "has already modified "
           "database \"a\" – a single transaction can only write to a single attached database.") ==
        meaning{
            error_kind::statement,
            "0A000",
            "orders: one unit of work may write to the tables of one catalog only; use a unit of "
            "work for each",
            false
        }
    );
}

TEST_CASE("other refusals have the SQLSTATE of their kind") {
    CHECK(of(fault::interrupt, "INTERRUPT Error: Interrupted!").kind == error_kind::timeout);
    CHECK(of(fault::interrupt, "INTERRUPT Error: Interrupted!").sqlstate == "57014");
    CHECK(
        of(fault::catalog, "Catalog Error: Table with name x does not exist!").sqlstate == "42P01"
    );
    CHECK(
        of(fault::catalog, "Catalog Error: Schema with name s does not exist!").sqlstate == "3F000"
    );
    CHECK(
        of(fault::catalog, "Catalog Error: Table with name \"t\" already exists!").sqlstate ==
        "42P07"
    );
    CHECK(
        of(fault::binder, "Binder Error: Referenced column \"x\" not found in FROM clause!")
            .sqlstate == "42703"
    );
    CHECK(of(fault::binder, "Binder Error: Catalog \"c\" does not exist!").sqlstate == "42P01");
    CHECK(of(fault::binder, "Binder Error: Cannot compare values").sqlstate == "42804");
    CHECK(of(fault::parser, "Parser Error: syntax error at or near \"x\"").sqlstate == "42601");
    CHECK(
        of(fault::conversion, "Conversion Error: Could not convert string 'x' to INT32").sqlstate ==
        "22018"
    );
    CHECK(
        of(fault::conversion, "Conversion Error: … the value is out of range for …").sqlstate ==
        "22003"
    );
    CHECK(of(fault::out_of_range, "Out of Range Error: Overflow").kind == error_kind::validation);
    CHECK(
        of(fault::invalid_input, "Invalid Input Error: [DIVIDE_BY_ZERO] Division by zero")
            .sqlstate == "22012"
    );
    CHECK(of(fault::io, "IO Error: No space left on device").kind == error_kind::connection);
    CHECK(of(fault::dependency, "Dependency Error: …").sqlstate == "2BP01");
    CHECK(of(fault{999}, "").kind == error_kind::statement);
}

} // namespace engine_error_cases
