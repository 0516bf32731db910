// SPDX-License-Identifier: Apache-2.0
// Routes requests by method and path, behind one exception barrier. Knows no socket: tests call
// handle(). Costs <functional> and json/writer.hpp through problem.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/core/trace_context.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/data/statement_trace.hpp>
#include <weir/http/failure_log.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/request_id.hpp>
#include <weir/http/response.hpp>
#include <weir/http/route_name.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::http {

/// Answers one request. May throw anything: the router turns it into a response.
using handler = std::function<response(const request&)>;

/// Whether what stands before or around handlers may be in the middle of several requests of one
/// thread at once, by turns (router::answer_jointly()).
enum class middleware_pace : std::uint8_t {
    /// It may hold a lock while `next` answers, rely on what is thread-local, or take long.
    own,
    shared,
};

/// What stands around every handler: sees the request first and the answer last. `next` answers,
/// and never throws: failures are answers by then.
class middleware {
public:
    using next_handler = std::function<response(request&)>;
    using function = std::function<response(request&, const next_handler& next)>;

    /// None.
    middleware() = default;

    template <class Call>
        requires(!std::same_as<std::remove_cvref_t<Call>, middleware>)
    middleware(Call&& call, middleware_pace how = middleware_pace::own)
        : call_(std::forward<Call>(call)), pace_(how) {}

    explicit operator bool() const noexcept { return static_cast<bool>(call_); }

    response operator()(request& asked, const next_handler& next) const {
        return call_(asked, next);
    }

    [[nodiscard]] middleware_pace pace() const noexcept { return pace_; }

private:
    function call_{};
    middleware_pace pace_ = middleware_pace::shared;
};

/// Says who asks; an empty function: nobody ever does.
using identifier = std::function<std::optional<caller>(const request&)>;

/// Asked before a handler, once the caller is known: an answer stands in for the handler's.
using admission = std::function<std::optional<response>(const request&)>;

/// A request and its answer. Lifetime: the call of the observer.
struct answered_request {
    const request& asked;
    const response& answered;
    /// Until the answer was there; the body of one that is streamed comes later.
    std::chrono::steady_clock::duration took{};
};

/// Sees answers; must not take long. What it throws is nobody's concern.
using answer_observer = std::function<void(const answered_request&)>;

/// Finds the handler of a request.
///
/// Patterns are paths whose segments are literal or `{name}`; a literal wins over a parameter, from
/// the left. A path that is known with other methods only is answered 405 with `Allow`, HEAD as GET
/// (the transport drops the body), OPTIONS with `Allow`. Threads: add routes first; handle() may
/// then run in many threads at once.
class router {
public:
    /// Adds a route.
    ///
    /// Errors: throws configuration_error when the pattern is malformed or taken for this method.
    void add(std::string_view method, std::string_view pattern, handler answer) {
        std::vector<captured> parameters;
        node* at = &root_;
        if (!pattern.starts_with('/'))
            throw configuration_error{"A route's pattern starts with /: " + std::string{pattern}};
        std::size_t depth = 0;
        for_each_segment(pattern, [&](std::string_view part) {
            if (is_parameter(part)) {
                parameters.push_back({std::string{part.substr(1, part.size() - 2)}, depth});
                if (!at->parameter)
                    at->parameter = std::make_unique<node>();
                at = at->parameter.get();
            } else {
                at = &at->literals[std::string{part}];
            }
            ++depth;
        });
        const auto [place, added] = at->methods.try_emplace(
            std::string{method}, endpoint{std::move(parameters), std::move(answer), routes_.size()}
        );
        if (!added)
            throw configuration_error{
                "Two routes for " + std::string{method} + " " + std::string{pattern}
            };
        routes_.push_back({std::string{method}, std::string{pattern}});
        add_prefix(pattern);
    }

    /// Adds a GET that is 200 with that JSON, which transports may answer themselves: no caller, no
    /// middleware and no thread is waited for, and nobody is told. For what must be said while
    /// there is no room for requests.
    ///
    /// Errors: as add().
    void answer_at_once(const std::string& path, const std::string& body) {
        add("GET", path, [body](const request&) { return json_response(200, body); });
        at_once_.emplace_back(path, body);
    }

