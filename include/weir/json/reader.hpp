// SPDX-License-Identifier: Apache-2.0
// A strict pull parser for JSON (RFC 8259): the caller asks for the next value, nothing is built in
// between. Light: string, string_view. Strings without escapes are views into the text; numbers
// stay text.
#pragma once

#include <weir/core/utf8.hpp>
#include <weir/json/detail/escape.hpp>
#include <weir/json/detail/scan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::json {

/// What the next value is.
enum class token : std::uint8_t { object, array, string, number, boolean, null, malformed };

/// Where text stopped being JSON, and why.
struct malformed {
    std::string_view what{};
    /// Bytes from the start of the text.
    std::size_t offset = 0;
};

/// Line and column of a byte, both from 1; the column counts characters.
struct text_position {
    std::size_t line = 1;
    std::size_t column = 1;
};

[[nodiscard]] inline text_position position_of(std::string_view text, std::size_t offset) noexcept {
    text_position found;
    for (const char each : text.substr(0, offset)) {
        if (each == '\n') {
            ++found.line;
            found.column = 1;
        } else if ((static_cast<unsigned char>(each) & 0xC0U) != 0x80U) {
            ++found.column;
        }
    }
    return found;
}

/// Reads one JSON text from front to back.
///
/// Objects: `enter_object()`, then `next_member(name)` and one read per member until it answers
/// false; arrays alike. Every function answers false once the text turned out not to be JSON: loops
/// end by themselves, and `failed()` tells this end from the good one. Duplicate members are
/// delivered; the caller decides. Lifetime: the text must outlive the reader. Views handed out live
/// until the next call. Not for two threads at once.
class reader {
public:
    static constexpr std::size_t default_depth = 32;
    /// One bit per open container is kept in one word.
    static constexpr std::size_t most_depth = 64;

    explicit reader(std::string_view text, std::size_t max_depth = default_depth) noexcept
        : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()),
          max_depth_(std::min(max_depth, most_depth)) {}

    /// What comes next, without reading it.
    [[nodiscard]] token peek() noexcept {
        skip_space();
        if (failed() || at_ == end_)
            return token::malformed;
        switch (*at_) {
        case '{':
            return token::object;
        case '[':
            return token::array;
        case '"':
            return token::string;
        case 't':
        case 'f':
            return token::boolean;
        case 'n':
            return token::null;
        default:
            return *at_ == '-' || detail::is_digit(*at_) ? token::number : token::malformed;
        }
    }

    /// The next value's type as clients know it: str, int, float, bool, list, dict, null.
    [[nodiscard]] std::string_view peek_name() noexcept {
        switch (peek()) {
        case token::object:
            return "dict";
        case token::array:
            return "list";
        case token::string:
            return "str";
        case token::boolean:
            return "bool";
        case token::null:
            return "null";
        case token::number:
            return is_integer_next() ? "int" : "float";
        case token::malformed:
            break;
        }
        return "nothing";
    }

    bool enter_object() { return enter('{', true); }

    bool enter_array() { return enter('[', false); }

    /// The next member's name, false after the last one. Exactly one value must be read before the
    /// next call.
    bool next_member(std::string_view& name) { return next_name<true>(name); }

    /// Whether there is another element. Exactly one value must be read before the next call.
    bool next_element() {
        skip_space();
        if (failed())
            return false;
        if (at_ == end_)
            return fail("the text ends inside an array");
        if (*at_ == ']') {
            leave();
            return false;
        }
        if (fresh_) {
            fresh_ = false;
            return true;
        }
        if (*at_ != ',')
            return fail("expected ',' or ']'");
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == ']')
            return fail("expected a value after ','");
        return true;
    }

    /// A string, unescaped. Its UTF-8 is valid; U+0000 may be among its characters.
    bool read_string(std::string_view& value) { return read_quoted<true>(value, values_); }

    /// A number as it is spelled.
    bool read_number(std::string_view& spelled) {
        skip_space();
        if (failed())
            return false;
        const char* const first = at_;
        if (peek() != token::number)
            return fail(expected_value);
        const auto problem = detail::scan_number(at_, end_);
        if (!problem.empty())
            return fail(problem);
        spelled = view(first, at_);
        return true;
    }

    bool read_bool(bool& value) {
        skip_space();
        value = at_ != end_ && *at_ == 't';
        return read_word(value ? "true" : "false");
    }

    bool read_null() { return read_word("null"); }

    /// Passes over the next value, checking all of it.
    bool skip_value() {
        const auto base = depth_;
        do {
            if (!skip_one())
                return false;
            while (depth_ > base) {
                std::string_view ignored;
                if (inside_object() ? next_name<false>(ignored) : next_element())
                    break;
                if (failed())
                    return false;
            }
        } while (depth_ > base);
        return true;
    }

    /// The next value as it is spelled, checked.
    /// Lifetime: as long as the text.
    bool read_raw(std::string_view& spelled) {
        skip_space();
        const char* const first = at_;
        if (!skip_value())
            return false;
        spelled = view(first, at_);
        return true;
    }

    /// Whether the text ends here.
    bool finish() {
        skip_space();
        if (failed())
            return false;
        return at_ == end_ || fail("unexpected text after the value");
    }

    /// Bytes from the start of the text to what comes next.
    [[nodiscard]] std::size_t offset() const noexcept {
        return static_cast<std::size_t>(at_ - begin_);
    }

    [[nodiscard]] bool failed() const noexcept { return !error_.what.empty(); }

    /// Requires failed().
    [[nodiscard]] const malformed& error() const noexcept { return error_; }

    [[nodiscard]] text_position error_position() const noexcept {
        return position_of(view(begin_, end_), error_.offset);
    }

