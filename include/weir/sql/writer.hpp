// SPDX-License-Identifier: Apache-2.0
// Writes the words of a statement and counts its parameters. Every statement writer takes one.
// Costs what type_name.hpp costs.
#pragma once

#include <weir/sql/type_name.hpp>
#include <weir/table/history.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <string_view>

namespace weir::sql {

/// A statement being written. Parameters are numbered from 1 in the order they are taken; a number
/// may be written more than once.
class writer {
public:
    /// Lifetime: `out` must outlive the writer.
    constexpr writer(sink& out, dialect spoken) : out_(&out), spoken_(spoken) {}

    [[nodiscard]] constexpr dialect speaks() const noexcept { return spoken_; }

    [[nodiscard]] constexpr bool is_postgres() const noexcept {
        return spoken_ == dialect::postgres;
    }

    constexpr writer& put(std::string_view words) {
        out_->append(words);
        return *this;
    }

    /// A quoted name.
    constexpr writer& name(std::string_view identifier) {
        write_identifier(*out_, identifier, spoken_);
        return *this;
    }

    /// A quoted column under an alias: `t."id"`.
    constexpr writer& name(std::string_view alias, const column& of) {
        out_->append(alias);
        out_->append('.');
        return name(of.name);
    }

    /// A table with its place still to be expanded: `@{app_data}"orders"`.
    constexpr writer& name(const table& of) {
        out_->append("@{");
        out_->append(of.place);
        out_->append('}');
        return name(of.name);
    }

    /// The history of a table, likewise: `@{app_data}"orders_history"`.
    constexpr writer& history_name(const table& of) {
        out_->append("@{");
        out_->append(of.place);
        out_->append('}');
        write_identifier(*out_, of.name, history_suffix, spoken_);
        return *this;
    }

    constexpr writer& literal(std::string_view text) {
        write_string_literal(*out_, text, spoken_);
        return *this;
    }

    constexpr writer& type(const column_type& of, type_use use = type_use::value) {
        write_type(*out_, of, spoken_, use);
        return *this;
    }

    constexpr writer& number(std::size_t value) {
        out_->append_number(value);
        return *this;
    }

    /// The placeholder of a parameter: `$2` or `:p2`.
    constexpr writer& parameter(std::size_t number) {
        out_->append(is_postgres() ? "$" : ":p");
        out_->append_number(number);
        return *this;
    }

    /// Numbers one more parameter.
    constexpr std::size_t take() { return ++parameters_; }

    /// Parameters taken so far.
    [[nodiscard]] constexpr std::size_t parameters() const noexcept { return parameters_; }

private:
    sink* out_;
    dialect spoken_;
    std::size_t parameters_ = 0;
};

/// What stands between the items of a list: nothing before the first, then `between`.
class separator {
public:
    explicit constexpr separator(std::string_view between = ", ", std::string_view first = "")
        : between_(between), first_(first) {}

    [[nodiscard]] constexpr std::string_view next() {
        const bool is_first = !begun_;
        begun_ = true;
        return is_first ? first_ : between_;
    }

private:
    std::string_view between_;
    std::string_view first_;
    bool begun_ = false;
};

} // namespace weir::sql
