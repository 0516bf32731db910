// SPDX-License-Identifier: Apache-2.0
// The rows a statement gave, as text fields. They are turned into text one by one; the engine has
// them all in memory, or makes them as they are fetched. Costs value_text.hpp and <memory>.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/embedded/duckdb_api.hpp>
#include <weir/embedded/engine_error.hpp>
#include <weir/embedded/value_text.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded {

namespace detail {

struct destroy_result {
    const duck::api* api = nullptr;

    void operator()(duck::result* held) const noexcept {
        api->destroy_result(held);
        std::default_delete<duck::result>{}(held);
    }
};

struct destroy_chunk {
    const duck::api* api = nullptr;

    void operator()(duck::chunk held) const noexcept { api->destroy_data_chunk(&held); }
};

} // namespace detail

/// One column of a result.
struct result_column {
    std::string name{};
    sql_type type{};
};

/// Satisfies `weir::result`. It needs its session no longer, but must not outlive the database.
/// Threads: distinct objects safe, a shared object unsafe.
class rows {
public:
    /// A statement that gives nothing and changes nothing.
    rows() = default;

    /// Takes over what the library gave for a statement that succeeded.
    rows(const duck::api& api, std::unique_ptr<duck::result> given)
        : api_(&api), result_(given.release(), detail::destroy_result{&api}) {
        const auto kind = api.result_return_type(*result_);
        if (kind == duck::result_type::changed_rows)
            affected_ = api.rows_changed(result_.get());
        has_rows_ = kind == duck::result_type::query_result;
        if (!has_rows_)
            return;
        const auto count = api.column_count(result_.get());
        types_.reserve(count);
        for (duck::index i = 0; i < count; ++i) {
            types_.push_back(describe_type(api, api.column_logical_type(result_.get(), i)));
        }
        fields_.resize(count);
        ends_.resize(count);
    }

    /// The next row, absent after the last. Lifetime: until the next call.
    /// Errors: decode_error for a value that Databricks' types cannot hold; where the engine makes
    /// the rows as they are fetched, those of throw_engine_error().
    std::optional<std::span<const text_field>> next() {
        while (has_rows_ && at_ == in_chunk_)
            next_chunk();
        if (!has_rows_)
            return std::nullopt;
        text_.clear();
        for (std::size_t i = 0; i < views_.size(); ++i) {
            const auto& view = views_[i];
            fields_[i].is_null = view.is_null(at_);
            // Text stays where it is; everything else is written into one buffer.
            const bool in_place = view.type->id == duck::type_id::varchar;
            if (!fields_[i].is_null && !in_place)
                writer_.append(text_, view, at_);
            ends_[i] = text_.size();
        }
        std::size_t start = 0;
        for (std::size_t i = 0; i < views_.size(); ++i) {
            const bool in_place =
                views_[i].type->id == duck::type_id::varchar && !fields_[i].is_null;
            fields_[i].text = in_place ? views_[i].at<duck::string>(at_).view()
                                       : std::string_view{text_}.substr(start, ends_[i] - start);
            start = ends_[i];
        }
        ++at_;
        return std::span<const text_field>{fields_};
    }

    /// Whether the next row has to be asked of the engine.
    [[nodiscard]] bool is_at_chunk_end() const noexcept { return has_rows_ && at_ == in_chunk_; }

    /// Rows inserted, updated, deleted or merged; 0 for a query.
    [[nodiscard]] std::uint64_t affected_rows() const noexcept { return affected_; }

    /// The columns of a query; none for anything else.
    [[nodiscard]] std::vector<result_column> columns() const {
        std::vector<result_column> made;
        for (std::size_t i = 0; i < types_.size(); ++i) {
            made.push_back({api_->column_name(result_.get(), i), to_sql_type(types_[i])});
        }
        return made;
    }

private:
    // No chunk is the end, or a failure on the way there.
    void refuse_if_failed() {
        const char* const reason = api_->result_error(result_.get());
        if (reason != nullptr && *reason != '\0')
            throw_engine_error(api_->result_error_type(result_.get()), reason, {});
    }

    void next_chunk() {
        views_.clear();
        at_ = in_chunk_ = 0;
        chunk_ = {api_->fetch_chunk(*result_), detail::destroy_chunk{api_}};
        has_rows_ = chunk_ != nullptr;
        if (!has_rows_)
            return refuse_if_failed();
        in_chunk_ = api_->data_chunk_get_size(chunk_.get());
        for (std::size_t i = 0; i < types_.size(); ++i) {
            views_.emplace_back(*api_, types_[i], api_->data_chunk_get_vector(chunk_.get(), i));
        }
    }

    const duck::api* api_ = nullptr;
    std::unique_ptr<duck::result, detail::destroy_result> result_;
    std::unique_ptr<duck::chunk_handle, detail::destroy_chunk> chunk_;
    std::vector<value_type> types_;
    std::vector<value_view> views_;
    std::vector<text_field> fields_;
    std::vector<std::size_t> ends_;
    std::string text_;
    value_writer writer_{value_style::field};
    std::size_t at_ = 0;
    std::size_t in_chunk_ = 0;
    std::uint64_t affected_ = 0;
    bool has_rows_ = false;
};

} // namespace weir::embedded
