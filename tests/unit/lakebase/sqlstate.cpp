// SPDX-License-Identifier: Apache-2.0
#include <weir/lakebase/sqlstate.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

using weir::error_kind;
using weir::lakebase::meaning_of;
using weir::lakebase::throw_refusal;

// Places are constant expressions.
static_assert(meaning_of("23505").kind == error_kind::conflict);
static_assert(meaning_of("").kind == error_kind::statement);

TEST_CASE("each SQLSTATE has its place in the error tree") {
    struct expectation {
        std::string_view sqlstate;
        error_kind kind;
        bool retryable;
    };

    const expectation expected[]{
        {"08000", error_kind::connection, true},      {"08006", error_kind::connection, true},
        {"08P01", error_kind::statement, false},      {"0A000", error_kind::statement, false},
        {"22001", error_kind::validation, false},     {"22003", error_kind::validation, false},
        {"22008", error_kind::validation, false},     {"22012", error_kind::statement, false},
        {"22021", error_kind::validation, false},     {"22P02", error_kind::validation, false},
        {"23001", error_kind::conflict, false},       {"23502", error_kind::validation, false},
        {"23503", error_kind::conflict, false},       {"23505", error_kind::conflict, false},
        {"23514", error_kind::validation, false},     {"23P01", error_kind::conflict, false},
        {"25P02", error_kind::statement, false},      {"28000", error_kind::authentication, false},
        {"28P01", error_kind::authentication, false}, {"3D000", error_kind::configuration, false},
        {"40001", error_kind::conflict, true},        {"40003", error_kind::connection, false},
        {"40P01", error_kind::conflict, true},        {"42501", error_kind::permission, false},
        {"42601", error_kind::statement, false},      {"42P01", error_kind::statement, false},
        {"53100", error_kind::statement, false},      {"53300", error_kind::connection, true},
        {"53400", error_kind::connection, true},      {"55006", error_kind::statement, false},
        {"55P03", error_kind::conflict, true},        {"57014", error_kind::timeout, false},
        {"57P01", error_kind::connection, true},      {"57P02", error_kind::connection, true},
        {"57P03", error_kind::connection, true},      {"57P04", error_kind::connection, false},
        {"57P05", error_kind::connection, true},      {"58030", error_kind::statement, false},
        {"XX000", error_kind::statement, false},      {"XX001", error_kind::statement, false},
        {"P0001", error_kind::statement, false},      {"0", error_kind::statement, false},
    };
    for (const auto& [sqlstate, kind, retryable] : expected) {
        CAPTURE(sqlstate);
        CHECK(meaning_of(sqlstate).kind == kind);
        CHECK(meaning_of(sqlstate).retryable == retryable);
    }
}

namespace {

constexpr std::string_view duplicate_key =
    "ERROR:  23505: duplicate key value violates unique constraint \"orders_pkey\"\n"
    "DETAIL:  Key (customer)=(Ada Lovelace) already exists.\n"
    "SCHEMA NAME:  app_data\n"
    "TABLE NAME:  orders\n"
    "CONSTRAINT NAME:  orders_pkey\n"
    "LOCATION:  _bt_check_unique, nbtinsert.c:664\n";

} // namespace

TEST_CASE("a refusal names the table and the constraint and keeps the values to itself") {
    try {
        throw_refusal("23505", duplicate_key, "orders");
    } catch (const weir::conflict_error& conflict) {
        CHECK(
            std::string{conflict.what()} ==
            "orders: another row already has this value (constraint orders_pkey)"
        );
        CHECK(conflict.sqlstate() == "23505");
        CHECK(conflict.server_text() == duplicate_key);
        CHECK_FALSE(conflict.retryable());
        CHECK_FALSE(conflict.outcome_unknown());
    }
}

TEST_CASE("the SQLSTATE is read from the text when the driver dropped it") {
    CHECK_THROWS_AS(throw_refusal("", duplicate_key, "orders"), weir::conflict_error);
    CHECK_THROWS_AS(
        throw_refusal("", "ERROR:  42501: permission denied", "orders"), weir::permission_error
    );
    CHECK_THROWS_AS(throw_refusal("", "something else", "orders"), weir::statement_error);
}

TEST_CASE("a missing value is a violation of its column") {
    try {
        throw_refusal(
            "23502",
            "ERROR:  23502: null value in column \"total\" of relation \"orders\" violates "
            "not-null constraint\n"
            "DETAIL:  Failing row contains (1, null).\n"
            "SCHEMA NAME:  app_data\nTABLE NAME:  orders\nCOLUMN NAME:  total\n"
            "LOCATION:  ExecConstraints, execMain.c:2003\n",
            "orders"
        );
    } catch (const weir::validation_error& invalid) {
        CHECK(
            invalid.broken() ==
            weir::violations{{"missing", {std::string{"total"}}, "A value is required"}}
        );
        CHECK(invalid.sqlstate() == "23502");
    }
}

