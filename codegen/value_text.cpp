// SPDX-License-Identifier: Apache-2.0
#include "value_text.hpp"

#include <weir/core/binary.hpp>
#include <weir/core/decimal_text.hpp>
#include <weir/core/time_text.hpp>
#include <weir/core/uuid.hpp>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "type_text.hpp"
#include "value_json.hpp"

namespace weir::gen {

namespace {

std::string words_of(const node& of) {
    switch (of.is) {
    case node::kind::null:
        return "nothing";
    case node::kind::scalar:
        return "'" + of.text + "'";
    case node::kind::sequence:
        return "a list";
    case node::kind::map:
        return "a mapping";
    }
    return {};
}

class value_reader {
public:
    value_reader(std::string_view id, diagnostics& to) : id_(id), to_(&to) {}

    std::optional<value> read(const node& from, const type_model& type) {
        switch (type.kind) {
        case type::int8:
            return integer(from, type, -128, 127);
        case type::int16:
            return integer(from, type, -32768, 32767);
        case type::int32:
            return integer(
                from,
                type,
                std::numeric_limits<std::int32_t>::min(),
                std::numeric_limits<std::int32_t>::max()
            );
        case type::int64:
            return integer(
                from,
                type,
                std::numeric_limits<std::int64_t>::min(),
                std::numeric_limits<std::int64_t>::max()
            );
        case type::float32:
        case type::float64:
            return real(from, type);
        case type::decimal:
            return decimal(from, type);
        case type::string:
        case type::varchar:
        case type::fixed_char:
            return text(from, type);
        case type::boolean:
            return boolean(from, type);
        case type::date:
            return day(from, type);
        case type::timestamp:
            return time<weir::timestamp>(from, type, "2024-05-01T10:20:30Z");
        case type::timestamp_ntz:
            return time<weir::timestamp_ntz>(from, type, "2024-05-01T10:20:30");
        case type::binary:
            return bytes(from, type);
        case type::uuid:
            return identifier(from, type);
        case type::json:
            return json(from);
        case type::enumeration:
            return label(from, type);
        case type::array:
            return array(from, type);
        case type::map:
            return map(from, type);
        case type::structure:
            return structure(from, type);
        }
        return std::nullopt;
    }

private:
    std::nullopt_t refuse(const node& from, const std::string& message, std::string hint = {}) {
        to_->error(id_, from.at, message, std::move(hint));
        return std::nullopt;
    }

    std::nullopt_t refuse(const node& from, const type_model& type, std::string hint = {}) {
        return refuse(from, words_of(from) + " is no " + words_of(type), std::move(hint));
    }

    std::optional<value>
    integer(const node& from, const type_model& type, std::int64_t least, std::int64_t most) {
        std::int64_t read = 0;
        const auto* const end = from.text.data() + from.text.size();
        const auto result = std::from_chars(from.text.data(), end, read);
        if (!from.is_scalar() || result.ptr != end || result.ec == std::errc::invalid_argument) {
            return refuse(from, type, "write a whole number");
        }
        if (result.ec != std::errc{} || read < least || read > most) {
            return refuse(
                from,
                words_of(from) + " does not fit " + words_of(type),
                words_of(type) + " holds " + std::to_string(least) + " to " + std::to_string(most)
            );
        }
        return value{.exact = read};
    }

    std::optional<value> real(const node& from, const type_model& type) {
        double read = 0;
        const auto* const end = from.text.data() + from.text.size();
        const auto result = std::from_chars(from.text.data(), end, read);
        if (!from.is_scalar() || result.ptr != end || result.ec == std::errc::invalid_argument) {
            return refuse(from, type, "write a number");
        }
        const bool too_wide =
            type.kind == type::float32 &&
            std::abs(read) > static_cast<double>(std::numeric_limits<float>::max());
        if (result.ec != std::errc{} || !std::isfinite(read) || too_wide) {
            return refuse(
                from, words_of(from) + " does not fit " + words_of(type), "write a finite number"
            );
        }
        return value{.real = read};
    }

    std::optional<value> decimal(const node& from, const type_model& type) {
        value made;
        if (!from.is_scalar())
            return refuse(from, type, "write a number");
        if (parse_decimal(from.text, type.precision, type.scale, made.exact, rounding::refuse))
            return made;
        int128 any = 0;
        if (!parse_decimal(from.text, max_decimal_digits, 0, any, rounding::half_even)) {
            return refuse(from, type, "write a number");
        }
        return refuse(
            from,
            words_of(from) + " does not fit " + words_of(type) + " exactly",
            "at most " + std::to_string(type.precision - type.scale) +
                " digits before the point and " + std::to_string(type.scale) + " after it"
        );
    }

    std::optional<value> text(const node& from, const type_model& type) {
        if (!from.is_scalar() && from.text.empty())
            return refuse(from, type, "write text; quote it if it is empty");
        // `no`, `null` and `12` are text here: the schema decides types.
        return value{.text = from.text};
    }

