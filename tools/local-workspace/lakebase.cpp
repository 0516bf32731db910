// SPDX-License-Identifier: Apache-2.0
#include "lakebase.hpp"

#include <weir/lakebase/detail/pq_link.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "identities.hpp"
#include "refusal.hpp"

namespace local_workspace {

namespace {

/// The value of a word of a libpq connection string; `otherwise` when it has none.
std::string
connection_word(const std::string& from, const std::string& word, std::string otherwise) {
    const auto at = (" " + from).find(" " + word + "=");
    if (at == std::string::npos)
        return otherwise;
    const auto start = at + word.size() + 1;
    return from.substr(start, from.find(' ', start) - start);
}

} // namespace

std::string host_of_connection(const std::string& connection) {
    const auto host = connection_word(connection, "host", "127.0.0.1");
    // A folder of sockets is no name that clients could reach.
    return host.starts_with("/") ? "127.0.0.1" : host;
}

lakebase::lakebase(std::string connection, workspace_clock& clock)
    : connection_(std::move(connection)), clock_(&clock) {
    if (connection_.empty())
        return;
    replacing_ = std::thread{[this] {
        std::unique_lock lock{mutex_};
        // The clock may be moved: looking often is simpler than being told.
        while (!stopped_.wait_for(lock, std::chrono::milliseconds{50}, [this] { return stop_; }))
            replace_expired();
    }};
}

lakebase::~lakebase() {
    {
        const std::lock_guard lock{mutex_};
        stop_ = true;
    }
    stopped_.notify_all();
    if (replacing_.joinable())
        replacing_.join();
}

void lakebase::set_life(std::int64_t seconds) {
    const std::lock_guard lock{mutex_};
    life_ = seconds;
}

void lakebase::prepare(const std::string& role) {
    const std::lock_guard lock{mutex_};
    if (!connection_.empty() && !given_.contains(role))
        replace(role, life_);
}

database_credential
lakebase::mint(const std::string& role, std::optional<std::int64_t> life_seconds) {
    const std::lock_guard lock{mutex_};
    const auto life = life_seconds.value_or(life_);
    const auto now = clock_->now_ms();
    auto& known = given_[role];
    if (known.expires_ms <= now) {
        replace(role, life);
    } else {
        // The same token, perhaps for longer: whoever holds it already can still log in. Set again,
        // in case somebody else has changed the role's password.
        auto again = known;
        if (known.expires_ms - now < life * 500)
            again.expires_ms = (now / 1000 + life) * 1000;
        change_role(role, again);
        known = again;
    }
    return {known.token, std::min(known.expires_ms, now + life * 1000)};
}

void lakebase::make_role(const std::string& role) const {
    constexpr weir::column_type text{};
    weir::sql::arguments given;
    given.add_text(role, text);
    run_made(
        "SELECT format('CREATE ROLE %I LOGIN', $1::text) WHERE NOT EXISTS "
        "(SELECT FROM pg_roles WHERE rolname = $1)",
        given
    );
}

// Requires mutex_.
void lakebase::replace(const std::string& role, std::int64_t life_seconds) {
    database_credential made;
    made.expires_ms = (clock_->now_ms() / 1000 + life_seconds) * 1000;
    made.token = make_jwt(role, made.expires_ms / 1000);
    change_role(role, made);
    given_[role] = made;
}

// Requires mutex_.
void lakebase::replace_expired() {
    const auto now = clock_->now_ms();
    for (auto& [role, known] : given_) {
        if (known.expires_ms > now)
            continue;
        try {
            replace(role, life_);
        } catch (const refusal&) {
            // PostgreSQL is away, and with it whoever could log in.
            known.expires_ms = 0;
        }
    }
}

void lakebase::change_role(const std::string& role, const database_credential& to) const {
    constexpr weir::column_type text{};
    weir::sql::arguments given;
    given.add_text(role, text);
    given.add_text(rfc3339(to.expires_ms - clock_->ahead_ms()), text);
    given.add_text(to.token, text);
    run_made(
        "SELECT format('ALTER ROLE %I VALID UNTIL %L PASSWORD %L', rolname, $2::text, $3::text) "
        "FROM pg_roles WHERE rolname = $1",
        given
    );
}

void lakebase::run_made(const std::string& query, const weir::sql::arguments& given) const {
    if (connection_.empty())
        return;
    try {
        const std::string name{"make"};
        weir::lakebase::detail::pq_link link{connection_};
        link.prepare(name, query);
        const auto found = link.execute({name, given});
        std::vector<weir::text_field> fields;
        if (found.rows() == 0)
            return;
        found.view_fields(0, fields);
        link.run(std::string{fields.front().text}.c_str());
    } catch (const std::exception&) {
        throw refusal{
            503,
            "TEMPORARILY_UNAVAILABLE",
            "The database of --postgres cannot be reached, or its role may not change this one"
        };
    }
}

} // namespace local_workspace
