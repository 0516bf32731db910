// SPDX-License-Identifier: Apache-2.0
// Row-level security of PostgreSQL from `access`: the second of two layers, either of which holds
// alone. Costs what predicate.hpp costs.
//
// A policy asks three settings, which a session sets for one transaction: `weir.caller`, the
// caller's id; `weir.groups`, an array literal of the groups; `weir.scope`, `all` for work that is
// nobody's in particular. Where none is set, no row is there.
#pragma once

#include <weir/sql/layout.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/sink.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

/// Sets all three until the transaction ends, however it does.
inline constexpr std::string_view set_caller_text =
    "select set_config('weir.caller', $1, true), set_config('weir.groups', $2, true), "
    "set_config('weir.scope', $3, true)";

namespace detail {

/// FNV-1a, as eight hexadecimal digits.
inline std::string hash_text(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    std::string digits;
    for (int shift = 28; shift >= 0; shift -= 4)
        digits.push_back("0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 0xFU]);
    return digits;
}

/// The groups that read every row: those of the table and, with `via`, of the tables above.
inline std::vector<std::string_view> reading_groups(const table& of) {
    std::vector<std::string_view> groups;
    const auto* at = &of;
    for (std::size_t depth = 0; depth <= max_access_depth; ++depth) {
        groups.insert(groups.end(), at->access.read_all.begin(), at->access.read_all.end());
        if (at->access.rule != access_rule::via)
            break;
        at = &at->relations[at->access.via].target();
    }
    return groups;
}

/// The policies of one table, or of its history.
class row_policies {
public:
    enum class about : std::uint8_t { rows, history };

    row_policies(const table& of, about what) : of_(&of), is_history_(what == about::history) {
        sink into{alias_};
        if (is_history_) {
            write_identifier(into, of.name, history_suffix, dialect::postgres);
        } else {
            write_identifier(into, of.name, dialect::postgres);
        }
    }

    /// Turns row-level security on, for the table's owner too, and makes the policies anew.
    void write(writer& out) const {
        out.put("alter table ");
        write_name(out);
        out.put(" enable row level security, force row level security");
        const auto readers = reading_groups(*of_);
        const std::span<const std::string_view> purgers = of_->access.purge;
        auto seeing = readers;
        // Whoever deletes a row must find it.
        seeing.insert(seeing.end(), purgers.begin(), purgers.end());
        begin(out, "select");
        write_using(out, seeing);
        begin(out, "insert");
        // Purging a row keeps its old version.
        write_check(out, is_history_ ? purgers : std::span<const std::string_view>{});
        if (!is_history_) {
            begin(out, "update");
            // So that purging can lock the row whose old version it keeps.
            write_using(out, of_->history ? purgers : std::span<const std::string_view>{});
            write_check(out, {});
        }
        begin(out, "delete");
        write_using(out, purgers);
    }

    /// Notes on a policy which text it comes from.
    void write_mark(writer& out, std::string_view mark) const {
        out.put(";\ncomment on policy \"weir_select\" on ");
        write_name(out);
        out.put(" is ").literal(mark);
    }

    /// Selects a row where all is as `mark` says.
    void write_check_of_mark(writer& out, std::string_view mark) const {
        // By the table's row type: a name in a text would not be placed.
        out.put("select 1 from pg_type as t join pg_class as c on c.oid = t.typrelid "
                "join pg_policy as p on p.polrelid = c.oid "
                "where t.oid = pg_typeof(null::");
        write_name(out);
        out.put(")::oid and c.relrowsecurity and c.relforcerowsecurity "
                "and obj_description(p.oid, 'pg_policy') = ")
            .literal(mark);
    }

private:
    void write_name(writer& out) const {
        if (is_history_) {
            out.history_name(*of_);
        } else {
            out.name(*of_);
        }
    }

    void begin(writer& out, std::string_view verb) const {
        out.put(";\ndrop policy if exists \"weir_").put(verb).put("\" on ");
        write_name(out);
        out.put(";\ncreate policy \"weir_").put(verb).put("\" on ");
        write_name(out);
        out.put(" for ").put(verb);
    }

    void write_using(writer& out, std::span<const std::string_view> groups) const {
        out.put("\n  using (");
        write_rule(out, groups);
        out.put(")");
    }

    void write_check(writer& out, std::span<const std::string_view> groups) const {
        out.put("\n  with check (");
        write_rule(out, groups);
        out.put(")");
    }

    /// The row is the caller's, or the caller is in one of the groups. Each setting stands in a
    /// subquery, which is evaluated once and not for every row.
    void write_rule(writer& out, std::span<const std::string_view> groups) const {
        write_access(out, *of_, alias_, caller_of_setting);
        if (!groups.empty()) {
            out.put("\n    or (select nullif(current_setting('weir.groups', true), '')::text[] && "
                    "array[");
            separator comma;
            for (const auto group : groups)
                out.put(comma.next()).literal(group);
            out.put("])");
        }
        out.put("\n    or (select current_setting('weir.scope', true) = 'all')");
    }

    const table* of_;
    bool is_history_;
    std::string alias_{};
};

} // namespace detail

} // namespace weir::sql
