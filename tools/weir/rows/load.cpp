// SPDX-License-Identifier: Apache-2.0
// weir load: rows of a file into a table, judged by the rules of the API and by the database; what
// either does not take goes to a file beside it.
#include <weir/core/error.hpp>
#include <weir/core/time.hpp>
#include <weir/json/document_writer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "load_target.hpp"
#include "progress.hpp"
#include "reject_file.hpp"
#include "row_check.hpp"
#include "row_source.hpp"
#include "row_table.hpp"
#include "rows.hpp"

namespace weir::ops {

namespace {

constexpr std::uint64_t usual_batch = 10'000;

row_format chosen_format(const load_options& options) {
    const auto found = format_of(options.row_format.empty() ? options.file : options.row_format);
    if (!found)
        throw configuration_error{
            "the name of " + options.file +
            " does not say what it holds: give --row-format csv or --row-format ndjson"
        };
    return *found;
}

std::uint64_t chosen_batch(const load_options& options, const table& of) {
    if (options.batch != 0)
        return options.batch;
    const bool refers_to_itself =
        std::any_of(of.relations.begin(), of.relations.end(), [&](const relation& each) {
            return &each.target() == &of;
        });
    // Rows may stand before those they refer to; a warehouse does not look at that.
    return refers_to_itself && of.backend == backend::lakebase
               ? std::numeric_limits<std::uint64_t>::max()
               : usual_batch;
}

timestamp now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

void require_needed_columns(const row_source& from, const table& of, const std::string& file) {
    if (!from.columns())
        return;
    const auto& named = *from.columns();
    std::string missing;
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (is_needed(of, at) && std::find(named.begin(), named.end(), at) == named.end())
            missing.append(missing.empty() ? "'" : ", '").append(of.columns[at].name).append("'");
    }
    if (!missing.empty())
        throw configuration_error{file + ": line 1: the table needs " + missing};
}

/// What a load works with, and how far it is.
class loading {
public:
    loading(
        load_target& to, row_source& from, row_check& check, reject_file& rejects, load_state done
    )
        : to_(&to), from_(&from), check_(&check), rejects_(&rejects), done_(std::move(done)),
          before_(done_.rows), doubtful_(done_.doubtful) {}

    /// Loads the next rows, together. False: the file is at its end.
    [[nodiscard]] bool load_batch(std::uint64_t most, progress& shown) {
        held_.clear();
        wrong_.clear();
        bytes_ = 0;
        is_all_ = false;
        std::vector<refused_row> refused;
        const auto taken = to_->bring(
            [&]() -> std::string_view { return next_piece(most, shown); }, doubtful_, refused
        );
        for (auto& each : refused) {
            const auto& row = held_[each.number - 1];
            wrong_.push_back({row, std::move(each.reason)});
        }
        std::sort(wrong_.begin(), wrong_.end(), [](const auto& left, const auto& right) {
            return left.at.line < right.at.line;
        });
        for (const auto& each : wrong_)
            rejects_->add(each.at.line, each.reason, from_->text_at(each.at.begin, each.at.end));
        tell_some();
        done_.rows += taken;
        done_.rejected += wrong_.size();
        done_.rejects_bytes = rejects_->keep();
        done_.is_finished = is_all_;
        doubtful_ -= std::min<std::uint64_t>(doubtful_, held_.size());
        // The next batch may arrive without being noted.
        done_.doubtful = std::max(most, doubtful_);
        to_->keep(done_);
        return !is_all_;
    }

    [[nodiscard]] const load_state& done() const noexcept { return done_; }

private:
    struct place {
        std::uint64_t line;
        std::uint64_t begin;
        std::uint64_t end;
    };

    struct wrong_row {
        place at;
        std::string reason;
    };

    static constexpr std::size_t most_told = 5;

