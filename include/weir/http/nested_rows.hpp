// SPDX-License-Identifier: Apache-2.0
// Rows that come inside the rows they refer to: `{"customer": …, "lines": [{…}, …]}`. Read with
// them, checked with them, stored with them in one unit of work. Costs data/repository.hpp and
// json/row_reader.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>
#include <weir/http/table_options.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/table_list.hpp>

#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::http::detail {

template <class Row>
struct included_rows_of {
    using type = table_list<>;
};

template <class Row>
    requires requires { typename row_types<Row>::included; }
struct included_rows_of<Row> {
    using type = typename row_types<Row>::included;
};

/// Whether rows behind inclusion `At` of `Row` may come inside it.
template <row Row, std::size_t At>
inline constexpr bool can_nest = is_nestable(table_of<Row>, table_of<Row>.api.include[At]);

/// The children of one inclusion, with the parents they came in.
template <row Row, std::size_t At, class Child>
class nested_children {
public:
    static constexpr const inclusion& which = table_of<Row>.api.include[At];
    static constexpr column_indexes from = relation_of(table_of<Row>, which).from;

    /// Reads an array of rows, the value of the inclusion's member in parent `parent`.
    bool read(const json::intake& of, const location& at, std::size_t parent, std::size_t most) {
        if (!parents_.empty() && parents_.back() == parent) {
            of.broken.push_back(
                {"duplicate_field", at, "'" + std::string{which.name} + "' is given twice"}
            );
            return of.in.skip_value() && of.goes_on();
        }
        parents_.push_back(parent);
        if (of.in.peek() != json::token::array) {
            std::string message =
                "'" + std::string{which.name} + "' must be an array of rows, got ";
            message.append(of.in.peek_name());
            of.broken.push_back({"list_type", at, std::move(message)});
            return of.in.skip_value() && of.goes_on();
        }
        auto here = at;
        here.emplace_back(std::size_t{0});
        if (!of.in.enter_array())
            return false;
        for (std::size_t position = 0; of.in.next_element(); ++position) {
            if (rows_.size() == most) {
                of.broken.push_back(
                    {"too_many_rows",
                     at,
                     "At most " + std::to_string(most) + " rows are taken at once"}
                );
                return false;
            }
            here.back() = position;
            auto& one = places_.emplace_back(place{parent, here, {}});
            if (!json::read_create<Child>(
                    of, rows_.emplace_back(), here, {.filled = from, .given = one.given}
                ))
                return false;
        }
        return !of.in.failed();
    }

    [[nodiscard]] bool empty() const noexcept { return parents_.empty(); }

    /// Refuses children that name another parent than the one they stand in.
    void check(const std::vector<create_of<Row>>& parents, violations& broken) const {
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            for_each_part([&]<std::size_t Part>() {
                if (places_[at].given[Part])
                    check_part<Part>(rows_[at], parents[places_[at].parent], places_[at], broken);
            });
        }
    }

    /// Stores the children under their parents, as stored: one statement, or, where hooks want to
    /// know their places, one per parent.
    template <class Session>
    void insert(
        Session& on, const std::vector<Row>& parents, deadline until, const table_options& options
    ) {
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            const auto& parent = parents[places_[at].parent];
            for_each_part([&]<std::size_t Part>() { fill<Part>(rows_[at], parent); });
        }
        const auto* const hooks = options.hooks_of(table_of<Child>);
        for (std::size_t first = 0; first < rows_.size();) {
            const auto& start = places_[first];
            auto last = first + 1;
            while (last < rows_.size() && (!hooks || places_[last].parent == start.parent))
                ++last;
            const auto begin = std::make_move_iterator(rows_.begin());
            const auto step = [](std::size_t by) { return static_cast<std::ptrdiff_t>(by); };
            std::vector<create_of<Child>> some(begin + step(first), begin + step(last));
            repository<Child, Session> children{
                on,
                {.clock = options.clock,
                 .until = until,
                 .hooks = hooks,
                 .at = location(start.at.begin(), start.at.end() - 1)}
            };
            for (auto& each : children.insert_all(std::move(some)))
                stored_.push_back(std::move(each));
            first = last;
        }
    }

    /// Appends `,"lines":[…]`, the stored children of a parent. Parents in their order, each once.
    void append(std::string& out, std::size_t parent, json::numbers numbers) {
        out.push_back(',');
        json::append_json_string(out, which.name);
        out.append(":[");
        for (bool is_first = true; next_ < stored_.size() && places_[next_].parent == parent;
             ++next_) {
            if (!std::exchange(is_first, false))
                out.push_back(',');
            json::append_json(out, stored_[next_], numbers);
        }
        out.push_back(']');
    }

