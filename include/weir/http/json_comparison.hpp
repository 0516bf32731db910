// SPDX-License-Identifier: Apache-2.0
// One comparison in JSON: `{"column":"oileur","op":"gt","value":100000}`, and what its value may
// be. Costs json_scalar.hpp.
#pragma once

#include <weir/http/condition_builder.hpp>
#include <weir/http/json_scalar.hpp>
#include <weir/json/reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/value_path.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http::detail {

/// Reads the value of a comparison that a builder has begun. Everything answers false when
/// something was told or the text is not JSON. Lifetime: refers to the builder and the reader.
class json_value_reader {
public:
    json_value_reader(condition_builder& build, json::reader& in) : build_(&build), in_(&in) {}

    bool read(sql::condition& made, const value_path& at) const {
        if (made.how == sql::comparison::is_null)
            return read_is(made, at);
        if (sql::is_containment(made.how))
            return read_contained(made, at);
        if (made.how == sql::comparison::in)
            return read_list(made, at, "a list of values");
        if (in_->peek() == json::token::null)
            return skip(at, "Nothing compares with null; ask {\"is\": null}");
        std::string_view text;
        if (read_scalar_text(*in_, build_->type_of(made), text))
            return build_->add_value(made, text, at);
        return !in_->failed() && build_->refuse_value(made, build_->type_of(made), at);
    }

private:
    bool read_is(sql::condition& made, const value_path& at) const {
        std::string_view word = "null";
        bool truth = false;
        switch (in_->peek()) {
        case json::token::null:
            return in_->read_null() && build_->set_is(made, word, at);
        case json::token::boolean:
            return in_->read_bool(truth) && build_->set_is(made, truth ? "true" : "false", at);
        case json::token::string:
            return in_->read_string(word) && build_->set_is(made, word, at);
        default:
            return in_->skip_value() && build_->set_is(made, "", at);
        }
    }

    bool read_contained(sql::condition& made, const value_path& at) const {
        if (build_->type_of(made).kind != type::map)
            return read_list(made, at, "a list of values");
        if (in_->peek() == json::token::object)
            return read_entries(*in_, *build_, made, at);
        made.how = about_keys(made.how);
        return read_list(made, at, "an object of entries or a list of keys");
    }

    bool read_list(sql::condition& made, const value_path& at, std::string_view noun) const {
        if (in_->peek() != json::token::array)
            return skip(
                at,
                build_->column_words(made.column) + " is here compared with " + std::string{noun}
            );
        bool all_good = in_->enter_array();
        std::size_t position = 0;
        while (in_->next_element()) {
            const value_path item{at, position++};
            std::string_view text;
            if (read_scalar_text(*in_, build_->item_type(made), text)) {
                all_good = build_->add_item(made, text, item) && all_good;
            } else if (!in_->failed()) {
                all_good = build_->refuse_value(made, build_->item_type(made), item);
            }
            if (build_->budget().is_spent())
                return false;
        }
        return all_good && !in_->failed();
    }

    bool skip(const value_path& at, std::string message) const {
        return in_->skip_value() && build_->refuse(at, "value", std::move(message));
    }

    condition_builder* build_;
    json::reader* in_;
};

/// The members of a comparison as they came, in whatever order. Lifetime: `value`, as spelled, as
/// long as the text.
struct comparison_members {
    std::optional<std::string> column{};
    std::optional<std::string> op{};
    std::optional<std::string_view> value{};
};

/// Reads an object of `column`, `op` and `value`. False when something was told, or the text is not
/// JSON.
[[nodiscard]] inline bool read_members(
    json::reader& in, condition_builder& build, comparison_members& out, const value_path& at
) {
    static constexpr std::array<std::string_view, 3> names{"column", "op", "value"};
    bool all_good = true;
    std::string_view name;
    const auto read_word = [&](std::optional<std::string>& word, std::string_view known) {
        std::string_view text;
        if (in.peek() == json::token::string) {
            if (in.read_string(text))
                word = text;
        } else if (in.skip_value()) {
            word.emplace();
            all_good = build.refuse(
                value_path{at, known}, "string_type", "'" + std::string{known} + "' is a string"
            );
        }
    };
    if (!in.enter_object())
        return false;
    while (in.next_member(name)) {
        const bool is_repeated = (name == "column" && out.column) || (name == "op" && out.op) ||
                                 (name == "value" && out.value);
        if (is_repeated) {
            const std::string again{name};
            if (in.skip_value())
                all_good = build.refuse(
                    value_path{at, again}, "repeated", "'" + again + "' is given twice"
                );
        } else if (name == "column") {
            read_word(out.column, "column");
        } else if (name == "op") {
            read_word(out.op, "op");
        } else if (name == "value") {
            std::string_view raw;
            if (in.read_raw(raw))
                out.value = raw;
        } else {
            const std::string unknown{shortened(name)};
            std::string message = "Unknown member '" + unknown + "'";
            if (const auto near = nearest_name(unknown, names); !near.empty())
                message += "; did you mean '" + std::string{near} + "'?";
            if (in.skip_value())
                all_good =
                    build.refuse(value_path{at, unknown}, "unknown_member", std::move(message));
        }
    }
    return all_good && !in.failed();
}

/// Tells of a member that is not there.
inline bool refuse_missing(condition_builder& build, std::string_view name, const value_path& at) {
    return build.refuse(value_path{at, name}, "missing", "Field required");
}

/// Finds the column that a comparison names; tells when it is missing or unknown.
[[nodiscard]] inline std::optional<std::uint16_t> find_named_column(
    condition_builder& build, const std::optional<std::string>& name, const value_path& at
) {
    std::optional<std::uint16_t> found;
    if (!name) {
        refuse_missing(build, "column", at);
    } else if (found = build.find_column(*name); !found) {
        build.refuse_column(*name, value_path{at, "column"});
    }
    return found;
}

} // namespace weir::http::detail
