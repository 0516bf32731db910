// SPDX-License-Identifier: Apache-2.0
// One router behind each listener there is: what a test claims of both, it claims of a type.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/joint_work.hpp>
#include <weir/http/httplib.hpp>
#include <weir/http/server.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <raw_http.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace e2e {

/// Handlers that wait here run until the test opens it.
class gate {
public:
    void wait() {
        std::unique_lock lock{mutex_};
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }

    void await(int count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return waiting_ >= count; });
    }

    void open() {
        const std::lock_guard lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

/// The routes of the tests, and what became of their requests.
struct routes_under_test {
    routes_under_test() {
        using namespace weir::http;
        routes.add("GET", "/ping", [](const request& asked) {
            return json_response(200, "pong from " + asked.remote_address);
        });
        routes.add("GET", "/t/{key}", [](const request& asked) {
            return json_response(200, std::string{asked.parameter("key")});
        });
        routes.add("POST", "/echo", [](const request& asked) {
            return json_response(200, std::string{asked.body});
        });
        routes.add("POST", "/count", [this](const request& asked) {
            ++counted;
            return json_response(200, std::to_string(asked.body.size()));
        });
        routes.add("GET", "/throw", [](const request&) -> response {
            throw std::runtime_error{"secret"};
        });
        routes.add("GET", "/wait", [this](const request&) {
            held.wait();
            return json_response(200, "waited");
        });
        routes.add("GET", "/split", [](const request&) {
            auto answer = json_response(200, "ok");
            answer.headers.add("X-Bad", "a\r\nX-Injected: b");
            return answer;
        });
        // Milliseconds until the request is over.
        routes.add("GET", "/left", [](const request& asked) {
            return json_response(200, std::to_string(asked.until.left().count()));
        });
        routes.answer_at_once("/alive", R"({"status":"alive"})");
        // Tell how many of them have been answered.
        for (const char* const path : {"/turn", "/soon"})
            routes.add("GET", path, [this](const request&) {
                return json_response(200, std::to_string(++turns));
            });
        routes.answer_soon("/soon");
        // Tells how many had begun when it went on.
        routes.add("GET", "/met/{key}", [this](const request& asked) {
            if (asked.parameter("key") == "none")
                throw weir::not_found_error{"No such thing"};
            ++met;
            if (auto* const others = weir::joint_work::current())
                others->await_others();
            if (asked.parameter("key") == "held")
                held.wait();
            return json_response(200, std::to_string(met));
        });
        routes.answer_jointly("/met/{key}", [this] { return is_near.load(); });
        // Waits, and goes on in many pieces, the last of which tells the turns there were.
        routes.add("GET", "/pieces", [this](const request&) {
            response made{.status = 200};
            made.stream = body_stream{[this, piece = 0](std::string& out) mutable {
                if (++piece == 1)
                    held.wait();
                out = piece < 100 ? "." : std::to_string(turns);
                return piece < 100;
            }};
            return made;
        });
        // Runs until nobody waits for it any more.
        routes.add("GET", "/until-left", [this](const request& asked) {
            std::mutex mutex;
            std::condition_variable_any left;
            std::unique_lock lock{mutex};
            held_up = true;
            held_up.notify_all();
            left.wait(lock, asked.client_left, [] { return false; });
            ++abandoned;
            abandoned.notify_all();
            return json_response(200, "nobody reads this");
        });
    }

    weir::http::router routes{};
    std::atomic<int> counted{0};
    std::atomic<int> turns{0};
    std::atomic<int> met{0};
    std::atomic<bool> is_near{true};
    std::atomic<bool> held_up{false};
    std::atomic<int> abandoned{0};
    gate held{};
};

/// weir's own listener.
struct own_listener : routes_under_test {
    static constexpr bool is_own = true;

    explicit own_listener(weir::http::server_options options = {}) : server(routes, options) {
        port = server.bind("127.0.0.1", 0);
        runner = std::thread{[this] { server.run(); }};
    }

    ~own_listener() {
        held.open();
        server.stop();
        if (runner.joinable())
            runner.join();
    }

    own_listener(const own_listener&) = delete;
    own_listener(own_listener&&) = delete;
    own_listener& operator=(const own_listener&) = delete;
    own_listener& operator=(own_listener&&) = delete;

    weir::http::server server;
    int port = 0;
    std::thread runner{};
};

/// A guest of somebody's cpp-httplib server.
struct guest_listener : routes_under_test {
    static constexpr bool is_own = false;

    guest_listener() {
        weir::http::harden(host);
        weir::http::mount(routes, host);
        port = host.bind_to_any_port("127.0.0.1");
        runner = std::thread{[this] { host.listen_after_bind(); }};
        while (!host.is_running())
            std::this_thread::yield();
    }

    ~guest_listener() {
        held.open();
        host.stop();
        runner.join();
    }

    guest_listener(const guest_listener&) = delete;
    guest_listener(guest_listener&&) = delete;
    guest_listener& operator=(const guest_listener&) = delete;
    guest_listener& operator=(guest_listener&&) = delete;

    httplib::Server host{};
    int port = 0;
    std::thread runner{};
};

inline std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{more} + "\r\n";
}

inline std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{more} + "\r\n" + std::string{body};
}

/// Answers that no route made, by status.
inline std::map<std::string, std::uint64_t> own_answers_of(const weir::http::server& of) {
    std::map<std::string, std::uint64_t> found;
    of.own_answers().for_each([&](const std::string& status, std::uint64_t count) {
        found[status] = count;
    });
    return found;
}

inline bool answers_ping(int port) {
    weir::test::raw_client client{port};
    const auto answer = client.exchange(get("/ping"));
    return answer && answer->status == 200 && answer->body == "pong from 127.0.0.1";
}

} // namespace e2e