TEST_CASE("a broken CHECK is a violation that names the rule") {
    try {
        throw_refusal(
            "23514",
            "ERROR:  23514: new row violates check constraint \"placed_has_time\"\n"
            "SCHEMA NAME:  s\nTABLE NAME:  orders\nCONSTRAINT NAME:  placed_has_time\n",
            "orders"
        );
    } catch (const weir::validation_error& invalid) {
        CHECK(
            invalid.broken() ==
            weir::violations{{"check", {}, "The row breaks the rule placed_has_time"}}
        );
    }
}

TEST_CASE("a value that does not fit is a violation without the value") {
    try {
        throw_refusal(
            "22P02", "ERROR:  22P02: invalid input syntax for type integer: \"secret\"\n", "orders"
        );
    } catch (const weir::validation_error& invalid) {
        CHECK(
            invalid.broken() == weir::violations{{"value", {}, "A value does not fit its column"}}
        );
        CHECK(std::string_view{invalid.what()}.find("secret") == std::string_view::npos);
    }
    CHECK_THROWS_AS(throw_refusal("22001", "", "orders"), weir::validation_error);
    CHECK_THROWS_AS(throw_refusal("22003", "", "orders"), weir::validation_error);
}

TEST_CASE("a lost outcome is told") {
    try {
        throw_refusal("40003", "", "");
    } catch (const weir::connection_error& lost) {
        CHECK(lost.outcome_unknown());
        CHECK_FALSE(lost.retryable());
    }
}

TEST_CASE("every kind is thrown as its type") {
    CHECK_THROWS_AS(throw_refusal("08006", "", "t"), weir::connection_error);
    CHECK_THROWS_AS(throw_refusal("28P01", "", "t"), weir::authentication_error);
    CHECK_THROWS_AS(throw_refusal("3D000", "", "t"), weir::configuration_error);
    CHECK_THROWS_AS(throw_refusal("40001", "", "t"), weir::conflict_error);
    CHECK_THROWS_AS(throw_refusal("42501", "", "t"), weir::permission_error);
    CHECK_THROWS_AS(throw_refusal("42P01", "", "t"), weir::statement_error);
    CHECK_THROWS_AS(throw_refusal("57014", "", "t"), weir::timeout_error);
}

TEST_CASE("the exception being handled stays reachable for the log") {
    try {
        try {
            throw std::runtime_error{"driver"};
        } catch (const std::runtime_error& driver) {
            throw_refusal("23505", driver.what(), "orders");
        }
    } catch (const weir::error& failure) {
        CHECK_THROWS_AS(std::rethrow_if_nested(failure), std::runtime_error);
    }
}

TEST_CASE("each row of the troubleshooting table is told with what to do") {
    const auto told = [](std::string_view sqlstate, std::string_view text) -> std::string {
        try {
            throw_refusal(sqlstate, text, "");
        } catch (const weir::error& failure) {
            // The server's words may hold names; they are for the log.
            CHECK(std::string{failure.what()}.find("canary") == std::string::npos);
            return failure.what();
        }
    };
    const auto says = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    CHECK(says(
        told("28P01", "FATAL:  password authentication failed for user \"canary\""),
        "token has expired"
    ));
    CHECK(says(
        told("28000", "FATAL:  Failed to decode token for role \"canary\""),
        "LAKEBASE_INSTANCE_NAME"
    ));
    CHECK(says(told("28000", "FATAL:  role \"canary\" does not exist"), "databricks_create_role"));
    CHECK(says(told("28P01", "fe_sendauth: no password supplied"), "LAKEBASE_ENDPOINT"));
    CHECK(says(told("42501", "ERROR:  permission denied for schema canary"), "grant usage"));
    CHECK(says(told("42501", "ERROR:  permission denied for sequence canary"), "sequences"));
    CHECK(says(told("42501", "ERROR:  permission denied for table canary"), "grant select"));
    CHECK(says(told("42501", "FATAL:  permission denied for database \"canary\""), "connect"));
    CHECK(says(told("42501", "ERROR:  must be owner of table canary"), "owner"));
    CHECK(says(
        told("42501", "ERROR:  new row violates row-level security policy for table \"canary\""),
        "row policies"
    ));
    CHECK(says(told("3F000", "ERROR:  schema \"canary\" does not exist"), "LAKEBASE_SCHEMA"));
    CHECK(says(told("42P01", "ERROR:  relation \"canary\" does not exist"), "create it"));
}
