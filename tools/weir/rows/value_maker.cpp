// SPDX-License-Identifier: Apache-2.0
#include "value_maker.hpp"

#include <weir/core/binary.hpp>
#include <weir/core/decimal_text.hpp>
#include <weir/core/int128.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time_text.hpp>
#include <weir/core/utf8.hpp>
#include <weir/core/uuid.hpp>
#include <weir/json/detail/scan.hpp>
#include <weir/json/string.hpp>
#include <weir/json/writer.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <limits>
#include <set>

#include "sample_words.hpp"

namespace weir::ops {

namespace {

/// 2024-01-01. Not the clock: the same seed gives the same rows on any day.
constexpr std::int64_t first_day = 19'723;
constexpr std::int64_t day_microseconds = 86'400'000'000;

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char each) {
        return (static_cast<unsigned char>(each) & 0xC0U) != 0x80U;
    }));
}

/// The start of a text, cut between characters.
void cut(std::string& text, std::size_t characters) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && characters-- == 0)
            break;
    }
    text.resize(at);
}

bool has_word(std::string_view name, std::string_view word) {
    return name.find(word) != std::string_view::npos;
}

struct limits {
    int128 least;
    int128 most;
};

/// The ends of a type, in the unit of bounds.
limits ends_of(const column_type& type) {
    const auto of = [](auto least, auto most) { return limits{least, most}; };
    switch (type.kind) {
    case type::int8:
        return of(-128, 127);
    case type::int16:
        return of(-32'768, 32'767);
    case type::int32:
        return of(
            std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()
        );
    case type::int64:
        return of(
            std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()
        );
    default: {
        int128 most = 1;
        for (int digit = 0; digit < type.precision; ++digit)
            most *= 10;
        return {1 - most, most - 1};
    }
    }
}

/// Where numbers of a name mostly lie; in whole numbers.
limits usual_numbers(std::string_view name) {
    if (has_word(name, "year"))
        return {1990, 2024};
    if (name == "age" || has_word(name, "_age"))
        return {18, 90};
    if (has_word(name, "rating") || has_word(name, "score") || has_word(name, "priority"))
        return {1, 5};
    if (has_word(name, "percent") || has_word(name, "rate") || has_word(name, "share"))
        return {0, 100};
    if (has_word(name, "quantity") || has_word(name, "count") || has_word(name, "visits"))
        return {1, 20};
    return {1, 1'000};
}

int128 clamped(int128 value, const limits& to) {
    return std::min(std::max(value, to.least), to.most);
}

/// A number in a range that may be wider than 64 bits.
int128 between(dice& by, const limits& of) {
    const auto width = static_cast<uint128>(of.most - of.least) + 1;
    const auto wide = (static_cast<uint128>(by.next()) << 64U) | by.next();
    return of.least + static_cast<int128>(width == 0 ? wide : wide % width);
}

uuid uuid_of(dice& by) {
    uuid made;
    for (std::size_t at = 0; at < made.bytes.size(); ++at)
        made.bytes[at] = static_cast<std::uint8_t>(by.next() >> 56U);
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0FU) | 0x40U);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3FU) | 0x80U);
    return made;
}

date day_of(dice& by) {
    return {static_cast<std::int32_t>(first_day + static_cast<std::int64_t>(by.below(366)))};
}

std::string dated(std::string_view pattern, date day) {
    std::string iso;
    append_date(iso, day);
    std::string made;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto rest = pattern.substr(at);
        const auto part = [&](std::string_view word, std::size_t from) {
            if (!rest.starts_with(word))
                return false;
            made.append(iso, from, word.size());
            at += word.size();
            return true;
        };
        if (!part("YYYY", 0) && !part("MM", 5) && !part("DD", 8))
            made.push_back(pattern[at++]);
    }
    return made;
}

} // namespace

