// SPDX-License-Identifier: Apache-2.0
// PostgREST's `select`: columns, aliases and relations in parentheses, as a tree of names. Light.
// Source: PostgREST documentation, "Vertical filtering" and "Resource embedding".
#pragma once

#include <weir/core/violation.hpp>
#include <weir/http/headers.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::postgrest {

/// One item of a `select`: a column, or a relation with the items asked of it.
struct selected {
    /// `*` for every column.
    std::string name{};
    /// What the answer calls it; the name unless an alias was given.
    std::string shown{};
    bool is_relation = false;
    std::vector<selected> items{};

    [[nodiscard]] bool is_everything() const noexcept { return name == "*" && !is_relation; }
};

namespace detail {

/// Reads a `select`; what weir cannot answer is refused by name, never passed over.
class select_reader {
public:
    /// Relations inside relations that are read; deeper ones are refused.
    static constexpr std::size_t most_depth = 8;

    select_reader(std::string_view text, violations& broken) : text_(text), broken_(&broken) {}

    [[nodiscard]] std::vector<selected> read() {
        auto made = read_items(0);
        if (!failed_ && at_ != text_.size())
            refuse("Unexpected ')'");
        return failed_ ? std::vector<selected>{} : std::move(made);
    }

private:
    std::vector<selected> read_items(std::size_t depth) {
        std::vector<selected> made;
        while (!failed_) {
            made.push_back(read_item(depth));
            if (at_ == text_.size() || text_[at_] != ',')
                break;
            ++at_;
        }
        return made;
    }

    selected read_item(std::size_t depth) {
        selected made;
        made.name = read_name();
        if (starts_with(":") && !starts_with("::")) {
            ++at_;
            made.shown = std::exchange(made.name, read_name());
        }
        if (starts_with("!"))
            read_hint();
        if (starts_with("("))
            read_relation(made, depth);
        if (starts_with("::"))
            refuse("Casts are not offered");
        if (made.name.starts_with("..."))
            refuse("Spreading a relation is not offered");
        if (made.name.find("->") != std::string::npos)
            refuse("Paths into JSON are not offered");
        if (made.name.empty())
            refuse("A name is missing");
        if (made.name == "*" && !made.shown.empty())
            refuse("'*' takes no alias");
        if (made.shown.empty())
            made.shown = made.name;
        return made;
    }

    void read_relation(selected& made, std::size_t depth) {
        if (depth == most_depth)
            return refuse("Relations are nested too deep");
        ++at_;
        made.is_relation = true;
        if (starts_with(")")) {
            refuse("'" + made.name + "()' selects nothing");
        } else {
            made.items = read_items(depth + 1);
        }
        if (!starts_with(")"))
            return refuse("')' is missing");
        ++at_;
    }

    // A relation may be named with its foreign key, which weir does not need: names are its own.
    void read_hint() {
        while (!failed_ && starts_with("!")) {
            ++at_;
            if (read_name() == "inner")
                refuse("Filtering rows by '!inner' relations is not offered");
        }
    }

    std::string read_name() {
        std::string name;
        if (starts_with("\"")) {
            for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
                if (text_[at_] == '\\' && at_ + 1 < text_.size())
                    ++at_;
                name.push_back(text_[at_]);
            }
            if (at_ == text_.size()) {
                refuse("A quote is not closed");
            } else {
                ++at_;
            }
            return name;
        }
        const auto end = text_.find_first_of(",():!", at_);
        name = trimmed(text_.substr(at_, end - at_));
        at_ = std::min(end, text_.size());
        return name;
    }

    [[nodiscard]] bool starts_with(std::string_view text) const noexcept {
        return text_.substr(at_).starts_with(text);
    }

    void refuse(std::string message) {
        if (!std::exchange(failed_, true))
            broken_->push_back({"select", {"query", "select"}, std::move(message)});
    }

    std::string_view text_;
    violations* broken_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

} // namespace detail

/// Reads a `select`; empty text selects everything. Adds a violation at `query`, `select` for what
/// is malformed or not offered, and is then empty.
[[nodiscard]] inline std::vector<selected> read_select(std::string_view text, violations& broken) {
    if (trimmed(text).empty())
        text = "*";
    return detail::select_reader{text, broken}.read();
}

} // namespace weir::http::postgrest