    /// Lines of the next rows; none: the batch is whole.
    std::string_view next_piece(std::uint64_t most, progress& shown) {
        constexpr std::size_t enough = std::size_t{1} << 16U;
        const auto room = to_->most_bytes();
        lines_.clear();
        source_row row;
        std::string why;
        while (lines_.size() < enough && held_.size() + wrong_.size() < most &&
               bytes_ + lines_.size() < room) {
            if (!from_->next(row)) {
                is_all_ = true;
                break;
            }
            done_.bytes = row.end;
            const place here{row.line, row.begin, row.end};
            why = row.problem;
            if (!why.empty() ||
                !check_->take({held_.size() + 1, row.line}, row.object, lines_, why)) {
                wrong_.push_back({here, why});
                continue;
            }
            held_.push_back(here);
        }
        bytes_ += lines_.size();
        done_.line = from_->line();
        shown.tell(done_.rows - before_ + held_.size(), done_.bytes);
        return lines_;
    }

    void tell_some() {
        for (const auto& each : wrong_) {
            if (told_ == most_told)
                return;
            ++told_;
            std::fprintf(
                stderr,
                "line %llu: %s\n",
                static_cast<unsigned long long>(each.at.line),
                each.reason.c_str()
            );
        }
    }

    load_target* to_;
    row_source* from_;
    row_check* check_;
    reject_file* rejects_;
    load_state done_;
    std::uint64_t before_;
    std::uint64_t doubtful_;
    std::vector<place> held_{};
    std::vector<wrong_row> wrong_{};
    std::string lines_{};
    std::size_t bytes_ = 0;
    std::size_t told_ = 0;
    bool is_all_ = false;
};

std::string
json_report(const load_options& options, const load_state& done, const std::string& rejects) {
    json::document_writer to;
    to.begin_object();
    to.text("outcome", done.rejected == 0 ? "done" : "rejected");
    to.text("table", options.table);
    to.text("file", options.file);
    to.number("rows", done.rows);
    to.number("rejected", done.rejected);
    to.text("rejects", done.rejected == 0 ? "" : rejects);
    to.end_object();
    return to.take();
}

int tell_outcome(const load_options& options, const load_state& done, const std::string& rejects) {
    const auto then = done.rejected == 0 ? outcome::done : outcome::differs;
    if (options.format == "json")
        return print(json_report(options, done, rejects), then);
    std::string text = options.table + ": " + grouped(done.rows) + " rows loaded";
    if (done.rejected != 0)
        text.append(", " + grouped(done.rejected) + " rejected: " + rejects);
    std::fprintf(stderr, "%s\n", text.c_str());
    return code(then);
}

int load(const load_options& options, const loaded_schemas& read) {
    const asked_tables tables{read};
    const auto& of = named_table(tables.own(), options.table);
    row_source from{options.file, chosen_format(options), of};
    require_needed_columns(from, of, options.file);
    const auto to = of.backend == backend::warehouse
                        ? open_warehouse_load(tables, of, from.checksum())
                        : open_lakebase_load(tables, of, from.checksum());
    const auto before = options.again ? std::nullopt : to->read();
    const auto rejects_path =
        options.rejects.empty() ? options.file + ".rejects.ndjson" : options.rejects;
    if (before && before->is_finished && options.resume)
        return tell_outcome(options, *before, rejects_path);
    if (before && !options.resume)
        return fail(
            outcome::refused,
            before->is_finished
                ? options.file + " was loaded into '" + options.table +
                      "' before: --again loads it once more"
                : "a load of " + options.file + " into '" + options.table +
                      "' was cut off after line " + std::to_string(before->line - 1) +
                      ": --resume goes on, --again begins anew"
        );
    const auto batch = chosen_batch(options, of);
    const auto done = before ? *before : to->begin(options.file, batch);
    reject_file rejects{rejects_path, done.rejects_bytes};
    if (done.bytes != 0)
        from.go_on(done.bytes, done.line);
    row_check check{
        of,
        {.actor = options.actor.empty() ? to->actor() : options.actor,
         .now = now(),
         .seed = done.seed}
    };
    loading run{*to, from, check, rejects, done};
    {
        progress shown{options.table, from.size()};
        while (run.load_batch(batch, shown)) {
        }
    }
    return tell_outcome(options, run.done(), rejects.path());
}

} // namespace

int run(const load_options& options) {
    const loaded_schemas read{{options.schema}, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] { return load(options, read); });
}

} // namespace weir::ops
