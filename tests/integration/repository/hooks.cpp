// SPDX-License-Identifier: Apache-2.0
// Hooks without HTTP: no write of a repository skips them, on both backends.
#include <weir/data/hooks.hpp>
#include <weir/data/repository.hpp>

#include <catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends.hpp"

namespace hooks_cases {

using namespace weir;
using namespace weir::test;
using tutorial::well;
namespace c = tutorial::well_columns;

namespace {

constexpr std::int64_t first = 4'200'000'001;

tutorial::well_create a_well(std::int64_t number, std::string name) {
    return {.api10 = first + number, .wellname = std::move(name)};
}

/// Hooks that write down what they are called for, and refuse wells named "no".
std::shared_ptr<const any_hooks> noting(std::string& seen) {
    const auto refuse = [](const std::string& name, hook_context& in) {
        if (name == "no")
            in.refuse(c::wellname, "no", "Not this one");
    };
    return share(hooks<well>{
        .before_create =
            [&seen, refuse](tutorial::well_create& given, hook_context& in) {
                seen += "create(" + given.wellname + ") ";
                refuse(given.wellname, in);
            },
        .after_create =
            [&seen](const well& stored, hook_context&) {
                seen += "created(" + stored.wellname + ") ";
            },
        .before_update =
            [&seen, refuse](const well& current, tutorial::well_update& changes, hook_context& in) {
                seen += "update(" + current.wellname + ") ";
                if (changes.wellname.has_value())
                    refuse(changes.wellname.value(), in);
            },
        .after_update =
            [&seen](const well& before, const well& stored, hook_context&) {
                seen += "updated(" + before.wellname + "," + stored.wellname + ") ";
            },
        .before_remove =
            [&seen](const well& current, hook_context&) {
                seen += "remove(" + current.wellname + ") ";
                if (current.wellname == "keep")
                    throw permission_error{"Kept"};
            },
        .after_remove =
            [&seen](const well& removed, hook_context&) {
                seen += "removed(" + removed.wellname + ") ";
            },
    });
}

template <class Session>
std::uint64_t count_of(Session& session) {
    return repository<well, Session>{session}.count();
}

} // namespace

TEMPLATE_TEST_CASE(
    "an upsert runs the hooks of what it turns out to be", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    std::string seen;
    const auto around = noting(seen);
    const auto done = with_hooks<well>(session, *around, [](auto& wells) {
        wells.upsert(a_well(0, "new"));
        return wells.upsert_all({a_well(0, "again"), a_well(1, "other")});
    });
    CHECK(done.created == 1);
    REQUIRE(done.rows.size() == 2);
    CHECK(done.rows[0].wellname == "again");
    CHECK(
        seen == "create(new) created(new) update(new) updated(new,again) create(other) "
                "created(other) "
    );
    seen.clear();
    const auto ignored = with_hooks<well>(session, *around, [](auto& wells) {
        return wells.insert_ignoring({a_well(0, "late"), a_well(2, "third")});
    });
    CHECK(ignored.size() == 1);
    CHECK(seen == "create(third) created(third) ");
}

TEMPLATE_TEST_CASE(
    "changes and removals by condition run the hooks of each row",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    std::string seen;
    const auto around = noting(seen);
    repository<well, decltype(session)>{session}.insert_all(
        {a_well(0, "a"), a_well(1, "b"), a_well(2, "keep")}
    );
    const auto changed = with_hooks<well>(session, *around, [](auto& wells) {
        return wells.update_where(c::wellname != "keep", {.oileur = 1.0}, {.with_rows = true});
    });
    CHECK(changed.count == 2);
    CHECK(changed.rows.size() == 2);
    CHECK(seen == "update(a) updated(a,a) update(b) updated(b,b) ");
    seen.clear();
    CHECK_THROWS_AS(
        with_hooks<well>(
            session,
            *around,
            [](auto& wells) {
                return wells.update_where(c::api10 > 0, {.oileur = 2.0}, {.most_rows = 2});
            }
        ),
        precondition_error
    );
    CHECK(seen.empty());
    CHECK_THROWS_AS(
        with_hooks<well>(
            session, *around, [](auto& wells) { return wells.remove_where(c::api10 > 0); }
        ),
        permission_error
    );
    CHECK(count_of(session) == 3);
    seen.clear();
    const auto removed = with_hooks<well>(session, *around, [](auto& wells) {
        return wells.remove_where(c::wellname != "keep", {.with_rows = true});
    });
    CHECK(removed.count == 2);
    REQUIRE(removed.rows.size() == 2);
    CHECK(removed.rows[0].is_deleted);
    CHECK(seen == "remove(a) removed(a) remove(b) removed(b) ");
    CHECK(count_of(session) == 1);
}

TEMPLATE_TEST_CASE(
    "what a hook refuses undoes the whole unit of work", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    std::string seen;
    const auto around = noting(seen);
    try {
        with_hooks<well>(session, *around, [](auto& wells) {
            wells.insert(a_well(0, "yes"));
            wells.insert_all({a_well(1, "no"), a_well(2, "yes"), a_well(3, "no")});
        });
        FAIL("accepted");
    } catch (const validation_error& refused) {
        REQUIRE(refused.broken().size() == 2);
        CHECK(refused.broken()[0].loc == location{std::size_t{0}, std::string{"wellname"}});
        CHECK(refused.broken()[1].loc == location{std::size_t{2}, std::string{"wellname"}});
    }
    CHECK(count_of(session) == 0);
}

TEMPLATE_TEST_CASE(
    "a stale version is refused before any hook runs", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    std::string seen;
    const auto around = noting(seen);
    repository<well, decltype(session)> plain{session};
    const auto old = plain.insert(a_well(0, "a"));
    plain.update({.api10 = first}, {.oileur = 1.0});
    CHECK_THROWS_AS(
        with_hooks<well>(
            session,
            *around,
            [&](auto& wells) {
                return wells.update({.api10 = first}, {.oileur = 2.0}, version_of(old));
            }
        ),
        precondition_error
    );
    CHECK_THROWS_AS(
        with_hooks<well>(
            session,
            *around,
            [&](auto& wells) { return wells.remove({.api10 = first}, version_of(old)); }
        ),
        precondition_error
    );
    CHECK(seen.empty());
}

TEMPLATE_TEST_CASE(
    "on a unit of work hooks are part of it", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    std::string seen;
    const auto around = noting(seen);
    {
        auto unit = session.begin(deadline{});
        with_hooks<well>(unit, *around, [](auto& wells) { wells.insert(a_well(0, "a")); });
        // Not committed.
    }
    CHECK(count_of(session) == 0);
    auto unit = session.begin(deadline{});
    with_hooks<well>(unit, *around, [](auto& wells) { wells.insert(a_well(0, "a")); });
    unit.commit();
    CHECK(count_of(session) == 1);
}

TEST_CASE("hooks of another table are refused") {
    embedded_backend backend;
    auto session = backend.session(nobody{});
    const auto others = share(hooks<specimens::counter>{});
    CHECK_THROWS_AS(
        with_hooks<well>(session, *others, [](auto& wells) { wells.insert(a_well(0, "a")); }),
        configuration_error
    );
}

} // namespace hooks_cases
