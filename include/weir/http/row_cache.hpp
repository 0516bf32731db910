// SPDX-License-Identifier: Apache-2.0
// Answers to reads by key that are given again for a while, for tables whose schema says `api:
// {cache_seconds: N}`. Costs workspace/timed_cache.hpp and core/sha256.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/secret.hpp>
#include <weir/core/sha256.hpp>
#include <weir/data/statement_trace.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/data/versions.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/request.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/table.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// A row as a client is told it.
struct kept_row {
    std::string body{};
    row_version version{};
    /// Absent where rows have no entity tag.
    std::optional<std::string> tag{};

    [[nodiscard]] std::size_t bytes() const noexcept { return sizeof(kept_row) + body.size(); }
};

/// The rows of one table that were read by their key.
///
/// A row is kept for those alone who may read it: by the caller's id and rights where the table
/// has `access`. What this process writes, to the table or to one that it refers to, makes it
/// forget all of them.
/// Threads: safe. Lifetime: the facts outlive it.
class row_cache {
public:
    row_cache(const table& of, std::chrono::milliseconds life, const row_cache_options& how)
        : of_(&of), kept_({
                        .life = life,
                        .absence = life,
                        .most = how.most_rows,
                        .most_bytes = how.most_bytes,
                        .now = how.now,
                    }) {
        add_sources(of);
    }

    [[nodiscard]] const table& facts() const noexcept { return *of_; }

    /// The row with a key: kept, or read by `read()`, for everybody who asks for it at that time.
    ///
    /// Errors: what `read()` throws; timeout_error when somebody else's read takes longer than the
    ///         request has.
    template <class Read>
    [[nodiscard]] std::shared_ptr<const kept_row>
    get(const request& asked, const sql::arguments& key, json::numbers numbers, const Read& read) {
        const workspace::identity_key by{identity_of(asked), text_of(key, numbers)};
        // Whoever says so wants what is true by now, as of any cache (RFC 9111, 5.2.1.4).
        if (asks_past_caches(asked.headers))
            kept_.forget(by);
        return kept_.get(by, asked.until, read);
    }

    /// Forgets all rows if a statement may have changed them.
    void see(const sql::statement& executed) {
        if (executed.verb != sql::verb::select && depends_on(executed.table))
            kept_.forget_all();
    }

    /// The same for all that a request or a job has written, once it is committed.
    void see(const statement_trace& done) {
        if (std::any_of(done.writes().begin(), done.writes().end(), [&](const auto& each) {
                return depends_on(each.table);
            }))
            kept_.forget_all();
    }

    [[nodiscard]] workspace::timed_cache_statistics statistics() const {
        return kept_.statistics();
    }

private:
    /// What a row may change with: rows that it refers to take it with them when they are deleted,
    /// and say with `via` whose it is.
    void add_sources(const table& of) {
        if (std::find(sources_.begin(), sources_.end(), of.name) != sources_.end())
            return;
        sources_.push_back(of.name);
        for (const auto& each : of.relations)
            add_sources(each.target());
    }

    /// A statement that names no table may be about any.
    [[nodiscard]] bool depends_on(std::string_view table) const {
        return table.empty() ||
               std::find(sources_.begin(), sources_.end(), table) != sources_.end();
    }

    /// Who may read what the request reads. Rows of a table without `access` are everybody's.
    [[nodiscard]] std::string identity_of(const request& asked) const {
        if (of_->access.rule == access_rule::open)
            return {};
        const auto* const who = asked.caller ? &*asked.caller : nullptr;
        // No id is empty: nobody reads nothing, and says so.
        if (who == nullptr)
            return {};
        std::string made{
            weir::detail::readable_scope(*of_, who) == sql::scope::all ? "all " : "own "
        };
        // What the platform shows to a token it need not show to another of the same user.
        if (of_->access.rule == access_rule::run_as_user)
            made.append(sha256_hex(who->token.reveal())).append(" ");
        return made.append(who->id);
    }

    [[nodiscard]] static std::string text_of(const sql::arguments& key, json::numbers numbers) {
        std::string made{numbers == json::numbers::as_string ? "s" : "p"};
        for (std::size_t at = 0; at < key.size(); ++at) {
            const auto part = key.text(at).value_or(std::string_view{});
            made.append(std::to_string(part.size())).append(":").append(part);
        }
        return made;
    }

    [[nodiscard]] static bool asks_past_caches(const headers& sent) {
        bool asks = false;
        sent.for_each_item_of("Cache-Control", [&](std::string_view item) {
            asks = asks || equals_ignoring_case(item, "no-cache") ||
                   equals_ignoring_case(item, "max-age=0");
        });
        return asks;
    }

    const table* of_;
    std::vector<std::string_view> sources_{};
    workspace::timed_cache<kept_row, workspace::identity_key> kept_;
};

/// The caches of a service's tables, for what concerns all of them. Threads: safe.
class row_caches {
public:
    row_caches()
        : observers_{[this](const executed_statement& seen) {
              for_each([&](row_cache& each) { each.see(seen.what); });
          }} {}

    row_caches(const row_caches&) = delete;
    row_caches(row_caches&&) = delete;
    row_caches& operator=(const row_caches&) = delete;
    row_caches& operator=(row_caches&&) = delete;
    ~row_caches() = default;

    void add(std::shared_ptr<row_cache> added) {
        const std::lock_guard lock{mutex_};
        all_.push_back(std::move(added));
    }

    template <class Visit>
    void for_each(const Visit& visit) const {
        const std::lock_guard lock{mutex_};
        for (const auto& each : all_)
            visit(*each);
    }

    /// As row_cache::see().
    void see(const statement_trace& done) const {
        for_each([&](row_cache& each) { each.see(done); });
    }

    /// For statements that are executed for no request. Lifetime: as this.
    [[nodiscard]] const std::vector<statement_observer>& observers() const noexcept {
        return observers_;
    }

private:
    mutable std::mutex mutex_{};
    std::vector<std::shared_ptr<row_cache>> all_{};
    std::vector<statement_observer> observers_;
};

} // namespace weir::http