    /// That answer, for the transport; absent: the request is one for handle().
    [[nodiscard]] std::optional<response> at_once(const request& asked) const {
        if (asked.method != "GET" && asked.method != "HEAD")
            return std::nullopt;
        for (const auto& [path, body] : at_once_) {
            if (asked.target != path)
                continue;
            auto made = json_response(200, body);
            made.headers.add("Cache-Control", "no-store");
            made.headers.add("X-Request-ID", choose_request_id(asked.headers));
            return made;
        }
        return std::nullopt;
    }

    /// Has requests for this path stand in a line of their own while others wait: for the few that
    /// tell how a service is. The lines go by turns, so that no rush for it keeps others waiting.
    void answer_soon(std::string path) { urgent_.push_back(std::move(path)); }

    [[nodiscard]] bool is_urgent(const request& asked) const {
        const auto path = std::string_view{asked.target}.substr(0, asked.target.find('?'));
        return std::find(urgent_.begin(), urgent_.end(), path) != urgent_.end();
    }

    /// Lets a transport have one thread answer several GETs of this route by turns (joint_work),
    /// where nothing stands in their way that needs its own pace. What they read is read together
    /// then; `is_near` tells whether that comes so soon that it pays to wait until others ask too.
    /// Requires that the route was added.
    void answer_jointly(std::string_view pattern, std::function<bool()> is_near) {
        node* at = &root_;
        for_each_segment(pattern, [&](std::string_view part) {
            at = is_parameter(part) ? at->parameter.get() : &at->literals.find(part)->second;
        });
        at->methods.find("GET")->second.is_near = std::move(is_near);
        has_joint_ = true;
    }

    /// Whether what a request reads is near, where it may be answered so; absent: it may not.
    /// Decodes nothing: a path that spells it otherwise is answered by itself.
    [[nodiscard]] std::optional<bool> is_joint_and_near(const request& asked) const {
        const std::string_view target{asked.target};
        if (!has_joint_ || pace_ == middleware_pace::own || asked.method != "GET" ||
            !target.starts_with('/') || target.find('?') != std::string_view::npos)
            return std::nullopt;
        const node* at = &root_;
        for_each_segment(target, [&](std::string_view part) {
            if (at == nullptr)
                return;
            const auto literal = at->literals.find(part);
            at = literal == at->literals.end() ? at->parameter.get() : &literal->second;
        });
        if (at == nullptr)
            return std::nullopt;
        const auto found = at->methods.find("GET");
        if (found == at->methods.end() || !found->second.is_near)
            return std::nullopt;
        return found->second.is_near();
    }

    /// Every route, in the order they were added.
    [[nodiscard]] const std::vector<route_name>& routes() const noexcept { return routes_; }

    /// Asks `who` before a route's handler runs. `pace`: while it takes long, others that are
    /// answered by the same thread (answer_jointly) wait.
    void identify_with(identifier who, middleware_pace pace = middleware_pace::own) {
        identify_ = std::move(who);
        keep_pace(pace);
    }

    /// Refuses requests that have a route before their handlers run; a request that a handler asks
    /// of another route is not asked about.
    void admit_with(admission by, middleware_pace pace = middleware_pace::own) {
        admit_ = std::move(by);
        keep_pace(pace);
    }

    /// Puts something around every answer, 404 and 405 too: content codings, for one. What was put
    /// around later stands further out.
    void put_around(middleware outer) {
        keep_pace(outer.pace());
        if (!around_) {
            around_ = std::move(outer);
            return;
        }
        around_ = [outer = std::move(outer), inner = std::move(around_)](
                      request& asked, const middleware::next_handler& next
                  ) { return outer(asked, [&](request& given) { return inner(given, next); }); };
    }

    /// Where failures that are not the client's go, with all the detail clients are not shown.
    /// Lifetime: the logger outlives the router.
    void log_to(const logger& log) noexcept { log_ = &log; }

    /// Shows somebody every answer, as the transport gets it.
    void observe_answers(answer_observer by) { observers_.push_back(std::move(by)); }

    /// The same for answers of 400 and more alone.
    void observe_failures(answer_observer by) {
        observe_answers([by = std::move(by)](const answered_request& seen) {
            if (seen.answered.status >= 400)
                by(seen);
        });
    }

    /// Shows somebody every statement that requests execute, and has request::trace add them up.
    void observe_statements(statement_observer by) { statements_.push_back(std::move(by)); }

