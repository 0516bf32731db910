// SPDX-License-Identifier: Apache-2.0
// A schema definition of a request, `[{"name":"order_id","data_type":"BIGINT","nullable":false}]`,
// as facts. Costs json/reader.hpp and table/runtime_table.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/records/failure.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/runtime_table.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// What a request says a table is.
struct record_definition {
    runtime_table columns;
    /// As failures tell it again: types as they were sent.
    std::vector<expected_column> expected{};
    /// Columns whose type is a word alone that needs more to be a type: `ARRAY`, `DECIMAL`.
    std::vector<bool> is_loose{};

    /// Whether a column of a table is of the type that the definition says.
    [[nodiscard]] bool fits(std::size_t at, const column_type& stored) const {
        const auto& said = columns.facts().columns[at].type;
        if (is_loose[at])
            return said.kind == stored.kind ||
                   (said.kind == type::map && stored.kind == type::structure) ||
                   (!is_scalar(said.kind) && stored.kind == type::json);
        return are_same(said, stored);
    }

private:
    [[nodiscard]] static bool are_same(const column_type& left, const column_type& right) {
        const bool is_text = left.kind == type::string && right.kind == type::string;
        if (is_text)
            return true;
        return left.kind == right.kind && is_scalar(left.kind) &&
               left.precision == right.precision && left.scale == right.scale &&
               left.length == right.length;
    }
};

/// Reads definitions.
class definition_reader {
public:
    /// Errors: validation_error with every violation.
    [[nodiscard]] record_definition
    read(std::string_view text, std::string name, std::string place) {
        record_definition made{
            runtime_table{std::move(name), std::move(place), backend::warehouse}, {}, {}
        };
        json::reader in{text};
        const location at{std::string{"body"}, std::string{"schema_definition"}};
        if (in.peek() != json::token::array)
            refuse_form("list_type", at, "Input should be a valid list");
        in.enter_array();
        while (in.next_element()) {
            auto here = at;
            here.emplace_back(made.expected.size() + skipped_);
            read_column(in, made, here);
        }
        if (made.expected.empty() && broken_.empty())
            broken_.push_back({"too_short", at, "List should have at least 1 item"});
        if (!broken_.empty())
            refuse_form(std::move(broken_));
        return made;
    }

private:
    void
    refuse(std::string_view type, const location& at, std::string_view name, std::string text) {
        auto where = at;
        where.emplace_back(std::string{name});
        broken_.push_back({std::string{type}, std::move(where), std::move(text)});
    }

    void read_column(json::reader& in, record_definition& into, const location& at) {
        if (in.peek() != json::token::object) {
            in.skip_value();
            ++skipped_;
            broken_.push_back({"dict_type", at, "Input should be a valid dictionary"});
            return;
        }
        std::optional<std::string> name;
        std::optional<std::string> data_type;
        bool nullable = true;
        std::string_view member;
        in.enter_object();
        while (in.next_member(member)) {
            if (member == "name" || member == "data_type") {
                auto& word = member == "name" ? name : data_type;
                const std::string called{member};
                std::string_view text;
                if (in.peek() == json::token::string && in.read_string(text)) {
                    word = text;
                } else {
                    in.skip_value();
                    word.emplace();
                    refuse("string_type", at, called, "Input should be a valid string");
                }
            } else if (member == "nullable" && in.peek() == json::token::boolean) {
                in.read_bool(nullable);
            } else if (member == "nullable") {
                in.skip_value();
                refuse("bool_type", at, "nullable", "Input should be a valid boolean");
            } else {
                in.skip_value();
            }
        }
        if (!name)
            refuse("missing", at, "name", "Field required");
        if (!data_type)
            refuse("missing", at, "data_type", "Field required");
        const bool is_whole = name && data_type && !data_type->empty();
        if (!is_whole) {
            ++skipped_;
            return;
        }
        if (!is_valid_identifier(*name, postgres_identifier_limit))
            refuse_identifier(*name);
        add(into, *name, *data_type, nullable, at);
    }

    void
    add(record_definition& into,
        const std::string& name,
        const std::string& data_type,
        bool nullable,
        const location& at) {
        const auto& known = into.columns.facts().columns;
        const bool is_again = std::any_of(known.begin(), known.end(), [&](const auto& each) {
            return equals_ignoring_case(each.name, name);
        });
        if (is_again)
            refuse("duplicate_column", at, "name", "Column '" + name + "' is defined twice");
        if (runtime_table::is_audit_name(name))
            refuse("audit_column", at, "name", "Column '" + name + "' is set by the server");
        bool is_loose = false;
        const auto type = type_of(data_type, into.columns.types(), is_loose);
        if (!type)
            refuse(
                "data_type",
                at,
                "data_type",
                "Unknown data type '" + std::string{json::echo(data_type)} + "'"
            );
        if (is_again || !type || runtime_table::is_audit_name(name)) {
            ++skipped_;
            return;
        }
        into.columns.add({.name = name, .type = *type, .nullable = nullable});
        into.expected.push_back({name, data_type, nullable});
        into.is_loose.push_back(is_loose);
    }

    [[nodiscard]] static std::optional<column_type>
    type_of(std::string_view text, type_store& into, bool& is_loose) {
        struct loose_type {
            std::string_view word;
            std::string_view meaning;
        };

        // What a table is made with where a word says no more.
        static constexpr std::array<loose_type, 6> loose{{
            {"array", "array<string>"},
            {"map", "map<string,string>"},
            {"struct", "map<string,string>"},
            {"varchar", "string"},
            {"char", "string"},
            {"decimal", "decimal(10,0)"},
        }};
        const auto alone = trimmed(text);
        for (const auto& each : loose) {
            if (!equals_ignoring_case(alone, each.word))
                continue;
            is_loose = true;
            return parse_type_text(each.meaning, into);
        }
        auto made = parse_type_text(text, into);
        if (made && !names_are_valid(*made))
            made.reset();
        return made;
    }

    /// Whether fields of structures can be written into SQL; a structure has one at least.
    [[nodiscard]] static bool names_are_valid(const column_type& of) {
        if (of.kind == type::structure && of.field_count == 0)
            return false;
        for (const auto& field : fields_of(of)) {
            if (!is_valid_identifier(field.name, postgres_identifier_limit) ||
                !names_are_valid(field.type))
                return false;
        }
        return (of.element == nullptr || names_are_valid(*of.element)) &&
               (of.key == nullptr || (is_scalar(of.key->kind) && of.key->kind != type::json));
    }

    violations broken_{};
    std::size_t skipped_ = 0;
};

} // namespace weir::http::detail
