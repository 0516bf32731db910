// SPDX-License-Identifier: Apache-2.0
#include "facts.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "value_json.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

constexpr std::array formats{
    string_format::email,
    string_format::uuid,
    string_format::uri,
    string_format::date,
    string_format::date_time,
    string_format::ipv4,
    string_format::ipv6,
    string_format::hostname,
};

bound bound_of(const std::optional<located<value>>& of, weir::type kind) {
    if (!of)
        return bound::none();
    if (kind == type::float32 || kind == type::float64)
        return bound::of_real(of->value.real);
    return bound::of_exact(of->value.exact);
}

std::uint32_t number_of(const std::optional<located<std::uint32_t>>& of, std::uint32_t otherwise) {
    return of ? of->value : otherwise;
}

constexpr std::size_t most_targets = 1024;

// A relation names its target by a plain function, which carries no state: each target gets one of
// these.
template <std::size_t Slot>
struct target_slot {
    static inline const weir::table* held = nullptr;

    static const weir::table& get() { return *held; }
};

struct target_access {
    const weir::table** held;
    const weir::table& (*get)();
};

template <std::size_t... Slots>
std::array<target_access, sizeof...(Slots)> all_targets(std::index_sequence<Slots...> /*unused*/) {
    return {{{&target_slot<Slots>::held, &target_slot<Slots>::get}...}};
}

std::uint16_t index_of(const table_model& of, const located_text& name) {
    return static_cast<std::uint16_t>(find_column(of.columns, name.value));
}

} // namespace

template <class T>
std::span<const T> facts_store::keep(std::vector<T> items) {
    const auto kept = std::make_shared<const std::vector<T>>(std::move(items));
    arrays_.push_back(kept);
    return *kept;
}

std::string_view facts_store::keep_text(std::string text) {
    return texts_.emplace_back(std::move(text));
}

std::span<const std::string_view> facts_store::keep_texts(const std::vector<located_text>& texts) {
    std::vector<std::string_view> views;
    for (const auto& each : texts)
        views.emplace_back(each.value);
    return keep(std::move(views));
}

weir::column_type facts_store::type(const type_model& of) {
    weir::column_type made{
        .kind = of.kind, .precision = of.precision, .scale = of.scale, .length = of.length
    };
    if (of.element)
        made.element = &types_.emplace_back(type(*of.element));
    if (of.key)
        made.key = &types_.emplace_back(type(*of.key));
    if (of.enumeration != nullptr) {
        made.name = of.enumeration->name.value;
        const auto [place, is_new] = labels_.try_emplace(of.enumeration);
        if (is_new)
            place->second = keep_texts(of.enumeration->labels);
        made.labels = place->second;
    }
    if (of.structure != nullptr) {
        made.name = of.structure->name.value;
        const auto [place, is_new] = fields_.try_emplace(of.structure);
        if (is_new) {
            std::vector<weir::column> columns;
            for (const auto& each : of.structure->fields) {
                if (each.type)
                    columns.push_back(column(each));
            }
            place->second = keep(std::move(columns));
        }
        made.fields = place->second.data();
        made.field_count = place->second.size();
    }
    return made;
}

weir::column facts_store::column(const column_model& of) {
    weir::column made;
    const auto& rules = of.rules;
    made.name = of.name.value;
    made.type = type(*of.type);
    made.nullable = of.nullable();
    made.key = of.key;
    made.is_private = of.is_private;
    made.readonly = of.readonly;
    made.generated = of.generated.value;
    made.audit = of.audit;
    if (of.default_value)
        made.default_json = keep_text(json_of(of.default_value->value, *of.type));
    made.min = bound_of(rules.min, of.type->kind);
    made.max = bound_of(rules.max, of.type->kind);
    made.min_length = number_of(rules.min_length, 0);
    made.max_length = number_of(rules.max_length, unlimited);
    made.min_items = number_of(rules.min_items, 0);
    made.max_items = number_of(rules.max_items, unlimited);
    if (rules.pattern)
        made.pattern = rules.pattern->value;
    if (rules.format) {
        const std::string_view format{rules.format->value};
        const auto known = std::find(words::formats.begin(), words::formats.end(), format);
        if (format.starts_with("date:")) {
            made.format = string_format::date_pattern;
            made.format_pattern = format.substr(5);
        } else if (known != words::formats.end()) {
            made.format = formats[static_cast<std::size_t>(known - words::formats.begin())];
        }
    }
    made.was = of.was.value;
    made.description = of.description;
    std::vector<std::string_view> tags{of.tags.begin(), of.tags.end()};
    if (!tags.empty())
        made.tags = keep(std::move(tags));
    return made;
}

