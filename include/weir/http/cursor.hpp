// SPDX-License-Identifier: Apache-2.0
// Cursors: the place where a page of a list begins, as text that clients keep and send back.
// Sealed, so that it tells nothing and cannot be made up, and bound to what was asked. Costs
// core/seal.hpp and sql/keyset.hpp.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/core/seal.hpp>
#include <weir/core/secret.hpp>
#include <weir/core/sha256.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/caller.hpp>
#include <weir/http/list_query.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/order.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/where.hpp>
#include <weir/table/any_text.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// What a cursor is bound to besides its table: it is refused with any other.
struct cursor_binding {
    std::string caller{};
    std::string order{};
    std::string filters{};
};

namespace detail {

/// The first eight bytes of a digest: enough to tell what differs. Against forgery there is the
/// seal.
[[nodiscard]] inline std::string fingerprint(std::string_view text) {
    constexpr std::size_t bytes = 8;
    const auto digest = sha256(text);
    std::string made;
    for (std::size_t at = 0; at < bytes; ++at)
        made.push_back(std::to_integer<char>(digest[at]));
    return made;
}

/// A number, seven bits a byte, lowest first.
inline void append_varint(std::string& out, std::size_t number) {
    while (number >= 0x80U) {
        out.push_back(static_cast<char>(number | 0x80U));
        number >>= 7U;
    }
    out.push_back(static_cast<char>(number));
}

/// Takes a number off the front; absent when there is none, or one of more than 28 bits.
[[nodiscard]] inline std::optional<std::size_t> take_varint(std::string_view& text) {
    std::size_t number = 0;
    for (unsigned shift = 0; shift < 28 && !text.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(text.front());
        text.remove_prefix(1);
        number |= static_cast<std::size_t>(byte & 0x7FU) << shift;
        if (byte < 0x80U)
            return number;
    }
    return std::nullopt;
}

/// Everything about a table that a position in it depends on.
[[nodiscard]] inline std::string table_version(const table& of) {
    std::string text;
    const auto add = [&text](std::string_view part) {
        append_varint(text, part.size());
        text.append(part);
    };
    add(of.place);
    add(of.name);
    for (const auto& column : of.columns) {
        add(column.name);
        text.push_back(static_cast<char>(column.type.kind));
        text.push_back(static_cast<char>(column.type.precision));
        text.push_back(static_cast<char>(column.type.scale));
        text.push_back(column.nullable ? '?' : '!');
    }
    for (const auto position : of.key)
        append_varint(text, position);
    return fingerprint(text);
}

/// A condition as PostgreSQL gets it: what is asked is what is bound, whatever operators there are.
[[nodiscard]] inline std::string condition_text(const table& of, const sql::condition& asked) {
    std::string text;
    sql::sink into{text};
    sql::writer out{into, sql::dialect::postgres};
    sql::write_condition(out, of, asked);
    sql::arguments values;
    sql::bind_condition(values, of, asked, sql::dialect::postgres);
    for (std::size_t at = 0; at < values.size(); ++at) {
        const auto value = values.text(at).value_or(std::string_view{});
        append_varint(text, value.size());
        text.append(value);
    }
    return text;
}

/// What decides which rows a list has, and of which time. Filters that must all hold may come in
/// any order.
[[nodiscard]] inline std::string filters_text(const table& of, const list_query& asked) {
    std::vector<std::string> parts;
    if (asked.where.is == sql::condition::form::all_of && !asked.where.negated) {
        for (const auto& part : asked.where.parts)
            parts.push_back(condition_text(of, part));
        std::sort(parts.begin(), parts.end());
    } else {
        parts.push_back(condition_text(of, asked.where));
    }
    std::string text{static_cast<char>(asked.removed)};
    if (asked.as_of)
        append_text(text, *asked.as_of, text_format::postgres);
    text.push_back(';');
    for (const auto& part : parts) {
        append_varint(text, part.size());
        text.append(part);
    }
    return text;
}

[[nodiscard]] inline std::string order_text(std::span<const sql::order_term> whole) {
    std::string text;
    for (const auto& term : whole) {
        append_varint(text, term.column);
        text.push_back(term.descending ? 'd' : 'a');
        text.push_back(sql::detail::puts_nulls_first(term) ? 'f' : 'l');
    }
    return text;
}

[[nodiscard]] inline violation cursor_violation(const list_query& asked, std::string_view what) {
    return {"cursor", {std::string{asked.part}, std::string{"cursor"}}, std::string{what}};
}

[[noreturn]] inline void refuse_cursor(const list_query& asked, std::string_view what) {
    throw validation_error{{cursor_violation(asked, what)}};
}

} // namespace detail

/// The cursors of the pages beside one, where there are such pages.
struct neighbours {
    std::optional<std::string> next{};
    std::optional<std::string> previous{};
};

/// Makes and reads the cursors of one table.
/// Lifetime: refers to the table. Threads: safe.
class cursors {
public:
    /// The longest cursor, in characters: with it a query still has room for its filters.
    static constexpr std::size_t most_characters = 4096;

    /// `key`: the same in every instance of a service; empty: one of this object's own.
    cursors(const table& of, const secret& key)
        : of_(&of), version_(detail::table_version(of)),
          sealer_(key.empty() ? sealer::random_key() : key) {}

