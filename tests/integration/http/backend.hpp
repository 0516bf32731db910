// SPDX-License-Identifier: Apache-2.0
// The backend that a file of tests is compiled for: sessions on an empty database of a test's own.
#pragma once

#include <weir/data/caller.hpp>

#ifdef WEIR_TEST_ON_LAKEBASE
#include <weir/lakebase/session.hpp>

#include <postgres_fixture.hpp>
#elif defined(WEIR_TEST_ON_WAREHOUSE)
#include <warehouse_fixture.hpp>
#else
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#endif

#include <string>
#include <utility>

namespace test {

#ifdef WEIR_TEST_ON_LAKEBASE

/// A schema of its own on the server of the test run.
class backend {
public:
    backend() : schema_(postgres_server::shared(), "routes"), pool_(schema_.options()) {}

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return pool_.session(std::move(who));
    }

    /// Where tables are that no schema declares.
    [[nodiscard]] static std::string catalog() { return "databricks_postgres"; }

    [[nodiscard]] std::string schema() const { return pool_.settings().schema; }

private:
    own_schema schema_;
    weir::lakebase::pool pool_;
};

#elif defined(WEIR_TEST_ON_WAREHOUSE)

/// A catalog of its own on the warehouse of the local workspace.
class backend {
public:
    [[nodiscard]] auto session(const weir::nobody& who) { return on_.session(who); }

    [[nodiscard]] auto session(const weir::caller& who) { return on_.session(who); }

    [[nodiscard]] std::string catalog() const { return on_.catalog(); }

    [[nodiscard]] static std::string schema() { return "app_data"; }

private:
    own_warehouse on_;
};

#else

/// A database in memory.
class backend {
public:
    backend() : database_(open()) {}

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return database_->session(std::move(who));
    }

    [[nodiscard]] static std::string catalog() { return "demo"; }

    [[nodiscard]] static std::string schema() { return "sandbox"; }

private:
    static std::unique_ptr<weir::embedded::database> open() {
        try {
            return std::make_unique<weir::embedded::database>();
        } catch (const weir::configuration_error& failure) {
            std::fprintf(stderr, "\n*** SKIPPED: %s\n\n", failure.what());
            std::fflush(stderr);
            std::_Exit(77);
        }
    }

    std::unique_ptr<weir::embedded::database> database_;
};

#endif

#ifdef WEIR_TEST_ON_WAREHOUSE
inline constexpr bool is_warehouse = true;
#else
inline constexpr bool is_warehouse = false;
#endif

} // namespace test
