// SPDX-License-Identifier: Apache-2.0
// The body of a batch: `[{"key": …, "set": {…}, "version"?: "…"}]`, a different change per row.
// Costs json/row_reader.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/data/versions.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/members.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// One change of a batch.
template <keyed_row Row>
struct batch_item {
    key_of<Row> key{};
    update_of<Row> set{};
    /// The version the row must be in; absent: any.
    std::optional<row_version> seen{};
};

namespace detail {

/// The texts of a key's parts, as a path would spell them.
struct key_texts {
    std::vector<std::string> parts{};
    bool is_good = true;
};

/// Reads one part; false when it is neither text nor a number nor true or false.
[[nodiscard]] inline bool read_key_part(json::reader& in, std::string& out) {
    std::string_view text;
    switch (in.peek()) {
    case json::token::string:
        if (in.read_string(text))
            out = text;
        return true;
    case json::token::number:
        if (in.read_number(text))
            out = text;
        return true;
    case json::token::boolean: {
        bool value = false;
        if (in.read_bool(value))
            out = value ? "true" : "false";
        return true;
    }
    default:
        static_cast<void>(in.skip_value());
        return false;
    }
}

/// Reads a key: its value, or the values of its parts as an array in key order or as an object by
/// name.
[[nodiscard]] inline key_texts read_key_texts(json::reader& in, const table& of) {
    key_texts read;
    if (in.peek() == json::token::array) {
        in.enter_array();
        while (in.next_element())
            read.is_good = read_key_part(in, read.parts.emplace_back()) && read.is_good;
    } else if (in.peek() == json::token::object) {
        read.parts.resize(of.key.size());
        std::vector<bool> seen(of.key.size(), false);
        in.enter_object();
        std::string_view name;
        while (in.next_member(name)) {
            const auto at = static_cast<std::size_t>(
                std::find_if(
                    of.key.begin(),
                    of.key.end(),
                    [&](std::uint16_t column) { return of.columns[column].name == name; }
                ) -
                of.key.begin()
            );
            std::string unknown;
            const bool is_part = at < of.key.size() && !seen[at];
            const bool is_read = read_key_part(in, is_part ? read.parts[at] : unknown);
            read.is_good = is_part && is_read && read.is_good;
            if (is_part)
                seen[at] = true;
        }
        read.is_good = read.is_good && std::find(seen.begin(), seen.end(), false) == seen.end();
    } else {
        read.is_good = read_key_part(in, read.parts.emplace_back());
    }
    return read;
}

[[nodiscard]] inline std::string key_words(const table& of) {
    std::string names;
    for (const auto column : of.key)
        names.append(names.empty() ? "" : ", ").append(of.columns[column].name);
    return of.key.size() == 1 ? "'key' is the row's " + names
                              : "'key' is an array of " + names + ", or an object of them";
}

/// Appends a key as JSON: its value, or an array of its parts' values.
template <keyed_row Row>
void append_key(std::string& out, const key_of<Row>& key) {
    const bool is_one = table_of<Row>.key.size() == 1;
    out += is_one ? "" : "[";
    for_each_member(key, [&](std::size_t at, const auto& part) {
        out += at == 0 ? "" : ",";
        json::append_json(out, part);
    });
    out += is_one ? "" : "]";
}

/// Reads the items of a batch one after the other.
template <keyed_row Row>
class batch_reader {
public:
    explicit batch_reader(std::string_view body) : in_(body) {}

    [[nodiscard]] violations read(std::vector<batch_item<Row>>& out, std::size_t most_items) {
        const location root{std::string{"body"}};
        bool is_complete = in_.peek() == json::token::array;
        if (!is_complete) {
            const std::string got{in_.peek_name()};
            if (in_.skip_value())
                refuse(root, "list_type", "A batch must be an array, got " + got);
            return json::detail::conclude(in_, std::move(broken_), root, true);
        }
        in_.enter_array();
        while (is_complete && in_.next_element()) {
            if (out.size() == most_items) {
                const auto most = std::to_string(most_items);
                refuse(root, "too_many_rows", "At most " + most + " changes are taken at once");
                is_complete = false;
            } else {
                const location at{std::string{"body"}, out.size()};
                is_complete = read_item(out.emplace_back(), at);
            }
        }
        return json::detail::conclude(in_, std::move(broken_), root, is_complete);
    }

private:
    static constexpr const table& facts = table_of<Row>;
    static constexpr std::array<std::string_view, 3> members{"key", "set", "version"};

