// SPDX-License-Identifier: Apache-2.0
// Clients' bodies into the create and update structs of a row, and key texts of URLs into its key:
// by the facts of the table, with every violation at once. Costs table/validate.hpp (RE2).
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/json/detail/scalar.hpp>
#include <weir/json/detail/traits.hpp>
#include <weir/json/fields.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/read_value.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/members.hpp>
#include <weir/table/row.hpp>
#include <weir/table/rules.hpp>
#include <weir/table/validate.hpp>
#include <weir/table/value_path.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::json {

/// Limits of a body, and where its locations begin.
struct body_options {
    std::size_t max_depth = reader::default_depth;
    std::size_t max_rows = 10'000;
    location at{std::string{"body"}};
    /// Members of a row to create beside its columns; nullptr: none.
    const other_members* others = nullptr;
};

/// How a row inside a larger document differs from one by itself.
struct row_surroundings {
    /// Columns that are filled from elsewhere, so that they may be left out.
    column_indexes filled{};
    /// As many as `filled`: set to whether the document gave each all the same.
    std::span<bool> given{};
    /// Members beside the columns; nullptr: none.
    const other_members* others = nullptr;
};

/// The rows of a body: one object, or an array of them.
template <row Row>
struct create_body {
    std::vector<create_of<Row>> rows{};
    bool is_array = false;
};

namespace detail {

enum class purpose : std::uint8_t { create, update };

/// Up to so many columns, going through all names is as fast as bisecting them.
inline constexpr std::size_t most_searched = 32;

[[nodiscard]] constexpr field_role
role_of(const table& of, std::size_t position, purpose why) noexcept {
    const auto& column = of.columns[position];
    // Private columns are answered like names that do not exist: nobody learns that they do.
    if (column.is_private)
        return field_role::hidden;
    if (is_owner_column(of, position))
        return field_role::owner;
    if (why == purpose::update) {
        if (is_update_payload_column(of, position))
            return field_role::optional;
        return column.key && is_payload_column(of, position) ? field_role::key
                                                             : field_role::read_only;
    }
    if (!is_payload_column(of, position))
        return field_role::read_only;
    return is_required_column(of, position) ? field_role::required : field_role::optional;
}

/// What a body may do with each column of a row, and which member of `Part` takes it.
template <row Row, described Part, purpose Why>
inline constexpr auto row_plan = [] {
    constexpr auto& facts = table_of<Row>;
    std::array<field_plan, facts.columns.size()> plan{};
    std::array<bool, facts.columns.size()> has_member{};
    for (std::size_t member = 0; member < member_count<Part>; ++member) {
        const auto position = columns_of_members<Row, Part>[member];
        plan[position].member = static_cast<std::uint16_t>(member);
        has_member[position] = true;
    }
    for (std::size_t at = 0; at < plan.size(); ++at) {
        plan[at].role = role_of(facts, at, Why);
        const bool is_accepted =
            plan[at].role == field_role::optional || plan[at].role == field_role::required;
        // Not the generator's own work: leave what has no member out of reach.
        if (is_accepted && !has_member[at])
            plan[at].role = field_role::read_only;
    }
    return plan;
}();

/// Adds the violations of `found` whose column was not reported since `from`: of a value that could
/// not be read nothing else is worth saying.
[[gnu::cold, gnu::noinline]] inline void
merge_violations(violations& broken, std::size_t from, std::size_t depth, violations found) {
    const auto end = broken.size();
    for (auto& each : found) {
        const auto is_known = [&](const violation& other) {
            return other.loc.size() > depth && each.loc.size() > depth &&
                   other.loc[depth] == each.loc[depth];
        };
        const auto first = broken.begin() + static_cast<violations::difference_type>(from);
        const auto last = broken.begin() + static_cast<violations::difference_type>(end);
        if (std::none_of(first, last, is_known))
            broken.push_back(std::move(each));
    }
}

/// Removes the violations of one member of the row at `depth`.
[[gnu::cold, gnu::noinline]] inline void
drop_violations(violations& broken, std::size_t depth, std::string_view name) {
    std::erase_if(broken, [&](const violation& each) {
        const auto* const member =
            each.loc.size() > depth ? std::get_if<std::string>(&each.loc[depth]) : nullptr;
        return member != nullptr && *member == name;
    });
}

/// Reads and validates one object. Answers whether to read on.
template <row Row, purpose Why, described Part>
bool read_part(
    const intake& of, Part& out, const location& at, const row_surroundings& around = {}
) {
    if (of.in.peek() != token::object) {
        std::string message = "A row must be an object, got ";
        message.append(of.in.peek_name());
        if (!of.in.skip_value())
            return false;
        of.broken.push_back({"dict_type", at, std::move(message)});
        return of.goes_on();
    }
    const auto before = of.broken.size();
    const auto slots = slots_of(out);
    std::array<bool, table_of<Row>.columns.size()> seen{};
    field_target target{table_of<Row>.columns, row_plan<Row, Part, Why>, slots, seen};
    if constexpr (seen.size() > most_searched) {
        static const auto by_name = sort_by_name(table_of<Row>.columns);
        target.by_name = by_name;
    }
    target.others = around.others;
    std::vector<field_plan> plan;
    if (!around.filled.empty()) {
        plan.assign(target.plan.begin(), target.plan.end());
        for (const auto position : around.filled) {
            if (plan[position].role == field_role::required)
                plan[position].role = field_role::optional;
        }
        target.plan = plan;
    }
    if (!read_fields(of, target, value_path{at}))
        return false;
    if (of.broken.size() == before && around.filled.empty()) {
        validate<Row>(out, at, of.broken);
    } else {
        violations found;
        validate<Row>(out, at, found);
        for (std::size_t each = 0; each < around.filled.size(); ++each) {
            around.given[each] = seen[around.filled[each]];
            // What stands there until it is filled breaks no rule.
            if (!around.given[each])
                drop_violations(found, at.size(), table_of<Row>.columns[around.filled[each]].name);
        }
        merge_violations(of.broken, before, at.size(), std::move(found));
    }
    return of.goes_on();
}

/// What a finished reading comes to. `is_complete`: the value was read to its end.
[[nodiscard]] inline violations
conclude(reader& in, violations broken, const location& at, bool is_complete) {
    if (is_complete)
        static_cast<void>(in.finish());
    // Of a text that is no JSON nothing else is certain.
    if (in.failed())
        return {not_json(in, at)};
    if (broken.size() >= intake::most_violations) {
        broken.resize(intake::most_violations - 1);
        broken.push_back(
            {"too_many_errors",
             at,
             "More than " + std::to_string(broken.size()) + " errors; the others are not listed"}
        );
    }
    return broken;
}

} // namespace detail

