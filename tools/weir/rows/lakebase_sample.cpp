// SPDX-License-Identifier: Apache-2.0
// Made-up rows on Lakebase: a table is filled in one transaction, by COPY.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "row_table.hpp"
#include "sample_place.hpp"
#include "sample_store.hpp"
#include "stage.hpp"

namespace weir::ops {

namespace {

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
    std::span<const table* const> all,
    const std::function<void(const sample_result&)>& tell
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
        tell({.table = std::string{each->name}, .what = "removed", .rows = rows});
    }
    if (names.empty())
        return;
    at.run("truncate " + names);
    for (const auto* each : chosen)
        sample_store{at, wanted, *each}.forget();
}

class lakebase_table final : public sample_table {
public:
    lakebase_table(database& at, const wanted_tables& wanted, const table& of)
        : at_(&at), of_(&of), store_(at, wanted, of) {}

    [[nodiscard]] std::uint64_t count() const override { return store_.count(); }

    [[nodiscard]] parent_keys keys() const override { return store_.keys(); }

    [[nodiscard]] std::vector<std::string> draw_numbers(std::uint64_t count) override {
        return store_.draw_numbers(count);
    }

    void begin() override {
        stage_.emplace(*at_, *of_, store_.name());
        at_->run("begin");
        has_others_ = store_.has_rows();
    }

    void put(const std::function<std::string_view()>& feed) override {
        static_cast<void>(stage_->copy(feed));
    }

    [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> take_unfit() override {
        auto unfit = store_.unfit(has_others_);
        std::string numbers;
        for (const auto& [number, what] : unfit)
            numbers.append(numbers.empty() ? "" : ",").append(std::to_string(number));
        if (!numbers.empty())
            at_->run(
                "delete from " + std::string{row_stage::name()} + " where weir_row in (" + numbers +
                ")"
            );
        return unfit;
    }

    std::uint64_t
    insert(std::uint64_t first, std::uint64_t last, std::vector<refused_row>& refused) override {
        store_.remember();
        const auto taken = stage_->insert(first, last, refused);
        stage_->clear();
        return taken;
    }

    void finish() override { at_->run("commit"); }

private:
    database* at_;
    const table* of_;
    sample_store store_;
    std::optional<row_stage> stage_{};
    bool has_others_ = false;
};

class lakebase_place final : public sample_place {
public:
    explicit lakebase_place(const asked_tables& tables, const target& to)
        : wanted_(tables.wanted(to.schema, to.variables)), at_(open_for_rows(to)) {}

    [[nodiscard]] std::unique_ptr<sample_table> table_of(const table& of) override {
        return std::make_unique<lakebase_table>(at_, wanted_, of);
    }

    void clean(
        const std::vector<const table*>& chosen,
        std::span<const table* const> all,
        const std::function<void(const sample_result&)>& tell
    ) override {
        at_.run("begin");
        empty_large_tables(at_, wanted_, chosen, all, tell);
        for (const auto* each : chosen) {
            const auto done = sample_store{at_, wanted_, *each}.clean(all);
            if (done.removed != 0 || done.kept != 0)
                tell(
                    {.table = std::string{each->name},
                     .what = "removed",
                     .rows = done.removed,
                     .kept = done.kept}
                );
        }
        at_.run("commit");
    }

private:
    wanted_tables wanted_;
    database at_;
};

} // namespace

std::unique_ptr<sample_place> open_lakebase_samples(const asked_tables& tables) {
    return std::make_unique<lakebase_place>(tables, target_of_settings());
}

} // namespace weir::ops
