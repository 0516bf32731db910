// SPDX-License-Identifier: Apache-2.0
// What a client asks to have embedded: `include=lines,lines.product`, and per relation its own list
// query, `lines.order=line_no&lines.limit=10&lines.product.select=sku`. Costs http/list_query.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/condition_budget.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/target.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// Limits of what one request may embed.
struct embedding_limits {
    /// Relations on the way from a row to an embedded one.
    static constexpr std::size_t depth = 3;
    /// Relations in all, each of which costs a statement.
    static constexpr std::size_t relations = 10;
    /// Embedded rows in all.
    static constexpr std::size_t rows = 10'000;
};

/// One relation to embed, and what is asked of its rows.
struct embedding {
    const inclusion* which = nullptr;
    /// Of the embedded table. Its limit and offset count per row that embeds.
    list_query asked{};
    std::vector<embedding> nested{};
};

namespace detail {

/// A query taken apart: what is embedded, and what is left for the rows themselves.
struct embedding_query {
    std::vector<embedding> embedded{};
    std::vector<query_parameter> rest{};
};

/// Takes one table's query apart and the queries of what it embeds.
class embedding_reader {
public:
    explicit embedding_reader(violations& broken, wildcards known = wildcards::star)
        : broken_(&broken), wildcards_(known) {}

    [[nodiscard]] embedding_query read(const table& of, std::span<const query_parameter> query) {
        asked top;
        embedding_query made;
        bool is_given = false;
        for (const auto& each : query) {
            if (each.name != "include")
                continue;
            if (is_given)
                refuse("include", "repeated", "'include' is given twice");
            is_given = true;
            take_paths(of, top, each.value);
        }
        for (const auto& each : query) {
            if (each.name != "include" && !take_parameter(of, top, each, each.name, each.name))
                made.rest.push_back(each);
        }
        made.embedded = finish(top, "");
        return made;
    }

private:
    // A relation while it is read. Parameters keep the name after the relation's own.
    struct asked {
        const inclusion* which = nullptr;
        /// Named by the client, not only on the way to something deeper.
        bool is_named = false;
        std::vector<query_parameter> own{};
        std::vector<asked> nested{};
    };

    static asked* find(asked& in, std::string_view name) {
        const auto found =
            std::find_if(in.nested.begin(), in.nested.end(), [name](const asked& each) {
                return each.which->name == name;
            });
        return found == in.nested.end() ? nullptr : &*found;
    }

    void take_paths(const table& of, asked& top, std::string_view paths) {
        while (true) {
            const auto comma = paths.find(',');
            take_path(of, top, trimmed(paths.substr(0, comma)));
            if (comma == std::string_view::npos)
                return;
            paths.remove_prefix(comma + 1);
        }
    }

    void take_path(const table& of, asked& top, std::string_view path) {
        const auto* table = &of;
        auto* at = &top;
        std::size_t depth = 0;
        for (auto rest = path; !rest.empty() || depth == 0; ++depth) {
            const auto point = std::min(rest.find('.'), rest.size());
            const auto name = rest.substr(0, point);
            rest.remove_prefix(std::min(point + 1, rest.size()));
            if (depth == embedding_limits::depth) {
                return refuse(
                    "include",
                    "too_deep",
                    "'" + std::string{shortened(path)} + "' is deeper than " +
                        std::to_string(embedding_limits::depth) + " relations"
                );
            }
            const auto* const which = find_inclusion(*table, name);
            if (which == nullptr)
                return refuse_unknown(*table, name);
            auto* next = find(*at, name);
            if (next == nullptr) {
                if (++relations_ == embedding_limits::relations + 1) {
                    refuse(
                        "include",
                        "too_many_relations",
                        "At most " + std::to_string(embedding_limits::relations) +
                            " relations are embedded at once"
                    );
                }
                next = &at->nested.emplace_back();
                next->which = which;
            }
            at = next;
            table = &which->of();
        }
        if (std::exchange(at->is_named, true))
            refuse("include", "repeated", "'" + std::string{path} + "' is named twice");
    }

    // Gives `lines.limit` to `lines`. False: the parameter is the table's own.
    bool take_parameter(
        const table& of,
        asked& at,
        const query_parameter& given,
        std::string_view name,
        std::string_view whole
    ) {
        const auto point = name.find('.');
        const auto first = name.substr(0, point);
        if (point == std::string_view::npos || find_inclusion(of, first) == nullptr)
            return false;
        auto* const next = find(at, first);
        if (next == nullptr) {
            const auto path = whole.substr(0, whole.size() - name.size() + first.size());
            refuse(
                whole,
                "not_included",
                "'" + std::string{shortened(whole)} + "' needs '" + std::string{path} +
                    "' in 'include'"
            );
            return true;
        }
        const auto rest = name.substr(point + 1);
        if (!take_parameter(next->which->of(), *next, given, rest, whole))
            next->own.push_back({std::string{rest}, given.value});
        return true;
    }

