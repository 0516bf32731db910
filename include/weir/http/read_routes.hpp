// SPDX-License-Identifier: Apache-2.0
// The routes that read a table, by its facts alone: nothing here is compiled per row type. Costs
// data/table_reader.hpp and json/.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/data/streamed_rows.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/data/versions.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/as_of.hpp>
#include <weir/http/cursor.hpp>
#include <weir/http/embedded_rows.hpp>
#include <weir/http/embedding.hpp>
#include <weir/http/entity_tag.hpp>
#include <weir/http/history_routes.hpp>
#include <weir/http/list_body.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/page_headers.hpp>
#include <weir/http/router.hpp>
#include <weir/http/row_cache.hpp>
#include <weir/http/row_pieces.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/page_writer.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/row_state.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/table.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Reads the key of a request's path and adds its parts to a statement's arguments.
/// Errors: validation_error at `path`.
using key_binder = std::function<void(const request&, sql::arguments&, text_format)>;

/// Answers reads of one table.
/// Lifetime: the facts outlive it. Threads: safe.
class read_handlers {
public:
    read_handlers(sessions from, const table& of, key_binder bind_key, table_options options)
        : from_(std::move(from)), of_(&of), bind_key_(std::move(bind_key)),
          cursors_(of, options.cursor_key), options_(std::move(options)) {
        const auto life =
            options_.cache.life.value_or(std::chrono::seconds{of_->api.cache_seconds});
        if (life.count() > 0)
            cache_ = std::make_shared<row_cache>(*of_, life, options_.cache);
    }

    /// What get() answers with again; nullptr: nothing.
    [[nodiscard]] const std::shared_ptr<row_cache>& cache() const noexcept { return cache_; }

    [[nodiscard]] const table_options& options() const noexcept { return options_; }

    /// sessions::shared_reads() of what get() reads. Empty too where rows are kept: each is read
    /// once for all who ask for it, and these wait for each other.
    [[nodiscard]] std::function<bool()> shared_reads() const {
        return cache_ ? nullptr : from_.shared_reads();
    }

    [[nodiscard]] response list(const request& asked) const {
        const auto form = form_of(asked);
        list_query query;
        const auto embedded = read_embeddings(
            *of_,
            asked.query,
            [&](std::span<const query_parameter> own) {
                query = read_list_query(*of_, own, limits_of(form), asked.patterns);
            },
            asked.patterns
        );
        return answer_in(form, asked, query, embedded, "query");
    }

    /// A list whose query is a body.
    [[nodiscard]] response query(const request& asked) const {
        refuse_parameters(asked.query);
        const auto form = form_of(asked);
        const auto body = read_list_body(*of_, asked.body, limits_of(form));
        return answer_in(form, asked, body.asked, body.embedded, "body");
    }

    [[nodiscard]] response get(const request& asked) const {
        std::optional<timestamp> then;
        const auto embedded =
            read_embeddings(*of_, asked.query, [&](std::span<const query_parameter> own) {
                then = read_as_of(*of_, own);
            });
        if (then && !embedded.empty())
            throw refused_past_relations("query");
        // A unit of work sees what nobody else does yet; a statement that was waited for has read
        // with the rights that its caller had then.
        const bool is_resumed = asked.deferral && asked.deferral->resumed;
        if (cache_ && !then && embedded.empty() && asked.within == nullptr && !is_resumed)
            return answer_kept(asked);
        return answer_past("query", [&] { return answer_row(asked, then, embedded); });
    }

    /// The old versions of a row, newest first.
    [[nodiscard]] response history(const request& asked) const {
        const auto page = read_history_page(*of_, asked.query);
        sql::arguments unused;
        bind_key_(asked, unused, text_format::postgres);
        auto session = open_session(from_, *of_, asked);
        return answer_history(
            asked,
            table_reader{session, *of_, asked.until},
            page,
            [&](sql::arguments& arguments, text_format format) {
                bind_key_(asked, arguments, format);
            }
        );
    }

private:
    [[nodiscard]] static media form_of(const request& asked) {
        return choose_media(asked.headers, list_media).value_or(media::json);
    }

    [[nodiscard]] row_limits limits_of(media form) const {
        return form == media::json ? page_limits(*of_) : stream_limits();
    }

    // `root`: the part of the request that asked.
    [[nodiscard]] response answer_in(
        media form,
        const request& asked,
        const list_query& query,
        const std::vector<embedding>& embedded,
        std::string_view root
    ) const {
        if (query.as_of && !embedded.empty())
            throw refused_past_relations(root);
        if (form != media::json && !embedded.empty())
            throw validation_error{
                {{"not_embeddable",
                  {std::string{root}, "include"},
                  "Relations are embedded in application/json only"}}
            };
        return answer_past(root, [&] {
            return form == media::json ? answer_list(asked, query, embedded)
                                       : stream_list(asked, query, form);
        });
    }

