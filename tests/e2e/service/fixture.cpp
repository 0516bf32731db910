// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <weir/http/target.hpp>

#include <atomic>
#include <catch.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <raw_http.hpp>
#include <regex>
#include <stdexcept>

namespace e2e {

namespace {

std::string from_environment(const char* name, const char* remedy) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        std::fprintf(stderr, "\n*** SKIPPED: %s is not set; %s\n\n", name, remedy);
        std::fflush(stderr);
        std::_Exit(77);
    }
    return value;
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

// Somebody must read what the shared services print, or they stop at a full pipe.
class drain {
public:
    explicit drain(weir::test::service_process& of)
        : reader_([&of](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  static_cast<void>(of.output());
                  std::this_thread::sleep_for(std::chrono::milliseconds{20});
              }
          }) {}

private:
    std::jthread reader_;
};

struct drained_service {
    explicit drained_service(const settings& with) : running(with), drained(running.process()) {}

    service running;
    drain drained;
};

const settings trusting{{"WEIR_TRUST_FORWARDED_HEADERS", "true"}};

} // namespace

std::string bytes_of(const ask& of, std::string_view connection) {
    std::string text = of.method + " " + of.target + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!of.user.empty())
        text += "X-Forwarded-User: " + of.user + "\r\nX-Forwarded-Email: " + of.user +
                "@example.com\r\n";
    const bool has_body =
        !of.body.empty() || of.method == "POST" || of.method == "PUT" || of.method == "PATCH";
    if (has_body)
        text += "Content-Length: " + std::to_string(of.body.size()) + "\r\n";
    if (has_body && !of.content_type.empty())
        text += "Content-Type: " + of.content_type + "\r\n";
    for (const auto& [name, value] : of.headers)
        text += name + ": " + value + "\r\n";
    return text + "Connection: " + std::string{connection} + "\r\n\r\n" + of.body;
}

reply send(int port, const ask& of) {
    weir::test::raw_client client{port, std::chrono::seconds{60}};
    auto answer = client.exchange(bytes_of(of), of.method != "HEAD");
    if (!answer)
        throw std::runtime_error{"no answer to " + of.method + " " + of.target};
    reply made{answer->status, std::move(answer->headers), std::move(answer->body), {}};
    if (!made.body.empty())
        made.parsed = json::parse(made.body, nullptr, false);
    if (of.method != "HEAD")
        require_sound(made);
    return made;
}

void require_sound(const reply& answer) {
    INFO("status " << answer.status << ", body: " << answer.body);
    REQUIRE(answer.headers.count("X-Request-ID") == 1);
    if (answer.status == 204) {
        REQUIRE(answer.body.empty());
        return;
    }
    if (!answer.body.empty()) {
        REQUIRE(answer.header("Content-Type") == "application/json");
        REQUIRE(!answer.parsed.is_discarded());
    }
    // The health check's 503 is its own answer.
    if (answer.status < 400 || answer.parsed.contains("components"))
        return;
    const auto& problem = answer.parsed;
    REQUIRE(problem.size() == 8);
    REQUIRE(problem.at("error") == true);
    REQUIRE(problem.at("message").is_string());
    REQUIRE(problem.at("details").at("errors").is_array());
    for (const auto& each : problem.at("details").at("errors")) {
        REQUIRE(each.size() == 3);
        REQUIRE(each.at("type").is_string());
        REQUIRE(each.at("loc").is_array());
        REQUIRE(each.at("msg").is_string());
    }
    REQUIRE(problem.at("type") == "about:blank");
    REQUIRE(problem.at("title").is_string());
    REQUIRE(problem.at("status") == answer.status);
    REQUIRE(problem.at("code").is_string());
    REQUIRE(problem.at("request_id") == answer.header("X-Request-ID"));
    if (answer.status == 503)
        REQUIRE(!answer.header("Retry-After").empty());
    // What a driver says stays in the log.
    for (const auto* word : {"SQLSTATE", "DETAIL:", "duckdb", "Binder Error", "LINE 1"})
        REQUIRE(answer.body.find(word) == std::string::npos);
}

std::string field_ops_program() {
    return from_environment("WEIR_FIELD_OPS", "run it through meson test");
}

std::string duckdb_library() {
    return from_environment("WEIR_DUCKDB_LIBRARY", "./dev setup fetches it, ./dev test names it");
}

std::string postgres_script() {
    return from_environment("WEIR_POSTGRES_SCRIPT", "run it through meson test");
}

settings embedded_settings(settings more, const std::string& path) {
    more.emplace_back("WEIR_EMBEDDED", path);
    more.emplace_back("WEIR_DUCKDB_LIBRARY", duckdb_library());
    more.emplace_back("WEIR_PORT", "0");
    return more;
}

settings
postgres_settings(const test::postgres_server& server, const std::string& schema, settings more) {
    more.emplace_back("PGHOST", server.host());
    more.emplace_back("PGPORT", std::to_string(server.port()));
    more.emplace_back("PGUSER", "weir_app");
    more.emplace_back("LAKEBASE_SCHEMA", schema);
    more.emplace_back("WEIR_PORT", "0");
    return more;
}

