// SPDX-License-Identifier: Apache-2.0
// From `catalog.schema.table` to the facts and the sessions of a table: declared ones by their
// schemas, others by what their database tells, where settings allow it. Costs
// data/table_lookup.hpp and data/create_tables.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/table_lookup.hpp>
#include <weir/embedded/reserved_catalogs.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/records/failure.hpp>
#include <weir/http/records/options.hpp>
#include <weir/http/request.hpp>
#include <weir/http/sessions.hpp>
#include <weir/json/value_reader.hpp>
#include <weir/sql/ddl.hpp>
#include <weir/table/idempotency.hpp>
#include <weir/table/runtime_table.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// The three names of a table in a request, as sent.
struct record_address {
    std::string catalog{};
    std::string schema{};
    std::string table{};

    [[nodiscard]] std::string full() const { return catalog + "." + schema + "." + table; }
};

/// A table that a request reaches. Lifetime: shares or outlives what it refers to.
struct record_target {
    const sessions* from = nullptr;
    const table* of = nullptr;
    /// Declared ones.
    const declared_record_table* declared = nullptr;
    const json::pattern_set* patterns = nullptr;
    /// Others.
    std::shared_ptr<const runtime_table> found{};
};

/// Lets changes of one table take turns, where the backend has no units of work.
class table_turns {
public:
    /// Errors: timeout_error.
    [[nodiscard]] std::unique_lock<std::timed_mutex> take(const std::string& name, deadline until) {
        std::timed_mutex* one = nullptr;
        {
            const std::lock_guard lock{mutex_};
            one = &turns_[name];
        }
        std::unique_lock turn{*one, until.at()};
        if (!turn)
            throw timeout_error{"Other changes of this table did not end in time"};
        return turn;
    }

private:
    std::mutex mutex_{};
    std::map<std::string, std::timed_mutex> turns_{};
};

/// Finds tables. Threads: any number at once.
class record_directory {
public:
    explicit record_directory(records_options how) : how_(std::move(how)), known_(how_.metadata) {
        for (const auto& each : how_.declared) {
            patterns_.push_back(std::make_unique<json::pattern_set>(each.of->columns));
            close_beside(each);
        }
    }

    [[nodiscard]] const records_options& options() const noexcept { return how_; }

    /// A table as the request may reach it; `of` is nullptr for one that is not there and may be.
    ///
    /// Errors: permission_error, authentication_error, configuration_error, and the session's.
    [[nodiscard]] record_target find(const record_address& at, const request& asked) {
        const bool is_database = equals_ignoring_case(at.catalog, how_.database);
        record_target made;
        if (const auto* declared = find_declared(at)) {
            if (!declared->of->api.records_v1)
                refuse(at);
            if (!declared->from)
                refuse_backend();
            made.from = &*declared->from;
            made.of = declared->of;
            made.declared = declared;
            made.patterns =
                patterns_[static_cast<std::size_t>(declared - how_.declared.data())].get();
            return made;
        }
        const auto& chosen = is_database && how_.lakebase ? how_.lakebase : how_.warehouse;
        if (!chosen)
            refuse_backend();
        made.from = &*chosen;
        if (!may_reach(at, how_.reachable))
            refuse(at);
        made.found = look_up(at, *made.from, asked);
        if (made.found)
            made.of = &made.found->facts();
        return made;
    }

    /// Makes a table that is not there, and finds it.
    ///
    /// Errors: permission_error where settings do not allow it; not_found_error without its schema.
    [[nodiscard]] record_target
    create(const record_address& at, runtime_table& made, const request& asked) {
        if (!may_reach(at, how_.creatable))
            throw permission_error{"The records API may not create the table " + at.full()};
        auto target = find(at, asked);
        if (target.of != nullptr)
            return target;
        auto session = open(*target.from, made.facts(), asked);
        for (const std::string_view name : {at.schema, at.table}) {
            if (name.size() > sql::max_identifier_bytes(session.dialect()))
                refuse_identifier(name);
        }
        const auto place = place_of(at);
        const bool comes_by_itself = how_.is_embedded && how_.creatable.names_schema(at.schema);
        if (!comes_by_itself && !is_there(session, place, asked.until))
            throw not_found_error{"The schema " + at.catalog + "." + at.schema + " does not exist"};
        const table* const tables[]{&made.facts()};
        const auto steps = sql::create_tables(
            tables, session.dialect(), {.schemas = comes_by_itself && place.catalog.empty()}
        );
        try {
            for (const auto& step : steps)
                session.execute({step.text, step.table, sql::verb::ddl}, {}, asked.until);
        } catch (const error&) {
            // Somebody else may have made it at the same time.
            forget(at);
            target = find(at, asked);
            if (target.of == nullptr)
                throw;
            return target;
        }
        forget(at);
        return find(at, asked);
    }

    /// The facts of a table are no longer what they were.
    void forget(const record_address& at) {
        const auto name = at.full();
        known_.forget_if([&](const auto& key) { return key.name == name; });
    }