    // Tells where the time stands that a table's past does not reach.
    template <class Answer>
    [[nodiscard]] static response answer_past(std::string_view root, const Answer& answer) {
        try {
            return answer();
        } catch (const statement_error& refused) {
            if (refused.sqlstate() != sql::before_kept_past)
                throw;
            throw refused_time(root);
        }
    }

    [[nodiscard]] static response not_modified(const std::string& tag) {
        response answer{.status = 304};
        add_tag(answer, tag);
        return answer;
    }

    [[nodiscard]] response answer_row(
        const request& asked,
        const std::optional<timestamp>& then,
        const std::vector<embedding>& embedded
    ) const {
        sql::arguments unused;
        // A key that is none is the client's mistake even where the session would fail.
        bind_key_(asked, unused, text_format::postgres);
        auto session = open_session(from_, *of_, asked);
        table_reader rows{session, *of_, asked.until};
        const auto numbers = read_preferences(asked.headers).numbers;
        const row_demand demanded{.one_of = matched_versions(read_tags(asked.headers, "If-Match"))};
        const auto none_match = read_tags(asked.headers, "If-None-Match");
        const auto bind_key = [&](sql::arguments& arguments, text_format format) {
            bind_key_(asked, arguments, format);
        };
        std::optional<std::string> tag;
        std::string body;
        // The result of the row's own statement is gone before others are executed.
        std::optional<embedded_rows> related;
        {
            auto found = then ? rows.find_as_of(*then, bind_key) : rows.find(bind_key);
            const auto fields = found.next();
            if (!fields)
                throw_absent(*of_);
            const auto version = version_of_fields(*of_, *fields, rows.format());
            if (!demanded.is_met_by(version))
                weir::detail::throw_moved(*of_);
            // Rows of relations change without the row: with them there is no tag.
            if (embedded.empty() && sql::has_states(*of_, session.dialect()))
                tag = tag_of(version, numbers);
            if (tag && is_known(none_match, *tag))
                return not_modified(*tag);
            if (embedded.empty()) {
                append_row(body, *fields, rows.format(), numbers);
            } else {
                related.emplace(*of_, all_columns(*of_), embedded, session, asked.until, numbers);
                related->add(*fields);
            }
        }
        if (related) {
            related->complete();
            related->append(body, 0);
        }
        auto answer = answer_json(200, std::move(body), {.minimal = false, .numbers = numbers});
        if (tag)
            add_tag(answer, *tag);
        return answer;
    }

    // A row read by its key comes with all columns; the writer passes private ones over.
    void append_row(
        std::string& out,
        std::span<const text_field> fields,
        text_format format,
        json::numbers numbers
    ) const {
        json::row_writer{of_->columns, format, numbers}.append(out, fields);
    }

    [[nodiscard]] response answer_kept(const request& asked) const {
        sql::arguments key;
        bind_key_(asked, key, text_format::postgres);
        const auto numbers = read_preferences(asked.headers).numbers;
        const row_demand demanded{.one_of = matched_versions(read_tags(asked.headers, "If-Match"))};
        const auto none_match = read_tags(asked.headers, "If-None-Match");
        const auto row =
            cache_->get(asked, key, numbers, [&] { return read_to_keep(asked, numbers); });
        if (!demanded.is_met_by(row->version))
            weir::detail::throw_moved(*of_);
        if (row->tag && is_known(none_match, *row->tag))
            return not_modified(*row->tag);
        auto answer = answer_json(200, row->body, {.minimal = false, .numbers = numbers});
        if (row->tag)
            add_tag(answer, *row->tag);
        return answer;
    }

    // Others may wait for it: it goes on when the client that asked first has left.
    [[nodiscard]] kept_row read_to_keep(const request& asked, json::numbers numbers) const {
        auto session = open_session(from_, *of_, asked, {});
        table_reader rows{session, *of_, asked.until};
        auto found = rows.find([&](sql::arguments& arguments, text_format format) {
            bind_key_(asked, arguments, format);
        });
        const auto fields = found.next();
        if (!fields)
            throw_absent(*of_);
        kept_row made{.version = version_of_fields(*of_, *fields, rows.format())};
        if (sql::has_states(*of_, session.dialect()))
            made.tag = tag_of(made.version, numbers);
        append_row(made.body, *fields, rows.format(), numbers);
        return made;
    }

    [[nodiscard]] static std::vector<std::uint16_t> all_columns(const table& of) {
        std::vector<std::uint16_t> all(of.columns.size());
        std::iota(all.begin(), all.end(), std::uint16_t{0});
        return all;
    }

