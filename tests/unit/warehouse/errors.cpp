// SPDX-License-Identifier: Apache-2.0
// What failed statements mean.
#include <weir/warehouse/errors.hpp>

#include <catch.hpp>
#include <string>
#include <variant>

using namespace weir;
using namespace weir::warehouse;

namespace {

struct seen {
    error_kind kind{};
    std::string sqlstate{};
    bool retryable = false;
    bool outcome_unknown = false;
    std::string what{};
    std::string server_text{};
    violations broken{};
};

seen thrown_for(statement_failure failed, bool writes = true) {
    try {
        throw_failure(failed, "wells", writes);
    } catch (const error& told) {
        seen made{
            told.kind(),
            std::string{told.sqlstate()},
            told.retryable(),
            told.outcome_unknown(),
            told.what(),
            std::string{told.server_text()},
            {}
        };
        if (const auto* rules = dynamic_cast<const validation_error*>(&told))
            made.broken = rules->broken();
        return made;
    }
}

seen thrown_for_message(const std::string& message) {
    return thrown_for({.error_code = "BAD_REQUEST", .message = message});
}

} // namespace

TEST_CASE("conditions decide, whatever SQLSTATE comes with them") {
    struct expected {
        const char* message;
        error_kind kind;
        const char* sqlstate;
    };

    for (const auto& each : {
             expected{"[PARSE_SYNTAX_ERROR] x", error_kind::statement, "42601"},
             expected{"[TABLE_OR_VIEW_NOT_FOUND] x", error_kind::statement, "42P01"},
             expected{"[UNRESOLVED_COLUMN.WITH_SUGGESTION] x", error_kind::statement, "42703"},
             expected{"[INSUFFICIENT_PERMISSIONS] x", error_kind::permission, "42501"},
             expected{"[CAST_INVALID_INPUT] x", error_kind::validation, "22018"},
             expected{"[NUMERIC_VALUE_OUT_OF_RANGE.X] x", error_kind::validation, "22003"},
             expected{"[DIVIDE_BY_ZERO] x", error_kind::statement, "22012"},
             expected{"[DELTA_CONCURRENT_APPEND] SQLSTATE: 2D521", error_kind::conflict, "40001"},
             expected{
                 "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE]",
                 error_kind::conflict,
                 "21506"
             },
             expected{"[TRANSACTION_NOT_SUPPORTED.X] x", error_kind::statement, "0A000"},
         }) {
        CAPTURE(each.message);
        const auto found = thrown_for_message(each.message);
        CHECK(found.kind == each.kind);
        CHECK(found.sqlstate == each.sqlstate);
        CHECK(found.retryable == (found.sqlstate == "40001"));
        CHECK_FALSE(found.outcome_unknown);
    }
}

TEST_CASE("without a known condition the SQLSTATE decides, from the status or from the text") {
    CHECK(thrown_for({"BAD_REQUEST", "[NEW_ONE] x", "22003"}).kind == error_kind::validation);
    CHECK(
        thrown_for_message("[NEW_ONE] x. SQLSTATE: 42501 (line 1)").kind == error_kind::permission
    );
    CHECK(thrown_for_message("x SQLSTATE: 2D521").sqlstate == "40001");
    CHECK(thrown_for_message("SQLSTATE: ab").sqlstate.empty());
}

TEST_CASE("NOT NULL and CHECK name the column and the rule") {
    const auto missing = thrown_for_message(
        "[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: wellname."
    );
    CHECK(missing.sqlstate == "23502");
    REQUIRE(missing.broken.size() == 1);
    CHECK(missing.broken[0].type == "missing");
    CHECK(std::get<std::string>(missing.broken[0].loc.at(0)) == "wellname");
    const auto check = thrown_for_message(
        "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint positive_depth (depth > 0) "
        "violated by row with values: - depth : -1 SQLSTATE: 23001"
    );
    CHECK(check.sqlstate == "23514");
    CHECK(check.broken.at(0).msg == "The row breaks the rule positive_depth");
}

TEST_CASE("a platform that is busy, broken or stopped is no fault of the statement") {
    const auto busy = thrown_for({.error_code = "TEMPORARILY_UNAVAILABLE", .message = "later"});
    CHECK(busy.kind == error_kind::connection);
    CHECK(busy.retryable);
    const auto stopped = thrown_for({.error_code = "CANCELLED"});
    CHECK(stopped.kind == error_kind::timeout);
    CHECK(stopped.sqlstate == "57014");
    CHECK(thrown_for({.error_code = "INTERNAL_ERROR"}, true).outcome_unknown);
    CHECK(thrown_for({"INTERNAL_ERROR", "[INTERNAL_ERROR] x", "XX000"}, true).outcome_unknown);
    CHECK_FALSE(thrown_for({.error_code = "INTERNAL_ERROR"}, false).outcome_unknown);
    CHECK(thrown_for({.error_code = "UNAUTHENTICATED"}).kind == error_kind::authentication);
}

TEST_CASE("the platform's words stay in the server text") {
    const auto found = thrown_for_message("[SOME_CONDITION] 'secret value' is bad SQLSTATE: 42000");
    CHECK(found.what == "wells: the warehouse refused the statement (SOME_CONDITION)");
    CHECK(found.server_text.find("secret value") != std::string::npos);
    // What stands in brackets later is user data.
    CHECK(
        thrown_for_message("no condition: [Secret]").what ==
        "wells: the warehouse refused the statement"
    );
}