    [[nodiscard]] workspace::timed_cache_statistics statistics() const {
        return known_.statistics();
    }

    [[nodiscard]] table_turns& turns() noexcept { return turns_; }

    [[nodiscard]] table_place place_of(const record_address& at) const {
        const bool is_database = how_.lakebase && equals_ignoring_case(at.catalog, how_.database);
        return {is_database ? std::string{} : at.catalog, at.schema, at.table};
    }

    [[noreturn]] static void refuse_absent(const record_address& at) {
        throw not_found_error{"The table " + at.full() + " does not exist"};
    }

    /// Whether a database said that something a statement names is not there.
    [[nodiscard]] static bool says_absent(const error& failed) noexcept {
        const auto state = failed.sqlstate();
        return state == "42P01" || state == "42703" || state == "3F000" || state == "42704" ||
               state == "3D000";
    }

    /// A session for the request on a table.
    [[nodiscard]] static any_session_base
    open(const sessions& from, const table& of, const request& asked) {
        return open_session(from, of, asked);
    }

private:
    /// A table that nobody may reach by this door: what weir keeps beside a declared one.
    struct closed_table {
        std::string catalog;
        std::string schema;
        std::string table;
    };

    void close_beside(const declared_record_table& each) {
        const std::string name{each.of->name};
        closed_.push_back({each.catalog, each.schema, name + std::string{history_suffix}});
        const table* const tables[]{each.of};
        for (const auto& beside : idempotency_tables(tables))
            closed_.push_back({each.catalog, each.schema, std::string{beside.name}});
    }

    // Names differ in more than case on PostgreSQL alone; taking them for the same is on the safe
    // side.
    template <class Named>
    [[nodiscard]] static bool
    is_at(const Named& each, std::string_view table, const record_address& at) noexcept {
        // A catalog that nobody knows the name of may be any.
        return (each.catalog.empty() || equals_ignoring_case(each.catalog, at.catalog)) &&
               equals_ignoring_case(each.schema, at.schema) &&
               equals_ignoring_case(table, at.table);
    }

    [[nodiscard]] const declared_record_table* find_declared(const record_address& at) const {
        for (const auto& each : how_.declared) {
            if (is_at(each, each.of->name, at))
                return &each;
        }
        return nullptr;
    }

    [[nodiscard]] bool may_reach(const record_address& at, const name_patterns& by) const {
        const auto schema = lowered(at.schema);
        if (schema == "information_schema" || schema.starts_with("pg_"))
            return false;
        for (const auto& each : closed_) {
            if (is_at(each, each.table, at))
                return false;
        }
        // Where the engine keeps what no catalog is named for.
        const bool is_engines =
            equals_ignoring_case(at.catalog, "weir") || embedded::is_reserved_catalog(at.catalog);
        if (how_.is_embedded && is_engines)
            return false;
        const bool is_postgres =
            !how_.is_embedded && how_.lakebase && equals_ignoring_case(at.catalog, how_.database);
        return by.match(
            at.catalog, at.schema, at.table, is_postgres ? name_case::exact : name_case::ignored
        );
    }

    [[noreturn]] static void refuse(const record_address& at) {
        throw permission_error{"The records API does not reach the table " + at.full()};
    }

    [[noreturn]] static void refuse_backend() {
        throw told_failure{{500, "configuration", "SQL warehouse ID not configured", {}, {}, {}}};
    }

    [[nodiscard]] std::shared_ptr<const runtime_table>
    look_up(const record_address& at, const sessions& from, const request& asked) {
        const workspace::identity_key key{
            .identity = asked.caller ? asked.caller->id : std::string{}, .name = at.full()
        };
        try {
            return known_.get(key, asked.until, [&] { return fetch(at, from, asked); });
        } catch (const not_found_error&) {
            return nullptr;
        }
    }

    /// Errors: not_found_error where there is no such table, or not its catalog.
    [[nodiscard]] runtime_table
    fetch(const record_address& at, const sessions& from, const request& asked) const {
        static constexpr table nobodys{};
        try {
            auto session = open(from, nobodys, asked);
            if (auto made = read_table(session, place_of(at), asked.until))
                return std::move(*made);
        } catch (const statement_error& failed) {
            if (!says_absent(failed))
                throw;
        }
        refuse_absent(at);
    }

    [[nodiscard]] static bool
    is_there(any_session_base& session, const table_place& place, deadline until) {
        try {
            return has_schema(session, place, until);
        } catch (const statement_error& failed) {
            if (!says_absent(failed))
                throw;
            return false;
        }
    }

    records_options how_;
    std::vector<std::unique_ptr<json::pattern_set>> patterns_{};
    std::vector<closed_table> closed_{};
    workspace::timed_cache<runtime_table, workspace::identity_key> known_;
    table_turns turns_{};
};

} // namespace weir::http::detail
