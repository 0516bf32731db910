// SPDX-License-Identifier: Apache-2.0
// Files and directories in volumes of Unity Catalog: `/Volumes/catalog/schema/volume/…`. Costs
// client.hpp.
#pragma once

#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/target.hpp>

#include <charconv>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct file_info {
    std::uint64_t size = 0;
    std::string content_type{};
    /// As HTTP spells it.
    std::string last_modified{};
};

struct directory_entry {
    std::string path{};
    std::string name{};
    bool is_directory = false;
    std::uint64_t size = 0;
    /// Milliseconds since 1970.
    std::int64_t last_modified = 0;
};

/// What becomes of a file that is there already.
enum class existing_file : std::uint8_t { refuse, overwrite };

namespace detail {

[[nodiscard]] inline std::string volume_path(std::string_view kind, std::string_view path) {
    if (path.ends_with('/'))
        path.remove_suffix(1);
    return target{kind}.segments(path).take();
}

[[nodiscard]] inline call
file_call(std::string_view method, std::string_view path, const call_options& with) {
    auto made = make_call(method, volume_path("/api/2.0/fs/files", path), with);
    made.accept = "application/octet-stream";
    return made;
}

[[nodiscard]] inline directory_entry read_directory_entry(json::reader& in) {
    directory_entry found;
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "path") {
            take(value, found.path);
        } else if (name == "name") {
            take(value, found.name);
        } else if (name == "is_directory") {
            take(value, found.is_directory);
        } else if (name == "file_size") {
            take(value, found.size);
        } else if (name == "last_modified") {
            take(value, found.last_modified);
        } else {
            value.skip_value();
        }
    });
    return found;
}

} // namespace detail

/// Writes a file whole, from memory.
///
/// Errors: conflict_error when it exists and is not to be overwritten, else as client::send().
inline void write_file(
    client& at,
    std::string_view path,
    std::string content,
    existing_file existing = existing_file::refuse,
    const call_options& with = {}
) {
    const bool overwrites = existing == existing_file::overwrite;
    auto asked = detail::file_call("PUT", path, with);
    asked.path = target{asked.path}.query("overwrite", overwrites).take();
    asked.body = std::move(content);
    asked.content_type = "application/octet-stream";
    asked.accept = "application/json";
    // Done twice, a file that may not exist would be refused as existing.
    asked.retries_when_ambiguous = overwrites;
    static_cast<void>(at.send(asked));
}

/// A file's content, whole. http_options::body_bytes limits it; larger ones: the other overload.
///
/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline std::string
read_file(client& at, std::string_view path, const call_options& with = {}) {
    return std::move(at.send(detail::file_call("GET", path, with)).body);
}

/// Hands a file's content to `receive` piece by piece, in constant memory, until it answers false.
/// When the connection breaks after the first piece, that is told and not tried again.
inline void read_file(
    client& at,
    std::string_view path,
    std::function<bool(std::string_view piece)> receive,
    const call_options& with = {}
) {
    auto asked = detail::file_call("GET", path, with);
    asked.receive = std::move(receive);
    static_cast<void>(at.send(asked));
}

/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline file_info
read_file_info(client& at, std::string_view path, const call_options& with = {}) {
    const auto got = at.send(detail::file_call("HEAD", path, with));
    file_info found;
    const auto length = got.fields.find("Content-Length").value_or("");
    std::from_chars(length.data(), length.data() + length.size(), found.size);
    found.content_type = got.fields.find("Content-Type").value_or("");
    found.last_modified = got.fields.find("Last-Modified").value_or("");
    return found;
}

/// Errors: not_found_error, else as client::send().
inline void remove_file(client& at, std::string_view path, const call_options& with = {}) {
    static_cast<void>(at.send(detail::file_call("DELETE", path, with)));
}

/// Makes a directory and those above it; one that is there stays.
inline void make_directory(client& at, std::string_view path, const call_options& with = {}) {
    auto asked =
        detail::make_call("PUT", detail::volume_path("/api/2.0/fs/directories", path), with);
    asked.retries_when_ambiguous = true;
    static_cast<void>(at.send(asked));
}

/// Everything in a directory, all pages of it.
///
/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline std::vector<directory_entry>
list_directory(client& at, std::string_view path, const call_options& with = {}) {
    std::vector<directory_entry> found;
    const auto directory = detail::volume_path("/api/2.0/fs/directories", path);
    std::string page;
    // A page may be empty: only a missing token ends the list.
    do {
        auto asked =
            detail::make_call("GET", target{directory}.query("page_token", page).take(), with);
        page = read_page(at.send(asked), "directory", "contents", [&](json::reader& in) {
            found.push_back(detail::read_directory_entry(in));
        });
    } while (!page.empty());
    return found;
}

} // namespace weir::workspace
