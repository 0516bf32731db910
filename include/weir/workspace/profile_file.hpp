// SPDX-License-Identifier: Apache-2.0
// The file of connection profiles that Databricks tools share, ~/.databrickscfg. Costs <fstream>,
// <map>.
#pragma once

#include <weir/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

/// The keys and values of one profile.
using profile = std::map<std::string, std::string, std::less<>>;

/// Profiles by name. Values of `[DEFAULT]` are not inherited by other profiles.
class profile_file {
public:
    static constexpr std::string_view implicit_profile = "DEFAULT";
    /// Holds settings of the tools, such as which profile is the default; is no profile.
    static constexpr std::string_view settings_section = "__settings__";

    profile_file() = default;

    /// Reads INI text: sections in brackets, `key = value` lines, comments after `#` or `;` at a
    /// line's start or after a space.
    ///
    /// Errors: configuration_error naming `path` and the line that cannot be understood; it never
    /// repeats the line, which may hold a secret.
    static profile_file parse(std::string_view text, std::string_view path) {
        profile_file made;
        made.path_ = path;
        profile* section = nullptr;
        for (std::size_t number = 1; !text.empty(); ++number) {
            const auto end = text.find('\n');
            const auto line = without_comment(trim(text.substr(0, end)));
            text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
            if (line.empty())
                continue;
            if (line.front() == '[') {
                if (line.back() != ']')
                    made.refuse(number, "a section's name ends with ]");
                section = &made.sections_[std::string{trim(line.substr(1, line.size() - 2))}];
                continue;
            }
            const auto equals = line.find('=');
            const auto key = trim(line.substr(0, equals));
            if (equals == std::string_view::npos || key.empty())
                made.refuse(number, "expected key = value");
            if (section == nullptr)
                made.refuse(number, "a value before the first [profile]");
            section->insert_or_assign(std::string{key}, std::string{trim(line.substr(equals + 1))});
        }
        return made;
    }

    /// Reads a file; one that does not exist has no profiles.
    ///
    /// Errors: configuration_error as parse(), and when the file is there but cannot be read.
    static profile_file read(const std::string& path) {
        errno = 0;
        std::ifstream file{path, std::ios::binary};
        if (!file && (errno == ENOENT || errno == ENOTDIR))
            return parse({}, path);
        std::ostringstream text;
        const bool is_empty = file.peek() == std::ifstream::traits_type::eof();
        if (!is_empty)
            text << file.rdbuf();
        if (is_empty ? !file.eof() : !text)
            throw configuration_error{path + ": cannot be read"};
        return parse(text.str(), path);
    }

    /// The profile of that name, or where `named` is empty the one the file itself chooses.
    /// Absent: nobody named one, and there is none.
    /// Lifetime: as this file.
    ///
    /// Errors: configuration_error when a named profile is not there or is no profile.
    [[nodiscard]] const profile* choose(std::string_view named) const {
        std::string_view wanted = named;
        if (wanted.empty()) {
            if (const auto* settings = find(settings_section)) {
                const auto chosen = settings->find(std::string_view{"default_profile"});
                if (chosen != settings->end())
                    wanted = chosen->second;
            }
        }
        const bool is_implicit = wanted.empty();
        if (is_implicit)
            wanted = implicit_profile;
        if (wanted == settings_section)
            throw configuration_error{
                path_ + ": " + std::string{settings_section} + " is reserved and no profile"
            };
        const auto* found = find(wanted);
        if (found == nullptr && !is_implicit)
            throw configuration_error{
                path_ + " has no " + std::string{wanted} + " profile configured"
            };
        return found;
    }

private:
    [[nodiscard]] const profile* find(std::string_view name) const {
        const auto found = sections_.find(name);
        return found == sections_.end() ? nullptr : &found->second;
    }

    [[noreturn]] void refuse(std::size_t line, std::string_view what) const {
        throw configuration_error{path_ + ":" + std::to_string(line) + ": " + std::string{what}};
    }

    static std::string_view trim(std::string_view text) {
        constexpr std::string_view blank = " \t\r";
        const auto first = text.find_first_not_of(blank);
        if (first == std::string_view::npos)
            return {};
        return text.substr(first, text.find_last_not_of(blank) - first + 1);
    }

    // A comment inside a line needs a blank before it: secrets may hold `#`.
    static std::string_view without_comment(std::string_view line) {
        for (std::size_t at = 0; at < line.size(); ++at) {
            const bool after_blank = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t';
            if (after_blank && (line[at] == '#' || line[at] == ';'))
                return trim(line.substr(0, at));
        }
        return line;
    }

    std::string path_{};
    std::map<std::string, profile, std::less<>> sections_{};
};

} // namespace weir::workspace
