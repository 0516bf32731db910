// SPDX-License-Identifier: Apache-2.0
#include "types.hpp"

#include <weir/core/decimal_text.hpp>

#include <algorithm>
#include <array>
#include <memory>

#include "value_text.hpp"
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

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool can_be_map_key(weir::type kind) {
    return is_scalar(kind) && kind != type::json && kind != type::binary && kind != type::float32 &&
           kind != type::float64;
}

int unclosed_brackets(std::string_view text) {
    int open = 0;
    for (const char c : text) {
        if (c == '(' || c == '<')
            ++open;
        if (c == ')' || c == '>')
            --open;
    }
    return open;
}

/// How many entries after `type` are pieces of an unquoted type that YAML cut at its commas.
std::size_t pieces_after(const node& map, std::size_t type_at) {
    const auto& value = map.entries[type_at].value;
    if (map.written != node::style::flow || !value.is_scalar() || !value.is_plain())
        return 0;
    int open = unclosed_brackets(value.text);
    std::size_t pieces = 0;
    while (open > 0 && type_at + pieces + 1 < map.entries.size()) {
        const auto& next = map.entries[type_at + pieces + 1];
        ++pieces;
        open += unclosed_brackets(next.key.text) + unclosed_brackets(next.value.text);
    }
    return open == 0 ? pieces : 0;
}

std::vector<located_text> read_labels(const mapping& from) {
    return from.texts("enum");
}

} // namespace

node mend_type(const node& from, const source& file, diagnostics& to) {
    auto made = from;
    for (std::size_t at = 0; at < made.entries.size(); ++at) {
        if (made.entries[at].key.text != "type")
            continue;
        const auto pieces = pieces_after(made, at);
        if (pieces == 0)
            return made;
        auto& type = made.entries[at].value;
        const auto& last = made.entries[at + pieces];
        type.at.end = std::max(last.key.at.end, last.value.at.end);
        type.text = file.text_of(type.at);
        auto compact = type.text;
        std::erase(compact, ' ');
        to.error(
            "unquoted-type",
            type.at,
            "a type with a comma must be quoted inside '{ }'",
            "write type: \"" + compact + '"'
        );
        const auto first = made.entries.begin() + static_cast<std::ptrdiff_t>(at) + 1;
        made.entries.erase(first, first + static_cast<std::ptrdiff_t>(pieces));
        return made;
    }
    return made;
}

void types::declare(const node& named_types, schema_model& to) {
    if (!named_types.is_map()) {
        to_->error(
            "wrong-shape",
            named_types.at,
            "'types' must be a mapping of names to types",
            "write 'name: {enum: [a, b]}'"
        );
        return;
    }
    auto& of_schema = by_schema_[to.name.value];
    for (const auto& each : named_types.entries) {
        declaration made;
        made.name = {each.key.text, each.key.at};
        made.from = &each.value;
        made.in = &to;
        const auto [place, is_new] = of_schema.emplace(each.key.text, made);
        if (is_new)
            order_.push_back(&place->second);
    }
}

void types::resolve_all() {
    for (auto* each : order_)
        resolve(*each);
}

types::declaration* types::find(const schema_model& in, std::string_view name) {
    const auto point = name.find('.');
    const auto space =
        point == std::string_view::npos ? std::string_view{in.name.value} : name.substr(0, point);
    const auto local = point == std::string_view::npos ? name : name.substr(point + 1);
    const auto of_schema = by_schema_.find(space);
    if (of_schema == by_schema_.end())
        return nullptr;
    const auto found = of_schema->second.find(local);
    return found == of_schema->second.end() ? nullptr : &found->second;
}

namespace {

/// Rules are for the columns of an enumeration or a structure; only another name for a type has
/// some.
std::span<const words::list> keys_of_named_type(const node& map) {
    if (!map.is_map())
        return words::named_type_keys;
    const bool has_type = map.find("type") != nullptr;
    const bool has_enum = map.find("enum") != nullptr;
    const bool has_struct = map.find("struct") != nullptr;
    if (has_enum && !has_struct && !has_type)
        return words::named_enumeration_keys;
    if (has_struct && !has_enum && !has_type)
        return words::named_structure_keys;
    return words::named_type_keys;
}

} // namespace

