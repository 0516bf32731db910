// SPDX-License-Identifier: Apache-2.0
#include "types.hpp"

#include <span>

#include "unquoted_type.hpp"
#include "words.hpp"

namespace weir::gen {

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
    made.labels = from.texts("enum");
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

} // namespace weir::gen
