// SPDX-License-Identifier: Apache-2.0
// A schema file's text, and how byte offsets become lines and columns. Costs <deque>, <string>,
// <vector>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gen {

/// Bytes [begin, end) of one file. Every part of a model carries one; lines are computed only for
/// printing.
struct range {
    std::uint32_t file = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// 1-based; columns count characters, not bytes, as editors do.
struct position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

/// One schema file. A leading UTF-8 byte order mark is not part of the text.
class source {
public:
    source(std::string path, std::string text);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    [[nodiscard]] position at(std::uint32_t offset) const;

    /// Line `number` (1-based) without its end.
    /// Lifetime: as long as this source.
    [[nodiscard]] std::string_view line(std::uint32_t number) const;

    /// The text of a range of this file.
    /// Lifetime: as long as this source.
    [[nodiscard]] std::string_view text_of(range of) const;

private:
    std::string path_;
    std::string text_;
    std::vector<std::uint32_t> line_starts_;
};

/// Every file of one run; `range::file` is an index into it. References to members stay valid.
using sources = std::deque<source>;

/// A file's name without folders, for comments in generated code.
[[nodiscard]] std::string_view base_name(std::string_view path);

/// The folder part of a path including the slash; empty when there is none.
[[nodiscard]] std::string_view folder_of(std::string_view path);

/// Characters in a text; malformed bytes count as one each.
[[nodiscard]] std::size_t count_characters(std::string_view text);

} // namespace weir::gen
