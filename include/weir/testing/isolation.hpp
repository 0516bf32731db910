// SPDX-License-Identifier: Apache-2.0
// Whether the rows of one caller are hidden from another on every route of a schema's tables: for
// the tests of an application, and weir's own. Costs http/openapi/example.hpp and <functional>.
#pragma once

#include <weir/data/caller.hpp>
#include <weir/http/openapi/example.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::testing {

/// Answers a request of somebody, or of nobody: by a router whose identify_with() takes the caller
/// that is given, or by a service behind trusted headers.
using asker = std::function<http::response(const std::optional<caller>& who, http::request asked)>;

struct isolation_options {
    std::string base = "/api/v1";
    /// A JSON object that a POST to a table takes, where made-up values do not keep its rules;
    /// nothing: made up. Columns of relations are put in besides.
    std::function<std::optional<std::string>(const table& of)> row_of{};
    /// Two who know nothing of each other, in no group.
    caller one{.id = "isolation-one", .email = "one@isolation.example"};
    caller other{.id = "isolation-other", .email = "other@isolation.example"};
};

namespace detail {

/// A member's value in a JSON object, as it is written; empty: none. For answers of weir's, whose
/// keys are scalars.
[[nodiscard]] inline std::string raw_member(std::string_view json, std::string_view name) {
    const auto label = "\"" + std::string{name} + "\":";
    const auto at = json.find(label);
    if (at == std::string_view::npos)
        return {};
    const auto rest = json.substr(at + label.size());
    if (rest.starts_with('"'))
        return std::string{rest.substr(0, rest.find('"', 1) + 1)};
    return std::string{rest.substr(0, rest.find_first_of(",}]"))};
}

/// One table under test: a row of the one, and everything the other tries on it.
class isolation_probe {
public:
    isolation_probe(const asker& ask, const isolation_options& how) : ask_(&ask), how_(&how) {}

    void try_table(const table& of) {
        of_ = &of;
        all_ = path_of(of);
        const auto row = made(of, how_->one);
        if (!row) {
            tell(
                "not tried: POST " + all_ + " answered " + refused_ +
                "; give isolation_options::row_of a row it takes"
            );
            return;
        }
        // Where a caller may have more than one.
        const auto gone = made(of, how_->one);
        secrets_ = {how_->one.id, how_->one.email};
        for (const auto& column : of.columns) {
            if (column.audit == audit_role::record_uuid)
                secrets_.push_back(raw_member(row->body, column.name));
        }
        // A key that was there and is not any more: what is absent looks like that.
        std::optional<std::string> absent;
        if (gone && send(how_->one, "POST", gone->path + "/purge").status < 300)
            absent = gone->path;
        keyed_ = body_of(of, how_->one, false).value_or("{}");
        send(how_->one, "POST", all_, keyed_, {{"Idempotency-Key", "isolation"}});
        const auto before = seen_by_owner(row->path);
        try_reads(*row);
        try_row(*row, absent);
        try_writes(*row);
        try_nobody(*row);
        if (seen_by_owner(row->path) != before)
            tell("the row was changed, or is not there any more");
    }

    [[nodiscard]] std::vector<std::string> findings() && { return std::move(findings_); }

private:
    struct stored {
        std::string path;
        std::string body;
        std::string etag;
    };

    using fields = std::initializer_list<http::header>;

    struct told {
        int status;
        std::string body;
        std::string etag;
    };

    [[nodiscard]] std::string path_of(const table& of) const {
        return how_->base + "/" + std::string{of.api.path};
    }

    void tell(const std::string& what) {
        findings_.push_back("table '" + std::string{of_->name} + "': " + what);
    }