private:
    static constexpr std::string_view expected_value = "expected a value";

    [[nodiscard]] static std::string_view view(const char* first, const char* last) noexcept {
        return {first, static_cast<std::size_t>(last - first)};
    }

    [[nodiscard]] bool is_integer_next() const noexcept {
        const char* stop = at_ + 1;
        while (stop != end_ && detail::is_digit(*stop))
            ++stop;
        return stop == end_ || (*stop != '.' && *stop != 'e' && *stop != 'E');
    }

    // Inlined by force: it stands before every token, and mostly there is nothing to skip.
    [[gnu::always_inline]] void skip_space() noexcept {
        while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ') {
            if (*at_ != ' ' && *at_ != '\n' && *at_ != '\r' && *at_ != '\t')
                return;
            ++at_;
        }
    }

    // The first failure is the cause; later ones only follow from it.
    bool fail(std::string_view what) noexcept {
        if (!failed())
            error_ = {what, offset()};
        return false;
    }

    bool read_word(std::string_view word) {
        skip_space();
        if (failed())
            return false;
        if (!view(at_, end_).starts_with(word))
            return fail(expected_value);
        at_ += word.size();
        return true;
    }

    [[nodiscard]] bool inside_object() const noexcept {
        return ((objects_ >> (depth_ - 1)) & 1U) != 0;
    }

    bool enter(char opening, bool is_object) {
        skip_space();
        if (failed())
            return false;
        if (at_ == end_ || *at_ != opening)
            return fail(expected_value);
        if (depth_ == max_depth_)
            return fail("nested too deep");
        ++at_;
        const auto bit = std::uint64_t{1} << depth_;
        objects_ = is_object ? objects_ | bit : objects_ & ~bit;
        ++depth_;
        fresh_ = true;
        return true;
    }

    void leave() noexcept {
        ++at_;
        --depth_;
        fresh_ = false;
    }

    template <bool Keep>
    bool next_name(std::string_view& name) {
        skip_space();
        if (failed())
            return false;
        if (at_ == end_)
            return fail("the text ends inside an object");
        if (*at_ == '}') {
            leave();
            return false;
        }
        if (!fresh_) {
            if (*at_ != ',')
                return fail("expected ',' or '}'");
            ++at_;
            skip_space();
        }
        fresh_ = false;
        if (at_ == end_ || *at_ != '"')
            return fail("expected a member name in quotes");
        if (!read_quoted<Keep>(name, names_))
            return false;
        skip_space();
        if (at_ == end_ || *at_ != ':')
            return fail("expected ':'");
        ++at_;
        return true;
    }

    bool skip_one() {
        std::string_view ignored;
        bool truth = false;
        switch (peek()) {
        case token::object:
            return enter_object();
        case token::array:
            return enter_array();
        case token::string:
            return read_quoted<false>(ignored, values_);
        case token::number:
            return read_number(ignored);
        case token::boolean:
            return read_bool(truth);
        case token::null:
            return read_null();
        case token::malformed:
            break;
        }
        return fail(at_ == end_ ? "the text ends where a value should be" : expected_value);
    }

    /// `Keep` false: only checks; nothing is copied and `value` stays as it is.
    template <bool Keep>
    bool read_quoted(std::string_view& value, std::string& scratch) {
        skip_space();
        if (failed())
            return false;
        if (at_ == end_ || *at_ != '"')
            return fail(expected_value);
        const char* const first = ++at_;
        const char* run = first;
        bool copied = false;
        for (;;) {
            at_ = detail::find_special<true>(at_, end_);
            if (at_ == end_)
                return fail("the text ends inside a string");
            const auto byte = static_cast<unsigned char>(*at_);
            if (byte == '"')
                break;
            if (byte >= 0x80) {
                const auto length = utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
                if (length == 0)
                    return fail("invalid UTF-8");
                at_ += length;
                continue;
            }
            if (byte != '\\')
                return fail("a control character must be escaped");
            const char* const backslash = at_;
            const auto meant = detail::scan_escape(at_, end_);
            if (!meant.problem.empty())
                return fail(meant.problem);
            if constexpr (Keep) {
                if (!copied)
                    scratch.clear();
                copied = true;
                scratch.append(run, backslash);
                detail::append_utf8(scratch, meant.code);
            }
            run = at_;
        }
        if constexpr (Keep) {
            if (copied) {
                scratch.append(run, at_);
                value = scratch;
            } else {
                value = view(first, at_);
            }
        }
        ++at_;
        return true;
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    std::size_t max_depth_;
    std::size_t depth_ = 0;
    std::uint64_t objects_ = 0;
    bool fresh_ = false;
    malformed error_{};
    std::string names_;
    std::string values_;
};

} // namespace weir::json
