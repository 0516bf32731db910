// SPDX-License-Identifier: Apache-2.0
// Names and values a process is configured by: its environment, then a .env file. Costs <map>,
// <fstream>.
#pragma once

#include <weir/core/error.hpp>

#include <cstddef>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// POSIX leaves the declaration to the program.
extern "C" char** environ; // NOLINT(readability-redundant-declaration): POSIX asks for it

namespace weir::app {

/// A snapshot of settings by name; an earlier source wins over a later one, an empty value counts
/// as absent.
class environment {
public:
    environment() = default;

    /// The process's environment, then `dotenv` if that file exists.
    ///
    /// Errors: configuration_error naming file and line when the file cannot be understood.
    static environment of_process(const std::string& dotenv = ".env") {
        environment made;
        for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
            const std::string_view text{*entry};
            const auto equals = text.find('=');
            if (equals != std::string_view::npos)
                made.add(text.substr(0, equals), text.substr(equals + 1));
        }
        made.add_file(dotenv);
        return made;
    }

    /// Adds a name unless an earlier source has it.
    void add(std::string_view name, std::string_view value) {
        if (!value.empty())
            values_.emplace(std::string{name}, std::string{value});
    }

    /// Lifetime: until the environment changes.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        const auto found = values_.find(name);
        if (found == values_.end())
            return std::nullopt;
        return std::string_view{found->second};
    }

    /// Every name and value, sorted by name.
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const noexcept {
        return values_;
    }

private:
    void add_file(const std::string& path) {
        std::ifstream file{path};
        std::string line;
        for (std::size_t number = 1; std::getline(file, line); ++number)
            add_line(line, path, number);
    }

    // `NAME=value`, optionally after `export`, the value bare or in one kind of quotes; `#` starts
    // a comment line.
    void add_line(std::string_view line, const std::string& path, std::size_t number) {
        line = trim(line);
        if (line.empty() || line.front() == '#')
            return;
        if (line.starts_with("export "))
            line = trim(line.substr(7));
        const auto equals = line.find('=');
        const auto name = trim(line.substr(0, equals));
        if (equals == std::string_view::npos || name.empty())
            throw configuration_error{
                path + ":" + std::to_string(number) + ": expected NAME=value"
            };
        auto value = trim(line.substr(equals + 1));
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
            if (value.back() != value.front())
                throw configuration_error{
                    path + ":" + std::to_string(number) + ": the value's quote is not closed"
                };
            value = value.substr(1, value.size() - 2);
        }
        add(name, value);
    }

    static std::string_view trim(std::string_view text) {
        constexpr std::string_view blank = " \t\r";
        const auto first = text.find_first_not_of(blank);
        if (first == std::string_view::npos)
            return {};
        return text.substr(first, text.find_last_not_of(blank) - first + 1);
    }

    std::map<std::string, std::string, std::less<>> values_;
};

} // namespace weir::app
