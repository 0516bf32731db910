// SPDX-License-Identifier: Apache-2.0
#include <weir/table/format.hpp>
#include <weir/table/rules.hpp>

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "check.hpp"
#include "facts.hpp"
#include "type_text.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

class column_checks {
public:
    explicit column_checks(diagnostics& to) : to_(&to) {}

    void one(const column_model& of) {
        if (!of.type)
            return;
        what_ = "'" + of.name.value + "'";
        length_rules(of);
        item_rules(of);
        pattern(of);
        format(of);
        limit_order(of);
        generated(of);
        if (of.default_value)
            default_value(of);
    }

private:
    void rule_type(range at, const std::string& rule, const column_model& of, const char* hint) {
        to_->error("rule-type", at, "'" + rule + "' does not apply to " + words_of(*of.type), hint);
    }

    void length_rules(const column_model& of) {
        const auto& rules = of.rules;
        const auto kind = of.type->kind;
        const bool fits = is_text(kind) || kind == type::binary;
        constexpr const char* hint = "it limits the characters of text and the bytes of binary; "
                                     "numbers have min and max, arrays max_items";
        if (!fits && rules.min_length)
            rule_type(rules.min_length->at, "min_length", of, hint);
        if (!fits && rules.max_length)
            rule_type(rules.max_length->at, "max_length", of, hint);
        if (!fits)
            return;
        const auto by_type = of.type->length;
        if (by_type != 0 && rules.max_length && rules.max_length->value > by_type) {
            to_->error(
                "rule-order",
                rules.max_length->at,
                "'max_length' of " + what_ + " is more than " + words_of(*of.type) + " holds",
                "at most " + std::to_string(by_type)
            );
        }
        auto most = rules.max_length ? rules.max_length->value : unlimited;
        if (by_type != 0)
            most = std::min(most, by_type);
        if (rules.min_length && rules.min_length->value > most) {
            to_->error(
                "rule-order",
                rules.min_length->at,
                "'min_length' of " + what_ + " is more than the " + std::to_string(most) +
                    " that are allowed",
                "no value could be right"
            );
        }
    }

    void item_rules(const column_model& of) {
        const auto& rules = of.rules;
        const auto kind = of.type->kind;
        const bool fits = kind == type::array || kind == type::map;
        constexpr const char* hint = "it limits the items of arrays and maps; text has max_length";
        if (!fits && rules.min_items)
            rule_type(rules.min_items->at, "min_items", of, hint);
        if (!fits && rules.max_items)
            rule_type(rules.max_items->at, "max_items", of, hint);
        if (fits && rules.min_items && rules.max_items &&
            rules.min_items->value > rules.max_items->value) {
            to_->error(
                "rule-order",
                rules.min_items->at,
                "'min_items' of " + what_ + " is more than 'max_items'",
                "no value could be right"
            );
        }
    }

    void pattern(const column_model& of) {
        const auto& given = of.rules.pattern;
        if (!given)
            return;
        if (!is_text(of.type->kind)) {
            rule_type(given->at, "pattern", of, "it applies to text");
            return;
        }
        re2::RE2::Options quiet;
        quiet.set_log_errors(false);
        const re2::RE2 compiled{given->value, quiet};
        if (given->value.empty()) {
            to_->error(
                "bad-pattern",
                given->at,
                "the pattern of " + what_ + " is empty",
                "leave it out, or write an expression like ^[a-z]+$"
            );
        } else if (!compiled.ok()) {
            to_->error(
                "bad-pattern",
                given->at,
                "the pattern of " + what_ + " is not RE2 syntax: " + compiled.error(),
                "RE2 has no backreferences and no look-around; in YAML, single quotes keep "
                "backslashes as they are"
            );
        }
    }

    void format(const column_model& of) {
        const auto& given = of.rules.format;
        if (!given)
            return;
        if (!is_text(of.type->kind)) {
            rule_type(
                given->at,
                "format",
                of,
                "it applies to text; date, timestamp and uuid are types of their own"
            );
            return;
        }
        const std::string_view text{given->value};
        if (text.starts_with("date:")) {
            if (!is_date_pattern(text.substr(5))) {
                to_->error(
                    "bad-format",
                    given->at,
                    "'" + std::string{text.substr(5)} + "' is no date pattern",
                    "YYYY and MM once each, DD at most once, separators between: "
                    "\"date:MM/DD/YYYY\""
                );
            }
            return;
        }
        if (std::find(words::formats.begin(), words::formats.end(), text) == words::formats.end()) {
            to_->error(
                "unknown-format",
                given->at,
                "unknown format '" + given->value + "'",
                nearest_hint(text, words::formats)
            );
        }
    }

