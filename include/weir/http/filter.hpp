// SPDX-License-Identifier: Apache-2.0
// One filter as URLs spell it: `gt.100000`, `not.in.(a,b)`, `is.null`, `cs.{a,b}`, for a column
// known at run time. Costs condition_builder.hpp and json/reader.hpp.
#pragma once

#include <weir/http/condition_builder.hpp>
#include <weir/http/json_scalar.hpp>
#include <weir/http/value_text.hpp>
#include <weir/json/reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::detail {

/// Whether `{…}` is an object of JSON rather than a list: its first value is in quotes and a colon
/// follows.
[[nodiscard]] inline bool is_object_text(std::string_view text) {
    if (!text.starts_with('{'))
        return false;
    text = without_spaces(text.substr(1));
    std::string ignored;
    return text.starts_with('"') && take_quoted(text, ignored) &&
           without_spaces(text).starts_with(':');
}

/// Reads the values of filters into conditions that a builder has begun.
/// Lifetime: refers to the builder.
class filter_values {
public:
    explicit filter_values(condition_builder& build) : build_(&build) {}

    /// `text` is what stands behind the operator.
    bool read(sql::condition& made, std::string_view text, const value_path& at) const {
        if (made.how == sql::comparison::is_null)
            return build_->set_is(made, text, at);
        if (made.how == sql::comparison::in)
            return read_list(made, text, at);
        if (sql::is_containment(made.how))
            return read_contained(made, text, at);
        return build_->add_value(made, text, at);
    }

private:
    bool read_list(sql::condition& made, std::string_view text, const value_path& at) const {
        std::vector<std::string> items;
        if (!split_values(text, items))
            return build_->refuse(
                at, "value", "'in' takes values in parentheses: in.(a,b,\"c,d\")"
            );
        return add_items(made, items, at);
    }

    bool read_contained(sql::condition& made, std::string_view text, const value_path& at) const {
        const bool in_map = build_->type_of(made).kind == type::map;
        if (in_map && is_object_text(text))
            return read_object(made, text, at);
        if (in_map)
            made.how = about_keys(made.how);
        std::vector<std::string> items;
        if (!split_elements(text, items))
            return build_->refuse(
                at,
                "value",
                in_map ? "A map is compared with keys, {a,b}, or with entries, {\"a\":\"b\"}"
                       : "An array is compared with values in braces: {a,\"b c\"}"
            );
        return add_items(made, items, at);
    }

    bool read_object(sql::condition& made, std::string_view text, const value_path& at) const {
        json::reader in{text, 2};
        const bool good = read_entries(in, *build_, made, at);
        if (good && in.finish())
            return true;
        return in.failed() ? build_->refuse(
                                 at, "value", "Entries of a map are spelled as JSON: {\"a\":\"b\"}"
                             )
                           : false;
    }

    // The first wrong value tells enough: all of them are in one parameter.
    bool add_items(
        sql::condition& made, const std::vector<std::string>& items, const value_path& at
    ) const {
        made.values.reserve(items.size());
        for (const auto& item : items)
            if (!build_->add_item(made, item, at))
                return false;
        return true;
    }

    condition_builder* build_;
};

/// The size of the `not.`s at the front of a text.
[[nodiscard]] constexpr std::size_t negations_size(std::string_view text) noexcept {
    std::size_t size = 0;
    while (text.substr(size).starts_with("not."))
        size += 4;
    return size;
}

/// Reads `operator.value` of a column, as a parameter's value spells it.
inline bool read_filter(
    condition_builder& build,
    sql::condition& made,
    std::uint16_t column,
    std::string_view text,
    const value_path& at
) {
    const auto name = negations_size(text);
    const auto dot = text.find('.', name);
    if (dot == std::string_view::npos)
        return build.refuse_operator(text.substr(name), at);
    return build.begin(made, column, text.substr(0, dot), at) &&
           filter_values{build}.read(made, text.substr(dot + 1), at);
}

} // namespace weir::http::detail
