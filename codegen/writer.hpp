// SPDX-License-Identifier: Apache-2.0
// Builds generated text line by line, laid out as the project's clang-format would. Costs <string>,
// <vector>.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::gen {

/// One part of a braced initialiser: `.kind = weir::type::string`, or `.type = {…}` with parts of
/// its own.
struct part {
    std::string name{};
    std::string text{};
    std::vector<part> parts{};

    [[nodiscard]] bool is_braced() const noexcept { return text.empty(); }

    /// On one line.
    [[nodiscard]] std::string flat() const;
};

/// A member of a struct and the remark at its end.
struct member_line {
    std::string doc{};
    std::string code{};
    std::string remark{};
    std::size_t indent = 4;
};

class writer {
public:
    void line(std::string_view text = {}) { text_.append(text).push_back('\n'); }

    /// Ends the current paragraph: one empty line, never two.
    void gap();

    /// `/// …`, wrapped; nothing for empty text.
    void doc(std::string_view text, std::string_view indent = {});

    /// `// …`, wrapped.
    void comment(std::string_view text, std::string_view indent = {});

    /// `head{ … };` with one part per line.
    void table(std::string_view head, const std::vector<part>& parts);

    /// `MACRO(first, second, (a, b))`, one argument per line when too long for one line.
    void call(
        std::string_view name,
        const std::vector<std::string>& leading,
        const std::vector<std::string>& group
    );

    /// Puts the ';' that call() leaves out.
    void end_statement();

    /// The lines of a struct's members, remarks aligned.
    void members(const std::vector<member_line>& lines);

    [[nodiscard]] std::string take() { return std::move(text_); }

    static constexpr std::size_t width = 100;

private:
    void wrapped(std::string_view mark, std::string_view text, std::string_view indent);
    void member(const member_line& what, const std::string& code);
    void put(const part& what, std::size_t indent, std::size_t after);

    std::string text_;
};

} // namespace weir::gen
