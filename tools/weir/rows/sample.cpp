// SPDX-License-Identifier: Apache-2.0
// weir sample: rows to look at and to try with, made from the schema alone, and taken away again.
#include <weir/app/settings.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/sql/ddl.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "progress.hpp"
#include "row_check.hpp"
#include "row_table.hpp"
#include "rows.hpp"
#include "sample_place.hpp"
#include "sampler.hpp"

namespace weir::ops {

namespace {

constexpr std::uint64_t most_attempts = 60;
constexpr std::uint64_t batch_rows = 20'000;
/// Rows of a table that refer to it pick from so many of the first.
constexpr std::size_t most_own_parents = 10'000;

/// `schemas/shop.yaml:12: column 'code' of table 'orders'`.
class places {
public:
    places(const loaded_schemas& read, std::span<const table* const> own) : read_(&read) {
        std::size_t at = 0;
        for (const auto& schema : read.schemas()) {
            for (const auto& each : schema.tables) {
                if (at < own.size())
                    models_.push_back({own[at++], &each});
            }
        }
    }

    [[nodiscard]] std::string of_column(const table& in, std::size_t column) const {
        const auto& model = model_of(in);
        return line_of(model.columns[column].name.at) + ": column '" +
               std::string{in.columns[column].name} + "' of table '" + std::string{in.name} + "'";
    }

    [[nodiscard]] std::string of_table(const table& in) const {
        return line_of(model_of(in).name.at) + ": table '" + std::string{in.name} + "'";
    }

private:
    [[nodiscard]] const gen::table_model& model_of(const table& in) const {
        return *std::find_if(models_.begin(), models_.end(), [&](const auto& each) {
                    return each.first == &in;
                })->second;
    }

    [[nodiscard]] std::string line_of(gen::range at) const {
        const auto& file = read_->files()[at.file];
        return file.path() + ':' + std::to_string(file.at(at.begin).line);
    }

    const loaded_schemas* read_;
    std::vector<std::pair<const table*, const gen::table_model*>> models_{};
};

/// Fills one table.
class filling {
public:
    filling(sample_table& to, const table& of, sampler& maker, const places& where)
        : to_(&to), of_(&of), maker_(&maker), where_(&where),
          check_(of, {.actor = std::string{sample_actor}}) {
        for (std::size_t each = 0; each < of.relations.size(); ++each) {
            if (&of.relations[each].target() == &of)
                own_relations_.push_back(each);
        }
    }

    /// Answers how many rows were made: fewer than `wanted` where values run out.
    std::uint64_t fill(std::uint64_t wanted, progress& shown) {
        to_->begin();
        std::uint64_t made = 0;
        // What refers to its own table refers to what was there before the batch.
        auto size = own_relations_.empty() ? batch_rows : 1;
        while (made < wanted && why_.empty()) {
            size = std::min(size, wanted - made);
            make_batch(made, size, shown);
            std::vector<refused_row> refused;
            const auto taken = to_->insert(made + 1, made + size, refused);
            if (!refused.empty())
                throw configuration_error{
                    where_->of_table(*of_) +
                    ": the database refuses a row: " + refused.front().reason
                };
            made += taken;
            size = std::min(size * 4, batch_rows);
        }
        to_->finish();
        return made;
    }

    /// Why there are fewer rows than were asked for.
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

private:
    void make_batch(std::uint64_t first, std::uint64_t size, progress& shown) {
        maker_->set_numbers(first, to_->draw_numbers(size));
        attempts_.assign(size, 0);
        taken_.assign(size, {});
        keys_.assign(own_relations_.empty() ? 0 : size, {});
        std::vector<std::uint64_t> pending(size);
        for (std::uint64_t each = 0; each < size; ++each)
            pending[each] = first + each;
        while (!pending.empty()) {
            std::size_t next = 0;
            to_->put([&] { return next_lines(first, pending, next, shown); });
            pending.clear();
            for (const auto& [number, what] : to_->take_unfit()) {
                const auto row = number - 1;
                if (++attempts_[row - first] >= most_attempts)
                    throw configuration_error{
                        where_->of_table(*of_) + ": no row keeps '" + what + "' in " +
                        std::to_string(most_attempts) + " tries; " + remedy
                    };
                maker_->release(taken_[row - first]);
                pending.push_back(row);
            }
        }
        for (const auto relation : own_relations_) {
            auto& parents = maker_->parents(relation);
            for (const auto& key : keys_) {
                if (!key.empty() && parents.size() < most_own_parents)
                    parents.push_back(key);
            }
        }
    }

