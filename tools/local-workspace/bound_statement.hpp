// SPDX-License-Identifier: Apache-2.0
// A statement's text with its markers spelled as the engine wants them, and its arguments.
#pragma once

#include <weir/embedded/tokenizer.hpp>
#include <weir/sql/statement.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"

namespace local_workspace {

/// The statement with `:p1, :p2, …` in place of its markers, and the arguments in that order.
class bound_statement {
public:
    /// Requires `tokens` to be those of the order's text. Errors: statement_failure.
    bound_statement(const statement_order& order, const std::vector<weir::embedded::token>& tokens);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    [[nodiscard]] const weir::sql::arguments& arguments() const noexcept { return arguments_; }

    void put_before(const std::string& start) { text_ = start + text_; }

private:
    std::size_t argument_of(const parameter& given);

    std::string text_;
    std::deque<weir::column_type> types_;
    std::map<const parameter*, std::size_t> positions_;
    weir::sql::arguments arguments_;
};

} // namespace local_workspace
