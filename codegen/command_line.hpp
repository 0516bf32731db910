// SPDX-License-Identifier: Apache-2.0
// A program of commands: what is added to its tree has its page of help, its part of the manual and
// its completion in shells without more. Names CLI11.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "command_tree.hpp"
#include "manual.hpp"

namespace weir::cli {

class command_line {
public:
    /// `exit_codes` of `page`: those that every command has, where its own page says nothing else
    /// of them.
    command_line(std::string name, std::string summary, std::string version, manual page);

    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;

    /// A command: `declare` adds what it takes to the tree, and `run(options)` does it and gives
    /// the exit code.
    template <class Options>
    void
    add(const std::string& name,
        const std::string& summary,
        manual page,
        void (*declare)(CLI::App&, std::type_identity_t<Options>&)) {
        const auto options = std::make_shared<Options>();
        CLI::App& command = add_command(name, summary, std::move(page));
        declare(command, *options);
        command.callback([this, options] { chosen_ = [options] { return run(*options); }; });
    }

    /// The exit code. A wrong command line is told on stderr, and its code is 2.
    [[nodiscard]] int main(int argc, const char* const* argv);

private:
    CLI::App& add_command(const std::string& name, const std::string& summary, manual page);
    void add_own_commands();
    [[nodiscard]] help_page page_of(const CLI::App& command) const;
    [[nodiscard]] std::string roff() const;

    CLI::App app_;
    std::string version_;
    std::map<const CLI::App*, manual> manuals_{};
    std::function<int()> chosen_{};
};

} // namespace weir::cli
