// SPDX-License-Identifier: Apache-2.0
// Files of the workspace itself, where the source of apps lies. Costs client.hpp.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/object_writer.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weir::workspace {

/// The largest file an import takes, and an app may have.
inline constexpr std::size_t most_import_bytes = 10'485'760;

/// Writes a file of the workspace, over one that is there; its directory has to exist.
///
/// Errors: validation_error when it is larger than most_import_bytes, else as client::send().
inline void import_workspace_file(
    client& at, std::string_view path, std::string_view content, const call_options& with = {}
) {
    if (content.size() > most_import_bytes)
        throw validation_error{{{"too_large", {"content"}, "must have at most 10485760 bytes"}}};
    std::string encoded;
    append_base64(encoded, std::as_bytes(std::span{content}));
    auto asked = detail::make_call("POST", "/api/2.0/workspace/import", with);
    asked.body = object_writer{}
                     .text("path", path)
                     .text("format", "AUTO")
                     .flag("overwrite", true)
                     .text("content", encoded)
                     .take();
    asked.retries_when_ambiguous = true;
    static_cast<void>(at.send(asked));
}

/// Makes a directory of the workspace and those above it; one that is there stays.
inline void
make_workspace_directory(client& at, std::string_view path, const call_options& with = {}) {
    auto asked = detail::make_call("POST", "/api/2.0/workspace/mkdirs", with);
    asked.body = object_writer{}.text("path", path).take();
    asked.retries_when_ambiguous = true;
    static_cast<void>(at.send(asked));
}

} // namespace weir::workspace