    [[nodiscard]] cursor_binding bind(const list_query& asked, const caller* who) const {
        return {
            .caller = detail::fingerprint(who == nullptr ? "" : "caller " + who->id),
            .order = detail::fingerprint(detail::order_text(sql::whole_order(*of_, asked.order))),
            .filters = detail::fingerprint(detail::filters_text(*of_, asked)),
        };
    }

    /// A cursor; absent when the values of the position are too long for one.
    [[nodiscard]] std::optional<std::string>
    write(const sql::list_position& at, const cursor_binding& bound) const {
        std::string text{format};
        char flags = at.towards == sql::direction::backward ? backward : char{};
        if (at.inclusive)
            flags = static_cast<char>(flags | inclusive);
        text.push_back(flags);
        text.append(version_).append(bound.caller).append(bound.order).append(bound.filters);
        for (const auto& value : at.values) {
            std::string spelled;
            if (!is_null(value))
                append_text(spelled, value, text_format::statement_api);
            // 0 is NULL.
            detail::append_varint(text, is_null(value) ? 0 : spelled.size() + 1);
            text.append(spelled);
        }
        if (text.size() > most_characters / 4 * 3 - sealer::overhead)
            return std::nullopt;
        const auto sealed = sealer_.seal(text);
        std::string token;
        append_base64url(token, std::as_bytes(std::span{sealed}));
        return token;
    }

    /// The cursors of the pages that begin at these positions.
    ///
    /// Errors: validation_error where a cursor would be too long, unless the client pages by
    ///         offset: left out, it would say that there is no such page.
    [[nodiscard]] neighbours beside(
        const std::optional<sql::list_position>& following,
        const std::optional<sql::list_position>& preceding,
        const list_query& asked,
        const caller* who
    ) const {
        if (!following && !preceding)
            return {};
        const auto bound = bind(asked, who);
        const auto spelled = [&](const std::optional<sql::list_position>& at) {
            auto cursor = at ? write(*at, bound) : std::nullopt;
            if (at && !cursor && !asked.has_offset)
                throw validation_error{
                    {{"too_long",
                      {std::string{asked.part}, std::string{"order"}},
                      "The values of this order are too long for a cursor; order by shorter "
                      "columns, or page by offset"}}
                };
            return cursor;
        };
        return {.next = spelled(following), .previous = spelled(preceding)};
    }

    /// The position that the cursor of a list query stands for.
    ///
    /// Errors: throws validation_error at `cursor`, saying what differs.
    [[nodiscard]] sql::list_position
    read(const list_query& asked, const cursor_binding& bound) const {
        const auto opened = open(asked.cursor);
        if (!opened)
            detail::refuse_cursor(
                asked,
                "This is no cursor of this service; send next_cursor or prev_cursor as a list gave "
                "it, or begin anew"
            );
        std::string_view text{*opened};
        const char flags = text[1];
        text.remove_prefix(2);
        check(text, asked, bound);
        sql::list_position at{
            .towards = (flags & backward) != 0 ? sql::direction::backward : sql::direction::forward,
            .inclusive = (flags & inclusive) != 0,
        };
        const auto whole = sql::whole_order(*of_, asked.order);
        bool is_whole = true;
        for (const auto& term : whole)
            is_whole = is_whole &&
                       take_value(text, of_->columns[term.column].type, at.values.emplace_back());
        if (!is_whole || !text.empty() || !sql::is_position_in(*of_, whole, at))
            detail::refuse_cursor(asked, "The cursor is of another version of this service");
        return at;
    }

private:
    static constexpr std::string_view format{"\1"};
    static constexpr char backward = 1;
    static constexpr char inclusive = 2;
    static constexpr std::size_t fingerprint_bytes = 8;
    static constexpr std::size_t head_bytes = 2 + 4 * fingerprint_bytes;

    [[nodiscard]] std::optional<std::string> open(std::string_view token) const {
        std::vector<std::byte> raw;
        if (token.size() > most_characters || !parse_base64url(token, raw))
            return std::nullopt;
        const auto* const bytes = reinterpret_cast<const char*>(raw.data());
        auto text = sealer_.open({bytes, raw.size()});
        if (!text || text->size() < head_bytes || !text->starts_with(format))
            return std::nullopt;
        return text;
    }

    /// Takes the fingerprints off the front.
    void check(std::string_view& text, const list_query& asked, const cursor_binding& bound) const {
        const auto take = [&text] {
            const auto taken = text.substr(0, fingerprint_bytes);
            text.remove_prefix(fingerprint_bytes);
            return taken;
        };
        if (take() != version_)
            detail::refuse_cursor(
                asked, "The cursor belongs to another table, or to the table as it was before"
            );
        if (take() != bound.caller)
            detail::refuse_cursor(asked, "The cursor belongs to another caller");
        violations broken;
        if (take() != bound.order)
            broken.push_back(
                detail::cursor_violation(asked, "The cursor was made for another order")
            );
        if (take() != bound.filters)
            broken.push_back(
                detail::cursor_violation(asked, "The cursor was made with other filters")
            );
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    [[nodiscard]] static bool
    take_value(std::string_view& text, const column_type& type, any_value& value) {
        const auto size = detail::take_varint(text);
        if (!size || *size > text.size() + 1)
            return false;
        if (*size == 0)
            return true;
        auto read = parse_any(text.substr(0, *size - 1), type, text_format::statement_api);
        text.remove_prefix(*size - 1);
        if (read)
            value = std::move(*read);
        return read.has_value();
    }

    const table* of_;
    std::string version_;
    sealer sealer_;
};

} // namespace weir::http