    told send(
        const std::optional<caller>& who,
        std::string_view method,
        const std::string& target,
        std::string_view body = "",
        fields sent = {}
    ) {
        http::request asked;
        asked.method = method;
        asked.target = target;
        asked.body = body;
        asked.remote_address = "192.0.2.1";
        for (const auto& field : sent)
            asked.headers.add(field.name, field.value);
        if (!body.empty())
            asked.headers.add("Content-Type", "application/json");
        asked.headers.add("X-Request-ID", "isolation");
        auto answer = (*ask_)(who, std::move(asked));
        if (answer.stream) {
            while (answer.stream.pull(answer.body)) {
            }
        }
        const auto location = answer.headers.find("Location");
        last_location_ = location ? std::string{*location} : std::string{};
        return {
            answer.status,
            std::move(answer.body),
            std::string{answer.headers.find("ETag").value_or("")}
        };
    }

    /// What the other is answered; nothing of the one's may be in it.
    told try_as_other(
        std::string_view method,
        const std::string& target,
        std::string_view body = "",
        fields sent = {}
    ) {
        auto answer = send(how_->other, method, target, body, sent);
        for (const auto& secret : secrets_) {
            if (!secret.empty() && answer.body.find(secret) != std::string::npos)
                tell(std::string{method} + " " + target + " showed " + secret);
        }
        return answer;
    }

    /// A row of a table, made over HTTP, with the rows it refers to.
    std::optional<stored> made(const table& of, const caller& who) {
        const auto body = body_of(of, who, false);
        const auto answer = body ? send(who, "POST", path_of(of), *body) : told{0, {}, {}};
        if (answer.status != 201 || last_location_.empty()) {
            refused_ = std::to_string(answer.status) + " " + answer.body;
            return std::nullopt;
        }
        return stored{last_location_, answer.body, answer.etag};
    }

    /// A payload; `is_change`: without the key.
    std::optional<std::string> body_of(const table& of, const caller& who, bool is_change) {
        std::vector<std::string> given(of.columns.size());
        for (const auto& relation : of.relations) {
            bool is_needed = false;
            for (const auto from : relation.from)
                is_needed = is_needed || is_required_column(of, from);
            if (!is_needed || relation.target().api.path.empty())
                continue;
            const auto parent = made(relation.target(), who);
            if (!parent)
                return std::nullopt;
            for (std::size_t at = 0; at < relation.from.size(); ++at) {
                const auto& target = relation.target();
                given[relation.from[at]] =
                    raw_member(parent->body, target.columns[target.key[at]].name);
            }
        }
        if (how_->row_of) {
            if (auto own = how_->row_of(of); own && own->size() >= 2)
                return with_members(std::move(*own), of, given);
        }
        std::string text;
        for (std::size_t at = 0; at < of.columns.size(); ++at) {
            const auto& column = of.columns[at];
            if (!is_payload_column(of, at) || (is_change && column.key))
                continue;
            auto value = given[at];
            // A generated key is another one for each row.
            if (value.empty() && column.generated == generated_by::nobody)
                value = http::openapi::example_of(column).value_or("");
            if (!value.empty())
                append_member(text, column, value);
        }
        return "{" + text + "}";
    }

    static void append_member(std::string& to, const column& of, const std::string& value) {
        to.append(to.empty() ? "\"" : ",\"").append(of.name).append("\":").append(value);
    }

    static std::string
    with_members(std::string object, const table& of, const std::vector<std::string>& given) {
        std::string more;
        for (std::size_t at = 0; at < given.size(); ++at) {
            if (!given[at].empty())
                append_member(more, of.columns[at], given[at]);
        }
        const auto end = object.rfind('}');
        const bool is_empty = object.find('"') == std::string::npos;
        if (!more.empty())
            object.insert(end, (is_empty ? "" : ",") + more);
        return object;
    }

    [[nodiscard]] bool offers(std::uint16_t wanted) const { return of_->api.offered.has(wanted); }

    std::string seen_by_owner(const std::string& row) {
        std::string seen;
        if (offers(operations::get)) {
            seen += send(how_->one, "GET", row).body;
            if (of_->history)
                seen += send(how_->one, "GET", row + "/history").body;
        }
        if (offers(operations::list)) {
            const auto list = send(how_->one, "GET", all_ + "?count=exact&deleted=include").body;
            seen += list.substr(0, list.find(",\"next_cursor\""));
        }
        return seen;
    }

