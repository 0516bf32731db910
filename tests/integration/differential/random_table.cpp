// SPDX-License-Identifier: Apache-2.0
#include "random_table.hpp"

#include <weir/core/text_array.hpp>
#include <weir/core/time_text.hpp>
#include <weir/http/target.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/audit.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

using weir::type;

namespace test {

namespace {

constexpr std::array<std::string_view, 4> labels{"draft", "placed", "light grey", "no"};

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::string random_text(chance& with) {
    const std::vector<std::string> pieces{"a", "b", "B",  "z", "Z",  "é",    "ß", "漢", "😀", " ",
                                          "%", "_", "\\", "'", "\"", ",",    "(", ")",  "{",  "}",
                                          ".", "*", "\n", "1", "10", "null", "-", ":",  "!",  "\t"};
    std::string text;
    for (auto count = with.below(5); count > 0; --count)
        text += with.of(pieces);
    return text;
}

weir::any_value random_scalar(chance& with, const weir::column_type& of) {
    const auto small = static_cast<std::int64_t>(with.below(7)) - 3;
    switch (of.kind) {
    case type::int8:
        return with.one_in(4) ? with.of<std::int64_t>({-128, 127}) : small;
    case type::int16:
        return with.one_in(4) ? with.of<std::int64_t>({-32768, 32767}) : small;
    case type::int32:
        return with.one_in(4) ? with.of<std::int64_t>({INT32_MIN, INT32_MAX}) : small;
    case type::int64:
        return with.one_in(4) ? with.of<std::int64_t>({INT64_MIN, INT64_MAX, 9'007'199'254'740'993})
                              : small;
    // Not −0, whose sign one engine loses (docs/capabilities.md).
    case type::float32:
        return with.one_in(4) ? with.of<double>({not_a_number, infinity, -infinity})
                              : with.of<double>({0.0, -1.5, 0.25, 3.0, 16777216.0, -0.125, 1024.5});
    case type::float64:
        return with.one_in(4)
                   ? with.of<double>({not_a_number, infinity, -infinity, 5e-324})
                   : with.of<double>({0.0, -1.5, 0.1, 1e300, -2.5e-7, 123456789.125, 3.0, 1e15});
    case type::decimal: {
        weir::int128 unscaled = static_cast<std::int64_t>(with.below(2001)) - 1000;
        if (with.one_in(4))
            unscaled = with.of<std::int64_t>({0, 1, -1, 9'999'999'999, -9'999'999'999});
        return weir::scaled_decimal{unscaled, of.scale};
    }
    case type::boolean:
        return with.one_in(2);
    case type::date:
        return weir::date{static_cast<std::int32_t>(with.below(40'000)) - 10'000};
    case type::timestamp:
    case type::timestamp_ntz: {
        const std::int64_t since =
            (static_cast<std::int64_t>(with.below(4'000'000'000)) - 1'000'000'000) * 1'000'000 +
            with.of<std::int64_t>({0, 1, 500'000, 999'999});
        if (of.kind == type::timestamp)
            return weir::timestamp{since};
        return weir::timestamp_ntz{since};
    }
    case type::binary: {
        std::vector<std::byte> bytes;
        for (auto count = with.below(5); count > 0; --count)
            bytes.push_back(static_cast<std::byte>(with.bits() & 0xFFU));
        return bytes;
    }
    case type::uuid: {
        weir::uuid made{};
        for (auto& byte : made.bytes)
            byte = static_cast<std::uint8_t>(with.bits() & 3U);
        return made;
    }
    case type::enumeration:
        return std::string{labels[with.below(labels.size())]};
    default:
        return random_text(with);
    }
}

/// Whether JSON has a number for it.
bool is_json_number(const weir::any_value& value) {
    const auto* const real = std::get_if<double>(&value);
    return std::holds_alternative<std::int64_t>(value) ||
           std::holds_alternative<weir::scaled_decimal>(value) ||
           (real != nullptr && std::isfinite(*real));
}

std::string text_of(const weir::any_value& value, weir::text_format format) {
    std::string text;
    weir::append_text(text, value, format);
    return text;
}

std::string in_quotes(std::string_view text) {
    std::string out{"\""};
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

std::string encoded(std::string_view text) {
    std::string out;
    weir::http::append_percent_encoded(out, text);
    return out;
}

} // namespace

random_table::random_table(chance& with, std::size_t number) {
    const auto add = [this,
                      &with](std::string name, weir::column_type of, bool is_key, bool nullable) {
        columns_.push_back(
            {.name = keep(std::move(name)), .type = of, .nullable = nullable, .key = is_key}
        );
        // Not there for clients: as if no table had it.
        columns_.back().is_private = !is_key && with.one_in(10);
    };
    add("id", {.kind = with.of({type::int32, type::int64, type::string})}, true, false);
    key_.push_back(0);
    if (with.one_in(3)) {
        add("part", {.kind = with.of({type::int16, type::date})}, true, false);
        key_.push_back(1);
    }
    for (auto count = 2 + with.below(7); count > 0; --count) {
        auto name = "c" + std::to_string(count);
        // Names that SQL or a grammar has a use for.
        if (with.one_in(8))
            name = with.of<std::string>({"order", "select", "or", "is", "Value", "limit_", "t"}) +
                   name;
        add(std::move(name), random_type(with), false, !with.one_in(4));
    }
    facts_.audit = with.one_in(2);
    facts_.soft_delete = facts_.audit;
    if (facts_.audit)
        columns_.insert(columns_.end(), weir::audit_columns.begin(), weir::audit_columns.end());
    facts_.name = keep("random_" + std::to_string(number));
    facts_.space = "random";
    facts_.place = "app_data";
    facts_.columns = columns_;
    facts_.key = key_;
    facts_.api.path = facts_.name;
}

weir::column_type random_table::random_type(chance& with) {
    constexpr std::array scalars{
        type::int8,
        type::int16,
        type::int32,
        type::int64,
        type::float32,
        type::float64,
        type::decimal,
        type::string,
        type::varchar,
        type::boolean,
        type::date,
        type::timestamp,
        type::timestamp_ntz,
        type::binary,
        type::uuid,
        type::enumeration,
    };
    const auto scalar = [&] {
        weir::column_type made{.kind = scalars[with.below(scalars.size())]};
        if (made.kind == type::decimal) {
            made.precision = 12;
            made.scale = with.of<std::uint8_t>({0, 2});
        }
        if (made.kind == type::varchar)
            made.length = 60;
        if (made.kind == type::enumeration)
            made.labels = labels;
        return made;
    };
    if (!with.one_in(5))
        return scalar();
    if (with.one_in(3)) {
        const auto& text = types_.emplace_back(weir::column_type{.kind = type::string});
        return {.kind = type::map, .element = &text, .key = &text};
    }
    auto item = scalar();
    while (item.kind == type::binary || item.kind == type::float32)
        item = scalar();
    return {.kind = type::array, .element = &types_.emplace_back(item)};
}

cell random_table::value(chance& with, const weir::column_type& of) {
    if (of.kind == type::array) {
        cell made;
        for (auto count = with.below(4); count > 0; --count)
            made.items.push_back(random_scalar(with, *of.element));
        return made;
    }
    if (of.kind == type::map) {
        cell made{.json = "{"};
        std::size_t entries = with.below(3);
        for (const auto* name : {"a", "b c", "é"}) {
            if (entries == 0)
                break;
            --entries;
            made.json += made.json.size() == 1 ? "" : ",";
            weir::json::append_json_string(made.json, name);
            made.json += ':';
            weir::json::append_json_string(made.json, random_text(with));
        }
        made.json += '}';
        return made;
    }
    return {.scalar = random_scalar(with, of)};
}

std::vector<cell> random_table::row(chance& with, std::size_t number) const {
    std::vector<cell> made;
    const auto at = static_cast<std::int64_t>(number);
    for (const auto& of : facts_.columns) {
        if (of.key && of.name == "id") {
            // Texts whose order is not the one of any language.
            constexpr std::array<std::string_view, 5> heads{"a", "B", "é", "_", "Z"};
            if (of.type.kind == type::string) {
                made.push_back({.scalar = std::string{heads[number % 5]} + std::to_string(number)});
            } else {
                made.push_back({.scalar = at - 5});
            }
        } else if (of.key) {
            made.push_back(
                of.type.kind == type::date
                    ? cell{.scalar = weir::date{static_cast<std::int32_t>(at)}}
                    : cell{.scalar = at % 3}
            );
        } else if (of.nullable && with.one_in(3)) {
            made.push_back({.is_null = true});
        } else {
            made.push_back(value(with, of.type));
        }
    }
    return made;
}

void add_cell(
    weir::sql::arguments& to,
    const cell& value,
    const weir::column_type& of,
    weir::sql::dialect spoken
) {
    const auto format = weir::sql::format_of(spoken);
    if (value.is_null)
        return to.add_null(of);
    if (of.kind == type::map)
        return to.add_text(value.json, of);
    if (of.kind != type::array)
        return to.add_text(text_of(value.scalar, format), of);
    const bool postgres = spoken == weir::sql::dialect::postgres;
    std::string text{postgres ? "{" : "["};
    for (const auto& item : value.items) {
        text += text.size() == 1 ? "" : ",";
        const auto from = text.size();
        const auto spelled = text_of(item, format);
        if (postgres) {
            text += spelled;
            weir::detail::quote_array_element(text, from);
        } else if (is_json_number(item) || std::holds_alternative<bool>(item)) {
            text += spelled;
        } else {
            weir::json::append_json_string(text, spelled);
        }
    }
    to.add_text(text + (postgres ? '}' : ']'), of);
}

std::optional<std::string> literal_of(const cell& value, const weir::column_type& of) {
    if (value.is_null || !value.json.empty() || of.kind == type::array || of.kind == type::map)
        return std::nullopt;
    if (of.kind == type::timestamp) {
        auto text = text_of(value.scalar, weir::text_format::statement_api);
        return text;
    }
    return text_of(value.scalar, weir::text_format::statement_api);
}

namespace {

/// One comparison, however it will be spelled.
struct question {
    std::string column{};
    bool negated = false;
    std::string op{};
    enum class shape { word, one, list, elements, entries } is = shape::one;
    /// The word, the value, the values; of entries keys and values in turn.
    std::vector<std::string> values{};
};

bool has_order(type kind) {
    return kind != type::boolean && kind != type::enumeration && kind != type::binary &&
           kind != type::uuid;
}

/// About a container; absent where its items cannot be spelled.
std::optional<question>
ask_container(chance& with, question made, const weir::column_type& of, const cell& near) {
    made.op = with.of<std::string>({"cs", "cd", "ov"});
    if (of.kind == type::map) {
        made.is = with.one_in(2) ? question::shape::entries : question::shape::elements;
        const auto add = [&](std::string_view key, std::string_view value) {
            made.values.emplace_back(key);
            if (made.is == question::shape::entries)
                made.values.emplace_back(value);
        };
        const std::string entries = near.json.empty() ? "{}" : near.json;
        weir::json::reader in{entries};
        std::string_view text;
        in.enter_object();
        while (in.next_member(text)) {
            const std::string key{text};
            in.read_string(text);
            if (!with.one_in(3))
                add(key, text);
        }
        if (with.one_in(2))
            add("x\"}", random_text(with));
        return made;
    }
    made.is = question::shape::elements;
    auto items = near.items;
    if (!items.empty() && with.one_in(2))
        items.pop_back();
    if (with.one_in(2))
        items.push_back(random_table::value(with, *of.element).scalar);
    for (auto& item : items)
        made.values.push_back(*literal_of({.scalar = std::move(item)}, *of.element));
    return made;
}

std::optional<question>
random_question(chance& with, const weir::table& of, const std::vector<std::vector<cell>>& rows) {
    const auto position = with.below(of.columns.size());
    const auto& column = of.columns[position];
    const auto& kind = column.type;
    if (column.is_private)
        return std::nullopt;
    question made{.column = std::string{column.name}, .negated = with.one_in(5)};
    if (with.one_in(6)) {
        made.op = "is";
        made.is = question::shape::word;
        made.values = {
            kind.kind == type::boolean
                ? with.of<std::string>({"null", "not_null", "true", "false", "unknown"})
                : with.of<std::string>({"null", "not_null"})
        };
        return made;
    }
    const auto near = [&]() -> cell {
        return rows.empty() || with.one_in(4) ? random_table::value(with, kind)
                                              : rows[with.below(rows.size())][position];
    };
    if (kind.kind == type::array || kind.kind == type::map)
        return ask_container(with, std::move(made), kind, near());
    made.is = with.one_in(6) ? question::shape::list : question::shape::one;
    for (auto count = made.is == question::shape::list ? with.below(4) : 1; count > 0; --count) {
        auto item = literal_of(near(), kind);
        if (!item)
            return std::nullopt;
        made.values.push_back(std::move(*item));
    }
    if (made.is == question::shape::list) {
        made.op = "in";
    } else if (is_text(kind.kind) && with.one_in(3)) {
        made.op = "like";
        made.values.front() = with.of<std::string>({"*", ""}) + made.values.front() + "*";
    } else {
        made.op = has_order(kind.kind)
                      ? with.of<std::string>({"eq", "neq", "gt", "gte", "lt", "lte", "isdistinct"})
                      : with.of<std::string>({"eq", "neq", "isdistinct"});
    }
    return made;
}

/// `column` + `separator` + `operator.value`, the value quoted when it stands in a group.
std::string url_of(const question& asked, std::string_view separator, bool in_group) {
    std::string value;
    if (asked.is == question::shape::word || asked.is == question::shape::one) {
        const bool is_plain = asked.is == question::shape::word || !in_group;
        value = is_plain ? asked.values.front() : in_quotes(asked.values.front());
    } else if (asked.is == question::shape::entries && !asked.values.empty()) {
        for (std::size_t at = 0; at < asked.values.size(); at += 2) {
            value += value.empty() ? '{' : ',';
            weir::json::append_json_string(value, asked.values[at]);
            value += ':';
            weir::json::append_json_string(value, asked.values[at + 1]);
        }
        value += '}';
    } else {
        const bool is_in = asked.is == question::shape::list;
        for (const auto& item : asked.values)
            value += (value.empty() ? "" : ",") + in_quotes(item);
        value = (is_in ? '(' : '{') + value + (is_in ? ')' : '}');
    }
    return encoded(asked.column) + std::string{separator} + (asked.negated ? "not." : "") +
           asked.op + "." + encoded(value);
}

std::string in_json(std::string_view text) {
    std::string out;
    weir::json::append_json_string(out, text);
    return out;
}

/// `{"column":{"operator":value}}`, or the long form of it.
std::string json_of(chance& with, const question& asked) {
    std::string value;
    switch (asked.is) {
    case question::shape::word:
        value = asked.values.front() == "unknown" || asked.values.front() == "not_null"
                    ? in_json(asked.values.front())
                    : asked.values.front();
        break;
    case question::shape::one:
        value = in_json(asked.values.front());
        break;
    case question::shape::entries:
        for (std::size_t at = 0; at < asked.values.size(); at += 2)
            value += (value.empty() ? "" : ",") + in_json(asked.values[at]) + ":" +
                     in_json(asked.values[at + 1]);
        value = "{" + value + "}";
        break;
    case question::shape::list:
    case question::shape::elements:
        for (const auto& item : asked.values)
            value += (value.empty() ? "" : ",") + in_json(item);
        value = "[" + value + "]";
        break;
    }
    const auto op = in_json((asked.negated ? "not." : "") + asked.op);
    if (with.one_in(3))
        return R"({"op":)" + op + R"(,"column":)" + in_json(asked.column) + R"(,"value":)" + value +
               "}";
    return "{" + in_json(asked.column) + ":{" + op + ":" + value + "}}";
}

std::string random_group(
    chance& with,
    const weir::table& of,
    const std::vector<std::vector<cell>>& rows,
    std::size_t depth
) {
    std::string parts;
    for (auto count = 1 + with.below(3); count > 0; --count) {
        std::string part;
        if (depth < 2 && with.one_in(3)) {
            part = with.of<std::string>({"and", "or", "not.and", "not.or"});
            part += random_group(with, of, rows, depth + 1);
        } else if (const auto made = random_question(with, of, rows)) {
            part = url_of(*made, ".", true);
        } else {
            continue;
        }
        parts += parts.empty() ? "" : ",";
        parts += part;
    }
    if (parts.empty())
        parts = encoded(of.columns[0].name) + ".not.is.null";
    return "(" + parts + ")";
}

/// A condition as a body spells it.
std::string random_where(
    chance& with,
    const weir::table& of,
    const std::vector<std::vector<cell>>& rows,
    std::size_t depth
) {
    if (depth < 3 && with.one_in(3)) {
        if (with.one_in(3))
            return R"({"not":)" + random_where(with, of, rows, depth + 1) + "}";
        std::string parts;
        for (auto count = 1 + with.below(3); count > 0; --count)
            parts += (parts.empty() ? "" : ",") + random_where(with, of, rows, depth + 1);
        return R"({")" + with.of<std::string>({"and", "or"}) + R"(":[)" + parts + "]}";
    }
    const auto made = random_question(with, of, rows);
    return made ? json_of(with, *made) : "{}";
}

} // namespace

std::string
random_query(chance& with, const weir::table& of, const std::vector<std::vector<cell>>& rows) {
    std::string query;
    const auto add = [&query](std::string_view text) {
        query += query.empty() ? "" : "&";
        query += text;
    };
    for (auto count = with.below(4); count > 0; --count) {
        if (with.one_in(3)) {
            add(with.of<std::string>({"and=", "or=", "not.or=", "not.and="}) +
                random_group(with, of, rows, 0));
        } else if (const auto made = random_question(with, of, rows)) {
            add(url_of(*made, "=", false));
        }
    }
    if (with.one_in(2)) {
        std::string order;
        for (std::size_t at = 0; at < of.columns.size(); ++at) {
            const auto kind = of.columns[at].type.kind;
            if (!weir::is_scalar(kind) || kind == type::json || of.columns[at].is_private ||
                !with.one_in(4))
                continue;
            order += order.empty() ? "order=" : ",";
            order += encoded(of.columns[at].name) + with.of<std::string>({"", ".asc", ".desc"}) +
                     with.of<std::string>({"", ".nullsfirst", ".nullslast"});
        }
        if (!order.empty())
            add(order);
    }
    if (with.one_in(3)) {
        std::string select;
        for (const auto& column : of.columns) {
            if (column.is_private || !with.one_in(2))
                continue;
            select += select.empty() ? "select=" : ",";
            select += encoded(column.name);
        }
        if (!select.empty())
            add(select);
    }
    if (with.one_in(2))
        add("limit=" + std::to_string(with.below(9)));
    if (with.one_in(4))
        add("offset=" + std::to_string(with.below(9)));
    if (with.one_in(3))
        add("count=exact");
    if (of.soft_delete && with.one_in(3))
        add(with.of<std::string>({"deleted=include", "deleted=only"}));
    return query;
}

std::string
random_body(chance& with, const weir::table& of, const std::vector<std::vector<cell>>& rows) {
    auto body = R"({"where":)" + random_where(with, of, rows, 0);
    if (with.one_in(2))
        body += R"(,"limit":)" + std::to_string(with.below(9));
    if (with.one_in(3))
        body += R"(,"count":"exact")";
    return body + R"(,"order":["id.desc"]})";
}

} // namespace test
