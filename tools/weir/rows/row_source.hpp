// SPDX-License-Identifier: Apache-2.0
// Rows of a CSV or NDJSON file, one after the other in constant memory, each as a JSON object: what
// judges rows knows only those. Costs csv_parser.hpp.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csv_parser.hpp"

namespace weir::ops {

enum class row_format : std::uint8_t { csv, ndjson };

/// What a format is called, and what the names of files end in; absent for any other word.
[[nodiscard]] std::optional<row_format> format_of(std::string_view word_or_path);

/// One row as it stands in a file.
struct source_row {
    /// Lifetime: until the next row.
    std::string_view raw{};
    /// Lifetime: until the next row. Not for use where there is a problem.
    std::string_view object{};
    /// Where it begins: line from 1, and bytes before it.
    std::uint64_t line = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    /// Why it is no row at all; empty: it is one.
    std::string problem{};
};

/// Lifetime: refers to the facts.
class row_source {
public:
    /// Opens a file, and reads the names of columns that a CSV file begins with.
    ///
    /// Errors: configuration_error: it cannot be read, or its first line does not name columns of
    /// the table, each once.
    row_source(std::string path, row_format format, const table& of);

    /// The next row; false: there is none. Lines that are empty are none.
    ///
    /// Errors: configuration_error: reading fails, or a row has more than 64 MiB.
    [[nodiscard]] bool next(source_row& to);

    /// Goes on behind a row that was read before.
    void go_on(std::uint64_t bytes, std::uint64_t line);

    /// What stands at bytes of the file. Errors: configuration_error.
    [[nodiscard]] std::string text_at(std::uint64_t begin, std::uint64_t end) const;

    /// The line that comes next.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    /// Which columns the file names, in its order; absent: each row names its own.
    [[nodiscard]] const std::optional<std::vector<std::uint16_t>>& columns() const noexcept {
        return columns_;
    }

    /// SHA-256 of the whole file. Errors: configuration_error.
    [[nodiscard]] std::string checksum() const;

private:
    static constexpr std::size_t most_row_bytes = std::size_t{64} << 20U;

    [[nodiscard]] std::string_view rest() const noexcept {
        return std::string_view{held_}.substr(used_);
    }

    void read_more();
    [[nodiscard]] std::size_t take_record();
    void read_header();
    void make_object(source_row& to);
    void append_value(std::string_view text, const column_type& type);
    [[noreturn]] void refuse(const std::string& why) const;

    struct close {
        void operator()(std::FILE* of) const noexcept { std::fclose(of); }
    };

    std::string path_;
    row_format format_;
    const table* of_;
    std::unique_ptr<std::FILE, close> file_;
    std::uint64_t size_ = 0;
    std::optional<std::vector<std::uint16_t>> columns_{};
    csv_parser parser_{};
    std::string held_{};
    std::size_t used_ = 0;
    bool is_all_ = false;
    std::uint64_t bytes_ = 0;
    std::uint64_t line_ = 1;
    std::string object_{};
};

} // namespace weir::ops
