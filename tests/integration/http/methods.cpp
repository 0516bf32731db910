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
    std::string path;
    /// Sorted, as `Allow` tells them.
    std::vector<std::string_view> allow;
    /// What answers lists, in three forms.
    std::string_view list_method = "";
    /// Whether it is a table's. Health speaks to probes that say nothing of what they read.
    bool is_of_table = true;
};

constexpr std::string_view methods[]{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW"};

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> found;
    for (std::size_t at = 0; at < path.size(); at = std::min(path.find('/', at), path.size())) {
        const auto end = std::min(path.find('/', ++at), path.size());
        found.push_back(path.substr(at, end - at));
    }
    return found;
}

bool matches(std::string_view path, std::string_view pattern) {
    const auto given = segments(path);
    const auto wanted = segments(pattern);
    return std::equal(
        given.begin(),
        given.end(),
        wanted.begin(),
        wanted.end(),
        [](std::string_view part, std::string_view name) { return name == "{key}" || part == name; }
    );
}

/// Every path a service has, with a key in it that wells have; the base is left out.
std::vector<route> routes_of(service& on) {
    constexpr std::string_view base = "/api/v1";
    const auto& all = on.routes().routes();
    std::vector<route> found;
    for (const auto& each : all) {
        auto path = each.pattern;
        if (const auto key = path.find("{key}"); key != std::string::npos)
            path.replace(key, 5, "4200000000");
        route made{.path = path, .allow = {"OPTIONS"}};
        for (const auto& other : all) {
            if (!matches(path, other.pattern))
                continue;
            made.allow.push_back(other.method);
            if (other.method == "GET")
                made.allow.emplace_back("HEAD");
        }
        std::sort(made.allow.begin(), made.allow.end());
        made.allow.erase(std::unique(made.allow.begin(), made.allow.end()), made.allow.end());
        if (path.starts_with(base))
            made.path.erase(0, base.size());
        made.is_of_table = made.path != "/healthcheck" && made.path != "/livez";
        if (made.is_of_table && segments(made.path).size() == 1)
            made.list_method = "GET";
        if (made.path.ends_with("/query"))
            made.list_method = "POST";
        const bool is_known = std::any_of(found.begin(), found.end(), [&](const route& known) {
            return known.path == made.path;
        });
        if (!is_known)
            found.push_back(std::move(made));
    }
    CHECK(found.size() > 30);
    return found;
}

bool allows(const route& of, std::string_view method) {
    return std::find(of.allow.begin(), of.allow.end(), method) != of.allow.end();
}

std::string allow_text(const route& of) {
    std::string text;
    for (const auto method : of.allow)
        text.append(text.empty() ? "" : ", ").append(method);
    return text;
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
    for (const auto& each : routes_of(on)) {
        CAPTURE(each.path);
        const auto answer = on.ask("OPTIONS", each.path);
        CHECK(answer.status == 204);
        CHECK(answer.body.empty());
        CHECK(answer.headers.find("Allow") == allow_text(each));
    }
    CHECK(
        on.ask("OPTIONS", "/wells/batch").headers.find("Allow") ==
        "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    );
    CHECK(on.ask("OPTIONS", "/nowhere").status == 404);
    CHECK_FALSE(on.ask("OPTIONS", "/nowhere").headers.find("Allow"));
}

TEST_CASE("a method a path does not know is 405, with what it knows") {
    service made;
    auto& on = with_rows(made);
    for (const auto& each : routes_of(on)) {
        for (const auto method : methods) {
            CAPTURE(each.path, method);
            if (allows(each, method))
                continue;
            const auto answer = on.ask(method, each.path, method == "GET" ? "" : "{}");
            CHECK(answer.status == 405);
            CHECK(answer.headers.find("Allow") == allow_text(each));
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
    for (const auto& each : routes_of(on)) {
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
    for (const auto& each : routes_of(on)) {
        if (!each.is_of_table)
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
    for (const auto& each : routes_of(on)) {
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
