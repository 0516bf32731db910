// SPDX-License-Identifier: Apache-2.0
// The embedded engine: DuckDB in process, speaking Databricks SQL. For development, tests and
// demos: one process, one machine, keys not enforced. Opening costs about 30 ms. Costs
// connection.hpp, <filesystem> and <functional>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/embedded/connection.hpp>
#include <weir/embedded/library.hpp>
#include <weir/embedded/reserved_catalogs.hpp>
#include <weir/embedded/scalar_functions.hpp>
#include <weir/embedded/watchdog.hpp>
#include <weir/sql/place.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace weir::embedded {

/// How to open the engine.
struct options {
    /// A file, made when absent, or `:memory:`. Catalog `c` lives beside it in `<path>.c.db`.
    std::string path = ":memory:";
    /// libduckdb, unless `WEIR_DUCKDB_LIBRARY` names one; empty: by the loader's search.
    std::string library{};
    /// Connections, and so statements at a time; callers beyond wait until their deadline.
    std::size_t connections = 8;
    /// Threads one statement may use.
    std::size_t threads = 2;
    /// Prepared statements kept per connection.
    std::size_t prepared = 256;
    /// The value of a variable in a table's place (`${UC_CATALOG:-main}`); empty: the process's
    /// environment.
    std::function<std::optional<std::string>(std::string_view)> variables{};
};

template <class Who>
class session_for;

/// A database of catalogs. Places of one part are schemas of the main one, places of two a catalog
/// and its schema; both are made when a statement first names them. Threads: may be shared.
class database {
public:
    /// Errors: configuration_error when the library is missing or the file cannot be opened.
    explicit database(options how = {})
        : options_(std::move(how)), library_(options_.library), dog_(library_.functions()) {
        if (options_.connections == 0)
            throw configuration_error{"The embedded engine needs at least one connection"};
        if (options_.path.empty())
            throw configuration_error{"The embedded engine needs a file or :memory:"};
        if (!is_in_memory())
            options_.path = std::filesystem::absolute(options_.path).lexically_normal().string();
        open();
        try {
            maintenance_ = std::make_unique<connection>(api(), handle_, 1);
            register_functions(api(), maintenance_->handle());
            settle();
        } catch (...) {
            maintenance_.reset();
            api().close(&handle_);
            throw;
        }
    }

    ~database() {
        idle_.clear();
        maintenance_.reset();
        api().close(&handle_);
    }

    database(const database&) = delete;
    database(database&&) = delete;
    database& operator=(const database&) = delete;
    database& operator=(database&&) = delete;

    /// A session for a `weir::caller` or `weir::nobody`; defined in session.hpp. Lifetime: this
    /// must outlive it.
    template <class Who>
    [[nodiscard]] session_for<Who> session(Who who);

    /// The library's own version, `v1.4.4`.
    [[nodiscard]] const std::string& version() const noexcept { return library_.version(); }

    /// A connection from the pool, given back at the end of its life.
    class lease {
    public:
        lease(database& from, deadline until) : from_(&from), held_(from.take(until)) {}

        ~lease() {
            if (held_)
                from_->give_back(std::move(held_));
        }

        lease(lease&& other) noexcept = default;
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;
        lease& operator=(lease&&) = delete;

        [[nodiscard]] connection& operator*() const noexcept { return *held_; }

        [[nodiscard]] connection* operator->() const noexcept { return held_.get(); }

        [[nodiscard]] bool is_held() const noexcept { return held_ != nullptr; }

    private:
        database* from_;
        std::unique_ptr<connection> held_;
    };

    /// Waits until no other statement writes; reads need not wait and get an empty lock. Take it
    /// before a connection, so that waiting writers leave those to readers.
    /// Errors: timeout_error.
    [[nodiscard]] std::unique_lock<std::timed_mutex>
    turn_to_write(const sql::statement& statement, deadline until) {
        if (statement.verb == sql::verb::select)
            return {};
        std::unique_lock turn{writing_, until.at()};
        if (!turn)
            throw_late(statement.table);
        return turn;
    }

    /// Executes a statement on a leased connection and interrupts it at the deadline.
    /// Errors: as throw_engine_error(), and those of translate().
    rows execute(
        connection& on,
        const sql::statement& statement,
        const sql::arguments& arguments,
        std::string_view actor,
        deadline until,
        delivery how = delivery::whole
    ) {
        if (until.has_passed())
            throw_late(statement.table);
        const watchdog::guard guard{dog_, on.handle(), until.at()};
        return on.execute(
            statement,
            arguments,
            actor,
            how,
            [&](std::string_view text) { return expand(text); },
            [&](const std::string& catalog) { provide_catalog(catalog); }
        );
    }

