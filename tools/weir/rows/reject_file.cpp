// SPDX-License-Identifier: Apache-2.0
#include "reject_file.hpp"

#include <weir/core/error.hpp>
#include <weir/core/utf8.hpp>
#include <weir/json/string.hpp>

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace weir::ops {

reject_file::reject_file(std::string path, std::uint64_t bytes)
    : path_(std::move(path)), bytes_(bytes) {
    if (bytes_ != 0)
        open();
    else
        std::remove(path_.c_str());
}

reject_file::~reject_file() {
    if (to_ != nullptr)
        std::fclose(to_);
}

void reject_file::refuse() const {
    throw configuration_error{"cannot write " + path_ + ": " + std::strerror(errno)};
}

void reject_file::open() {
    to_ = std::fopen(path_.c_str(), bytes_ == 0 ? "wb" : "r+b");
    if (to_ == nullptr || ::fseeko(to_, 0, SEEK_END) != 0)
        refuse();
    if (static_cast<std::uint64_t>(::ftello(to_)) < bytes_)
        throw configuration_error{
            path_ + " does not hold the rows any more that were rejected before"
        };
    if (::ftruncate(::fileno(to_), static_cast<off_t>(bytes_)) != 0 ||
        ::fseeko(to_, 0, SEEK_END) != 0)
        refuse();
}

void reject_file::add(std::uint64_t line, std::string_view reason, std::string_view row) {
    text_.append("{\"line\":").append(std::to_string(line)).append(",\"reason\":");
    json::append_json_string(text_, reason);
    text_.append(",\"row\":");
    if (is_valid_utf8(row)) {
        json::append_json_string(text_, row);
    } else {
        // U+FFFD for what is no character: JSON holds nothing else.
        std::string told;
        while (!row.empty()) {
            const auto length = utf8_length(row);
            told.append(length == 0 ? std::string_view{"\xEF\xBF\xBD"} : row.substr(0, length));
            row.remove_prefix(length == 0 ? 1 : length);
        }
        json::append_json_string(text_, told);
    }
    text_.append("}\n");
}

std::uint64_t reject_file::keep() {
    if (text_.empty())
        return bytes_;
    if (to_ == nullptr)
        open();
    const bool is_written = std::fwrite(text_.data(), 1, text_.size(), to_) == text_.size() &&
                            std::fflush(to_) == 0 && ::fsync(::fileno(to_)) == 0;
    if (!is_written)
        refuse();
    bytes_ += text_.size();
    text_.clear();
    return bytes_;
}

} // namespace weir::ops
