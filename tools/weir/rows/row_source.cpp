// SPDX-License-Identifier: Apache-2.0
#include "row_source.hpp"

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/core/utf8.hpp>
#include <weir/json/detail/scan.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/string.hpp>
#include <weir/table/identifier.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace weir::ops {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18U;

bool is_json(std::string_view text) {
    json::reader in{text, json::reader::most_depth};
    return in.skip_value() && in.finish();
}

} // namespace

std::optional<row_format> format_of(std::string_view word_or_path) {
    const auto dot = word_or_path.rfind('.');
    const auto word = dot == std::string_view::npos ? word_or_path : word_or_path.substr(dot + 1);
    if (word == "csv")
        return row_format::csv;
    if (word == "ndjson" || word == "jsonl")
        return row_format::ndjson;
    return std::nullopt;
}

row_source::row_source(std::string path, row_format format, const table& of)
    : path_(std::move(path)), format_(format), of_(&of), file_(std::fopen(path_.c_str(), "rb")) {
    struct stat found{};
    if (!file_ || ::fstat(::fileno(file_.get()), &found) != 0)
        refuse(std::strerror(errno));
    // A pipe could not be read again where a load goes on.
    if (!S_ISREG(found.st_mode))
        refuse("it is no plain file");
    size_ = static_cast<std::uint64_t>(found.st_size);
    read_more();
    if (rest().starts_with("\xEF\xBB\xBF")) {
        used_ = 3;
        bytes_ = 3;
    }
    if (format_ == row_format::csv)
        read_header();
}

void row_source::refuse(const std::string& why) const {
    throw configuration_error{path_ + ": " + why};
}

void row_source::read_more() {
    held_.erase(0, used_);
    used_ = 0;
    const auto before = held_.size();
    // Twice as much each time: a long record is looked at again from its start.
    held_.resize(before + std::max(piece_bytes, before));
    const auto got = std::fread(held_.data() + before, 1, held_.size() - before, file_.get());
    held_.resize(before + got);
    if (std::ferror(file_.get()) != 0)
        refuse("it cannot be read");
    is_all_ = std::feof(file_.get()) != 0;
}

std::size_t row_source::take_record() {
    while (true) {
        const auto text = rest();
        std::size_t taken = 0;
        if (format_ == row_format::csv) {
            if (!text.empty() || is_all_)
                taken = text.empty() ? 0 : parser_.parse(text, is_all_);
        } else {
            const auto end = text.find('\n');
            taken = end != std::string_view::npos ? end + 1 : is_all_ ? text.size() : 0;
        }
        if (taken != 0 || is_all_)
            return taken;
        if (text.size() > most_row_bytes)
            refuse(
                "the row that begins in line " + std::to_string(line_) +
                " has more than 64 MiB; does a quote miss?"
            );
        read_more();
    }
}

void row_source::read_header() {
    const auto taken = take_record();
    std::string problem{parser_.problem()};
    std::vector<std::uint16_t> columns;
    for (const auto& field : parser_.fields()) {
        const auto at = find_column(of_->columns, field.text);
        if (at == of_->columns.size()) {
            name_guess guess{field.text};
            for (const auto& each : of_->columns)
                guess.consider(each.name);
            problem = "the table has no column '" + std::string{field.text} + "'";
            if (!guess.best().empty())
                problem.append("; did you mean '").append(guess.best()).append("'?");
            break;
        }
        const auto position = static_cast<std::uint16_t>(at);
        if (std::find(columns.begin(), columns.end(), position) != columns.end())
            problem = "column '" + std::string{field.text} + "' is named twice";
        columns.push_back(position);
    }
    if (columns.empty() && problem.empty())
        problem = "the first line must name the columns";
    if (!problem.empty())
        refuse("line 1: " + problem);
    const auto text = rest().substr(0, taken);
    line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    used_ += taken;
    bytes_ += taken;
    columns_ = std::move(columns);
}

void row_source::append_value(std::string_view text, const column_type& type) {
    switch (type.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::float32:
    case type::float64:
    case type::decimal:
        if (json::detail::is_number(text)) {
            object_.append(text);
            return;
        }
        break;
    case type::boolean:
        if (text == "true" || text == "false") {
            object_.append(text);
            return;
        }
        break;
    case type::json:
    case type::array:
    case type::map:
    case type::structure:
        if (is_json(text)) {
            object_.append(text);
            return;
        }
        break;
    default:
        break;
    }
    json::append_json_string(object_, text);
}

