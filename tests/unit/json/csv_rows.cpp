// SPDX-License-Identifier: Apache-2.0
// Random rows as CSV, each table behind a line that says what it holds: csv_reader.py compares.
//   <bytes of CSV> <the rows as a JSON array of arrays of texts>\n<CSV>
#include <weir/json/csv_writer.hpp>
#include <weir/json/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using generator = std::mt19937_64;

std::size_t below(generator& from, std::size_t count) {
    return std::uniform_int_distribution<std::size_t>{0, count - 1}(from);
}

std::string random_text(generator& from) {
    static constexpr std::string_view pieces[]{
        "\"",
        ",",
        "\r",
        "\n",
        "\r\n",
        " ",
        "\t",
        ";",
        "'",
        "\\",
        "=1+1",
        "a",
        "B",
        "0",
        "\u00e9",
        "\U0001f600"
    };
    std::string made;
    for (auto left = below(from, 8); left > 0; --left)
        made += pieces[below(from, std::size(pieces))];
    return made;
}

} // namespace

int main() {
    generator from{20240501}; // NOLINT(*-msc51-cpp): the same tables every time
    for (int table = 0; table < 2'000; ++table) {
        const auto width = 1 + below(from, 5);
        std::vector<std::string> names;
        std::vector<weir::column> columns;
        std::vector<std::uint16_t> selected;
        for (std::size_t at = 0; at < width; ++at)
            names.push_back("c" + std::to_string(at));
        for (std::size_t at = 0; at < width; ++at) {
            columns.push_back({.name = names[at]});
            selected.push_back(static_cast<std::uint16_t>(at));
        }
        weir::json::csv_writer writer{columns, selected, weir::text_format::postgres};
        std::string csv;
        writer.append_header(csv);
        std::string rows = "[";
        weir::json::append_json(rows, names);
        for (auto left = below(from, 6); left > 0; --left) {
            std::vector<std::string> texts;
            std::vector<weir::text_field> fields;
            for (std::size_t at = 0; at < width; ++at)
                texts.push_back(below(from, 6) == 0 ? std::string{} : random_text(from));
            for (const auto& text : texts)
                fields.push_back({text, text.empty() && below(from, 2) == 0});
            writer.append(csv, fields);
            rows += ',';
            weir::json::append_json(rows, texts);
        }
        rows += ']';
        std::printf("%zu %s\n", csv.size(), rows.c_str());
        std::fwrite(csv.data(), 1, csv.size(), stdout);
    }
}
