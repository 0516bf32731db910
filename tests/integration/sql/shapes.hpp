// SPDX-License-Identifier: Apache-2.0
// Every kind of statement of a table, with arguments that fit it: what layout.hpp says, executed.
#pragma once

#include <weir/core/value.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/history.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::test {

/// A statement ready to be executed. Lifetime: as the table's facts.
struct shape {
    std::string name;
    sql::verb verb;
    std::string text;
    sql::arguments arguments;
};

/// Where the ids of callers are stored, so is this.
inline constexpr std::string_view sample_text = "ann";

/// The same value for all columns of a type, so that references hold. Of scalars only.
inline any_value sample(const column_type& of) {
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
        return std::int64_t{1};
    case type::float32:
    case type::float64:
        return 1.5;
    case type::decimal:
        return scaled_decimal{1, of.scale};
    case type::boolean:
        return false;
    case type::date:
        return date{19'844};
    case type::timestamp:
        return timestamp{1'714'564'800'123'456};
    case type::timestamp_ntz:
        return timestamp_ntz{1'714'564'800'123'456};
    case type::binary:
        return std::vector{std::byte{7}};
    case type::uuid:
        return uuid{{1, 2, 3}};
    case type::json:
        return json_text{"{}"};
    case type::enumeration:
        return std::string{of.labels.front()};
    default:
        return std::string{sample_text};
    }
}

/// Whether JSON spells values of a type without quotes.
inline bool is_bare(type of) {
    switch (of) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::float32:
    case type::float64:
    case type::decimal:
    case type::boolean:
        return true;
    default:
        return !is_scalar(of);
    }
}

/// Builds the shapes of one table in one dialect, for one caller.
class shapes_of {
public:
    shapes_of(const table& of, sql::dialect spoken, std::string_view caller)
        : of_(&of), spoken_(spoken), caller_(caller) {}

    /// Whether the table can have a fixed statement.
    [[nodiscard]] bool can_have(sql::fixed_statement which) const {
        using fixed = sql::fixed_statement;
        if (which == fixed::restore)
            return sql::keeps_deleted(*of_);
        if (which != fixed::upsert && which != fixed::upsert_many)
            return true;
        for (const auto position : of_->key) {
            if (of_->columns[position].generated == generated_by::identity)
                return false;
        }
        return true;
    }

    [[nodiscard]] shape fixed(std::string name, sql::fixed_statement which) const {
        return {
            std::string{of_->name} + " " + name,
            sql::verb_of(which),
            sql::written(spoken_, *of_, which),
            fixed_arguments(which),
        };
    }

    /// Everything that depends on more than the table and deletes nothing for good.
    [[nodiscard]] std::vector<shape> asked(sql::visibility seen) const {
        std::vector<shape> made;
        const auto caller = caller_arguments(sql::binds_caller(*of_, seen.rows));
        auto by_key = caller;
        add_samples(by_key, of_->key);
        add(made, "find", sql::verb::select, by_key, [&](sql::writer& out) {
            sql::write_find(out, *of_, seen);
        });
        add(made, "exists", sql::verb::select, by_key, [&](sql::writer& out) {
            sql::write_exists(out, *of_, seen);
        });
        add(made, "count all", sql::verb::select, caller, [&](sql::writer& out) {
            sql::write_count(out, *of_, nullptr, seen);
        });
        const auto order = every_order();
        for (const auto& [name, condition] : conditions()) {
            auto counted = caller;
            bind(counted, condition);
            add(made, "count where " + name, sql::verb::select, counted, [&](sql::writer& out) {
                sql::write_count(out, *of_, &condition, seen);
            });
            auto listed = counted;
            sql::bind_row_number(listed, 10, spoken_);
            sql::bind_row_number(listed, 0, spoken_);
            add(made, "list where " + name, sql::verb::select, listed, [&](sql::writer& out) {
                sql::write_list(
                    out,
                    *of_,
                    {.where = &condition, .seen = seen, .order = order, .has_offset = true}
                );
            });
            add_changes(made, name, condition, seen);
        }
        return made;
    }

    /// Deletes rows, for good where the table keeps none.
    [[nodiscard]] std::vector<shape> removals(sql::scope rows) const {
        std::vector<shape> made;
        for (const auto& [name, condition] : conditions()) {
            auto arguments = changing_arguments(sql::binds_caller(*of_, rows));
            if (sql::keeps_deleted(*of_))
                add_stamps(arguments, audit_role::deleted_at, audit_role::deleted_by);
            bind(arguments, condition);
            add(made, "remove where " + name, sql::verb::remove, arguments, [&](sql::writer& out) {
                sql::write_remove_where(out, *of_, condition, rows);
            });
        }
        return made;
    }

    [[nodiscard]] std::vector<shape> purges(sql::visibility seen) const {
        std::vector<shape> made;
        for (const auto& [name, condition] : conditions()) {
            auto arguments = changing_arguments(sql::binds_caller(*of_, seen.rows));
            bind(arguments, condition);
            add(made, "purge where " + name, sql::verb::remove, arguments, [&](sql::writer& out) {
                sql::write_purge_where(out, *of_, condition, seen);
            });
        }
        return made;
    }

private:
    using named_conditions = std::vector<std::pair<std::string, sql::condition>>;

    template <class Write>
    void
    add(std::vector<shape>& to,
        const std::string& name,
        sql::verb does,
        sql::arguments arguments,
        Write&& write) const {
        to.push_back(
            {std::string{of_->name} + " " + name,
             does,
             sql::written(spoken_, write),
             std::move(arguments)}
        );
    }

    [[nodiscard]] sql::arguments caller_arguments(bool needed) const {
        sql::arguments arguments;
        if (needed)
            arguments.add_text(caller_, sql::text_type);
        return arguments;
    }

    /// The caller, then the change that kept the old versions in the table's history.
    [[nodiscard]] sql::arguments changing_arguments(bool needs_caller) const {
        auto arguments = caller_arguments(needs_caller);
        if (of_->history)
            add_sample(arguments, history_column(history_role::change).type);
        return arguments;
    }

    void add_sample(sql::arguments& to, std::uint16_t position) const {
        add_sample(to, of_->columns[position].type);
    }

    void add_sample(sql::arguments& to, const column_type& of) const {
        to.add_written(of, [&](std::string& out) {
            if (is_scalar(of.kind)) {
                append_text(out, sample(of), sql::format_of(spoken_));
            } else if (spoken_ == sql::dialect::postgres && is_native_array(of)) {
                out += "{}";
            } else {
                out += of.kind == type::array ? "[]" : "{}";
            }
        });
    }

    void add_samples(sql::arguments& to, column_indexes columns) const {
        for (const auto position : columns)
            add_sample(to, position);
    }

    void add_stamps(sql::arguments& to, audit_role at, audit_role by) const {
        for (const auto role : {at, by}) {
            if (sql::has_column(*of_, role))
                add_sample(to, static_cast<std::uint16_t>(find_column(of_->columns, role)));
        }
    }

    /// One row as the statements for many take it.
    void add_row(sql::arguments& to, column_indexes columns) const {
        if (spoken_ == sql::dialect::postgres) {
            for (const auto position : columns) {
                sql::arguments one;
                add_sample(one, position);
                to.add_written(sql::text_type, [&](std::string& out) {
                    out += '{';
                    const auto from = out.size();
                    out += *one.text(0);
                    weir::detail::quote_array_element(out, from);
                    out += '}';
                });
            }
            return;
        }
        to.add_written(sql::text_type, [&](std::string& out) {
            out += "[{";
            for (const auto position : columns) {
                sql::arguments one;
                add_sample(one, position);
                if (out.back() != '{')
                    out += ',';
                const auto& column = of_->columns[position];
                out.append("\"").append(column.name).append("\":");
                const bool bare = is_bare(column.type.kind);
                out.append(bare ? "" : "\"").append(*one.text(0)).append(bare ? "" : "\"");
            }
            out += "}]";
        });
    }

    [[nodiscard]] sql::arguments fixed_arguments(sql::fixed_statement which) const {
        using fixed = sql::fixed_statement;
        const auto inserted = sql::choose_columns(*of_, sql::is_inserted);
        switch (which) {
        case fixed::insert:
        case fixed::upsert: {
            const bool needs_caller = sql::insert_binds_caller(*of_);
            auto arguments = which == fixed::upsert ? changing_arguments(needs_caller)
                                                    : caller_arguments(needs_caller);
            add_samples(arguments, inserted);
            return arguments;
        }
        case fixed::insert_many:
        case fixed::insert_many_quietly:
        case fixed::upsert_many: {
            const bool needs_caller = sql::insert_binds_caller(*of_);
            auto arguments = which == fixed::upsert_many ? changing_arguments(needs_caller)
                                                         : caller_arguments(needs_caller);
            add_row(arguments, inserted);
            return arguments;
        }
        default:
            break;
        }
        const bool needs_caller = sql::binds_caller(*of_, sql::scope::caller);
        if (sql::verb_of(which) == sql::verb::select) {
            auto arguments = caller_arguments(needs_caller);
            if (which == fixed::find_many || which == fixed::existing)
                add_row(arguments, of_->key);
            else
                add_samples(arguments, of_->key);
            return arguments;
        }
        auto arguments = changing_arguments(needs_caller);
        if (which == fixed::replace)
            add_samples(arguments, sql::choose_columns(*of_, sql::is_replaced));
        if (which == fixed::remove && sql::keeps_deleted(*of_))
            add_stamps(arguments, audit_role::deleted_at, audit_role::deleted_by);
        if (which == fixed::restore)
            add_stamps(arguments, audit_role::updated_at, audit_role::updated_by);
        add_samples(arguments, of_->key);
        return arguments;
    }

    void bind(sql::arguments& to, const sql::condition& asked) const {
        sql::bind_condition(to, *of_, asked, spoken_);
    }

    /// Every comparison of every column, each kind by itself and all of them together.
    [[nodiscard]] named_conditions conditions() const {
        using sql::comparison;
        std::vector<sql::condition> every;
        std::vector<sql::condition> longer;
        for (std::uint16_t at = 0; at < of_->columns.size(); ++at) {
            const auto& of = of_->columns[at].type;
            every.push_back(sql::compare(at, comparison::is_null));
            every.push_back(sql::compare(at, comparison::is_not_null));
            if (!is_scalar(of.kind) || of.kind == type::json)
                continue;
            const auto value = sample(of);
            every.push_back(sql::compare(at, comparison::equal, {value}));
            every.push_back(sql::negation(sql::compare(at, comparison::not_equal, {value})));
            every.push_back(sql::compare(at, comparison::in, {value, value}));
            longer.push_back(sql::compare(at, comparison::in, std::vector<any_value>(200, value)));
            if (of.kind != type::boolean) {
                every.push_back(sql::compare(at, comparison::less, {value}));
                every.push_back(sql::compare(at, comparison::less_equal, {value}));
                every.push_back(sql::compare(at, comparison::greater, {value}));
                every.push_back(sql::compare(at, comparison::greater_equal, {value}));
            }
            if (of.kind == type::string || of.kind == type::varchar) {
                every.push_back(sql::compare(at, comparison::like, {std::string{"a\\%_%"}}));
                every.push_back(sql::compare(at, comparison::ilike, {std::string{"A%"}}));
            }
        }
        named_conditions made;
        // A warehouse takes 255 parameters: as many conditions as fit beside the values of a row.
        std::vector<sql::condition> some;
        for (std::size_t at = 0; at < every.size(); ++at) {
            some.push_back(std::move(every[at]));
            if (some.size() == 60 || at + 1 == every.size()) {
                made.emplace_back(
                    "comparisons " + std::to_string(made.size()),
                    sql::any_of(std::exchange(some, {}))
                );
            }
        }
        made.emplace_back("long lists", sql::any_of(std::move(longer)));
        made.emplace_back("nothing asked", sql::condition{});
        return made;
    }

    [[nodiscard]] std::vector<sql::order_term> every_order() const {
        std::vector<sql::order_term> order;
        for (std::uint16_t at = 0; at < of_->columns.size(); ++at) {
            const auto kind = of_->columns[at].type.kind;
            if (is_scalar(kind) && kind != type::json)
                order.push_back({.column = at, .descending = at % 2 == 0});
        }
        return order;
    }

    void add_changes(
        std::vector<shape>& to,
        const std::string& name,
        const sql::condition& condition,
        sql::visibility seen
    ) const {
        auto columns = sql::choose_columns(*of_, sql::is_replaced);
        // A warehouse changes unique columns row by row only.
        std::erase_if(columns, [&](std::uint16_t position) {
            for (const auto& set : of_->unique) {
                for (const auto column : set.columns) {
                    if (column == position)
                        return true;
                }
            }
            return false;
        });
        auto where = changing_arguments(sql::binds_caller(*of_, seen.rows));
        add_samples(where, columns);
        bind(where, condition);
        add(to, "update where " + name, sql::verb::update, where, [&](sql::writer& out) {
            sql::write_update_where(out, *of_, columns, condition, seen);
        });
    }

    const table* of_;
    sql::dialect spoken_;
    std::string_view caller_;
};

inline constexpr std::pair<const char*, sql::fixed_statement> fixed_statements[]{
    {"insert", sql::fixed_statement::insert},
    {"upsert", sql::fixed_statement::upsert},
    {"find", sql::fixed_statement::find},
    {"exists", sql::fixed_statement::exists},
    {"find_many", sql::fixed_statement::find_many},
    {"existing", sql::fixed_statement::existing},
    {"replace", sql::fixed_statement::replace},
    {"remove", sql::fixed_statement::remove},
    {"restore", sql::fixed_statement::restore},
    {"upsert_many", sql::fixed_statement::upsert_many},
    {"purge", sql::fixed_statement::purge},
    {"insert_many", sql::fixed_statement::insert_many},
    {"insert_many_quietly", sql::fixed_statement::insert_many_quietly},
};

} // namespace weir::test
