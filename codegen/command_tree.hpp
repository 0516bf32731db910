// SPDX-License-Identifier: Apache-2.0
// A tree of commands as people read it: what is hidden is left out. Names CLI11.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// What stands for the value of an option or argument: shells complete it by this.
inline constexpr const char* schema_file = "SCHEMA";
inline constexpr const char* any_file = "FILE";
inline constexpr const char* folder = "FOLDER";

/// An option or an argument in words.
struct option_words {
    explicit option_words(const CLI::Option& of);

    /// `--output`, `-o`; of an argument none.
    std::vector<std::string> names{};
    /// What a value is: `FILE`, or `text|json`. Empty: it takes none.
    std::string value{};
    /// The values it can have, where it says them.
    std::vector<std::string> choices{};
    /// May stand more than once.
    bool repeats = false;
};

[[nodiscard]] std::string joined(const std::vector<std::string>& of, std::string_view between);

/// `weir migrate`.
[[nodiscard]] std::string path_of(const CLI::App& command);

/// In the order they were added: arguments, or what begins with a dash.
[[nodiscard]] std::vector<const CLI::Option*> options_of(const CLI::App& command, bool arguments);

[[nodiscard]] std::vector<const CLI::App*> commands_of(const CLI::App& program);

} // namespace weir::cli
