// SPDX-License-Identifier: Apache-2.0
#include <weir/lakebase/options.hpp>

#include <catch.hpp>
#include <chrono>
#include <string>
#include <string_view>

using weir::configuration_error;
using weir::secret;
using weir::lakebase::options;
using weir::lakebase::ssl_mode;
using weir::lakebase::detail::append_server_setting;
using weir::lakebase::detail::append_setting;
using weir::lakebase::detail::check_options;
using weir::lakebase::detail::connection_string;

namespace {

std::string text_for(const options& to, const char* password = "") {
    return connection_string(to, secret{password}, std::chrono::milliseconds{5'000}).reveal();
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a remote host is reached over verified TLS") {
    const auto text = text_for({.host = "instance.database.cloud.databricks.com", .user = "u"});
    CHECK(holds(text, "sslmode='verify-full' "));
    CHECK(holds(text, "sslrootcert='/etc/ssl/certs/ca-certificates.crt' "));
}

TEST_CASE("this machine is reached without TLS") {
    for (const auto* host : {"", "/run/postgresql", "localhost", "127.0.0.1", "::1"}) {
        CAPTURE(host);
        const auto text = text_for({.host = host, .user = "u"});
        CHECK(holds(text, "sslmode='disable' "));
        CHECK_FALSE(holds(text, "sslrootcert"));
    }
}

TEST_CASE("a TLS mode that is asked for wins") {
    CHECK(holds(text_for({.host = "h", .user = "u", .ssl = ssl_mode::require}), "'require'"));
    CHECK(holds(text_for({.host = "h", .user = "u", .ssl = ssl_mode::verify_ca}), "'verify-ca'"));
    CHECK(holds(
        text_for({.host = "localhost", .user = "u", .ssl = ssl_mode::verify_full}), "'verify-full'"
    ));
}

TEST_CASE("a password in the clear needs an explicit permission") {
    options to{.host = "db", .user = "u", .ssl = ssl_mode::disable};
    CHECK_THROWS_AS(check_options(to), configuration_error);
    to.allow_plaintext = true;
    CHECK_NOTHROW(check_options(to));
    CHECK_NOTHROW(check_options({.host = "/run", .user = "u", .ssl = ssl_mode::disable}));
}

TEST_CASE("values cannot leave their quotes") {
    std::string text;
    append_setting(text, "user", R"(a' host='evil\)");
    CHECK(text == R"(user='a\' host=\'evil\\' )");
}

TEST_CASE("server settings cannot become two") {
    std::string text;
    append_server_setting(text, "search_path", R"("my schema\" -c x=y)");
    CHECK(text == R"(-c search_path="my\ schema\\"\ -c\ x=y )");
}

TEST_CASE("the session's text format and schema are pinned") {
    const auto text = text_for({.user = "u", .schema = "app\"x"}, "p'w");
    CHECK(holds(text, "password='p\\'w' "));
    CHECK(holds(text, "client_encoding='UTF8' "));
    CHECK(holds(text, "-c TimeZone=UTC "));
    CHECK(holds(text, "-c DateStyle=ISO "));
    CHECK(holds(text, "-c bytea_output=hex "));
    CHECK(holds(text, "-c standard_conforming_strings=on "));
    CHECK(holds(text, "-c statement_timeout=110000 "));
    CHECK(holds(text, R"(-c search_path="app""x",pg_temp )"));
    CHECK(holds(text, "connect_timeout='5' "));
}

TEST_CASE("without a schema there is no search path") {
    CHECK(holds(text_for({.user = "u"}), "-c search_path= -c"));
}

TEST_CASE("TLS modes have libpq's names, without those that may do without TLS") {
    using weir::lakebase::ssl_mode_named;
    CHECK(ssl_mode_named("") == ssl_mode::automatic);
    CHECK(ssl_mode_named("disable") == ssl_mode::disable);
    CHECK(ssl_mode_named("require") == ssl_mode::require);
    CHECK(ssl_mode_named("verify-ca") == ssl_mode::verify_ca);
    CHECK(ssl_mode_named("verify-full") == ssl_mode::verify_full);
    CHECK_THROWS_AS(ssl_mode_named("prefer"), configuration_error);
    CHECK_THROWS_AS(ssl_mode_named("allow"), configuration_error);
}

TEST_CASE("a user that was found stands in for one that is told") {
    const auto text = [](const options& to, std::string_view found) {
        return connection_string(to, secret{}, std::chrono::milliseconds{5'000}, found).reveal();
    };
    CHECK(holds(text({}, "it's"), R"(user='it\'s')"));
    CHECK(holds(text({.user = "u"}, {}), "user='u'"));
}

TEST_CASE("no password means no password setting") {
    CHECK_FALSE(holds(text_for({.user = "u"}), "password"));
}

TEST_CASE("a connect waits no longer than the deadline, in libpq's whole seconds") {
    const options to{.user = "u", .connect_timeout = std::chrono::milliseconds{10'000}};
    const auto seconds = [&](int left) {
        const auto text = connection_string(to, secret{}, std::chrono::milliseconds{left}).reveal();
        const auto at = text.find("connect_timeout='") + 17;
        return text.substr(at, text.find('\'', at) - at);
    };
    CHECK(seconds(60'000) == "10");
    CHECK(seconds(3'001) == "4");
    CHECK(seconds(10) == "2");
}

TEST_CASE("options that cannot work are refused by name") {
    const auto refusal = [](options to) -> std::string {
        try {
            check_options(to);
        } catch (const configuration_error& refused) {
            return refused.what();
        }
        return "accepted";
    };
    CHECK(refusal({.user = "u"}) == "accepted");
    CHECK(holds(refusal({}), "user is missing"));
    CHECK(refusal({.find_user = [] { return std::string{"found"}; }}) == "accepted");
    CHECK(holds(refusal({.database = "", .user = "u"}), "database"));
    CHECK(holds(refusal({.user = "u", .schema = std::string(64, 's')}), "schema"));
    CHECK(holds(refusal({.user = std::string{"a\0b", 3}}), "NUL"));
    CHECK(holds(refusal({.port = 0, .user = "u"}), "port"));
    CHECK(holds(refusal({.user = "u", .kept = 0}), "pool"));
    CHECK(holds(refusal({.user = "u", .prepared = 0}), "statement cache"));
    CHECK(holds(refusal({.user = "u", .connect_attempts = 0}), "attempts"));
    CHECK(holds(refusal({.user = "u", .max_age = std::chrono::seconds{0}}), "age"));
    CHECK(holds(refusal({.user = "u", .connect_timeout = std::chrono::milliseconds{0}}), "timeout")
    );
}