private:
    struct place {
        std::size_t parent;
        location at;
        std::array<bool, from.size()> given;
    };

    template <class Call>
    static void for_each_part(Call&& call) {
        [&]<std::size_t... Part>(std::index_sequence<Part...> /*unused*/) {
            (call.template operator()<Part>(), ...);
        }(std::make_index_sequence<from.size()>{});
    }

    template <std::size_t Part>
    static auto& reference_of(auto& child) {
        return member_at<weir::detail::members_of_columns<Child, create_of<Child>>[from[Part]]>(
            child
        );
    }

    template <std::size_t Part>
    static void check_part(
        const create_of<Child>& child,
        const create_of<Row>& parent,
        const place& where,
        violations& broken
    ) {
        constexpr auto key = table_of<Row>.key[Part];
        constexpr auto in_parent = weir::detail::members_of_columns<Row, create_of<Row>>[key];
        bool is_same = false;
        if constexpr (in_parent != member_count<create_of<Row>>)
            is_same = reference_of<Part>(child) == member_at<in_parent>(parent);
        if (is_same)
            return;
        auto at = where.at;
        const std::string name{table_of<Child>.columns[from[Part]].name};
        at.emplace_back(name);
        broken.push_back(
            {"key_mismatch",
             std::move(at),
             "Column '" + name + "' is filled from the row around it: leave it out"}
        );
    }

    template <std::size_t Part>
    static void fill(create_of<Child>& child, const Row& parent) {
        reference_of<Part>(child) = member_at<table_of<Row>.key[Part]>(parent);
    }

    /// Which parents brought the member at all, empty arrays included.
    std::vector<std::size_t> parents_{};
    std::vector<create_of<Child>> rows_{};
    std::vector<place> places_{};
    std::vector<Child> stored_{};
    std::size_t next_ = 0;
};

/// Stands where an inclusion takes no rows from a payload.
struct no_children {};

template <row Row, class List>
struct nested_tuple;

template <row Row, class... Children>
struct nested_tuple<Row, table_list<Children...>> {
    template <std::size_t... At>
    static auto of(std::index_sequence<At...> /*unused*/) {
        return std::tuple<std::conditional_t<
            can_nest<Row, At>,
            nested_children<Row, At, Children>,
            no_children>...>{};
    }

    using type = decltype(of(std::index_sequence_for<Children...>{}));

    /// Whether any of them is for known callers only.
    static constexpr bool needs_caller =
        ((table_of<Children>.access.rule != access_rule::open) || ...);

    static constexpr bool any = [] {
        for (const auto& each : table_of<Row>.api.include) {
            if (is_nestable(table_of<Row>, each))
                return true;
        }
        return false;
    }();
};

template <row Row>
using nested_of = nested_tuple<Row, typename included_rows_of<Row>::type>;

/// The rows inside the rows of one body, for every inclusion that takes some.
template <row Row>
class nested_rows {
public:
    /// Whether rows of `Row` may have rows inside at all.
    static constexpr bool any = nested_of<Row>::any;

    /// `parents`: the rows as they are read; `most`: rows inside, per inclusion.
    /// Lifetime: refers to `parents`.
    nested_rows(const std::vector<create_of<Row>>& parents, std::size_t most)
        : parents_(&parents), most_(most) {}

    nested_rows(const nested_rows&) = delete;
    nested_rows(nested_rows&&) = delete;
    nested_rows& operator=(const nested_rows&) = delete;
    nested_rows& operator=(nested_rows&&) = delete;
    ~nested_rows() = default;

    /// For body_options::others. Lifetime: refers to this.
    [[nodiscard]] json::other_members members() noexcept {
        return {
            this,
            [](void* state,
               std::string_view name,
               const json::intake& of,
               const value_path& where,
               bool& is_known) {
                return static_cast<nested_rows*>(state)->read(name, of, where, is_known);
            }
        };
    }

    /// Whether the body had none.
    [[nodiscard]] bool empty() const {
        bool none = true;
        for_each(*this, [&](const auto& each) { none = none && each.empty(); });
        return none;
    }

    /// Refuses what does not fit the rows around it.
    /// Errors: validation_error.
    void require_fitting() const {
        violations broken;
        for_each(*this, [&](const auto& each) { each.check(*parents_, broken); });
        json::require_sound(std::move(broken));
    }

    /// Stores all children; in the unit of work that stored `parents`.
    template <class Session>
    void insert(
        Session& on, const std::vector<Row>& parents, deadline until, const table_options& options
    ) {
        for_each(*this, [&](auto& each) { each.insert(on, parents, until, options); });
    }

    /// Appends a stored parent with its stored children. Parents in their order, each once.
    void append(std::string& out, const Row& parent, std::size_t position, json::numbers numbers) {
        json::append_json(out, parent, numbers);
        out.pop_back();
        for_each(*this, [&](auto& each) {
            if (!each.empty())
                each.append(out, position, numbers);
        });
        out.push_back('}');
    }

private:
    template <class Self, class Call>
    static void for_each(Self& self, [[maybe_unused]] Call&& call) {
        std::apply(
            [&](auto&... each) {
                [[maybe_unused]] const auto one = [&](auto& children) {
                    if constexpr (!std::is_same_v<
                                      std::remove_cvref_t<decltype(children)>,
                                      no_children>)
                        call(children);
                };
                (one(each), ...);
            },
            self.children_
        );
    }

    bool
    read(std::string_view name, const json::intake& of, const value_path& where, bool& is_known) {
        bool goes_on = true;
        for_each(*this, [&](auto& each) {
            if (each.which.name != name)
                return;
            is_known = true;
            goes_on = each.read(of, where.to_location(), parents_->size() - 1, most_);
        });
        return goes_on;
    }

    const std::vector<create_of<Row>>* parents_;
    std::size_t most_;
    typename nested_of<Row>::type children_{};
};

} // namespace weir::http::detail
