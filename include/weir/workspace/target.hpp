// SPDX-License-Identifier: Apache-2.0
// Paths and queries of the REST API, put together from names. Light: string.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/percent.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

/// A path with its query, under construction.
class target {
public:
    /// `path` is written in the code, encoded already.
    explicit target(std::string_view path) : text_(path) {}

    /// Adds `/` and a name.
    ///
    /// Errors: validation_error for a name that would lead elsewhere: empty, `.` or `..`.
    target& segment(std::string_view name) {
        if (name.empty() || name == "." || name == "..")
            throw validation_error{{{"name", {"path"}, "must be a name, not empty, . or .."}}};
        text_.push_back('/');
        append_percent_encoded(text_, name);
        return *this;
    }

    /// Adds the names of a path such as `projects/p/branches/b` or `/Volumes/c/s/v/a b.txt`.
    ///
    /// Errors: as segment().
    target& segments(std::string_view path) {
        if (path.starts_with('/'))
            path.remove_prefix(1);
        for (;;) {
            const auto slash = path.find('/');
            segment(path.substr(0, slash));
            if (slash == std::string_view::npos)
                return *this;
            path.remove_prefix(slash + 1);
        }
    }

    /// Adds what is written in the code.
    target& literal(std::string_view path) {
        text_.append(path);
        return *this;
    }

    /// Adds a parameter, unless it is empty.
    target& query(std::string_view name, std::string_view value) {
        if (value.empty())
            return *this;
        text_.push_back(has_query_ ? '&' : '?');
        has_query_ = true;
        text_.append(name).push_back('=');
        append_percent_encoded(text_, value);
        return *this;
    }

    target& query(std::string_view name, bool value) {
        return query(name, std::string_view{value ? "true" : "false"});
    }

    // Without it, text would be a truth value.
    target& query(std::string_view name, const char* value) {
        return query(name, std::string_view{value});
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
    bool has_query_ = false;
};

} // namespace weir::workspace
