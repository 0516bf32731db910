// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/library.hpp>

#include <catch.hpp>
#include <cstdlib>
#include <string>

namespace library_cases {

using weir::embedded::library;
using weir::embedded::detail::is_supported_version;
using weir::embedded::detail::library_path;

namespace {

/// Sets the variable for one test and puts back what was there.
class named_library {
public:
    explicit named_library(const char* value) {
        const char* const before = std::getenv(variable);
        if (before != nullptr)
            before_ = before;
        had_ = before != nullptr;
        if (value != nullptr) {
            ::setenv(variable, value, 1);
        } else {
            ::unsetenv(variable);
        }
    }

    ~named_library() {
        if (had_) {
            ::setenv(variable, before_.c_str(), 1);
        } else {
            ::unsetenv(variable);
        }
    }

    named_library(const named_library&) = delete;
    named_library(named_library&&) = delete;
    named_library& operator=(const named_library&) = delete;
    named_library& operator=(named_library&&) = delete;

private:
    static constexpr const char* variable = "WEIR_DUCKDB_LIBRARY";
    std::string before_;
    bool had_ = false;
};

} // namespace

TEST_CASE("versions from 1.4 on are supported") {
    CHECK(is_supported_version("v1.4.0"));
    CHECK(is_supported_version("v1.4.4"));
    CHECK(is_supported_version("v1.5.6-dev12"));
    CHECK(is_supported_version("v2.0.0"));
    CHECK(is_supported_version("1.10.0"));
    CHECK_FALSE(is_supported_version("v1.3.9"));
    CHECK_FALSE(is_supported_version("v0.10.2"));
    CHECK_FALSE(is_supported_version(""));
    CHECK_FALSE(is_supported_version("v1"));
    CHECK_FALSE(is_supported_version("main"));
}

TEST_CASE("the environment's library goes before the given one, and that before the loader's") {
    {
        const named_library none{nullptr};
        CHECK(library_path("") == "libduckdb.so");
        CHECK(library_path("/opt/duck.so") == "/opt/duck.so");
    }
    const named_library given{"/elsewhere/libduckdb.so"};
    CHECK(library_path("/opt/duck.so") == "/elsewhere/libduckdb.so");
    const named_library empty{""};
    CHECK(library_path("/opt/duck.so") == "/opt/duck.so");
}

TEST_CASE("a library that cannot be loaded is a configuration error that says what to do") {
    const named_library given{"/nowhere/libduckdb.so"};
    try {
        const library loaded;
        FAIL("it was loaded");
    } catch (const weir::configuration_error& failure) {
        CHECK(
            std::string{failure.what()} ==
            "The embedded engine needs libduckdb 1.4 or later, and '/nowhere/libduckdb.so' could "
            "not be loaded: "
            "run ./dev setup, or set WEIR_DUCKDB_LIBRARY to the library's path"
        );
        CHECK_FALSE(failure.server_text().empty());
    }
}

TEST_CASE("a library that is not DuckDB is a configuration error that names what it lacks") {
    const named_library given{"libm.so.6"};
    try {
        const library loaded;
        FAIL("it was loaded");
    } catch (const weir::configuration_error& failure) {
        CHECK(
            std::string{failure.what()} ==
            "'libm.so.6' is not libduckdb 1.4 or later: it has no function duckdb_library_version"
        );
    }
}

} // namespace library_cases