void types::resolve(declaration& what) {
    if (what.state == state::done)
        return;
    if (what.state == state::being_resolved) {
        to_->error(
            "cyclic-type",
            what.name.at,
            "the type '" + what.name.value + "' contains itself",
            "break the circle: a column of type json can hold what is nested without end"
        );
        return;
    }
    what.state = state::being_resolved;
    const auto mended = what.from->is_map()
                            ? mend_type(*what.from, (*files_)[what.name.at.file], *to_)
                            : *what.from;
    const mapping from{mended, "type '" + what.name.value + "'", keys_of_named_type(mended), *to_};
    const int kinds = int{from.has("enum")} + int{from.has("struct")} + int{from.has("type")};
    if (from.is_map() && kinds != 1) {
        to_->error(
            "type-kind",
            what.name.at,
            from.what() + " must have one of 'enum', 'struct' and 'type'",
            "enum: [a, b], struct: [{name: a, type: int}], or type: string with rules"
        );
    } else if (from.has("enum")) {
        resolve_enumeration(what, from);
    } else if (from.has("struct")) {
        resolve_structure(what, from);
    } else if (const auto written = from.text("type"); !written.value.empty()) {
        what.is_alias = true;
        auto at = written.at;
        if (!from.get("type")->is_plain())
            ++at.begin;
        if (const auto text = parse_type(written.value, at, *to_)) {
            const auto type = type_of(*text, *what.in, what.name.value);
            what.type = type.type;
            column_model rules;
            rules.name = what.name;
            rules.type = type.type;
            read_rules(rules, mended, type.alias);
            what.in->aliases.push_back(std::move(rules));
        }
    }
    what.state = state::done;
}

void types::resolve_enumeration(declaration& what, const mapping& from) {
    enumeration made;
    made.name = what.name;
    made.space = what.in->name.value;
    made.description = from.text("description").value;
    made.labels = read_labels(from);
    what.in->enumerations.push_back(std::move(made));
    what.type = type_model{.kind = type::enumeration, .enumeration = &what.in->enumerations.back()};
}

void types::resolve_structure(declaration& what, const mapping& from) {
    structure made;
    made.name = what.name;
    made.space = what.in->name.value;
    made.description = from.text("description").value;
    const auto* fields = from.list("struct");
    if (fields == nullptr)
        return;
    for (const auto& field : *fields) {
        made.fields.push_back(read_column(field, *what.in, what.name.value, true));
    }
    what.in->structures.push_back(std::move(made));
    what.type = type_model{.kind = type::structure, .structure = &what.in->structures.back()};
}

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

std::optional<type_model>
types::inline_enumeration(const mapping& from, schema_model& in, const std::string& name) {
    enumeration made;
    made.name = {name, from.key_at("enum")};
    made.space = in.name.value;
    made.is_inline = true;
    made.labels = read_labels(from);
    in.enumerations.push_back(std::move(made));
    return type_model{.kind = type::enumeration, .enumeration = &in.enumerations.back()};
}

types::resolved types::column_type(
    const mapping& from, const node& map, schema_model& in, const std::string& name
) {
    if (from.has("enum")) {
        const auto also = from.text("type");
        if (!also.value.empty() && also.value != "string" && also.value != "enum") {
            to_->error(
                "enum-type",
                also.at,
                from.what() + " has 'enum' and is of type '" + also.value + "'",
                "leave 'type' out, or write string"
            );
        }
        return {inline_enumeration(from, in, name), nullptr};
    }
    const auto written = from.needed_text("type");
    if (written.value.empty())
        return {};
    auto at = written.at;
    if (!map.find("type")->is_plain())
        ++at.begin;
    const auto text = parse_type(written.value, at, *to_);
    if (!text)
        return {};
    return type_of(*text, in, name);
}

column_model
types::read_column(const node& written, schema_model& in, const std::string& owner, bool is_field) {
    const auto map = mend_type(written, (*files_)[written.at.file], *to_);
    const auto* name = map.find("name");
    const auto noun = std::string{is_field ? "field" : "column"};
    const auto what =
        name != nullptr && name->is_scalar() ? noun + " '" + name->text + "'" : "this " + noun;
    const mapping from{
        map,
        what,
        is_field ? std::span<const std::string_view>{words::field_keys}
                 : std::span<const std::string_view>{words::column_keys},
        *to_
    };
    column_model made;
    if (!from.is_map())
        return made;
    made.name = from.needed_text("name");
    if (made.name.value.empty())
        made.name.at = written.at;
    made.type_at = from.has("type") ? map.find("type")->at : from.key_at("enum");
    const auto type = column_type(from, map, in, owner + '_' + made.name.value);
    made.type = type.type;
    made.required = from.flag("required", false);
    made.was = from.text("was");
    made.unique = from.flag("unique", false);
    if (const auto by = from.word("generated", words::generators)) {
        constexpr std::array by_position{
            generated_by::uuid, generated_by::identity, generated_by::now
        };
        made.generated = {by_position[by->value], by->at};
    }
    read_rules(made, map, type.alias);
    return made;
}

