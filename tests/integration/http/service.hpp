// SPDX-License-Identifier: Apache-2.0
// The tables of the example behind routes, on the embedded engine or on PostgreSQL: the same tests
// run on both. Light: the routes are compiled in service.cpp, once per backend.
#pragma once

#include <weir/data/caller.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>

#include <catch.hpp>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace test {

inline weir::caller ada() {
    return {.id = "ada", .email = "ada@example.com"};
}

inline weir::caller bob() {
    return {.id = "bob"};
}

/// The tables orders, order_lines, user_preferences of field_ops, wells of the tutorial, shippers
/// and consignments of freight, empty, behind routes; the other tables of freight without routes.
class service {
public:
    /// `has_units`: whether sessions open units of work, as those of a warehouse do not.
    explicit service(weir::http::table_options options = {}, bool has_units = true);
    /// Another service on the same database.
    explicit service(service& beside, weir::http::table_options options = {});
    ~service();

    service(const service&) = delete;
    service(service&&) = delete;
    service& operator=(const service&) = delete;
    service& operator=(service&&) = delete;

    /// Whether PostgreSQL is behind it.
    [[nodiscard]] static bool is_lakebase();

    /// Who makes the requests from now on.
    void as(std::optional<weir::caller> who);

    weir::http::response
    ask(std::string_view method,
        std::string_view path,
        std::string_view body = "",
        std::initializer_list<weir::http::header> headers = {});

    /// The same for any caller; for use in many threads at once.
    [[nodiscard]] weir::http::response
    ask_as(const std::optional<weir::caller>& who, weir::http::request asked) const;

    /// Executes a statement behind the routes' back; how many rows it changed. `@{app_data}` stands
    /// for the schema of field_ops.
    std::uint64_t execute(std::string_view text);

    /// The two layers that keep callers apart, for field_ops: the predicates of statements, and the
    /// row policies of PostgreSQL.
    struct layers {
        bool predicates = true;
        bool policies = true;
    };

    /// Takes layers away, before the first request.
    void keep_only(layers kept);

    /// When the connection breaks, as seen from this side.
    enum class crash : std::uint8_t { never, before_commit, after_commit };

    /// Lets the next unit of work end so.
    void crash_next_commit(crash when);

    /// For routes of a test's own; before the first request.
    [[nodiscard]] weir::http::router& routes();

    /// Whence those have their sessions. Lifetime: this object's.
    [[nodiscard]] weir::http::sessions sessions();

private:
    struct parts;

    std::unique_ptr<parts> parts_;
};

/// The text between `"name":"` and the next quote.
inline std::string text_member(const std::string& json, std::string_view name) {
    const auto start = json.find("\"" + std::string{name} + "\":\"");
    if (start == std::string::npos)
        return {};
    const auto begin = start + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

/// The body of a list without its cursors.
inline std::string without_cursors(std::string body) {
    for (const auto* name : {R"(,"next_cursor":")", R"(,"prev_cursor":")"}) {
        const auto start = body.find(name);
        if (start != std::string::npos)
            body.erase(start, body.find('"', start + std::string_view{name}.size()) + 1 - start);
    }
    return body;
}

inline bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace test
