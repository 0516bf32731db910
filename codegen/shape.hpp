// SPDX-License-Identifier: Apache-2.0
// Reads YAML nodes as the shapes the schema language knows: text, flags, numbers, words, lists of
// names. Each function reports what does not fit and gives a harmless value back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostics.hpp"
#include "model.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// The entries of one YAML mapping, under the name people know it by ("column 'total'").
class mapping {
public:
    /// Takes the entries as they are.
    mapping(const node& from, std::string what, diagnostics& to)
        : from_(&from), what_(std::move(what)), to_(&to) {}

    /// Reports a node that is no mapping and keys that are not in `known`.
    mapping(
        const node& from, std::string what, std::span<const std::string_view> known, diagnostics& to
    );

    [[nodiscard]] const node& at() const noexcept { return *from_; }

    [[nodiscard]] const std::string& what() const noexcept { return what_; }

    /// Whether the node is a mapping at all; if not, that was reported and nothing else will be.
    [[nodiscard]] bool is_map() const noexcept { return from_->is_map(); }

    /// The value of a key; nullptr when absent. A key without a value is reported.
    [[nodiscard]] const node* get(std::string_view key) const;

    [[nodiscard]] bool has(std::string_view key) const { return from_->find(key) != nullptr; }

    /// Where a key is written; the whole mapping when it is absent.
    [[nodiscard]] range key_at(std::string_view key) const;

    /// Where a key's value is written; the whole mapping when it is absent.
    [[nodiscard]] range find_at(std::string_view key) const {
        const auto* found = from_->find(key);
        return found == nullptr ? from_->at : found->at;
    }

    [[nodiscard]] located_text text(std::string_view key) const;

    /// Like text(), but its absence is an error.
    [[nodiscard]] located_text needed_text(std::string_view key) const;

    [[nodiscard]] bool flag(std::string_view key, bool otherwise) const;

    [[nodiscard]] std::optional<located<std::uint32_t>> number(std::string_view key) const;

    /// One of `known`: its position.
    [[nodiscard]] std::optional<located<std::size_t>>
    word(std::string_view key, std::span<const std::string_view> known) const;

    /// A list of text; a single text counts as a list of one.
    [[nodiscard]] std::vector<located_text> texts(std::string_view key) const;

    /// The items of a list; nullptr when absent or no list (reported).
    [[nodiscard]] const std::vector<node>* list(std::string_view key) const;

    [[nodiscard]] diagnostics& report() const noexcept { return *to_; }

private:
    const node* from_;
    std::string what_;
    diagnostics* to_;
};

/// A node as text, quoted or not.
[[nodiscard]] std::optional<located_text>
text_of(const node& from, const std::string& what, diagnostics& to);

[[nodiscard]] std::optional<bool>
flag_of(const node& from, const std::string& what, diagnostics& to);

} // namespace weir::gen
