// SPDX-License-Identifier: Apache-2.0
// The operations of one table: what http/table_routes.hpp routes, said to clients. Costs what
// parameters.hpp costs.
#pragma once

#include <weir/http/openapi/names.hpp>
#include <weir/http/openapi/operation.hpp>
#include <weir/http/openapi/parameters.hpp>
#include <weir/http/openapi/row_schemas.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/past.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::openapi {

/// Lists a table's operations. Lifetime: refers to what it was made with.
class table_operations {
public:
    table_operations(const table& of, const names& called, const openapi_options& options)
        : of_(&of), called_(&called), options_(&options),
          all_(options.base + "/" + std::string{of.api.path}), one_(all_ + "/{key}") {}

    /// All of them, path by path.
    [[nodiscard]] std::vector<operation> list() const {
        std::vector<operation> made;
        const auto offered = of_->api.offered;
        if (offered.has(operations::list)) {
            made.push_back(list_rows());
            made.push_back(query());
        }
        if (offered.has(operations::create))
            made.push_back(create());
        if (offered.has(operations::get))
            made.push_back(get());
        if (offered.has(operations::get) && of_->history)
            made.push_back(history());
        if (offered.has(operations::update)) {
            made.push_back(replace());
            made.push_back(update());
            made.push_back(update_matching());
            made.push_back(batch());
        }
        if (offered.has(operations::remove)) {
            made.push_back(remove());
            made.push_back(remove_matching());
            if (sql::keeps_deleted(*of_))
                made.push_back(restore());
            made.push_back(purge());
        }
        return made;
    }

private:
    // What may go wrong with any operation, and `more`.
    [[nodiscard]] std::vector<int> fails(std::initializer_list<int> more) const {
        std::vector<int> all{400, 403, 406, 500, 503, 504};
        if (needs_caller())
            all.push_back(401);
        all.insert(all.end(), more);
        std::sort(all.begin(), all.end());
        return all;
    }

    [[nodiscard]] bool needs_caller() const { return of_->access.rule != access_rule::open; }

    // The same with rows of relations inside, of which some table may be for known callers only.
    [[nodiscard]] std::vector<int> fails_with_relations(std::initializer_list<int> more) const {
        auto all = fails(more);
        if (!needs_caller() && embeds_for_callers(*of_, embedding_limits::depth))
            all.insert(std::upper_bound(all.begin(), all.end(), 401), 401);
        return all;
    }

    [[nodiscard]] static bool embeds_for_callers(const table& of, std::size_t depth) {
        return depth != 0 &&
               std::any_of(of.api.include.begin(), of.api.include.end(), [&](const auto& each) {
                   return each.of().access.rule != access_rule::open ||
                          embeds_for_callers(each.of(), depth - 1);
               });
    }

    [[nodiscard]] std::string own(std::string_view parameter) const {
        return called_->row(*of_, std::string{"."}.append(parameter));
    }

    [[nodiscard]] std::string row() const { return called_->row(*of_); }

    [[nodiscard]] std::string noun(bool many) const {
        return std::string{many || of_->row.empty() ? of_->name : of_->row};
    }

    [[nodiscard]] operation begin(
        std::string_view method, const std::string& path, std::string_view verb, bool many
    ) const {
        operation made;
        made.method = method;
        made.path = path;
        made.id = called_->operation(verb, *of_, many);
        made.tag = called_->tag(*of_);
        made.needs_caller = needs_caller();
        if (path.starts_with(one_))
            made.parameters.push_back(called_->row(*of_, key_parameter));
        return made;
    }

    // Every write may be named by a key, and is then done once.
    static void add_key(operation& to) {
        to.parameters.emplace_back("idempotency_key");
        for (auto& each : to.answers)
            each.headers.emplace_back("Idempotent-Replayed");
        to.fails.push_back(422);
        if (std::find(to.fails.begin(), to.fails.end(), 409) == to.fails.end())
            to.fails.push_back(409);
        std::sort(to.fails.begin(), to.fails.end());
    }

    // A write of one row may be bound to its versions.
    static void add_versions(operation& to) {
        to.parameters.insert(to.parameters.end(), {"if_match", "if_none_match"});
        to.fails.push_back(412);
    }

    [[nodiscard]] answer row_answer(int status, std::string told) const {
        answer made{status, std::move(told), content::one, {row()}};
        made.headers.insert(made.headers.end(), {"ETag", "Preference-Applied"});
        return made;
    }

    [[nodiscard]] answer page() const {
        answer made{
            200,
            "A page of rows as JSON, or all rows as a stream.",
            content::page,
            {called_->row(*of_, ".page")}
        };
        made.headers.insert(made.headers.end(), {"Preference-Applied", "Content-Range", "Vary"});
        return made;
    }

