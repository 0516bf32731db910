// SPDX-License-Identifier: Apache-2.0
// That small requests are sent at once. Without TCP_NODELAY each POST on a kept connection waits
// for the other side's delayed acknowledgement, about 44 ms; the clock is no honest witness of that
// on a busy machine, so this looks at what the socket is told.
#include <atomic>
#include <dlfcn.h>
#include <workspace.hpp>

namespace socket_options_cases {

namespace {

using namespace test;

/// Sockets told not to delay before they were connected: the client's, not the stand-in's.
std::atomic<int> told{0};

} // namespace

extern "C" int
setsockopt(int socket, int level, int name, const void* value, socklen_t size) noexcept {
    if (level == IPPROTO_TCP && name == TCP_NODELAY) {
        sockaddr_in peer{};
        socklen_t room = sizeof peer;
        const bool is_connected =
            ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &room) == 0;
        told += is_connected ? 0 : 1;
    }
    using function = int (*)(int, int, int, const void*, socklen_t);
    static const auto real = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "setsockopt"));
    return real(socket, level, name, value, size);
}

TEST_CASE("connections are told to send small requests at once") {
    const stand_in server{[](const asked&) { return answer(200, "{}"); }};
    weir::workspace::client client{with_token(server)};
    told = 0;
    static_cast<void>(client.send(post("/x")));
    static_cast<void>(client.send(post("/x")));
    CHECK(server.connections() == 1);
    CHECK(told == 1);
}

} // namespace socket_options_cases
