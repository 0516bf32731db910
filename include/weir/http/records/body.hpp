// SPDX-License-Identifier: Apache-2.0
// Bodies of the records API, taken apart member by member; what depends on the table stays text.
// Costs json/reader.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/http/records/directory.hpp>
#include <weir/http/records/failure.hpp>
#include <weir/http/request.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/identifier.hpp>

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Refuses a name that is none.
inline void require_identifier(std::string_view name) {
    if (!is_valid_identifier(name, databricks_identifier_limit))
        refuse_identifier(name);
}

/// A body. Members that it does not have, and null, are absent; those that no route knows are
/// passed over, as its clients are used to. Lifetime: refers to the request's body.
class record_body {
public:
    /// Errors: validation_error for what is no JSON object, and members of the wrong type.
    explicit record_body(std::string_view text) {
        json::reader in{text};
        if (in.peek() != json::token::object) {
            if (in.skip_value() && in.finish())
                refuse_form(
                    "dict_type", {std::string{"body"}}, "Input should be a valid dictionary"
                );
            refuse_form({json::not_json(in, {std::string{"body"}})});
        }
        std::string_view name;
        in.enter_object();
        while (in.next_member(name))
            take(in, std::string{name});
        static_cast<void>(in.finish());
        if (in.failed())
            refuse_form({json::not_json(in, {std::string{"body"}})});
    }

    /// Notes that a member has to be there.
    void require(std::string_view name, bool is_there) {
        if (!is_there)
            refuse(name, "missing", "Field required");
    }

    void refuse(std::string_view name, std::string_view type, std::string message) {
        broken_.push_back(
            {std::string{type}, {std::string{"body"}, std::string{name}}, std::move(message)}
        );
    }

    /// Errors: validation_error for what was noted; for names that are none.
    [[nodiscard]] record_address finish() {
        require("catalog", words_[0].has_value());
        require("schema", words_[1].has_value());
        require("table", words_[2].has_value());
        if (!broken_.empty())
            refuse_form(std::move(broken_));
        for (const auto at : {0U, 1U, 2U})
            require_identifier(*words_[at]);
        if (key_column())
            require_identifier(*key_column());
        return {*words_[0], *words_[1], *words_[2]};
    }

    [[nodiscard]] const std::optional<std::string>& key_column() const noexcept {
        return words_[3];
    }

    [[nodiscard]] bool auto_create() const noexcept { return flags_[0].value_or(false); }

    [[nodiscard]] bool soft() const noexcept { return flags_[1].value_or(true); }

    /// A member as it is spelled: `data`, `schema_definition`, `updates` and the like.
    [[nodiscard]] const std::optional<std::string_view>& part(std::string_view name
    ) const noexcept {
        for (std::size_t at = 0; at < part_names.size(); ++at) {
            if (part_names[at] == name)
                return parts_[at];
        }
        static constexpr std::optional<std::string_view> none;
        return none;
    }

private:
    static constexpr std::array<std::string_view, 4> word_names{
        "catalog", "schema", "table", "key_column"
    };
    static constexpr std::array<std::string_view, 2> flag_names{"auto_create", "soft"};
    static constexpr std::array<std::string_view, 7> part_names{
        "schema_definition", "data", "key_value", "key_values", "bulk_updates", "updates", "filters"
    };

    void take(json::reader& in, const std::string& name) {
        if (in.peek() == json::token::null) {
            in.read_null();
            return;
        }
        for (std::size_t at = 0; at < word_names.size(); ++at) {
            if (word_names[at] == name)
                return take_word(in, name, words_[at]);
        }
        for (std::size_t at = 0; at < flag_names.size(); ++at) {
            if (flag_names[at] == name)
                return take_flag(in, name, flags_[at]);
        }
        for (std::size_t at = 0; at < part_names.size(); ++at) {
            if (part_names[at] != name)
                continue;
            std::string_view spelled;
            if (in.read_raw(spelled))
                parts_[at] = spelled;
            return;
        }
        in.skip_value();
    }

    void take_word(json::reader& in, const std::string& name, std::optional<std::string>& into) {
        std::string_view text;
        if (in.peek() == json::token::string) {
            if (in.read_string(text))
                into = text;
        } else if (in.skip_value()) {
            into.emplace();
            refuse(name, "string_type", "Input should be a valid string");
        }
    }

    void take_flag(json::reader& in, const std::string& name, std::optional<bool>& into) {
        bool value = false;
        if (in.peek() == json::token::boolean) {
            if (in.read_bool(value))
                into = value;
        } else if (in.skip_value()) {
            refuse(name, "bool_type", "Input should be a valid boolean");
        }
    }

    std::array<std::optional<std::string>, word_names.size()> words_{};
    std::array<std::optional<bool>, flag_names.size()> flags_{};
    std::array<std::optional<std::string_view>, part_names.size()> parts_{};
    violations broken_{};
};

} // namespace weir::http::detail