    std::vector<embedding> finish(asked& of, const std::string& path) {
        std::vector<embedding> made;
        for (auto& each : of.nested) {
            const auto own = path + std::string{each.which->name} + '.';
            auto& one = made.emplace_back();
            one.which = each.which;
            refuse_what_has_no_meaning(each, own);
            try {
                one.asked = read_list_query(each.which->of(), each.own, wildcards_);
            } catch (const validation_error& wrong) {
                for (auto found : wrong.broken())
                    tell(std::move(found), own);
            }
            one.nested = finish(each, own);
        }
        return made;
    }

    void refuse_what_has_no_meaning(asked& of, const std::string& path) {
        // A filter has the name of a column or joins filters; the rest are words of a list.
        constexpr std::array of_a_list{
            std::string_view{"select"},
            std::string_view{"order"},
            std::string_view{"limit"},
            std::string_view{"offset"},
        };
        const auto& columns = of.which->of().columns;
        std::erase_if(of.own, [&](const query_parameter& each) {
            const std::string_view name = each.name;
            const auto word = std::find(list_parameters.begin(), list_parameters.end(), name);
            if (word == list_parameters.end() || name == "select" ||
                find_column(columns, name) != columns.size())
                return false;
            const bool counts_rows =
                std::find(of_a_list.begin(), of_a_list.end(), name) != of_a_list.end();
            if (of.which->is_many && counts_rows)
                return false;
            refuse(
                path + each.name,
                "unknown_parameter",
                counts_rows ? "'" + std::string{of.which->name} + "' is one row: it takes no '" +
                                  each.name + "'"
                            : "'" + each.name + "' is about the whole answer, not about '" +
                                  std::string{of.which->name} + "'"
            );
            return true;
        });
    }

    // A violation of an embedded query, told under the parameter's whole name.
    void tell(violation found, const std::string& path) {
        if (found.loc.size() > 1) {
            if (auto* const name = std::get_if<std::string>(&found.loc[1]))
                name->insert(0, path);
        } else {
            found.loc.emplace_back(path.substr(0, path.size() - 1));
        }
        broken_->push_back(std::move(found));
    }

    void refuse_unknown(const table& of, std::string_view name) {
        std::vector<std::string_view> known;
        for (const auto& each : of.api.include)
            known.push_back(each.name);
        std::string message = "Table '" + std::string{of.name} + "' embeds nothing called '" +
                              std::string{shortened(name)} + "'";
        if (const auto near = nearest_name(name, known); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        refuse("include", "unknown_relation", std::move(message));
    }

    void refuse(std::string_view parameter, std::string_view type, std::string message) {
        broken_->push_back(
            {std::string{type}, {"query", std::string{shortened(parameter)}}, std::move(message)}
        );
    }

    violations* broken_;
    wildcards wildcards_;
    std::size_t relations_ = 0;
};

} // namespace detail

/// Whether a query says anything about embedding.
[[nodiscard]] inline bool
asks_to_embed(const table& of, std::span<const query_parameter> query) noexcept {
    return std::any_of(query.begin(), query.end(), [&of](const query_parameter& each) {
        const std::string_view name = each.name;
        const auto point = name.find('.');
        return name == "include" ||
               (point != std::string_view::npos && find_inclusion(of, name.substr(0, point)));
    });
}

/// Takes a query apart: `include` and the parameters of what it names, and the rest, which `read`
/// gets; what it throws and what is wrong with the embedding is told together.
///
/// Errors: validation_error with everything wrong, at `query` and the parameter's whole name.
template <class Read>
[[nodiscard]] std::vector<embedding> read_embeddings(
    const table& of,
    std::span<const query_parameter> query,
    Read&& read,
    wildcards known = wildcards::star
) {
    if (!asks_to_embed(of, query)) {
        read(query);
        return {};
    }
    violations broken;
    if (!condition_budget{broken, "query"}.takes_query(query_size(query)))
        throw validation_error{std::move(broken)};
    auto parts = detail::embedding_reader{broken, known}.read(of, query);
    try {
        read(std::span<const query_parameter>{parts.rest});
    } catch (const validation_error& wrong) {
        broken.insert(broken.begin(), wrong.broken().begin(), wrong.broken().end());
    }
    if (!broken.empty())
        throw validation_error{std::move(broken)};
    return std::move(parts.embedded);
}

} // namespace weir::http
