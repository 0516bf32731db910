// SPDX-License-Identifier: Apache-2.0
// The values of one column by which a request names rows, and which of them a result had. Costs
// sql/value_list.hpp and table/any_text.hpp.
#pragma once

#include <weir/core/text.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/value.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/value_list.hpp>
#include <weir/table/any_text.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// Keys, each of them once, in the order they were added. Lifetime: refers to the column's facts.
class record_keys {
public:
    record_keys(const column& of, std::uint16_t by) : of_(&of), by_(by) {}

    /// The position of a key, which may be there already.
    std::size_t add(any_value key) {
        const auto [found, is_new] = places_.try_emplace(canonical(key), values_.size());
        if (is_new)
            values_.push_back(std::move(key));
        return found->second;
    }

    [[nodiscard]] std::uint16_t by() const noexcept { return by_; }

    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

    /// That a row has one of them.
    [[nodiscard]] sql::condition condition() const {
        return values_.size() == 1 ? sql::compare(by_, sql::comparison::equal, values_)
                                   : sql::compare(by_, sql::comparison::in, values_);
    }

    using seen_keys = std::vector<bool>;

    [[nodiscard]] seen_keys nothing_seen() const { return seen_keys(values_.size(), false); }

    /// Notes that a result had a key.
    void see(const text_field& field, text_format format, seen_keys& seen) const {
        if (field.is_null)
            return;
        const auto value = parse_any(field.text, of_->type, format);
        const auto found = value ? places_.find(canonical(*value)) : places_.end();
        if (found != places_.end())
            seen[found->second] = true;
    }

    /// The positions of those that were not seen, in order.
    [[nodiscard]] std::vector<std::size_t> not_in(const seen_keys& seen) const {
        std::vector<std::size_t> missing;
        for (std::size_t at = 0; at < seen.size(); ++at) {
            if (!seen[at])
                missing.push_back(at);
        }
        return missing;
    }

    [[nodiscard]] std::vector<std::size_t> not_in(const record_keys& others) const {
        auto seen = nothing_seen();
        for (const auto& [text, at] : places_)
            seen[at] = others.places_.contains(text);
        return not_in(seen);
    }

    /// Those that were seen, in the same order.
    [[nodiscard]] record_keys only(const seen_keys& seen) const {
        record_keys made{*of_, by_};
        for (std::size_t at = 0; at < seen.size(); ++at) {
            if (seen[at])
                made.add(values_[at]);
        }
        return made;
    }

    /// Adds the first key as an argument.
    void bind_first(sql::arguments& to, const table& of, text_format format) const {
        to.add_written(of.columns[by_].type, [&](std::string& out) {
            append_text(out, values_.front(), format);
        });
    }

    /// Appends all of them as an array of PostgreSQL.
    void append_array(std::string& out) const { sql::detail::append_array_literal(out, values_); }

    void append_json(std::string& out, std::size_t at, const column_type& of) const {
        sql::detail::append_json_value(out, values_[at], of);
    }

private:
    /// One text for each value, however it was spelled.
    [[nodiscard]] std::string canonical(const any_value& key) const {
        std::string text;
        append_text(text, key, text_format::statement_api);
        // Blanks at the end of a char(n) are its padding.
        if (of_->type.kind == type::fixed_char)
            text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }

    const column* of_;
    std::uint16_t by_;
    std::vector<any_value> values_{};
    std::map<std::string, std::size_t, std::less<>> places_{};
};

} // namespace weir