void types::read_rules(column_model& to, const node& map, const declaration* alias) {
    // A rule the column does not give is taken from the named type it is of.
    node joined = map;
    if (alias != nullptr) {
        for (const auto& each : alias->from->entries) {
            const bool is_rule = each.key.text != "type" && map.find(each.key.text) == nullptr;
            if (is_rule)
                joined.entries.push_back(each);
        }
    }
    const mapping from{joined, "column '" + to.name.value + "'", *to_};
    const auto value_at = [&](std::string_view key,
                              std::string_view id) -> std::optional<located<value>> {
        const auto* found = joined.find(key);
        if (found == nullptr || !to.type)
            return std::nullopt;
        if (found->is_null() && to.type->kind != type::json) {
            to_->error(
                id,
                found->at,
                "'" + std::string{key} + "' of " + from.what() + " has no value",
                "leave the key out: a column without a default is NULL"
            );
            return std::nullopt;
        }
        auto read = read_value(*found, *to.type, id, *to_);
        if (!read)
            return std::nullopt;
        return located<value>{std::move(*read), found->at};
    };
    to.default_value = value_at("default", "bad-default");
    if (to.type) {
        for (const auto& [key, slot] :
             {std::pair{"min", &to.rules.min}, std::pair{"max", &to.rules.max}}) {
            if (const auto* found = joined.find(key); found != nullptr) {
                const auto kind = to.type->kind;
                const bool has_order = kind <= type::decimal || kind == type::date ||
                                       kind == type::timestamp || kind == type::timestamp_ntz;
                if (!has_order) {
                    to_->error(
                        "rule-type",
                        found->at,
                        "'" + std::string{key} + "' does not apply to " + words_of(*to.type),
                        "it limits numbers, dates and times; text has min_length and max_length"
                    );
                } else {
                    *slot = value_at(key, "bad-limit");
                }
            }
        }
    }
    to.rules.min_length = from.number("min_length");
    to.rules.max_length = from.number("max_length");
    to.rules.min_items = from.number("min_items");
    to.rules.max_items = from.number("max_items");
    if (from.has("pattern"))
        to.rules.pattern = from.text("pattern");
    if (from.has("format"))
        to.rules.format = from.text("format");
    to.is_private = from.flag("private", false);
    to.readonly = from.flag("readonly", false);
    to.description = from.text("description").value;
    for (auto& tag : from.texts("tags"))
        to.tags.push_back(std::move(tag.value));
}

namespace {

void add_foreign(std::string_view text, range at, std::vector<located_text>& to) {
    for (auto point = text.find('.'); point != std::string_view::npos;
         point = text.find('.', point + 1)) {
        auto begin = point;
        while (begin > 0 && is_word_character(text[begin - 1]))
            --begin;
        if (begin < point)
            to.push_back({std::string{text.substr(begin, point - begin)}, at});
    }
}

void add_foreign_types(const node* columns, std::vector<located_text>& to) {
    if (columns == nullptr)
        return;
    for (const auto& column : columns->items) {
        const auto* type = column.find("type");
        if (type == nullptr)
            continue;
        add_foreign(type->text, type->at, to);
        // Pieces of an unquoted type: they may name schemas too.
        for (const auto& each : column.entries) {
            if (each.value.is_null())
                add_foreign(each.key.text, each.key.at, to);
        }
    }
}

} // namespace

std::vector<located_text> foreign_schemas(const node& root) {
    std::vector<located_text> made;
    if (const auto* types = root.find("types"); types != nullptr) {
        for (const auto& each : types->entries) {
            if (const auto* type = each.value.find("type"); type != nullptr)
                add_foreign(type->text, type->at, made);
            add_foreign_types(each.value.find("struct"), made);
        }
    }
    if (const auto* tables = root.find("tables"); tables != nullptr) {
        for (const auto& table : tables->items) {
            add_foreign_types(table.find("columns"), made);
            const auto* relations = table.find("relations");
            if (relations == nullptr)
                continue;
            for (const auto& relation : relations->items) {
                if (const auto* target = relation.find("to"); target != nullptr)
                    add_foreign(target->text, target->at, made);
            }
        }
    }
    return made;
}

} // namespace weir::gen
