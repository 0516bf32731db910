// SPDX-License-Identifier: Apache-2.0
// Columns of tables and fields of structures: a type and the rules for its values.
#include <array>
#include <span>

#include "type_text.hpp"
#include "types.hpp"
#include "unquoted_type.hpp"
#include "value_text.hpp"
#include "words.hpp"

namespace weir::gen {

std::optional<type_model>
types::inline_enumeration(const mapping& from, schema_model& in, const std::string& name) {
    enumeration made;
    made.name = {name, from.key_at("enum")};
    made.space = in.name.value;
    made.is_inline = true;
    made.labels = from.texts("enum");
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

} // namespace weir::gen
