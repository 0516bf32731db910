// SPDX-License-Identifier: Apache-2.0
// Logging: a level, a message and fields go to a sink as one JSON or text line. Who logs is handed
// a logger; there is no global one. Costs <chrono> and <mutex>.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/detail/digits.hpp>
#include <weir/core/text.hpp>
#include <weir/core/utf8.hpp>

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <unistd.h>
#include <variant>

namespace weir {

enum class log_level : std::uint8_t { debug, info, warning, error };

/// How a line is spelled: an object for machines, `key=value` for people.
enum class log_format : std::uint8_t { json, text };

[[nodiscard]] constexpr std::string_view name_of(log_level level) noexcept {
    constexpr std::string_view names[]{"debug", "info", "warning", "error"};
    return names[static_cast<std::size_t>(level)];
}

/// Reads a level's name in any case; `warn` is `warning`.
[[nodiscard]] constexpr bool parse_log_level(std::string_view text, log_level& out) noexcept {
    for (const auto level :
         {log_level::debug, log_level::info, log_level::warning, log_level::error}) {
        if (detail::equals_ignoring_case(text, name_of(level)) ||
            (level == log_level::warning && detail::equals_ignoring_case(text, "warn"))) {
            out = level;
            return true;
        }
    }
    return false;
}

[[nodiscard]] constexpr bool parse_log_format(std::string_view text, log_format& out) noexcept {
    const bool is_json = detail::equals_ignoring_case(text, "json");
    if (!is_json && !detail::equals_ignoring_case(text, "text"))
        return false;
    out = is_json ? log_format::json : log_format::text;
    return true;
}

/// A named value beside the message; the name is written in the code, so it is a plain word.
/// Lifetime: views are read before the log call returns.
struct log_field {
    log_field(std::string_view called, std::string_view text) : name(called), value(text) {}

    log_field(std::string_view called, const char* text)
        : log_field(called, std::string_view{text}) {}

    template <std::same_as<bool> Bool>
    log_field(std::string_view called, Bool flag) : name(called), value(flag) {}

    template <detail::whole_number Integer>
    log_field(std::string_view called, Integer number) : name(called) {
        if constexpr (std::numeric_limits<Integer>::digits > 63) {
            value = std::uint64_t{number};
        } else {
            value = std::int64_t{number};
        }
    }

    log_field(std::string_view called, double number) : name(called), value(number) {}

    std::string_view name;
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view> value;
};

/// Where lines go. `write` gets a whole line with its newline, one call at a time, and answers
/// whether it is safe.
struct log_sink {
    bool (*write)(void* state, std::string_view line) noexcept = nullptr;
    void* state = nullptr;
};

namespace detail {

/// Appends JSON string content. Bytes that are not UTF-8 become U+FFFD: a log line must always
/// parse.
inline void append_log_escaped(std::string& out, std::string_view text) {
    const bool valid = is_valid_utf8(text);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (c == '\n') {
            out.append("\\n");
        } else if (byte < 0x20U || byte == 0x7FU) {
            out.append("\\u00");
            out.push_back(hex_alphabet[byte >> 4U]);
            out.push_back(hex_alphabet[byte & 0x0FU]);
        } else if (byte >= 0x80U && !valid) {
            out.append("\xEF\xBF\xBD");
        } else {
            out.push_back(c);
        }
    }
}

inline void append_log_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    append_log_escaped(out, text);
    out.push_back('"');
}

/// Whether text may stand in a text line as it is: then nobody can forge fields or lines with it.
[[nodiscard]] constexpr bool is_plain_log_text(std::string_view text) noexcept {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20U || byte >= 0x7FU || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return !text.empty();
}

struct append_log_value {
    std::string& out;
    log_format format;

    void operator()(bool flag) const { out.append(flag ? "true" : "false"); }

    void operator()(std::int64_t number) const { out.append(std::to_string(number)); }

    void operator()(std::uint64_t number) const { out.append(std::to_string(number)); }

    void operator()(double number) const {
        constexpr auto most = std::numeric_limits<double>::max();
        // JSON has no spelling for NaN and the infinities.
        const bool quoted = format == log_format::json && !(number >= -most && number <= most);
        if (quoted)
            out.push_back('"');
        append_text(out, number, text_format::statement_api);
        if (quoted)
            out.push_back('"');
    }

    void operator()(std::string_view text) const {
        if (format == log_format::text && is_plain_log_text(text)) {
            out.append(text);
        } else {
            append_log_quoted(out, text);
        }
    }
};

} // namespace detail

