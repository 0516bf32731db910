// SPDX-License-Identifier: Apache-2.0
// Which tables a statement reads and changes, found in its tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "statement_words.hpp"

namespace local_workspace {

enum class use_kind : std::uint8_t { reads, inserts, updates, removes, merges };

/// A table's name where a statement has it.
struct table_use {
    use_kind how = use_kind::reads;
    /// Tokens of the name: from `first`, before `last`.
    std::size_t first = 0;
    std::size_t last = 0;
    /// As written, in lower case: one to three parts.
    std::vector<std::string> parts{};
    /// What its columns can be qualified with.
    std::string alias{};
    /// The statement gives it that alias; else it is the name's last part.
    bool has_alias = false;
};

/// The tables of a query or a change of rows, those inside subqueries too. Names that a WITH of the
/// statement gives to a query are none.
[[nodiscard]] std::vector<table_use> table_uses(const token_list& tokens);

/// For each opening parenthesis where it closes; 0 for any other token, and where it does not.
[[nodiscard]] std::vector<std::size_t> closing_parentheses(const token_list& tokens);

} // namespace local_workspace