value_maker::value_maker(const column& of, distinctness must_differ)
    : of_(&of), must_differ_(must_differ), name_(of.name) {
    for (auto& each : name_)
        each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    for (const auto tag : of.tags) {
        constexpr std::string_view mark = "sample=";
        if (tag.starts_with(mark))
            given_.push_back(tag.substr(mark.size()));
    }
    if (!of.pattern.empty() && given_.empty()) {
        pattern_.emplace(of.pattern);
        if (!pattern_->problem().empty())
            problem_ = "its pattern has " + pattern_->problem();
    }
    const auto* inside = &of.type;
    while (inside->element != nullptr)
        inside = inside->element;
    for (const auto& field : fields_of(*inside)) {
        auto& made = fields_[&field];
        made = std::make_unique<value_maker>(field);
        if (problem_.empty() && !made->problem().empty())
            problem_ = "its field '" + std::string{field.name} + "': " + made->problem();
    }
}

void value_maker::append(std::string& out, dice& by, row_place at) const {
    if (!given_.empty()) {
        const auto kind = of_->type.kind;
        const bool is_quoted = is_text(kind) || kind == type::enumeration ||
                               (kind >= type::date && kind <= type::uuid);
        const auto text = must_differ_ == distinctness::alone
                              ? given_[(at.number + at.attempt) % given_.size()]
                              : by.pick(given_);
        if (is_quoted) {
            json::append_json_string(out, text);
        } else {
            out.append(text);
        }
        return;
    }
    append_plain(out, of_->type, by, at, true);
}

void value_maker::append_plain(
    std::string& out, const column_type& type, dice& by, row_place at, bool is_whole
) const {
    switch (type.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::decimal:
        append_number(out, type, by, at);
        return;
    case type::float32:
    case type::float64:
        append_real(out, by);
        return;
    case type::string:
    case type::varchar:
    case type::fixed_char:
        append_text(out, type, by, at);
        return;
    case type::boolean:
        out.append(by.percent(70) ? "true" : "false");
        return;
    case type::date:
    case type::timestamp:
    case type::timestamp_ntz:
        append_time(out, type, by, at);
        return;
    case type::binary: {
        const std::size_t least = is_whole ? of_->min_length : 0;
        const std::size_t most = is_whole ? of_->max_length : unlimited;
        std::vector<std::byte> bytes(std::min(std::max<std::size_t>(least, 12), most));
        for (auto& each : bytes)
            each = static_cast<std::byte>(by.next() >> 56U);
        out.push_back('"');
        append_base64(out, bytes);
        out.push_back('"');
        return;
    }
    case type::uuid:
        json::append_json(out, uuid_of(by));
        return;
    case type::json:
        out.append("{\"note\":");
        json::append_json_string(out, word_text(by));
        out.append(",\"size\":").append(std::to_string(by.below(100))).append("}");
        return;
    case type::enumeration:
        json::append_json_string(out, by.pick(type.labels));
        return;
    case type::array:
    case type::map:
        append_items(out, type, by, at, is_whole);
        return;
    case type::structure:
        append_fields(out, type, by, at);
        return;
    }
}

