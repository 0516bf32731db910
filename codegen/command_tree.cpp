// SPDX-License-Identifier: Apache-2.0
#include "command_tree.hpp"

#include <algorithm>
#include <utility>

namespace weir::cli {

option_words::option_words(const CLI::Option& of) : repeats(of.get_items_expected_max() > 1) {
    for (const auto& each : of.get_lnames())
        names.push_back("--" + each);
    for (const auto& each : of.get_snames())
        names.push_back("-" + each);
    if (of.get_items_expected_max() == 0)
        return;
    // CLI11 writes `TEXT:{a,b}`, and `ROWS:POSITIVE` for a value that is checked.
    value = of.get_type_name();
    const auto open = value.find('{');
    if (open == std::string::npos) {
        value.erase(std::min(value.find(':'), value.size()));
        return;
    }
    choices = CLI::detail::split(value.substr(open + 1, value.find('}') - open - 1), ',');
    value = joined(choices, "|");
}

std::string joined(const std::vector<std::string>& of, std::string_view between) {
    std::string out;
    for (const auto& each : of)
        out.append(out.empty() ? std::string_view{} : between).append(each);
    return out;
}

std::string path_of(const CLI::App& command) {
    const CLI::App* above = command.get_parent();
    return above == nullptr ? command.get_name() : path_of(*above) + ' ' + command.get_name();
}

std::vector<const CLI::Option*> options_of(const CLI::App& command, bool arguments) {
    return command.get_options([arguments](const CLI::Option* each) {
        return !each->get_group().empty() && each->get_positional() == arguments;
    });
}

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
    return program.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
}

} // namespace weir::cli
