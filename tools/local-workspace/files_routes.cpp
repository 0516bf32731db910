// SPDX-License-Identifier: Apache-2.0
// Files in volumes and in the workspace, and secrets; all in memory. Source:
// databricks.md 6.3, 6.4, 6.9.
#include <weir/core/binary.hpp>

#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include "services.hpp"

namespace local_workspace {

namespace {

using weir::http::request;
using weir::http::response;

// The router knows no patterns of any length: paths have up to this many segments.
constexpr std::size_t most_segments = 16;

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

struct stored_file {
    std::string bytes{};
    std::int64_t modified_ms = 0;
};

/// A tree of files. Threads: may be shared.
class file_tree {
public:
    explicit file_tree(const workspace_clock& clock) : clock_(&clock) {}

    /// False: it is there already, or a folder is.
    bool put(const std::string& path, std::string bytes, bool overwrite) {
        const std::lock_guard lock{mutex_};
        if (folders_.contains(path) || (!overwrite && files_.contains(path)))
            return false;
        make_folders(parent_of(path));
        files_[path] = {std::move(bytes), clock_->now_ms()};
        return true;
    }

    std::optional<stored_file> find(const std::string& path) const {
        const std::lock_guard lock{mutex_};
        const auto found = files_.find(path);
        return found == files_.end() ? std::nullopt : std::optional{found->second};
    }

    bool remove(const std::string& path) {
        const std::lock_guard lock{mutex_};
        return files_.erase(path) != 0;
    }

    /// False: a file is there.
    bool make_folder(const std::string& path) {
        const std::lock_guard lock{mutex_};
        if (files_.contains(path))
            return false;
        make_folders(path);
        return true;
    }

    bool is_folder(const std::string& path) const {
        const std::lock_guard lock{mutex_};
        return folders_.contains(path);
    }

    struct listed {
        std::string path;
        bool is_folder;
        stored_file file;
    };

    std::vector<listed> list(const std::string& folder) const {
        const std::lock_guard lock{mutex_};
        std::vector<listed> found;
        for (const auto& path : folders_)
            if (path != "/" && parent_of(path) == folder)
                found.push_back({path, true, {}});
        for (const auto& [path, file] : files_)
            if (parent_of(path) == folder)
                found.push_back({path, false, {{}, file.modified_ms}});
        for (auto& each : found)
            if (!each.is_folder)
                each.file.bytes = files_.at(each.path).bytes;
        return found;
    }

    enum class removal { done, absent, not_empty };

    removal remove_folder(const std::string& path, bool recursive) {
        const bool is_empty = list(path).empty();
        const std::lock_guard lock{mutex_};
        if (!folders_.contains(path))
            return removal::absent;
        if (!is_empty && !recursive)
            return removal::not_empty;
        const auto below = path + "/";
        std::erase_if(files_, [&](const auto& each) { return each.first.starts_with(below); });
        std::erase_if(folders_, [&](const auto& each) {
            return each == path || each.starts_with(below);
        });
        return removal::done;
    }

private:
    void make_folders(std::string path) {
        while (folders_.insert(path).second && path != "/")
            path = parent_of(path);
    }