    /// Stops what a leased connection runs, which then fails as if its deadline had passed; nothing
    /// happens where nothing runs. From any thread, while the lease lives.
    void interrupt(const connection& on) const noexcept { api().interrupt(on.handle()); }

    /// The next row of a streamed result, interrupted at the deadline where the engine has to make
    /// it. Errors: as rows::next(); timeout_error.
    std::optional<std::span<const text_field>> next(connection& on, rows& from, deadline until) {
        if (!from.is_at_chunk_end())
            return from.next();
        if (until.has_passed())
            throw timeout_error{"The deadline passed before the last row", {.sqlstate = "57014"}};
        const watchdog::guard guard{dog_, on.handle(), until.at()};
        return from.next();
    }

    /// Commits a unit of work; the engine may find a conflict only now.
    void commit(connection& on, deadline until) {
        const watchdog::guard guard{dog_, on.handle(), until.at()};
        on.commit();
    }

private:
    // The name cannot be a catalog of Databricks, whose names are lower case.
    static constexpr std::string_view main_catalog = "WEIR";

    [[nodiscard]] const duck::api& api() const noexcept { return library_.functions(); }

    [[nodiscard]] bool is_in_memory() const noexcept { return options_.path == ":memory:"; }

    [[noreturn]] static void throw_late(std::string_view table) {
        std::string about{table};
        if (!about.empty())
            about += ": ";
        throw timeout_error{
            about + "the deadline passed before the statement began", {.sqlstate = "57014"}
        };
    }

    // The engine itself is always in memory; the file is attached to it. A file opened at once
    // would bind the functions in its tables' checks before weir could add them.
    void open() {
        duck::config config = nullptr;
        if (api().create_config(&config) != duck::state::success) {
            throw configuration_error{"The embedded engine could not be configured"};
        }
        const std::pair<const char*, std::string> settings[]{
            {"autoinstall_known_extensions", "false"},
            {"autoload_known_extensions", "false"},
            {"default_null_order", "nulls_first_on_asc_last_on_desc"},
            // Both plan by what the tables hold when a statement is prepared. Kept statements
            // outlive that: 1.4.4 cut the texts of an ordered query that was prepared over an empty
            // table.
            {"disabled_optimizers", "compressed_materialization,statistics_propagation"},
            {"preserve_insertion_order", "true"},
            {"threads", std::to_string(std::max<std::size_t>(options_.threads, 1))},
        };
        for (const auto& [name, value] : settings) {
            if (api().set_config(config, name, value.c_str()) != duck::state::success) {
                api().destroy_config(&config);
                throw configuration_error{
                    std::string{"The embedded engine refused its setting "} + name
                };
            }
        }
        char* reason = nullptr;
        const auto outcome = api().open_ext(nullptr, &handle_, config, &reason);
        const std::string text{reason != nullptr ? reason : ""};
        api().free(reason);
        api().destroy_config(&config);
        if (outcome != duck::state::success) {
            throw configuration_error{
                "The embedded engine could not be opened", {.server_text = text}
            };
        }
    }

    // A table's name in backticks may be a path, and DuckDB reads files under such names: only the
    // catalogs' folder is left open to it.
    void settle() {
        run("SET GLOBAL TimeZone = 'UTC'");
        attach(options_.path, std::string{main_catalog});
        if (!is_in_memory()) {
            std::string folder;
            append_literal(folder, std::filesystem::path{options_.path}.parent_path().string());
            run("SET GLOBAL allowed_directories = [" + folder + "]");
        }
        run("SET GLOBAL enable_external_access = false");
        if (!is_in_memory())
            attach_siblings();
    }

    void run(const std::string& sql) { static_cast<void>(maintenance_->run(sql, {})); }

    void attach(const std::string& path, const std::string& catalog) {
        std::string sql{"ATTACH IF NOT EXISTS "};
        append_literal(sql, path);
        sql += " AS ";
        append_name(sql, catalog);
        try {
            run(sql);
        } catch (const error& failure) {
            throw configuration_error{
                "The embedded engine could not open '" + path +
                    "': check that it is a DuckDB database, writable, and not open in another "
                    "process",
                {.server_text = std::string{failure.server_text()}}
            };
        }
        catalogs_.insert(catalog);
    }

