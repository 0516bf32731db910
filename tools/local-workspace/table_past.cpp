// SPDX-License-Identifier: Apache-2.0
#include "table_past.hpp"

#include <weir/core/time_text.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "statement_words.hpp"

namespace local_workspace {

namespace {

namespace embedded = weir::embedded;
using weir::embedded::token;
using weir::embedded::token_kind;

bool is_words(std::span<const token> at, std::initializer_list<std::string_view> words) {
    return at.size() >= words.size() &&
           std::equal(words.begin(), words.end(), at.begin(), [](auto word, const auto& each) {
               return is_word(each, word);
           });
}

/// `catalog.schema.table` in quotes, as the engine names it. The parts given are the last ones.
std::string whole_name(const statement_order& order, std::vector<std::string> parts) {
    if (parts.size() == 1)
        parts.insert(parts.begin(), order.schema);
    if (parts.size() == 2)
        parts.insert(parts.begin(), order.catalog);
    std::string made;
    for (const auto& part : parts) {
        if (!made.empty())
            made += '.';
        embedded::append_name(made, lower(part));
    }
    return made;
}

/// The parts of the name that begins at a token; moves behind it.
std::vector<std::string> take_name(std::span<const token> tokens, std::size_t& at) {
    std::vector<std::string> parts;
    while (at < tokens.size() && tokens[at].is_name()) {
        parts.push_back(tokens[at++].text);
        if (at >= tokens.size() || !tokens[at].is_symbol("."))
            break;
        ++at;
    }
    return parts;
}

/// Where the name of the table begins that a statement changes; absent: it changes none.
std::optional<std::size_t> changed_name(std::span<const token> tokens) {
    std::size_t at = 0;
    const auto skip = [&](std::initializer_list<std::string_view> words) {
        const bool is_there = is_words(tokens.subspan(at), words);
        at += is_there ? words.size() : 0;
        return is_there;
    };
    if (skip({"INSERT", "INTO"}) || skip({"MERGE", "INTO"}) || skip({"DELETE", "FROM"}) ||
        skip({"TRUNCATE"}) || skip({"ALTER"})) {
        skip({"TABLE"});
        return at;
    }
    if (skip({"UPDATE"}))
        return at;
    if (!skip({"CREATE"}))
        return std::nullopt;
    skip({"OR", "REPLACE"});
    if (!skip({"TABLE"}))
        return std::nullopt;
    skip({"IF", "NOT", "EXISTS"});
    return at;
}

/// The time that a token stands for; empty: it stands for none.
std::string_view time_of(const statement_order& order, const token& at) {
    if (at.kind == token_kind::string)
        return at.text;
    if (at.kind == token_kind::parameter)
        for (const auto& each : order.parameters)
            if (upper(each.name) == upper(at.text))
                return each.value ? std::string_view{*each.value} : std::string_view{};
    return {};
}

} // namespace

std::optional<std::string> table_past::resolved(const statement_order& order) const {
    const std::lock_guard lock{mutex_};
    if (of_table_.empty())
        return std::nullopt;
    const auto tokens = embedded::tokenize(order.text);
    std::string made;
    std::size_t copied = 0;
    for (std::size_t at = 0; at < tokens.size();) {
        const auto begin = at;
        const auto name = take_name(tokens, at);
        if (name.empty()) {
            ++at;
            continue;
        }
        const auto rest = std::span{tokens}.subspan(at);
        const auto table = whole_name(order, name);
        if (!is_words(rest, {"TIMESTAMP", "AS", "OF"}) || rest.size() < 4 ||
            !of_table_.contains(table))
            continue;
        made.append(order.text, copied, tokens[begin].offset - copied);
        made += version_at(table, time_of(order, rest[3])).copy;
        at += 4;
        copied = at < tokens.size() ? tokens[at].offset : order.text.size();
        made += ' ';
    }
    if (copied == 0)
        return std::nullopt;
    return made.append(order.text, copied);
}

const table_past::version&
table_past::version_at(const std::string& table, std::string_view time) const {
    weir::timestamp then{};
    if (!weir::parse_text(time, then, weir::text_format::statement_api))
        throw failure_of(
            "DELTA_TIMESTAMP_INVALID",
            "42816",
            "The provided timestamp cannot be converted to a valid timestamp"
        );
    const auto& versions = of_table_.at(table);
    const auto later = std::upper_bound(
        versions.begin(),
        versions.end(),
        then.microseconds,
        [](std::int64_t moment, const version& each) { return moment < each.at_ms * 1000; }
    );
    if (later == versions.begin())
        throw failure_of(
            "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
            "42816",
            "The provided timestamp is before the earliest version available to this table"
        );
    const auto& found = *std::prev(later);
    if (later == versions.end() && found.at_ms * 1000 < then.microseconds)
        throw failure_of(
            "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
            "42816",
            "The provided timestamp is after the latest version available to this table"
        );
    return found;
}

void table_past::keep(const statement_order& order, embedded::connection& on, std::int64_t now_ms) {
    const auto tokens = embedded::tokenize(order.text);
    auto at = changed_name(tokens);
    if (!at)
        return;
    const auto name = take_name(tokens, *at);
    if (name.empty() || name.size() > 3)
        return;
    const auto table = whole_name(order, name);
    const std::lock_guard lock{mutex_};
    // Beside the schema of the table, so that nobody who lists it sees them.
    const auto catalog = table.substr(0, table.find('.'));
    const auto place = catalog + ".\"weir_past\"";
    static_cast<void>(on.run("CREATE SCHEMA IF NOT EXISTS " + place, {}));
    const auto number = std::to_string(++copies_);
    static_cast<void>(on.run("CREATE TABLE " + place + ".\"v" + number + "\" AS FROM " + table, {})
    );
    auto& versions = of_table_[table];
    if (!versions.empty())
        now_ms = std::max(now_ms, versions.back().at_ms + 1);
    auto copy = place + ".`v" + number + "`";
    std::replace(copy.begin(), copy.end(), '"', '`');
    versions.push_back({now_ms, std::move(copy)});
}

} // namespace local_workspace
