// SPDX-License-Identifier: Apache-2.0
// What is to be changed, what it costs, and the statements that do it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// What a change does to a table that is in use, from harmless to forbidden.
enum class effect : std::uint8_t {
    /// Takes a moment, or works beside readers and writers.
    free,
    /// Rows that are there need a value, or must be looked at before they do.
    backfill,
    /// The table or an index of it is written anew, and is locked for as long.
    rewrite,
    /// Lets people see rows that were kept from them.
    exposes,
    /// Values are gone afterwards.
    destroys,
    /// Is not done at all.
    refused,
};

[[nodiscard]] constexpr std::string_view name_of(effect of) noexcept {
    switch (of) {
    case effect::free:
        return "free";
    case effect::backfill:
        return "backfill";
    case effect::rewrite:
        return "rewrite";
    case effect::exposes:
        return "exposes";
    case effect::destroys:
        return "destroys";
    case effect::refused:
        break;
    }
    return "refused";
}

/// When a step is done. All up to `police` are one transaction.
enum class phase : std::uint8_t {
    schema,
    prepare,
    retire,
    drop,
    rename,
    create,
    add,
    alter,
    rule,
    describe,
    police,
    /// Each in a transaction of its own.
    backfill,
    validate,
    tighten,
    /// Each in none at all.
    build,
    /// Again a transaction each.
    swap,
};

[[nodiscard]] constexpr bool is_in_main_transaction(phase when) noexcept {
    return when <= phase::police;
}

struct step {
    phase when = phase::alter;
    std::string sql{};
    /// Repeated until it affects no row.
    bool repeats = false;
};

struct change {
    /// `drop_column:orders.note`: what approvals name.
    std::string id{};
    std::string kind{};
    std::string table{};
    /// The column, constraint or index; empty: the table itself.
    std::string object{};
    effect is = effect::free;
    bool breaks_clients = false;
    /// What happens, for people.
    std::string what{};
    /// Why it is refused, or what to do about it.
    std::string hint{};
    std::vector<step> steps{};
    /// What is done instead where somebody keeps what would be lost.
    std::vector<step> kept_steps{};
    /// Gives a row where rows that are there forbid the change; empty: none can.
    std::string obstacle{};
    std::string obstacle_text{};

    [[nodiscard]] bool needs_approval() const noexcept {
        return is == effect::destroys || is == effect::exposes;
    }
};

} // namespace weir::ops
