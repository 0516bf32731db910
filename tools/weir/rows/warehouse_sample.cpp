// SPDX-License-Identifier: Apache-2.0
// Made-up rows on a SQL warehouse: a batch of them is one MERGE, or several where they are large.
#include <weir/app/settings.hpp>
#include <weir/core/error.hpp>
#include <weir/json/detail/respell.hpp>
#include <weir/sql/column_text.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/table/history.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "../sql_words.hpp"
#include "row_table.hpp"
#include "sample_place.hpp"
#include "warehouse_rows.hpp"

namespace weir::ops {

namespace {

constexpr auto spoken = sql::dialect::databricks;

std::string name_of(std::string_view alias, std::string_view column) {
    return std::string{alias}.append(".").append(quoted(column, spoken));
}

class warehouse_table final : public sample_table {
public:
    warehouse_table(house& at, const wanted_tables& wanted, const table& of)
        : at_(&at), wanted_(&wanted), of_(&of), name_(full_name(wanted, of)),
          samples_(wanted.prefix_of(of.name) + quoted("weir_samples", spoken)),
          rows_(at, of, name_) {
        if (!of.audit)
            at.run(
                "create table if not exists " + samples_ +
                " (table_name string not null, key string not null) using delta"
            );
    }

    [[nodiscard]] std::uint64_t count() const override {
        return number(at_->query("select count(*) from " + name_ + " as t where " + is_sample())
                          .front()
                          .front());
    }

    [[nodiscard]] parent_keys keys() const override {
        auto found = keys_where(is_sample());
        if (found.empty())
            found = keys_where(sql::keeps_deleted(*of_) ? "not t.is_deleted" : "true");
        return found;
    }

    [[nodiscard]] std::vector<std::string> draw_numbers(std::uint64_t count) override {
        std::vector<std::string> drawn;
        for (const auto& column : of_->columns) {
            if (column.generated != generated_by::identity)
                continue;
            if (!last_number_)
                last_number_ = number(at_->query(
                                             "select coalesce(max(" + name_of("t", column.name) +
                                             "), 0) from " + name_ + " as t"
                )
                                          .front()
                                          .front());
            for (std::uint64_t each = 0; each < count; ++each)
                drawn.push_back(std::to_string(++*last_number_));
        }
        return drawn;
    }

    void begin() override {}

    void put(const std::function<std::string_view()>& feed) override {
        for (auto lines = feed(); !lines.empty(); lines = feed())
            rows_.add(lines);
    }

