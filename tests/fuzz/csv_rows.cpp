// SPDX-License-Identifier: Apache-2.0
// Any text into the parser of CSV: given in two pieces it is read as given whole, and what is read
// comes back from what the writer makes of it.
#include <weir/json/csv_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <rows/csv_parser.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using weir::fuzz::require;
using weir::ops::csv_parser;

using texts = std::vector<std::string>;

texts texts_of(const csv_parser& parser) {
    texts made;
    for (const auto& field : parser.fields())
        made.emplace_back(field.text);
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // libFuzzer hands out bytes.
    std::string_view text{reinterpret_cast<const char*>(data), size};
    csv_parser parser;
    csv_parser again;
    while (!text.empty()) {
        const auto taken = parser.parse(text, true);
        require(taken != 0 && taken <= text.size(), "a record has bytes");
        const auto fields = texts_of(parser);
        const auto part = text.substr(0, taken / 2);
        require(again.parse(part, false) == 0 || part.ends_with('\n'), "half a record is none");
        if (text[taken - 1] == '\n') {
            require(again.parse(text.substr(0, taken), false) == taken, "a record needs no more");
            require(texts_of(again) == fields, "a record is the same whatever follows");
        }
        if (parser.problem().empty() && !fields.empty()) {
            std::string written;
            for (const auto& each : fields) {
                written.append(written.empty() ? "" : ",");
                weir::json::append_csv_field(written, each);
            }
            written.append("\r\n");
            require(again.parse(written, false) == written.size(), "what is written is a record");
            require(texts_of(again) == fields && again.problem().empty(), "it reads back");
        }
        text.remove_prefix(taken);
    }
    return 0;
}
