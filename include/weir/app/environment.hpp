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
#include <utility>

// POSIX leaves the declaration to the program.
extern "C" char** environ; // NOLINT(readability-redundant-declaration): POSIX asks for it

namespace weir::app {

/// Whether a setting's value is nobody's business.
[[nodiscard]] inline bool is_secret(std::string_view name) noexcept {
    for (const std::string_view word : {"TOKEN", "SECRET", "PASSWORD", "_KEY", "DATABASE_URL"}) {
        if (name.find(word) != std::string_view::npos)
            return true;
    }
    return false;
}

/// Where a program's settings come from besides its environment.
struct environment_options {
    /// Names that begin with it win over those without: with `FIELD_OPS_`, `FIELD_OPS_PGHOST` over
    /// `PGHOST`. So several programs can share one environment.
    std::string prefix{};
    std::string dotenv{".env"};
};

/// A snapshot of settings by name; an earlier source wins over a later one, an empty value counts
/// as absent.
class environment {
public:
    struct entry {
        std::string value;
        /// `environment`, or the name of a file.
        std::string from;
    };

    using entries = std::map<std::string, entry, std::less<>>;

    environment() = default;

    /// The process's environment; then, where it names a profile by WEIR_PROFILE, the file
    /// `.env.<profile>`; then `.env` if that file exists.
    ///
    /// Errors: configuration_error naming file and line when a file cannot be understood, and for
    ///         a profile without its file.
    static environment of_process(const environment_options& how = {}) {
        environment made;
        for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
            const std::string_view text{*entry};
            const auto equals = text.find('=');
            if (equals != std::string_view::npos)
                made.add(text.substr(0, equals), text.substr(equals + 1));
        }
        auto profile = made.find(how.prefix + "WEIR_PROFILE");
        if (!profile)
            profile = made.find("WEIR_PROFILE");
        if (profile) {
            const auto file = how.dotenv + "." + std::string{*profile};
            if (!made.add_file(file))
                throw configuration_error{
                    "WEIR_PROFILE names a profile, but " + file + " is absent"
                };
        }
        made.add_file(how.dotenv);
        made.prefer(how.prefix);
        return made;
    }

    /// Adds a name unless an earlier source has it.
    void add(std::string_view name, std::string_view value, std::string_view from = "environment") {
        if (!value.empty())
            values_.emplace(std::string{name}, entry{std::string{value}, std::string{from}});
    }

    /// Lifetime: until the environment changes.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        const auto found = values_.find(name);
        if (found == values_.end())
            return std::nullopt;
        return std::string_view{found->second.value};
    }

    /// Every name and value, sorted by name.
    [[nodiscard]] const entries& all() const noexcept { return values_; }

private:
    void prefer(std::string_view prefix) {
        if (prefix.empty())
            return;
        entries preferred;
        for (auto& [name, value] : values_) {
            if (name.size() > prefix.size() && name.starts_with(prefix))
                preferred.insert_or_assign(
                    name.substr(prefix.size()), entry{value.value, value.from + ", as " + name}
                );
        }
        preferred.merge(values_);
        values_ = std::move(preferred);
    }

    /// Whether the file is there.
    bool add_file(const std::string& path) {
        std::ifstream file{path};
        if (!file.is_open())
            return false;
        std::string line;
        for (std::size_t number = 1; std::getline(file, line); ++number)
            add_line(line, path, number);
        return true;
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
        add(name, value, path);
    }

    static std::string_view trim(std::string_view text) {
        constexpr std::string_view blank = " \t\r";
        const auto first = text.find_first_not_of(blank);
        if (first == std::string_view::npos)
            return {};
        return text.substr(first, text.find_last_not_of(blank) - first + 1);
    }

    entries values_;
};

} // namespace weir::app
