// SPDX-License-Identifier: Apache-2.0
#include "completion.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "command_tree.hpp"

namespace weir::cli {

namespace {

/// Where the words before the last one lead.
struct place {
    const CLI::App* command;
    /// The option whose value comes next.
    const CLI::Option* open = nullptr;
    std::vector<const CLI::Option*> used{};
    std::size_t arguments = 0;
    /// `--` stood there.
    bool options_are_over = false;
};

place place_after(const CLI::App& program, std::span<const std::string> words) {
    place at{&program};
    for (const auto& word : words) {
        // bash takes `--name=value` for three words.
        if (at.open != nullptr && word == "=")
            continue;
        if (at.open != nullptr) {
            at.open = nullptr;
            continue;
        }
        if (!at.options_are_over && word == "--") {
            at.options_are_over = true;
            continue;
        }
        if (!at.options_are_over && word.starts_with('-')) {
            const auto end = word.find('=');
            const auto* option = at.command->get_option_no_throw(word.substr(0, end));
            if (option == nullptr)
                continue;
            at.used.push_back(option);
            if (end == std::string::npos && !option_words{*option}.value.empty())
                at.open = option;
            continue;
        }
        const auto commands = commands_of(*at.command);
        const auto next = std::ranges::find(commands, word, [](const CLI::App* each) {
            return each->get_name();
        });
        if (next == commands.end())
            ++at.arguments;
        else
            at.command = *next;
    }
    return at;
}

class candidates {
public:
    explicit candidates(std::string_view prefix) : prefix_(prefix) {}

    void add(const std::string& word, const std::string& meaning) {
        if (word.starts_with(prefix_))
            out_.append(word).append("\t").append(meaning).append("\n");
    }

    /// `before`: what stands before a value in the same word.
    void add_values(const CLI::Option& of, const std::string& before) {
        const option_words words{of};
        for (const auto& each : words.choices)
            add(before + each, {});
        if (words.value == schema_file)
            out_.append(":schema\n");
        else if (words.value == any_file)
            out_.append(":file\n");
        else if (words.value == folder)
            out_.append(":folder\n");
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    std::string_view prefix_;
    std::string out_{};
};

/// PROGRAM and NAME stand for the program, and for what a function of a shell may be called by.
constexpr std::string_view bash_script =
    R"(# bash completion of PROGRAM: it is asked what may come next.
_NAME_complete() {
    local line path= word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
    COMPREPLY=()
    [ "$word" != = ] || word=
    while read -r line; do
        case $line in
        :*) path=$line ;;
        *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("${COMP_WORDS[0]/#\~/$HOME}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
    [ -z "$path" ] || compopt -o filenames
    case $path in
    :schema) COMPREPLY+=($(compgen -d -- "$word") $(compgen -f -X '!*.yaml' -- "$word") $(compgen -f -X '!*.yml' -- "$word")) ;;
    :file) COMPREPLY+=($(compgen -f -- "$word")) ;;
    :folder) COMPREPLY+=($(compgen -d -- "$word")) ;;
    esac
}
complete -F _NAME_complete PROGRAM
)";

constexpr std::string_view zsh_script = R"(#compdef PROGRAM
# zsh completion of PROGRAM: it is asked what may come next.
_NAME_complete() {
    local line word_path
    local -a found
    while IFS= read -r line; do
        case $line in
        :*) word_path=$line ;;
        *) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done < <(${~words[1]} complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( $#found )) && _describe -t values PROGRAM found
    case $word_path in
    :schema) _files -g '*.(yaml|yml)' ;;
    :file) _files ;;
    :folder) _files -/ ;;
    esac
}
compdef _NAME_complete PROGRAM
)";

constexpr std::string_view fish_script =
    R"(# fish completion of PROGRAM: it is asked what may come next.
function __NAME_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$word" 2>/dev/null)
        switch $line
            case ':schema' ':file'
                __fish_complete_path "$word"
            case ':folder'
                __fish_complete_directories "$word"
            case '*'
                echo $line
        end
    end
end
complete -c PROGRAM -f -a '(__NAME_complete)'
)";

void replace_all(std::string& in, std::string_view what, std::string_view by) {
    for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
        in.replace(at, what.size(), by);
}

} // namespace

std::string completions(const CLI::App& program, const std::vector<std::string>& words) {
    const auto last = words.empty() ? std::string{} : words.back();
    const auto before = std::span{words}.first(words.empty() ? 0 : words.size() - 1);
    const auto at = place_after(program, before);
    candidates found{last};
    if (at.open != nullptr) {
        found.add_values(*at.open, {});
        return found.take();
    }
    if (last.starts_with('-') && !at.options_are_over) {
        const auto end = last.find('=');
        if (end != std::string::npos) {
            if (const auto* option = at.command->get_option_no_throw(last.substr(0, end)))
                found.add_values(*option, last.substr(0, end + 1));
            return found.take();
        }
        for (const CLI::Option* each : options_of(*at.command, false)) {
            const option_words option{*each};
            if (!option.repeats && std::ranges::find(at.used, each) != at.used.end())
                continue;
            for (const auto& name : option.names)
                found.add(name, each->get_description());
        }
        return found.take();
    }
    for (const CLI::App* each : commands_of(*at.command))
        found.add(each->get_name(), each->get_description());
    std::size_t place = 0;
    for (const CLI::Option* each : options_of(*at.command, true)) {
        if (option_words{*each}.repeats || place++ == at.arguments) {
            found.add_values(*each, {});
            break;
        }
    }
    return found.take();
}

std::string completion_script(std::string_view shell, std::string_view program) {
    std::string out{shell == "bash" ? bash_script : shell == "zsh" ? zsh_script : fish_script};
    std::string name{program};
    std::ranges::replace(name, '-', '_');
    replace_all(out, "PROGRAM", program);
    replace_all(out, "NAME", name);
    return out;
}

} // namespace weir::cli
