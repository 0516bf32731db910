// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <chrono>
#include <utility>

#include "refusal.hpp"

namespace local_workspace {

namespace {

constexpr std::pair<std::string_view, fault_kind> kinds[]{
    {"status", fault_kind::status},
    {"latency", fault_kind::latency},
    {"hold", fault_kind::hold},
    {"drop_before", fault_kind::drop_before},
    {"drop_after", fault_kind::drop_after},
    {"truncate", fault_kind::truncate},
    {"expired_token", fault_kind::expired_token},
    {"delta_conflict", fault_kind::delta_conflict},
};

std::string_view default_code(int status) {
    switch (status) {
    case 400:
        return "BAD_REQUEST";
    case 403:
        return "PERMISSION_DENIED";
    case 404:
        return "NOT_FOUND";
    case 409:
        return "RESOURCE_CONFLICT";
    case 429:
        return "RESOURCE_EXHAUSTED";
    case 503:
        return "TEMPORARILY_UNAVAILABLE";
    case 504:
        return "DEADLINE_EXCEEDED";
    default:
        return "INTERNAL_ERROR";
    }
}

} // namespace

void faults::add(const json_value& described) {
    fault made;
    const auto kind = described.string("kind");
    bool known = false;
    for (const auto& [name, value] : kinds) {
        if (name == kind) {
            made.kind = value;
            known = true;
        }
    }
    if (!known)
        throw invalid("kind must be one of status, latency, hold, drop_before, drop_after, "
                      "truncate, expired_token, delta_conflict");
    made.method = described.string("method");
    made.path = described.string("path");
    made.contains = described.string("contains");
    made.after = described.integer("after").value_or(0);
    made.times = described.integer("times").value_or(1);
    made.status = static_cast<int>(described.integer("status").value_or(503));
    if (made.status < 400 || made.status > 599)
        throw invalid("status must be between 400 and 599");
    made.error_code = described.string("error_code");
    if (made.error_code.empty())
        made.error_code = default_code(made.status);
    made.message = described.string("message");
    if (made.message.empty())
        made.message = "Injected fault";
    made.retry_after = described.string("retry_after");
    if (const auto seconds = described.integer("retry_after"))
        made.retry_after = std::to_string(*seconds);
    made.latency_ms = described.integer("latency_ms").value_or(100);
    made.condition = described.string("condition");
    if (made.condition.empty())
        made.condition = "DELTA_CONCURRENT_APPEND";
    const std::lock_guard lock{mutex_};
    asked_.push_back(std::move(made));
}

void faults::clear() {
    {
        const std::lock_guard lock{mutex_};
        asked_.clear();
        ++round_;
    }
    cleared_.notify_all();
}

void faults::hold(const fault& struck) {
    std::unique_lock lock{mutex_};
    cleared_.wait_for(lock, std::chrono::minutes{1}, [&] { return round_ != struck.round; });
}

std::string faults::describe() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> made;
    for (const auto& each : asked_) {
        json_object one;
        one.add("kind", kinds[static_cast<std::size_t>(each.kind)].first)
            .add("method", each.method)
            .add("path", each.path)
            .add("contains", each.contains)
            .add("after", each.after)
            .add("times", each.times)
            .add("hits", each.hits);
        made.push_back(one.text());
    }
    return json_object{}.add_raw("faults", json_array(made)).text();
}

template <class Matches>
std::optional<fault> faults::take_first(Matches matches) {
    const std::lock_guard lock{mutex_};
    for (auto& each : asked_) {
        if (each.times == 0 || !matches(each))
            continue;
        if (each.after > 0) {
            --each.after;
            continue;
        }
        if (each.times > 0)
            --each.times;
        ++each.hits;
        each.round = round_;
        return each;
    }
    return std::nullopt;
}

std::optional<fault>
faults::take(std::string_view method, std::string_view path, std::string_view body) {
    return take_first([&](const fault& each) {
        return each.kind != fault_kind::delta_conflict &&
               (each.method.empty() || each.method == method) && path.starts_with(each.path) &&
               (each.contains.empty() || body.find(each.contains) != std::string_view::npos);
    });
}

std::optional<statement_failure> faults::take_conflict(std::string_view statement) {
    const auto found = take_first([&](const fault& each) {
        return each.kind == fault_kind::delta_conflict &&
               (each.contains.empty() || statement.find(each.contains) != std::string_view::npos);
    });
    if (!found)
        return std::nullopt;
    return failure_of(
        found->condition,
        "2D521",
        "Files were changed by a concurrent update. Please try the operation again"
    );
}

} // namespace local_workspace
