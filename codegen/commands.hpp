// SPDX-License-Identifier: Apache-2.0
// What each command of weir-gen does, from options to exit code.
#pragma once

#include <string>
#include <vector>

namespace weir::gen {

/// Exit codes of every command.
enum class outcome : int { done = 0, wrong_schema = 1, wrong_command_line = 2, machine_failed = 3 };

struct generate_options {
    std::vector<std::string> schemas{};
    std::string out{};
    std::string out_dir{};
    std::string depfile{};
    std::vector<std::string> with{};
    std::string relative_to{};
    bool strict = false;
    bool print_model = false;
};

[[nodiscard]] int run(const generate_options& options);

} // namespace weir::gen
