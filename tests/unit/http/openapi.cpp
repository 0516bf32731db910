// SPDX-License-Identifier: Apache-2.0
#include <weir/http/docs_page.hpp>
#include <weir/http/openapi.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/jobs.hpp>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include <array>
#include <catch.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace openapi_cases {

namespace {

using namespace weir;
using parsed = nlohmann::json;

constexpr std::array<std::string_view, 2> colours{"red", "blue"};

constexpr std::array cars_columns{
    column{
        .name = "id",
        .type = {.kind = type::int64},
        .nullable = false,
        .key = true,
        .generated = generated_by::identity
    },
    column{
        .name = "plate",
        .type = {.kind = type::string},
        .nullable = false,
        .max_length = 9,
        .pattern = "^[A-Z]{2} \\d+$"
    },
    column{
        .name = "colour",
        .type = {.kind = type::enumeration, .labels = colours},
        .default_json = "\"red\""
    },
    column{.name = "price", .type = {.kind = type::decimal, .precision = 10, .scale = 2}},
    column{.name = "secret", .type = {.kind = type::string}, .is_private = true},
    column{.name = "rank", .type = {.kind = type::int32}, .readonly = true},
    column{.name = "order", .type = {.kind = type::int32}},
    audit_columns[0],
};
constexpr std::array<std::uint16_t, 1> first_column{0};

constexpr std::array all_columns{
    cars_columns[0],
    audit_columns[0],
    audit_columns[1],
    audit_columns[2],
    audit_columns[3],
    audit_columns[4],
    audit_columns[5],
    audit_columns[6],
    audit_columns[7],
};

constexpr table cars{
    .name = "cars",
    .row = "car",
    .space = "garage",
    .columns = cars_columns,
    .key = first_column,
    .soft_delete = false,
    .api = {.path = "cars"},
};

parsed document_of(std::vector<const table*> tables, const http::openapi_options& options = {}) {
    return parsed::parse(http::openapi_document(tables, options));
}

const parsed& schema(const parsed& in, const std::string& name) {
    return in.at("components").at("schemas").at(name);
}

} // namespace

TEST_CASE("patterns are passed on, respelled or left out, so that both dialects read them alike") {
    const auto said = [](std::string_view re2) {
        const auto found = http::openapi::ecma_pattern_of(re2);
        return found ? found->text : "none";
    };
    CHECK(said("^[0-9A-Z -]{3,10}$") == "^[0-9A-Z \\-]{3,10}$");
    CHECK(said("a.b") == "a[^\\n]b");
    CHECK(said("\\s\\d\\w\\W") == "[\\t\\n\\f\\r ]\\d\\w\\W");
    CHECK(said("[\\s\\w-]x") == "[\\t\\n\\f\\r \\w\\-]x");
    CHECK(said("\\Aab\\z") == "^ab$");
    CHECK(said("a\\-b\\_?c\\%") == "none");
    CHECK(said("a\\-b\\%") == "a-b%");
    CHECK(said("{a}") == "\\{a\\}");
    CHECK(said("(?:a|b)+?c{2}") == "(?:a|b)+?c{2}");
    CHECK(said("[]x]") == "[\\]x]");
    CHECK(said("(?i)abc") == "none");
    CHECK(said("(?P<name>a)") == "none");
    CHECK(said("\\pL+") == "none");
    CHECK(said("[[:alpha:]]") == "none");
    CHECK(said("a**") == "none");
    CHECK(said("\\bword") == "none");
    CHECK(said("") == "");
    CHECK(said(std::string(40, '(') + "a" + std::string(40, ')')) == "none");
}

TEST_CASE("a pattern's sample matches it") {
    for (const std::string_view each :
         {"^[A-Z]{2}-\\d{3,}$",
          "^a(b|c)*d?$",
          "^\\w+@[a-z]+\\.com$",
          "x{0}y",
          "^[^0-9]+$|^z$",
          "[-a]",
          "a^b"}) {
        const auto found = http::openapi::ecma_pattern_of(each);
        REQUIRE(found);
        CAPTURE(each, found->sample);
        if (!found->sample.empty())
            CHECK(re2::RE2::PartialMatch(found->sample, re2::RE2{std::string{each}}));
    }
    CHECK(http::openapi::ecma_pattern_of("^[A-Z]{2}-\\d{3,}$")->sample == "AA-111");
    // What would need thought has none.
    CHECK(http::openapi::ecma_pattern_of("a^b")->sample.empty());
}

