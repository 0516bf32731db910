// SPDX-License-Identifier: Apache-2.0
#include "house.hpp"

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/warehouse/errors.hpp>
#include <weir/warehouse/execute_body.hpp>
#include <weir/warehouse/left_statement.hpp>
#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <thread>
#include <utility>

namespace weir::ops {

namespace {

const app::settings& checked(const app::settings& chosen) {
    std::string all;
    for (const auto& each : chosen.problems)
        all.append(all.empty() ? "" : "\n").append(each);
    if (all.empty() && (chosen.warehouse_id.empty() || !chosen.workspace))
        all = "no SQL warehouse is named: set DATABRICKS_HOST, credentials and "
              "DATABRICKS_WAREHOUSE_ID";
    if (!all.empty())
        throw configuration_error{all};
    return chosen;
}

[[noreturn]] void rethrow(const std::string& statement, const error& failed) {
    std::string text{failed.what()};
    if (!failed.server_text().empty())
        text.append(": ").append(failed.server_text());
    if (failed.outcome_unknown())
        text.append("\nwhether it was executed is not known; look again");
    throw database_error{statement + "\n" + text, std::string{failed.sqlstate()}};
}

} // namespace

struct house::parts {
    explicit parts(const app::settings& chosen)
        : how{.warehouse_id = checked(chosen).warehouse_id}, client(*chosen.workspace),
          over(client), on(over, how) {}

    /// Waits for its end, however long that takes: a column of a large table is filled by one
    /// statement.
    std::uint64_t finish(const std::string& text, const sql::arguments& given) {
        auto now = warehouse::read_answer(over.send({
            .method = "POST",
            .path = "/api/2.0/sql/statements",
            .body = warehouse::execute_body(
                {.text = text, .arguments = given, .held = std::chrono::seconds{10}}, how
            ),
            .until = deadline::in(std::chrono::seconds{60}),
        }));
        if (!warehouse::is_over(now.state)) {
            const auto ended =
                warehouse::left_statement{over, how, now.statement_id, {}}.wait(std::stop_token{});
            if (ended == warehouse::left_statement::outcome::gone)
                return 0;
            now = warehouse::read_answer(over.send({
                .method = "GET",
                .path = "/api/2.0/sql/statements/" + now.statement_id,
                .until = deadline{},
                .is_repeatable = true,
            }));
        }
        using state = warehouse::statement_state;
        if (now.state != state::succeeded && now.state != state::closed)
            warehouse::throw_failure(now.failure, {}, true);
        return warehouse::affected_rows_of(std::move(now));
    }

    warehouse::options how;
    workspace::client client;
    warehouse::workspace_transport over;
    warehouse::warehouse on;
};

namespace {

sql::arguments arguments_of(std::initializer_list<std::string_view> values) {
    static constexpr column_type kind{.kind = type::string};
    sql::arguments given;
    for (const auto each : values)
        given.add_text(each, kind);
    return given;
}

} // namespace

house::house(const app::settings& chosen) : parts_(std::make_unique<parts>(chosen)) {}

house::~house() = default;

text_rows house::query(
    const std::string& text,
    std::initializer_list<std::string_view> arguments,
    std::initializer_list<std::string_view> columns
) {
    try {
        auto session = parts_->on.session(nobody{.name = "weir migrate"});
        auto found = session.execute(
            {.text = text}, arguments_of(arguments), deadline::in(deadline::longest_span)
        );
        std::vector<std::size_t> positions;
        for (const auto wanted : columns) {
            std::size_t at = 0;
            while (at < found.columns().size() && found.columns()[at].name != wanted)
                ++at;
            if (at == found.columns().size())
                throw decode_error{"the answer has no column " + std::string{wanted}};
            positions.push_back(at);
        }
        text_rows made;
        while (const auto row = found.next()) {
            auto& added = made.emplace_back();
            if (columns.size() == 0)
                for (const auto& field : *row)
                    added.emplace_back(field.text);
            for (const auto at : positions)
                added.emplace_back((*row)[at].text);
        }
        return made;
    } catch (const error& failed) {
        rethrow(text, failed);
    }
}

void house::stream(
    const std::string& text, const std::function<void(std::span<const text_field>)>& each
) {
    try {
        auto session = parts_->on.session(nobody{.name = "weir"});
        auto found =
            session.stream({.text = text}, sql::arguments{}, deadline::in(deadline::longest_span));
        while (const auto row = found.next())
            each(*row);
    } catch (const error& failed) {
        rethrow(text, failed);
    }
}

std::uint64_t
house::run(const std::string& text, std::initializer_list<std::string_view> arguments) {
    const auto given = arguments_of(arguments);
    // Another write of the same files was faster: nothing of this one was done.
    for (unsigned tries = 1;; ++tries) {
        try {
            return parts_->finish(text, given);
        } catch (const error& failed) {
            if (failed.sqlstate() != "40001" || tries == parts_->how.conflict_tries)
                rethrow(text, failed);
            std::this_thread::sleep_for(parts_->how.conflict_pause * tries);
        }
    }
}

place_names place_of(const std::string& prefix) {
    const auto dot = prefix.find('.');
    if (dot == std::string::npos || dot + 1 == prefix.size())
        throw configuration_error{"the place " + prefix + " names no catalog"};
    place_names made;
    made.catalog = prefix.substr(1, dot - 2);
    made.schema = prefix.substr(dot + 2, prefix.size() - dot - 4);
    made.catalogs = prefix.substr(0, dot + 1) + "information_schema.";
    // Unity Catalog keeps names in lower case.
    for (auto* const name : {&made.catalog, &made.schema})
        for (char& c : *name)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return made;
}

} // namespace weir::ops
