// SPDX-License-Identifier: Apache-2.0
// Any text into every parser of core/: none may crash, and what is accepted must survive being
// written again.

#include <weir/core/decimal_text.hpp>
#include <weir/core/log.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_array.hpp>
#include <weir/core/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using weir::fuzz::require;

template <class T>
bool same(const T& left, const T& right) {
    return left == right;
}

bool same(double left, double right) {
    return left == right || (left != left && right != right);
}

bool same(float left, float right) {
    return left == right || (left != left && right != right);
}

template <class T>
bool same(const std::vector<T>& left, const std::vector<T>& right) {
    if (left.size() != right.size())
        return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (!same(static_cast<const T&>(left[i]), static_cast<const T&>(right[i])))
            return false;
    }
    return true;
}

template <class T>
void reads_back(std::string_view text, weir::text_format format) {
    T value{};
    if (!weir::parse_text(text, value, format))
        return;
    std::string written;
    weir::append_text(written, value, format);
    T again{};
    require(weir::parse_text(written, again, format), "written text is accepted");
    require(same(value, again), "written text means the same value");
    std::string rewritten;
    weir::append_text(rewritten, again, format);
    require(written == rewritten, "a value has one spelling");
}

template <class... Ts>
void all_read_back(std::string_view text) {
    (reads_back<Ts>(text, weir::text_format::postgres), ...);
    (reads_back<Ts>(text, weir::text_format::statement_api), ...);
    (reads_back<std::vector<Ts>>(text, weir::text_format::postgres), ...);
}

void decimals_agree(std::string_view text) {
    weir::int128 exact = 0;
    const bool is_exact = weir::parse_decimal(text, 20, 5, exact);
    for (const auto mode :
         {weir::rounding::down, weir::rounding::half_up, weir::rounding::half_even}) {
        weir::int128 rounded = 0;
        const bool is_rounded = weir::parse_decimal(text, 20, 5, rounded, mode);
        if (is_exact)
            require(is_rounded && rounded == exact, "rounding leaves exact values alone");
        weir::int128 wide = 0;
        weir::int128 rescaled = 0;
        if (weir::parse_decimal(text, 38, 15, wide) &&
            weir::rescale_decimal(wide, 15, 5, 20, rescaled, mode)) {
            require(is_rounded && rescaled == rounded, "rescaling rounds as parsing does");
        }
    }
}

void binary_is_canonical(std::string_view text) {
    std::vector<std::byte> bytes;
    if (weir::parse_base64(text, bytes)) {
        std::string written;
        weir::append_base64(written, bytes);
        require(written == text, "base64 has one spelling");
    }
}

void log_lines_are_one_line(std::string_view text) {
    for (const auto format : {weir::log_format::json, weir::log_format::text}) {
        std::string line;
        weir::append_log_line(
            line, format, weir::timestamp{}, weir::log_level::info, text, {{"field", text}}
        );
        require(line.find('\n') == line.size() - 1, "a log entry is one line");
        require(weir::is_valid_utf8(line), "a log line is UTF-8");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    all_read_back<
        bool,
        std::int8_t,
        std::int16_t,
        std::int32_t,
        std::int64_t,
        float,
        double,
        weir::decimal<38, 0>,
        weir::decimal<38, 38>,
        weir::decimal<12, 2>,
        std::string,
        weir::date,
        weir::timestamp,
        weir::timestamp_ntz,
        std::vector<std::byte>,
        weir::uuid,
        weir::json_text>(text);
    weir::timestamp moment;
    if (weir::parse_rfc3339(text, moment)) {
        std::string written;
        weir::append_rfc3339(written, moment);
        weir::timestamp again;
        require(weir::parse_rfc3339(written, again) && again == moment, "RFC 3339 reads back");
    }
    decimals_agree(text);
    binary_is_canonical(text);
    log_lines_are_one_line(text);
    require(weir::count_characters(text) <= size, "no more characters than bytes");
    return 0;
}
