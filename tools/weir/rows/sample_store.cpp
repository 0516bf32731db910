// SPDX-License-Identifier: Apache-2.0
#include "sample_store.hpp"

#include <weir/core/error.hpp>
#include <weir/json/detail/respell.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/table/history.hpp>

#include "../sql_words.hpp"
#include "row_table.hpp"
#include "stage.hpp"

namespace weir::ops {

namespace {

/// `a."x" = b."y" and …`.
template <class Left, class Right>
std::string pairs_of(std::size_t count, const Left& left, const Right& right) {
    std::string made;
    for (std::size_t part = 0; part < count; ++part)
        made.append(part == 0 ? "" : " and ").append(left(part)).append(" = ").append(right(part));
    return made;
}

} // namespace

sample_store::sample_store(database& at, const wanted_tables& wanted, const table& of)
    : at_(&at), wanted_(&wanted), of_(&of), name_(full_name(wanted, of)),
      samples_(wanted.prefix_of(of.name) + "\"weir_samples\""), is_audited_(of.audit) {
    const bool is_there =
        is_audited_ ||
        at.query("select to_regclass($1) is not null", {samples_}).front().front() == "t";
    if (!is_there)
        at.run(
            "create table if not exists " + samples_ +
            " (table_name text not null, key jsonb not null, primary key (table_name, key))"
        );
}

std::string sample_store::key_array(const std::string& alias) const {
    std::string made = "jsonb_build_array(";
    std::string_view comma;
    for (const auto column : of_->key) {
        made.append(comma).append(alias + '.' + quoted(of_->columns[column].name));
        comma = ", ";
    }
    return made + ')';
}

std::string sample_store::is_sample(const std::string& alias) const {
    if (is_audited_)
        return alias + ".inserted_by = " + literal(sample_actor);
    return "exists (select from " + samples_ + " as s where s.table_name = " + literal(of_->name) +
           " and s.key = " + key_array(alias) + ")";
}

std::uint64_t sample_store::count() const {
    return number(at_->query("select count(*) from " + name_ + " as t where " + is_sample("t"))
                      .front()
                      .front());
}

bool sample_store::has_rows() const {
    return at_->query("select exists (select from " + name_ + ")").front().front() == "t";
}

bool sample_store::has_others() const {
    return at_->query(
                  "select exists (select from " + name_ + " as t where not " + is_sample("t") + ")"
           )
               .front()
               .front() == "t";
}

parent_keys sample_store::keys() const {
    std::string columns;
    for (const auto column : of_->key)
        columns.append(columns.empty() ? "" : ", ")
            .append("t." + quoted(of_->columns[column].name));
    const auto read = [&](const std::string& condition) {
        parent_keys found;
        at_->stream(
            "select " + columns + " from " + name_ + " as t where " + condition + " order by " +
                columns + " limit 100000",
            [&](std::span<const text_field> fields) {
                auto& key = found.emplace_back();
                for (std::size_t part = 0; part < fields.size(); ++part) {
                    const auto& type = of_->columns[of_->key[part]].type;
                    std::string spelled;
                    if (!json::detail::respell(spelled, fields[part].text, type, {}))
                        throw decode_error{"a key of '" + std::string{of_->name} + "' is none"};
                    key.push_back(std::move(spelled));
                }
            }
        );
        return found;
    };
    auto found = read(is_sample("t"));
    if (found.empty())
        found = read(sql::keeps_deleted(*of_) ? "not t.is_deleted" : "true");
    return found;
}

std::vector<std::string> sample_store::draw_numbers(std::uint64_t count) const {
    std::vector<std::string> found;
    for (const auto& column : of_->columns) {
        if (column.generated != generated_by::identity)
            continue;
        at_->stream(
            "select nextval(pg_get_serial_sequence(" + literal(name_) + ", " +
                literal(column.name) + ")) from generate_series(1, " + std::to_string(count) + ")",
            [&](std::span<const text_field> fields) { found.emplace_back(fields.front().text); }
        );
    }
    return found;
}

std::vector<std::pair<std::uint64_t, std::string>> sample_store::unfit(bool beside) const {
    const std::string stage{row_stage::name()};
    std::string text;
    const auto add = [&](const std::string& query) {
        text.append(text.empty() ? "" : " union all ").append(query);
    };
    for (const auto& check : of_->checks)
        add("select weir_row, " + literal(check.name) + " from " + stage + " where not (" +
            std::string{check.expr} + ")");
    const auto add_unique = [&](column_indexes columns, bool is_key) {
        std::string names;
        for (const auto column : columns)
            names.append(names.empty() ? "" : ", ").append(of_->columns[column].name);
        const auto side = [&](std::string_view alias) {
            return [&, alias](std::size_t part) {
                return std::string{alias} + '.' + quoted(of_->columns[columns[part]].name);
            };
        };
        add("select r.weir_row, " + literal("the unique " + names) + " from " + stage +
            " as r join " + name_ + " as t on " + pairs_of(columns.size(), side("r"), side("t")) +
            (!is_key && sql::keeps_deleted(*of_) ? " where not t.is_deleted" : ""));
    };
    if (beside) {
        add_unique(of_->key, true);
        for (const auto& each : of_->unique)
            add_unique(each.columns, false);
    }
    std::vector<std::pair<std::uint64_t, std::string>> found;
    if (text.empty())
        return found;
    for (auto& row :
         at_->query("select distinct on (1) * from (" + text + ") as broken order by 1"))
        found.emplace_back(number(row[0]), std::move(row[1]));
    return found;
}

void sample_store::remember() {
    if (!is_audited_)
        at_->run(
            "insert into " + samples_ + " select " + literal(of_->name) + ", " + key_array("r") +
            " from " + std::string{row_stage::name()} + " as r"
        );
}

sample_store::cleaned sample_store::clean(std::span<const table* const> referring) {
    std::string text = "delete from " + name_ + " as t where " + is_sample("t");
    bool refers_to_itself = false;
    for (const auto* each : referring) {
        for (const auto& relation : each->relations) {
            if (&relation.target() != of_ || each->backend != of_->backend)
                continue;
            refers_to_itself = refers_to_itself || each == of_;
            const auto child = full_name(*wanted_, *each);
            text.append(" and not exists (select from " + child + " as c where ");
            text.append(pairs_of(
                relation.from.size(),
                [&](std::size_t part) {
                    return "c." + quoted(each->columns[relation.from[part]].name);
                },
                [&](std::size_t part) { return "t." + quoted(of_->columns[of_->key[part]].name); }
            ));
            // What refers to itself keeps nothing.
            if (each == of_)
                text.append(" and " + key_array("c") + " <> " + key_array("t"));
            text.append(")");
        }
    }
    cleaned done;
    std::uint64_t removed = 0;
    do {
        removed = at_->run(text);
        done.removed += removed;
    } while (refers_to_itself && removed != 0);
    done.kept = count();
    forget();
    return done;
}

void sample_store::forget() {
    if (!is_audited_) {
        at_->run(
            "delete from " + samples_ + " as s where s.table_name = " + literal(of_->name) +
            " and not exists (select from " + name_ + " as t where s.key = " + key_array("t") + ")"
        );
    } else if (of_->history) {
        const auto history =
            wanted_->prefix_of(of_->name) + quoted(std::string{of_->name}.append(history_suffix));
        at_->run(
            "delete from " + history + " as h where h.inserted_by = " + literal(sample_actor) +
            " and not exists (select from " + name_ + " as t where t.record_uuid = h.record_uuid)"
        );
    }
}

} // namespace weir::ops