void value_maker::append_number(std::string& out, const column_type& type, dice& by, row_place at)
    const {
    const auto ends = ends_of(type);
    int128 unit = 1;
    for (int digit = 0; type.kind == weir::type::decimal && digit < type.scale; ++digit)
        unit *= 10;
    const bool has_min = of_->min.is == bound::unit::exact;
    const bool has_max = of_->max.is == bound::unit::exact;
    const limits allowed{
        has_min ? of_->min.exact : ends.least, has_max ? of_->max.exact : ends.most
    };
    const auto usual = usual_numbers(name_);
    auto least = clamped(usual.least * unit, allowed);
    auto most = clamped(usual.most * unit, allowed);
    // Limits that lie elsewhere.
    if (least == most) {
        least = has_min ? allowed.least : clamped(allowed.most - 1'000 * unit, allowed);
        most = has_max ? allowed.most : clamped(allowed.least + 1'000 * unit, allowed);
    }
    int128 value = 0;
    const auto turn = static_cast<int128>(at.number) + static_cast<int128>(at.attempt) * 7'919;
    if (must_differ_ == distinctness::alone && turn <= allowed.most - least) {
        value = least + turn;
    } else if (must_differ_ == distinctness::together) {
        const auto room = 10 + static_cast<int128>(at.attempt) * static_cast<int128>(at.attempt);
        value = between(by, {least, clamped(least + room, allowed)});
    } else {
        value = between(by, must_differ_ == distinctness::none ? limits{least, most} : allowed);
    }
    append_decimal(out, value, type.kind == weir::type::decimal ? type.scale : 0);
}

void value_maker::append_real(std::string& out, dice& by) const {
    const bool has_min = of_->min.is == bound::unit::real;
    const bool has_max = of_->max.is == bound::unit::real;
    double least = has_min ? of_->min.real : 0;
    if (!has_min && has_max && of_->max.real < 1)
        least = of_->max.real - 1'000;
    const double most = has_max ? of_->max.real : least + 1'000;
    const double part = static_cast<double>(by.below(100'001)) / 100'000;
    // Two digits after the point read better, where they keep the limits.
    const double value = least + (most - least) * part;
    const double rounded = static_cast<double>(static_cast<std::int64_t>(value * 100)) / 100;
    const bool is_kept = rounded >= least && rounded <= most && value < 1e15 && value > -1e15;
    json::append_json(out, is_kept ? rounded : value);
}

void value_maker::append_time(std::string& out, const column_type& type, dice& by, row_place at)
    const {
    const bool is_day = type.kind == weir::type::date;
    const std::int64_t unit = is_day ? 1 : day_microseconds;
    std::int64_t least = first_day * unit;
    std::int64_t most = (first_day + 365) * unit;
    if (has_word(name_, "birth"))
        least -= 70 * 365 * unit, most -= 20 * 365 * unit;
    const bool has_min = of_->min.is == bound::unit::exact;
    const bool has_max = of_->max.is == bound::unit::exact;
    if (has_min && of_->min.exact > least) {
        least = static_cast<std::int64_t>(of_->min.exact);
        most = std::max(most, least + 30 * unit);
    }
    if (has_max && of_->max.exact < most) {
        most = static_cast<std::int64_t>(of_->max.exact);
        least = has_min ? least : std::min(least, most - 30 * unit);
    }
    // Whole seconds; one of a kind goes on from the first.
    const std::int64_t step = is_day ? 1 : 1'000'000;
    const auto room = static_cast<std::uint64_t>((most - least) / step) + 1;
    const auto turn =
        must_differ_ == distinctness::alone ? at.number + at.attempt * 7'919 : by.below(room);
    const auto value = least + static_cast<std::int64_t>(turn) * step;
    if (is_day) {
        json::append_json(out, date{static_cast<std::int32_t>(value)});
    } else if (type.kind == weir::type::timestamp) {
        json::append_json(out, timestamp{value});
    } else {
        json::append_json(out, timestamp_ntz{value});
    }
}

std::string value_maker::format_text(dice& by, row_place at) const {
    const auto numbers = [&](std::size_t count, std::string_view between) {
        std::string made;
        for (std::size_t each = 0; each < count; ++each)
            made.append(each == 0 ? "" : between).append(std::to_string(1 + by.below(250)));
        return made;
    };
    std::string made;
    switch (of_->format) {
    case string_format::email:
        return email_text(by, at.number + at.attempt * 1'000'003);
    case string_format::uuid:
        append_uuid(made, uuid_of(by));
        return made;
    case string_format::uri:
        return "https://www.example.com/" + std::to_string(by.below(1'000'000'000));
    case string_format::date:
        append_date(made, day_of(by));
        return made;
    case string_format::date_time:
        append_date(made, day_of(by));
        return made.append("T10:20:30Z");
    case string_format::ipv4:
        // Source: RFC 1918.
        return "10." + numbers(3, ".");
    case string_format::ipv6:
        // Source: RFC 3849: for documentation.
        return "2001:db8::" + numbers(3, ":");
    case string_format::hostname:
        return "host-" + std::to_string(by.below(1'000'000)) + ".example.com";
    case string_format::date_pattern:
        return dated(of_->format_pattern, day_of(by));
    case string_format::none:
        break;
    }
    return made;
}

std::string value_maker::fitted(std::string text, dice& by, row_place at, std::size_t most) const {
    if (must_differ_ == distinctness::alone) {
        const auto turn = at.number + at.attempt * 1'000'003;
        auto suffix = std::to_string(turn + 1);
        if (suffix.size() + 1 < most) {
            cut(text, most - suffix.size() - 1);
            return text + ' ' + suffix;
        }
        // Too short for words: letters and digits alone.
        constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        std::string made;
        for (auto left = turn; made.size() < most; left /= alphabet.size())
            made.push_back(alphabet[left % alphabet.size()]);
        return made;
    }
    while (characters_of(text) < of_->min_length)
        text.append(text.empty() ? "" : " ").append(word_text(by));
    cut(text, most);
    return text;
}

void value_maker::append_text(std::string& out, const column_type& type, dice& by, row_place at)
    const {
    const bool is_whole = &type == &of_->type;
    std::size_t most = is_whole ? of_->max_length : unlimited;
    if (type.length != 0)
        most = std::min<std::size_t>(most, type.length);
    std::string text;
    if (is_whole && pattern_) {
        // A pattern's own lengths and the column's rarely disagree; what does is tried again.
        for (std::uint64_t tries = 0; tries < 50; ++tries) {
            text.clear();
            pattern_->append(text, by, tries < 25 ? 6 : 6 + of_->min_length);
            const auto length = characters_of(text);
            if (length >= of_->min_length && length <= most)
                break;
        }
    } else if (is_whole && of_->format != string_format::none) {
        text = format_text(by, at);
    } else {
        text = text_for(name_, by, at.number);
        if (is_whole) {
            text = fitted(std::move(text), by, at, most);
        } else {
            cut(text, most);
        }
    }
    json::append_json_string(out, text);
}

void value_maker::append_items(
    std::string& out, const column_type& type, dice& by, row_place at, bool is_whole
) const {
    const std::uint64_t least = is_whole ? of_->min_items : 0;
    const std::uint64_t most = is_whole ? of_->max_items : unlimited;
    const auto count = std::min(std::max(least, 1 + by.below(3)), most);
    const bool is_map = type.kind == weir::type::map;
    out.push_back(is_map ? '{' : '[');
    std::set<std::string> keys;
    std::uint64_t made = 0;
    // Keys that come twice are made again; a small type may not have as many.
    for (std::uint64_t tries = 0; made < count && tries < count * 20 + 20; ++tries) {
        if (is_map) {
            std::string key;
            append_plain(key, *type.key, by, at, false);
            if (!key.starts_with('"'))
                key = '"' + key + '"';
            if (!keys.insert(key).second)
                continue;
            out.append(made == 0 ? "" : ",").append(key).append(":");
        } else if (made != 0) {
            out.push_back(',');
        }
        append_plain(out, *type.element, by, at, false);
        ++made;
    }
    out.push_back(is_map ? '}' : ']');
}

void value_maker::append_fields(std::string& out, const column_type& type, dice& by, row_place at)
    const {
    out.push_back('{');
    bool is_first = true;
    for (const auto& field : fields_of(type)) {
        if (!is_first)
            out.push_back(',');
        is_first = false;
        json::append_json_string(out, field.name);
        out.push_back(':');
        if (field.nullable && by.percent(15)) {
            out.append("null");
        } else {
            fields_.at(&field)->append(out, by, at);
        }
    }
    out.push_back('}');
}

} // namespace weir::ops
