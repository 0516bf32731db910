// SPDX-License-Identifier: Apache-2.0
// Hooks around writes over HTTP: part of the unit of work, able to change and to refuse.
#include <weir/data/hooks.hpp>

#include <atomic>
#include <chrono>
#include <field_ops.weir.hpp>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "service.hpp"

using namespace test;
using field_ops::order;
using field_ops::order_line;
namespace o = field_ops::order_columns;

namespace {

weir::http::table_options around(weir::hooks<order> given) {
    return {.hooks = {weir::share(std::move(given))}};
}

std::string total(service& on, std::string_view path) {
    const auto body = on.ask("GET", std::string{path} + "?count=exact&deleted=include").body;
    const auto at = body.rfind("\"total\":");
    return at == std::string::npos ? body
                                   : body.substr(at + 8, body.find_first_of(",}", at) - at - 8);
}

std::string make_order(service& on) {
    const auto made = on.ask("POST", "/orders", "{}");
    REQUIRE(made.status == 201);
    return text_member(made.body, "id");
}

} // namespace

TEST_CASE("a before-hook changes what is created, for one row and for many") {
    service on{around({.before_create = [](field_ops::order_create& given, weir::hook_context& in) {
        given.tags = {std::string{in.actor()}};
    }})};
    on.as(ada());
    CHECK(holds(on.ask("POST", "/orders", "{}").body, R"("tags":["ada@example.com"])"));
    CHECK(holds(on.ask("POST", "/orders", "[{},{}]").body, R"("tags":["ada@example.com"])"));
    const auto quiet = on.ask("POST", "/orders", "[{}]", {{"Prefer", "return=minimal"}});
    CHECK(quiet.status == 201);
    CHECK(holds(on.ask("GET", "/orders").body, R"("count":4)"));
    CHECK_FALSE(holds(on.ask("GET", "/orders").body, R"("tags":[])"));
}

TEST_CASE("a before-hook refuses with the place of the value, and nothing is written") {
    service on{around({.before_create = [](field_ops::order_create& given, weir::hook_context& in) {
        if (given.tags && given.tags->size() > 1)
            in.refuse(o::tags, "too_many_tags", "One tag is enough");
    }})};
    on.as(ada());
    const auto one = on.ask("POST", "/orders", R"({"tags":["a","b"]})");
    CHECK(one.status == 400);
    CHECK(holds(
        one.body, R"({"type":"too_many_tags","loc":["body","tags"],"msg":"One tag is enough"})"
    ));
    const auto many = on.ask("POST", "/orders", R"([{},{"tags":["a","b"]},{"tags":["a","b"]}])");
    CHECK(many.status == 400);
    CHECK(holds(many.body, R"("loc":["body",1,"tags"])"));
    CHECK(holds(many.body, R"("loc":["body",2,"tags"])"));
    CHECK(total(on, "/orders") == "0");
}

TEST_CASE("what a hook makes of a row is validated like anything else") {
    service on{around({.before_create = [](field_ops::order_create& given, weir::hook_context&) {
        given.tags.emplace(21, "x");
    }})};
    on.as(ada());
    const auto refused = on.ask("POST", "/orders", "{}");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["body","tags"])"));
}

TEST_CASE("an after-hook sees the stored row and writes with it; failing, it undoes all of it") {
    service on{around({.after_create = [](const order& stored, weir::hook_context& in) {
        in.rows<order_line>().insert(
            {.order_id = stored.id, .line_no = 1, .sku = "first", .quantity = 1}
        );
        if (stored.tags && !stored.tags->empty())
            throw weir::permission_error{"Not with tags"};
    }})};
    on.as(ada());
    REQUIRE(on.ask("POST", "/orders", "{}").status == 201);
    CHECK(total(on, "/order-lines") == "1");
    const auto refused = on.ask("POST", "/orders", R"({"tags":["a"]})");
    CHECK(refused.status == 403);
    CHECK(holds(refused.body, "Not with tags"));
    CHECK(on.ask("POST", "/orders", R"([{},{"tags":["a"]}])").status == 403);
    CHECK(total(on, "/orders") == "1");
    CHECK(total(on, "/order-lines") == "1");
}

TEST_CASE("update hooks see the row as it is, change the changes, and refuse") {
    service on{around({
        .before_update =
            [](const order& current, field_ops::order_update& changes, weir::hook_context& in) {
                if (current.tags && !current.tags->empty() && changes.extras.has_value())
                    in.refuse(o::extras, "locked", "A tagged order keeps its extras");
                changes.tags = std::vector<std::string>{"seen"};
            },
        .after_update =
            [](const order& before, const order& stored, weir::hook_context& in) {
                if (before.tags == stored.tags)
                    return;
                in.rows<order_line>().insert(
                    {.order_id = stored.id, .line_no = 1, .sku = "changed", .quantity = 1}
                );
            },
    })};
    on.as(ada());
    const auto path = "/orders/" + make_order(on);
    const auto changed = on.ask("PATCH", path, R"({"extras":{"a":"b"}})");
    CHECK(changed.status == 200);
    CHECK(holds(changed.body, R"("tags":["seen"])"));
    CHECK(total(on, "/order-lines") == "1");
    const auto refused = on.ask("PATCH", path, R"({"extras":{}})");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["body","extras"])"));
    CHECK(on.ask("PUT", path, R"({"extras":{}})").status == 400);
    CHECK(
        on.ask("PATCH", "/orders/00000000-0000-4000-8000-000000000000", R"({"tags":[]})").status ==
        404
    );
    on.as(bob());
    CHECK(on.ask("PATCH", path, R"({"tags":[]})").status == 404);
}

