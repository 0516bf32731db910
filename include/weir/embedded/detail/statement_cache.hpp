// SPDX-License-Identifier: Apache-2.0
// Prepared statements of one connection: preparing, binding arguments by type, remembering. Costs
// <list>, <unordered_map>.
#pragma once

#include <weir/core/text.hpp>
#include <weir/embedded/duckdb_api.hpp>
#include <weir/embedded/engine_error.hpp>
#include <weir/embedded/types.hpp>
#include <weir/table/column.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::embedded {

namespace detail {

/// What kind of failure a text names at its start; duckdb_prepare gives no other sign.
[[nodiscard]] inline duck::error_type error_type_of(std::string_view text) noexcept {
    using enum duck::error_type;
    constexpr std::pair<std::string_view, duck::error_type> starts[]{
        {"Binder", binder},
        {"Catalog", catalog},
        {"Parser", parser},
        {"Syntax", syntax},
        {"Conversion", conversion},
        {"Out of Range", out_of_range},
        {"Constraint", constraint},
        {"TransactionContext", transaction},
        {"INTERRUPT", interrupt},
        {"Not implemented", not_implemented},
        {"Invalid Input", invalid_input},
        {"Permission", permission},
        {"Dependency", dependency},
        {"IO", io},
    };
    for (const auto& [start, kind] : starts)
        if (text.starts_with(start))
            return kind;
    return internal;
}

/// A column's type as a parameter's: containers and everything spelled as text are text.
[[nodiscard]] inline sql_type parameter_type_of(const column_type& of) {
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::float32:
    case type::float64:
    case type::boolean:
    case type::date:
    case type::timestamp:
    case type::timestamp_ntz:
        return {.kind = of.kind};
    case type::decimal:
        return {.kind = type::decimal, .precision = of.precision, .scale = of.scale};
    default:
        return {.kind = type::string};
    }
}

/// A prepared statement of the library.
class prepared_statement {
public:
    prepared_statement(
        const duck::api& api, duck::connection on, const std::string& sql, std::string_view table
    )
        : api_(&api) {
        if (api.prepare(on, sql.c_str(), &handle_) != duck::state::success) {
            const char* const reason = api.prepare_error(handle_);
            const std::string text{reason != nullptr ? reason : ""};
            api.destroy_prepare(&handle_);
            throw_engine_error(error_type_of(text), text, table);
        }
    }

    ~prepared_statement() {
        if (handle_ != nullptr)
            api_->destroy_prepare(&handle_);
    }

    prepared_statement(const prepared_statement&) = delete;
    prepared_statement(prepared_statement&&) = delete;
    prepared_statement& operator=(const prepared_statement&) = delete;
    prepared_statement& operator=(prepared_statement&&) = delete;

    /// Binds the text of an argument (absent: NULL) to `$position` as a value of the type.
    /// Errors: validation_error 22018 when the text is no such value.
    void bind(
        std::size_t position,
        std::optional<std::string_view> text,
        const sql_type& as,
        std::string_view table
    ) {
        const auto outcome =
            text ? bind_text(position, *text, as) : api_->bind_null(handle_, position);
        if (outcome != duck::state::success) {
            refusal{"", table}.bad_value(
                "22018", "value", "Argument " + std::to_string(position) + " is not of its type"
            );
        }
    }

    [[nodiscard]] duck::prepared handle() const noexcept { return handle_; }

private:
    template <class T>
    [[nodiscard]] static bool parse(std::string_view text, T& out) {
        return parse_text(text, out, text_format::statement_api);
    }

    duck::state bind_text(duck::index at, std::string_view text, const sql_type& as) {
        constexpr auto failure = duck::state::failure;
        switch (as.kind) {
        case type::boolean: {
            bool value = false;
            return parse(text, value) ? api_->bind_boolean(handle_, at, value) : failure;
        }
        case type::int8: {
            std::int8_t value = 0;
            return parse(text, value) ? api_->bind_int8(handle_, at, value) : failure;
        }
        case type::int16: {
            std::int16_t value = 0;
            return parse(text, value) ? api_->bind_int16(handle_, at, value) : failure;
        }
        case type::int32: {
            std::int32_t value = 0;
            return parse(text, value) ? api_->bind_int32(handle_, at, value) : failure;
        }
        case type::int64: {
            std::int64_t value = 0;
            return parse(text, value) ? api_->bind_int64(handle_, at, value) : failure;
        }
        case type::float32: {
            float value = 0;
            return parse(text, value) ? api_->bind_float(handle_, at, value) : failure;
        }
        case type::float64: {
            double value = 0;
            return parse(text, value) ? api_->bind_double(handle_, at, value) : failure;
        }
        case type::decimal: {
            int128 value = 0;
            if (!parse_decimal(text, as.precision, as.scale, value))
                return failure;
            const auto bits = static_cast<uint128>(value);
            return api_->bind_decimal(
                handle_,
                at,
                {as.precision,
                 as.scale,
                 {static_cast<std::uint64_t>(bits), static_cast<std::int64_t>(bits >> 64U)}}
            );
        }
        case type::date: {
            date value;
            return parse(text, value) ? api_->bind_date(handle_, at, {value.days}) : failure;
        }
        case type::timestamp: {
            timestamp value;
            return parse(text, value) ? api_->bind_timestamp_tz(handle_, at, {value.microseconds})
                                      : failure;
        }
        case type::timestamp_ntz: {
            timestamp_ntz value;
            return parse(text, value) ? api_->bind_timestamp(handle_, at, {value.microseconds})
                                      : failure;
        }
        default:
            return api_->bind_varchar_length(handle_, at, text.data(), text.size());
        }
    }

    const duck::api* api_;
    duck::prepared handle_ = nullptr;
};

/// Statements ready to run on one connection, the least recently used forgotten first.
class statement_cache {
public:
    struct entry {
        std::string key;
        std::unique_ptr<prepared_statement> statement;
        /// For `$1, $2, …`: the argument's position, or `actor`.
        std::vector<std::size_t> sources;
        std::vector<sql_type> types;
    };

    static constexpr auto actor = std::numeric_limits<std::size_t>::max();

    explicit statement_cache(std::size_t most) : most_(std::max<std::size_t>(most, 1)) {}

    entry* find(std::string_view key) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end())
            return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return &entries_.front();
    }

    entry& add(entry made) {
        if (entries_.size() == most_) {
            by_key_.erase(entries_.back().key);
            entries_.pop_back();
        }
        entries_.push_front(std::move(made));
        by_key_.emplace(entries_.front().key, entries_.begin());
        return entries_.front();
    }

    void clear() noexcept {
        by_key_.clear();
        entries_.clear();
    }

private:
    std::size_t most_;
    std::list<entry> entries_;
    std::unordered_map<std::string_view, std::list<entry>::iterator> by_key_;
};

} // namespace detail

} // namespace weir::embedded
