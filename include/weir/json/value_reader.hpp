// SPDX-License-Identifier: Apache-2.0
// Values of a document whose types are known at run time: read, checked by the rules of their
// column and spelled as a statement takes them. Costs row_reader.hpp.
#pragma once

#include <weir/core/decimal_text.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_array.hpp>
#include <weir/core/time_text.hpp>
#include <weir/json/detail/scalar.hpp>
#include <weir/json/fields.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/read_value.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/column.hpp>
#include <weir/table/pattern.hpp>
#include <weir/table/rules.hpp>
#include <weir/table/validate.hpp>
#include <weir/table/value_path.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weir::json {

/// How a value is spelled that was read: as an argument of a statement of either dialect, or as
/// part of JSON.
enum class value_spelling : std::uint8_t { postgres, statement_api, json };

/// The compiled patterns of some columns and of the fields inside them. Threads: safe to read.
class pattern_set {
public:
    /// Errors: throws configuration_error when a pattern is not RE2 syntax.
    explicit pattern_set(std::span<const column> columns) { add(columns); }

    [[nodiscard]] bool match(const column& of, std::string_view text) const {
        const auto found = compiled_.find(&of);
        return found == compiled_.end() || found->second.match(0, text);
    }

private:
    void add(std::span<const column> columns) {
        for (const auto& each : columns) {
            if (!each.pattern.empty())
                compiled_.try_emplace(&each, std::span<const column>{&each, 1});
            add(each.type);
        }
    }

    void add(const column_type& of) {
        add(fields_of(of));
        if (of.element != nullptr)
            add(*of.element);
    }

    std::map<const column*, column_patterns> compiled_{};
};

/// Reads values. What a client may spell is what json/read_value.hpp takes, but for integers, which
/// are no strings here, and times, whose offset may be left out for UTC.
///
/// Lifetime: refers to the patterns.
class value_reader {
public:
    explicit value_reader(value_spelling to, const pattern_set* patterns = nullptr)
        : to_(to), patterns_(patterns) {}

    /// Reads the next value, which is not null, and appends it to `out`; what is wrong is reported,
    /// and `out` then not for use. `rules`: the column or field that the value is one of; nullptr
    /// for parts of containers. Answers whether to read on.
    [[nodiscard]] bool read(
        const intake& of,
        const column_type& type,
        const column* rules,
        std::string& out,
        const value_path& where
    ) const {
        switch (type.kind) {
        case type::int8:
            return scalar<std::int8_t>(of, type, rules, out, where);
        case type::int16:
            return scalar<std::int16_t>(of, type, rules, out, where);
        case type::int32:
            return scalar<std::int32_t>(of, type, rules, out, where);
        case type::int64:
            return scalar<std::int64_t>(of, type, rules, out, where);
        case type::float32:
            return scalar<float>(of, type, rules, out, where);
        case type::float64:
            return scalar<double>(of, type, rules, out, where);
        case type::boolean:
            return scalar<bool>(of, type, rules, out, where);
        case type::date:
            return scalar<date>(of, type, rules, out, where);
        case type::timestamp:
            return scalar<timestamp>(of, type, rules, out, where);
        case type::timestamp_ntz:
            return scalar<timestamp_ntz>(of, type, rules, out, where);
        case type::binary:
            return scalar<std::vector<std::byte>>(of, type, rules, out, where);
        case type::uuid:
            return scalar<uuid>(of, type, rules, out, where);
        case type::string:
        case type::varchar:
        case type::fixed_char:
            return string(of, type, rules, out, where);
        case type::decimal:
            return decimal(of, type, rules, out, where);
        case type::enumeration:
            return label(of, type, out, where);
        case type::json:
            return document(of, out, where);
        case type::array:
            return elements(of, type, rules, out, where);
        case type::map:
            return entries(of, type, rules, out, where);
        case type::structure:
            return structure(of, type, out, where);
        }
        return false;
    }

private:
    // ------------------------------------------------------------ scalars

    template <class T>
    static detail::scalar_facts facts_of() {
        auto facts = detail::facts_of_scalar<T>;
        if constexpr (weir::detail::column_integer<T>)
            facts.from_string = false;
        return facts;
    }

    template <class T>
    static detail::fit parse(std::string_view text, token was, T& out) {
        const auto how = detail::parse_scalar(text, was, out);
        if (how != detail::fit::malformed)
            return how;
        if constexpr (weir::detail::column_float<T>) {
            return detail::fit::wrong_type;
        } else if constexpr (std::same_as<T, timestamp>) {
            if (parse_timestamp(text, out, missing_offset::is_utc))
                return detail::fit::good;
            return parse_midnight(text, out);
        } else if constexpr (std::same_as<T, timestamp_ntz>) {
            if (parse_timestamp_ntz(text, out))
                return detail::fit::good;
            return parse_midnight(text, out);
        } else {
            return how;
        }
    }

