// SPDX-License-Identifier: Apache-2.0
// Made-up values of a column as JSON: by its type, its rules, and what its name says it is. Costs
// pattern_text.hpp.
#pragma once

#include <weir/table/column.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dice.hpp"
#include "pattern_text.hpp"

namespace weir::ops {

/// Which row a value is for.
struct row_place {
    /// From 0.
    std::uint64_t number = 0;
    /// How often the row was made before, and was none.
    std::uint64_t attempt = 0;
};

/// How a column's values must differ.
enum class distinctness : std::uint8_t {
    none,
    /// Among others of its own.
    alone,
    /// Together with other columns.
    together,
};

/// Lifetime: refers to the facts. What it makes follows from the dice alone.
class value_maker {
public:
    explicit value_maker(const column& of, distinctness must_differ = distinctness::none);

    /// Why it can make no value; empty: it can.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

    /// Appends a value as JSON. It keeps the rules that can be kept by one value in some tries:
    /// whoever uses it checks it.
    void append(std::string& out, dice& by, row_place at) const;

private:
    void append_plain(
        std::string& out, const column_type& type, dice& by, row_place at, bool is_whole
    ) const;
    void append_text(std::string& out, const column_type& type, dice& by, row_place at) const;
    void append_number(std::string& out, const column_type& type, dice& by, row_place at) const;
    void append_real(std::string& out, dice& by) const;
    void append_time(std::string& out, const column_type& type, dice& by, row_place at) const;
    void append_items(
        std::string& out, const column_type& type, dice& by, row_place at, bool is_whole
    ) const;
    void append_fields(std::string& out, const column_type& type, dice& by, row_place at) const;
    [[nodiscard]] std::string format_text(dice& by, row_place at) const;
    [[nodiscard]] std::string
    fitted(std::string text, dice& by, row_place at, std::size_t most) const;

    const column* of_;
    distinctness must_differ_;
    /// The column's name in lower case.
    std::string name_;
    std::optional<pattern_text> pattern_{};
    /// Values that tags name: `sample=…`.
    std::vector<std::string_view> given_{};
    /// Of a structure's fields, by their facts.
    std::map<const column*, std::unique_ptr<value_maker>> fields_{};
    std::string problem_{};
};

} // namespace weir::ops