    const workspace_clock* clock_;
    mutable std::mutex mutex_;
    std::map<std::string, stored_file> files_;
    std::set<std::string> folders_;
};

// ---------------------------------------------------------------- volumes

refusal no_file(const std::string& path) {
    return {404, "NOT_FOUND", "The file " + path + " does not exist."};
}

/// `/Volumes/…` of a route, its segments decoded.
std::string volume_path(const call& from) {
    std::string path{"/Volumes"};
    for (const auto& each : from.asked.parameters)
        path += "/" + each.value;
    return path;
}

response plain(int status) {
    return {.status = status};
}

/// `bytes=a-b`, `bytes=a-`; absent: all of it.
std::optional<std::pair<std::size_t, std::size_t>>
read_range(const request& asked, std::size_t size) {
    auto text = asked.headers.find("Range").value_or("");
    if (!text.starts_with("bytes=") || text.find(',') != std::string_view::npos)
        return std::nullopt;
    text.remove_prefix(6);
    const auto dash = text.find('-');
    std::size_t first = 0;
    std::size_t last = size == 0 ? 0 : size - 1;
    if (dash == 0 || dash == std::string_view::npos ||
        std::from_chars(text.data(), text.data() + dash, first).ec != std::errc{})
        return std::nullopt;
    if (dash + 1 < text.size())
        std::from_chars(text.data() + dash + 1, text.data() + text.size(), last);
    if (first >= size || last < first)
        throw refusal{416, "INVALID_PARAMETER_VALUE", "The range is outside the file"};
    return std::pair{first, std::min(last, size - 1)};
}

std::string http_date(std::int64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

response read_volume_file(const file_tree& files, const call& from) {
    const auto path = volume_path(from);
    auto found = files.find(path);
    if (!found)
        throw no_file(path);
    response made;
    if (const auto range = read_range(from.asked, found->bytes.size())) {
        made.status = 206;
        made.headers.add(
            "Content-Range",
            "bytes " + std::to_string(range->first) + "-" + std::to_string(range->second) + "/" +
                std::to_string(found->bytes.size())
        );
        made.body = found->bytes.substr(range->first, range->second - range->first + 1);
    } else {
        made.body = std::move(found->bytes);
    }
    made.headers.add("Content-Type", "application/octet-stream");
    made.headers.add("Last-Modified", http_date(found->modified_ms));
    return made;
}

response list_volume_folder(const file_tree& files, const call& from) {
    const auto path = volume_path(from);
    if (!files.is_folder(path))
        throw refusal{404, "NOT_FOUND", "The directory " + path + " does not exist."};
    std::vector<std::string> made;
    for (const auto& each : files.list(path)) {
        json_object one;
        one.add("path", each.path)
            .add("name", each.path.substr(path.size() + 1))
            .add("is_directory", each.is_folder);
        if (!each.is_folder)
            one.add("file_size", each.file.bytes.size())
                .add("last_modified", each.file.modified_ms);
        made.push_back(one.text());
    }
    return answer(json_object{}.add_raw("contents", json_array(made)));
}

void add_volumes(api& to, const std::shared_ptr<file_tree>& files) {
    std::string tail = "/Volumes";
    for (std::size_t depth = 1; depth <= most_segments; ++depth) {
        tail += "/{segment" + std::to_string(depth) + "}";
        const auto file = "/api/2.0/fs/files" + tail;
        const auto folder = "/api/2.0/fs/directories" + tail;
        to.add_raw("PUT", file, [files](const call& from) {
            const auto path = volume_path(from);
            if (!files->put(path, std::string{from.asked.body}, from.query("overwrite") == "true"))
                throw refusal{409, "ALREADY_EXISTS", "The file " + path + " already exists."};
            return plain(204);
        });
        to.add_raw("GET", file, [files](const call& from) {
            return read_volume_file(*files, from);
        });
        to.add_raw("DELETE", file, [files](const call& from) {
            if (!files->remove(volume_path(from)))
                throw no_file(volume_path(from));
            return plain(204);
        });
        to.add_raw("PUT", folder, [files](const call& from) {
            if (!files->make_folder(volume_path(from)))
                throw refusal{409, "ALREADY_EXISTS", "A file has this path."};
            return plain(204);
        });
        to.add_raw("GET", folder, [files](const call& from) {
            return list_volume_folder(*files, from);
        });
        to.add_raw("DELETE", folder, [files](const call& from) {
            const auto outcome = files->remove_folder(volume_path(from), false);
            if (outcome == file_tree::removal::absent)
                throw refusal{404, "NOT_FOUND", "The directory does not exist."};
            if (outcome == file_tree::removal::not_empty)
                throw bad_request("The directory is not empty.");
            return plain(204);
        });
    }
}

// ---------------------------------------------------------------- workspace files

std::string workspace_path(const std::string& given) {
    if (!given.starts_with('/'))
        throw invalid("Path (" + given + ") doesn't start with '/'");
    auto path = given;
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

std::string describe_object(const file_tree::listed& of) {
    json_object made;
    made.add("path", of.path).add("object_type", of.is_folder ? "DIRECTORY" : "FILE");
    if (!of.is_folder)
        made.add("size", of.file.bytes.size()).add("modified_at", of.file.modified_ms);
    return made.text();
}

void import_file(file_tree& files, const json_value& body) {
    const auto path = workspace_path(body.string("path"));
    const auto format = body.string("format");
    if (!format.empty() && format != "AUTO" && format != "RAW")
        throw not_supported("importing in format " + format + "; use AUTO");
    std::vector<std::byte> bytes;
    if (!weir::parse_base64(body.string("content"), bytes))
        throw invalid("content must be base64");
    constexpr std::size_t most_bytes = 10U << 20U;
    if (bytes.size() > most_bytes)
        throw refusal{
            400,
            "MAX_NOTEBOOK_SIZE_EXCEEDED",
            "File size imported is " + std::to_string(bytes.size()) +
                " bytes, exceeded max size (10485760 bytes)"
        };
    std::string text;
    text.reserve(bytes.size());
    for (const auto byte : bytes)
        text.push_back(static_cast<char>(byte));
    if (!files.put(path, std::move(text), body.truth("overwrite")))
        throw refusal{400, "RESOURCE_ALREADY_EXISTS", path + " already exists."};
}

refusal no_object(const std::string& path) {
    return not_found("Path (" + path + ") doesn't exist.");
}

void add_workspace_files(api& to, const std::shared_ptr<file_tree>& files) {
    to.add("POST", "/api/2.0/workspace/mkdirs", [files](const call& from) {
        const auto path = workspace_path(from.body.string("path"));
        if (!files->make_folder(path))
            throw refusal{400, "RESOURCE_ALREADY_EXISTS", path + " already exists."};
        return answer(json_object{});
    });
    to.add("POST", "/api/2.0/workspace/import", [files](const call& from) {
        import_file(*files, from.body);
        return answer(json_object{});
    });
    to.add("POST", "/api/2.0/workspace/delete", [files](const call& from) {
        const auto path = workspace_path(from.body.string("path"));
        if (files->remove(path))
            return answer(json_object{});
        const auto outcome = files->remove_folder(path, from.body.truth("recursive"));
        if (outcome == file_tree::removal::absent)
            throw no_object(path);
        if (outcome == file_tree::removal::not_empty)
            throw refusal{400, "DIRECTORY_NOT_EMPTY", "Folder (" + path + ") is not empty"};
        return answer(json_object{});
    });
    to.add("GET", "/api/2.0/workspace/list", [files](const call& from) {
        const auto path = workspace_path(from.query("path"));
        if (!files->is_folder(path))
            throw no_object(path);
        std::vector<std::string> made;
        for (const auto& each : files->list(path))
            made.push_back(describe_object(each));
        if (made.empty())
            return answer(json_object{});
        return answer(json_object{}.add_raw("objects", json_array(made)));
    });
    to.add("GET", "/api/2.0/workspace/get-status", [files](const call& from) {
        const auto path = workspace_path(from.query("path"));
        if (auto found = files->find(path))
            return answer(describe_object({path, false, std::move(*found)}));
        if (!files->is_folder(path))
            throw no_object(path);
        return answer(describe_object({path, true, {}}));
    });
    to.add("GET", "/api/2.0/workspace/export", [files](const call& from) {
        const auto path = workspace_path(from.query("path"));
        const auto found = files->find(path);
        if (!found)
            throw no_object(path);
        std::string content;
        weir::append_base64(content, std::as_bytes(std::span{found->bytes}));
        return answer(json_object{}.add("content", content));
    });
}

// ---------------------------------------------------------------- secrets

class secret_store {
public:
    void put(const json_value& body) {
        const auto scope = body.string("scope");
        const auto key = body.string("key");
        if (scope.empty() || key.empty())
            throw invalid("scope and key are required");
        auto value = body.string("string_value");
        if (const auto encoded = body.string("bytes_value"); !encoded.empty()) {
            std::vector<std::byte> bytes;
            if (!weir::parse_base64(encoded, bytes))
                throw invalid("bytes_value must be base64");
            for (const auto byte : bytes)
                value.push_back(static_cast<char>(byte));
        }
        const std::lock_guard lock{mutex_};
        scopes_[scope][key] = std::move(value);
    }

    std::string get(const std::string& scope, const std::string& key) {
        const std::lock_guard lock{mutex_};
        const auto& of = find(scope);
        const auto found = of.find(key);
        if (found == of.end())
            throw not_found("Secret does not exist with scope: " + scope + " and key: " + key);
        std::string value;
        weir::append_base64(value, std::as_bytes(std::span{found->second}));
        return json_object{}.add("key", key).add("value", value).text();
    }

    std::string list(const std::string& scope) {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> made;
        for (const auto& [key, value] : find(scope))
            made.push_back(json_object{}.add("key", key).text());
        return json_object{}.add_raw("secrets", json_array(made)).text();
    }

private:
    const std::map<std::string, std::string>& find(const std::string& scope) {
        const auto found = scopes_.find(scope);
        if (found == scopes_.end())
            throw not_found("Scope " + scope + " does not exist!");
        return found->second;
    }

    std::mutex mutex_;
    std::map<std::string, std::map<std::string, std::string>> scopes_;
};

} // namespace

void add_files_routes(api& to, workspace& of) {
    add_volumes(to, std::make_shared<file_tree>(of.clock));
    add_workspace_files(to, std::make_shared<file_tree>(of.clock));
    const auto secrets = std::make_shared<secret_store>();
    to.add("POST", "/api/2.0/secrets/put", [secrets](const call& from) {
        secrets->put(from.body);
        return answer(json_object{});
    });
    to.add("GET", "/api/2.0/secrets/get", [secrets](const call& from) {
        return answer(secrets->get(from.query("scope"), from.query("key")));
    });
    to.add("GET", "/api/2.0/secrets/list", [secrets](const call& from) {
        return answer(secrets->list(from.query("scope")));
    });
}

} // namespace local_workspace
