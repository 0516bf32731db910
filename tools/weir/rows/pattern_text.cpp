// SPDX-License-Identifier: Apache-2.0
#include "pattern_text.hpp"

#include <weir/core/utf8.hpp>
#include <weir/json/detail/escape.hpp>

#include <algorithm>
#include <array>

namespace weir::ops {

namespace {

using range = std::pair<char32_t, char32_t>;
using ranges = std::vector<range>;

const ranges digits{{'0', '9'}};
const ranges word{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}, {'_', '_'}};
const ranges spaces{{' ', ' '}};

/// Printable ASCII without some characters: what a negated class is made from.
ranges without(const ranges& unwanted) {
    ranges left;
    for (char32_t each = ' '; each <= '~'; ++each) {
        const bool is_unwanted =
            std::any_of(unwanted.begin(), unwanted.end(), [&](const range& of) {
                return of.first <= each && each <= of.second;
            });
        if (!is_unwanted)
            left.emplace_back(each, each);
    }
    return left;
}

struct named_class {
    std::string_view name;
    ranges holds;
};

const std::array<named_class, 8> named_classes{{
    {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
    {"digit", digits},
    {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {"upper", {{'A', 'Z'}}},
    {"lower", {{'a', 'z'}}},
    {"space", spaces},
    {"xdigit", {{'0', '9'}, {'a', 'f'}}},
    {"word", word},
}};

} // namespace

pattern_text::pattern_text(std::string_view pattern) : text_(pattern) {
    root_ = parse_choice();
    if (problem_.empty() && !at_end())
        fail("a ')' without '('");
}

void pattern_text::fail(std::string_view what) {
    if (problem_.empty())
        problem_ = what;
    at_ = text_.size();
}

std::size_t pattern_text::add(node made) {
    nodes_.push_back(std::move(made));
    return nodes_.size() - 1;
}

std::size_t pattern_text::parse_choice() {
    node made{.is = part::choice};
    made.parts.push_back(parse_sequence());
    while (next_is('|')) {
        ++at_;
        made.parts.push_back(parse_sequence());
    }
    return add(std::move(made));
}

std::size_t pattern_text::parse_sequence() {
    node made{.is = part::sequence};
    while (!at_end() && !next_is('|') && !next_is(')'))
        made.parts.push_back(parse_repeats(parse_atom()));
    return add(std::move(made));
}

std::uint64_t pattern_text::parse_number() {
    std::uint64_t value = 0;
    while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9' && value < 10'000)
        value = value * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
    return value;
}

/// `{2}`, `{2,}`, `{2,5}`; anything else in braces is itself.
bool pattern_text::parse_count(node& to) {
    const auto start = at_;
    ++at_;
    const auto digits_at = at_;
    to.least = to.most = parse_number();
    bool is_count = at_ != digits_at;
    if (is_count && next_is(',')) {
        ++at_;
        const auto most_at = at_;
        to.most = parse_number();
        to.is_open = at_ == most_at;
    }
    is_count = is_count && next_is('}');
    at_ = is_count ? at_ + 1 : start;
    return is_count;
}

std::size_t pattern_text::parse_repeats(std::size_t of) {
    while (!at_end()) {
        node made{.is = part::repeat, .parts = {of}};
        if (next_is('*') || next_is('+')) {
            made.least = next_is('+') ? 1 : 0;
            made.is_open = true;
            ++at_;
        } else if (next_is('?')) {
            made.least = 0;
            ++at_;
        } else if (!next_is('{') || !parse_count(made)) {
            return of;
        }
        // Lazy or not, the same texts match.
        if (next_is('?'))
            ++at_;
        of = add(std::move(made));
    }
    return of;
}

std::size_t pattern_text::parse_group() {
    ++at_;
    if (next_is('?')) {
        const auto end = text_.find_first_of(":>)", at_);
        const auto head =
            end == std::string_view::npos ? std::string_view{} : text_.substr(at_, end - at_);
        const bool is_flags = head.find_first_not_of("?imsU-") == std::string_view::npos;
        const bool is_named = head.starts_with("?P<") || head.starts_with("?<");
        if (head.empty() || (!is_flags && !is_named)) {
            fail("a group of a kind that texts are not made for");
            return add({});
        }
        at_ = end + 1;
        if (text_[end] == ')')
            return add({});
    }
    const auto inside = parse_choice();
    if (!next_is(')')) {
        fail("a '(' without ')'");
        return inside;
    }
    ++at_;
    return inside;
}

std::size_t pattern_text::parse_atom() {
    switch (text_[at_]) {
    case '(':
        return parse_group();
    case '^':
    case '$':
        ++at_;
        return add({});
    case '.':
        ++at_;
        return add({.is = part::set, .set = named_classes[2].holds});
    case '[':
        return add({.is = part::set, .set = parse_class()});
    case '\\': {
        auto set = parse_escape();
        // \b and its like stand for no character.
        return set.empty() ? add({}) : add({.is = part::set, .set = std::move(set)});
    }
    default: {
        const auto each = parse_character();
        return add({.is = part::set, .set = {{each, each}}});
    }
    }
}

char32_t pattern_text::parse_character() {
    const auto rest = text_.substr(at_);
    const auto length = utf8_length(rest);
    if (length == 0) {
        fail("text that is not UTF-8");
        return U'x';
    }
    at_ += length;
    if (length == 1)
        return static_cast<unsigned char>(rest.front());
    auto code = static_cast<char32_t>(static_cast<unsigned char>(rest.front())) & (0x7FU >> length);
    for (std::size_t each = 1; each < length; ++each)
        code = (code << 6U) | (static_cast<unsigned char>(rest[each]) & 0x3FU);
    return code;
}

std::vector<pattern_text::range> pattern_text::parse_property(bool is_negated) {
    std::string_view name;
    if (next_is('{')) {
        const auto end = text_.find('}', at_);
        if (end != std::string_view::npos) {
            name = text_.substr(at_ + 1, end - at_ - 1);
            at_ = end + 1;
        }
    } else if (!at_end()) {
        name = text_.substr(at_++, 1);
    }
    const bool is_letter = name == "L" || name == "Latin";
    if (!is_negated && (is_letter || name == "Lu" || name == "Ll"))
        return named_classes[is_letter ? 0 : name == "Lu" ? 3 : 4].holds;
    if (!is_negated && (name == "N" || name == "Nd"))
        return digits;
    fail("a property of characters that texts are not made for");
    return {};
}

std::vector<pattern_text::range> pattern_text::parse_escape() {
    ++at_;
    if (at_end()) {
        fail("a '\\' at the end");
        return {};
    }
    const char letter = text_[at_++];
    switch (letter) {
    case 'd':
        return digits;
    case 'w':
        return word;
    case 's':
        return spaces;
    case 'D':
        return without(digits);
    case 'W':
        return without(word);
    case 'S':
        return without(spaces);
    case 'A':
    case 'z':
    case 'b':
    case 'B':
        return {};
    case 't':
        return {{'\t', '\t'}};
    case 'n':
        return {{'\n', '\n'}};
    case 'r':
        return {{'\r', '\r'}};
    case 'p':
    case 'P':
        return parse_property(letter == 'P');
    default:
        break;
    }
    const bool is_plain = (letter >= '!' && letter < '0') || (letter > '9' && letter < 'A') ||
                          (letter > 'Z' && letter < 'a') || letter > 'z' || letter == ' ';
    if (!is_plain) {
        fail("an escape that texts are not made for");
        return {};
    }
    --at_;
    const auto each = parse_character();
    return {{each, each}};
}

std::vector<pattern_text::range> pattern_text::parse_class() {
    ++at_;
    const bool is_negated = next_is('^');
    if (is_negated)
        ++at_;
    ranges made;
    bool is_first = true;
    while (!at_end() && (is_first || !next_is(']'))) {
        is_first = false;
        const auto rest = text_.substr(at_);
        if (rest.starts_with("[:")) {
            const auto end = rest.find(":]");
            const auto name = end == std::string_view::npos ? rest : rest.substr(2, end - 2);
            const auto found = std::find_if(
                named_classes.begin(),
                named_classes.end(),
                [&](const named_class& each) { return each.name == name; }
            );
            if (found == named_classes.end()) {
                fail("a class of characters that texts are not made for");
                return {};
            }
            made.insert(made.end(), found->holds.begin(), found->holds.end());
            at_ += end + 2;
            continue;
        }
        auto set = next_is('\\') ? parse_escape() : ranges{};
        if (set.empty() && !at_end() && rest.front() != '\\') {
            const auto each = parse_character();
            set = {{each, each}};
        }
        const bool is_range = set.size() == 1 && set.front().first == set.front().second &&
                              next_is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
        if (is_range) {
            ++at_;
            const auto last = next_is('\\') ? parse_escape() : ranges{};
            set.front().second = last.empty() ? parse_character() : last.front().second;
        }
        made.insert(made.end(), set.begin(), set.end());
    }
    if (!next_is(']')) {
        fail("a '[' without ']'");
        return {};
    }
    ++at_;
    if (is_negated)
        made = without(made);
    if (made.empty())
        fail("a class of characters that are none of ASCII");
    return made;
}

void pattern_text::append(std::string& out, dice& by, std::uint64_t stretch) const {
    append(out, root_, by, stretch);
}

void pattern_text::append(std::string& out, std::size_t which, dice& by, std::uint64_t stretch)
    const {
    const auto& of = nodes_[which];
    switch (of.is) {
    case part::set: {
        const auto& [first, last] = by.pick(of.set);
        json::detail::append_utf8(out, first + static_cast<char32_t>(by.below(last - first + 1U)));
        return;
    }
    case part::sequence:
        for (const auto each : of.parts)
            append(out, each, by, stretch);
        return;
    case part::choice:
        append(out, by.pick(of.parts), by, stretch);
        return;
    case part::repeat: {
        const auto most = of.is_open ? of.least + stretch : of.most;
        const auto count = of.least + by.below(std::max(most, of.least) - of.least + 1);
        for (std::uint64_t each = 0; each < count; ++each)
            append(out, of.parts.front(), by, stretch);
        return;
    }
    }
}

} // namespace weir::ops
