// SPDX-License-Identifier: Apache-2.0
#include "oracle.hpp"

#include <weir/json/reader.hpp>
#include <weir/sql/containment.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

using weir::any_value;
using weir::type;
using weir::sql::comparison;
using weir::sql::condition;

namespace test {

namespace {

truth known(bool value) {
    return value ? truth::yes : truth::no;
}

truth opposite(truth of) {
    return of == truth::unknown ? of : known(of == truth::no);
}

/// The bytes of the character at the front.
std::size_t character_size(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        ++size;
    return size;
}

bool is_like(std::string_view text, std::string_view pattern) {
    if (pattern.empty())
        return text.empty();
    if (pattern.front() == '%') {
        for (std::size_t at = 0; at <= text.size(); ++at)
            if (is_like(text.substr(at), pattern.substr(1)))
                return true;
        return false;
    }
    if (text.empty())
        return false;
    if (pattern.front() == '_')
        return is_like(text.substr(character_size(text)), pattern.substr(1));
    if (pattern.front() == '\\')
        pattern.remove_prefix(1);
    return text.front() == pattern.front() && is_like(text.substr(1), pattern.substr(1));
}

/// Numbers that are not a number are the same, and larger than any other.
bool is_same(const any_value& a, const any_value& b) {
    const auto* const left = std::get_if<double>(&a);
    const auto* const right = std::get_if<double>(&b);
    return a == b ||
           (left != nullptr && right != nullptr && std::isnan(*left) && std::isnan(*right));
}

bool is_less(const any_value& a, const any_value& b) {
    return std::visit(
        [&b]<class T>(const T& left) {
            const auto& right = std::get<T>(b);
            if constexpr (std::is_same_v<T, double>)
                if (std::isnan(left) || std::isnan(right))
                    return !std::isnan(left);
            if constexpr (std::is_same_v<T, weir::scaled_decimal>) {
                return left.unscaled < right.unscaled;
            } else if constexpr (std::is_same_v<T, std::monostate> ||
                                 std::is_same_v<T, weir::json_text>) {
                return false;
            } else {
                return left < right;
            }
        },
        a
    );
}

bool compares(const any_value& held, const condition& asked) {
    const auto& other = asked.values.front();
    switch (asked.how) {
    case comparison::equal:
        return is_same(held, other);
    case comparison::not_equal:
        return !is_same(held, other);
    case comparison::less:
        return is_less(held, other);
    case comparison::less_equal:
        return !is_less(other, held);
    case comparison::greater:
        return is_less(other, held);
    case comparison::greater_equal:
        return !is_less(held, other);
    default:
        return is_like(std::get<std::string>(held), std::get<std::string>(other));
    }
}

using item = std::vector<any_value>;

/// A container's elements, keys or entries, each as one or two values.
std::vector<item> items_of(const cell& held, const weir::column_type& of, bool only_keys) {
    std::vector<item> found;
    if (of.kind == type::array) {
        for (const auto& each : held.items)
            found.push_back({each});
        return found;
    }
    weir::json::reader in{held.json};
    std::string_view text;
    in.enter_object();
    while (in.next_member(text)) {
        auto& entry = found.emplace_back();
        entry.emplace_back(std::string{text});
        in.read_string(text);
        if (!only_keys)
            entry.emplace_back(std::string{text});
    }
    return found;
}

std::vector<item> items_of(const condition& asked, bool pairs) {
    std::vector<item> found;
    for (std::size_t at = 0; at < asked.values.size(); at += pairs ? 2 : 1) {
        auto& each = found.emplace_back();
        each.push_back(asked.values[at]);
        if (pairs)
            each.push_back(asked.values[at + 1]);
    }
    return found;
}

bool contains(const cell& held, const weir::column_type& of, const condition& asked) {
    const bool keys = weir::sql::is_about_keys(asked.how);
    const auto mine = items_of(held, of, keys);
    const auto given = items_of(asked, of.kind == type::map && !keys);
    const auto is_in = [](const std::vector<item>& in) {
        return [&in](const item& each) {
            return std::any_of(in.begin(), in.end(), [&each](const item& other) {
                return std::equal(each.begin(), each.end(), other.begin(), other.end(), is_same);
            });
        };
    };
    switch (asked.how) {
    case comparison::contains:
    case comparison::has_keys:
        return std::all_of(given.begin(), given.end(), is_in(mine));
    case comparison::contained_in:
    case comparison::keys_in:
        return std::all_of(mine.begin(), mine.end(), is_in(given));
    default:
        return std::any_of(given.begin(), given.end(), is_in(mine));
    }
}

truth compare(const weir::table& of, const std::vector<cell>& row, const condition& asked) {
    const auto& held = row[asked.column];
    if (asked.how == comparison::is_null || asked.how == comparison::is_not_null)
        return known(held.is_null == (asked.how == comparison::is_null));
    if (asked.how == comparison::is_distinct)
        return known(held.is_null || !is_same(held.scalar, asked.values.front()));
    // A list of nothing holds nothing, not even NULL.
    if (asked.how == comparison::in && asked.values.empty())
        return truth::no;
    if (held.is_null)
        return truth::unknown;
    const auto& values = asked.values;
    if (asked.how == comparison::in)
        return known(std::any_of(values.begin(), values.end(), [&](const any_value& each) {
            return is_same(held.scalar, each);
        }));
    if (weir::sql::is_containment(asked.how))
        return known(contains(held, of.columns[asked.column].type, asked));
    return known(compares(held.scalar, asked));
}

truth join(const weir::table& of, const std::vector<cell>& row, const condition& asked) {
    const bool all = asked.is == condition::form::all_of;
    auto result = known(all);
    for (const auto& part : asked.parts) {
        const auto found = holds(of, row, part);
        if (found == known(!all))
            return found;
        if (found == truth::unknown)
            result = found;
    }
    return result;
}

condition random_containment(
    chance& with, std::uint16_t position, const weir::column_type& of, const cell& near
) {
    const bool keys = of.kind == type::map && with.one_in(2);
    const auto how =
        keys ? with.of({comparison::has_keys, comparison::keys_in, comparison::has_any_key})
             : with.of({comparison::contains, comparison::contained_in, comparison::overlaps});
    auto items = items_of(near, of, keys);
    if (!items.empty() && with.one_in(2))
        items.pop_back();
    if (of.kind == type::array && with.one_in(2)) {
        for (const auto& each : random_table::value(with, of).items)
            items.push_back({each});
    } else if (of.kind == type::map && with.one_in(2)) {
        items.push_back({std::string{"other \"}"}, std::string{"x,\\"}});
        if (keys)
            items.back().pop_back();
    }
    auto made = weir::sql::compare(position, how);
    for (auto& each : items)
        for (auto& value : each)
            made.values.push_back(std::move(value));
    return made;
}

std::string random_pattern(chance& with, const any_value& near) {
    std::string pattern;
    for (const char c : std::get<std::string>(near)) {
        if (c == '%' || c == '_' || c == '\\')
            pattern += '\\';
        pattern += c;
    }
    if (with.one_in(3))
        return pattern;
    const auto ends = with.of<std::string_view>({"%", "_", ""});
    return with.one_in(2) ? std::string{ends} + pattern : pattern + std::string{ends};
}

condition
random_comparison(chance& with, const weir::table& of, const std::vector<std::vector<cell>>& rows) {
    const auto position = static_cast<std::uint16_t>(with.below(of.columns.size()));
    const auto& kind = of.columns[position].type;
    if (with.one_in(8))
        return weir::sql::compare(
            position, with.of({comparison::is_null, comparison::is_not_null})
        );
    const auto near = [&] {
        if (!rows.empty() && !with.one_in(4)) {
            const auto& found = rows[with.below(rows.size())][position];
            if (!found.is_null)
                return found;
        }
        return random_table::value(with, kind);
    };
    if (kind.kind == type::array || kind.kind == type::map)
        return random_containment(with, position, kind, near());
    if (with.one_in(6)) {
        auto made = weir::sql::compare(position, comparison::in);
        for (auto count = with.below(4); count > 0; --count)
            made.values.push_back(near().scalar);
        return made;
    }
    const bool is_text = kind.kind == type::string || kind.kind == type::varchar;
    if (is_text && with.one_in(3))
        return weir::sql::compare(
            position, comparison::like, {random_pattern(with, near().scalar)}
        );
    const bool has_order = kind.kind != type::boolean && kind.kind != type::enumeration &&
                           kind.kind != type::binary && kind.kind != type::uuid;
    const auto how =
        has_order ? with.of(
                        {comparison::equal,
                         comparison::not_equal,
                         comparison::less,
                         comparison::less_equal,
                         comparison::greater,
                         comparison::greater_equal,
                         comparison::is_distinct}
                    )
                  : with.of({comparison::equal, comparison::not_equal, comparison::is_distinct});
    return weir::sql::compare(position, how, {near().scalar});
}

} // namespace

truth holds(const weir::table& of, const std::vector<cell>& row, const condition& asked) {
    const auto found =
        asked.is == condition::form::compare ? compare(of, row, asked) : join(of, row, asked);
    return asked.negated ? opposite(found) : found;
}

condition random_condition(
    chance& with,
    const weir::table& of,
    const std::vector<std::vector<cell>>& rows,
    std::size_t depth
) {
    auto made = [&] {
        if (depth == 4 || (depth > 0 && !with.one_in(3)))
            return random_comparison(with, of, rows);
        condition group;
        group.is = with.of({condition::form::all_of, condition::form::any_of});
        for (auto count = with.below(4); count > 0; --count)
            group.parts.push_back(random_condition(with, of, rows, depth + 1));
        return group;
    }();
    made.negated = with.one_in(4);
    return made;
}

} // namespace test
