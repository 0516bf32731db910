// SPDX-License-Identifier: Apache-2.0
// The routes that write a table: what must be compiled per row type. Costs data/repository.hpp and
// json/.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/change_query.hpp>
#include <weir/http/entity_tag.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/nested_rows.hpp>
#include <weir/http/preferences.hpp>
#include <weir/http/row_key.hpp>
#include <weir/http/row_session.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/page_writer.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Whether what was found about a row are rules it breaks, and nothing about its form: it is then
/// as it was sent.
template <row Row, class Part>
[[nodiscard]] bool
breaks_rules_only(const Part& given, const location& at, const violations& found) {
    if (found.front().type == "json_invalid")
        return false;
    violations rules;
    weir::validate<Row>(given, at, rules);
    const auto is_of_row = [&](const violation& each) {
        return each.loc.size() >= at.size() && std::equal(at.begin(), at.end(), each.loc.begin());
    };
    return std::cmp_equal(std::count_if(found.begin(), found.end(), is_of_row), rules.size());
}

/// Violations of a repository as those of a body.
[[nodiscard]] inline validation_error inside_body(const validation_error& failed) {
    auto broken = failed.broken();
    const location::value_type root{std::string{"body"}};
    for (auto& each : broken) {
        if (each.loc.empty() || each.loc.front() != root)
            each.loc.insert(each.loc.begin(), root);
    }
    return validation_error{std::move(broken)};
}

/// Answers writes of one table.
template <keyed_row Row>
class write_handlers {
public:
    write_handlers(sessions from, table_options options)
        : from_(std::move(from)), options_(std::move(options)),
          path_(options_.base + "/" + std::string{facts.api.path}),
          hooks_(static_cast<const row_hooks<Row>*>(options_.hooks_of(facts))) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// For the routes that need the key alone.
    static void bind_key(const request& asked, sql::arguments& arguments, text_format format) {
        weir::detail::bind_key<Row>(arguments, read_key(asked), format);
    }

    response insert(const request& asked) const {
        const auto preferred = read_preferences(asked.headers);
        const auto exists_by = read_insert_query(facts, asked.query, preferred);
        json::create_body<Row> body;
        [[maybe_unused]] nested_rows<Row> inside{body.rows, options_.max_rows};
        const auto others = inside.members();
        auto broken = json::read_creates<Row>(
            asked.body, body, {.max_rows = options_.max_rows, .others = &others}
        );
        if (hooks_ != nullptr) {
            for (std::size_t at = 0; at < body.rows.size(); ++at)
                add_own_violations(body.rows[at], place_of(body.is_array, at), broken);
        }
        json::require_sound(std::move(broken));
        if constexpr (nested_rows<Row>::any) {
            if (!inside.empty())
                return insert_nested(body, inside, asked, preferred);
        }
        auto session = open_row_session<Row>(from_, asked);
        rows_of_table rows{session, per_request(asked)};
        if (preferred.resolution != resolution::none)
            return upsert(rows, std::move(body), exists_by, preferred);
        if (body.is_array)
            return insert_many(rows, std::move(body.rows), preferred);
        return created(rows.insert(std::move(body.rows.front())), preferred);
    }

    response update(const request& asked) const {
        refuse_parameters(asked.query);
        const auto preferred = read_preferences(asked.headers);
        const precondition<Row> demanded{read_demand(asked.headers)};
        const auto key = read_key(asked);
        update_of<Row> changes{};
        auto broken = json::read_update<Row>(asked.body, changes);
        add_own_violations(changes, place_of(false, 0), broken);
        json::require_sound(std::move(broken));
        auto session = open_row_session<Row>(from_, asked);
        const auto changed =
            rows_of_table{session, per_request(asked)}.update(key, changes, demanded);
        if (!changed)
            throw_absent(facts);
        return written(*changed, preferred);
    }

