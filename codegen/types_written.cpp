// SPDX-License-Identifier: Apache-2.0
// What the words of a type mean.
#include <weir/core/decimal_text.hpp>

#include <array>
#include <memory>

#include "type_text.hpp"
#include "types.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

struct plain_type {
    std::string_view word;
    weir::type kind;
};

constexpr std::array plain_types{
    plain_type{"tinyint", type::int8},
    plain_type{"smallint", type::int16},
    plain_type{"int", type::int32},
    plain_type{"integer", type::int32},
    plain_type{"bigint", type::int64},
    plain_type{"float", type::float32},
    plain_type{"double", type::float64},
    plain_type{"string", type::string},
    plain_type{"boolean", type::boolean},
    plain_type{"date", type::date},
    plain_type{"timestamp", type::timestamp},
    plain_type{"timestamp_ntz", type::timestamp_ntz},
    plain_type{"binary", type::binary},
    plain_type{"uuid", type::uuid},
    plain_type{"json", type::json},
};

struct other_word {
    std::string_view written;
    std::string_view means;
};

// Names of the same types elsewhere.
constexpr std::array other_words{
    other_word{"text", "string"},
    other_word{"str", "string"},
    other_word{"bool", "boolean"},
    other_word{"int8", "tinyint"},
    other_word{"int16", "smallint"},
    other_word{"int32", "int"},
    other_word{"int64", "bigint"},
    other_word{"long", "bigint"},
    other_word{"real", "float"},
    other_word{"float64", "double"},
    other_word{"numeric", "decimal(p,s)"},
    other_word{"number", "decimal(p,s) or double"},
    other_word{"datetime", "timestamp"},
    other_word{"timestamptz", "timestamp"},
    other_word{"bytes", "binary"},
    other_word{"bytea", "binary"},
    other_word{"jsonb", "json"},
    other_word{"variant", "json"},
    other_word{"object", "json, or struct<…>"},
    other_word{"list", "array<…>"},
};

bool can_be_map_key(weir::type kind) {
    return is_scalar(kind) && kind != type::json && kind != type::binary && kind != type::float32 &&
           kind != type::float64;
}

} // namespace

types::resolved
types::type_of(const type_text& written, schema_model& in, const std::string& inline_name) {
    const auto& word = written.word.value;
    for (const auto& each : plain_types) {
        if (each.word != word)
            continue;
        if (!written.numbers.empty() || !written.parts.empty()) {
            to_->error(
                "type-arguments",
                written.at,
                "'" + word + "' takes no arguments",
                "write '" + word + "'"
            );
        }
        return {type_model{.kind = each.kind}, nullptr};
    }
    if (word == "decimal" || word == "varchar" || word == "char")
        return {sized(written), nullptr};
    if (word == "array" || word == "map")
        return {container(written, in, inline_name), nullptr};
    if (word == "struct")
        return {inline_structure(written, in, inline_name), nullptr};
    return named(written, in);
}

types::resolved types::named(const type_text& written, schema_model& in) {
    auto* found = find(in, written.word.value);
    if (found == nullptr) {
        unknown(written, in);
        return {};
    }
    if (!written.numbers.empty() || !written.parts.empty()) {
        to_->error(
            "type-arguments",
            written.at,
            "the named type '" + written.word.value + "' takes no arguments"
        );
        return {};
    }
    if (found->state == state::being_resolved) {
        to_->error(
            "cyclic-type",
            written.at,
            "the type '" + written.word.value + "' contains itself",
            "break the circle: a column of type json can hold what nests without end"
        );
        return {};
    }
    resolve(*found);
    if (found->in != &in)
        in.type_imports.push_back(found->in->name.value);
    return {found->type, found->is_alias ? found : nullptr};
}

void types::unknown(const type_text& written, const schema_model& in) {
    const auto& word = written.word.value;
    std::string hint;
    for (const auto& each : other_words) {
        if (each.written == word)
            hint = "did you mean '" + std::string{each.means} + "'?";
    }
    if (const auto point = word.find('.');
        point != std::string::npos && !by_schema_.contains(word.substr(0, point))) {
        hint =
            "no schema '" + word.substr(0, point) +
            "' with types was read; put its file beside this one, or name it on the command line";
    }
    if (hint.empty()) {
        std::vector<std::string_view> known{words::types.begin(), words::types.end()};
        if (const auto own = by_schema_.find(in.name.value); own != by_schema_.end()) {
            for (const auto& [name, unused] : own->second)
                known.emplace_back(name);
        }
        hint = nearest_hint(word, known);
    }
    to_->error("unknown-type", written.word.at, "unknown type '" + word + "'", hint);
}

