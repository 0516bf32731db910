// SPDX-License-Identifier: Apache-2.0
// What each command of weir-gen does, from options to exit code.
#pragma once

#include <string>
#include <vector>

namespace weir::gen {

/// Exit codes of every command.
enum class outcome : int { done = 0, wrong_schema = 1, wrong_command_line = 2, machine_failed = 3 };

struct check_options {
    std::vector<std::string> schemas{};
    std::vector<std::string> with{};
    bool strict = false;
    /// `check` and `generate`.
    bool print_model = false;
    /// `check`: `text` or `json`.
    std::string format{"text"};
};

struct generate_options : check_options {
    std::string out{};
    std::string out_dir{};
    std::string depfile{};
    std::string relative_to{};
};

struct ddl_options : check_options {
    /// `lakebase` or `warehouse`.
    std::string dialect{};
    /// Every table, also those of the other backend.
    bool all_tables = false;
    /// The service's principal, where row filters and column masks are wanted; else empty.
    std::string policies{};
};

struct openapi_options : check_options {
    /// The file to write; empty: standard output.
    std::string out{};
    std::string title{};
    std::string version{};
    std::string base{};
};

struct fmt_options {
    std::vector<std::string> schemas{};
    /// Change nothing; fail if something would change.
    bool check = false;
};

/// `schema`: the JSON Schema of the schema language.
struct language_options {};

[[nodiscard]] int run(const generate_options& options);
[[nodiscard]] int run(const check_options& options);
[[nodiscard]] int run(const ddl_options& options);
[[nodiscard]] int run(const openapi_options& options);
[[nodiscard]] int run(const fmt_options& options);
[[nodiscard]] int run(const language_options& options);

} // namespace weir::gen