    response replace(const request& asked) const {
        refuse_parameters(asked.query);
        const auto preferred = read_preferences(asked.headers);
        const auto conditions = read_conditions(asked.headers);
        const auto key = read_key(asked);
        auto given = read_replacement(asked, key);
        auto session = open_row_session<Row>(from_, asked);
        rows_of_table rows{session, per_request(asked)};
        const bool may_create = key_is_given<Row> && facts.api.offered.has(operations::create) &&
                                !conditions.must_exist;
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            if (conditions.must_be_new) {
                if (rows.find(key))
                    weir::detail::throw_moved(facts);
            } else if (const auto changed = rows.update(
                           key,
                           weir::detail::replacement<Row>(given, is_update_payload_column),
                           precondition<Row>{conditions.demanded}
                       )) {
                return written(*changed, preferred);
            }
            // No version matches where there is no row.
            if (conditions.must_exist)
                weir::detail::throw_moved(facts);
            if (!may_create)
                throw_absent(facts);
            if constexpr (key_is_given<Row>) {
                if (auto made = create_at(rows, key, given, asked, preferred))
                    return std::move(*made);
            }
        }
        throw conflict_error{"Others create and delete this row at the same time"};
    }

    response remove(const request& asked) const {
        refuse_parameters(asked.query);
        check_preferences(asked);
        const precondition<Row> demanded{read_demand(asked.headers)};
        const auto key = read_key(asked);
        auto session = open_row_session<Row>(from_, asked);
        if (!rows_of_table{session, per_request(asked)}.remove(key, demanded))
            throw_absent(facts);
        return {.status = 204};
    }

    response restore(const request& asked) const
        requires(sql::keeps_deleted(table_of<Row>))
    {
        refuse_parameters(asked.query);
        const auto preferred = read_preferences(asked.headers);
        const precondition<Row> demanded{read_demand(asked.headers)};
        const auto key = read_key(asked);
        auto session = open_row_session<Row>(from_, asked);
        const auto restored = rows_of_table{session, per_request(asked)}.restore(key, demanded);
        if (!restored)
            throw_absent(facts);
        return written(*restored, preferred);
    }

    response purge(const request& asked) const {
        refuse_parameters(asked.query);
        check_preferences(asked);
        const precondition<Row> demanded{read_demand(asked.headers)};
        const auto key = read_key(asked);
        auto session = open_row_session<Row>(from_, asked);
        require_purge_right(facts, asked, options_.purge_without_rule);
        if (!rows_of_table{session, per_request(asked)}.purge(key, demanded))
            throw_absent(facts);
        return {.status = 204};
    }

