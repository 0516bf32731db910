// SPDX-License-Identifier: Apache-2.0
// Clients of a stand-in, and what their calls came to.
#pragma once

#include <weir/workspace/client.hpp>

#include <catch.hpp>
#include <chrono>
#include <memory>
#include <stand_in.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

inline weir::workspace::config with_token(const stand_in& of) {
    weir::workspace::config made;
    made.host = of.origin();
    made.token = weir::secret{"dapi-secret"};
    made.auth_type = "pat";
    return made;
}

inline weir::workspace::config with_client(const stand_in& of) {
    weir::workspace::config made;
    made.host = of.origin();
    made.client_id = "cid";
    made.client_secret = weir::secret{"c-secret"};
    made.auth_type = "oauth-m2m";
    return made;
}

/// Retries that do not wait but write down for how long they would have.
struct pauses {
    std::vector<std::chrono::milliseconds> taken;

    weir::workspace::client_options options(double chance = 1.0) {
        weir::workspace::client_options made;
        made.retry.pause = [this](std::chrono::milliseconds span) { taken.push_back(span); };
        made.retry.chance = [chance] { return chance; };
        return made;
    }
};

inline weir::workspace::call get(std::string path) {
    return {.method = "GET", .path = std::move(path)};
}

inline weir::workspace::call post(std::string path, std::string body = "{}") {
    return {.method = "POST", .path = std::move(path), .body = std::move(body)};
}

/// The error of a call that has to fail.
template <class Error, class Call>
Error failure_of(Call&& made) {
    try {
        made();
    } catch (const Error& failed) {
        return failed;
    }
    FAIL("nothing was thrown");
    throw std::logic_error{"unreachable"};
}

} // namespace test