    [[nodiscard]] response answer_list(
        const request& asked, const list_query& query, const std::vector<embedding>& embedded
    ) const {
        const auto numbers = read_preferences(asked.headers).numbers;
        auto session = open_session(from_, *of_, asked);
        const auto* const who = session.known_caller();
        table_reader rows{session, *of_, asked.until};
        auto wanted = to_read(query, who);
        std::string body;
        json::page_writer page{body};
        neighbours beside;
        if (embedded.empty()) {
            const json::row_writer writer{of_->columns, query.columns, rows.format(), numbers};
            auto found = rows.page(wanted);
            while (const auto fields = found.next())
                page.append(writer, *fields);
            beside = cursors_.beside(found.following(), found.preceding(), query, who);
        } else {
            embedded_rows whole{*of_, query.columns, embedded, session, asked.until, numbers};
            wanted.columns = whole.columns();
            {
                auto found = rows.page(wanted);
                while (const auto fields = found.next())
                    whole.add(*fields);
                beside = cursors_.beside(found.following(), found.preceding(), query, who);
            }
            whole.complete();
            for (std::size_t row = 0; row < whole.size(); ++row)
                page.append_written([&](std::string& out) { whole.append(out, row); });
        }
        page.end_rows();
        std::optional<std::uint64_t> total;
        if (query.counts_all) {
            total = rows.count(&query.where, query.removed, query.as_of);
            page.member("total", *total);
        }
        if (beside.next)
            page.member("next_cursor", *beside.next);
        if (beside.previous)
            page.member("prev_cursor", *beside.previous);
        page.close();
        const auto count = page.count();
        auto made = answer_json(200, std::move(body), {.minimal = false, .numbers = numbers});
        made.headers.add("Vary", "Accept");
        tell_page(made, asked, query, {.rows = count, .total = total, .beside = std::move(beside)});
        return made;
    }

    /// Errors: validation_error at `cursor`.
    [[nodiscard]] read_request to_read(const list_query& query, const caller* who) const {
        read_request made{
            .where = &query.where,
            .order = query.order,
            .columns = query.columns,
            .limit_rows = query.limit_rows,
            .offset_rows = query.offset_rows,
            .removed = query.removed,
            .as_of = query.as_of,
        };
        if (query.limit_rows == every_row)
            made.limit_rows.reset();
        if (!query.cursor.empty())
            made.from = cursors_.read(query, cursors_.bind(query, who));
        return made;
    }

    [[nodiscard]] response
    stream_list(const request& asked, const list_query& query, media form) const {
        const auto numbers = read_preferences(asked.headers).numbers;
        auto session = open_session(from_, *of_, asked);
        auto place = from_.streams().take();
        if (!place)
            return problem_response(
                {503, "overloaded", "Too many lists are streamed at once", {}, {}}, asked.request_id
            );
        table_reader rows{session, *of_, deadline::in(options_.stream_time)};
        auto wanted = to_read(query, session.known_caller());
        wanted.needs_order = query.has_order;
        if (wanted.from && wanted.from->towards == sql::direction::backward)
            throw validation_error{{cursor_violation(
                query, "A prev_cursor goes with application/json only: its rows are read last first"
            )}};
        std::uint64_t total = 0;
        if (query.counts_all)
            total = rows.count(&query.where, query.removed, query.as_of);
        auto answer = stream_rows(
            form,
            stream_rows_of(rows, wanted),
            {
                .columns = of_->columns,
                .selected = query.columns,
                .format = rows.format(),
                .numbers = numbers,
            }
        );
        answer.stream = std::move(*place).hold(std::move(answer.stream));
        // How many follow is not known yet.
        if (query.counts_all)
            answer.headers.add("Content-Range", *content_range(0, 0, total));
        answer.headers.add("Vary", "Accept");
        tell_preferences(answer, {.minimal = false, .numbers = numbers});
        return answer;
    }

    sessions from_;
    const table* of_;
    key_binder bind_key_;
    cursors cursors_;
    table_options options_;
    std::shared_ptr<row_cache> cache_{};
};

/// Adds the routes that read a table, below `all`: those that its facts offer.
inline void add_read_routes(
    router& routes,
    const table& facts,
    const std::string& all,
    const std::shared_ptr<const read_handlers>& reading
) {
    const auto add = [&](std::string_view method,
                         const std::string& pattern,
                         bool takes_body,
                         auto call,
                         std::span<const media> offered) {
        add_json_route(
            routes,
            method,
            pattern,
            takes_body,
            [reading, call](const request& asked) { return ((*reading).*call)(asked); },
            offered
        );
    };
    if (const auto& cache = reading->cache()) {
        routes.observe_statements([cache](const executed_statement& seen) { cache->see(seen.what); }
        );
        // By now it is committed, and its client not told yet.
        routes.observe_answers([cache](const answered_request& seen) {
            if (seen.asked.trace)
                cache->see(*seen.asked.trace);
        });
        if (const auto& caches = reading->options().caches)
            caches->add(cache);
    }
    const auto one = all + "/{key}";
    if (facts.api.offered.has(operations::list)) {
        add("GET", all, false, &read_handlers::list, list_media);
        add("POST", all + "/query", true, &read_handlers::query, list_media);
    }
    if (facts.api.offered.has(operations::get)) {
        add("GET", one, false, &read_handlers::get, only_json);
        if (auto are_near = reading->shared_reads())
            routes.answer_jointly(one, std::move(are_near));
    }
    if (facts.api.offered.has(operations::get) && facts.history)
        add("GET", one + "/history", false, &read_handlers::history, only_json);
}

} // namespace weir::http::detail