/// Reads the next value as what an insert of `Row` takes: for documents that hold rows among other
/// things. `at` is the row's place. Answers whether to read on; violations go to `of`.
template <row Row>
bool read_create(
    const intake& of, create_of<Row>& out, const location& at, const row_surroundings& around = {}
) {
    return detail::read_part<Row, detail::purpose::create>(of, out, at, around);
}

/// Reads the next value as a partial update of `Row`: columns not named stay absent.
template <row Row>
bool read_update(const intake& of, update_of<Row>& out, const location& at) {
    return detail::read_part<Row, detail::purpose::update>(of, out, at);
}

/// Reads a body of one row or an array of rows to insert. Only columns a client may set are
/// accepted.
///
/// Shape:  violations in the document's order, then what is missing, then broken rules in column
/// order, row by
///         row; a body that is not JSON gives the one violation `json_invalid`. Empty: all rows are
///         sound.
/// Errors: throws configuration_error when a column's pattern is not RE2 syntax.
template <row Row>
[[nodiscard]] violations
read_creates(std::string_view body, create_body<Row>& out, const body_options& options = {}) {
    reader in{body, options.max_depth};
    violations broken;
    const intake of{in, broken};
    out.rows.clear();
    out.is_array = in.peek() == token::array;
    if (!out.is_array) {
        const bool is_complete =
            read_create<Row>(of, out.rows.emplace_back(), options.at, {.others = options.others});
        return detail::conclude(in, std::move(broken), options.at, is_complete);
    }
    auto at = options.at;
    at.emplace_back(std::size_t{0});
    bool goes_on = in.enter_array();
    while (goes_on && in.next_element()) {
        if (out.rows.size() == options.max_rows) {
            broken.push_back(
                {"too_many_rows",
                 options.at,
                 "At most " + std::to_string(options.max_rows) + " rows are taken at once"}
            );
            goes_on = false;
        } else {
            // As many more as fit the rest, where they are like the first.
            if (out.rows.size() == 1)
                out.rows.reserve(std::min(options.max_rows, body.size() / in.offset() + 1));
            at.back() = out.rows.size();
            goes_on = read_create<Row>(of, out.rows.emplace_back(), at, {.others = options.others});
        }
    }
    return detail::conclude(in, std::move(broken), options.at, goes_on);
}

