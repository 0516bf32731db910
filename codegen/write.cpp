// SPDX-License-Identifier: Apache-2.0
#include "write.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>

namespace weir::gen {

namespace {

struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

using file_handle = std::unique_ptr<std::FILE, closer>;

std::string escaped(std::string_view name) {
    std::string made;
    for (const char c : name) {
        if (c == ' ' || c == '#' || c == ':' || c == '\\')
            made += '\\';
        if (c == '$')
            made += '$';
        made += c;
    }
    return made;
}

} // namespace

std::optional<std::string> read_file(const std::string& path) {
    const file_handle file{std::fopen(path.c_str(), "rb")};
    if (!file)
        return std::nullopt;
    std::string text;
    char block[65536];
    while (const auto count = std::fread(block, 1, sizeof block, file.get()))
        text.append(block, count);
    if (std::ferror(file.get()) != 0)
        return std::nullopt;
    return text;
}

bool write_file(const std::string& path, std::string_view text) {
    if (const auto old = read_file(path); old && *old == text)
        return true;
    const auto temporary = path + ".tmp";
    auto file = file_handle{std::fopen(temporary.c_str(), "wb")};
    if (!file)
        return false;
    const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    // A full disk may show only when the buffer is flushed.
    const bool closed = std::fclose(file.release()) == 0;
    if (written && closed && std::rename(temporary.c_str(), path.c_str()) == 0)
        return true;
    const int reason = errno;
    std::remove(temporary.c_str());
    errno = reason;
    return false;
}

std::string depfile_text(std::string_view target, const std::vector<std::string>& read) {
    auto text = escaped(target) + ':';
    for (const auto& each : read)
        text += ' ' + escaped(each);
    return text + '\n';
}

} // namespace weir::gen
