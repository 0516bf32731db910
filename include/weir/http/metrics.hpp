// SPDX-License-Identifier: Apache-2.0
// GET /metrics: what a service has answered and executed, in Prometheus' text format. Costs
// http/router.hpp.
#pragma once

#include <weir/core/text.hpp>
#include <weir/data/statement_trace.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/status_counts.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// A label of a sample. Its value comes from a bounded set: a route's pattern, never a path.
struct metric_label {
    std::string_view name;
    std::string_view value;
};

/// Writes Prometheus' text format, 0.0.4.
class metrics_writer {
public:
    explicit metrics_writer(std::string& out) : out_(&out) {}

    /// Begins a family; `type` is counter, gauge or histogram.
    void family(std::string_view name, std::string_view type, std::string_view help) {
        out_->append("# HELP ").append(name).append(" ").append(help);
        out_->append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    }

    void
    sample(std::string_view name, std::initializer_list<metric_label> labels, std::uint64_t value) {
        head(name, labels);
        out_->append(std::to_string(value)).append("\n");
    }

    void seconds(
        std::string_view name,
        std::initializer_list<metric_label> labels,
        std::chrono::nanoseconds value
    ) {
        head(name, labels);
        append_seconds(value);
        out_->append("\n");
    }

    /// A family of one sample without labels.
    void single(
        std::string_view name, std::string_view type, std::string_view help, std::uint64_t value
    ) {
        family(name, type, help);
        sample(name, {}, value);
    }

    void append_seconds(std::chrono::nanoseconds value) {
        append_text(
            *out_, std::chrono::duration<double>(value).count(), text_format::statement_api
        );
    }

private:
    void head(std::string_view name, std::initializer_list<metric_label> labels) {
        out_->append(name);
        char before = '{';
        for (const auto& [label, value] : labels) {
            out_->push_back(before);
            out_->append(label).append("=\"");
            for (const char c : value) {
                if (c == '\\' || c == '"')
                    out_->push_back('\\');
                out_->append(c == '\n' ? std::string_view{"\\n"} : std::string_view{&c, 1});
            }
            out_->push_back('"');
            before = ',';
        }
        out_->append(before == ',' ? "} " : " ");
    }

    std::string* out_;
};