    /// Catalogs of an earlier run: `<path>.<catalog>.db`.
    void attach_siblings() {
        const std::filesystem::path main{options_.path};
        const auto start = main.filename().string() + ".";
        std::error_code ignored;
        for (const auto& each : std::filesystem::directory_iterator{main.parent_path(), ignored}) {
            const auto name = each.path().filename().string();
            if (!name.starts_with(start) || !name.ends_with(".db") ||
                name.size() <= start.size() + 3)
                continue;
            attach(each.path().string(), name.substr(start.size(), name.size() - start.size() - 3));
        }
    }

    void provide_catalog(const std::string& catalog) {
        const std::lock_guard lock{maintenance_mutex_};
        attach_catalog(catalog);
    }

    /// Requires maintenance_mutex_.
    void attach_catalog(const std::string& catalog) {
        if (catalogs_.contains(catalog))
            return;
        if (is_reserved_catalog(catalog)) {
            throw configuration_error{
                "The embedded engine needs the catalog name '" + catalog + "' for itself"
            };
        }
        // The name becomes a file's: nothing in it may lead elsewhere.
        if (catalog.find('/') != std::string::npos || catalog.find('\0') != std::string::npos) {
            throw configuration_error{"'" + catalog + "' is no name of a catalog"};
        }
        attach(is_in_memory() ? options_.path : options_.path + "." + catalog + ".db", catalog);
    }

    // ------------------------------------------------------------ places

    [[nodiscard]] std::string expand(std::string_view text) {
        return sql::expand_places(text, sql::dialect::databricks, [&](std::string_view place) {
            return prefix_of(place);
        });
    }

    /// A place as the start of a name, its schema made if absent.
    std::string prefix_of(std::string_view place) {
        const std::lock_guard lock{maintenance_mutex_};
        const auto known = prefixes_.find(place);
        if (known != prefixes_.end())
            return known->second;
        auto prefix =
            sql::resolve_place(place, sql::dialect::databricks, [&](std::string_view name) {
                return variable(name);
            });
        if (!prefix.empty())
            make_schema(prefix);
        prefixes_.emplace(place, prefix);
        return prefix;
    }

    [[nodiscard]] std::optional<std::string> variable(std::string_view name) const {
        if (options_.variables)
            return options_.variables(name);
        const char* const value = std::getenv(std::string{name}.c_str());
        return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
    }

    /// Requires maintenance_mutex_.
    void make_schema(std::string_view prefix) {
        const auto tokens = tokenize(prefix);
        std::vector<std::string> parts;
        for (const auto& each : tokens)
            if (each.is_name())
                parts.push_back(each.text);
        if (parts.size() > 2)
            throw configuration_error{"A table's place has at most a catalog and a schema"};
        if (parts.size() == 2)
            attach_catalog(parts[0]);
        std::string sql{"CREATE SCHEMA IF NOT EXISTS "};
        if (parts.size() == 1) {
            append_name(sql, main_catalog);
        } else {
            append_name(sql, parts[0]);
        }
        sql += ".";
        append_name(sql, parts.back());
        run(sql);
    }

    // ------------------------------------------------------------ pool

    std::unique_ptr<connection> take(deadline until) {
        std::unique_lock lock{pool_mutex_};
        const auto is_free = [&] { return !idle_.empty() || open_ < options_.connections; };
        if (!returned_.wait_until(lock, until.at(), is_free)) {
            throw timeout_error{
                "The embedded engine's connections were all busy until the deadline",
                {.sqlstate = "57014"}
            };
        }
        if (!idle_.empty()) {
            auto taken = std::move(idle_.back());
            idle_.pop_back();
            return taken;
        }
        ++open_;
        lock.unlock();
        try {
            auto made = std::make_unique<connection>(api(), handle_, options_.prepared);
            std::string use{"USE "};
            append_name(use, main_catalog);
            static_cast<void>(made->run(use, {}));
            return made;
        } catch (...) {
            lock.lock();
            --open_;
            throw;
        }
    }

    void give_back(std::unique_ptr<connection> returned) noexcept {
        {
            const std::lock_guard lock{pool_mutex_};
            idle_.push_back(std::move(returned));
        }
        returned_.notify_one();
    }

    options options_;
    embedded::library library_;
    watchdog dog_;
    duck::database handle_ = nullptr;

    std::mutex maintenance_mutex_;
    std::unique_ptr<connection> maintenance_;
    std::set<std::string> catalogs_;
    std::map<std::string, std::string, std::less<>> prefixes_;

    std::timed_mutex writing_;
    std::mutex pool_mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<connection>> idle_;
    std::size_t open_ = 0;
};

} // namespace weir::embedded
