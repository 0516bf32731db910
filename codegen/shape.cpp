// SPDX-License-Identifier: Apache-2.0
#include "shape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace weir::gen {

namespace {

struct synonym {
    std::string_view other_word;
    std::string_view key;
    std::string_view hint;
};

// What people bring from dbt, ODCS, JSON Schema and SQL.
constexpr std::array synonyms{
    synonym{"nullable", "required", "columns are nullable unless they say 'required: true'"},
    synonym{"not_null", "required", "write 'required: true'"},
    synonym{"data_type", "type", "write 'type'"},
    synonym{"primary_key", "key", "the table says 'key: [column, …]'"},
    synonym{"minimum", "min", "write 'min'"},
    synonym{"maximum", "max", "write 'max'"},
    synonym{"minLength", "min_length", "write 'min_length'"},
    synonym{"maxLength", "max_length", "write 'max_length'"},
    synonym{"minItems", "min_items", "write 'min_items'"},
    synonym{"maxItems", "max_items", "write 'max_items'"},
    synonym{"length", "max_length", "write 'max_length'"},
    synonym{"regex", "pattern", "write 'pattern'"},
    synonym{"values", "enum", "write 'enum'"},
    synonym{"accepted_values", "enum", "write 'enum'"},
    synonym{"renamed_from", "was", "write 'was'"},
    synonym{"comment", "description", "write 'description'"},
    synonym{"fields", "columns", "write 'columns'"},
    synonym{"models", "tables", "write 'tables'"},
    synonym{"<<", "", "merge keys are not part of the schema language: write the values out"},
};

std::string hint_for(std::string_view key, std::span<const std::string_view> known) {
    for (const auto& each : synonyms) {
        const bool usable =
            each.key.empty() || std::find(known.begin(), known.end(), each.key) != known.end();
        if (each.other_word == key && usable)
            return std::string{each.hint};
    }
    return nearest_hint(key, known);
}

std::string kind_of(const node& of) {
    switch (of.is) {
    case node::kind::null:
        return "nothing";
    case node::kind::scalar:
        return "text";
    case node::kind::sequence:
        return "a list";
    case node::kind::map:
        return "a mapping";
    }
    return {};
}

} // namespace

mapping::mapping(
    const node& from, std::string what, std::span<const std::string_view> known, diagnostics& to
)
    : mapping(from, std::move(what), to) {
    if (!from.is_map()) {
        to.error(
            "wrong-shape",
            from.at,
            what_ + " must be a mapping, not " + kind_of(from),
            "write 'key: value' entries: " + listed(known)
        );
        return;
    }
    for (const auto& each : from.entries) {
        if (each.key.is_scalar() &&
            std::find(known.begin(), known.end(), each.key.text) != known.end())
            continue;
        const auto name = each.key.is_scalar() ? "'" + each.key.text + "'" : kind_of(each.key);
        to.error(
            "unknown-key",
            each.key.at,
            what_ + " has no key " + name,
            hint_for(each.key.text, known)
        );
    }
}

const node* mapping::get(std::string_view key) const {
    const auto* found = from_->find(key);
    if (found != nullptr && found->is_null()) {
        to_->error(
            "missing-value",
            key_at(key),
            "'" + std::string{key} + "' of " + what_ + " has no value",
            "write one, or leave the key out"
        );
        return nullptr;
    }
    return found;
}

range mapping::key_at(std::string_view key) const {
    for (const auto& each : from_->entries) {
        if (each.key.text == key)
            return each.key.at;
    }
    return from_->at;
}

located_text mapping::text(std::string_view key) const {
    const auto* found = get(key);
    if (found == nullptr)
        return {};
    return text_of(*found, "'" + std::string{key} + "' of " + what_, *to_).value_or(located_text{});
}

located_text mapping::needed_text(std::string_view key) const {
    if (is_map() && !has(key)) {
        to_->error(
            "missing-key",
            from_->at,
            what_ + " has no '" + std::string{key} + "'",
            "add '" + std::string{key} + ": …'"
        );
    }
    return text(key);
}

bool mapping::flag(std::string_view key, bool otherwise) const {
    const auto* found = get(key);
    if (found == nullptr)
        return otherwise;
    return flag_of(*found, "'" + std::string{key} + "' of " + what_, *to_).value_or(otherwise);
}

std::optional<located<std::uint32_t>> mapping::number(std::string_view key) const {
    const auto* found = get(key);
    if (found == nullptr)
        return std::nullopt;
    std::uint32_t value = 0;
    const auto* const end = found->text.data() + found->text.size();
    const auto read = std::from_chars(found->text.data(), end, value);
    if (!found->is_scalar() || read.ptr != end || read.ec != std::errc{} || value == unlimited) {
        to_->error(
            "bad-number",
            found->at,
            "'" + std::string{key} + "' of " + what_ + " must be a whole number",
            "0 to 4294967294"
        );
        return std::nullopt;
    }
    return located<std::uint32_t>{value, found->at};
}

std::optional<located<std::size_t>>
mapping::word(std::string_view key, std::span<const std::string_view> known) const {
    const auto found = text(key);
    if (found.value.empty())
        return std::nullopt;
    const auto at = std::find(known.begin(), known.end(), found.value);
    if (at == known.end()) {
        to_->error(
            "unknown-word",
            found.at,
            "'" + found.value + "' is no " + std::string{key} + " of " + what_,
            nearest_hint(found.value, known)
        );
        return std::nullopt;
    }
    return located<std::size_t>{static_cast<std::size_t>(at - known.begin()), found.at};
}

std::vector<located_text> mapping::texts(std::string_view key) const {
    const auto* found = get(key);
    std::vector<located_text> made;
    if (found == nullptr)
        return made;
    const auto each_is = "each item in '" + std::string{key} + "' of " + what_;
    if (found->is_scalar()) {
        made.push_back({found->text, found->at});
    } else if (found->is_map()) {
        to_->error(
            "wrong-shape",
            found->at,
            "'" + std::string{key} + "' of " + what_ + " must be a list, not a mapping",
            "write [a, b]"
        );
    }
    for (const auto& item : found->items) {
        if (auto read = text_of(item, each_is, *to_))
            made.push_back(std::move(*read));
    }
    return made;
}

const std::vector<node>* mapping::list(std::string_view key) const {
    const auto* found = get(key);
    if (found == nullptr)
        return nullptr;
    if (!found->is_sequence()) {
        to_->error(
            "wrong-shape",
            found->at,
            "'" + std::string{key} + "' of " + what_ + " must be a list, not " + kind_of(*found),
            "begin each item with '- ', or write [a, b]"
        );
        return nullptr;
    }
    return &found->items;
}

std::optional<located_text> text_of(const node& from, const std::string& what, diagnostics& to) {
    if (from.is_scalar() || (from.is_null() && !from.text.empty()))
        return located_text{from.text, from.at};
    to.error(
        "wrong-shape", from.at, what + " must be text, not " + kind_of(from), "write one value"
    );
    return std::nullopt;
}

std::optional<bool> flag_of(const node& from, const std::string& what, diagnostics& to) {
    if (from.is_scalar() && from.is_plain()) {
        if (from.text == "true" || from.text == "false")
            return from.text == "true";
    }
    to.error(
        "bad-flag",
        from.at,
        what + " must be true or false",
        from.text == "yes" || from.text == "no"
            ? "YAML 1.2 has no yes and no: write " +
                  std::string{from.text == "yes" ? "true" : "false"}
            : "without quotes"
    );
    return std::nullopt;
}

} // namespace weir::gen