    void expect_none(const std::string& what, const told& answer) {
        const bool has_none = answer.body.find("\"count\":0") != std::string::npos;
        const bool counts_none = answer.body.find("\"total\":") == std::string::npos ||
                                 answer.body.find("\"total\":0") != std::string::npos;
        if (answer.status < 300 && !(has_none && counts_none))
            tell(what + " found rows");
    }

    /// Lists and counts, when nothing is the other's yet.
    void try_reads(const stored& row) {
        if (!offers(operations::list))
            return;
        for (const std::string query :
             {"?count=exact", "?count=exact&deleted=include", "?count=exact&limit=1&offset=0"})
            expect_none("GET " + all_ + query, try_as_other("GET", all_ + query));
        expect_none("POST " + all_ + "/query", try_as_other("POST", all_ + "/query", "{}"));
        for (const auto& each : of_->api.include)
            try_as_other("GET", all_ + "?include=" + std::string{each.name});
        for (const std::string_view media : {"application/x-ndjson", "text/csv"})
            try_as_other("GET", all_ + "?deleted=include", "", {{"Accept", std::string{media}}});
        const auto inserted = raw_member(row.body, "inserted_at");
        if (of_->history && inserted.size() > 2) {
            const auto then = "?as_of=" + inserted.substr(1, inserted.size() - 2);
            expect_none("GET " + all_ + then, try_as_other("GET", all_ + then));
            try_as_other("GET", row.path + then);
        }
        const auto hers = send(how_->one, "GET", all_ + "?limit=1");
        const auto cursor = raw_member(hers.body, "next_cursor");
        if (cursor.size() > 2) {
            const auto with = all_ + "?limit=1&cursor=" + cursor.substr(1, cursor.size() - 2);
            if (try_as_other("GET", with).status < 300)
                tell("a cursor of another caller was taken");
        }
    }

    /// Everything that is addressed to the row itself: answered as if it were absent.
    void try_row(const stored& row, const std::optional<std::string>& absent) {
        const auto change = change_text();
        const auto same = [&](std::string_view method,
                              const std::string& rest,
                              std::string_view body = "",
                              fields sent = {}) {
            const auto answer = try_as_other(method, row.path + rest, body, sent);
            const auto what = std::string{method} + " " + all_ + "/{key}" + rest;
            if (answer.status < 400)
                tell(what + " answered " + std::to_string(answer.status));
            if (!absent)
                return;
            const auto compared = try_as_other(method, *absent + rest, body, sent);
            if (compared.status != answer.status || compared.body != answer.body)
                tell(what + " answers otherwise than for a row that is absent");
        };
        if (offers(operations::get)) {
            same("GET", "");
            same("GET", "?deleted=include");
            same("GET", "", "", {{"If-None-Match", row.etag}});
            same("GET", "", "", {{"If-Match", row.etag}});
            for (const auto& each : of_->api.include)
                same("GET", "?include=" + std::string{each.name});
            if (of_->history)
                same("GET", "/history");
        }
        if (offers(operations::update) && !change.empty()) {
            same("PATCH", "", change);
            same("PATCH", "", change, {{"If-Match", row.etag}});
        }
        if (offers(operations::remove)) {
            same("DELETE", "");
            same("DELETE", "", "", {{"If-Match", row.etag}});
            same("POST", "/purge");
            if (sql::keeps_deleted(*of_))
                same("POST", "/restore");
        }
    }

