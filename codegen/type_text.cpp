// SPDX-License-Identifier: Apache-2.0
#include "type_text.hpp"

#include <charconv>
#include <utility>

namespace weir::gen {

namespace {

constexpr int deepest = 32;

bool continues_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

class reader {
public:
    reader(std::string_view text, range at, diagnostics& to) : text_(text), base_(at), to_(&to) {}

    std::optional<type_text> whole() {
        auto made = one_type(0);
        if (!made)
            return std::nullopt;
        skip_blanks();
        if (at_ != text_.size())
            return refuse("nothing may follow the type here");
        return made;
    }

private:
    [[nodiscard]] std::uint32_t offset() const {
        return base_.begin + static_cast<std::uint32_t>(at_);
    }

    [[nodiscard]] range from(std::uint32_t begin) const { return {base_.file, begin, offset()}; }

    std::nullopt_t refuse(const std::string& message) {
        const auto end = at_ < text_.size() ? offset() + 1 : offset();
        const auto begin = at_ < text_.size() || at_ == 0 ? offset() : offset() - 1;
        to_->error(
            "type-syntax",
            {base_.file, begin, end},
            message,
            "types are written like decimal(12,2), array<string>, map<string,int>, "
            "struct<a:int!,b:string>"
        );
        return std::nullopt;
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n'))
            ++at_;
    }

    bool take(char wanted) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != wanted)
            return false;
        ++at_;
        return true;
    }

    located_text word() {
        skip_blanks();
        const auto begin = at_;
        const auto start = offset();
        while (at_ < text_.size() && continues_word(text_[at_]))
            ++at_;
        return {std::string{text_.substr(begin, at_ - begin)}, from(start)};
    }

    std::optional<type_text> one_type(int depth) {
        type_text made;
        made.word = word();
        if (made.word.value.empty())
            return refuse("a type is missing here");
        if (depth > deepest)
            return refuse("types nest at most 32 levels deep");
        if (take('(')) {
            do {
                auto number = whole_number();
                if (!number)
                    return std::nullopt;
                made.numbers.push_back(*number);
            } while (take(','));
            if (!take(')'))
                return refuse("a ')' is missing here");
        } else if (take('<')) {
            if (!arguments(made, depth))
                return std::nullopt;
            if (!take('>'))
                return refuse("a '>' is missing here");
        }
        made.at = from(made.word.at.begin);
        return made;
    }

    bool arguments(type_text& to, int depth) {
        do {
            if (to.word.value == "struct") {
                if (!one_field(to, depth))
                    return false;
            } else {
                auto part = one_type(depth + 1);
                if (!part)
                    return false;
                to.parts.push_back(std::move(*part));
            }
        } while (take(','));
        return true;
    }

    bool one_field(type_text& to, int depth) {
        field_text made;
        made.name = word();
        if (made.name.value.empty()) {
            refuse("a field name is missing here");
            return false;
        }
        if (!take(':')) {
            refuse("a ':' and a type are missing after the field '" + made.name.value + "'");
            return false;
        }
        auto type = one_type(depth + 1);
        if (!type)
            return false;
        made.type = std::move(*type);
        made.required = take('!');
        to.fields.push_back(std::move(made));
        return true;
    }

    std::optional<located<std::uint32_t>> whole_number() {
        skip_blanks();
        const auto start = offset();
        std::uint32_t value = 0;
        const auto* const end = text_.data() + text_.size();
        const auto read = std::from_chars(text_.data() + at_, end, value);
        if (read.ec != std::errc{})
            return refuse("a whole number is missing here");
        at_ = static_cast<std::size_t>(read.ptr - text_.data());
        return located<std::uint32_t>{value, from(start)};
    }

    std::string_view text_;
    range base_;
    diagnostics* to_;
    std::size_t at_ = 0;
};

} // namespace

std::optional<type_text> parse_type(std::string_view text, range at, diagnostics& to) {
    return reader{text, at, to}.whole();
}

std::string words_of(const type_model& type) {
    switch (type.kind) {
    case type::int8:
        return "tinyint";
    case type::int16:
        return "smallint";
    case type::int32:
        return "int";
    case type::int64:
        return "bigint";
    case type::float32:
        return "float";
    case type::float64:
        return "double";
    case type::decimal:
        return "decimal(" + std::to_string(type.precision) + ',' + std::to_string(type.scale) + ')';
    case type::string:
        return "string";
    case type::varchar:
        return "varchar(" + std::to_string(type.length) + ')';
    case type::fixed_char:
        return "char(" + std::to_string(type.length) + ')';
    case type::boolean:
        return "boolean";
    case type::date:
        return "date";
    case type::timestamp:
        return "timestamp";
    case type::timestamp_ntz:
        return "timestamp_ntz";
    case type::binary:
        return "binary";
    case type::uuid:
        return "uuid";
    case type::json:
        return "json";
    case type::enumeration:
        return type.enumeration->name.value;
    case type::array:
        return "array<" + words_of(*type.element) + '>';
    case type::map:
        return "map<" + words_of(*type.key) + ',' + words_of(*type.element) + '>';
    case type::structure:
        return type.structure->name.value;
    }
    return {};
}

} // namespace weir::gen