    /// Answers a request. Never throws: whatever goes wrong becomes a response.
    [[nodiscard]] response handle(request asked) const noexcept {
        // What a handler asks of another route is part of its own request.
        if (asked.routes != nullptr)
            return guarded(asked);
        const auto start = std::chrono::steady_clock::now();
        if (asked.request_id.empty())
            asked.request_id = choose_request_id(asked.headers);
        asked.traceparent = trace_context_of(asked.headers).text;
        request_outcome outcome;
        asked.outcome = &outcome;
        response answer;
        try {
            if (!statements_.empty())
                asked.trace = std::make_shared<statement_trace>(asked.request_id, &statements_);
            answer = around_ ? around_(asked, [this](request& given) { return guarded(given); })
                             : guarded(asked);
        } catch (...) {
            answer = failed(asked, std::current_exception());
        }
        answer.headers.set("X-Request-ID", asked.request_id);
        if (!observers_.empty())
            observe({asked, answer, std::chrono::steady_clock::now() - start});
        return answer;
    }

    /// The literal beginnings of all patterns, none of them the beginning of another: what a host
    /// server hands over.
    [[nodiscard]] const std::vector<std::string>& prefixes() const noexcept { return prefixes_; }

private:
    // A parameter of a pattern, and which segment of the path it is.
    struct captured {
        std::string name;
        std::size_t segment;
    };

    struct endpoint {
        std::vector<captured> parameters;
        handler answer;
        // Its place in `routes_`.
        std::size_t route;
        // Empty: it is not answered jointly.
        std::function<bool()> is_near{};
    };

    struct node {
        std::map<std::string, node, std::less<>> literals{};
        std::unique_ptr<node> parameter{};
        std::map<std::string, endpoint, std::less<>> methods{};
    };

    struct segment {
        std::string_view raw;
        std::string value;
    };

    [[nodiscard]] static bool is_parameter(std::string_view part) {
        return part.size() > 2 && part.front() == '{' && part.back() == '}';
    }

    // "/a/b" is "a", "b"; "/" is "".
    template <class Visit>
    static void for_each_segment(std::string_view path, const Visit& visit) {
        std::size_t begin = 1;
        while (true) {
            const auto end = path.find('/', begin);
            visit(path.substr(begin, end - begin));
            if (end == std::string_view::npos)
                return;
            begin = end + 1;
        }
    }

