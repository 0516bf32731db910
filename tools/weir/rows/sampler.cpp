// SPDX-License-Identifier: Apache-2.0
#include "sampler.hpp"

#include <weir/core/time.hpp>
#include <weir/json/string.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/audit.hpp>

#include <algorithm>
#include <utility>

namespace weir::ops {

namespace {

/// 2024-01-01T00:00:00Z.
constexpr std::int64_t first_moment = 1'704'067'200'000'000;

std::string quoted_json(std::string_view text) {
    std::string made;
    json::append_json_string(made, text);
    return made;
}

} // namespace

sampler::sampler(const table& of, std::uint64_t seed, std::vector<std::string> owners)
    : of_(&of), seed_(mix(of.name, mix("weir", seed ^ 0x5EEDU))), owners_(std::move(owners)),
      distinct_(of.columns.size(), distinctness::none), parents_(of.relations.size()),
      values_(of.columns.size()) {
    const auto add = [&](column_indexes columns) {
        unique_.push_back({{columns.begin(), columns.end()}, {}});
        for (const auto column : columns) {
            auto& is = distinct_[column];
            if (columns.size() == 1) {
                is = distinctness::alone;
            } else if (is == distinctness::none) {
                is = distinctness::together;
            }
        }
    };
    add(of.key);
    for (const auto& each : of.unique)
        add(each.columns);
    makers_.reserve(of.columns.size());
    for (std::size_t at = 0; at < of.columns.size(); ++at)
        makers_.emplace_back(of.columns[at], distinct_[at]);
}

std::optional<std::pair<std::size_t, std::string>> sampler::problem() const {
    for (std::size_t at = 0; at < makers_.size(); ++at) {
        if (!makers_[at].problem().empty())
            return std::pair{at, makers_[at].problem()};
    }
    return std::nullopt;
}

bool sampler::is_distinct(std::size_t column) const {
    return distinct_[column] != distinctness::none;
}

bool sampler::pick_parent(std::size_t relation, row_place at, dice& by, std::string& why) {
    const auto& to = of_->relations[relation];
    const auto& keys = parents_[relation];
    const bool is_nullable = std::all_of(to.from.begin(), to.from.end(), [&](std::uint16_t each) {
        return of_->columns[each].nullable;
    });
    const bool is_own = &to.target() == of_;
    const bool is_left_out = is_nullable && (keys.empty() || by.percent(is_own ? 20 : 10));
    const bool is_given = std::any_of(to.from.begin(), to.from.end(), [&](std::uint16_t each) {
        return !values_[each].empty();
    });
    if (is_left_out && !is_given) {
        for (const auto each : to.from)
            values_[each] = "null";
        return true;
    }
    if (keys.empty()) {
        // A row that refers to its own table and to no other row refers to itself, once it has a
        // key.
        if (is_own)
            return true;
        why = "'" + std::string{to.target().name} + "' has no row that '" + std::string{of_->name} +
              "' could refer to";
        return false;
    }
    const bool is_one_each = std::all_of(to.from.begin(), to.from.end(), [&](std::uint16_t each) {
        return distinct_[each] == distinctness::alone;
    });
    auto start = is_one_each ? (at.number + at.attempt) % keys.size() : by.below(keys.size());
    for (std::size_t tries = 0; tries < keys.size(); ++tries) {
        const auto& key = keys[(start + tries) % keys.size()];
        bool fits = true;
        for (std::size_t part = 0; part < to.from.size(); ++part) {
            const auto& held = values_[to.from[part]];
            fits = fits && (held.empty() || held == key[part]);
        }
        if (!fits)
            continue;
        for (std::size_t part = 0; part < to.from.size(); ++part)
            values_[to.from[part]] = key[part];
        return true;
    }
    why = "no row of '" + std::string{to.target().name} + "' fits what other relations hold";
    return false;
}

bool sampler::refer(row_place at, dice& by, std::string& why) {
    for (std::size_t relation = 0; relation < of_->relations.size(); ++relation) {
        if (of_->relations[relation].target().backend != of_->backend)
            continue;
        if (!pick_parent(relation, at, by, why))
            return false;
    }
    return true;
}

void sampler::make_value(std::size_t column, row_place at, dice& by) {
    const auto& of = of_->columns[column];
    auto& value = values_[column];
    const auto moment = timestamp{first_moment + static_cast<std::int64_t>(at.number) * 1'000'000};
    if (is_owner_column(*of_, column)) {
        const bool is_given = !is_distinct(column) || at.number + at.attempt < owners_.size();
        value = is_given ? quoted_json(owners_[(at.number + at.attempt) % owners_.size()])
                         : quoted_json(
                               "sample.user" + std::to_string(at.number + at.attempt * 7'919 + 1) +
                               "@example.com"
                           );
        return;
    }
    switch (of.audit) {
    case audit_role::is_deleted:
        value = "false";
        return;
    case audit_role::inserted_by:
        value = quoted_json(sample_actor);
        return;
    case audit_role::inserted_at:
        json::append_json(value, moment);
        return;
    case audit_role::updated_at:
    case audit_role::updated_by:
    case audit_role::deleted_at:
    case audit_role::deleted_by:
        value = "null";
        return;
    default:
        break;
    }
    if (of.generated == generated_by::identity && !numbers_.empty()) {
        value = numbers_[at.number - first_numbered_];
    } else if (of.nullable && !is_distinct(column) && by.percent(12)) {
        value = "null";
    } else {
        makers_[column].append(value, by, at);
    }
}

bool sampler::make(row_place at, std::string& object, std::string& why) {
    // A column added to the schema changes the values of no other.
    const auto row_seed = mix(mix(seed_, at.number), at.attempt);
    for (auto& each : values_)
        each.clear();
    dice relations{row_seed};
    if (!refer(at, relations, why))
        return false;
    for (std::size_t column = 0; column < values_.size(); ++column) {
        if (!values_[column].empty())
            continue;
        dice by{mix(row_seed, mix(of_->columns[column].name))};
        make_value(column, at, by);
    }
    // The first row of a tree without any.
    for (const auto& each : of_->relations) {
        if (&each.target() != of_ ||
            !parents_[static_cast<std::size_t>(&each - of_->relations.data())].empty())
            continue;
        for (std::size_t part = 0; part < each.from.size(); ++part) {
            if (values_[each.from[part]] != "null")
                values_[each.from[part]] = values_[of_->key[part]];
        }
    }
    taken_.clear();
    for (auto& set : unique_) {
        std::uint64_t sum = 0;
        bool has_null = false;
        for (const auto column : set.columns) {
            has_null = has_null || values_[column] == "null";
            sum = mix(mix(values_[column]), sum + 1);
        }
        if (!has_null && set.seen.contains(sum)) {
            why = "values of " + std::string{of_->columns[set.columns.front()].name} +
                  (set.columns.size() > 1 ? " and others" : "") + " that no other row has run out";
            return false;
        }
        taken_.push_back(has_null ? 0 : sum);
    }
    for (std::size_t set = 0; set < taken_.size(); ++set) {
        if (taken_[set] != 0)
            unique_[set].seen.insert(taken_[set]);
    }
    object.assign("{");
    for (std::size_t column = 0; column < values_.size(); ++column) {
        if (object.size() > 1)
            object.push_back(',');
        object.append("\"").append(of_->columns[column].name).append("\":");
        object.append(values_[column]);
    }
    object.push_back('}');
    return true;
}

void sampler::release(const std::vector<std::uint64_t>& taken) {
    for (std::size_t set = 0; set < taken.size(); ++set)
        unique_[set].seen.erase(taken[set]);
}

std::vector<std::string> sampler::key() const {
    std::vector<std::string> made;
    for (const auto column : of_->key)
        made.push_back(values_[column]);
    return made;
}

} // namespace weir::ops