    /// Lines for COPY of the next rows that are pending; none: there are no more.
    std::string_view next_lines(
        std::uint64_t first,
        const std::vector<std::uint64_t>& pending,
        std::size_t& next,
        progress& shown
    ) {
        constexpr std::size_t enough = std::size_t{1} << 16U;
        lines_.clear();
        for (; next < pending.size() && lines_.size() < enough; ++next) {
            if (!add_line(first, pending[next])) {
                // The rest of the batch would want the same.
                next = pending.size();
                break;
            }
        }
        shown.tell(first + next, first + next);
        return lines_;
    }

    bool add_line(std::uint64_t first, std::uint64_t row) {
        auto& attempt = attempts_[row - first];
        std::string why;
        for (; attempt < most_attempts; ++attempt) {
            const bool is_made = maker_->make({row, attempt}, object_, why);
            if (!is_made) {
                if (attempt + 1 == most_attempts) {
                    why_ = why;
                    return false;
                }
                continue;
            }
            if (check_.take({row + 1, row + 1}, object_, lines_, why)) {
                taken_[row - first] = maker_->taken();
                if (!keys_.empty())
                    keys_[row - first] = maker_->key();
                return true;
            }
            maker_->release(maker_->taken());
        }
        throw configuration_error{
            where_->of_table(*of_) + ": no row keeps its rules in " +
            std::to_string(most_attempts) + " tries: " + why + "; " + remedy
        };
    }

    static constexpr const char* remedy =
        "name values that do, with tags: [\"sample=…\", …] of the column";

    sample_table* to_;
    const table* of_;
    sampler* maker_;
    const places* where_;
    row_check check_;
    std::vector<std::size_t> own_relations_{};
    std::vector<std::uint64_t> attempts_{};
    std::vector<std::vector<std::uint64_t>> taken_{};
    std::vector<std::vector<std::string>> keys_{};
    std::string lines_{};
    std::string object_{};
    std::string why_{};
};

/// The tables to fill or to clean, those referred to first: the ones named with all of their
/// backend that they refer to, or all.
std::vector<const table*>
chosen_tables(std::span<const table* const> own, const sample_options& options) {
    std::set<const table*> wanted;
    const auto add = [&](const auto& self, const table* each) -> void {
        const bool is_own = std::find(own.begin(), own.end(), each) != own.end();
        if (!is_own || !wanted.insert(each).second || options.clean)
            return;
        for (const auto& relation : each->relations) {
            if (relation.target().backend == each->backend)
                self(self, &relation.target());
        }
    };
    for (const auto& name : options.tables)
        add(add, &named_table(own, name));
    for (const auto* each : own) {
        if (options.tables.empty())
            add(add, each);
    }
    auto sorted = sql::detail::parents_first(own);
    std::erase_if(sorted, [&](const table* each) { return !wanted.contains(each); });
    return sorted;
}

/// What was done with each table, told as it is done and once more for programs.
class sample_report {
public:
    void add(const sample_result& of) {
        std::string text = of.table + ": ";
        if (of.what == "left_out") {
            text.append(of.why);
        } else {
            text.append(grouped(of.rows));
            text.append(of.what == "there" ? " sample rows are there already" : " rows");
        }
        if (of.what == "removed")
            text.append(" removed");
        if (of.kept != 0)
            text.append(", " + grouped(of.kept) + " kept: other rows refer to them");
        if (of.what == "made" && !of.why.empty())
            text.append(" of ").append(of.why);
        std::fprintf(stderr, "%s\n", text.c_str());
        all_.push_back(of);
    }

    [[nodiscard]] std::string json() const {
        json::document_writer to;
        to.begin_object();
        to.text("outcome", "done");
        to.begin_array("tables");
        for (const auto& each : all_) {
            to.begin_object();
            to.text("table", each.table);
            to.text("what", each.what);
            to.number("rows", each.rows);
            to.number("kept", each.kept);
            to.text("why", each.why);
            to.end_object();
        }
        to.end_array();
        to.end_object();
        return to.take();
    }

private:
    std::vector<sample_result> all_{};
};

/// The backends of the tables that are reached by the settings.
class sample_places {
public:
    explicit sample_places(const asked_tables& tables)
        : tables_(&tables), chosen_(app::settings::from_environment()) {}

