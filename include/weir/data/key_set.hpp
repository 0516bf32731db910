// SPDX-License-Identifier: Apache-2.0
// Distinct keys as text, gathered from rows and bound to one statement: how rows of one table find
// those of another. Costs json/row_writer.hpp.
#pragma once

#include <weir/core/text_array.hpp>
#include <weir/core/text_field.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Keys of one or more columns, each as its database spells it. Both ends of a relation have the
/// same types, so equal keys are spelled the same.
class key_set {
public:
    /// `width`: the columns of a key.
    explicit key_set(std::size_t width) : width_(width) {}

    /// Position of a key among those gathered, adding it when it is new; absent when a part of it
    /// is NULL: then it refers to nothing.
    std::optional<std::size_t> add(std::span<const text_field> key) {
        if (!spell(key))
            return std::nullopt;
        const auto [found, is_new] = positions_.try_emplace(spelled_, size());
        if (is_new) {
            for (const auto& part : key)
                parts_.emplace_back(part.text);
        }
        return found->second;
    }

    /// Position of a key; absent when it was not gathered.
    [[nodiscard]] std::optional<std::size_t> find(std::span<const text_field> key) {
        if (!spell(key))
            return std::nullopt;
        const auto found = positions_.find(spelled_);
        return found == positions_.end() ? std::nullopt : std::optional{found->second};
    }

    [[nodiscard]] std::size_t size() const noexcept { return parts_.size() / width_; }

    [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }

    /// Adds all keys to a statement's arguments, the way sql::write_rows() and sql::write_related()
    /// take those of the columns `by`.
    void bind(sql::arguments& to, const table& of, column_indexes by, sql::dialect spoken) const {
        if (spoken == sql::dialect::postgres) {
            for (std::size_t part = 0; part < width_; ++part)
                to.add_written(sql::text_type, [&](std::string& out) { append_array(out, part); });
        } else {
            to.add_written(sql::text_type, [&](std::string& out) { append_json(out, of, by); });
        }
    }

private:
    /// Spells a key so that no two keys share a spelling; false when a part is NULL.
    bool spell(std::span<const text_field> key) {
        spelled_.clear();
        for (const auto& part : key) {
            if (part.is_null)
                return false;
            if (width_ > 1)
                spelled_.append(std::to_string(part.text.size())).push_back(':');
            spelled_.append(part.text);
        }
        return true;
    }

    void append_array(std::string& out, std::size_t part) const {
        char before = '{';
        for (std::size_t at = part; at < parts_.size(); at += width_) {
            out.push_back(before);
            const auto from = out.size();
            out.append(parts_[at]);
            detail::quote_array_element(out, from);
            before = ',';
        }
        out.push_back('}');
    }

    void append_json(std::string& out, const table& of, column_indexes by) const {
        // Between database and database nothing is private.
        std::vector<column> columns;
        for (const auto position : by)
            columns.emplace_back(of.columns[position]).is_private = false;
        const json::row_writer writer{columns, sql::format_of(sql::dialect::databricks)};
        std::vector<text_field> fields(width_);
        char before = '[';
        for (std::size_t at = 0; at < parts_.size(); at += width_) {
            for (std::size_t part = 0; part < width_; ++part)
                fields[part].text = parts_[at + part];
            out.push_back(before);
            writer.append(out, fields);
            before = ',';
        }
        out.push_back(']');
    }

    std::size_t width_;
    /// The parts of every key, key by key.
    std::vector<std::string> parts_{};
    std::map<std::string, std::size_t> positions_{};
    std::string spelled_{};
};

} // namespace weir
