// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include "completion.hpp"

namespace weir::cli {

namespace {

constexpr int wrong_command_line = 2;
constexpr int machine_failed = 3;

int written() {
    return std::cout.flush() ? 0 : machine_failed;
}

std::string synopsis_of(const CLI::App& command) {
    std::string out = path_of(command);
    if (!commands_of(command).empty())
        return out.append(" COMMAND [options] [arguments]");
    out.append(" [options]");
    for (const CLI::Option* each : options_of(command, false)) {
        if (each->get_required())
            out.append(" ")
                .append(option_words{*each}.names.front())
                .append(" ")
                .append(option_words{*each}.value);
    }
    for (const CLI::Option* each : options_of(command, true)) {
        const option_words words{*each};
        const auto one = words.value + (words.repeats ? "..." : "");
        out.append(each->get_required() ? " " + one : " [" + one + "]");
    }
    return out;
}

entry entry_of(const CLI::Option& option) {
    const option_words words{option};
    entry made{
        option.get_positional() ? words.value : joined(words.names, ", "), option.get_description()
    };
    if (!option.get_positional() && !words.value.empty())
        made.term.append(" ").append(words.value);
    if (words.repeats)
        made.term.append("...");
    const auto& by_default = option.get_default_str();
    if (option.get_required())
        made.text.append(" (required)");
    else if (!words.value.empty() && !by_default.empty() && by_default != "[]")
        made.text.append(" (default: ").append(by_default).append(")");
    return made;
}

/// `of`, and from `common` what it says nothing of; by their terms.
std::vector<entry> with_common(std::vector<entry> of, const std::vector<entry>& common) {
    for (const auto& each : common) {
        if (std::ranges::find(of, each.term, &entry::term) == of.end())
            of.push_back(each);
    }
    std::ranges::sort(of, {}, &entry::term);
    return of;
}

} // namespace

command_line::command_line(std::string name, std::string summary, std::string version, manual page)
    : app_{std::move(summary), std::move(name)}, version_(std::move(version)) {
    app_.formatter_fn([this](const CLI::App* of, const std::string&, CLI::AppFormatMode) {
        return as_text(page_of(*of));
    });
    app_.set_help_flag("--help,-h", "print this page and exit");
    app_.set_version_flag("--version", version_, "print the version and exit");
    app_.option_defaults()->always_capture_default();
    app_.require_subcommand(1);
    manuals_.emplace(&app_, std::move(page));
}

CLI::App&
command_line::add_command(const std::string& name, const std::string& summary, manual page) {
    CLI::App& made = *app_.add_subcommand(name, summary);
    page.exit_codes = with_common(std::move(page.exit_codes), manuals_.at(&app_).exit_codes);
    manuals_.emplace(&made, std::move(page));
    return made;
}

help_page command_line::page_of(const CLI::App& command) const {
    const manual& own = manuals_.at(&command);
    help_page made;
    const auto add = [&](std::string title, std::string text, std::vector<entry> entries = {}) {
        if (!text.empty() || !entries.empty())
            made.push_back({std::move(title), std::move(text), std::move(entries)});
    };
    add("NAME", path_of(command) + " - " + command.get_description());
    add("SYNOPSIS", synopsis_of(command));
    add("DESCRIPTION", own.description);
    std::vector<entry> commands;
    for (const CLI::App* each : commands_of(command))
        commands.push_back({each->get_name(), each->get_description()});
    add("COMMANDS", {}, std::move(commands));
    std::vector<entry> entries;
    for (const bool arguments : {true, false}) {
        entries.clear();
        for (const CLI::Option* each : options_of(command, arguments))
            entries.push_back(entry_of(*each));
        add(arguments ? "ARGUMENTS" : "OPTIONS", {}, std::move(entries));
    }
    add("EXAMPLES", {}, own.examples);
    add("EXIT STATUS", {}, own.exit_codes);
    add("ENVIRONMENT", {}, own.environment);
    add("FILES", {}, own.files);
    return made;
}

std::string command_line::roff() const {
    std::vector<chapter> chapters;
    for (const CLI::App* each : commands_of(app_))
        chapters.push_back({path_of(*each), page_of(*each)});
    return as_roff(app_.get_name(), version_, page_of(app_), chapters);
}

void command_line::add_own_commands() {
    const auto& program = app_.get_name();
    CLI::App& completion = add_command(
        "completion",
        "print what a shell reads to complete the words of " + program,
        {.description = "The script asks " + program +
                        " itself what may come next, so it stays right when commands are added. "
                        "Packages install it where shells look for it.",
         .examples =
             {
                 {"source <(" + program + " completion bash)", "for this bash"},
                 {program + " completion zsh > ~/.zfunc/_" + program,
                  "for every zsh, with ~/.zfunc in fpath"},
                 {program + " completion fish > ~/.config/fish/completions/" + program + ".fish",
                  "for every fish"},
             }}
    );
    const auto shell = std::make_shared<std::string>();
    completion.add_option("shell", *shell, "whose script")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion.callback([this, shell] {
        chosen_ = [this, shell] {
            std::cout << completion_script(*shell, app_.get_name());
            return written();
        };
    });
    CLI::App& manual_page = add_command(
        "manual",
        "print the manual: this page and that of every command, for man",
        {.description = "The page is in the language of roff. Packages install it as section 1.",
         .examples = {{program + " manual | man -l -", "read it"}}}
    );
    manual_page.callback([this] {
        chosen_ = [this] {
            std::cout << roff();
            return written();
        };
    });
}

int command_line::main(int argc, const char* const* argv) {
    add_own_commands();
    // What the scripts of completion ask: `weir complete -- words`.
    if (argc > 2 && std::string_view{argv[1]} == "complete") {
        std::cout << completions(app_, {argv + 3, argv + argc});
        return written();
    }
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app_.exit(error) == 0 ? 0 : wrong_command_line;
    }
    return chosen_();
}

} // namespace weir::cli
