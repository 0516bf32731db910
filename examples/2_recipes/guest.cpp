// SPDX-License-Identifier: Apache-2.0
// Wish: "I have a cpp-httplib server already; add a table to it."
#include <weir/data/create_tables.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/add_table.hpp>
#include <weir/http/docs_page.hpp>
#include <weir/http/httplib.hpp>
#include <weir/http/openapi.hpp>

#include <cstdio>
#include <cstdlib>
#include <tutorial.weir.hpp>

int main() {
    weir::embedded::database database{{.path = ":memory:"}};
    auto session = database.session(weir::nobody{.name = "guest"});
    weir::create_tables<tutorial::tables>(session);

    httplib::Server server;
    server.Get("/hello", [](const httplib::Request&, httplib::Response& response) {
        response.set_content("hello from the host\n", "text/plain");
    });

    weir::http::router router;
    weir::http::add_table<tutorial::well>(router, weir::http::sessions_of(database));
    const weir::table* const described[]{&weir::table_of<tutorial::well>};
    weir::http::add_openapi(router, described, {.title = "Guest", .health = false});
    weir::http::add_docs(router);
    weir::http::mount(router, server);

    const char* given = std::getenv("PORT");
    const int port = given != nullptr ? std::atoi(given) : 8001;
    if (!server.bind_to_port("127.0.0.1", port))
        return 1;
    std::printf("listening on http://127.0.0.1:%d\n", port);
    std::fflush(stdout);
    return server.listen_after_bind() ? 0 : 1;
}