/// Reads a body of one partial update; as read_creates() otherwise.
template <row Row>
[[nodiscard]] violations
read_update(std::string_view body, update_of<Row>& out, const body_options& options = {}) {
    reader in{body, options.max_depth};
    violations broken;
    const bool is_complete = read_update<Row>(intake{in, broken}, out, options.at);
    return detail::conclude(in, std::move(broken), options.at, is_complete);
}

/// Throws what a client sent and got wrong.
/// Errors: throws validation_error unless `broken` is empty.
inline void require_sound(violations broken) {
    if (broken.empty())
        return;
    // Only this message is free of the client's own words.
    const bool is_no_json = broken.front().type == "json_invalid" && broken.front().loc.size() == 2;
    const std::string message = is_no_json ? broken.front().msg : "Validation failed";
    throw validation_error{std::move(broken), message};
}

namespace detail {

template <class Key>
void read_key_part(
    const intake& of, const column& facts, std::string_view text, Key& out, const location& at
) {
    const value_path start{at};
    const value_path where{start, facts.name};
    constexpr bool is_number_type = is_bare<Key> && !std::is_same_v<Key, bool>;
    const auto was = is_number_type && is_number(text) ? token::number : token::string;
    const auto how = parse_scalar(text, was, out);
    if (how != fit::good) {
        refuse_spelling(of, how, facts_of_scalar<Key>, text, was, where);
    } else if constexpr (std::is_same_v<Key, std::string>) {
        check_text(facts.type, text, where, of.broken);
    }
}

} // namespace detail

/// Reads a key from the texts of its parts, percent-decoded, in key order.
///
/// Locations are `path` and the column. Rules beyond the type are left out: what breaks them is not
/// found. Errors: the violations; empty means `out` is the key.
template <keyed_row Row>
[[nodiscard]] violations parse_key(std::span<const std::string_view> parts, key_of<Row>& out) {
    constexpr auto& facts = table_of<Row>;
    const location at{std::string{"path"}};
    violations broken;
    if (parts.size() != facts.key.size()) {
        std::string message =
            "The key has " + std::to_string(facts.key.size()) + " parts joined by ',': ";
        for (std::size_t each = 0; each < facts.key.size(); ++each) {
            if (each > 0)
                message.push_back(',');
            message.append(facts.columns[facts.key[each]].name);
        }
        broken.push_back({"key_parts", at, std::move(message)});
        return broken;
    }
    reader none{{}};
    for_each_member(out, [&](std::size_t each, auto& part) {
        const auto& column = facts.columns[facts.key[each]];
        detail::read_key_part(intake{none, broken}, column, parts[each], part, at);
    });
    return broken;
}

/// Reads a key from a path segment, percent-decoded: its parts joined by `,`. A key of one part is
/// the whole text, commas included; parts of longer keys that hold commas need the other overload.
template <keyed_row Row>
[[nodiscard]] violations parse_key(std::string_view text, key_of<Row>& out) {
    constexpr auto count = table_of<Row>.key.size();
    // One more than needed, so that too many parts are seen.
    std::array<std::string_view, count + 1> parts{};
    std::size_t found = 0;
    for (bool has_more = true; has_more && found <= count; ++found) {
        const auto comma = count == 1 ? std::string_view::npos : text.find(',');
        has_more = comma != std::string_view::npos;
        parts[found] = text.substr(0, comma);
        if (has_more)
            text.remove_prefix(comma + 1);
    }
    return parse_key<Row>(std::span{parts}.first(found), out);
}

} // namespace weir::json
