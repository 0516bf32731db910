// SPDX-License-Identifier: Apache-2.0
#include "foreign_schemas.hpp"

#include <string>
#include <string_view>

namespace weir::gen {

namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

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
