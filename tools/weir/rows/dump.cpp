// SPDX-License-Identifier: Apache-2.0
// weir dump: the rows of a table as the API spells them, every column of them.
#include <weir/app/settings.hpp>
#include <weir/json/csv_writer.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/column_text.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "../delta/house.hpp"
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
    if (!options.row_format.empty())
        return *format_of(options.row_format);
    return format_of(options.output).value_or(row_format::csv);
}

/// The columns with none held back: whoever dumps owns the table.
std::vector<column> shown_columns(const table& of) {
    std::vector<column> columns{of.columns.begin(), of.columns.end()};
    for (auto& each : columns)
        each.is_private = false;
    return columns;
}

std::string select_all(const table& of, const std::string& name, sql::dialect spoken) {
    std::string text{"select "};
    sql::sink into{text};
    sql::writer out{into, spoken};
    sql::separator comma;
    for (const auto& column : of.columns) {
        out.put(comma.next());
        sql::write_selected(out, "t", column);
    }
    out.put(" from ").put(name).put(" as t order by ");
    comma = sql::separator{};
    for (const auto position : of.key)
        out.put(comma.next()).name("t", of.columns[position]);
    return text;
}

/// All rows of one moment. Errors: database_error, configuration_error.
void stream_rows(
    const asked_tables& tables,
    const table& of,
    const std::function<void(std::span<const text_field>)>& each
) {
    if (of.backend == backend::warehouse) {
        const auto chosen = app::settings::from_environment();
        const auto wanted = tables.wanted({}, variables_of(chosen), backend::warehouse);
        house at{chosen};
        at.stream(select_all(of, full_name(wanted, of), sql::dialect::databricks), each);
        return;
    }
    const auto from = target_of_settings();
    const auto wanted = tables.wanted(from.schema, from.variables);
    open_for_rows(from).stream(select_all(of, full_name(wanted, of), sql::dialect::postgres), each);
}

std::string json_report(const dump_options& options, std::uint64_t rows) {
    json::document_writer to;
    to.begin_object();
    to.text("outcome", "done");
    to.text("table", options.table);
    to.text("output", options.output);
    to.number("rows", rows);
    to.end_object();
    return to.take();
}

int dump(const dump_options& options, const loaded_schemas& read) {
    const asked_tables tables{read};
    const auto& of = named_table(tables.own(), options.table);
    const auto columns = shown_columns(of);
    std::vector<std::uint16_t> all(columns.size());
    for (std::size_t at = 0; at < all.size(); ++at)
        all[at] = static_cast<std::uint16_t>(at);
    const auto spelled =
        of.backend == backend::lakebase ? text_format::postgres : text_format::statement_api;
    output_file to{options.output};
    json::csv_writer as_csv{columns, all, spelled};
    json::row_writer as_json{columns, all, spelled};
    const bool is_csv = chosen_format(options) == row_format::csv;
    std::string text;
    if (is_csv)
        as_csv.append_header(text);
    std::uint64_t rows = 0;
    progress shown{options.table, 0};
    stream_rows(tables, of, [&](std::span<const text_field> fields) {
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
    if (options.format == "json")
        return print(json_report(options, rows), outcome::done);
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