std::optional<type_model> types::sized(const type_text& written) {
    const auto& word = written.word.value;
    const auto& numbers = written.numbers;
    if (word == "decimal") {
        if (numbers.size() != 2 || !written.parts.empty()) {
            to_->error(
                "type-arguments",
                written.at,
                "'decimal' needs its precision and scale",
                "write decimal(12,2)"
            );
            return std::nullopt;
        }
        if (numbers[0].value < 1 ||
            numbers[0].value > static_cast<std::uint32_t>(max_decimal_digits)) {
            to_->error("decimal-precision", numbers[0].at, "a decimal has 1 to 38 digits");
            return std::nullopt;
        }
        if (numbers[1].value > numbers[0].value) {
            to_->error(
                "decimal-scale",
                numbers[1].at,
                "a decimal's scale is at most its precision, " + std::to_string(numbers[0].value)
            );
            return std::nullopt;
        }
        return type_model{
            .kind = type::decimal,
            .precision = static_cast<std::uint8_t>(numbers[0].value),
            .scale = static_cast<std::uint8_t>(numbers[1].value),
        };
    }
    if (numbers.size() != 1 || !written.parts.empty()) {
        to_->error(
            "type-arguments",
            written.at,
            "'" + word + "' needs its length in characters",
            "write " + word + "(20)"
        );
        return std::nullopt;
    }
    // Source: PostgreSQL 16 manual 8.3: n up to 10485760; Databricks VARCHAR up to 65535.
    constexpr std::uint32_t longest = 65535;
    if (numbers[0].value < 1 || numbers[0].value > longest) {
        to_->error(
            "type-length",
            numbers[0].at,
            "a " + word + " has 1 to 65535 characters",
            "use string with max_length for more"
        );
        return std::nullopt;
    }
    return type_model{
        .kind = word == "char" ? type::fixed_char : type::varchar, .length = numbers[0].value
    };
}

std::optional<type_model>
types::container(const type_text& written, schema_model& in, const std::string& inline_name) {
    const bool is_map = written.word.value == "map";
    const std::size_t wanted = is_map ? 2 : 1;
    if (written.parts.size() != wanted || !written.numbers.empty()) {
        to_->error(
            "type-arguments",
            written.at,
            is_map ? "'map' needs a key type and a value type"
                   : "'array' needs the type of its items",
            is_map ? "write map<string,int>" : "write array<string>"
        );
        return std::nullopt;
    }
    type_model made{.kind = is_map ? type::map : type::array};
    if (is_map) {
        const auto& key = written.parts[0];
        auto read = type_of(key, in, inline_name + "_key").type;
        if (!read)
            return std::nullopt;
        if (!can_be_map_key(read->kind)) {
            to_->error(
                "map-key",
                key.at,
                "'" + words_of(*read) + "' cannot be the key of a map",
                "keys are text, whole numbers, decimals, dates, times, uuids, booleans or enums"
            );
            return std::nullopt;
        }
        made.key = std::make_shared<const type_model>(std::move(*read));
    }
    auto element =
        type_of(written.parts.back(), in, inline_name + (is_map ? "_value" : "_item")).type;
    if (!element)
        return std::nullopt;
    made.element = std::make_shared<const type_model>(std::move(*element));
    return made;
}

std::optional<type_model>
types::inline_structure(const type_text& written, schema_model& in, const std::string& name) {
    if (written.fields.empty() || !written.numbers.empty()) {
        to_->error(
            "type-arguments",
            written.at,
            "'struct' needs its fields",
            "write struct<code:string!,amount:int>"
        );
        return std::nullopt;
    }
    structure made;
    made.name = {name, written.at};
    made.space = in.name.value;
    made.is_inline = true;
    node no_rules;
    no_rules.is = node::kind::map;
    no_rules.at = written.at;
    for (const auto& field : written.fields) {
        column_model column;
        column.name = field.name;
        column.required = field.required;
        column.type_at = field.type.at;
        const auto type = type_of(field.type, in, name + '_' + field.name.value);
        column.type = type.type;
        if (type.alias != nullptr)
            read_rules(column, no_rules, type.alias);
        made.fields.push_back(std::move(column));
    }
    in.structures.push_back(std::move(made));
    return type_model{.kind = type::structure, .structure = &in.structures.back()};
}

} // namespace weir::gen
