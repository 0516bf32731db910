// SPDX-License-Identifier: Apache-2.0
// Methods and media types on every kind of route: what each answers, known or not.
#include <algorithm>
#include <catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "service.hpp"

using namespace test;

namespace {

struct route {
    std::string_view path;
    /// Sorted, as `Allow` tells them.
    std::string_view allow;
    /// What answers lists, in three forms.
    std::string_view list_method = "";
};

// The table routes of the fixture, of each kind one with every operation and one with fewer.
constexpr route routes[]{
    {"/wells", "GET, HEAD, OPTIONS, POST", "GET"},
    {"/wells/query", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", "POST"},
    {"/wells/4200000000", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"},
    {"/wells/4200000000/restore", "OPTIONS, POST"},
    {"/wells/4200000000/purge", "OPTIONS, POST"},
    {"/orders", "GET, HEAD, OPTIONS, POST", "GET"},
    {"/preferences", "GET, HEAD, OPTIONS, POST", "GET"},
    {"/preferences/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"},
    {"/healthcheck", "GET, HEAD, OPTIONS"},
    {"/livez", "GET, HEAD, OPTIONS"},
};

constexpr std::string_view methods[]{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW"};

std::vector<std::string_view> items(std::string_view list) {
    std::vector<std::string_view> found;
    weir::http::for_each_item(list, [&](std::string_view item) { found.push_back(item); });
    return found;
}

bool allows(const route& of, std::string_view method) {
    const auto known = items(of.allow);
    return std::find(known.begin(), known.end(), method) != known.end();
}

// Without the fields that differ from answer to answer.
std::string fields_of(const weir::http::response& answer) {
    std::vector<std::string> fields;
    for (const auto& field : answer.headers)
        if (field.name != "X-Request-ID")
            fields.push_back(field.name + ": " + field.value + "\n");
    std::sort(fields.begin(), fields.end());
    std::string text;
    for (const auto& field : fields)
        text += field;
    return text;
}

service& with_rows(service& on) {
    on.as(ada());
    REQUIRE(
        on.ask("POST", "/wells", R"({"api10":4200000000,"wellname":"SMITH 1","oileur":1})")
            .status == 201
    );
    return on;
}

} // namespace

TEST_CASE("OPTIONS says what a path knows, and no path knows nothing") {
    service made;
    auto& on = with_rows(made);
    for (const auto& each : routes) {
        CAPTURE(each.path);
        const auto answer = on.ask("OPTIONS", each.path);
        CHECK(answer.status == 204);
        CHECK(answer.body.empty());
        // A route may know more than the table above: other operations have their own tests.
        const auto told = items(*answer.headers.find("Allow"));
        CHECK(std::is_sorted(told.begin(), told.end()));
        for (const auto method : items(each.allow))
            CHECK(std::find(told.begin(), told.end(), method) != told.end());
    }
    CHECK(on.ask("OPTIONS", "/nowhere").status == 404);
    CHECK_FALSE(on.ask("OPTIONS", "/nowhere").headers.find("Allow"));
}

TEST_CASE("a method a path does not know is 405, with what it knows") {
    service made;
    auto& on = with_rows(made);
    for (const auto& each : routes) {
        const auto allow = std::string{*on.ask("OPTIONS", each.path).headers.find("Allow")};
        for (const auto method : methods) {
            CAPTURE(each.path, method);
            const route known{each.path, allow};
            if (allows(known, method))
                continue;
            const auto answer = on.ask(method, each.path, method == "GET" ? "" : "{}");
            CHECK(answer.status == 405);
            CHECK(answer.headers.find("Allow") == allow);
            CHECK(holds(answer.body, R"("code":"method_not_allowed")"));
        }
    }
}

TEST_CASE("a path that does not exist is 404 by any method") {
    service on;
    for (const std::string_view path : {"/nowhere", "/wells/1/2/3/4", "/wells/1/unknown", "/"})
        for (const auto method : methods)
            CHECK(on.ask(method, path).status == 404);
}

TEST_CASE("HEAD has the status and the fields of GET") {
    service made;
    auto& on = with_rows(made);
    for (const auto& each : routes) {
        if (!allows(each, "GET"))
            continue;
        CAPTURE(each.path);
        const auto whole = on.ask("GET", each.path);
        const auto head = on.ask("HEAD", each.path);
        CHECK(head.status == whole.status);
        CHECK(fields_of(head) == fields_of(whole));
        // The transport counts it and leaves it out.
        CHECK(head.body.size() == whole.body.size());
    }
    CHECK(on.ask("HEAD", "/wells/4200000001").status == 404);
    for (const std::string form : {"text/csv", "application/x-ndjson"}) {
        const auto whole = on.ask("GET", "/wells", "", {{"Accept", form}});
        const auto head = on.ask("HEAD", "/wells", "", {{"Accept", form}});
        CHECK(fields_of(head) == fields_of(whole));
    }
}

TEST_CASE("an answer nobody accepts is 406 on every route that has one") {
    service made;
    auto& on = with_rows(made);
    for (const auto& each : routes) {
        // Health speaks to probes that say nothing of what they read.
        if (!each.path.starts_with("/wells") && !each.path.starts_with("/orders") &&
            !each.path.starts_with("/preferences"))
            continue;
        for (const auto method : methods) {
            if (!allows(each, method))
                continue;
            CAPTURE(each.path, method);
            const auto answer = on.ask(method, each.path, "", {{"Accept", "image/png"}});
            CHECK(answer.status == 406);
            CHECK(answer.headers.find("Content-Type") == "application/json");
            CHECK(holds(answer.body, "application/json"));
            const auto as = method == "HEAD" ? "GET" : method;
            CHECK(holds(answer.body, "text/csv") == (as == each.list_method));
        }
    }
}

TEST_CASE("a body of another type is 415 on every route that takes one, and says what it takes") {
    service made;
    auto& on = with_rows(made);
    for (const auto& each : routes) {
        for (const std::string_view method : {"POST", "PUT", "PATCH"}) {
            const bool takes_body =
                !each.path.ends_with("restore") && !each.path.ends_with("purge");
            if (!allows(each, method) || !takes_body)
                continue;
            for (const std::string type :
                 {"text/plain", "application/x-www-form-urlencoded", "text/csv"}) {
                CAPTURE(each.path, method, type);
                const auto answer = on.ask(method, each.path, "{}", {{"Content-Type", type}});
                CHECK(answer.status == 415);
                CHECK(answer.headers.find("Accept") == "application/json");
                CHECK(holds(answer.body, R"("code":"unsupported_media_type")"));
            }
        }
    }
    CHECK(on.ask("GET", "/wells/4200000000").status == 200);
}
