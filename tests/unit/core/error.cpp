// SPDX-License-Identifier: Apache-2.0
#include <weir/core/error.hpp>

#include <catch.hpp>
#include <string>
#include <type_traits>

namespace error_cases {

namespace {

template <class Error>
weir::error_kind kind_when_caught_as_root() {
    try {
        if constexpr (std::is_same_v<Error, weir::validation_error>) {
            throw Error{weir::violations{}};
        } else {
            throw Error{"what failed"};
        }
    } catch (const weir::error& caught) {
        return caught.kind();
    }
}

} // namespace

TEST_CASE("every error is caught as weir::error and knows its kind") {
    using weir::error_kind;
    REQUIRE(kind_when_caught_as_root<weir::configuration_error>() == error_kind::configuration);
    REQUIRE(kind_when_caught_as_root<weir::authentication_error>() == error_kind::authentication);
    REQUIRE(kind_when_caught_as_root<weir::permission_error>() == error_kind::permission);
    REQUIRE(kind_when_caught_as_root<weir::validation_error>() == error_kind::validation);
    REQUIRE(kind_when_caught_as_root<weir::not_found_error>() == error_kind::not_found);
    REQUIRE(kind_when_caught_as_root<weir::conflict_error>() == error_kind::conflict);
    REQUIRE(kind_when_caught_as_root<weir::precondition_error>() == error_kind::precondition);
    REQUIRE(kind_when_caught_as_root<weir::statement_error>() == error_kind::statement);
    REQUIRE(kind_when_caught_as_root<weir::connection_error>() == error_kind::connection);
    REQUIRE(kind_when_caught_as_root<weir::timeout_error>() == error_kind::timeout);
    REQUIRE(kind_when_caught_as_root<weir::decode_error>() == error_kind::decode);
}

TEST_CASE("an error keeps the server's words apart from its own") {
    const weir::conflict_error duplicate{
        "A row with this key exists", {.sqlstate = "23505", .server_text = "Key (id)=(7) …"}
    };
    REQUIRE(std::string{duplicate.what()} == "A row with this key exists");
    REQUIRE(duplicate.sqlstate() == "23505");
    REQUIRE(duplicate.server_text() == "Key (id)=(7) …");
    REQUIRE_FALSE(duplicate.retryable());
    REQUIRE_FALSE(duplicate.outcome_unknown());
}

TEST_CASE("an error says where it was found and what may be done about it") {
    const weir::connection_error broken{
        "Connection lost", {.retryable = true, .outcome_unknown = true}
    };
    REQUIRE(broken.retryable());
    REQUIRE(broken.outcome_unknown());
    REQUIRE(std::string{broken.where().file_name()}.ends_with("error.cpp"));
}

TEST_CASE("a validation error carries every violation and the expected columns") {
    const weir::validation_error refused{
        {{"missing", {"body", std::size_t{0}, "id"}, "Field required"}},
        "Schema validation failed",
        {{"id", "BIGINT", false}},
    };
    REQUIRE(refused.broken().size() == 1);
    REQUIRE(refused.broken()[0].loc.size() == 3);
    REQUIRE(refused.expected()[0].name == "id");
    REQUIRE(std::string{refused.what()} == "Schema validation failed");
}

} // namespace error_cases
