// SPDX-License-Identifier: Apache-2.0
// A service outside this repository, with a server of its own: it includes what was installed and
// nothing else.
#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>

#include <httplib.h>

#include <cstdio>
#include <tutorial.weir.hpp>

int main() {
    weir::embedded::database database{{.path = ":memory:"}};
    auto session = database.session(weir::nobody{.name = "consumer"});
    weir::create_tables<tutorial::tables>(session);
    weir::repository<tutorial::well, decltype(session)> wells{session};
    wells.insert({.api10 = 4201234567, .wellname = "SMITH 1-15H"});

    httplib::Server server;
    server.Get("/wells", [&wells](const httplib::Request&, httplib::Response& answer) {
        for (const auto& well : wells.list({.limit_rows = 10}))
            answer.body += well.wellname + '\n';
    });
    std::printf("%d\n", server.bind_to_any_port("127.0.0.1"));
    std::fflush(stdout);
    return server.listen_after_bind() ? 0 : 1;
}
