// SPDX-License-Identifier: Apache-2.0
// Any text into the JSON reader, beside nlohmann: both take it and see the same values, or both
// refuse it.
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "require.hpp"

namespace {

using weir::fuzz::require;
using weir::json::reader;
using weir::json::token;

/// Writes the next value again, as compact JSON.
bool copy(reader& in, std::string& out) {
    std::string_view text;
    bool truth = false;
    bool is_first = true;
    const auto separate = [&] {
        if (!is_first)
            out.push_back(',');
        is_first = false;
    };
    switch (in.peek()) {
    case token::object:
        if (!in.enter_object())
            return false;
        out.push_back('{');
        while (in.next_member(text)) {
            separate();
            weir::json::append_json_string(out, text);
            out.push_back(':');
            if (!copy(in, out))
                return false;
        }
        out.push_back('}');
        return !in.failed();
    case token::array:
        if (!in.enter_array())
            return false;
        out.push_back('[');
        while (in.next_element()) {
            separate();
            if (!copy(in, out))
                return false;
        }
        out.push_back(']');
        return !in.failed();
    case token::string:
        if (!in.read_string(text))
            return false;
        weir::json::append_json_string(out, text);
        return true;
    case token::number:
        if (!in.read_number(text))
            return false;
        out.append(text);
        return true;
    case token::boolean:
        if (!in.read_bool(truth))
            return false;
        out.append(truth ? "true" : "false");
        return true;
    case token::null:
        out.append("null");
        return in.read_null();
    case token::malformed:
        break;
    }
    return in.skip_value();
}

/// What the oracle does differently, knowingly: it takes a NUL for the end and a byte order mark
/// for nothing.
bool is_comparable(std::string_view text) {
    return text.find('\0') == std::string_view::npos && !text.starts_with("\xEF");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    reader whole{text, reader::most_depth};
    std::string copied;
    const bool is_read = copy(whole, copied) && whole.finish();

    reader skipping{text, reader::most_depth};
    const bool is_skipped = skipping.skip_value() && skipping.finish();
    require(is_read == is_skipped, "reading and skipping agree");
    require(is_read != whole.failed(), "a refused text has a reason");
    if (!is_read) {
        require(whole.error().offset <= size, "the place of an error lies in the text");
        require(whole.error_position().line >= 1, "an error has a line");
    }
    if (!is_comparable(text) || (!is_read && whole.error().what == "nested too deep"))
        return 0;

    const auto oracle = nlohmann::json::parse(text, nullptr, false);
    if (is_read && oracle.is_discarded()) {
        // Numbers beyond double are the one thing only weir takes: ranges are the columns'
        // business.
        require(
            nlohmann::json::parse(copied, nullptr, false).is_discarded() &&
                copied.find_first_of("0123456789") != std::string::npos,
            "the oracle takes what weir takes"
        );
        return 0;
    }
    require(is_read != oracle.is_discarded(), "weir takes what the oracle takes");
    if (is_read)
        require(
            nlohmann::json::parse(copied, nullptr, false) == oracle, "both see the same values"
        );
    return 0;
}