    static location inside(location at, std::string_view name) {
        at.emplace_back(std::string{name});
        return at;
    }

    bool read_item(batch_item<Row>& out, const location& at) {
        if (in_.peek() != json::token::object) {
            refuse(
                at, "dict_type", "A change must be an object, got " + std::string{in_.peek_name()}
            );
            return in_.skip_value() && goes_on();
        }
        std::array<bool, members.size()> seen{};
        in_.enter_object();
        std::string_view member;
        while (goes_on() && in_.next_member(member)) {
            const std::string name{json::echo(member)};
            const auto here = inside(at, name);
            const auto known = std::find(members.begin(), members.end(), member);
            if (known == members.end()) {
                refuse(
                    here, "unknown_member", "A change has key, set and version, not '" + name + "'"
                );
                in_.skip_value();
            } else if (std::exchange(
                           seen[static_cast<std::size_t>(known - members.begin())], true
                       )) {
                refuse(here, "repeated", "'" + name + "' is given twice");
                in_.skip_value();
            } else {
                read_member(out, name, here);
            }
        }
        for (const std::size_t needed : {0U, 1U}) {
            if (!seen[needed] && !in_.failed())
                refuse(
                    inside(at, members[needed]),
                    "missing",
                    "'" + std::string{members[needed]} + "' is required"
                );
        }
        return goes_on();
    }

    void read_member(batch_item<Row>& out, const std::string& name, const location& here) {
        if (name == "key") {
            read_key(out, here);
        } else if (name == "set") {
            static_cast<void>(json::read_update<Row>(json::intake{in_, broken_}, out.set, here));
        } else if (in_.peek() == json::token::string) {
            std::string_view text;
            if (in_.read_string(text))
                out.seen = row_version{std::string{text}};
        } else if (in_.peek() == json::token::null) {
            in_.read_null();
        } else {
            refuse(here, "string_type", "'version' is a text");
            in_.skip_value();
        }
    }

    void read_key(batch_item<Row>& out, const location& here) {
        const auto texts = read_key_texts(in_, facts);
        if (in_.failed())
            return;
        if (!texts.is_good || texts.parts.size() != facts.key.size())
            return refuse(here, "key", key_words(facts));
        const std::vector<std::string_view> parts{texts.parts.begin(), texts.parts.end()};
        auto wrong = json::parse_key<Row>(parts, out.key);
        const bool is_key = wrong.empty();
        for (auto& each : wrong) {
            auto at = here;
            at.insert(at.end(), each.loc.begin() + 1, each.loc.end());
            broken_.push_back({std::move(each.type), std::move(at), std::move(each.msg)});
        }
        // The same key may be spelled in two ways.
        std::string whole;
        append_key<Row>(whole, out.key);
        if (is_key && !keys_.insert(std::move(whole)).second)
            refuse(here, "repeated", "Another change of this batch is about the same row");
    }

    void refuse(location at, std::string type, std::string message) {
        broken_.push_back({std::move(type), std::move(at), std::move(message)});
    }

    [[nodiscard]] bool goes_on() const {
        return !in_.failed() && broken_.size() < json::intake::most_violations;
    }

    json::reader in_;
    violations broken_{};
    std::set<std::string, std::less<>> keys_{};
};

} // namespace detail

/// Reads a batch of changes.
///
/// Violations: at `body`, the item's position and the member: `["body",3,"set","oileur"]`; empty:
/// all items are sound, and no two are about one row.
template <keyed_row Row>
[[nodiscard]] violations
read_batch(std::string_view body, std::vector<batch_item<Row>>& out, std::size_t most_items) {
    return detail::batch_reader<Row>{body}.read(out, most_items);
}

} // namespace weir::http
