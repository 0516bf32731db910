// SPDX-License-Identifier: Apache-2.0
// YAML as a tree whose nodes know their bytes. No value is interpreted: the schema decides what
// `no` or `0.00` means. Anchors, aliases, tags, tabs, several documents and equal keys are errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics.hpp"
#include "source.hpp"

namespace weir::gen {

struct entry;

/// One value of the document.
struct node {
    enum class kind : std::uint8_t { null, scalar, sequence, map };
    /// How a scalar was written, or whether a collection was written in brackets.
    enum class style : std::uint8_t { plain, quoted, literal, block, flow };

    kind is = kind::null;
    style written = style::plain;
    /// scalar: its value; null: as written (`~`, `null` or nothing).
    std::string text{};
    range at{};
    // Without {}: clang would need the complete types here.
    std::vector<node> items;
    std::vector<entry> entries;

    [[nodiscard]] bool is_null() const noexcept { return is == kind::null; }

    [[nodiscard]] bool is_scalar() const noexcept { return is == kind::scalar; }

    [[nodiscard]] bool is_sequence() const noexcept { return is == kind::sequence; }

    [[nodiscard]] bool is_map() const noexcept { return is == kind::map; }

    [[nodiscard]] bool is_plain() const noexcept { return written == style::plain; }

    /// The value of a key; nullptr when absent or when this is no map.
    /// Lifetime: as long as this node is not changed.
    [[nodiscard]] const node* find(std::string_view key) const;
};

struct entry {
    node key;
    node value;
};

/// A comment: its bytes from `#` to the end of the line, and whether it stands alone on its line.
struct comment {
    range at;
    bool alone = false;
};

struct document {
    node root;
    std::vector<comment> comments;
};

/// Reads the file with index `file`. Absent when its text is no YAML at all; smaller faults leave a
/// tree.
[[nodiscard]] std::optional<document>
parse_yaml(const sources& files, std::uint32_t file, diagnostics& to);

} // namespace weir::gen