/// How long something took, counted in buckets. Threads: shared object safe.
class latency_histogram {
public:
    static constexpr std::array<std::chrono::microseconds, 15> bounds{
        std::chrono::microseconds{500},
        std::chrono::microseconds{1'000},
        std::chrono::microseconds{2'500},
        std::chrono::microseconds{5'000},
        std::chrono::microseconds{10'000},
        std::chrono::microseconds{25'000},
        std::chrono::microseconds{50'000},
        std::chrono::microseconds{100'000},
        std::chrono::microseconds{250'000},
        std::chrono::microseconds{500'000},
        std::chrono::seconds{1},
        std::chrono::microseconds{2'500'000},
        std::chrono::seconds{5},
        std::chrono::seconds{10},
        std::chrono::seconds{30},
    };

    void add(std::chrono::nanoseconds took) noexcept {
        const auto at = std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin();
        counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(took.count(), std::memory_order_relaxed);
    }

    [[nodiscard]] bool is_empty() const noexcept {
        return std::all_of(counts_.begin(), counts_.end(), [](const auto& each) {
            return each.load(std::memory_order_relaxed) == 0;
        });
    }

    /// Its samples; `first` and `second` are the labels beside `le`.
    void write(metrics_writer& to, std::string_view name, metric_label first, metric_label second)
        const {
        const std::string base{name};
        std::uint64_t below = 0;
        for (std::size_t at = 0; at < counts_.size(); ++at) {
            below += counts_[at].load(std::memory_order_relaxed);
            std::string bound = "+Inf";
            if (at < bounds.size()) {
                bound.clear();
                metrics_writer{bound}.append_seconds(bounds[at]);
            }
            to.sample(base + "_bucket", {first, second, {"le", bound}}, below);
        }
        to.seconds(base + "_sum", {first, second}, std::chrono::nanoseconds{sum_.load()});
        to.sample(base + "_count", {first, second}, below);
    }

private:
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
    std::atomic<std::int64_t> sum_{0};
};

/// Counts requests by route and status, and statements by table and verb.
///
/// Memory is bounded by routes and tables: what belongs to none of them is counted together. A
/// request costs two atomic additions and no lock.
/// Threads: watch() and add_source() first; then any number.
class metrics {
public:
    /// `tables`: those whose statements are counted apart. Lifetime: the tables outlive it.
    explicit metrics(std::span<const table* const> tables) {
        for (const auto* each : tables)
            tables_.push_back(each->name);
        std::sort(tables_.begin(), tables_.end());
        tables_.erase(std::unique(tables_.begin(), tables_.end()), tables_.end());
        statements_ = std::vector<statement_counts>((tables_.size() + 1) * sql::verbs);
    }

    /// Adds what else is told: each family that `write` writes.
    void add_source(std::function<void(metrics_writer&)> write) {
        sources_.push_back(std::move(write));
    }

    /// Counts what a router answers; its routes are all added before. Lifetime: this object
    /// outlives the router's requests, and the router this object's.
    void watch(router& routes) {
        routes_ = &routes;
        requests_ = std::vector<request_counts>(routes.routes().size() + 1);
        routes.observe_answers([this](const answered_request& seen) { see(seen); });
        routes.observe_statements([this](const executed_statement& seen) { see(seen); });
    }

    /// Everything, as GET /metrics answers it.
    [[nodiscard]] std::string text() const {
        std::string out;
        metrics_writer to{out};
        write_requests(to);
        write_statements(to);
        for (const auto& each : sources_)
            each(to);
        return out;
    }

private:
    struct request_counts {
        status_counts by_status{};
        latency_histogram latency{};
    };

    struct statement_counts {
        std::atomic<std::uint64_t> failures{0};
        latency_histogram latency{};
    };

    void see(const answered_request& seen) noexcept {
        // The last is for requests without a route.
        auto at = requests_.size() - 1;
        if (seen.asked.route != nullptr)
            at =
                std::min(at, static_cast<std::size_t>(seen.asked.route - routes_->routes().data()));
        requests_[at].by_status.add(seen.answered.status);
        requests_[at].latency.add(seen.took);
    }

    void see(const executed_statement& seen) noexcept {
        const auto found = std::lower_bound(tables_.begin(), tables_.end(), seen.what.table);
        const bool is_known = found != tables_.end() && *found == seen.what.table;
        const auto of =
            is_known ? static_cast<std::size_t>(found - tables_.begin()) : tables_.size();
        auto& counts = statements_[of * sql::verbs + static_cast<std::size_t>(seen.what.verb)];
        if (seen.has_failed)
            counts.failures.fetch_add(1, std::memory_order_relaxed);
        counts.latency.add(seen.took);
    }

    [[nodiscard]] route_name name_of(std::size_t at) const {
        const auto& routes = routes_->routes();
        return at + 1 < requests_.size() ? routes[at] : route_name{"any", "none"};
    }

    void write_requests(metrics_writer& to) const {
        to.family("weir_http_requests_total", "counter", "Requests answered.");
        for (std::size_t at = 0; at < requests_.size(); ++at) {
            const auto name = name_of(at);
            requests_[at].by_status.for_each([&](const std::string& status, std::uint64_t count) {
                to.sample(
                    "weir_http_requests_total",
                    {{"method", name.method}, {"route", name.pattern}, {"status", status}},
                    count
                );
            });
        }
        constexpr std::string_view latency = "weir_http_request_duration_seconds";
        to.family(latency, "histogram", "From a request's last byte to its answer's first.");
        for (std::size_t at = 0; at < requests_.size(); ++at) {
            const auto name = name_of(at);
            if (!requests_[at].latency.is_empty())
                requests_[at].latency.write(
                    to, latency, {"method", name.method}, {"route", name.pattern}
                );
        }
    }

    void write_statements(metrics_writer& to) const {
        constexpr std::string_view latency = "weir_statement_duration_seconds";
        constexpr std::string_view failures = "weir_statement_failures_total";
        const auto for_each = [&](const auto& call) {
            for (std::size_t at = 0; at < statements_.size(); ++at) {
                const auto of = at / sql::verbs;
                if (!statements_[at].latency.is_empty())
                    call(
                        statements_[at],
                        metric_label{"table", of < tables_.size() ? tables_[of] : "other"},
                        metric_label{"verb", sql::name_of(static_cast<sql::verb>(at % sql::verbs))}
                    );
            }
        };
        to.family(latency, "histogram", "Until a statement's result, or the first of its rows.");
        for_each([&](const auto& counts, auto table, auto verb) {
            counts.latency.write(to, latency, table, verb);
        });
        to.family(failures, "counter", "Statements that failed.");
        for_each([&](const auto& counts, auto table, auto verb) {
            to.sample(failures, {table, verb}, counts.failures.load());
        });
    }

    const router* routes_ = nullptr;
    std::vector<request_counts> requests_ = std::vector<request_counts>(1);
    // Sorted.
    std::vector<std::string_view> tables_;
    std::vector<statement_counts> statements_;
    std::vector<std::function<void(metrics_writer&)>> sources_;
};

/// Adds `GET /metrics` and counts from then on what the router answers; every other route is added
/// before. Lifetime: `of` outlives the router.
inline void add_metrics(router& routes, metrics& of) {
    routes.answer_soon("/metrics");
    routes.add("GET", "/metrics", [&of](const request&) {
        response made{.status = 200, .headers = {}, .body = of.text(), .stream = {}};
        made.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        made.headers.add("Cache-Control", "no-store");
        return made;
    });
    of.watch(routes);
}

} // namespace weir::http
