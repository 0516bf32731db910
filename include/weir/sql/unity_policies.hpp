// SPDX-License-Identifier: Apache-2.0
// Row filters and column masks of Unity Catalog from `access`, `private` and the tag `pii`: for
// those who read a warehouse's tables beside the service. Costs what ddl.hpp costs.
//
// A filter or a mask asks current_user(): the service, named by what that is for its principal,
// sees all, since its own statements keep callers apart; others see the rows whose owner column
// holds their name, and of their groups what `read_all` says.
#pragma once

#include <weir/sql/ddl.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/row_policies.hpp>
#include <weir/sql/sink.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

namespace detail {

/// The filter and the masks of one table.
class unity_policies {
public:
    unity_policies(std::vector<std::string>& to, const table& of, std::string_view service)
        : to_(&to), of_(&of), service_(service) {}

    void write() const {
        const auto readers = reading_groups(*of_);
        if (is_isolated(*of_))
            filter(readers);
        for (const auto& column : of_->columns) {
            const bool is_personal =
                std::find(column.tags.begin(), column.tags.end(), "pii") != column.tags.end();
            if (column.is_private) {
                mask(column, {}, false);
            } else if (is_personal) {
                // Whose row it is may see what is known of them.
                mask(column, readers, of_->access.rule == access_rule::owner);
            }
        }
    }

private:
    [[nodiscard]] const column& owner() const { return of_->columns[of_->access.owner]; }

    template <class Write>
    void add(const Write& write) const {
        sink into{to_->emplace_back()};
        writer out{into, dialect::databricks};
        write(out);
    }

    /// The name of a function beside the table.
    void write_function(writer& out, std::string_view of_column, std::string_view what) const {
        std::string name{"weir_"};
        name.append(of_->name).append(of_column.empty() ? "" : "_").append(of_column);
        table beside;
        beside.place = of_->place;
        const auto whole = object_name(name.append(what), dialect::databricks);
        beside.name = whole;
        out.name(beside);
    }

    /// The columns that say whose a row is.
    [[nodiscard]] std::vector<std::uint16_t> deciding() const {
        if (of_->access.rule == access_rule::owner)
            return {of_->access.owner};
        const auto from = of_->relations[of_->access.via].from;
        return {from.begin(), from.end()};
    }

    void filter(const std::vector<std::string_view>& readers) const {
        const auto columns = deciding();
        add([&](writer& out) {
            out.put("create or replace function ");
            write_function(out, {}, "_rows");
            out.put("(");
            separator comma;
            for (const auto position : columns) {
                out.put(comma.next());
                write_parameter(out, of_->columns[position]);
            }
            out.put(") returns boolean\nreturn ");
            write_trusted(out, readers);
            out.put("\n  or ");
            if (of_->access.rule == access_rule::owner) {
                write_parameter_name(out, owner());
                out.put(" = current_user()");
            } else {
                write_via(out, *of_, scope::caller, caller_of_setting, [&](std::size_t position) {
                    write_parameter_name(out, of_->columns[position]);
                });
            }
        });
        alter([&](writer& out) {
            out.put(" set row filter ");
            write_function(out, {}, "_rows");
            out.put(" on (");
            separator next;
            for (const auto position : columns)
                out.put(next.next()).name(of_->columns[position].name);
            out.put(")");
        });
    }

    /// `by_owner`: the owner of a row sees the value too.
    void mask(const column& of, const std::vector<std::string_view>& readers, bool by_owner) const {
        const bool needs_owner = by_owner && &of != &owner();
        add([&](writer& out) {
            out.put("create or replace function ");
            write_function(out, of.name, "_mask");
            out.put("(");
            write_parameter(out, of);
            if (needs_owner) {
                out.put(", ");
                write_parameter(out, owner());
            }
            out.put(") returns ").type(of.type, type_use::declaration).put("\nreturn case when ");
            write_trusted(out, readers);
            if (by_owner) {
                out.put("\n  or ");
                write_parameter_name(out, owner());
                out.put(" = current_user()");
            }
            out.put("\n  then ");
            write_parameter_name(out, of);
            out.put(" end");
        });
        alter([&](writer& out) {
            out.put(" alter column ").name(of.name).put(" set mask ");
            write_function(out, of.name, "_mask");
            if (needs_owner)
                out.put(" using columns (").name(owner().name).put(")");
        });
    }

    template <class Write>
    void alter(const Write& write) const {
        add([&](writer& out) { write(out.put("alter table ").name(*of_)); });
    }

    /// The service, and members of the groups.
    void write_trusted(writer& out, const std::vector<std::string_view>& groups) const {
        out.put("current_user() = ").literal(service_);
        for (const auto group : groups)
            out.put("\n  or is_account_group_member(").literal(group).put(")");
    }

    // Not the columns' own names: inside of a subquery those would be the other table's.
    static void write_parameter_name(writer& out, const column& of) {
        const std::string name = "of_" + std::string{of.name};
        out.name(name);
    }

    static void write_parameter(writer& out, const column& of) {
        write_parameter_name(out, of);
        out.put(" ").type(of.type, type_use::declaration);
    }

    std::vector<std::string>* to_;
    const table* of_;
    std::string_view service_;
};

} // namespace detail

/// The statements that put row filters and column masks on tables of a warehouse, in the order to
/// run them, after create_tables(). `service`: what current_user() is for the service: the
/// application id of its principal. Each may run again.
[[nodiscard]] inline std::vector<std::string>
unity_policies(std::span<const table* const> tables, std::string_view service) {
    std::vector<std::string> statements;
    for (const auto* each : tables)
        detail::unity_policies{statements, *each, service}.write();
    return statements;
}

} // namespace weir::sql
