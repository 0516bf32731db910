// SPDX-License-Identifier: Apache-2.0
// The rows of a file that were not loaded, each with its line and the reason: NDJSON. Light.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace weir::ops {

/// Made with the first row that goes into it.
class reject_file {
public:
    /// Goes on behind `bytes` of what is there; what stands behind them is of a batch that was
    /// never committed, and is cut off.
    ///
    /// Errors: configuration_error: it cannot be read or written.
    reject_file(std::string path, std::uint64_t bytes);
    reject_file(const reject_file&) = delete;
    reject_file& operator=(const reject_file&) = delete;
    ~reject_file();

    /// `{"line":3,"reason":"…","row":"…"}`; `row` as it stands in its file, or as much as is UTF-8.
    void add(std::uint64_t line, std::string_view reason, std::string_view row);

    /// Brings it to the disk, and answers how long it is.
    std::uint64_t keep();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    void open();
    [[noreturn]] void refuse() const;

    std::string path_;
    std::uint64_t bytes_;
    std::FILE* to_ = nullptr;
    std::string text_{};
};

} // namespace weir::ops