    void limit_order(const column_model& of) {
        const auto& min = of.rules.min;
        const auto& max = of.rules.max;
        if (!min || !max)
            return;
        const bool is_real = of.type->kind == type::float32 || of.type->kind == type::float64;
        if (is_real ? min->value.real > max->value.real : min->value.exact > max->value.exact) {
            to_->error(
                "rule-order",
                min->at,
                "'min' of " + what_ + " is more than 'max'",
                "no value could be right"
            );
        }
    }

    void generated(const column_model& of) {
        const auto kind = of.type->kind;
        const auto by = of.generated.value;
        if (by == generated_by::nobody)
            return;
        if (by == generated_by::uuid && kind != type::uuid) {
            to_->error(
                "generated-type",
                of.generated.at,
                "'generated: uuid' needs a column of type uuid",
                "write type: uuid"
            );
        }
        if (by == generated_by::identity && !is_integer(kind)) {
            to_->error(
                "generated-type",
                of.generated.at,
                "'generated: identity' needs a whole number",
                "write type: bigint"
            );
        }
        if (by == generated_by::now && kind != type::timestamp && kind != type::timestamp_ntz) {
            to_->error(
                "generated-type",
                of.generated.at,
                "'generated: now' needs a time",
                "write type: timestamp"
            );
        }
        if (of.default_value) {
            to_->error(
                "generated-default",
                of.default_value->at,
                "a generated column has no default",
                "remove one of the two"
            );
        }
    }

    // The same rules that a service applies to payloads.
    void default_value(const column_model& of) {
        const auto& given = *of.default_value;
        const location nowhere;
        violations broken;
        obey(of, given.value, value_path{value_path{nowhere}, of.name.value}, broken);
        for (const auto& each : broken) {
            to_->error(
                "default-rule",
                given.at,
                "the default of " + what_ + " breaks a rule: " + each.msg,
                "change the default or the rule"
            );
        }
    }

    void obey(const column_model& of, const value& what, const value_path& at, violations& broken) {
        const auto rules = facts_.column(of);
        const auto kind = of.type->kind;
        if (is_text(kind)) {
            check_text(rules, what.text, at, broken);
            obey_pattern(of, what, rules, at, broken);
        } else if (kind == type::float32 || kind == type::float64) {
            check_real(rules, what.real, at, broken);
        } else if (kind == type::binary) {
            check_bytes(rules, what.text.size(), at, broken);
        } else if (kind == type::array || kind == type::map) {
            check_items(rules, what.items.size(), at, broken);
            obey_type(*of.type, what, at, broken);
        } else if (kind == type::structure) {
            obey_type(*of.type, what, at, broken);
        } else {
            check_exact(rules, what.exact, at, broken);
        }
    }

    static void obey_pattern(
        const column_model& of,
        const value& what,
        const weir::column& rules,
        const value_path& at,
        violations& broken
    ) {
        if (!of.rules.pattern)
            return;
        re2::RE2::Options quiet;
        quiet.set_log_errors(false);
        const re2::RE2 compiled{of.rules.pattern->value, quiet};
        if (compiled.ok() && !re2::RE2::PartialMatch(what.text, compiled))
            report_pattern(broken, at, rules);
    }

    // Items and fields: what their types ask.
    void
    obey_type(const type_model& type, const value& what, const value_path& at, violations& broken) {
        if (is_text(type.kind)) {
            check_text(facts_.type(type), what.text, at, broken);
            return;
        }
        if (type.kind == weir::type::structure) {
            for (std::size_t i = 0; i < what.items.size(); ++i) {
                const auto& field = type.structure->fields[i];
                if (!what.items[i].is_null && field.type)
                    obey(field, what.items[i], value_path{at, field.name.value}, broken);
            }
            return;
        }
        for (std::size_t i = 0; i < what.items.size(); ++i) {
            obey_type(*type.element, what.items[i], value_path{at, i}, broken);
        }
        for (std::size_t i = 0; i < what.keys.size(); ++i) {
            obey_type(*type.key, what.keys[i], value_path{at, i}, broken);
        }
    }

    diagnostics* to_;
    facts_store facts_{};
    std::string what_{};
};

} // namespace

void check_columns(const schema_model& schema, diagnostics& to) {
    column_checks checks{to};
    for (const auto& each : schema.aliases)
        checks.one(each);
    for (const auto& each : schema.structures) {
        if (each.fields.empty()) {
            to.error(
                "struct-empty",
                each.name.at,
                "the struct '" + each.name.value + "' has no fields",
                "write struct: [{name: a, type: int}]"
            );
        }
        for (const auto& field : each.fields)
            checks.one(field);
    }
    for (const auto& table : schema.tables) {
        for (const auto& column : table.columns)
            checks.one(column);
    }
}

} // namespace weir::gen
