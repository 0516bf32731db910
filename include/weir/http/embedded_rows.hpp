// SPDX-License-Identifier: Apache-2.0
// Rows as JSON with the rows of their relations inside: one statement per relation, whatever the
// number of rows. Costs data/related_rows.hpp and json/row_writer.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/text_field.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/key_set.hpp>
#include <weir/data/related_rows.hpp>
#include <weir/http/embedding.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

namespace detail {

/// Where statements go, and how much may still be embedded.
struct embedding_run {
    any_session_base* on;
    std::optional<deadline> until;
    json::numbers numbers;
    std::size_t rows_left = embedding_limits::rows;
};

/// The columns to select: those to show, then those that only link.
class selection {
public:
    explicit selection(column_indexes shown)
        : columns_(shown.begin(), shown.end()), shown_(shown.size()) {}

    /// Positions among the fields of some columns, which are selected too if they are not yet.
    std::vector<std::size_t> fields_of(column_indexes columns) {
        std::vector<std::size_t> made;
        for (const auto position : columns) {
            auto found = std::find(columns_.begin(), columns_.end(), position);
            if (found == columns_.end())
                found = columns_.insert(found, position);
            made.push_back(static_cast<std::size_t>(found - columns_.begin()));
        }
        return made;
    }

    [[nodiscard]] column_indexes columns() const noexcept { return columns_; }

    [[nodiscard]] std::size_t shown() const noexcept { return shown_; }

private:
    std::vector<std::uint16_t> columns_;
    std::size_t shown_;
};

/// Some fields of a row, in another order.
[[nodiscard]] inline std::span<const text_field> pick(
    std::span<const text_field> fields,
    const std::vector<std::size_t>& which,
    std::vector<text_field>& into
) {
    into.clear();
    for (const auto at : which)
        into.push_back(fields[at]);
    return into;
}

/// The embedded rows of one relation as JSON, by the key of the row that embeds them: those of one
/// key stand together, commas between.
struct embedded_text {
    std::string text{};
    /// Begin and end per key; the same where there are none.
    std::vector<std::pair<std::size_t, std::size_t>> of_key{};
};

inline constexpr auto no_key = std::numeric_limits<std::size_t>::max();

} // namespace detail

/// Rows of a table and what they embed, gathered row by row, completed at once.
///
/// Rows are kept as JSON text, embedded ones too; nothing is kept as values but the keys.
/// Lifetime: refers to the facts, the embeddings and the session. Threads: one.
class embedded_rows {
public:
    /// `shown`: columns of the answer; columns() adds those that link.
    embedded_rows(
        const table& of,
        column_indexes shown,
        std::span<const embedding> embedded,
        any_session_base& on,
        std::optional<deadline> until,
        json::numbers numbers
    )
        : embedded_rows(of, shown, embedded, {}, nullptr, {&on, until, numbers}) {}

    embedded_rows(const embedded_rows&) = delete;
    embedded_rows(embedded_rows&&) = delete;
    embedded_rows& operator=(const embedded_rows&) = delete;
    embedded_rows& operator=(embedded_rows&&) = delete;
    ~embedded_rows() = default;

    /// What to select, in this order.
    [[nodiscard]] column_indexes columns() const noexcept { return selected_.columns(); }

    /// Adds a row, a field per column of columns().
    ///
    /// Errors: decode_error for a text that is no value of its column.
    void add(std::span<const text_field> fields) {
        writer_.append(text_, fields.first(selected_.shown()));
        text_.pop_back(); // Embedded members follow.
        ends_.push_back(text_.size());
        for (auto& each : relations_)
            each.key_of_row.push_back(each.keys.add(detail::pick(fields, each.link_fields, picked_))
                                          .value_or(detail::no_key));
        if (outer_keys_ != nullptr)
            outer_key_of_row_.push_back(outer_keys_
                                            ->find(detail::pick(fields, outer_fields_, picked_))
                                            .value_or(detail::no_key));
    }