    template <class Time>
    static detail::fit parse_midnight(std::string_view text, Time& out) {
        date day;
        if (!parse_date(text, day))
            return detail::fit::malformed;
        out.microseconds = std::int64_t{day.days} * 24 * 3600 * microseconds_per_second;
        return detail::fit::good;
    }

    template <class T>
    void append(std::string& out, const T& value) const {
        if (to_ == value_spelling::json) {
            append_json(out, value);
        } else {
            append_text(out, value, format());
        }
    }

    [[nodiscard]] text_format format() const noexcept {
        return to_ == value_spelling::postgres ? text_format::postgres : text_format::statement_api;
    }

    template <class T>
    bool scalar(
        const intake& of,
        const column_type& type,
        const column* rules,
        std::string& out,
        const value_path& where
    ) const {
        static const auto expected = facts_of<T>();
        std::string_view text;
        auto was = token::malformed;
        if (!detail::scalar_text(of, expected, where, text, was))
            return of.goes_on();
        T value{};
        const auto how = parse(text, was, value);
        if (how != detail::fit::good) {
            detail::refuse_spelling(of, how, expected, text, was, where);
            return of.goes_on();
        }
        const auto before = of.broken.size();
        weir::detail::check_value(weir::detail::value_rules{type, rules}, value, where, of.broken);
        if (of.broken.size() == before)
            append(out, value);
        return of.goes_on();
    }

    bool string(
        const intake& of,
        const column_type& type,
        const column* rules,
        std::string& out,
        const value_path& where
    ) const {
        std::string_view text;
        auto was = token::malformed;
        if (!detail::scalar_text(of, detail::facts_of_scalar<std::string>, where, text, was))
            return of.goes_on();
        if (rules == nullptr) {
            check_text(type, text, where, of.broken);
        } else if (check_text(*rules, text, where, of.broken) && !rules->pattern.empty() &&
                   patterns_ != nullptr && !patterns_->match(*rules, text)) {
            report_pattern(of.broken, where, *rules);
        }
        if (to_ == value_spelling::json) {
            append_json_string(out, text);
        } else {
            out.append(text);
        }
        return of.goes_on();
    }

    bool decimal(
        const intake& of,
        const column_type& type,
        const column* rules,
        std::string& out,
        const value_path& where
    ) const {
        const detail::scalar_facts expected{
            .violation = "decimal_type",
            .noun = "decimal",
            .precision = type.precision,
            .scale = type.scale,
            .from_number = true,
        };
        std::string_view text;
        auto was = token::malformed;
        if (!detail::scalar_text(of, expected, where, text, was))
            return of.goes_on();
        int128 unscaled = 0;
        auto how = detail::fit::good;
        if (was == token::string && !detail::is_number(text)) {
            how = detail::fit::wrong_type;
        } else if (!parse_decimal(text, type.precision, type.scale, unscaled)) {
            how = parse_decimal(text, type.precision, type.scale, unscaled, rounding::down)
                      ? detail::fit::too_fine
                      : detail::fit::too_many_digits;
        }
        if (how != detail::fit::good) {
            detail::refuse_spelling(of, how, expected, text, was, where);
            return of.goes_on();
        }
        if (rules != nullptr)
            check_exact(*rules, unscaled, where, of.broken);
        append_decimal(out, unscaled, type.scale);
        return of.goes_on();
    }

    bool label(const intake& of, const column_type& type, std::string& out, const value_path& where)
        const {
        const detail::scalar_facts expected{
            .violation = "enum", .noun = "label", .labels = type.labels
        };
        std::string_view text;
        auto was = token::malformed;
        if (!detail::scalar_text(of, expected, where, text, was))
            return of.goes_on();
        if (std::find(type.labels.begin(), type.labels.end(), text) == type.labels.end())
            detail::refuse_spelling(of, detail::fit::malformed, expected, text, was, where);
        if (to_ == value_spelling::json) {
            append_json_string(out, text);
        } else {
            out.append(text);
        }
        return of.goes_on();
    }

    static bool document(const intake& of, std::string& out, const value_path& where) {
        std::string_view spelled;
        if (!of.in.read_raw(spelled))
            return false;
        check_json(spelled, where, of.broken);
        out.append(spelled);
        return of.goes_on();
    }

    // ------------------------------------------------------------ containers

