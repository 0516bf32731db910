// SPDX-License-Identifier: Apache-2.0
// The rows related to rows at hand, typed: children_of<order_line>(session, orders) and
// parents_of<order>(session, lines), a statement each. Costs data/repository.hpp's parts without
// writes.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/key_set.hpp>
#include <weir/data/list_options.hpp>
#include <weir/data/related_rows.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir {

namespace detail {

/// The position of the one relation of `Child` that refers to `Parent`.
template <row Child, row Parent>
consteval std::size_t only_relation() {
    constexpr auto relations = table_of<Child>.relations;
    constexpr auto refers = [](const relation& each) {
        return &each.target() == &table_of<Parent>;
    };
    constexpr auto count = std::count_if(relations.begin(), relations.end(), refers);
    static_assert(count != 0, "weir: no relation of the child's table refers to the parent's");
    static_assert(
        count < 2,
        "weir: several relations of the child's table refer to the parent's; name one by its "
        "position: children_of<order_line, 0>(…)"
    );
    return static_cast<std::size_t>(
        std::find_if(relations.begin(), relations.end(), refers) - relations.begin()
    );
}

/// Stands for the only relation between two tables.
inline constexpr std::size_t the_only = std::numeric_limits<std::size_t>::max();

template <row Child, row Parent, std::size_t Position>
[[nodiscard]] constexpr const relation& chosen_relation() {
    if constexpr (Position == the_only) {
        return table_of<Child>.relations[only_relation<Child, Parent>()];
    } else {
        static_assert(
            Position < table_of<Child>.relations.size() &&
                &table_of<Child>.relations[Position].target() == &table_of<Parent>,
            "weir: the relation at this position does not refer to the parent's table"
        );
        return table_of<Child>.relations[Position];
    }
}

/// Some columns of a row as text, in the order asked for; reused for row after row.
class key_texts {
public:
    key_texts(column_indexes columns, text_format format)
        : columns_(columns), format_(format), texts_(columns.size()), fields_(columns.size()) {}

    /// Lifetime: until the next call.
    template <row Row>
    [[nodiscard]] std::span<const text_field> of(const Row& from) {
        for_each_member(from, [this](std::size_t at, const auto& member) {
            for (std::size_t part = 0; part < columns_.size(); ++part) {
                if (columns_[part] == at)
                    take(part, member, table_of<Row>.columns[at].type);
            }
        });
        return fields_;
    }

private:
    template <class Member>
    void take(std::size_t part, const Member& member, const column_type& type) {
        if constexpr (is_optional<Member>) {
            if (!member) {
                fields_[part] = {.is_null = true};
            } else {
                take(part, *member, type);
            }
        } else {
            texts_[part].clear();
            append_field(texts_[part], member, type, format_);
            fields_[part] = {.text = texts_[part]};
        }
    }

    column_indexes columns_;
    text_format format_;
    std::vector<std::string> texts_;
    std::vector<text_field> fields_;
};

/// Reads the rows at the other end of a link: `take(row, key)` gets each, with the positions in
/// `keys`.
template <row Row, session Session, class Take>
void read_related(
    Session& on,
    const link& along,
    key_set& keys,
    const list_options<Row>& options,
    std::optional<deadline> until,
    Take&& take
) {
    static_assert(
        table_of<Row>.access.rule == access_rule::open || caller_session<Session>,
        "weir: the related table has `access`; use a session for a caller: pool.session(caller)"
    );
    // What a statement takes as a limit, on every backend.
    constexpr std::uint64_t every_row = std::numeric_limits<std::int32_t>::max();
    if (keys.empty())
        return;
    std::vector<sql::order_term> order;
    for (const auto& by : options.order)
        order.push_back(by.term);
    std::vector<std::uint16_t> all(table_of<Row>.columns.size());
    std::iota(all.begin(), all.end(), std::uint16_t{0});
    const auto offset = std::min(options.offset_rows, every_row);
    auto rows = select_related(
        on,
        along,
        keys,
        {.where = &options.where.untyped(),
         .order = order,
         .columns = all,
         .limit_rows =
             std::min<std::uint64_t>(options.limit_rows.value_or(every_row), every_row - offset),
         .offset_rows = offset,
         .most_rows = every_row,
         .removed = options.deleted},
        until
    );
    const auto format = sql::format_of(on.dialect());
    key_texts by{along.by, format};
    while (const auto fields = rows.next()) {
        auto found = read_row<Row>(*fields, format);
        if (const auto key = keys.find(by.of(found)))
            take(std::move(found), *key);
    }
}

} // namespace detail

/// The rows of `Child` that refer to rows at hand: a vector per parent, in the parents' order,
/// empty where there are none.
///
/// Statement: one, whatever the number of parents; none where there are no parents.
/// Units:     limit and offset of the options count per parent, in rows; the limit is 100 unless
///            said otherwise.
/// Errors:    the session's. A caller sees no children but their own.
template <
    row Child,
    std::size_t Relation = detail::the_only,
    class Parents,
    session Session,
    row Parent = typename Parents::value_type>
[[nodiscard]] std::vector<std::vector<Child>> children_of(
    Session& on,
    const Parents& parents,
    const list_options<Child>& options = {},
    std::optional<deadline> until = {}
) {
    constexpr const auto& along = detail::chosen_relation<Child, Parent, Relation>();
    const auto ends = link_to_children(along, table_of<Child>);
    key_set keys{ends.from.size()};
    detail::key_texts from{ends.from, sql::format_of(on.dialect())};
    std::vector<std::optional<std::size_t>> key_of_parent;
    for (const Parent& each : parents)
        key_of_parent.push_back(keys.add(from.of(each)));
    std::vector<std::vector<Child>> of_key(keys.size());
    detail::read_related<Child>(on, ends, keys, options, until, [&](Child found, std::size_t key) {
        of_key[key].push_back(std::move(found));
    });
    // Where a parent is at hand twice, its children are too.
    if (keys.size() == key_of_parent.size())
        return of_key;
    std::vector<std::vector<Child>> made;
    made.reserve(key_of_parent.size());
    for (const auto& key : key_of_parent)
        made.push_back(key ? of_key[*key] : std::vector<Child>{});
    return made;
}

/// The rows of `Parent` that rows at hand refer to, in their order; absent where a row refers to
/// none, or to one this caller does not see.
///
/// Statement: one, whatever the number of rows; none where none refers to anything.
/// Errors:    the session's.
template <
    row Parent,
    std::size_t Relation = detail::the_only,
    class Children,
    session Session,
    row Child = typename Children::value_type>
[[nodiscard]] std::vector<std::optional<Parent>> parents_of(
    Session& on,
    const Children& children,
    const list_options<Parent>& options = {},
    std::optional<deadline> until = {}
) {
    constexpr const auto& along = detail::chosen_relation<Child, Parent, Relation>();
    const auto ends = link_to_parent(along);
    key_set keys{ends.from.size()};
    detail::key_texts from{ends.from, sql::format_of(on.dialect())};
    std::vector<std::optional<std::size_t>> key_of_child;
    for (const Child& each : children)
        key_of_child.push_back(keys.add(from.of(each)));
    std::vector<std::optional<Parent>> of_key(keys.size());
    detail::read_related<Parent>(
        on,
        ends,
        keys,
        options,
        until,
        [&](Parent found, std::size_t key) { of_key[key] = std::move(found); }
    );
    std::vector<std::optional<Parent>> made;
    made.reserve(key_of_child.size());
    for (const auto& key : key_of_child)
        made.push_back(key ? of_key[*key] : std::nullopt);
    return made;
}

} // namespace weir