    void add_filters(operation& to) const {
        for (const auto group : http::detail::group_parameters)
            to.parameters.emplace_back(group);
        for (const auto& column : of_->columns)
            if (is_filter_column(column))
                to.parameters.push_back(own(column.name));
    }

    void add_include(operation& to) const {
        if (of_->api.include.empty())
            return;
        to.parameters.push_back(own("include"));
        for (const auto& each : of_->api.include) {
            const auto add = [&](std::string_view name) {
                to.parameters.push_back(own(std::string{each.name}.append(".").append(name)));
            };
            add("select");
            if (each.is_many)
                for (const std::string_view word : {"order", "limit", "offset"})
                    add(word);
            for (const auto& column : each.of().columns)
                if (is_filter_column(column))
                    add(column.name);
        }
    }

    [[nodiscard]] operation list_rows() const {
        auto made = begin("get", all_, "list", true);
        made.summary = "List " + noun(true);
        made.description = "Rows for which all filters hold.";
        made.parameters = {own("select"), own("order"), own("limit"), "cursor", "offset", "count"};
        if (sql::keeps_deleted(*of_))
            made.parameters.emplace_back("deleted");
        if (sql::past_of(*of_) != sql::past::none)
            made.parameters.emplace_back("as_of");
        made.parameters.emplace_back("prefer_read");
        add_filters(made);
        add_include(made);
        made.answers.push_back(page());
        made.answers.back().headers.emplace_back("Link");
        made.fails = fails_with_relations({});
        return made;
    }

    [[nodiscard]] operation query() const {
        auto made = begin("post", all_ + "/query", "query", true);
        made.summary = "List " + noun(true) + " by a query in the body";
        made.description = "What the list's parameters say, for queries too long for a URL.";
        made.parameters = {"prefer_read"};
        made.takes = content::one;
        made.body_schemas = {called_->row(*of_, ".query")};
        made.answers.push_back(page());
        made.fails = fails_with_relations({413, 415});
        return made;
    }

    [[nodiscard]] operation create() const {
        auto made = begin("post", all_, "create", true);
        made.summary = "Create one of " + noun(true) + ", or many";
        made.description = "An object makes one row; an array makes all of its rows, or none.";
        made.parameters = {"on_conflict", "prefer_create"};
        made.takes = content::one_or_many;
        made.body_schemas = {called_->row(*of_, "_create")};
        made.most_rows = options_->max_rows;
        answer created{
            201,
            "The row, or the rows and how many they are. With `return=minimal` no row: of one "
            "nothing, of many their count.",
            content::either,
            {row(), called_->row(*of_, ".written")}
        };
        created.headers.insert(created.headers.end(), {"ETag", "Location", "Preference-Applied"});
        auto merged = created;
        merged.status = 200;
        merged.told = "Rows that existed, with `resolution=…`; none is new.";
        made.answers = {std::move(merged), std::move(created)};
        add_minimal(
            made, "One row that existed, with `resolution=…`; `return=minimal` was asked for."
        );
        made.fails = fails_with_relations({404, 409, 413, 415});
        add_key(made);
        return made;
    }

    [[nodiscard]] operation get() const {
        auto made = begin("get", one_, "get", false);
        made.summary = "Read one of " + noun(true);
        made.parameters.insert(made.parameters.end(), {"if_match", "if_none_match", "prefer_read"});
        if (sql::past_of(*of_) != sql::past::none)
            made.parameters.emplace_back("as_of");
        add_include(made);
        made.answers.push_back(row_answer(200, "The row."));
        made.answers.push_back(
            {304,
             "The client has this body already.",
             content::nothing,
             {},
             {"X-Request-ID", "ETag"}}
        );
        made.fails = fails_with_relations({404, 412});
        return made;
    }

    [[nodiscard]] operation history() const {
        auto made = begin("get", one_ + "/history", "history", false);
        made.summary = "Read the old versions of one of " + noun(true);
        made.description = "Newest first. Of a deleted row too, until it is deleted for good.";
        if (of_->api.offered.has(operations::list))
            made.parameters.push_back(own("limit"));
        made.parameters.emplace_back("offset");
        made.parameters.emplace_back("prefer_read");
        answer versions{200, "A page of versions.", content::one, {called_->row(*of_, ".history")}};
        versions.headers.emplace_back("Preference-Applied");
        made.answers.push_back(std::move(versions));
        made.fails = fails({404});
        return made;
    }

    // Whether PUT may make a row: a client can name its whole key.
    [[nodiscard]] bool replace_creates() const {
        return of_->api.offered.has(operations::create) &&
               std::all_of(of_->key.begin(), of_->key.end(), [this](std::size_t position) {
                   return is_create_column(*of_, position);
               });
    }

    void add_written(operation& to) const {
        to.answers.push_back(row_answer(200, "The row as it is now."));
    }

