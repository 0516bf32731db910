// SPDX-License-Identifier: Apache-2.0
// SQL text with placeholders, and the arguments that fill them. Values never enter the text.
#pragma once

#include <weir/table/column.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

/// What a statement does to its table, for logs, metrics and retry decisions.
enum class verb : std::uint8_t { select, insert, update, remove, ddl };

/// How many there are.
inline constexpr std::size_t verbs = static_cast<std::size_t>(verb::ddl) + 1;

/// As statements' verbs are spelled in logs and metrics.
[[nodiscard]] constexpr std::string_view name_of(verb verb) noexcept {
    switch (verb) {
    case verb::select:
        return "select";
    case verb::insert:
        return "insert";
    case verb::update:
        return "update";
    case verb::remove:
        return "delete";
    case verb::ddl:
        return "ddl";
    }
    return {};
}

/// Whose rows a statement is about, as the database's row policies are told.
enum class reach : std::uint8_t {
    /// The caller's. Right for every statement.
    caller,
    /// No table in it has row policies, so that nothing need be told.
    open,
    /// Everybody's: what weir keeps for itself, and gives to nobody.
    everybody,
};

/// One statement.
///
/// `text` names tables as `@{place}"orders"`, where `place` is the table's place as its schema
/// writes it; the session puts its own quoted schema there (`"app_data".`, or nothing), so that the
/// text stays constant whatever the settings say. Placeholders are `$1, $2, …` (postgres) or `:p1,
/// :p2, …` (databricks). Lifetime: `text` and `table` must outlive the call that executes the
/// statement.
struct statement {
    std::string_view text{};
    /// The table, for logs and query tags.
    std::string_view table{};
    sql::verb verb = sql::verb::select;
    sql::reach reach = sql::reach::caller;
    /// Whether it reads one row at most, by its key: sessions may send several such together.
    bool is_point = false;
};

/// The values of a statement's placeholders, in order, as text in the dialect's spelling.
///
/// One buffer holds all of them, each followed by a NUL, so that drivers can take pointers.
class arguments {
public:
    /// Adds NULL of the given type.
    void add_null(const column_type& type) { entries_.push_back({0, 0, true, &type}); }

    /// Adds a value already in the dialect's spelling.
    /// Lifetime: `type` must outlive the arguments; the text is copied.
    void add_text(std::string_view text, const column_type& type) {
        begin(type);
        buffer_.append(text);
        end();
    }

    /// Adds a value by writing it: `write(std::string& out)` appends its text to `out`.
    template <class Write>
    void add_written(const column_type& type, Write&& write) {
        begin(type);
        write(buffer_);
        end();
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// The bytes of all values together.
    [[nodiscard]] std::size_t bytes() const noexcept {
        std::size_t sum = 0;
        for (const auto& each : entries_)
            sum += each.length;
        return sum;
    }

    /// The text of argument `at` (0-based), absent when NULL; NUL-terminated.
    /// Lifetime: until the next non-const call.
    [[nodiscard]] std::optional<std::string_view> text(std::size_t at) const noexcept {
        const auto& found = entries_[at];
        if (found.is_null)
            return std::nullopt;
        return std::string_view{buffer_}.substr(found.offset, found.length);
    }

    [[nodiscard]] const column_type& type(std::size_t at) const noexcept {
        return *entries_[at].type;
    }

    void clear() noexcept {
        buffer_.clear();
        entries_.clear();
    }

    [[nodiscard]] bool operator==(const arguments&) const = default;

private:
    struct entry {
        std::size_t offset;
        std::size_t length;
        bool is_null;
        const column_type* type;

        [[nodiscard]] bool operator==(const entry&) const = default;
    };

    void begin(const column_type& type) {
        if (entries_.capacity() == 0)
            entries_.reserve(usual);
        entries_.push_back({buffer_.size(), 0, false, &type});
    }

    void end() {
        entries_.back().length = buffer_.size() - entries_.back().offset;
        buffer_.push_back('\0');
    }

    static constexpr std::size_t usual = 4;

    std::string buffer_;
    std::vector<entry> entries_;
};

} // namespace weir::sql
