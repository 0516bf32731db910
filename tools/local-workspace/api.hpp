// SPDX-License-Identifier: Apache-2.0
// What every route of the workspace shares: who calls, the body as JSON, refusals as answers,
// faults, and the record of what was asked.
#pragma once

#include <weir/http/router.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "faults.hpp"
#include "identities.hpp"
#include "json.hpp"
#include "refusal.hpp"

namespace local_workspace {

/// One authenticated call.
struct call {
    const weir::http::request& asked;
    const identity& who;
    /// An empty object where no body was sent.
    const json_value& body;

    [[nodiscard]] std::string path(std::string_view name) const {
        return std::string{asked.parameter(name)};
    }

    /// A parameter of the query; empty when absent.
    [[nodiscard]] std::string query(std::string_view name) const;
};

using call_handler = std::function<weir::http::response(const call&)>;

/// A workspace's routes. Threads: as the router.
class api {
public:
    api(identities& known, faults& injected, std::string workspace_id);

    /// A route for callers with a token, its body JSON or none.
    void add(std::string_view method, std::string_view pattern, call_handler handle);

    /// The same with bodies of any bytes, in `asked.body`.
    void add_raw(std::string_view method, std::string_view pattern, call_handler handle);

    /// A route for anybody.
    void add_open(std::string_view method, std::string_view pattern, weir::http::handler handle);

    [[nodiscard]] const weir::http::router& routes() const noexcept { return router_; }

private:
    weir::http::response
    guarded(const weir::http::request& asked, const call_handler& handle, bool is_json);
    weir::http::response around(
        weir::http::request& asked,
        const std::function<weir::http::response(weir::http::request&)>& next
    );
    weir::http::response befall(
        const fault& what,
        weir::http::request& asked,
        const std::function<weir::http::response(weir::http::request&)>& next
    );
    /// Requires the mutex.
    [[nodiscard]] std::string describe_requests() const;

    identities* known_;
    faults* injected_;
    std::string workspace_id_;
    weir::http::router router_;

    mutable std::mutex mutex_;
    std::deque<std::string> seen_;
};

[[nodiscard]] weir::http::response answer(std::string body);

[[nodiscard]] inline weir::http::response answer(const json_object& body) {
    return answer(body.text());
}

[[nodiscard]] weir::http::response answer(const refusal& why);

} // namespace local_workspace
