// SPDX-License-Identifier: Apache-2.0
// Reads the statements of a test's sessions: nothing in them may come from a request. Whatever is
// asked, their words are those of the statements' writer, a fixed vocabulary, and their quoted
// names those of tables and columns. A writer that takes up a new word adds it to the vocabulary.
#pragma once

#include <weir/sql/statement.hpp>
#include <weir/table/history.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// A literal or name of a statement, as it is spelled there.
struct sql_word {
    enum class kind : std::uint8_t { text, number, name, bare };

    kind is = kind::bare;
    std::string text{};
};

/// The words of a statement in either dialect, parameters and signs left out.
std::vector<sql_word> words_of(std::string_view statement);

/// Threads: safe.
class statement_watch {
public:
    explicit statement_watch(std::span<const weir::table* const> tables);

    /// Notes a statement that is about to be executed.
    void see(std::string_view statement);

    /// Has every statement executed as `change` gives it; before the first.
    void change_with(std::function<std::string(std::string_view)> change) {
        change_ = std::move(change);
    }

    /// Notes a statement and calls `send` with it, changed where that was asked for.
    template <class Send>
    auto pass(const weir::sql::statement& written, const Send& send) {
        see(written.text);
        if (!change_)
            return send(written);
        const auto text = change_(written.text);
        auto changed = written;
        changed.text = text;
        return send(changed);
    }

    /// Words that neither the writer nor the schemas have, each with its statement.
    [[nodiscard]] std::vector<std::string> strange() const;

    /// How many statements were seen.
    [[nodiscard]] std::size_t statements() const;

private:
    [[nodiscard]] bool is_known(const sql_word& word) const;
    [[nodiscard]] bool is_type(std::string_view text) const;

    void add_names(const weir::column_type& of);

    mutable std::mutex guard_{};
    std::set<std::string, std::less<>> names_{};
    std::set<std::string, std::less<>> seen_{};
    std::vector<std::string> strange_{};
    std::size_t statements_ = 0;
    std::function<std::string(std::string_view)> change_{};
};

} // namespace test
