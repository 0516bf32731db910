// SPDX-License-Identifier: Apache-2.0
// Pages of help: what they hold, and how a terminal and `man` are shown them. Names no command line
// library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// A word of a page and what it means.
struct entry {
    std::string term;
    std::string text;
};

/// What a page tells of a command beside its name, its options and its arguments.
struct manual {
    /// Paragraphs, an empty line between two.
    std::string description{};
    /// A line to type, and what it does.
    std::vector<entry> examples{};
    std::vector<entry> exit_codes{};
    std::vector<entry> environment{};
    std::vector<entry> files{};
};

/// A heading and what stands below it: a text, then entries.
struct section {
    std::string title;
    std::string text{};
    std::vector<entry> entries{};
};

using help_page = std::vector<section>;

/// For a terminal of 80 columns.
[[nodiscard]] std::string as_text(const help_page& of);

/// For `man`: the page of a program, and after it one chapter per command, called by its title.
struct chapter {
    std::string title;
    help_page content;
};

[[nodiscard]] std::string as_roff(
    std::string_view program,
    std::string_view version,
    const help_page& of,
    const std::vector<chapter>& commands
);

} // namespace weir::cli
