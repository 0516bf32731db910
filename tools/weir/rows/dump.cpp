// SPDX-License-Identifier: Apache-2.0
// weir dump: the rows of a table as the API spells them, every column of them.
#include <weir/json/csv_writer.hpp>
#include <weir/json/row_writer.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "../sql_words.hpp"
#include "progress.hpp"
#include "row_source.hpp"
#include "row_table.hpp"
#include "rows.hpp"

namespace weir::ops {

namespace {

/// A file that has its name when it is whole; or standard output.
class output_file {
public:
    explicit output_file(const std::string& path)
        : path_(path), part_(path.empty() ? path : path + ".part"),
          to_(path.empty() ? stdout : std::fopen(part_.c_str(), "wb")) {
        if (to_ == nullptr)
            refuse();
    }

    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;

    ~output_file() {
        if (path_.empty() || to_ == nullptr)
            return;
        std::fclose(to_);
        std::remove(part_.c_str());
    }

    void write(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), to_) != text.size())
            refuse();
    }

    void finish() {
        if (std::fflush(to_) != 0)
            refuse();
        if (path_.empty())
            return;
        const bool is_closed = std::fclose(to_) == 0;
        to_ = nullptr;
        if (!is_closed || std::rename(part_.c_str(), path_.c_str()) != 0)
            refuse();
    }

private:
    [[noreturn]] void refuse() const {
        const std::string name = path_.empty() ? "standard output" : path_;
        throw configuration_error{"cannot write " + name + ": " + std::strerror(errno)};
    }

    std::string path_;
    std::string part_;
    std::FILE* to_;
};

row_format chosen_format(const dump_options& options) {
    if (!options.format.empty())
        return *format_of(options.format);
    return format_of(options.output).value_or(row_format::csv);
}

/// The columns with none held back: whoever dumps owns the table.
std::vector<column> shown_columns(const table& of) {
    std::vector<column> columns{of.columns.begin(), of.columns.end()};
    for (auto& each : columns)
        each.is_private = false;
    return columns;
}

std::string select_all(const table& of, const std::string& name) {
    std::string text;
    for (const auto& column : of.columns)
        text.append(text.empty() ? "select " : ", ").append(quoted(column.name));
    text.append(" from ").append(name).append(" order by ");
    std::string_view comma;
    for (const auto position : of.key) {
        text.append(comma).append(quoted(of.columns[position].name));
        comma = ", ";
    }
    return text;
}

int dump(const dump_options& options, const loaded_schemas& read) {
    const auto from = target_of_settings();
    const asked_tables tables{read};
    const auto wanted = tables.wanted(from.schema, from.variables);
    const auto& of = named_table(tables.own(), options.table);
    const auto columns = shown_columns(of);
    std::vector<std::uint16_t> all(columns.size());
    for (std::size_t at = 0; at < all.size(); ++at)
        all[at] = static_cast<std::uint16_t>(at);
    auto at = open_for_rows(from);
    output_file to{options.output};
    json::csv_writer as_csv{columns, all, text_format::postgres};
    json::row_writer as_json{columns, all, text_format::postgres};
    const bool is_csv = chosen_format(options) == row_format::csv;
    std::string text;
    if (is_csv)
        as_csv.append_header(text);
    std::uint64_t rows = 0;
    progress shown{options.table, 0};
    at.stream(select_all(of, full_name(wanted, of)), [&](std::span<const text_field> fields) {
        if (is_csv) {
            as_csv.append(text, fields);
        } else {
            as_json.append(text, fields);
            text.push_back('\n');
        }
        shown.tell(++rows, 0);
        constexpr std::size_t enough = std::size_t{1} << 16U;
        if (text.size() < enough)
            return;
        to.write(text);
        text.clear();
    });
    to.write(text);
    to.finish();
    shown.clear();
    std::fprintf(stderr, "%s: %s rows\n", options.table.c_str(), grouped(rows).c_str());
    return code(outcome::done);
}

} // namespace

int run(const dump_options& options) {
    const loaded_schemas read{{options.schema}, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] { return dump(options, read); });
}

} // namespace weir::ops