    std::optional<value> boolean(const node& from, const type_model& type) {
        if (from.is_scalar() && (from.text == "true" || from.text == "false")) {
            return value{.exact = from.text == "true" ? 1 : 0};
        }
        return refuse(from, type, "write true or false");
    }

    std::optional<value> day(const node& from, const type_model& type) {
        weir::date read;
        if (!from.is_scalar() || !parse_date(from.text, read))
            return refuse(from, type, "write it like 2024-05-01");
        return value{.exact = read.days};
    }

    template <class Time>
    std::optional<value> time(const node& from, const type_model& type, const char* like) {
        Time read;
        if (!from.is_scalar() || !parse_rfc3339(from.text, read)) {
            return refuse(from, type, std::string{"write it like "} + like);
        }
        return value{.exact = read.microseconds};
    }

    std::optional<value> bytes(const node& from, const type_model& type) {
        std::vector<std::byte> read;
        if (!from.is_scalar() || !parse_base64(from.text, read))
            return refuse(from, type, "write the bytes in base64");
        value made;
        made.text.resize(read.size());
        if (!read.empty())
            std::memcpy(made.text.data(), read.data(), read.size());
        return made;
    }

    std::optional<value> identifier(const node& from, const type_model& type) {
        weir::uuid read;
        if (!from.is_scalar() || !parse_uuid(from.text, read))
            return refuse(from, type, "write it like 123e4567-e89b-42d3-a456-426614174000");
        value made;
        append_uuid(made.text, read);
        return made;
    }

    std::optional<value> json(const node& from) {
        const bool looks_like_json = from.is_scalar() && !from.is_plain() && !from.text.empty() &&
                                     (from.text.front() == '{' || from.text.front() == '[');
        if (looks_like_json) {
            to_->warning(
                "json-in-quotes",
                from.at,
                "this is a JSON string, not an object or a list",
                "write it without the quotes"
            );
        }
        return value{.text = json_of(from)};
    }

    std::optional<value> label(const node& from, const type_model& type) {
        const auto& labels = type.enumeration->labels;
        std::vector<std::string_view> known;
        for (std::size_t at = 0; at < labels.size(); ++at) {
            if (labels[at].value == from.text && !from.is_map() && !from.is_sequence()) {
                return value{.exact = static_cast<int128>(at)};
            }
            known.push_back(labels[at].value);
        }
        return refuse(
            from,
            words_of(from) + " is no label of " + words_of(type),
            nearest_hint(from.text, known)
        );
    }

    std::optional<value> array(const node& from, const type_model& type) {
        if (!from.is_sequence())
            return refuse(from, type, "write a list: [a, b]");
        value made;
        for (const auto& item : from.items) {
            auto read_item = read(item, *type.element);
            if (!read_item)
                return std::nullopt;
            made.items.push_back(std::move(*read_item));
        }
        return made;
    }

    std::optional<value> map(const node& from, const type_model& type) {
        if (!from.is_map())
            return refuse(from, type, "write a mapping: {key: value}");
        value made;
        for (const auto& each : from.entries) {
            auto key = read(each.key, *type.key);
            auto item = read(each.value, *type.element);
            if (!key || !item)
                return std::nullopt;
            made.keys.push_back(std::move(*key));
            made.items.push_back(std::move(*item));
        }
        return made;
    }

    std::optional<value> structure(const node& from, const type_model& type) {
        if (!from.is_map())
            return refuse(from, type, "write a mapping: {field: value}");
        const auto& fields = type.structure->fields;
        std::vector<std::string_view> known;
        for (const auto& field : fields)
            known.push_back(field.name.value);
        value made;
        bool complete = true;
        for (const auto& field : fields) {
            const auto* given = from.find(field.name.value);
            if (given == nullptr || given->is_null()) {
                made.items.push_back(value{.is_null = true});
                if (field.required) {
                    refuse(from, "the field '" + field.name.value + "' is missing");
                    complete = false;
                }
                continue;
            }
            if (!field.type)
                return std::nullopt;
            auto item = read(*given, *field.type);
            if (!item) {
                complete = false;
                continue;
            }
            made.items.push_back(std::move(*item));
        }
        for (const auto& each : from.entries) {
            if (find_column(fields, each.key.text) == fields.size()) {
                refuse(
                    each.key,
                    words_of(type) + " has no field '" + each.key.text + "'",
                    nearest_hint(each.key.text, known)
                );
                complete = false;
            }
        }
        if (!complete)
            return std::nullopt;
        return made;
    }

    std::string_view id_;
    diagnostics* to_;
};

} // namespace

std::optional<value>
read_value(const node& from, const type_model& type, std::string_view id, diagnostics& to) {
    return value_reader{id, to}.read(from, type);
}

} // namespace weir::gen
