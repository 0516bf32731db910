// SPDX-License-Identifier: Apache-2.0
// Where a value sits, kept on the stack while values are walked: nothing is allocated until a rule
// is broken. Costs what core/violation.hpp costs.
#pragma once

#include <weir/core/violation.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// One step into a document, linked to the steps before it.
/// Lifetime: refers to its outer step and to the names given; both must outlive it.
class value_path {
public:
    /// The start: `prefix` leads every location made from here, and no message.
    explicit value_path(const location& prefix) noexcept : prefix_(&prefix) {}

    /// Into a member, by name.
    value_path(const value_path& outer, std::string_view name) noexcept
        : outer_(&outer), step_(step::member), name_(name) {}

    /// Into an array, by position.
    value_path(const value_path& outer, std::size_t position) noexcept
        : outer_(&outer), step_(step::item), position_(position) {}

    /// Into a map, by key: `write(key, out)` appends the key's text if it is ever needed.
    value_path(
        const value_path& outer, const void* key, void (*write)(const void* key, std::string& out)
    ) noexcept
        : outer_(&outer), step_(step::entry), key_(key), write_(write) {}

    /// The prefix and all steps, outermost first.
    [[nodiscard]] location to_location() const {
        location made;
        append_to(made);
        return made;
    }

    /// The steps as messages name them: `ship_to.zip`, `discounts[3].amount`; `*` stands for a
    /// map's key, which is user data.
    [[nodiscard]] std::string to_text() const {
        std::string made;
        append_to(made);
        return made;
    }

private:
    enum class step : unsigned char { start, member, item, entry };

    void append_to(location& made) const {
        if (outer_ != nullptr)
            outer_->append_to(made);
        switch (step_) {
        case step::start:
            made = *prefix_;
            break;
        case step::member:
            made.emplace_back(std::string{name_});
            break;
        case step::item:
            made.emplace_back(position_);
            break;
        case step::entry: {
            std::string key;
            write_(key_, key);
            made.emplace_back(std::move(key));
            break;
        }
        }
    }

    void append_to(std::string& made) const {
        if (outer_ != nullptr)
            outer_->append_to(made);
        if (!made.empty() && (step_ == step::member || step_ == step::entry))
            made.push_back('.');
        switch (step_) {
        case step::start:
            break;
        case step::member:
            made.append(name_);
            break;
        case step::item:
            made.append("[" + std::to_string(position_) + "]");
            break;
        case step::entry:
            made.push_back('*');
            break;
        }
    }

    const value_path* outer_ = nullptr;
    const location* prefix_ = nullptr;
    step step_ = step::start;
    std::string_view name_{};
    std::size_t position_ = 0;
    const void* key_ = nullptr;
    void (*write_)(const void*, std::string&) = nullptr;
};

} // namespace weir