column_indexes
facts_store::positions(const table_model& of, const std::vector<located_text>& names) {
    std::vector<std::uint16_t> made;
    for (const auto& each : names)
        made.push_back(index_of(of, each));
    return keep(std::move(made));
}

std::span<const sort_column>
facts_store::order(const table_model& of, const std::vector<sort_model>& by) {
    std::vector<sort_column> made;
    for (const auto& each : by)
        made.push_back({index_of(of, each.column), each.descending});
    return keep(std::move(made));
}

std::span<const relation> facts_store::relations(const table_model& of) {
    std::vector<relation> made;
    for (const auto& each : of.relations) {
        made.push_back({
            .name = each.name.value,
            .target = targets_.at(each.target),
            .from = positions(of, each.from),
            .inverse = each.inverse.value,
            .on_delete = each.on_delete,
        });
    }
    return keep(std::move(made));
}

weir::access facts_store::access(const table_model& of) {
    weir::access made{.rule = of.access.rule};
    if (made.rule == access_rule::owner)
        made.owner = static_cast<std::uint16_t>(owner_of(of));
    if (made.rule == access_rule::via)
        made.via = static_cast<std::uint16_t>(via_of(of));
    made.read_all = keep_texts(of.access.read_all);
    made.purge = keep_texts(of.access.purge);
    return made;
}

std::span<const inclusion> facts_store::inclusions(const table_model& of) {
    std::vector<inclusion> made;
    for (const auto& each : of.api->inclusions) {
        made.push_back({
            .name = each.name,
            .of = targets_.at(each.of),
            .relation = static_cast<std::uint16_t>(each.relation),
            .is_many = each.is_many,
        });
    }
    return keep(std::move(made));
}

weir::api facts_store::api(const table_model& of) {
    if (!of.api)
        return {};
    return {
        .path = of.api->path.value,
        .offered = {of.api->operations},
        .default_limit = of.api->default_limit.value,
        .max_limit = of.api->max_limit.value,
        .order_by = order(of, of.api->order_by),
        .include = inclusions(of),
        .records_v1 = of.api->records_v1,
        .async = of.api->async,
        .cache_seconds = of.api->cache_seconds ? of.api->cache_seconds->value : 0,
    };
}

weir::table facts_store::table(const schema_model& in, const table_model& of) {
    std::vector<weir::column> columns;
    for (const auto& each : of.columns)
        columns.push_back(column(each));
    std::vector<unique_set> unique;
    for (const auto& each : of.unique)
        unique.push_back({positions(of, each)});
    std::vector<index> indexes;
    for (const auto& each : of.indexes)
        indexes.push_back({order(of, each.columns), each.where});
    std::vector<weir::check> checks;
    for (const auto& each : of.checks)
        checks.push_back({each.name.value, each.expr.value});
    return {
        .name = of.name.value,
        .row = of.row.value,
        .space = in.name.value,
        .description = of.description,
        .backend = of.backend.value,
        .place = keep_text(place_of(in, of)),
        .columns = keep(std::move(columns)),
        .key = positions(of, of.key),
        .unique = keep(std::move(unique)),
        .indexes = keep(std::move(indexes)),
        .checks = keep(std::move(checks)),
        .relations = relations(of),
        .audit = of.audit,
        .soft_delete = of.soft_delete,
        .history = of.history,
        .access = access(of),
        .api = api(of),
        .cluster_by = positions(of, of.cluster_by),
        .was = of.was.value,
        .source = in.path,
    };
}

std::optional<std::vector<const weir::table*>>
facts_store::tables(const std::deque<schema_model>& schemas) {
    const auto slots = all_targets(std::make_index_sequence<most_targets>{});
    const auto has_slot = [&](const table_model* of) {
        if (targets_.contains(of))
            return true;
        if (targets_.size() == slots.size())
            return false;
        targets_.emplace(of, slots[targets_.size()].get);
        return true;
    };
    for (const auto& schema : schemas) {
        for (const auto& each : schema.tables) {
            for (const auto& relation : each.relations) {
                if (!has_slot(relation.target))
                    return std::nullopt;
            }
            if (!each.api)
                continue;
            for (const auto& included : each.api->inclusions) {
                if (!has_slot(included.of))
                    return std::nullopt;
            }
        }
    }
    std::vector<const weir::table*> made;
    for (const auto& schema : schemas) {
        for (const auto& each : schema.tables) {
            made.push_back(&tables_.emplace_back(table(schema, each)));
            const auto target = targets_.find(&each);
            if (target == targets_.end())
                continue;
            for (const auto& slot : slots) {
                if (slot.get == target->second)
                    *slot.held = made.back();
            }
        }
    }
    return made;
}

} // namespace weir::gen