TEST_CASE("columns compared alike in bodies take the same operators") {
    const column_type text{.kind = type::string};
    const column_type document{.kind = type::json};
    std::vector<column_type> all;
    for (int kind = 0; kind <= static_cast<int>(type::structure); ++kind) {
        column_type each{.kind = static_cast<type>(kind), .precision = 9, .scale = 2};
        each.element = each.key = &text;
        each.labels = colours;
        all.push_back(each);
    }
    all.push_back({.kind = type::array, .element = &document});
    all.push_back({.kind = type::map, .element = &document, .key = &text});
    std::map<std::string_view, std::vector<std::string_view>> seen;
    for (const auto& each : all) {
        const auto family = http::openapi::comparison_family_of(each);
        CAPTURE(static_cast<int>(each.kind), family.name);
        const auto operators = http::operators_of(each);
        CHECK(seen.emplace(family.name, operators).first->second == operators);
        CHECK(family.value.empty() == (operators.size() == 1));
    }
}

TEST_CASE("a row's schema has what clients see, a payload's what they may send") {
    const auto made = document_of({&cars});
    const auto& row = schema(made, "car");
    CHECK_FALSE(row.dump().find("secret") != std::string::npos);
    CHECK(row.at("properties").at("record_uuid").at("readOnly") == true);
    CHECK(row.at("properties").at("rank").at("readOnly") == true);
    CHECK(row.at("properties").at("price").at("type") == parsed{"number", "null"});
    CHECK(row.at("required").size() == row.at("properties").size());
    CHECK_FALSE(row.at("properties").at("colour").contains("default"));

    const auto& create = schema(made, "car_create");
    CHECK(create.at("required") == parsed{"plate"});
    CHECK(create.at("additionalProperties") == false);
    for (const char* absent : {"id", "secret", "rank", "record_uuid"})
        CHECK_FALSE(create.at("properties").contains(absent));
    CHECK(create.at("properties").at("price").at("type") == parsed{"number", "string", "null"});
    CHECK(
        create.at("properties").at("colour").at("anyOf").at(0).at("enum") == parsed{"red", "blue"}
    );
    CHECK(create.at("properties").at("colour").at("default") == "red");
    CHECK(create.at("examples").at(0).at("plate") == "AA 1");

    const auto& update = schema(made, "car_update");
    CHECK_FALSE(update.contains("required"));
    // What is left out of a change stays as it is.
    CHECK_FALSE(update.at("properties").at("colour").contains("default"));
}

TEST_CASE("filters are of the columns clients see and their operators") {
    const auto made = document_of({&cars});
    const auto& parameters = made.at("components").at("parameters");
    CHECK(
        parameters.at("car.plate").at("x-weir-operators") ==
        parsed(http::operators_of(cars_columns[1].type))
    );
    CHECK_FALSE(parameters.contains("car.secret"));
    // The list's own word wins over a column's name.
    CHECK(parameters.at("car.order").at("schema").at("type") == "string");
}

TEST_CASE("every word of a list's query is a parameter of the list") {
    auto kept = cars;
    kept.columns = all_columns;
    kept.soft_delete = true;
    kept.history = true;
    const auto made = document_of({&kept});
    std::set<std::string> named;
    for (const auto& each : made.at("paths").at("/api/v1/cars").at("get").at("parameters")) {
        const auto path = each.at("$ref").get<std::string>();
        const auto component = path.substr(path.rfind('/') + 1);
        named.insert(made.at("components").at("parameters").at(component).at("name"));
    }
    for (const auto word : http::detail::list_parameters) {
        CAPTURE(word);
        CHECK(named.contains(std::string{word}));
    }
    for (const auto group : http::detail::group_parameters) {
        CAPTURE(group);
        CHECK(named.contains(std::string{group}));
    }
}

TEST_CASE("only what a table offers is described") {
    auto few = cars;
    few.api.offered = {operations::list};
    const auto made = document_of({&few});
    CHECK(made.at("paths").contains("/api/v1/cars"));
    CHECK_FALSE(made.at("paths").at("/api/v1/cars").contains("post"));
    CHECK_FALSE(made.at("paths").contains("/api/v1/cars/{key}"));
    CHECK_FALSE(made.at("components").at("schemas").contains("car_create"));
    CHECK_FALSE(made.at("components").at("responses").contains("UnprocessableContent"));

    auto none = cars;
    none.api = {};
    const auto empty = document_of({&none}, {.health = false});
    CHECK(empty.at("paths").empty());
    CHECK(empty.at("info").at("title") == "weir");
}

TEST_CASE("tables of several schemas are told apart") {
    auto other = cars;
    other.space = "museum";
    other.api.path = "exhibits";
    const auto made = document_of({&cars, &other});
    CHECK(made.at("components").at("schemas").contains("garage.car"));
    CHECK(made.at("components").at("schemas").contains("museum.car_create"));
    CHECK(
        made.at("paths").at("/api/v1/exhibits").at("get").at("operationId") == "list_museum_cars"
    );
    CHECK(made.at("info").at("title") == "garage, museum");
}

