// SPDX-License-Identifier: Apache-2.0
// The backends every repository test runs on, each with its tables made and empty. Sessions are
// erased, so that each repository compiles once for all.
#pragma once

#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/session.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>

#include <field_ops.weir.hpp>
#include <postgres_fixture.hpp>
#include <specimens.weir.hpp>
#include <tutorial.weir.hpp>
#include <warehouse_fixture.hpp>

namespace weir::test {

/// The tables the tests use; wells is left out, since its place has two parts, which PostgreSQL has
/// not.
using served_tables = table_list<
    field_ops::order,
    field_ops::order_line,
    field_ops::user_preference,
    tutorial::well,
    specimens::specimen,
    specimens::counter,
    specimens::bare_note>;

/// A schema on PostgreSQL of the test's own.
class postgres_backend {
public:
    postgres_backend() {
        auto session = pool_.session(nobody{});
        create_tables<served_tables>(session);
    }

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return any_session_for<Who>{pool_.session(who)};
    }

private:
    ::test::own_schema schema_{::test::postgres_server::shared(), "repository"};
    lakebase::pool pool_{schema_.options()};
};

class embedded_backend {
public:
    embedded_backend() {
        auto session = database_.session(nobody{});
        create_tables<served_tables>(session);
    }

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return any_session_for<Who>{database_.session(who)};
    }

private:
    embedded::database database_{{.path = ":memory:"}};
};

/// A warehouse of the local workspace, over HTTP. It has no units of work.
class warehouse_backend {
public:
    warehouse_backend() {
        auto session = on_.session(nobody{});
        create_tables<served_tables>(session);
    }

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return on_.session(who);
    }

private:
    ::test::own_warehouse on_;
};

} // namespace weir::test