void row_source::make_object(source_row& to) {
    const auto& fields = parser_.fields();
    if (!parser_.problem().empty()) {
        to.problem = parser_.problem();
    } else if (fields.size() != columns_->size()) {
        to.problem = "it has " + std::to_string(fields.size()) + " fields, and line 1 names " +
                     std::to_string(columns_->size()) + " columns";
    }
    object_.assign("{");
    for (std::size_t at = 0; to.problem.empty() && at < fields.size(); ++at) {
        const auto& column = of_->columns[(*columns_)[at]];
        const auto& field = fields[at];
        const bool is_absent = field.text.empty() && !field.is_quoted;
        // No value for a column that has one always: then its default, if it has one.
        if (is_absent && !column.nullable)
            continue;
        if (column.type.kind == type::json && !is_absent && !is_json(field.text)) {
            to.problem = "Column '" + std::string{column.name} + "' must hold a JSON value";
            break;
        }
        if (object_.size() > 1)
            object_.push_back(',');
        json::append_json_string(object_, column.name);
        object_.push_back(':');
        if (is_absent) {
            object_.append("null");
        } else {
            append_value(field.text, column.type);
        }
    }
    object_.push_back('}');
    to.object = object_;
}

bool row_source::next(source_row& to) {
    while (true) {
        const auto taken = take_record();
        if (taken == 0)
            return false;
        const auto text = rest().substr(0, taken);
        to.raw = text;
        to.line = line_;
        to.begin = bytes_;
        to.end = bytes_ + taken;
        to.problem.clear();
        line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
        used_ += taken;
        bytes_ += taken;
        const bool is_blank = format_ == row_format::csv
                                  ? parser_.fields().empty() && parser_.problem().empty()
                                  : text.find_first_not_of(" \t\r\n") == std::string_view::npos;
        if (is_blank)
            continue;
        while (to.raw.ends_with('\n') || to.raw.ends_with('\r'))
            to.raw.remove_suffix(1);
        if (!is_valid_utf8(to.raw)) {
            to.problem = "it is not UTF-8";
        } else if (format_ == row_format::csv) {
            make_object(to);
        } else {
            to.object = to.raw;
        }
        return true;
    }
}

void row_source::go_on(std::uint64_t bytes, std::uint64_t line) {
    if (::fseeko(file_.get(), static_cast<off_t>(bytes), SEEK_SET) != 0)
        refuse(std::strerror(errno));
    held_.clear();
    used_ = 0;
    is_all_ = false;
    bytes_ = bytes;
    line_ = line;
    read_more();
}

std::string row_source::text_at(std::uint64_t begin, std::uint64_t end) const {
    std::string text(static_cast<std::size_t>(end - begin), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const auto got = ::pread(
            ::fileno(file_.get()),
            text.data() + done,
            text.size() - done,
            static_cast<off_t>(begin + done)
        );
        if (got <= 0)
            refuse("it cannot be read again");
        done += static_cast<std::size_t>(got);
    }
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return text;
}

std::string row_source::checksum() const {
    struct done {
        void operator()(EVP_MD_CTX* of) const noexcept { ::EVP_MD_CTX_free(of); }
    };

    const std::unique_ptr<EVP_MD_CTX, done> sum{::EVP_MD_CTX_new()};
    bool is_sound = sum && ::EVP_DigestInit_ex(sum.get(), ::EVP_sha256(), nullptr) == 1;
    std::string piece(piece_bytes, '\0');
    std::uint64_t at = 0;
    while (is_sound && at < size_) {
        const auto got =
            ::pread(::fileno(file_.get()), piece.data(), piece.size(), static_cast<off_t>(at));
        if (got <= 0)
            refuse("it cannot be read");
        is_sound = ::EVP_DigestUpdate(sum.get(), piece.data(), static_cast<std::size_t>(got)) == 1;
        at += static_cast<std::uint64_t>(got);
    }
    std::array<std::byte, 32> digest{};
    unsigned size = 0;
    // unsigned char is what OpenSSL writes bytes as.
    auto* const raw = reinterpret_cast<unsigned char*>(digest.data());
    if (!is_sound || ::EVP_DigestFinal_ex(sum.get(), raw, &size) != 1)
        throw configuration_error{"OpenSSL gives no SHA-256"};
    std::string text;
    append_hex(text, digest);
    return text;
}

} // namespace weir::ops
