// SPDX-License-Identifier: Apache-2.0
// weir sample: rows to look at and to try with, made from the schema alone, and taken away again.
#include <weir/sql/ddl.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "progress.hpp"
#include "row_check.hpp"
#include "row_table.hpp"
#include "rows.hpp"
#include "sample_store.hpp"
#include "sampler.hpp"
#include "stage.hpp"

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

/// Fills one table, in a transaction of its own.
class filling {
public:
    filling(database& at, const table& of, sample_store& store, sampler& maker, const places& where)
        : at_(&at), of_(&of), store_(&store), maker_(&maker), where_(&where),
          stage_(at, of, store.name()), check_(of, {std::string{sample_actor}, {}}) {
        for (std::size_t each = 0; each < of.relations.size(); ++each) {
            if (&of.relations[each].target() == &of)
                own_relations_.push_back(each);
        }
    }

    /// Answers how many rows were made: fewer than `wanted` where values run out.
    std::uint64_t fill(std::uint64_t wanted, progress& shown) {
        at_->run("begin");
        has_others_ = store_->has_rows();
        std::uint64_t made = 0;
        // What refers to its own table refers to what was there before the batch.
        auto size = own_relations_.empty() ? batch_rows : 1;
        while (made < wanted && why_.empty()) {
            size = std::min(size, wanted - made);
            make_batch(made, size, shown);
            store_->remember();
            std::vector<refused_row> refused;
            const auto taken = stage_.insert(made + 1, made + size, refused);
            if (!refused.empty())
                throw configuration_error{
                    where_->of_table(*of_) +
                    ": the database refuses a row: " + refused.front().reason
                };
            made += taken;
            stage_.clear();
            size = std::min(size * 4, batch_rows);
        }
        at_->run("commit");
        return made;
    }

    /// Why there are fewer rows than were asked for.
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

private:
    void make_batch(std::uint64_t first, std::uint64_t size, progress& shown) {
        maker_->set_numbers(first, store_->draw_numbers(size));
        attempts_.assign(size, 0);
        taken_.assign(size, {});
        keys_.assign(own_relations_.empty() ? 0 : size, {});
        std::vector<std::uint64_t> pending(size);
        for (std::uint64_t each = 0; each < size; ++each)
            pending[each] = first + each;
        while (!pending.empty()) {
            std::size_t next = 0;
            stage_.copy([&] { return next_lines(first, pending, next, shown); });
            const auto unfit = store_->unfit(has_others_);
            pending.clear();
            std::string numbers;
            for (const auto& [number, what] : unfit) {
                const auto row = number - 1;
                if (++attempts_[row - first] >= most_attempts)
                    throw configuration_error{
                        where_->of_table(*of_) + ": no row keeps '" + what + "' in " +
                        std::to_string(most_attempts) + " tries; " + remedy
                    };
                maker_->release(taken_[row - first]);
                pending.push_back(row);
                numbers.append(numbers.empty() ? "" : ",").append(std::to_string(number));
            }
            if (!numbers.empty())
                at_->run(
                    "delete from " + std::string{row_stage::name()} + " where weir_row in (" +
                    numbers + ")"
                );
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
            const auto before = lines_.size();
            lines_.append(std::to_string(row + 1));
            if (check_.take(object_, lines_, why)) {
                lines_.push_back('\n');
                taken_[row - first] = maker_->taken();
                if (!keys_.empty())
                    keys_[row - first] = maker_->key();
                return true;
            }
            lines_.resize(before);
            maker_->release(maker_->taken());
        }
        throw configuration_error{
            where_->of_table(*of_) + ": no row keeps its rules in " +
            std::to_string(most_attempts) + " tries: " + why + "; " + remedy
        };
    }

    static constexpr const char* remedy =
        "name values that do, with tags: [\"sample=…\", …] of the column";

    database* at_;
    const table* of_;
    sample_store* store_;
    sampler* maker_;
    const places* where_;
    row_stage stage_;
    row_check check_;
    std::vector<std::size_t> own_relations_{};
    std::vector<std::uint64_t> attempts_{};
    std::vector<std::vector<std::uint64_t>> taken_{};
    std::vector<std::vector<std::string>> keys_{};
    std::string lines_{};
    std::string object_{};
    std::string why_{};
    bool has_others_ = false;
};

/// The tables to fill or to clean, those referred to first: the ones named with all that they refer
/// to, or all. Those on a warehouse are told and left out.
std::vector<const table*>
chosen_tables(std::span<const table* const> own, const sample_options& options) {
    std::set<const table*> wanted;
    const auto add = [&](const auto& self, const table* each) -> void {
        const bool is_own = std::find(own.begin(), own.end(), each) != own.end();
        if (!is_own || each->backend != backend::lakebase || !wanted.insert(each).second)
            return;
        if (options.clean)
            return;
        for (const auto& relation : each->relations)
            self(self, &relation.target());
    };
    for (const auto& name : options.tables)
        add(add, &named_table(own, name));
    for (const auto* each : own) {
        if (options.tables.empty() && each->backend == backend::warehouse)
            std::fprintf(stderr, "%s: on a warehouse, left out\n", std::string{each->name}.c_str());
        if (options.tables.empty())
            add(add, each);
    }
    auto sorted = sql::detail::parents_first(own);
    std::erase_if(sorted, [&](const table* each) { return !wanted.contains(each); });
    return sorted;
}