    /// Errors: validation_error for escapes that are none.
    static std::vector<segment> decoded_segments(std::string_view path) {
        std::vector<segment> made;
        made.reserve(static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')));
        for_each_segment(path, [&](std::string_view raw) {
            auto& added = made.emplace_back(segment{raw, {}});
            if (!percent_decode(raw, added.value))
                throw validation_error{
                    {{"url_encoding",
                      {"path"},
                      "Escapes must be % and two hexadecimal digits, spell UTF-8 and no NUL"}},
                    "The path cannot be decoded"
                };
        });
        return made;
    }

    void keep_pace(middleware_pace added) {
        if (added == middleware_pace::own)
            pace_ = added;
    }

    void add_prefix(std::string_view pattern) {
        const auto brace = pattern.find("/{");
        const std::string made{pattern.substr(0, brace)};
        const auto covers = [](std::string_view shorter, std::string_view longer) {
            return longer.starts_with(shorter) &&
                   (longer.size() == shorter.size() || longer[shorter.size()] == '/');
        };
        for (const auto& known : prefixes_)
            if (covers(known, made))
                return;
        std::erase_if(prefixes_, [&](const std::string& known) { return covers(made, known); });
        prefixes_.push_back(made);
    }

    // The ends of every reading of the path that ends at a route, the one with the earliest
    // literals first.
    static void collect(
        const node& at,
        const std::vector<segment>& path,
        std::size_t depth,
        std::vector<const node*>& found
    ) {
        if (depth == path.size()) {
            if (!at.methods.empty())
                found.push_back(&at);
            return;
        }
        const auto literal = at.literals.find(path[depth].value);
        if (literal != at.literals.end())
            collect(literal->second, path, depth + 1, found);
        if (at.parameter && !path[depth].value.empty())
            collect(*at.parameter, path, depth + 1, found);
    }

    void observe(const answered_request& seen) const noexcept {
        for (const auto& by : observers_) {
            try {
                by(seen);
            } catch (...) { // NOLINT(bugprone-empty-catch): it counts its losses itself
            }
        }
    }

    response guarded(request& asked) const {
        try {
            auto answer = route(asked);
            if (answer.stream && log_ != nullptr)
                answer.stream = logged(std::move(answer.stream), asked);
            return answer;
        } catch (...) {
            return failed(asked, std::current_exception());
        }
    }

    // The answer has begun when a stream fails: nobody but the log can be told why.
    body_stream logged(body_stream inner, const request& asked) const {
        request about;
        about.method = asked.method;
        about.route = asked.route;
        about.request_id = asked.request_id;
        return body_stream{[log = log_,
                            inner = std::move(inner),
                            about = std::move(about)](std::string& out) mutable {
            try {
                return inner.pull(out);
            } catch (...) {
                const auto thrown = std::current_exception();
                log_failure(*log, about, problem_of(thrown), thrown);
                throw;
            }
        }};
    }

    response route(request& asked) const {
        if (asked.target == "*" && asked.method == "OPTIONS")
            return {.status = 204};
        if (!asked.target.starts_with('/'))
            return refuse(asked, {400, "bad_request", "The request target must be a path", {}, {}});
        auto parts = split_target(asked.target);
        asked.path = std::move(parts.path);
        asked.query = std::move(parts.query);

        const auto path = decoded_segments(asked.path);
        std::vector<const node*> found;
        collect(root_, path, 0, found);
        if (found.empty())
            return refuse(asked, {404, "not_found", "No such path", {}, {}});

        for (const auto* end : found) {
            const auto* chosen = endpoint_for(*end, asked.method);
            if (chosen == nullptr)
                continue;
            for (const auto& [name, at] : chosen->parameters)
                asked.parameters.push_back({name, path[at].value, std::string{path[at].raw}});
            const bool is_outermost = asked.routes == nullptr;
            if (!is_outermost && asked.outcome != nullptr)
                asked.outcome->inner_path = asked.path;
            asked.routes = this;
            asked.route = &routes_[chosen->route];
            // A request that is made again comes with its caller.
            if (identify_ && !asked.caller)
                asked.caller = identify_(asked);
            if (is_outermost && admit_)
                if (auto refused = admit_(asked))
                    return std::move(*refused);
            return chosen->answer(asked);
        }
        return wrong_method(asked, found);
    }

    static const endpoint* endpoint_for(const node& at, std::string_view method) {
        auto found = at.methods.find(method);
        if (found == at.methods.end() && method == "HEAD")
            found = at.methods.find("GET");
        return found == at.methods.end() ? nullptr : &found->second;
    }

    static response wrong_method(const request& asked, const std::vector<const node*>& found) {
        std::vector<std::string_view> methods{"OPTIONS"};
        for (const auto* end : found) {
            for (const auto& [method, chosen] : end->methods) {
                methods.push_back(method);
                if (method == "GET")
                    methods.emplace_back("HEAD");
            }
        }
        std::sort(methods.begin(), methods.end());
        methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
        std::string allow;
        for (const auto method : methods) {
            if (!allow.empty())
                allow += ", ";
            allow += method;
        }
        auto answer =
            asked.method == "OPTIONS"
                ? response{.status = 204}
                : refuse(
                      asked,
                      {405, "method_not_allowed", "This path does not know that method", {}, {}}
                  );
        answer.headers.add("Allow", allow);
        return answer;
    }

    static response refuse(const request& asked, const problem& told) {
        return problem_response(told, asked.request_id);
    }

    response failed(request& asked, const std::exception_ptr& thrown) const {
        if (asked.outcome != nullptr)
            asked.outcome->failure = thrown;
        const auto told = problem_of(thrown);
        // What a client that left had cancelled is no failure, and neither is what goes on.
        const bool goes_on = asked.deferral && asked.deferral->left;
        if (told.status >= 500 && log_ != nullptr && !goes_on &&
            !asked.client_left.stop_requested())
            log_failure(*log_, asked, told, thrown);
        return problem_response(told, asked.request_id);
    }

    node root_{};
    std::vector<route_name> routes_;
    std::vector<std::pair<std::string, std::string>> at_once_;
    std::vector<std::string> urgent_;
    std::vector<std::string> prefixes_;
    identifier identify_{};
    admission admit_{};
    middleware around_{};
    std::vector<answer_observer> observers_{};
    std::vector<statement_observer> statements_{};
    const logger* log_ = nullptr;
    bool has_joint_ = false;
    middleware_pace pace_ = middleware_pace::shared;
};

} // namespace weir::http
