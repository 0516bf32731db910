// SPDX-License-Identifier: Apache-2.0
// How to work with one SQL warehouse. Costs <chrono> and <functional>.
#pragma once

#include <weir/core/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::warehouse {

struct options {
    /// As in `/sql/1.0/warehouses/<id>`; that whole path is taken too.
    std::string warehouse_id{};
    /// Where names without a catalog or a schema live; empty: the user's default.
    std::string catalog{};
    std::string schema{};
    /// How long the platform holds a call open for the result before weir has to ask for it: 5 to
    /// 50 s, or 0. Statements whose deadline is nearer are asked for at once.
    std::chrono::milliseconds wait{5'000};
    /// The pause before weir first asks how a statement goes; doubled until `longest_poll`.
    std::chrono::milliseconds first_poll{50};
    std::chrono::milliseconds longest_poll{2'000};
    /// After a write's deadline: how long to wait for what became of its cancelling.
    std::chrono::milliseconds cancel_grace{2'000};
    /// How often a write is executed that another write of the same files was faster than.
    unsigned conflict_tries = 5;
    /// The longest first pause between these; each further one is twice as long.
    std::chrono::milliseconds conflict_pause{50};
    /// Parts of a result under way while one is read; 0: each is fetched when it is needed.
    std::size_t chunks_ahead = 1;
    /// The same for results beyond 25 MiB, whose parts lie in cloud storage. Each may take 20 MB.
    std::size_t links_ahead = 3;
    /// False: cloud storage is out of reach from here. What is larger than 25 MiB is then read in
    /// slices where it is a list of a table's rows, and else refused. Found out by itself
    /// otherwise.
    bool follows_links = true;
    /// Rows of such a slice; halved while a slice is larger than 25 MiB itself.
    std::uint64_t slice_rows = 20'000;
    /// Tags statements with request id, table and caller; queries can be searched by them.
    bool tags_queries = true;
    /// The value of a variable in a table's place (`${UC_CATALOG:-main}`); empty: the process's
    /// environment.
    std::function<std::optional<std::string>(std::string_view)> variables{};
};

namespace detail {

/// The id of `/sql/1.0/warehouses/<id>`, or the id itself.
[[nodiscard]] inline std::string_view id_of(std::string_view path) noexcept {
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// Errors: configuration_error, naming what is wrong.
inline void check_options(const options& given) {
    using std::chrono::milliseconds;
    const auto id = id_of(given.warehouse_id);
    const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
    if (id.empty())
        throw configuration_error{"The warehouse's id is missing: set DATABRICKS_WAREHOUSE_ID"};
    if (!plain)
        throw configuration_error{
            "The warehouse's id may have letters, digits, '-' and '_' only: give the last part of "
            "its HTTP path"
        };
    const bool is_waited = given.wait >= milliseconds{5'000} && given.wait <= milliseconds{50'000};
    if (given.wait.count() != 0 && !is_waited)
        throw configuration_error{"A warehouse's wait is 5 to 50 seconds, or none"};
    if (given.first_poll.count() <= 0 || given.longest_poll < given.first_poll)
        throw configuration_error{
            "A warehouse's polls need a pause above zero, and a longest one no shorter than it"
        };
    if (given.slice_rows == 0)
        throw configuration_error{"A warehouse's slices need at least one row"};
    if (given.conflict_tries == 0)
        throw configuration_error{"A warehouse's writes need at least one try"};
}

} // namespace detail

} // namespace weir::warehouse
