// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace weir::ops {

std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

progress::progress(std::string what, std::uint64_t most)
    : what_(std::move(what)), most_(most), is_shown_(::isatty(STDERR_FILENO) == 1) {}

progress::~progress() {
    clear();
}

void progress::clear() {
    if (has_line_)
        std::fputs("\r\x1b[K", stderr);
    has_line_ = false;
}

std::uint64_t progress::rate(std::uint64_t rows) const {
    const std::chrono::duration<double> spent = clock::now() - start_;
    return static_cast<std::uint64_t>(static_cast<double>(rows) / std::max(spent.count(), 0.001));
}

void progress::tell(std::uint64_t rows, std::uint64_t done) {
    if (!is_shown_)
        return;
    const auto now = clock::now();
    if (now - last_ < std::chrono::milliseconds{100})
        return;
    last_ = now;
    has_line_ = true;
    std::string line = what_ + ' ' + grouped(rows) + " rows, " + grouped(rate(rows)) + " a second";
    if (most_ != 0)
        line.append(", ").append(std::to_string(done * 100 / most_)).append(" %");
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
}

} // namespace weir::ops