    /// Leaves out tables that the settings do not lead to, unless they are all or were named.
    void leave_out(std::vector<const table*>& chosen, bool are_named, sample_report& report) const {
        const auto is_out = [&](const table* each) { return !is_reached(each->backend); };
        if (are_named || std::all_of(chosen.begin(), chosen.end(), is_out))
            return;
        for (const auto* each : chosen) {
            if (is_out(each))
                report.add(
                    {.table = std::string{each->name},
                     .what = "left_out",
                     .why = each->backend == backend::warehouse
                                ? "on a warehouse, and none is named: left out"
                                : "on Lakebase, and no database is named: left out"}
                );
        }
        std::erase_if(chosen, is_out);
    }

    [[nodiscard]] sample_place& of(backend on) {
        auto& place = open_[on];
        if (!place)
            place = on == backend::warehouse ? open_warehouse_samples(*tables_)
                                             : open_lakebase_samples(*tables_);
        return *place;
    }

private:
    [[nodiscard]] bool is_reached(backend on) const {
        return on == backend::warehouse ? !chosen_.warehouse_id.empty()
                                        : chosen_.lakebase.has_value();
    }

    const asked_tables* tables_;
    app::settings chosen_;
    std::map<backend, std::unique_ptr<sample_place>> open_{};
};

void clean(
    sample_places& at,
    std::vector<const table*> chosen,
    std::span<const table* const> all,
    sample_report& report
) {
    std::reverse(chosen.begin(), chosen.end());
    for (const auto on : {backend::lakebase, backend::warehouse}) {
        auto there = chosen;
        std::erase_if(there, [&](const table* each) { return each->backend != on; });
        if (!there.empty())
            at.of(on).clean(there, all, [&](const sample_result& each) { report.add(each); });
    }
}

sample_result fill(
    sample_places& at,
    const table& of,
    sampler& maker,
    const places& where,
    const sample_options& options
) {
    auto& place = at.of(of.backend);
    const auto to = place.table_of(of);
    sample_result done{.table = std::string{of.name}};
    if (const auto there = to->count(); there != 0) {
        done.what = "there";
        done.rows = there;
        return done;
    }
    for (std::size_t each = 0; each < of.relations.size(); ++each) {
        const auto& target = of.relations[each].target();
        if (&target != &of && target.backend == of.backend)
            maker.set_parents(each, place.table_of(target)->keys());
    }
    const auto rows = options.rows != 0 ? options.rows : 5 + mix(of.name) % 6;
    filling run{*to, of, maker, where};
    progress shown{done.table, rows};
    done.what = "made";
    done.rows = run.fill(rows, shown);
    if (done.rows < rows)
        done.why = grouped(rows) + ": " + run.why();
    return done;
}

int sample(const sample_options& options, const loaded_schemas& read) {
    const asked_tables tables{read};
    auto chosen = chosen_tables(tables.own(), options);
    sample_places at{tables};
    sample_report report;
    at.leave_out(chosen, !options.tables.empty(), report);
    const auto finish = [&] {
        return options.format == "json" ? print(report.json(), outcome::done) : code(outcome::done);
    };
    if (options.clean) {
        clean(at, chosen, tables.all(), report);
        return finish();
    }
    const places where{read, tables.own()};
    auto owners = options.owners;
    for (const char* each : {"ada", "ben", "cleo"}) {
        if (options.owners.empty())
            owners.push_back(std::string{"sample."} + each + "@example.com");
    }
    std::vector<sampler> makers;
    // Before anything is done.
    for (const auto* each : chosen) {
        makers.emplace_back(*each, options.seed, owners);
        if (const auto problem = makers.back().problem())
            return fail(
                outcome::refused,
                where.of_column(*each, problem->first) + ": no values can be made up: " +
                    problem->second + "; name some with tags: [\"sample=…\", …]"
            );
    }
    for (std::size_t next = 0; next < chosen.size(); ++next)
        report.add(fill(at, *chosen[next], makers[next], where, options));
    return finish();
}

} // namespace

int run(const sample_options& options) {
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] { return sample(options, read); });
}

} // namespace weir::ops
