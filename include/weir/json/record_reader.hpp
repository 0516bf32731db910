// SPDX-License-Identifier: Apache-2.0
// Objects of a client as rows of a table whose facts are known at run time: read by the same plan
// and the same rules as rows of a struct. Costs value_reader.hpp.
#pragma once

#include <weir/json/fields.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/value_reader.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir::json {

/// What an object says about a column.
struct record_value {
    bool is_given = false;
    bool is_null = false;
    /// As the reader was told to spell it; empty for NULL.
    std::string text{};
};

/// What an object is read for: what a client may set differs.
enum class record_purpose : std::uint8_t { create, update };

/// Reads one object after the other. Not for two threads at once.
///
/// Lifetime: refers to the facts and the patterns.
class record_reader {
public:
    record_reader(
        const table& of,
        record_purpose why,
        value_spelling to,
        const pattern_set* patterns = nullptr
    )
        : columns_(of.columns), values_(columns_.size()), plan_(columns_.size()),
          held_(columns_.size()), slots_(columns_.size()),
          seen_(std::make_unique<bool[]>(columns_.size())), by_(to, patterns) {
        const auto purpose =
            why == record_purpose::create ? detail::purpose::create : detail::purpose::update;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            plan_[at] = {detail::role_of(of, at, purpose), static_cast<std::uint16_t>(at)};
            held_[at] = {this, static_cast<std::uint16_t>(at)};
            slots_[at] = {&held_[at], &read_column};
        }
        if (columns_.size() > detail::most_searched)
            by_name_ = sort_by_name(columns_);
    }

    record_reader(const record_reader&) = delete;
    record_reader(record_reader&&) = delete;
    record_reader& operator=(const record_reader&) = delete;
    record_reader& operator=(record_reader&&) = delete;
    ~record_reader() = default;

    /// Lets objects do something else with a column.
    void set_role(std::size_t position, field_role role) { plan_[position].role = role; }

    [[nodiscard]] field_role role(std::size_t position) const { return plan_[position].role; }

    /// Reads the next value, an object. Everything wrong is reported at `at`. Answers whether to
    /// read on.
    [[nodiscard]] bool read(const intake& of, const location& at) {
        for (std::size_t each = 0; each < values_.size(); ++each) {
            values_[each].is_given = false;
            seen_[each] = false;
        }
        if (of.in.peek() != token::object) {
            std::string message = "A record must be an object, got ";
            message.append(of.in.peek_name());
            if (!of.in.skip_value())
                return false;
            of.broken.push_back({"dict_type", at, std::move(message)});
            return of.goes_on();
        }
        return read_fields(
            of, {columns_, plan_, slots_, {seen_.get(), columns_.size()}, by_name_}, value_path{at}
        );
    }

    /// What the last object said, as many as columns. Lifetime: until the next read().
    [[nodiscard]] std::span<record_value> values() noexcept { return values_; }

private:
    struct held_column {
        record_reader* reader;
        std::uint16_t position;
    };

    static bool read_column(void* held, const intake& of, const value_path& where) {
        const auto& into = *static_cast<const held_column*>(held);
        const auto& column = into.reader->columns_[into.position];
        auto& value = into.reader->values_[into.position];
        value.is_given = true;
        value.text.clear();
        value.is_null = of.in.peek() == token::null;
        if (value.is_null)
            return of.in.read_null();
        return into.reader->by_.read(of, column.type, &column, value.text, where);
    }

    std::span<const column> columns_;
    std::vector<record_value> values_;
    std::vector<field_plan> plan_;
    std::vector<held_column> held_;
    std::vector<member_slot> slots_;
    std::unique_ptr<bool[]> seen_;
    std::vector<std::uint16_t> by_name_{};
    value_reader by_;
};

} // namespace weir::json