    /// Rows so far.
    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }

    /// Reads what the rows embed, a statement per relation that has anything to look for. The
    /// result of the rows' own statement must be gone.
    ///
    /// Errors: validation_error when more would be embedded than embedding_limits::rows;
    /// authentication_error
    ///         when a relation leads to a table with `access` and nobody is known; the session's.
    void complete() {
        for (auto& each : relations_)
            each.found = read(each);
    }

    /// Appends a row as an object, after complete().
    void append(std::string& out, std::size_t row) const {
        const auto begin = row == 0 ? 0 : ends_[row - 1];
        out.reserve(out.size() + ends_[row] - begin + 1);
        out.append(text_, begin, ends_[row] - begin);
        for (const auto& each : relations_) {
            if (out.back() != '{')
                out.push_back(',');
            json::append_json_string(out, each.asked->which->name);
            out.push_back(':');
            append_related(out, each, each.key_of_row[row]);
        }
        out.push_back('}');
    }

private:
    struct relation_rows {
        const embedding* asked;
        link along;
        std::vector<std::size_t> link_fields;
        key_set keys;
        std::vector<std::size_t> key_of_row{};
        detail::embedded_text found{};
    };

    embedded_rows(
        const table& of,
        column_indexes shown,
        std::span<const embedding> embedded,
        column_indexes outer,
        key_set* outer_keys,
        detail::embedding_run run
    )
        : selected_(shown),
          writer_(of.columns, shown, sql::format_of(run.on->dialect()), run.numbers),
          outer_fields_(selected_.fields_of(outer)), outer_keys_(outer_keys), run_(run) {
        for (const auto& each : embedded) {
            const auto along = link_of(of, *each.which);
            relations_.push_back(
                {&each, along, selected_.fields_of(along.from), key_set{along.from.size()}}
            );
        }
    }

    static void append_related(std::string& out, const relation_rows& of, std::size_t key) {
        std::pair<std::size_t, std::size_t> piece{0, 0};
        if (key != detail::no_key && key < of.found.of_key.size())
            piece = of.found.of_key[key];
        const auto length = piece.second - piece.first;
        if (!of.along.is_many && length == 0) {
            out.append("null");
            return;
        }
        if (of.along.is_many)
            out.push_back('[');
        out.append(of.found.text, piece.first, length);
        if (of.along.is_many)
            out.push_back(']');
    }

    [[nodiscard]] detail::embedded_text read(relation_rows& of) {
        const auto& query = of.asked->asked;
        if (of.keys.empty())
            return {};
        embedded_rows inner{
            *of.along.to, query.columns, of.asked->nested, of.along.by, &of.keys, run_
        };
        {
            auto rows = select_related(
                *run_.on,
                of.along,
                of.keys,
                {.where = &query.where,
                 .order = query.order,
                 .columns = inner.columns(),
                 .limit_rows = query.limit_rows,
                 .offset_rows = query.offset_rows,
                 .most_rows = run_.rows_left + 1},
                run_.until
            );
            while (const auto fields = rows.next())
                inner.add(*fields);
        }
        if (inner.size() > run_.rows_left)
            refuse_rows();
        inner.run_.rows_left -= inner.size();
        inner.complete();
        run_.rows_left = inner.run_.rows_left;
        return inner.by_outer_key(of.keys.size());
    }

    // The rows of one key come together, in any order of keys.
    [[nodiscard]] detail::embedded_text by_outer_key(std::size_t keys) const {
        detail::embedded_text made;
        made.of_key.resize(keys);
        auto last = detail::no_key;
        for (std::size_t row = 0; row < size(); ++row) {
            const auto key = outer_key_of_row_[row];
            if (key == detail::no_key)
                throw decode_error{"A related row came back under a key nobody asked for"};
            auto& [begin, end] = made.of_key[key];
            if (key == last) {
                made.text.push_back(',');
            } else {
                begin = made.text.size();
            }
            last = key;
            append(made.text, row);
            end = made.text.size();
        }
        return made;
    }

    [[noreturn]] static void refuse_rows() {
        throw validation_error{
            {{"too_many_embedded",
              {"query", "include"},
              "More than " + std::to_string(embedding_limits::rows) +
                  " rows would be embedded: lower 'limit', or the limit of a relation"}}
        };
    }

    detail::selection selected_;
    json::row_writer writer_;
    std::vector<relation_rows> relations_{};
    std::vector<std::size_t> outer_fields_;
    key_set* outer_keys_;
    std::vector<std::size_t> outer_key_of_row_{};
    detail::embedding_run run_;
    /// The rows as objects without their last brace, one after the other.
    std::string text_{};
    std::vector<std::size_t> ends_{};
    std::vector<text_field> picked_{};
};

} // namespace weir::http