TEST_CASE("hooks of removal, restoration and purge run, and stop it") {
    std::string seen;
    const auto note = [&seen](const char* what) {
        return [&seen, what](const order&, weir::hook_context&) { seen += what; };
    };
    auto options = around({
        .before_remove =
            [&seen](const order& current, weir::hook_context& in) {
                seen += "before remove ";
                if (current.tags && !current.tags->empty())
                    in.refuse("tagged", "A tagged order stays");
            },
        .after_remove = note("removed "),
        .before_restore = note("before restore "),
        .after_restore = note("restored "),
        .before_purge = note("before purge "),
        .after_purge = note("purged "),
    });
    options.purge_without_rule = true;
    service on{options};
    auto admin = ada();
    admin.groups = {"admins"};
    on.as(admin);
    const auto path = "/orders/" + make_order(on);
    CHECK(on.ask("DELETE", path).status == 204);
    CHECK(on.ask("DELETE", path).status == 404);
    CHECK(on.ask("POST", path + "/restore").status == 200);
    CHECK(on.ask("POST", path + "/purge").status == 204);
    CHECK(on.ask("POST", path + "/purge").status == 404);
    CHECK(seen == "before remove removed before restore restored before purge purged ");
    const auto tagged = on.ask("POST", "/orders", R"({"tags":["a"]})");
    const auto refused = on.ask("DELETE", "/orders/" + text_member(tagged.body, "id"));
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("type":"tagged")"));
    CHECK(on.ask("GET", "/orders/" + text_member(tagged.body, "id")).status == 200);
}

TEST_CASE("an application's rules are reported with the schema's") {
    service on{around({
        .validate_create =
            [](const field_ops::order_create& given, weir::refusals& broken) {
                if (given.tags && !given.tags->empty() && given.tags->front() == "no")
                    broken.refuse(o::tags, "bad_tag", "Not this tag");
            },
        .validate_update =
            [](const field_ops::order_update& changes, weir::refusals& broken) {
                if (changes.tags.has_value() && changes.tags.value().empty())
                    broken.refuse(o::tags, "no_tags", "Leave a tag");
            },
    })};
    on.as(ada());
    const auto both =
        on.ask("POST", "/orders", R"([{"tags":["no"],"total":"-1.00"},{"tags":["no"]}])");
    CHECK(both.status == 400);
    CHECK(holds(both.body, R"("loc":["body",0,"total"])"));
    CHECK(holds(both.body, R"("type":"bad_tag","loc":["body",0,"tags"])"));
    CHECK(holds(both.body, R"("type":"bad_tag","loc":["body",1,"tags"])"));
    // Of a row that could not be read the application's rules say nothing.
    const auto unread = on.ask("POST", "/orders", R"({"tags":["no"],"total":true})");
    CHECK(unread.status == 400);
    CHECK_FALSE(holds(unread.body, "bad_tag"));
    const auto path = "/orders/" + make_order(on);
    const auto changed = on.ask("PATCH", path, R"({"tags":[],"total":"-1.00"})");
    CHECK(changed.status == 400);
    CHECK(holds(changed.body, "no_tags"));
    CHECK(holds(changed.body, R"("loc":["body","total"])"));
    CHECK(holds(on.ask("PUT", path, R"({"tags":["no"]})").body, "bad_tag"));
}

TEST_CASE("hooks and a key share one unit of work") {
    int calls = 0;
    service on{around({.after_create = [&calls](const order& stored, weir::hook_context& in) {
        ++calls;
        in.rows<order_line>().insert(
            {.order_id = stored.id, .line_no = 1, .sku = "first", .quantity = 1}
        );
    }})};
    on.as(ada());
    on.crash_next_commit(service::crash::before_commit);
    CHECK(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}).status == 503);
    CHECK(total(on, "/order-lines") == "0");
    CHECK(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}).status == 201);
    CHECK(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}).status == 201);
    CHECK(calls == 2);
    CHECK(total(on, "/orders") == "1");
    CHECK(total(on, "/order-lines") == "1");
}

TEST_CASE("a repetition that has waited long enough is told to come back") {
    std::atomic<bool> has_entered{false};
    std::once_flag told;
    std::promise<void> entered_or_over;
    const auto tell = [&] { std::call_once(told, [&] { entered_or_over.set_value(); }); };
    std::promise<void> released;
    auto options = around({.after_create = [&](const order&, weir::hook_context&) {
        has_entered = true;
        tell();
        released.get_future().wait();
    }});
    // It bounds the statement of the first request too.
    options.idempotency.patience = std::chrono::seconds{1};
    service on{options};
    service other{on, {.idempotency = options.idempotency}};
    const auto post = [](const service& to) {
        weir::http::request asked;
        asked.method = "POST";
        asked.target = "/api/v1/orders";
        asked.body = "{}";
        asked.headers.add("Content-Type", "application/json");
        asked.headers.add("Idempotency-Key", "k");
        return to.ask_as(ada(), std::move(asked));
    };
    weir::http::response first;
    {
        std::jthread client{[&] {
            first = post(on);
            tell();
        }};
        entered_or_over.get_future().wait();
        REQUIRE(has_entered);
        const auto early = post(on);
        CHECK(early.status == 409);
        CHECK(early.headers.find("Retry-After") == "1");
        CHECK(holds(early.body, "idempotency_key_in_use"));
        // Another instance waits in the database; writers of the embedded engine, one process, wait
        // for their turn instead.
        if (service::is_lakebase())
            CHECK(post(other).status == 409);
        released.set_value();
    }
    CHECK(first.status == 201);
    CHECK(post(other).body == first.body);
    CHECK(post(on).body == first.body);
}
