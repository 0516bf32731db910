// SPDX-License-Identifier: Apache-2.0
// Accepts connections on loopback for weir's own reader and writer of HTTP, and can break the one a
// handler is answering: what a network does to clients now and then.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace weir::http {

class router;

} // namespace weir::http

namespace local_workspace {

/// Serves a router, a thread per connection. Threads: run() in one, stop() from any.
class listener {
public:
    /// Binds 127.0.0.1; 0: a free port. Errors: weir::configuration_error.
    listener(int port, std::size_t body_bytes);
    ~listener();

    listener(const listener&) = delete;
    listener(listener&&) = delete;
    listener& operator=(const listener&) = delete;
    listener& operator=(listener&&) = delete;

    [[nodiscard]] int port() const noexcept;

    /// Serves until stop(), then waits until requests that have begun are finished.
    /// Lifetime: `routes` outlives the call.
    void run(const weir::http::router& routes);
    void stop() noexcept;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// Ends the connection of the request that this thread handles, by a reset; what is written to it
/// afterwards is lost. Nothing happens outside a handler.
void break_connection() noexcept;

/// Sends bytes as they are on the connection of the request that this thread handles, and ends it
/// in good order.
void send_and_close(std::string_view bytes) noexcept;

} // namespace local_workspace