/// Appends one line: `{"time":…,"level":…,"message":…,<fields>}` or `<time> <level> <message>
/// <name>=<value>…`.
inline void append_log_line(
    std::string& out,
    log_format format,
    timestamp time,
    log_level level,
    std::string_view message,
    std::initializer_list<log_field> fields
) {
    if (format == log_format::json) {
        out.append(R"({"time":")");
        append_rfc3339(out, time);
        out.append(R"(","level":")").append(name_of(level)).append(R"(","message":)");
        detail::append_log_quoted(out, message);
        for (const auto& field : fields) {
            out.push_back(',');
            detail::append_log_quoted(out, field.name);
            out.push_back(':');
            std::visit(detail::append_log_value{out, format}, field.value);
        }
        out.append("}\n");
        return;
    }
    append_rfc3339(out, time);
    out.push_back(' ');
    out.append(name_of(level));
    out.push_back(' ');
    detail::append_log_escaped(out, message);
    for (const auto& field : fields) {
        out.push_back(' ');
        out.append(field.name);
        out.push_back('=');
        std::visit(detail::append_log_value{out, format}, field.value);
    }
    out.push_back('\n');
}

/// A sink that writes to an open file descriptor (1: stdout) and never closes it.
[[nodiscard]] inline log_sink descriptor_sink(int descriptor) noexcept {
    const auto write = [](void* state, std::string_view line) noexcept {
        const int to = static_cast<int>(reinterpret_cast<std::intptr_t>(state));
        while (!line.empty()) {
            const auto written = ::write(to, line.data(), line.size());
            if (written > 0) {
                line.remove_prefix(static_cast<std::size_t>(written));
            } else if (written == 0 || errno != EINTR) {
                return false;
            }
        }
        return true;
    };
    return {write, reinterpret_cast<void*>(std::intptr_t{descriptor})};
}

/// A sink that appends to a string, for tests. Lifetime: the string outlives the logger.
[[nodiscard]] inline log_sink string_sink(std::string& to) noexcept {
    const auto write = [](void* state, std::string_view line) noexcept {
        static_cast<std::string*>(state)->append(line);
        return true;
    };
    return {write, &to};
}

/// Writes lines at and above a level to a sink. One logger may be used by many threads; its sink
/// sees one line at a time. Logging never throws: a line that could not be written is counted.
class logger {
public:
    /// Requires sink.write and now.
    logger(
        log_sink sink,
        log_level threshold = log_level::info,
        log_format format = log_format::json,
        now_function now = weir::now
    )
        : sink_(sink), threshold_(threshold), format_(format), now_(now) {}

    /// Whether a line of that level goes anywhere: for callers whose fields are costly to make.
    [[nodiscard]] bool writes(log_level level) const noexcept { return level >= threshold_; }

    void write(
        log_level level, std::string_view message, std::initializer_list<log_field> fields = {}
    ) const noexcept {
        if (!writes(level))
            return;
        bool written = false;
        try {
            std::string line;
            line.reserve(256);
            append_log_line(line, format_, now_(), level, message, fields);
            const std::lock_guard lock{mutex_};
            written = sink_.write(sink_.state, line);
        } catch (...) {
            // Out of memory, or a clock outside years 1 to 9999: the line is lost, the request is
            // not.
            written = false;
        }
        if (!written)
            lost_lines_.fetch_add(1, std::memory_order_relaxed);
    }

    void
    debug(std::string_view message, std::initializer_list<log_field> fields = {}) const noexcept {
        write(log_level::debug, message, fields);
    }

    void
    info(std::string_view message, std::initializer_list<log_field> fields = {}) const noexcept {
        write(log_level::info, message, fields);
    }

    void
    warning(std::string_view message, std::initializer_list<log_field> fields = {}) const noexcept {
        write(log_level::warning, message, fields);
    }

    void
    error(std::string_view message, std::initializer_list<log_field> fields = {}) const noexcept {
        write(log_level::error, message, fields);
    }

    /// Lines that could not be written, for metrics.
    [[nodiscard]] std::uint64_t lost_lines() const noexcept {
        return lost_lines_.load(std::memory_order_relaxed);
    }

private:
    log_sink sink_;
    log_level threshold_;
    log_format format_;
    now_function now_;
    mutable std::mutex mutex_{};
    mutable std::atomic<std::uint64_t> lost_lines_{0};
};

} // namespace weir