    [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> take_unfit() override {
        std::vector<refused_row> refused;
        rows_.look(0, refused);
        std::vector<std::pair<std::uint64_t, std::string>> unfit;
        for (auto& each : refused)
            unfit.emplace_back(each.number, std::move(each.reason));
        return unfit;
    }

    std::uint64_t insert(std::uint64_t, std::uint64_t, std::vector<refused_row>& refused) override {
        const auto taken = rows_.insert(refused);
        // Afterwards: what is noted here is deleted one day, and must be nobody else's.
        if (!of_->audit)
            rows_.run_on_rows(
                "insert into " + samples_ + " (table_name, key) select " +
                literal(of_->name, spoken) + ", " + key_text("r") + " from (" + rows_.relation() +
                ") as r"
            );
        rows_.clear();
        return taken;
    }

    void finish() override {
        if (last_number_)
            rows_.advance_identity();
    }

    [[nodiscard]] sample_result clean(std::span<const table* const> referring) {
        std::string text = "delete from " + name_ + " as t where " + is_sample();
        for (const auto* each : referring) {
            for (const auto& relation : each->relations) {
                if (&relation.target() == of_ && each->backend == of_->backend)
                    text.append(" and not exists (select 1 from " + full_name(*wanted_, *each))
                        .append(" as c where " + refers(relation, *each) + ")");
            }
        }
        sample_result done{.table = std::string{of_->name}, .what = "removed"};
        // Those that refer to their own table, from the leaves on.
        while (const auto removed = at_->run(text))
            done.rows += removed;
        done.kept = count();
        forget();
        return done;
    }

private:
    [[nodiscard]] std::string key_text(std::string_view alias) const {
        std::string made;
        for (const auto column : of_->key)
            made.append(made.empty() ? "to_json(array(" : ", ")
                .append("cast(" + name_of(alias, of_->columns[column].name) + " as string)");
        return made + "))";
    }

    [[nodiscard]] std::string is_sample() const {
        if (of_->audit)
            return "t.inserted_by = " + literal(sample_actor, spoken);
        return "exists (select 1 from " + samples_ +
               " as s where s.table_name = " + literal(of_->name, spoken) +
               " and s.key = " + key_text("t") + ")";
    }

    /// That `c` refers to `t`, and is not the same row.
    [[nodiscard]] std::string refers(const relation& by, const table& child) const {
        std::string made;
        for (std::size_t part = 0; part < by.from.size(); ++part)
            made.append(part == 0 ? "" : " and ")
                .append(name_of("c", child.columns[by.from[part]].name) + " = ")
                .append(name_of("t", of_->columns[of_->key[part]].name));
        if (&child == of_)
            made.append(" and " + key_text("c") + " <> " + key_text("t"));
        return made;
    }

    [[nodiscard]] parent_keys keys_where(const std::string& condition) const {
        std::string columns;
        std::string order;
        for (const auto position : of_->key) {
            const auto& column = of_->columns[position];
            sql::sink into{columns};
            sql::writer out{into, spoken};
            out.put(columns.empty() ? "" : ", ");
            sql::write_selected(out, "t", column);
            order.append(order.empty() ? "" : ", ").append(name_of("t", column.name));
        }
        parent_keys found;
        for (const auto& row : at_->query(
                 "select " + columns + " from " + name_ + " as t where " + condition +
                 " order by " + order + " limit 100000"
             )) {
            auto& key = found.emplace_back();
            for (std::size_t part = 0; part < row.size(); ++part) {
                std::string spelled;
                if (!json::detail::respell(
                        spelled,
                        row[part],
                        of_->columns[of_->key[part]].type,
                        {.format = text_format::statement_api}
                    ))
                    throw decode_error{"a key of '" + std::string{of_->name} + "' is none"};
                key.push_back(std::move(spelled));
            }
        }
        return found;
    }

    void forget() {
        if (!of_->audit)
            at_->run(
                "delete from " + samples_ + " as s where s.table_name = " +
                literal(of_->name, spoken) + " and not exists (select 1 from " + name_ +
                " as t where s.key = " + key_text("t") + ")"
            );
        else if (of_->history)
            at_->run(
                "delete from " + wanted_->prefix_of(of_->name) +
                quoted(std::string{of_->name}.append(history_suffix), spoken) +
                " as h where h.inserted_by = " + literal(sample_actor, spoken) +
                " and not exists (select 1 from " + name_ +
                " as t where t.record_uuid = h.record_uuid)"
            );
    }

    house* at_;
    const wanted_tables* wanted_;
    const table* of_;
    std::string name_;
    std::string samples_;
    warehouse_rows rows_;
    std::optional<std::uint64_t> last_number_{};
};

class warehouse_place final : public sample_place {
public:
    warehouse_place(const asked_tables& tables, const app::settings& chosen)
        : wanted_(tables.wanted({}, variables_of(chosen), backend::warehouse)), at_(chosen) {}

    [[nodiscard]] std::unique_ptr<sample_table> table_of(const table& of) override {
        return std::make_unique<warehouse_table>(at_, wanted_, of);
    }

    void clean(
        const std::vector<const table*>& chosen,
        std::span<const table* const> all,
        const std::function<void(const sample_result&)>& tell
    ) override {
        for (const auto* each : chosen) {
            const auto done = warehouse_table{at_, wanted_, *each}.clean(all);
            if (done.rows != 0 || done.kept != 0)
                tell(done);
        }
    }

private:
    wanted_tables wanted_;
    house at_;
};

} // namespace

std::unique_ptr<sample_place> open_warehouse_samples(const asked_tables& tables) {
    return std::make_unique<warehouse_place>(tables, app::settings::from_environment());
}

} // namespace weir::ops
