// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace weir::ops {

namespace {

/// Adds the statements of one phase of one change.
void add_later(plan& to, const std::vector<step>& steps, phase when) {
    batch grouped{.in_transaction = when != phase::build};
    for (const auto& each : steps) {
        if (each.when != when)
            continue;
        if (each.repeats) {
            to.batches.push_back({.statements = {each.sql}, .repeats = true});
        } else {
            grouped.statements.push_back(each.sql);
        }
    }
    if (!grouped.statements.empty())
        to.batches.push_back(std::move(grouped));
}

/// Each statement by itself. What several changes need beforehand is done once.
void add_one_by_one(plan& to, const std::vector<const std::vector<step>*>& chosen) {
    std::set<std::string_view> prepared;
    for (auto when = phase::schema; when <= phase::swap;
         when = static_cast<phase>(static_cast<int>(when) + 1)) {
        for (const auto* steps : chosen) {
            for (const auto& each : *steps) {
                if (each.when == when &&
                    (when != phase::prepare || prepared.insert(each.sql).second))
                    to.batches.push_back({.statements = {each.sql}, .in_transaction = false});
            }
        }
    }
}

} // namespace

plan make_plan(
    const std::vector<change>& changes, const decisions& decided, bool has_transactions
) {
    plan made;
    auto unknown = decided.approved;
    unknown.insert(decided.kept.begin(), decided.kept.end());
    std::vector<const std::vector<step>*> chosen;
    for (const auto& each : changes) {
        unknown.erase(each.id);
        const bool is_kept = each.needs_approval() && decided.kept.contains(each.id);
        if (each.is == effect::refused) {
            made.refused.push_back(each.id);
        } else if (each.needs_approval() && !is_kept && !decided.approved.contains(each.id)) {
            made.undecided.push_back(each.id);
        } else {
            chosen.push_back(is_kept ? &each.kept_steps : &each.steps);
        }
    }
    made.unknown.assign(unknown.begin(), unknown.end());

    if (!has_transactions) {
        add_one_by_one(made, chosen);
        return made;
    }
    batch main;
    for (auto when = phase::schema; is_in_main_transaction(when);
         when = static_cast<phase>(static_cast<int>(when) + 1)) {
        for (const auto* steps : chosen) {
            for (const auto& each : *steps) {
                if (each.when == when)
                    main.statements.push_back(each.sql);
            }
        }
    }
    if (!main.statements.empty())
        made.batches.push_back(std::move(main));
    constexpr std::array later{
        phase::backfill, phase::validate, phase::tighten, phase::build, phase::swap
    };
    for (const auto when : later) {
        for (const auto* steps : chosen)
            add_later(made, *steps, when);
    }
    return made;
}

} // namespace weir::ops
