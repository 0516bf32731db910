// SPDX-License-Identifier: Apache-2.0
// The commands that move rows: out of tables, into them, and rows that are made up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::ops {

struct rows_options {
    std::string schema{};
    std::vector<std::string> with{};
    std::string table{};
    /// `csv` or `ndjson`; empty: as the file's name ends.
    std::string row_format{};
    /// `text` or `json`.
    std::string format{"text"};
};

struct dump_options : rows_options {
    /// Empty: standard output.
    std::string output{};
};

struct load_options : rows_options {
    std::string file{};
    /// Empty: the file's name with `.rejects.ndjson`.
    std::string rejects{};
    /// Rows in a transaction; 0: 10,000, and the whole file for a table that refers to itself.
    std::uint64_t batch = 0;
    /// Goes on where a load of the same file was cut off.
    bool resume = false;
    /// Loads a file that was loaded before.
    bool again = false;
    /// Of inserted_by; empty: the role of the connection.
    std::string actor{};
};

struct sample_options {
    std::vector<std::string> schemas{};
    std::vector<std::string> with{};
    /// Empty: all; else these and those they refer to.
    std::vector<std::string> tables{};
    /// Of each table; 0: 5 to 10.
    std::uint64_t rows = 0;
    std::uint64_t seed = 1;
    /// Takes the rows away instead.
    bool clean = false;
    /// Whose rows they are, in tables with an owner; empty: some people's of example.com.
    std::vector<std::string> owners{};
    /// `text` or `json`.
    std::string format{"text"};
};

[[nodiscard]] int run(const sample_options& options);
[[nodiscard]] int run(const dump_options& options);
[[nodiscard]] int run(const load_options& options);

} // namespace weir::ops