protected:
    using rows_of_table = repository<Row, route_session<Row>>;

    static constexpr const table& facts = table_of<Row>;
    /// How often a replacement looks for its row: somebody else may create it between looking and
    /// creating, and delete it between creating and looking.
    static constexpr int most_attempts = 4;

    [[nodiscard]] repository_options per_request(const request& asked) const {
        repository_options made{.clock = options_.clock, .until = asked.until};
        if (hooks_ != nullptr) {
            made.hooks = hooks_;
            made.at = place_of(false, 0);
        }
        return made;
    }

    /// For writes that no preference changes: what must be refused is refused all the same.
    static void check_preferences(const request& asked) {
        static_cast<void>(read_preferences(asked.headers));
    }

    /// Where a row stands in the body.
    [[nodiscard]] static location place_of(bool is_array, std::size_t row) {
        location at{std::string{"body"}};
        if (is_array)
            at.emplace_back(row);
        return at;
    }

    /// Adds what the application's own rules find, unless the row could not be read: of what was
    /// not sent they can say nothing.
    template <class Part>
    void add_own_violations(const Part& given, const location& at, violations& broken) const {
        if (hooks_ == nullptr)
            return;
        if (!broken.empty() && !breaks_rules_only<Row>(given, at, broken))
            return;
        hooks_->validate(given, at, broken);
    }

    [[nodiscard]] static key_of<Row> read_key(const request& asked) {
        const auto texts = key_parts(asked.raw_parameter("key"), facts.key.size());
        const std::vector<std::string_view> parts{texts.begin(), texts.end()};
        key_of<Row> key{};
        json::require_sound(json::parse_key<Row>(parts, key));
        return key;
    }

    // A body that may leave the key out, the path having named it.
    [[nodiscard]] create_of<Row>
    read_replacement(const request& asked, const key_of<Row>& key) const {
        json::create_body<Row> body;
        auto broken = json::read_creates<Row>(asked.body, body, {.max_rows = 1});
        if (body.is_array)
            throw validation_error{{{"dict_type", {std::string{"body"}}, "A row must be an object"}}
            };
        violations missing;
        std::erase_if(broken, [&missing](const violation& each) {
            if (each.type != "missing" || each.loc.size() != 2)
                return false;
            const auto* name = std::get_if<std::string>(&each.loc[1]);
            if (name == nullptr)
                return false;
            const auto position = find_column(facts.columns, *name);
            if (position == facts.columns.size() || !facts.columns[position].key)
                return false;
            missing.push_back(each);
            return true;
        });
        if constexpr (key_is_given<Row>) {
            if (broken.empty())
                adopt_key<Row>(body.rows.front(), key, missing, broken);
        }
        add_own_violations(body.rows.front(), place_of(false, 0), broken);
        json::require_sound(std::move(broken));
        return std::move(body.rows.front());
    }

    /// Absent when a row with the key came to be meanwhile.
    std::optional<response> create_at(
        rows_of_table& rows,
        const key_of<Row>& key,
        const create_of<Row>& given,
        const request& asked,
        const preferences& preferred
    ) const {
        try {
            const auto made = rows.insert_ignoring({given});
            if (made.empty())
                return std::nullopt;
            return created(made.front(), preferred);
        } catch (const conflict_error&) {
            // With no other unique columns it is the key that is taken; by a row this caller may
            // not see, it is answered like any absent row. A unit of work may answer nothing more.
            if constexpr (facts.access.rule != access_rule::open) {
                if (facts.unique.empty() && asked.within == nullptr &&
                    !rows.find(key, sql::deleted::include))
                    throw_absent(facts);
            }
            throw;
        }
    }

    response insert_many(
        rows_of_table& rows, std::vector<create_of<Row>> given, const preferences& preferred
    ) const {
        if (preferred.minimal) {
            const auto count = rows.insert_quietly(std::move(given));
            return answer_json(201, "{\"count\":" + std::to_string(count) + "}", told(preferred));
        }
        return answer_json(
            201, page_of(rows.insert_all(std::move(given)), preferred), told(preferred)
        );
    }

    response upsert(
        rows_of_table& rows,
        json::create_body<Row> body,
        const std::vector<std::uint16_t>& exists_by,
        const preferences& preferred
    ) const {
        const upsert_options options{.by = exists_by, .replaces = is_update_payload_column};
        auto applied = told(preferred);
        applied.resolution = preferred.resolution;
        const bool ignores = preferred.resolution == resolution::ignore;
        if (!body.is_array) {
            auto& given = body.rows.front();
            if (ignores) {
                const auto added = rows.insert_ignoring({given}, options);
                if (!added.empty())
                    return created(added.front(), applied);
                const auto there = rows.find_existing(std::move(given), options);
                if (!there)
                    throw_absent(facts);
                return written(*there, applied);
            }
            const auto done = rows.upsert_all({std::move(given)}, options);
            return done.created == 1 ? created(done.rows.front(), applied)
                                     : written(done.rows.front(), applied);
        }
        upserted<Row> done;
        try {
            if (ignores) {
                done.rows = rows.insert_ignoring(std::move(body.rows), options);
                done.created = done.rows.size();
            } else {
                done = rows.upsert_all(std::move(body.rows), options);
            }
        } catch (const validation_error& failed) {
            throw inside_body(failed);
        }
        const int status = done.created == 0 ? 200 : 201;
        const auto created_member = ",\"created\":" + std::to_string(done.created) + "}";
        if (preferred.minimal)
            return answer_json(
                status, "{\"count\":" + std::to_string(done.rows.size()) + created_member, applied
            );
        auto page = page_of(done.rows, preferred);
        page.pop_back();
        return answer_json(status, page + created_member, applied);
    }

    [[nodiscard]] static std::string
    page_of(const std::vector<Row>& stored, const preferences& preferred) {
        std::string body;
        json::page_writer page{body};
        for (const auto& row : stored)
            page.append(row, preferred.numbers);
        page.end_rows();
        page.close();
        return body;
    }

    // Rows with rows inside, which refer to the body's: all of them are stored, or none.
    response insert_nested(
        json::create_body<Row>& body,
        nested_rows<Row>& inside,
        const request& asked,
        const preferences& preferred
    ) const {
        if (preferred.resolution != resolution::none)
            throw validation_error{
                {{"not_nested",
                  {"header", "Prefer"},
                  "Rows with rows inside are neither merged nor ignored"}}
            };
        inside.require_fitting();
        auto session = open_nested_session<Row>(from_, asked);
        if (!session.has_units()) {
            throw validation_error{
                {{"no_unit_of_work",
                  {"body"},
                  "Rows inside rows are stored in one unit of work, which this backend has not: "
                  "send them one after the other"}}
            };
        }
        auto unit = session.begin(asked.until);
        nested_session<Row>& on = unit;
        repository<Row, nested_session<Row>> rows{on, per_request(asked)};
        std::vector<Row> stored;
        if (body.is_array) {
            stored = rows.insert_all(std::move(body.rows));
        } else {
            stored.push_back(rows.insert(std::move(body.rows.front())));
        }
        inside.insert(on, stored, asked.until, options_);
        unit.commit();

        const auto applied = told(preferred);
        std::string text;
        if (!body.is_array) {
            if (!preferred.minimal)
                inside.append(text, stored.front(), 0, preferred.numbers);
            auto made = answer_json(201, std::move(text), applied);
            made.headers.add("Location", path_of(stored.front()));
            return made;
        }
        if (preferred.minimal)
            return answer_json(201, "{\"count\":" + std::to_string(stored.size()) + "}", applied);
        json::page_writer page{text};
        for (std::size_t at = 0; at < stored.size(); ++at) {
            page.append_written([&](std::string& out) {
                inside.append(out, stored[at], at, preferred.numbers);
            });
        }
        page.end_rows();
        page.close();
        return answer_json(201, std::move(text), applied);
    }

    /// What every write honours of the preferences given.
    [[nodiscard]] static preferences told(const preferences& given) {
        return {
            .minimal = given.minimal,
            .numbers = given.numbers,
            .headers_only = given.headers_only,
            .representation = given.representation,
        };
    }

    response created(const Row& row, const preferences& preferred) const {
        auto made = row_answer(201, row, preferred);
        made.headers.add("Location", path_of(row));
        return made;
    }

    response written(const Row& row, const preferences& preferred) const {
        return row_answer(preferred.minimal ? 204 : 200, row, preferred);
    }

    /// A row, unless its reader wants the headers alone, with its tag and its place.
    response row_answer(int status, const Row& row, const preferences& preferred) const {
        std::string body;
        auto numbers = json::numbers::plain;
        if (!preferred.minimal) {
            numbers = preferred.numbers;
            json::append_json(body, row, numbers);
        }
        auto applied = told(preferred);
        applied.numbers = numbers;
        applied.resolution = preferred.resolution;
        auto made = answer_json(status, std::move(body), applied);
        add_tag(made, tag_of(version_of(row).untyped, numbers));
        if (!preferred.minimal)
            made.headers.add("Content-Location", path_of(row));
        return made;
    }

    [[nodiscard]] std::string path_of(const Row& row) const {
        return path_ + "/" + key_segment<Row>(weir::detail::key_of_row(row));
    }

    sessions from_;
    table_options options_;
    std::string path_;
    const row_hooks<Row>* hooks_;
};

} // namespace weir::http::detail