void tell(const table& of, const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", std::string{of.name}.c_str(), what.c_str());
}

/// Those of the tables that hold made-up rows alone, as do all that refer to them.
std::vector<const table*> made_up_alone(
    database& at,
    const wanted_tables& wanted,
    std::vector<const table*> left,
    std::span<const table* const> all
) {
    std::erase_if(left, [&](const table* each) {
        return sample_store{at, wanted, *each}.has_others();
    });
    const auto is_held = [&](const table* each) {
        return std::any_of(all.begin(), all.end(), [&](const table* other) {
            const bool refers = std::any_of(
                other->relations.begin(),
                other->relations.end(),
                [&](const relation& to) { return &to.target() == each; }
            );
            return refers && std::find(left.begin(), left.end(), other) == left.end();
        });
    };
    // Not in place: the condition reads the list.
    for (auto held = left; !held.empty();) {
        held.clear();
        for (const auto* each : left) {
            if (is_held(each))
                held.push_back(each);
        }
        std::erase_if(left, [&](const table* each) {
            return std::find(held.begin(), held.end(), each) != held.end();
        });
    }
    return left;
}

/// Empties tables of many rows that nobody else has rows in: deleting looks for the rows that refer
/// to each one, which takes hours without an index.
void empty_large_tables(
    database& at,
    const wanted_tables& wanted,
    const std::vector<const table*>& chosen,
    std::span<const table* const> all
) {
    constexpr std::uint64_t few = 1'000;
    const bool is_large = std::any_of(chosen.begin(), chosen.end(), [&](const table* each) {
        return sample_store{at, wanted, *each}.count() > few;
    });
    if (!is_large)
        return;
    std::string names;
    for (const auto* each : chosen)
        names.append(names.empty() ? "" : ", ").append(full_name(wanted, *each));
    at.run("lock table " + names);
    names.clear();
    for (const auto* each : made_up_alone(at, wanted, chosen, all)) {
        const auto rows = sample_store{at, wanted, *each}.count();
        names.append(names.empty() ? "" : ", ").append(full_name(wanted, *each));
        tell(*each, grouped(rows) + " rows removed");
    }
    if (names.empty())
        return;
    at.run("truncate " + names);
    for (const auto* each : chosen)
        sample_store{at, wanted, *each}.forget();
}

int clean(
    database& at,
    const wanted_tables& wanted,
    std::vector<const table*> chosen,
    std::span<const table* const> all
) {
    std::reverse(chosen.begin(), chosen.end());
    at.run("begin");
    empty_large_tables(at, wanted, chosen, all);
    for (const auto* each : chosen) {
        sample_store store{at, wanted, *each};
        const auto done = store.clean(all);
        auto what = grouped(done.removed) + " rows removed";
        if (done.kept != 0)
            what.append(", " + grouped(done.kept) + " kept: other rows refer to them");
        if (done.removed != 0 || done.kept != 0)
            tell(*each, what);
    }
    at.run("commit");
    return code(outcome::done);
}

int sample(const sample_options& options, const loaded_schemas& read) {
    const auto to = target_of_settings();
    const asked_tables tables{read};
    const auto wanted = tables.wanted(to.schema, to.variables);
    const auto chosen = chosen_tables(tables.own(), options);
    auto at = open_for_rows(to);
    if (options.clean)
        return clean(at, wanted, chosen, tables.all());
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
    for (std::size_t next = 0; next < chosen.size(); ++next) {
        const auto& of = *chosen[next];
        sample_store store{at, wanted, of};
        if (const auto there = store.count(); there != 0) {
            tell(of, grouped(there) + " sample rows are there already");
            continue;
        }
        auto& maker = makers[next];
        for (std::size_t each = 0; each < of.relations.size(); ++each) {
            const auto& target = of.relations[each].target();
            if (&target != &of && target.backend == backend::lakebase)
                maker.set_parents(each, sample_store{at, wanted, target}.keys());
        }
        const auto rows = options.rows != 0 ? options.rows : 5 + mix(of.name) % 6;
        filling run{at, of, store, maker, where};
        std::uint64_t made = 0;
        {
            progress shown{std::string{of.name}, rows};
            made = run.fill(rows, shown);
        }
        auto what = grouped(made) + " rows";
        if (made < rows)
            what.append(" of " + grouped(rows) + ": " + run.why());
        tell(of, what);
    }
    return code(outcome::done);
}

} // namespace

int run(const sample_options& options) {
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] { return sample(options, read); });
}

} // namespace weir::ops