    /// Writes that are not addressed to one row, or would make one.
    void try_writes(const stored& row) {
        const auto first_key = std::string{of_->columns[of_->key.front()].name};
        const auto every = all_ + "?" + first_key + "=not.is.null";
        const auto change = change_text();
        if (offers(operations::update) && !change.empty()) {
            expect_none("PATCH " + every, try_as_other("PATCH", every, change));
            try_as_other(
                "PATCH", all_ + "/batch", "[{\"key\":" + key_text(row) + ",\"set\":" + change + "}]"
            );
            if (const auto whole = body_of(*of_, how_->one, true))
                try_as_other("PUT", row.path, *whole);
        }
        if (offers(operations::remove)) {
            expect_none("DELETE " + every, try_as_other("DELETE", every));
            expect_none("DELETE " + every, try_as_other("DELETE", every + "&dry_run=true"));
        }
        if (!offers(operations::create))
            return;
        // With the parents of the one, and the key of her row.
        auto body = body_of(*of_, how_->one, false).value_or("{}");
        if (of_->access.rule == access_rule::via) {
            if (try_as_other("POST", all_, body).status < 300)
                tell("POST " + all_ + " put a row below another caller's");
        }
        for (const auto position : of_->key) {
            const auto& column = of_->columns[position];
            if (is_payload_column(*of_, position) && raw_member(body, column.name).empty())
                body.insert(
                    1,
                    "\"" + std::string{column.name} + "\":" + raw_member(row.body, column.name) +
                        (body.size() > 2 ? "," : "")
                );
        }
        for (const std::string_view way : {"merge-duplicates", "ignore-duplicates"})
            try_as_other("POST", all_, body, {{"Prefer", "resolution=" + std::string{way}}});
        try_as_other("POST", all_, keyed_, {{"Idempotency-Key", "isolation"}});
    }

    void try_nobody(const stored& row) {
        for (const auto& target : {all_, row.path}) {
            if (send(std::nullopt, "GET", target).status == 200)
                tell("GET " + target + " is answered to nobody");
            if (send(std::nullopt, "DELETE", target).status < 300)
                tell("DELETE " + target + " is done for nobody");
        }
    }

    /// A change of one column; empty: none may be changed.
    [[nodiscard]] std::string change_text() const {
        for (std::size_t at = 0; at < of_->columns.size(); ++at) {
            const auto& column = of_->columns[at];
            if (!is_update_payload_column(*of_, at))
                continue;
            if (const auto value = http::openapi::example_value(column.type, &column))
                return "{\"" + std::string{column.name} + "\":" + *value + "}";
        }
        return {};
    }

    /// The key as a batch spells it: a value, or an object of its parts.
    [[nodiscard]] std::string key_text(const stored& row) const {
        if (of_->key.size() == 1)
            return raw_member(row.body, of_->columns[of_->key.front()].name);
        std::string parts;
        for (const auto position : of_->key) {
            const auto& column = of_->columns[position];
            append_member(parts, column, raw_member(row.body, column.name));
        }
        return "{" + parts + "}";
    }

    const asker* ask_;
    const isolation_options* how_;
    const table* of_ = nullptr;
    std::string all_{};
    std::string last_location_{};
    // What a POST that made no row was answered.
    std::string refused_{};
    // What the one has sent under an Idempotency-Key.
    std::string keyed_{};
    std::vector<std::string> secrets_{};
    std::vector<std::string> findings_{};
};

} // namespace detail

/// Tries, for each table with an owner that has routes, everything one caller can ask for about
/// rows of another, and as nobody. Gives what was seen, counted, told apart from an absent row, or
/// changed, a sentence each, and which tables could not be tried; empty: nothing.
///
/// Leaves rows behind: give it a database of its own.
[[nodiscard]] inline std::vector<std::string> find_leaks(
    std::span<const table* const> tables, const asker& ask, const isolation_options& how = {}
) {
    detail::isolation_probe probe{ask, how};
    for (const auto* of : tables) {
        if (sql::is_isolated(*of) && !of->api.path.empty())
            probe.try_table(*of);
    }
    return std::move(probe).findings();
}

/// The same for every table of a generated list.
template <class Tables>
[[nodiscard]] std::vector<std::string>
find_leaks(const asker& ask, const isolation_options& how = {}) {
    std::vector<const table*> tables;
    Tables::for_each([&]<class Row>(std::type_identity<Row> /*unused*/) {
        tables.push_back(&table_of<Row>);
    });
    return find_leaks(tables, ask, how);
}

} // namespace weir::testing