settings local_settings(
    const test::workspace_process& workspace,
    const test::postgres_server& server,
    const std::string& schema,
    settings more
) {
    more.emplace_back("DATABRICKS_HOST", workspace.url());
    more.emplace_back("DATABRICKS_CLIENT_ID", "weir_app");
    more.emplace_back("DATABRICKS_CLIENT_SECRET", "local-secret");
    more.emplace_back("DATABRICKS_WAREHOUSE_ID", "local");
    more.emplace_back("LAKEBASE_ENDPOINT", "projects/local/branches/production/endpoints/primary");
    // By TCP, where PostgreSQL asks for the password.
    more.emplace_back("PGHOST", "127.0.0.1");
    more.emplace_back("PGPORT", std::to_string(server.port()));
    more.emplace_back("PGUSER", "weir_app");
    more.emplace_back("LAKEBASE_SCHEMA", schema);
    more.emplace_back("WEIR_PORT", "0");
    return more;
}

std::vector<std::string> workspace_options(const test::postgres_server& server) {
    return {
        "--client",
        "weir_app:local-secret",
        "--postgres",
        "host=" + server.host() + " port=" + std::to_string(server.port()) +
            " user=postgres dbname=postgres",
    };
}

service::service(const settings& with, const std::string& program)
    : process_(program, with), port_(process_.wait_until_listening()) {
    if (port_ == 0)
        throw std::runtime_error{"the service did not listen:\n" + process_.output()};
}

std::string metrics_of(const service& on) {
    weir::test::raw_client client{on.port()};
    const auto answer = client.exchange(bytes_of({.target = "/metrics"}));
    REQUIRE(answer);
    REQUIRE(answer->status == 200);
    return answer->body;
}

double value_of(const std::string& page, const std::string& sample) {
    const auto at = ("\n" + page).find("\n" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + sample.size() + 1));
}

const service& shared_embedded() {
    static const drained_service made{embedded_settings(trusting)};
    return made.running;
}

const service& shared_postgres() {
    static const test::own_schema schema{test::postgres_server::shared(), "e2e"};
    static const drained_service made{postgres_settings(schema.server(), schema.name(), trusting)};
    return made.running;
}

const test::workspace_process& workspace_of_local() {
    static const test::workspace_process made{workspace_options(test::postgres_server::shared())};
    return made;
}

const service& shared_local() {
    static const test::own_schema schema{test::postgres_server::shared(), "e2e_local"};
    static const drained_service made{
        local_settings(workspace_of_local(), schema.server(), schema.name(), trusting)
    };
    return made.running;
}

void on_all(const std::function<void(const backend&)>& test) {
    SECTION("on the embedded engine") {
        test({"embedded", &shared_embedded()});
    }
    SECTION("on PostgreSQL") {
        test({"postgres", &shared_postgres()});
    }
    SECTION("on the local workspace") {
        test({"local", &shared_local()});
    }
}

void where_wells_are(const std::function<void(const backend&)>& test) {
    SECTION("on the embedded engine") {
        test({"embedded", &shared_embedded()});
    }
    SECTION("on a warehouse") {
        test({"local", &shared_local()});
    }
}

reply twins::operator()(const ask& of) {
    INFO(of.method << ' ' << of.target << ' ' << of.body.substr(0, 500));
    embedded_last_ = shared_embedded().send(filled(of, embedded_names_));
    postgres_last_ = shared_postgres().send(filled(of, postgres_names_));
    INFO("embedded: " << embedded_last_.body.substr(0, 2000));
    INFO("postgres: " << postgres_last_.body.substr(0, 2000));
    CHECK(embedded_last_.status == postgres_last_.status);
    CHECK(scrubbed(embedded_last_.parsed) == scrubbed(postgres_last_.parsed));
    for (const auto* name :
         {"Content-Type", "Allow", "Retry-After", "Preference-Applied", "WWW-Authenticate"})
        CHECK(embedded_last_.header(name) == postgres_last_.header(name));
    CHECK(embedded_last_.headers.count("Location") == postgres_last_.headers.count("Location"));
    return embedded_last_;
}

void twins::remember(const std::string& name, const std::string& pointer) {
    const auto value_in = [&](const reply& answer) {
        const auto& value = answer.parsed.at(json::json_pointer{pointer});
        return value.is_string() ? value.get<std::string>() : value.dump();
    };
    embedded_names_[name] = value_in(embedded_last_);
    postgres_names_[name] = value_in(postgres_last_);
}

ask twins::filled(ask of, const names& known) {
    for (const auto& [name, value] : known) {
        replace_all(of.target, "{" + name + "}", value);
        replace_all(of.body, "{" + name + "}", value);
    }
    return of;
}

std::string fresh_user(std::string_view purpose) {
    static std::atomic<int> made{0};
    return std::string{purpose} + "-" + std::to_string(++made);
}

json scrubbed(const json& from) {
    static const std::regex uuid{"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"};
    if (from.is_string())
        return std::regex_replace(from.get<std::string>(), uuid, "<uuid>");
    if (from.is_array()) {
        json made = json::array();
        for (const auto& each : from)
            made.push_back(scrubbed(each));
        return made;
    }
    if (!from.is_object())
        return from;
    json made = json::object();
    for (const auto& [name, value] : from.items()) {
        const bool is_generated = name == "inserted_at" || name == "updated_at" ||
                                  name == "deleted_at" || name == "created_at" ||
                                  (name == "id" && value.is_number()) || name == "milliseconds" ||
                                  name == "timestamp";
        made[name] = is_generated && !value.is_null() ? json("<" + name + ">") : scrubbed(value);
    }
    return made;
}

std::string order_body(std::string_view total) {
    return R"({"total": ")" + std::string{total} + R"("})";
}

std::string escaped(std::string_view text) {
    std::string out;
    weir::http::append_percent_encoded(out, text);
    return out;
}

temporary_folder::temporary_folder() : path_("/tmp/weir-e2e-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr)
        throw std::runtime_error{"no folder in /tmp"};
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace e2e
