// SPDX-License-Identifier: Apache-2.0
// Header fields in the order they came, duplicates kept, names compared without case.
// Light: string, vector, optional.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// ASCII lower case, whatever the locale says.
[[nodiscard]] constexpr char to_lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// ASCII lower case of a text, whatever the locale says.
[[nodiscard]] inline std::string lowered(std::string_view text) {
    std::string made{text};
    for (auto& letter : made)
        letter = to_lower(letter);
    return made;
}

/// Whether two ASCII texts are equal but for case.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return to_lower(x) == to_lower(y);
           });
}

/// `text` without spaces and tabs at its ends.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `visit(item)` for every non-empty item of a comma-separated field value, trimmed.
template <class Visit>
constexpr void for_each_item(std::string_view value, Visit&& visit) {
    while (!value.empty()) {
        const auto comma = value.find(',');
        const auto item = trimmed(value.substr(0, comma));
        if (!item.empty())
            visit(item);
        value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
    }
}

struct header {
    std::string name;
    std::string value;
};

class headers {
public:
    void add(std::string_view name, std::string_view value) {
        if (fields_.capacity() == 0)
            fields_.reserve(usual);
        fields_.push_back({std::string{name}, std::string{value}});
    }

    /// Replaces every field of that name by one.
    void set(std::string_view name, std::string_view value) {
        std::erase_if(fields_, [name](const header& field) {
            return equals_ignoring_case(field.name, name);
        });
        add(name, value);
    }

    /// The first field of that name.
    /// Lifetime: until the next non-const call.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const auto& field : fields_)
            if (equals_ignoring_case(field.name, name))
                return field.value;
        return std::nullopt;
    }

    [[nodiscard]] std::size_t count(std::string_view name) const noexcept {
        return static_cast<std::size_t>(std::count_if(
            fields_.begin(),
            fields_.end(),
            [name](const header& field) { return equals_ignoring_case(field.name, name); }
        ));
    }

    /// Calls `visit(item)` for every item of every field of that name: `Prefer: a, b` and two
    /// `Prefer` fields are the same list.
    template <class Visit>
    void for_each_item_of(std::string_view name, Visit&& visit) const {
        for (const auto& field : fields_)
            if (equals_ignoring_case(field.name, name))
                for_each_item(field.value, visit);
    }

    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }

    [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }

    [[nodiscard]] auto end() const noexcept { return fields_.end(); }

private:
    // What a message has mostly: one allocation instead of four.
    static constexpr std::size_t usual = 8;

    std::vector<header> fields_;
};

/// Adds a name to `Vary`, once.
inline void add_vary(headers& to, std::string_view name) {
    std::string names;
    bool is_there = false;
    to.for_each_item_of("Vary", [&](std::string_view item) {
        is_there = is_there || item == "*" || equals_ignoring_case(item, name);
        names.append(item).append(", ");
    });
    if (!is_there)
        to.set("Vary", names.append(name));
}

} // namespace weir