    bool elements(
        const intake& of,
        const column_type& type,
        const column* rules,
        std::string& out,
        const value_path& where
    ) const {
        if (of.in.peek() != token::array)
            return detail::refuse_type(of, "list_type", "list", where);
        const bool is_native = to_ == value_spelling::postgres && is_native_array(type);
        const value_reader inside{is_native ? to_ : value_spelling::json, patterns_};
        if (!of.in.enter_array())
            return false;
        out.push_back(is_native ? '{' : '[');
        std::size_t count = 0;
        while (of.in.next_element()) {
            if (count > 0)
                out.push_back(',');
            const auto from = out.size();
            if (!inside.read(of, *type.element, nullptr, out, value_path{where, count}))
                return false;
            if (is_native)
                weir::detail::quote_array_element(out, from);
            ++count;
        }
        out.push_back(is_native ? '}' : ']');
        if (rules != nullptr)
            check_items(*rules, count, where, of.broken);
        return of.goes_on();
    }

    bool entries(
        const intake& of,
        const column_type& type,
        const column* rules,
        std::string& out,
        const value_path& where
    ) const {
        if (of.in.peek() != token::object)
            return detail::refuse_type(of, "dict_type", "object", where);
        const value_reader inside{value_spelling::json, patterns_};
        std::set<std::string, std::less<>> keys;
        std::string_view name;
        if (!of.in.enter_object())
            return false;
        out.push_back('{');
        while (of.in.next_member(name)) {
            // As JSON, the text of a key would be a value of its type.
            std::string spelled;
            const bool is_key = append_key(of, *type.key, name, spelled, where);
            const bool is_new = is_key && keys.insert(spelled).second;
            if (is_key && !is_new)
                report_violation(of.broken, where, "duplicate_field", "has a key twice");
            if (!is_new) {
                if (!of.in.skip_value() || !of.goes_on())
                    return false;
                continue;
            }
            if (keys.size() > 1)
                out.push_back(',');
            append_json_string(out, spelled);
            out.push_back(':');
            const value_path entry{where, &spelled, [](const void* key, std::string& to) {
                                       to.append(*static_cast<const std::string*>(key));
                                   }};
            if (!inside.read(of, *type.element, nullptr, out, entry))
                return false;
        }
        out.push_back('}');
        if (rules != nullptr)
            check_items(*rules, keys.size(), where, of.broken);
        return of.goes_on();
    }

    /// Appends the text of a key. False: it is none of its type, which was reported.
    static bool append_key(
        const intake& of,
        const column_type& type,
        std::string_view name,
        std::string& out,
        const value_path& where
    ) {
        std::string text;
        const bool is_bare = type.kind <= type::decimal || type.kind == type::boolean;
        if (is_bare) {
            text = name;
        } else {
            append_json_string(text, name);
        }
        reader alone{text};
        violations broken;
        const intake key{alone, broken};
        const bool is_whole =
            value_reader{value_spelling::statement_api}.read(key, type, nullptr, out, where) &&
            alone.finish();
        if (is_whole && broken.empty())
            return true;
        report_violation(of.broken, where, "key_type", "has a key that is not of its type");
        return false;
    }

    struct field_slot {
        const value_reader* by;
        const column* field;
        std::string* out;
    };

    static void begin_member(std::string& out, std::string_view name) {
        if (out.back() != '{')
            out.push_back(',');
        append_json_string(out, name);
        out.push_back(':');
    }

    static bool read_field(void* held, const intake& of, const value_path& where) {
        const auto& slot = *static_cast<const field_slot*>(held);
        begin_member(*slot.out, slot.field->name);
        if (of.in.peek() == token::null) {
            slot.out->append("null");
            return of.in.read_null();
        }
        return slot.by->read(of, slot.field->type, slot.field, *slot.out, where);
    }

    bool structure(
        const intake& of, const column_type& type, std::string& out, const value_path& where
    ) const {
        const auto fields = fields_of(type);
        const value_reader inside{value_spelling::json, patterns_};
        std::string made{"{"};
        std::vector<field_slot> held(fields.size());
        std::vector<member_slot> slots(fields.size());
        std::vector<field_plan> plan(fields.size());
        const auto seen = std::make_unique<bool[]>(fields.size());
        for (std::size_t at = 0; at < fields.size(); ++at) {
            held[at] = {&inside, &fields[at], &made};
            slots[at] = {&held[at], &read_field};
            const bool is_optional = fields[at].nullable || fields[at].has_default();
            plan[at] = {
                is_optional ? field_role::optional : field_role::required,
                static_cast<std::uint16_t>(at)
            };
        }
        if (!read_fields(of, {fields, plan, slots, {seen.get(), fields.size()}}, where))
            return false;
        for (std::size_t at = 0; at < fields.size(); ++at) {
            if (seen[at])
                continue;
            begin_member(made, fields[at].name);
            made.append(fields[at].has_default() ? fields[at].default_json : "null");
        }
        made.push_back('}');
        out.append(made);
        return of.goes_on();
    }

    value_spelling to_;
    const pattern_set* patterns_;
};

} // namespace weir::json