    static void
    add_minimal(operation& to, std::string told = "Done; `return=minimal` was asked for.") {
        answer done{204, std::move(told), content::nothing, {}};
        done.headers.insert(done.headers.end(), {"ETag", "Preference-Applied"});
        to.answers.push_back(std::move(done));
    }

    [[nodiscard]] operation replace() const {
        auto made = begin("put", one_, "replace", false);
        made.summary = "Replace one of " + noun(true);
        if (replace_creates())
            made.description = "Creates the row where the key is free.";
        made.parameters.emplace_back("prefer_write");
        made.takes = content::one;
        made.body_schemas = {called_->row(
            *of_, replacement_differs(*of_) ? std::string_view{".replacement"} : "_create"
        )};
        add_written(made);
        if (replace_creates()) {
            auto created = row_answer(201, "The new row.");
            created.headers.emplace_back("Location");
            made.answers.push_back(std::move(created));
        }
        add_minimal(made);
        made.fails = fails({404, 409, 413, 415});
        add_versions(made);
        add_key(made);
        return made;
    }

    [[nodiscard]] operation update() const {
        auto made = begin("patch", one_, "update", false);
        made.summary = "Change one of " + noun(true);
        made.parameters.emplace_back("prefer_write");
        made.takes = content::one;
        made.body_schemas = {called_->row(*of_, "_update")};
        add_written(made);
        add_minimal(made);
        made.fails = fails({404, 409, 413, 415});
        add_versions(made);
        add_key(made);
        return made;
    }

    [[nodiscard]] operation remove() const {
        auto made = begin("delete", one_, "delete", false);
        made.summary = "Delete one of " + noun(true);
        made.description = sql::keeps_deleted(*of_) ? "The row is kept and can be restored."
                                                    : "The row is gone for good.";
        made.answers.push_back({204, "Deleted.", content::nothing, {}});
        made.fails = fails({404, 409});
        add_versions(made);
        add_key(made);
        return made;
    }

    void begin_matching(operation& made) const {
        made.description = "For every row for which the filters hold, of which one is required.";
        made.parameters = {"dry_run", "prefer_many"};
        add_filters(made);
        answer changed{
            200,
            "How many rows, and with `return=representation` the rows as they are now.",
            content::one,
            {called_->row(*of_, ".written")}
        };
        changed.headers.emplace_back("Preference-Applied");
        made.answers.push_back(std::move(changed));
    }

    [[nodiscard]] operation update_matching() const {
        auto made = begin("patch", all_, "update_matching", true);
        made.summary = "Change many of " + noun(true);
        begin_matching(made);
        made.takes = content::one;
        made.body_schemas = {called_->row(*of_, "_update")};
        made.fails = fails({409, 412, 413, 415});
        add_key(made);
        return made;
    }

    [[nodiscard]] operation remove_matching() const {
        auto made = begin("delete", all_, "delete_matching", true);
        made.summary = "Delete many of " + noun(true);
        begin_matching(made);
        made.fails = fails({409, 412});
        add_key(made);
        return made;
    }

    [[nodiscard]] operation batch() const {
        auto made = begin("patch", all_ + "/batch", "batch_update", true);
        made.summary = "Change " + noun(true) + " in different ways";
        made.description = "Each change is made by itself and told by itself.";
        made.parameters.emplace_back("prefer_many");
        made.takes = content::one;
        made.body_schemas = {called_->row(*of_, ".batch")};
        answer told{
            200, "What became of each change.", content::one, {called_->row(*of_, ".batch_results")}
        };
        told.headers.emplace_back("Preference-Applied");
        made.answers.push_back(std::move(told));
        made.fails = fails({409, 412, 413, 415});
        add_key(made);
        return made;
    }

    [[nodiscard]] operation restore() const {
        auto made = begin("post", one_ + "/restore", "restore", false);
        made.summary = "Undo the deletion of one of " + noun(true);
        made.parameters.emplace_back("prefer_read");
        made.answers.push_back(row_answer(200, "The row."));
        made.fails = fails({404, 409});
        add_versions(made);
        add_key(made);
        return made;
    }

    [[nodiscard]] operation purge() const {
        auto made = begin("post", one_ + "/purge", "purge", false);
        made.summary = "Delete one of " + noun(true) + " for good";
        std::vector<std::string_view> groups{of_->access.purge.begin(), of_->access.purge.end()};
        made.description =
            groups.empty() ? "The table names no group that may purge."
                           : "For callers in one of the groups " + detail::code_list(groups) + ".";
        made.answers.push_back({204, "Gone.", content::nothing, {}});
        made.fails = fails({404, 409});
        add_versions(made);
        add_key(made);
        return made;
    }

    const table* of_;
    const names* called_;
    const openapi_options* options_;
    std::string all_;
    std::string one_;
};

} // namespace weir::http::openapi
