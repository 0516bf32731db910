// SPDX-License-Identifier: Apache-2.0
// Reading an object member by member into the members of a struct, by the facts of its columns.
// Compiled once: the struct's type is behind a pointer and a function per member.
#pragma once

#include <weir/json/intake.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::json {

/// What a document may do with a column.
enum class field_role : std::uint8_t {
    optional,
    required,
    /// Not to be known: what has this role is answered like what does not exist.
    hidden,
    read_only,
    owner,
    key,
};

/// A column as a document sees it, and which member of the struct takes it.
struct field_plan {
    field_role role = field_role::hidden;
    std::uint16_t member = 0;
};

/// One member of the struct being read.
struct member_slot {
    void* member = nullptr;
    bool (*read)(void* member, const intake& of, const value_path& where) = nullptr;
};

/// Members of an object beside those of its columns, such as rows of related tables.
struct other_members {
    void* state = nullptr;
    /// Reads the value of a member if it knows the name, and tells whether it does: `is_known`.
    /// Answers whether to read on.
    bool (*read)(
        void* state,
        std::string_view name,
        const intake& of,
        const value_path& where,
        bool& is_known
    ) = nullptr;
};

/// The struct being read. Lifetime: the spans must outlive the reading.
struct field_target {
    std::span<const column> columns{};
    /// As many as columns.
    std::span<const field_plan> plan{};
    std::span<const member_slot> members{};
    /// As many as columns, all false.
    std::span<bool> seen{};
    /// Positions of columns by name; may be left out for few columns.
    std::span<const std::uint16_t> by_name{};
    /// nullptr: none.
    const other_members* others = nullptr;
};

/// Positions of columns sorted by their names, for field_target::by_name.
[[nodiscard]] inline std::vector<std::uint16_t> sort_by_name(std::span<const column> columns) {
    std::vector<std::uint16_t> order(columns.size());
    for (std::size_t at = 0; at < order.size(); ++at)
        order[at] = static_cast<std::uint16_t>(at);
    std::sort(order.begin(), order.end(), [&](std::uint16_t left, std::uint16_t right) {
        return columns[left].name < columns[right].name;
    });
    return order;
}

namespace detail {

/// Position of a column by name, looked for at `next` first: clients mostly keep the columns'
/// order.
[[nodiscard]] inline std::size_t
find_field(const field_target& to, std::string_view name, std::size_t next) noexcept {
    const auto count = to.columns.size();
    auto at = next;
    if (at >= count || to.columns[at].name != name) {
        if (to.by_name.empty()) {
            at = find_column(to.columns, name);
        } else {
            const auto found = std::lower_bound(
                to.by_name.begin(),
                to.by_name.end(),
                name,
                [&](std::uint16_t position, std::string_view wanted) {
                    return to.columns[position].name < wanted;
                }
            );
            at = found == to.by_name.end() || to.columns[*found].name != name ? count : *found;
        }
    }
    return at == count || to.plan[at].role == field_role::hidden ? count : at;
}

[[gnu::cold, gnu::noinline]] inline void refuse_unknown(
    const intake& of, const field_target& to, std::string_view name, const value_path& outer
) {
    std::string sentence = "is unknown";
    if (of.broken.size() < intake::most_hints) {
        name_guess guess{name};
        for (std::size_t at = 0; at < to.columns.size(); ++at) {
            if (to.plan[at].role != field_role::hidden)
                guess.consider(to.columns[at].name);
        }
        if (!guess.best().empty())
            sentence.append("; did you mean '").append(guess.best()).append("'?");
    }
    report_violation(of.broken, value_path{outer, echo(name)}, "extra_forbidden", sentence);
}

/// Whether a document may give the column; if not, says so.
[[nodiscard]] inline bool may_give(const intake& of, field_role role, const value_path& where) {
    switch (role) {
    case field_role::optional:
    case field_role::required:
        return true;
    case field_role::owner:
        report_violation(of.broken, where, "read_only", "is filled from the caller");
        break;
    case field_role::key:
        report_violation(of.broken, where, "read_only", "is part of the key and cannot be changed");
        break;
    case field_role::read_only:
    case field_role::hidden:
        report_violation(of.broken, where, "read_only", "is set by the server");
        break;
    }
    return false;
}

} // namespace detail

/// Reads the next value, an object, into a struct. Everything wrong with it is reported, in the
/// document's order, then what is missing. Answers whether to read on.
inline bool read_fields(const intake& of, const field_target& to, const value_path& where) {
    auto& in = of.in;
    if (in.peek() != token::object)
        return detail::refuse_type(of, "dict_type", "object", where);
    if (!in.enter_object())
        return false;
    const bool is_ours = of.from == origin::database;
    std::string_view name;
    std::size_t next = 0;
    while (in.next_member(name)) {
        const auto at = detail::find_field(to, name, next);
        if (at == to.columns.size() && to.others != nullptr) {
            bool is_known = false;
            // The name's text goes with the reader's next step.
            const std::string kept{name};
            const bool goes_on =
                to.others->read(to.others->state, kept, of, value_path{where, kept}, is_known);
            if (!goes_on)
                return false;
            if (is_known)
                continue;
        }
        if (at == to.columns.size()) {
            if (!is_ours)
                detail::refuse_unknown(of, to, name, where);
            if (!in.skip_value() || !of.goes_on())
                return false;
            continue;
        }
        next = at + 1;
        const value_path here{where, to.columns[at].name};
        const bool is_again = to.seen[at];
        to.seen[at] = true;
        if (is_again)
            report_violation(of.broken, here, "duplicate_field", "is given twice");
        if (is_again || !detail::may_give(of, to.plan[at].role, here)) {
            if (!in.skip_value() || !of.goes_on())
                return false;
            continue;
        }
        if (!to.columns[at].nullable && in.peek() == token::null) {
            report_null(of.broken, here);
            if (!in.read_null() || !of.goes_on())
                return false;
            continue;
        }
        const auto& slot = to.members[to.plan[at].member];
        if (!slot.read(slot.member, of, here))
            return false;
    }
    if (in.failed())
        return false;
    for (std::size_t at = 0; at < to.columns.size(); ++at) {
        if (to.plan[at].role == field_role::required && !to.seen[at])
            report_missing(of.broken, value_path{where, to.columns[at].name});
    }
    return of.goes_on();
}

} // namespace weir::json
