// SPDX-License-Identifier: Apache-2.0
// The JSON Schema (2020-12) of a column's values, by its facts: what json/ writes and reads, said
// to clients. Costs json/document_writer.hpp.
#pragma once

#include <weir/core/int128.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time_text.hpp>
#include <weir/http/openapi/date_expression.hpp>
#include <weir/http/openapi/direction.hpp>
#include <weir/http/openapi/names.hpp>
#include <weir/http/openapi/pattern.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::openapi {

/// Writes the members of schemas into the object that is open. Lifetime: refers to what it was
/// made with.
class value_schema {
public:
    value_schema(json::document_writer& to, const names& called, const table& in, direction way)
        : to_(&to), called_(&called), table_(&in), way_(way) {}

    /// A column's values, NULL among them where it may be. `fills_in`: what is left out becomes the
    /// column's default.
    void column_members(const column& of, bool fills_in) const {
        members(of.type, &of, of.nullable);
        std::string told{of.description};
        if (!of.pattern.empty() && !ecma_pattern_of(of.pattern)) {
            told += told.empty() ? "Matches" : " Matches";
            told.append(" the RE2 pattern `").append(of.pattern).append("`.");
        }
        if (!told.empty())
            to_->text("description", told);
        if (fills_in && of.has_default())
            to_->raw("default", of.default_json);
    }

    /// The same without what only bodies have: for parts of a path.
    void key_members(const column& of) const { members(of.type, &of, false); }

    /// A key of several parts, as an array in their order.
    void key_parts(const table& of) const {
        to_->text("type", "array");
        to_->begin_array("prefixItems");
        for (const auto position : of.key) {
            to_->begin_object();
            key_members(of.columns[position]);
            to_->end_object();
        }
        to_->end_array();
        to_->number("minItems", of.key.size());
        to_->number("maxItems", of.key.size());
    }

    /// A structure's fields.
    void structure_members(const column_type& of) const {
        const auto fields = fields_of(of);
        to_->text("type", "object");
        to_->begin_object("properties");
        for (const auto& field : fields) {
            to_->begin_object(field.name);
            column_members(field, way_ == direction::payload);
            to_->end_object();
        }
        to_->end_object();
        std::vector<std::string_view> required;
        for (const auto& field : fields)
            if (!field.nullable && !field.has_default())
                required.push_back(field.name);
        if (!required.empty())
            to_->texts("required", required);
        to_->flag("additionalProperties", false);
    }

private:
    struct integer_kind {
        std::string_view format;
        std::int64_t least;
        std::int64_t most;
    };

    template <class Integer>
    static constexpr integer_kind integers(std::string_view format) {
        return {format, std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()};
    }

    void types(std::string_view one, bool nullable) const {
        if (nullable) {
            to_->texts("type", std::array<std::string_view, 2>{one, "null"});
        } else {
            to_->text("type", one);
        }
    }

    // A schema that is more than a list of types takes NULL beside it.
    template <class Write>
    void or_null(bool nullable, const Write& write) const {
        if (!nullable)
            return write();
        to_->begin_array("anyOf");
        to_->begin_object();
        write();
        to_->end_object();
        to_->begin_object();
        to_->text("type", "null");
        to_->end_object();
        to_->end_array();
    }

    // `rules` is null for elements, which have a type only.
    void members(const column_type& of, const column* rules, bool nullable) const {
        switch (of.kind) {
        case type::int8:
            return integer(integers<std::int8_t>("int8"), rules, nullable);
        case type::int16:
            return integer(integers<std::int16_t>("int16"), rules, nullable);
        case type::int32:
            return integer(integers<std::int32_t>("int32"), rules, nullable);
        case type::int64:
            return exact_number(of, rules, nullable, "integer", "int64", "^-?[0-9]+$");
        case type::decimal:
            return exact_number(
                of,
                rules,
                nullable,
                "number",
                "decimal",
                "^[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$"
            );
        case type::float32:
        case type::float64:
            return floating(of, rules, nullable);
        case type::boolean:
            return types("boolean", nullable);
        case type::enumeration:
            return labels(of, nullable);
        case type::json:
            return;
        case type::array:
            return list(of, rules, nullable);
        case type::map:
            return dictionary(of, rules, nullable);
        case type::structure:
            return or_null(nullable, [&] {
                if (of.name.empty()) {
                    structure_members(of);
                } else {
                    to_->text(
                        "$ref", reference("schemas", structure_name(*called_, *table_, of, way_))
                    );
                }
            });
        default:
            return string(of, rules, nullable);
        }
    }

    void integer(const integer_kind& kind, const column* rules, bool nullable) const {
        types("integer", nullable);
        to_->text("format", kind.format);
        const auto limit = [rules](const bound column::* which, std::int64_t otherwise) {
            const bool is_set = rules != nullptr && (rules->*which).is == bound::unit::exact;
            return is_set ? static_cast<std::int64_t>((rules->*which).exact) : otherwise;
        };
        to_->raw("minimum", std::to_string(std::max(kind.least, limit(&column::min, kind.least))));
        to_->raw("maximum", std::to_string(std::min(kind.most, limit(&column::max, kind.most))));
    }

    void exact_limits(const column* rules, int scale) const {
        if (rules == nullptr)
            return;
        const auto write = [&](std::string_view key, const bound& limit) {
            if (limit.is != bound::unit::exact)
                return;
            std::string text;
            append_decimal(text, limit.exact, scale);
            to_->raw(key, text);
        };
        write("minimum", rules->min);
        write("maximum", rules->max);
    }