TEST_CASE("a service with jobs describes how they are read and cancelled, one without does not") {
    const auto jobs = job_table(cars);
    const auto made = document_of({&cars, &jobs}, {.jobs = true});
    const auto& one = made.at("paths").at("/api/v1/jobs/{key}");
    CHECK(one.size() == 2);
    CHECK(one.at("delete").at("responses").contains("202"));
    CHECK(one.at("delete").at("responses").contains("409"));
    CHECK(one.at("delete").at("security").size() == 2);
    CHECK(made.at("paths").at("/api/v1/jobs").size() == 1);
    const auto& job = schema(made, "weir_job").at("properties");
    CHECK(job.contains("state"));
    CHECK_FALSE(job.contains("input"));
    // Beside jobs, rows are called as without.
    CHECK(made.at("components").at("schemas").contains("car"));
    CHECK_FALSE(document_of({&cars}, {.jobs = true}).at("paths").contains("/api/v1/jobs/{key}"));
}

TEST_CASE("one row that is merged without an answer is answered so, and reads take If-Match") {
    const auto paths = document_of({&cars}).at("paths");
    const auto& created = paths.at("/api/v1/cars").at("post").at("responses");
    CHECK(created.contains("200"));
    CHECK(created.contains("201"));
    CHECK(created.contains("204"));
    CHECK_FALSE(created.at("204").contains("content"));
    const auto& read = paths.at("/api/v1/cars/{key}").at("get");
    CHECK(read.at("responses").contains("412"));
    CHECK(read.dump().find("if_match") != std::string::npos);
}

TEST_CASE("operations that need a caller say so") {
    auto owned = cars;
    owned.access = {.rule = access_rule::owner, .owner = 1};
    const auto made = document_of({&owned});
    const auto& list = made.at("paths").at("/api/v1/cars").at("get");
    CHECK(list.at("responses").contains("401"));
    CHECK(list.at("security").size() == 2);
    const auto open = document_of({&cars});
    CHECK_FALSE(open.at("paths").at("/api/v1/cars").at("get").at("responses").contains("401"));
    CHECK(open.at("paths").at("/api/v1/cars").at("get").at("security").at(0).empty());
}

TEST_CASE("the document and the page are served from memory, tagged and cached") {
    http::router routes;
    const std::array tables{&cars};
    http::add_openapi(routes, tables, {.title = "Cars"});
    http::add_docs(routes);
    const auto ask = [&](std::string_view path, std::vector<http::header> sent = {}) {
        http::request asked{.method = "GET", .target = std::string{path}};
        for (const auto& each : sent)
            asked.headers.add(each.name, each.value);
        return routes.handle(std::move(asked));
    };
    const auto first = ask("/openapi.json");
    CHECK(first.status == 200);
    CHECK(parsed::parse(first.body).at("info").at("title") == "Cars");
    const std::string tag{*first.headers.find("ETag")};
    CHECK(ask("/openapi.json", {{"If-None-Match", tag}}).status == 304);
    CHECK(ask("/openapi.json", {{"If-None-Match", "\"other\""}}).status == 200);

    // Built without the page's files, it says how to get them.
    const auto page = ask("/docs");
    CHECK(page.status == 200);
    CHECK(page.body.find("subprojects/swagger_ui.sh") != std::string::npos);
    CHECK(page.headers.find("Content-Security-Policy")->starts_with("default-src 'none'"));
}

TEST_CASE("a page with files refers to them by names that may be cached for good") {
    http::router routes;
    static constexpr std::array<http::docs_file, 2> files{{
        {"a-1.css", "text/css", "zipped"},
        {"a-1.js", "text/javascript", "zipped"},
    }};
    http::add_docs(routes, {.path = "/help/api", .files = files});
    const auto ask = [&](std::string_view path, std::string_view coding) {
        http::request asked{.method = "GET", .target = std::string{path}};
        if (!coding.empty())
            asked.headers.add("Accept-Encoding", coding);
        return routes.handle(std::move(asked));
    };
    CHECK(ask("/help/api", "").body.find("href=\"api/a-1.css\"") != std::string::npos);
    CHECK(ask("/help/api/start.js", "").status == 200);
    for (const auto* accepted : {"", "gzip", "br, gzip;q=0.5", "*"}) {
        const auto file = ask("/help/api/a-1.js", accepted);
        CHECK(file.status == 200);
        CHECK(file.headers.find("Content-Encoding") == "gzip");
        CHECK(file.headers.find("Cache-Control") == "public, max-age=31536000, immutable");
    }
    for (const auto* refused : {"identity", "gzip;q=0", "gzip;q=0, *", "br"})
        CHECK(ask("/help/api/a-1.js", refused).status == 406);
}

} // namespace openapi_cases