    // Numbers beyond JavaScript's: in a payload a string says them too.
    void exact_number(
        const column_type& of,
        const column* rules,
        bool nullable,
        std::string_view number,
        std::string_view format,
        std::string_view spelling
    ) const {
        if (way_ == direction::answer) {
            types(number, nullable);
        } else {
            std::vector<std::string_view> kinds{number, "string"};
            if (nullable)
                kinds.emplace_back("null");
            to_->texts("type", kinds);
            to_->text("pattern", spelling);
        }
        to_->text("format", format);
        exact_limits(rules, of.kind == type::decimal ? of.scale : 0);
    }

    // NaN and infinities are strings; limits keep out NaN and the infinities beyond them.
    void floating(const column_type& of, const column* rules, bool nullable) const {
        const bool has_min = rules != nullptr && rules->min.is == bound::unit::real;
        const bool has_max = rules != nullptr && rules->max.is == bound::unit::real;
        const std::string_view format = of.kind == type::float32 ? "float" : "double";
        const auto limit = [&](std::string_view key, double value) {
            std::string text;
            append_text(text, value, text_format::statement_api);
            to_->raw(key, text);
        };
        const auto number = [&](bool with_null) {
            types("number", with_null);
            to_->text("format", format);
            if (has_min)
                limit("minimum", rules->min.real);
            if (has_max)
                limit("maximum", rules->max.real);
        };
        std::vector<std::string_view> names;
        if (!has_min && !has_max)
            names.emplace_back("NaN");
        if (!has_max)
            names.emplace_back("Infinity");
        if (!has_min)
            names.emplace_back("-Infinity");
        if (names.empty())
            return number(nullable);
        to_->begin_array("anyOf");
        to_->begin_object();
        number(nullable);
        to_->end_object();
        to_->begin_object();
        to_->text("type", "string");
        to_->texts("enum", names);
        to_->end_object();
        to_->end_array();
    }

    void labels(const column_type& of, bool nullable) const {
        or_null(nullable, [&] {
            if (!of.name.empty())
                return to_->text("$ref", reference("schemas", called_->type(*table_, of.name)));
            to_->text("type", "string");
            to_->texts("enum", of.labels);
        });
    }

    void count_limits(const column* rules, std::string_view least, std::string_view most) const {
        if (rules == nullptr)
            return;
        if (rules->min_items > 0)
            to_->number(least, rules->min_items);
        if (rules->max_items != unlimited)
            to_->number(most, rules->max_items);
    }

    void list(const column_type& of, const column* rules, bool nullable) const {
        types("array", nullable);
        to_->begin_object("items");
        members(*of.element, nullptr, false);
        to_->end_object();
        count_limits(rules, "minItems", "maxItems");
    }

    void dictionary(const column_type& of, const column* rules, bool nullable) const {
        types("object", nullable);
        to_->begin_object("additionalProperties");
        members(*of.element, nullptr, false);
        to_->end_object();
        count_limits(rules, "minProperties", "maxProperties");
    }

    void string(const column_type& of, const column* rules, bool nullable) const {
        types("string", nullable);
        switch (of.kind) {
        case type::date:
            return to_->text("format", "date");
        case type::timestamp:
            return to_->text("format", "date-time");
        case type::timestamp_ntz:
            return to_->text(
                "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?$"
            );
        case type::uuid:
            return to_->text("format", "uuid");
        case type::binary:
            to_->text("contentEncoding", "base64");
            return lengths(rules, unlimited, [](std::uint32_t bytes) {
                return (std::uint64_t{bytes} + 2) / 3 * 4;
            });
        default:
            lengths(
                rules,
                of.kind == type::string ? unlimited : of.length,
                [](std::uint32_t characters) { return std::uint64_t{characters}; }
            );
            if (rules != nullptr)
                spelling(*rules);
        }
    }

    template <class Measure>
    void lengths(const column* rules, std::uint32_t most, const Measure& measure) const {
        if (rules != nullptr) {
            if (rules->min_length > 0)
                to_->number("minLength", measure(rules->min_length));
            most = std::min(most, rules->max_length);
        }
        if (most != unlimited)
            to_->number("maxLength", measure(most));
    }

    // A schema has one pattern; a date's spelling and the column's own cannot both be given.
    void spelling(const column& rules) const {
        const auto own = rules.pattern.empty() ? std::nullopt : ecma_pattern_of(rules.pattern);
        if (own)
            to_->text("pattern", own->text);
        switch (rules.format) {
        case string_format::none:
            return;
        case string_format::date_pattern:
            if (!own)
                to_->text("pattern", expression_of_date_pattern(rules.format_pattern));
            to_->text("x-weir-date-pattern", rules.format_pattern);
            return;
        case string_format::email:
            return to_->text("format", "email");
        case string_format::uuid:
            return to_->text("format", "uuid");
        case string_format::uri:
            return to_->text("format", "uri");
        case string_format::date:
            return to_->text("format", "date");
        case string_format::date_time:
            return to_->text("format", "date-time");
        case string_format::ipv4:
            return to_->text("format", "ipv4");
        case string_format::ipv6:
            return to_->text("format", "ipv6");
        case string_format::hostname:
            return to_->text("format", "hostname");
        }
    }

    json::document_writer* to_;
    const names* called_;
    const table* table_;
    direction way_;
};

} // namespace weir::http::openapi
